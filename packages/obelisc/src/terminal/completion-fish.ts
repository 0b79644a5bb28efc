// Completion for fish: a line for each flag, subcommand and word.
import type { CompletedCommand, CompletedFlag, ValueKind } from './completed-command.js';
import { quoted } from './shell-quotes.js';

export function fishScript(commands: readonly CompletedCommand[]): string {
  return `${commands.flatMap((command) => [`complete -c ${command.name} -f`, ...linesOf(command)]).join('\n')}\n`;
}

function linesOf(command: CompletedCommand): string[] {
  const { name, flags, subcommands, argument } = command;
  if (subcommands.length === 0)
    return [...flags.map((flag) => flagLine(name, '', flag)), ...argumentLine(name, '', argument)];
  const names = subcommands.map((one) => one.name).join(' ');
  const first = `-n ${quoted(`not __fish_seen_subcommand_from ${names}`)} `;
  return [
    ...flags.map((flag) => flagLine(name, first, flag)),
    ...subcommands.flatMap((one) => {
      const inside = `-n ${quoted(`__fish_seen_subcommand_from ${one.name}`)} `;
      return [
        `complete -c ${name} ${first}-a ${one.name} -d ${quoted(one.help)}`,
        ...one.flags.map((flag) => flagLine(name, inside, flag)),
        ...argumentLine(name, inside, one.argument),
      ];
    }),
  ];
}

function flagLine(command: string, condition: string, { name, help, takesValue, value }: CompletedFlag): string {
  const takes = takesValue ? ` ${action(value)}` : '';
  return `complete -c ${command} ${condition}-l ${name.slice(2)}${takes} -d ${quoted(help)}`;
}

function argumentLine(command: string, condition: string, argument: ValueKind): string[] {
  if (argument === undefined) return [];
  if (argument === 'file') return [`complete -c ${command} ${condition}-F`];
  return [
    `complete -c ${command} ${condition}-a ${quoted(argument === 'folder' ? '(__fish_complete_directories)' : argument.join(' '))}`,
  ];
}

function action(value: ValueKind): string {
  if (value === 'file') return '-r -F';
  if (value === 'folder') return `-x -a '(__fish_complete_directories)'`;
  return value === undefined ? '-x' : `-x -a ${quoted(value.join(' '))}`;
}
