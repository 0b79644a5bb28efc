// Where batches end, near the places where segments would begin. A span of batches is derived to its end, whatever block was asked
// for: a segment that ends within one derives blocks that are the next segment's as well.
import type { OpNode } from '@obelisc/host';
import type { Range } from './segment-lengths.js';

/** L1 blocks behind a block's origin in which its batch is looked for: more than any chain's sequencing window. */
const FARTHEST = 1n << 16n;

/**
 * `starts` (blocks from the range's start on, ascending, 0 the first), each moved to the nearest block that the safe head stood at after an L1
 * block: where batches end. Those that the op-node has no record of stay where they are; two that come to lie together are one.
 * Rejects with EndpointError.
 */
export async function atBatchEnds(
  node: Pick<OpNode, 'outputAtBlock' | 'safeHeadAtL1Block'>,
  { start, end }: Omit<Range, 'count'>,
  starts: readonly bigint[],
): Promise<bigint[]> {
  const moved = await Promise.all(
    starts.map(async (at) => (at === 0n ? at : (await nearestEnd(node, start.blockNumber + at)) - start.blockNumber)),
  );
  const blocks = end.blockNumber - start.blockNumber;
  return [...new Set(moved)].filter((at) => at === 0n || (at > 0n && at < blocks)).toSorted((a, b) => (a < b ? -1 : 1));
}

async function nearestEnd(node: Pick<OpNode, 'outputAtBlock' | 'safeHeadAtL1Block'>, block: bigint): Promise<bigint> {
  const headAt = async (l1Block: bigint): Promise<bigint | undefined> =>
    (await node.safeHeadAtL1Block(l1Block))?.number;
  // No batch lands in its own origin, and most soon after it.
  let low = (await node.outputAtBlock(block)).l1Origin.number;
  let [high, above] = [low, undefined as bigint | undefined];
  for (let distance = 1n; above === undefined || above < block; distance *= 2n) {
    if (above !== undefined) low = high;
    high += distance;
    above = await headAt(high);
    if (above === undefined || distance > FARTHEST) return block;
  }
  let below: bigint | undefined;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const head = await headAt(middle);
    if (head !== undefined && head >= block) [high, above] = [middle, head];
    else [low, below] = [middle, head];
  }
  below ??= await headAt(low);
  return below !== undefined && block - below < above - block ? below : above;
}
