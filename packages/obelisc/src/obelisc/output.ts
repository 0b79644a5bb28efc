// `obelisc output`: what `cast rpc optimism_outputAtBlock` prints.
import { opNode } from '@obelisc/host';
import { UsageError } from '../terminal/failure.js';

/** Prints the op-node's answer for an L2 block on stdout, or one field of it (names joined by dots). */
export async function printOutput(block: bigint, url: string, field: string | undefined): Promise<void> {
  const { json } = await opNode({ url }).outputAtBlock(block);
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
