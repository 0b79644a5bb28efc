// `obelisc output`: what `cast rpc optimism_outputAtBlock` prints.
import { opNode } from '@obelisc/host';
import { networkFlagOf } from '../endpoints/commander-values.js';
import { readNetworkFlags } from '../endpoints/network-flags.js';
import { logger } from '../op-program/logger.js';
import { hasColours } from '../terminal/colours.js';
import { UsageError } from '../terminal/failure.js';
import { writeStory } from '../terminal/status-line.js';
import { logLevelOf, type Verbosity } from '../terminal/verbosity.js';

export interface OutputFlags extends Verbosity {
  /** URL. */
  readonly opNode: string;
  readonly field?: string;
  readonly [network: string]: unknown;
}

/** Prints the op-node's answer for an L2 block on stdout, or one field of it (names joined by dots). */
export async function printOutput(block: bigint, flags: OutputFlags): Promise<void> {
  const { opNode: url, field } = flags;
  const color = hasColours(process.stderr);
  const log = logger({
    level: logLevelOf(flags),
    format: 'text',
    color,
    pid: false,
    write: (text) => writeStory(text),
  });
  const { policy } = readNetworkFlags((name) => networkFlagOf(flags, name));
  const { json } = await opNode({ url, log, policy }).outputAtBlock(block);
  if (field === undefined) {
    process.stdout.write(`${JSON.stringify(json)}\n`);
    return;
  }
  let value: unknown = json;
  for (const name of field.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }
  if (value === undefined)
    throw new UsageError(`the op-node's answer has no field ${field}: leave out --field to see all`);
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
}
