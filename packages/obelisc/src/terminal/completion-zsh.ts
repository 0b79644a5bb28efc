// Completion for zsh: a function for each command and subcommand, on zsh's own _arguments.
import type { CompletedCommand, CompletedFlag, ValueKind } from './completed-command.js';
import { quoted } from './shell-quotes.js';

export function zshScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `#compdef ${names}
${commands.flatMap((command) => functionsOf(command, `_obelisc_${plain(command.name)}`)).join('\n')}
${commands.map(({ name }) => `compdef _obelisc_${plain(name)} ${name}`).join('\n')}
`;
}

function functionsOf(command: CompletedCommand, name: string): string[] {
  const { flags, subcommands, argument } = command;
  const specs = flags.map((flag) => quoted(flagSpec(flag)));
  if (subcommands.length === 0) {
    if (argument !== undefined) specs.push(quoted(`1:argument:${action(argument)}`));
    // What follows the flags of one that takes no argument is a command of its own.
    else specs.push(quoted('*:: :_normal'));
    return [`${name}() {\n  _arguments -s ${specs.join(' \\\n    ')}\n}`];
  }
  const words = subcommands.map((one) => quoted(`${one.name}:${one.help.replaceAll(':', '\\:')}`));
  const cases = subcommands.map((one) => `      ${one.name}) ${name}_${plain(one.name)} ;;`);
  return [
    `${name}() {
  local -a commands=(
    ${words.join('\n    ')}
  )
  local state line
  _arguments -C ${specs.join(' \\\n    ')} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${cases.map((line) => `  ${line}`).join('\n')}
      esac
      ;;
  esac
}`,
    ...subcommands.flatMap((one) => functionsOf(one, `${name}_${plain(one.name)}`)),
  ];
}

/** `--flag=[help]:value:action`; behind `=` or as the next word. */
function flagSpec({ name, help, takesValue, value }: CompletedFlag): string {
  const text = help.replaceAll(/[[\]\\:]/g, '\\$&');
  return takesValue ? `${name}=[${text}]:value:${action(value)}` : `${name}[${text}]`;
}

function action(value: ValueKind): string {
  if (value === 'file') return '_files';
  if (value === 'folder') return '_files -/';
  return value === undefined ? ' ' : `(${value.join(' ')})`;
}

function plain(name: string): string {
  return name.replaceAll('-', '_');
}
