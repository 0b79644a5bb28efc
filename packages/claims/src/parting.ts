// Where another's chain parts from the derived one, and whose word is wrong.
import type { Difference } from './difference.js';
import { hex } from './bytes.js';
import type { DerivedBlock } from './client-log.js';

/** The first block that somebody has otherwise than it is derived; hashes are 0x-hex. */
export interface Parting {
  readonly block: bigint;
  readonly derived: string;
  readonly other: string;
}

/** Whose word is not what is derived. */
export type Liar = 'claim' | 'op-node' | 'l2';

/** A block that somebody has otherwise than it is derived, the first one, with what differs in it. */
export interface PartedBlock extends Parting {
  /** The L2 endpoint's block of that number, 0x-hex; null: it has none, undefined: it could not be asked. */
  readonly l2: string | null | undefined;
  /** Whose block `differences` are about: the L2 endpoint has the op-node's block, or one of its own, or nothing but hashes is known. */
  readonly compared: 'op-node' | 'l2' | undefined;
  readonly differences: readonly Difference[];
  /** What could not be told, or contradicts itself. */
  readonly notes: readonly string[];
}

/** Blocks whose output roots a wrong claim's root was looked for among. */
export interface RootSearch {
  readonly from: bigint;
  readonly to: bigint;
  /** The block that has it; undefined: none. */
  readonly block: bigint | undefined;
}

export interface Located {
  readonly wrong: readonly Liar[];
  /** The first block that the op-node has otherwise. */
  readonly opNodeParts: PartedBlock | undefined;
  /** Where the op-node has what is derived: the first block that the L2 endpoint has otherwise. */
  readonly l2Parts: PartedBlock | undefined;
  readonly claimedRoot: RootSearch | undefined;
}

/**
 * Looks for the first of the derived blocks that `hashOf` knows by another hash; undefined where it has all of them. As a
 * block's hash names its parent, one that is right says that all before it are. Rejects as `hashOf` does; where that knows no
 * hash, the block counts as the same.
 */
export async function findParting(
  hashOf: (block: bigint) => Promise<Uint8Array | undefined>,
  blocks: readonly DerivedBlock[],
): Promise<Parting | undefined> {
  const compare = async ({ number, hash }: DerivedBlock): Promise<Parting | undefined> => {
    const told = await hashOf(number);
    const other = told && hex(told);
    return other === undefined || other === hash ? undefined : { block: number, derived: hash, other };
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
