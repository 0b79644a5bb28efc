// Completion for bash: one function for all commands, with the words for each place in it.
import type { CompletedCommand, CompletedFlag, ValueKind } from './completed-command.js';

/** Words of flags hold dots, and a value may stand behind `=`: COMP_WORDS is put together again from what readline cut. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  return `# bash completion for ${names.join(', ')}
_obelisc() {
  local word previous command place i
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if [[ $i -gt 0 && ( \${COMP_WORDS[i]} == = || \${COMP_WORDS[i - 1]} == = ) && \${#words[@]} -gt 1 ]]; then
      words[-1]+=\${COMP_WORDS[i]}
    else
      words+=("\${COMP_WORDS[i]}")
    fi
  done
  word=\${words[-1]}
  previous=\${words[-2]-}
  command=\${words[0]##*/}
  place=$command
  local -i last=\${#words[@]}-1
  for ((i = 1; i < last; i++)); do
    # What follows -- is a command of its own.
    if [[ \${words[i]} == -- ]]; then
      COMPREPLY=($(compgen -f -- "$word"))
      return
    fi
    if [[ $place == "$command" && \${words[i]} != -* ]]; then
      case "$command \${words[i]}" in
${commands.flatMap(subcommandCases).join('\n')}
      esac
    fi
  done
  if [[ $word == --*=* ]]; then
    previous=\${word%%=*}
    word=\${word#*=}
  fi
  local flags= words_= kind=
  case $place in
${commands.flatMap((command) => places(command)).join('\n')}
  esac
  case "$place $previous" in
${commands.flatMap((command) => valueCases(command)).join('\n')}
  esac
  case $kind in
    words) COMPREPLY=($(compgen -W "$words_" -- "$word")) ;;
    file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")) ;;
    folder) compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")) ;;
    none) COMPREPLY=() ;;
    *)
      if [[ $word == -* || -z $words_ ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$word"))
      else
        COMPREPLY=($(compgen -W "$words_" -- "$word"))
      fi
      ;;
  esac
}
complete -F _obelisc ${names.join(' ')}
`;
}

function subcommandCases({ name, subcommands }: CompletedCommand): string[] {
  return subcommands.map((one) => `        '${name} ${one.name}') place='${name} ${one.name}' ;;`);
}

/** The flags of a place, and the words that may stand there without a dash. */
function places(command: CompletedCommand, path = command.name): string[] {
  const words = command.subcommands.length > 0 ? command.subcommands.map(({ name }) => name) : listed(command.argument);
  const flags = command.flags.map(({ name }) => name);
  const file = command.argument === 'file' ? ' [[ $word == -* ]] || kind=file' : '';
  return [
    `    '${path}') flags='${flags.join(' ')}' words_='${words.join(' ')}';${file} ;;`.replace(';; ;;', ';;'),
    ...command.subcommands.flatMap((one) => places(one, `${path} ${one.name}`)),
  ];
}

function valueCases(command: CompletedCommand, path = command.name): string[] {
  return [
    ...command.flags.filter(({ takesValue }) => takesValue).map((flag) => valueCase(path, flag)),
    ...command.subcommands.flatMap((one) => valueCases(one, `${path} ${one.name}`)),
  ];
}

function valueCase(path: string, { name, value }: CompletedFlag): string {
  const kind = Array.isArray(value)
    ? `kind=words words_='${listed(value).join(' ')}'`
    : `kind=${String(value ?? 'none')}`;
  return `    '${path} ${name}') ${kind} ;;`;
}

function listed(value: ValueKind): readonly string[] {
  return Array.isArray(value) ? value : [];
}
