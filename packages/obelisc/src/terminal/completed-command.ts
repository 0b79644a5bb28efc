// What shell completion knows of a command, from its own table.
import type { Command, Option } from 'commander';

/** What may stand behind a flag: one of these words, a file, a folder; undefined for what cannot be told. */
export type ValueKind = readonly string[] | 'file' | 'folder' | undefined;

export interface CompletedFlag {
  /** With its dashes. */
  readonly name: string;
  readonly help: string;
  readonly takesValue: boolean;
  readonly value: ValueKind;
}

/** A command, or one of its subcommands, as far as completion goes. */
export interface CompletedCommand {
  readonly name: string;
  readonly help: string;
  readonly flags: readonly CompletedFlag[];
  /** Of the first argument that is no flag. */
  readonly argument: ValueKind;
  readonly subcommands: readonly CompletedCommand[];
}

/** What completion knows of a command line. */
export function completedCommand(command: Command): CompletedCommand {
  const subcommands = command.commands.map((one) => completedCommand(one));
  const names = subcommands.map(({ name }) => name);
  const help: CompletedCommand = { name: 'help', help: 'print help', flags: [], argument: names, subcommands: [] };
  const [argument] = command.registeredArguments;
  const shown = command.createHelp().visibleOptions(command);
  return {
    name: command.name(),
    help: command.description(),
    flags: shown.flatMap(({ long, ...option }) =>
      long === undefined || long === null ? [] : [flagOf(long, option as Option)],
    ),
    argument: argument === undefined ? undefined : (argument.argChoices ?? kindOf(argument.name())),
    subcommands: subcommands.length === 0 ? [] : [...subcommands, help],
  };
}

function flagOf(name: string, { flags, description, argChoices, required, optional }: Option): CompletedFlag {
  const placeholder = /<([^>]+)>/.exec(flags)?.[1] ?? '';
  return { name, help: description, takesValue: required || optional, value: argChoices ?? kindOf(placeholder) };
}

/** What a placeholder of the help stands for. */
function kindOf(placeholder: string): ValueKind {
  if (/^(?:file|proof|name\.json)$/.test(placeholder)) return 'file';
  return placeholder === 'folder' ? 'folder' : undefined;
}
