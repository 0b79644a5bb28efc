// Environment variables that stand for flags of a command that Commander reads.
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { UsageError } from './failure.js';
import { booleanOf } from './flag-words.js';

/** The variable of a flag: `--l1.beacon` with `OBELISC_` is `OBELISC_L1_BEACON`. */
export function variableOf(prefix: string, option: Option): string {
  return prefix + (option.long ?? '').slice(2).replaceAll(/[.-]/g, '_').toUpperCase();
}

/**
 * Sets the flags that the command line left out and a variable gives; an empty variable counts as none. A value that is wrong
 * ends the command with an error that names the variable.
 */
export function readEnvironment(command: Command, prefix: string, env: Record<string, string | undefined>): void {
  for (const option of command.options) {
    const variable = variableOf(prefix, option);
    const text = env[variable];
    const name = option.attributeName();
    if (text === undefined || text === '' || command.getOptionValueSource(name) === 'cli') continue;
    command.setOptionValueWithSource(name, valueOf(command, option, variable, text), 'env');
  }
}

function valueOf(command: Command, option: Option, variable: string, text: string): unknown {
  const refuse = (why: string): never =>
    command.error(`error: the environment variable ${variable} is ${JSON.stringify(text)}: ${why}`, {
      code: 'commander.invalidArgument',
    });
  if (option.isBoolean()) return booleanOf(text) ?? refuse('it is neither true nor false');
  try {
    return option.parseArg === undefined ? text : option.parseArg(text, undefined);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${error.message} (from ${variable})`, { cause: error });
    if (!(error instanceof InvalidArgumentError)) throw error;
    return refuse(error.message);
  }
}
