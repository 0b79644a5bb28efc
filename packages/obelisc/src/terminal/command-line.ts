// What the command lines that Commander reads have in common.
import type { Command } from 'commander';

/** The option of every command that shows where an error comes from. */
export const DEBUG_FLAG = ['--debug', 'print the JavaScript stack of errors'] as const;

/**
 * Commander misses required options before it looks at unknown ones, which are most often the required ones misspelt: here
 * the unknown is told first, then all that is missing at once.
 */
export function unknownFlagsFirst(program: Command): void {
  for (const command of program.commands) {
    const required = command.options.filter((option) => option.mandatory);
    for (const option of required) option.mandatory = false;
    const parse = command.parseOptions.bind(command);
    // Nor does a value that is wrong come before it: Commander is shown the unknown one alone.
    command.parseOptions = (args) => {
      const unknown = firstUnknown(command, args);
      return parse(unknown === undefined ? args : [unknown]);
    };
    command.hook('preAction', (_, action) => {
      const missing = required.filter((option) => action.getOptionValue(option.attributeName()) === undefined);
      if (missing.length === 0) return;
      const flags = missing.map((option) => `'${option.flags}'`).join(', ');
      action.error(`error: required option${missing.length === 1 ? '' : 's'} ${flags} not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
    });
  }
}

/** The first flag that the command does not have; none where help is asked for. */
function firstUnknown(command: Command, args: readonly string[]): string | undefined {
  let unknown: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') break;
    if (arg === '-h' || arg === '--help') return undefined;
    if (!/^-./.test(arg)) continue;
    const option = command.options.find(({ long, short }) => [long, short].includes(arg.split('=')[0]));
    if (option === undefined) unknown ??= arg;
    else if (option.required && !arg.includes('=')) at += 1;
  }
  return unknown;
}
