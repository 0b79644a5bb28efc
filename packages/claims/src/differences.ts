// Where the op-node's chain and the derived one part.
import type { OpNode } from '@obelisc/host';
import { hex } from './bytes.js';
import type { DerivedBlock } from './client-log.js';

/** The first block that the op-node has otherwise than it is derived; hashes are 0x-hex. */
export interface Parting {
  readonly block: bigint;
  readonly derived: string;
  readonly opNode: string;
}

/**
 * Looks for the first of the derived blocks that the op-node has with another hash; undefined where it has all of them. As a
 * block's hash names its parent, one that is right says that all before it are. Rejects with EndpointError.
 */
export async function findParting(node: OpNode, blocks: readonly DerivedBlock[]): Promise<Parting | undefined> {
  const compare = async ({ number, hash }: DerivedBlock): Promise<Parting | undefined> => {
    const opNode = hex((await node.outputAtBlock(number)).blockHash);
    return opNode === hash ? undefined : { block: number, derived: hash, opNode };
  };
  const last = blocks.at(-1);
  let parting = last === undefined ? undefined : await compare(last);
  if (parting === undefined) return undefined;
  for (let [low, high] = [0, blocks.length - 1]; low < high;) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    const found = block === undefined ? undefined : await compare(block);
    if (found === undefined) low = middle + 1;
    else {
      high = middle;
      parting = found;
    }
  }
  return parting;
}
