// What a batch says about L2 blocks, and its first version. Specification: specs/protocol/derivation.md, "Batch Format".
import { bigIntToUnpaddedBytes, concatBytes } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';

/** What a batch keeps of an L2 block; `transactions` are the envelopes after the deposits. */
export interface BatchedBlock {
  readonly parentHash: Uint8Array;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly l1Origin: { readonly number: bigint; readonly hash: Uint8Array };
  /** Whether the block is the first with its L1 origin. */
  readonly startsEpoch: boolean;
  readonly transactions: readonly Uint8Array[];
}

const SINGULAR_BATCH = 0;

/** One block as a batch of version 0, before the RLP string that a channel wraps it in. */
export function encodeSingularBatch(block: BatchedBlock): Uint8Array {
  const { parentHash, l1Origin, timestamp, transactions } = block;
  const fields = [
    parentHash,
    bigIntToUnpaddedBytes(l1Origin.number),
    l1Origin.hash,
    bigIntToUnpaddedBytes(timestamp),
    [...transactions],
  ];
  return concatBytes(Uint8Array.of(SINGULAR_BATCH), RLP.encode(fields));
}
