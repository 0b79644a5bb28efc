// Batches that every derivation must drop, each for a reason of its own.
// Specification: specs/protocol/derivation.md, "Batch Queue"; specs/protocol/delta/span-batches.md, "Batch Queue".
import { encodeSingularBatch } from './batch.js';
import type { BatchedBlock } from './batch.js';

/** Wrong variants of a block's singular batch. */
export function singularDecoys(block: BatchedBlock): Uint8Array[] {
  const { l1Origin, timestamp, transactions, parentHash } = block;
  const variants: BatchedBlock[] = [
    { ...block, parentHash: spoiled(parentHash) },
    { ...block, l1Origin: { ...l1Origin, hash: spoiled(l1Origin.hash) } },
    { ...block, l1Origin: { ...l1Origin, number: l1Origin.number + 5n } },
    // Between two blocks.
    { ...block, timestamp: timestamp + 1n },
    { ...block, transactions: [...transactions, new Uint8Array(0)] },
    // Deposits come from L1 alone.
    { ...block, transactions: [Uint8Array.of(0x7e, 0xc0), ...transactions] },
  ];
  return variants.map(encodeSingularBatch);
}

/** Wrong variants of a span: its parent, or its last origin, isn't the chain's. */
export function spanDecoys(blocks: readonly BatchedBlock[]): BatchedBlock[][] {
  const [first, ...others] = blocks;
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) return [];
  const wrongOrigin = { ...last, l1Origin: { ...last.l1Origin, hash: spoiled(last.l1Origin.hash) } };
  return [
    [{ ...first, parentHash: spoiled(first.parentHash) }, ...others],
    [...blocks.slice(0, -1), wrongOrigin],
  ];
}

function spoiled(hash: Uint8Array): Uint8Array {
  return hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
}
