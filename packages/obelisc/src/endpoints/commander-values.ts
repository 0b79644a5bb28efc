// The network flags' values as Commander has them.
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
