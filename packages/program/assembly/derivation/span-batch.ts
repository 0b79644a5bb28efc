// Span batches: many L2 blocks in one batch, their transactions taken apart by field so that they compress well (specs:
// protocol/delta/span-batches.md).
import { Bytes } from '../bytes';
import { SpanTransactions } from './span-batch-transactions';

/** Most blocks, transactions of a block, and transactions in all of a span batch; also a limit of a transaction's bytes. */
// @ts-ignore: decorator
@inline
export const MAX_SPAN_ELEMENTS: u64 = 10000000;

/** A span batch whose blocks' transactions are whole again. */
@final
export class SpanBatch {
  constructor(
    /** First 20 bytes of the hash of the L2 block before the span. */
    public readonly parentCheck: usize,
    /** First 20 bytes of the hash of the last block's L1 origin. */
    public readonly originCheck: usize,
    private readonly start: u64,
    private readonly blockTime: u64,
    /** L1 origin's number of each block. */
    private readonly epochs: StaticArray<u64>,
    /** Index of each block's first transaction, and the count of all at the end. */
    private readonly bounds: StaticArray<u32>,
    private readonly transactions: Array<Bytes>,
  ) {}

  get blockCount(): i32 {
    return this.epochs.length;
  }

  /** Time of block `i`. */
  timestamp(i: i32): u64 {
    return this.start + this.blockTime * <u64>i;
  }

  /** Number of block `i`'s L1 origin. */
  epoch(i: i32): u64 {
    return this.epochs[i];
  }

  /** Number of transactions of block `i`. */
  transactionCount(i: i32): i32 {
    return this.bounds[i + 1] - this.bounds[i];
  }

  /** Encoded transaction `j` of block `i`. */
  transaction(i: i32, j: i32): Bytes {
    return this.transactions[this.bounds[i] + j];
  }

  /** The encoded transactions of block `i`. */
  blockTransactions(i: i32): Array<Bytes> {
    return this.transactions.slice(this.bounds[i], this.bounds[i + 1]);
  }
}

/** Reads the parts of a span batch one after the other; the first that is missing or wrong sets `failed`. */
@final
export class SpanReader {
  private position: u32 = 0;
  failed: bool = false;

  constructor(private readonly data: Bytes) {}

  /** The next `length` bytes. */
  bytes(length: u64): Bytes {
    if (this.failed || length > <u64>(this.data.length - this.position)) {
      this.failed = true;
      return new Bytes(0, 0);
    }
    const start = this.position;
    this.position += <u32>length;
    return this.data.slice(start, this.position);
  }

  /** An unsigned integer of 64 bits in base-128 groups, least significant first; more groups than needed are fine. */
  varint(): u64 {
    let value: u64 = 0;
    for (let i: u64 = 0; i < 10; i++) {
      if (this.failed || this.position == this.data.length) break;
      const byte = <u64>this.data[this.position++];
      if (byte < 0x80) {
        if (i == 9 && byte > 1) break;
        return value | (byte << (7 * i));
      }
      value |= (byte & 0x7f) << (7 * i);
    }
    this.failed = true;
    return 0;
  }

  /** A list of `count` bits: a big-endian integer in as few whole bytes as hold them, the bits above them zero. */
  bits(count: u64): Bytes {
    const bytes = this.bytes((count + 7) >> 3);
    if (!this.failed && (count & 7) != 0 && bytes[0] >> (<u32>(count & 7)) != 0) this.failed = true;
    return bytes;
  }

  /** The bytes not read yet, as RLP. */
  rest(): Bytes {
    return this.data.after(this.position);
  }

  /** Goes on behind `length` bytes of the rest. */
  skip(length: u32): void {
    this.position += length;
  }
}

/** Bit `i` of a list that `SpanReader.bits` gave; bits behind the list are 0. */
export function bitAt(bits: Bytes, i: u32): u32 {
  const byte = i >> 3;
  return byte < bits.length ? (bits[bits.length - 1 - byte] >> (i & 7)) & 1 : 0;
}

/** A span batch as it is encoded: read, but its transactions not put together. Shares the memory of its encoding. */
@final
export class RawSpanBatch {
  constructor(
    public readonly relativeTime: u64,
    public readonly lastEpoch: u64,
    public readonly parentCheck: Bytes,
    public readonly originCheck: Bytes,
    public readonly originBits: Bytes,
    /** As in SpanBatch. */
    public readonly bounds: StaticArray<u32>,
    public readonly transactions: SpanTransactions,
  ) {}
}

/**
 * Reads a span batch from what follows its type byte. Null where it is malformed; bytes behind it don't matter.
 */
export function readSpanBatch(encoded: Bytes): RawSpanBatch | null {
  const reader = new SpanReader(encoded);
  const relativeTime = reader.varint();
  const lastEpoch = reader.varint();
  const parentCheck = reader.bytes(20);
  const originCheck = reader.bytes(20);
  const blockCount = reader.varint();
  if (reader.failed || blockCount > MAX_SPAN_ELEMENTS || blockCount == 0) return null;
  const originBits = reader.bits(blockCount);
  // Each count takes a byte at least: without them the table is not worth its memory.
  if (reader.failed || <u64>reader.rest().length < blockCount) return null;
  const bounds = new StaticArray<u32>(<i32>blockCount + 1);
  let total: u64 = 0;
  for (let i = 0; i < <i32>blockCount; i++) {
    bounds[i] = <u32>total;
    const count = reader.varint();
    if (reader.failed || count > MAX_SPAN_ELEMENTS) return null;
    total += count;
    if (total > MAX_SPAN_ELEMENTS) return null;
  }
  bounds[<i32>blockCount] = <u32>total;
  const transactions = SpanTransactions.read(reader, <u32>total);
  if (transactions === null) return null;
  return new RawSpanBatch(relativeTime, lastEpoch, parentCheck, originCheck, originBits, bounds, transactions);
}

/**
 * Puts the blocks of a span batch together, in the current region. Null where a transaction is malformed or of a type that
 * span batches don't have.
 */
export function buildSpanBatch(raw: RawSpanBatch, blockTime: u64, genesisTime: u64, chainId: u64): SpanBatch | null {
  const transactions = raw.transactions.build(chainId);
  if (transactions === null) return null;
  const count = raw.bounds.length - 1;
  const epochs = new StaticArray<u64>(count);
  let epoch = raw.lastEpoch;
  for (let i = count - 1; i >= 0; i--) {
    epochs[i] = epoch;
    // A set bit: the block's origin is the one after its parent's.
    if (bitAt(raw.originBits, i) == 1) epoch -= 1;
  }
  const bounds = new StaticArray<u32>(count + 1);
  for (let i = 0; i <= count; i++) bounds[i] = raw.bounds[i];
  return new SpanBatch(
    raw.parentCheck.copy().ptr,
    raw.originCheck.copy().ptr,
    genesisTime + raw.relativeTime,
    blockTime,
    epochs,
    bounds,
    transactions,
  );
}
