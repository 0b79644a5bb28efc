// Batches: what the sequencer put into L2 blocks (specs: protocol/derivation.md#batch-format, protocol/delta/span-batches.md).
import { Bytes } from '../bytes';
import { RlpReader } from '../rlp';
import { SpanBatch } from './span-batch';

/** First byte of an encoded batch. */
export const enum BatchType {
  Singular = 0,
  Span = 1,
}

/** The contents of one L2 block. */
@final
export class SingularBatch {
  constructor(
    /** Address of the 32-byte hash of the parent L2 block. */
    public parentHash: usize,
    /** The L1 origin's number and the address of its 32-byte hash. */
    public readonly epochNumber: u64,
    public readonly epochHash: usize,
    public readonly timestamp: u64,
    /** Encoded transactions. */
    public readonly transactions: Array<Bytes>,
  ) {}
}

/** Either a singular batch or a span of blocks: one of both is set. */
@final
export class Batch {
  constructor(
    public readonly singular: SingularBatch | null,
    public readonly span: SpanBatch | null,
  ) {}
}

/**
 * Decodes a singular batch from what follows its type byte: RLP of parent hash, epoch number, epoch hash, timestamp and
 * list of transactions. Null where it's malformed; bytes behind the list don't matter. All is copied to the current
 * region.
 */
export function decodeSingularBatch(encoded: Bytes): SingularBatch | null {
  const fields = new RlpReader(encoded).list();
  const parentHash = fields.fixed(32);
  const epochNumber = fields.u64();
  const epochHash = fields.fixed(32);
  const timestamp = fields.u64();
  const list = fields.list();
  if (!fields.complete) return null;
  const transactions = new Array<Bytes>(0);
  while (!list.atEnd && !list.failed) {
    const transaction = list.bytes();
    if (!list.failed) transactions.push(transaction.copy());
  }
  if (list.failed) return null;
  return new SingularBatch(
    new Bytes(parentHash, 32).copy().ptr,
    epochNumber,
    new Bytes(epochHash, 32).copy().ptr,
    timestamp,
    transactions,
  );
}
