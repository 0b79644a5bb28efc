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
