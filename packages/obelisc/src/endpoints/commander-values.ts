// The network flags on a Commander command line, and their values as it has them.
import { type Command, Option } from 'commander';
import { NETWORK_FLAGS } from './network-flags.js';

/** A flag of the table, under its name or its other name. */
export function networkFlagOf(flags: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const spec = NETWORK_FLAGS.find((known) => known.name === name);
  const value =
    flags[optionName(name)] ?? (spec !== undefined && 'alias' in spec ? flags[optionName(spec.alias)] : undefined);
  return typeof value === 'string' ? value : undefined;
}

/** How Commander names an option's value. */
function optionName(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Adds the flags of how endpoints are dealt with: all of the table's, or those that `names` has. */
export function addNetworkFlags(command: Command, names?: readonly string[]): Command {
  command.optionsGroup('How endpoints are dealt with:');
  for (const { name, value, help, ...more } of NETWORK_FLAGS) {
    if (names !== undefined && !names.includes(name)) continue;
    command.option(`--${name} <${value}>`, 'default' in more ? `${help} (default: ${more.default})` : help);
    if ('alias' in more) command.addOption(new Option(`--${more.alias} <${value}>`, help).hideHelp());
  }
  return command;
}
