// Span batches: many L2 blocks in one batch, their transactions taken apart by field so that they compress well (specs:
// protocol/delta/span-batches.md). A span batch stays as it is encoded: whoever goes through its blocks, in order, has a
// cursor on each column.
import { Bytes } from '../bytes';
import { mark, release } from '../memory';
import { itemEnd } from '../rlp';
import { TransactionSource } from '../transaction/transaction-source';
import { assembleTransaction, SpanTransactionType } from './span-batch-transactions';

/** Most blocks, transactions of a block, and transactions in all of a span batch; also a limit of a transaction's bytes. */
// @ts-ignore: decorator
@inline
export const MAX_SPAN_ELEMENTS: u64 = 10000000;

/** A list of bits: a big-endian integer in as few whole bytes as hold them. */
@final
export class BitList {
  private end: usize = 0;

  /** Makes it the `length` bytes at `ptr`. */
  set(ptr: usize, length: u32): void {
    this.end = ptr + length;
  }

  /** Bit `i`, which is in the list. */
  // @ts-ignore: decorator
  @inline
  at(i: u32): u32 {
    return ((<u32>load<u8>(this.end - 1 - (i >> 3))) >> (i & 7)) & 1;
  }
}

/** Number of set bits in the `length` bytes at `ptr`. */
function countBits(ptr: usize, length: u32): u32 {
  let count: u32 = 0;
  for (; length >= 8; length -= 8, ptr += 8) count += <u32>popcnt(load<u64>(ptr));
  for (; length > 0; length--) count += <u32>popcnt(<u32>load<u8>(ptr++));
  return count;
}

// Where `varint` ended; 0 where there was none.
let varintEnd: usize = 0;

/**
 * The unsigned integer of 64 bits at `at`, in base-128 groups, least significant first; more groups than needed are fine.
 * Sets `varintEnd`.
 */
function varint(at: usize, end: usize): u64 {
  let value: u64 = 0;
  for (let i: u64 = 0; i < 10; i++) {
    if (at == end) break;
    const byte = <u64>load<u8>(at++);
    if (byte < 0x80) {
      if (i == 9 && byte > 1) break;
      varintEnd = at;
      return value | (byte << (7 * i));
    }
    value |= (byte & 0x7f) << (7 * i);
  }
  varintEnd = 0;
  return 0;
}

/** Reads the parts of a span batch one after the other; the first that is missing or wrong sets `failed`. */
@final
class SpanReader {
  failed: bool = false;

  constructor(
    public position: usize,
    public readonly end: usize,
  ) {}

  /** Address of the next `length` bytes. */
  bytes(length: u64): usize {
    if (this.failed || length > <u64>(this.end - this.position)) {
      this.failed = true;
      return 0;
    }
    const start = this.position;
    this.position += <usize>length;
    return start;
  }

  varint(): u64 {
    if (this.failed) return 0;
    const value = varint(this.position, this.end);
    if (varintEnd == 0) this.failed = true;
    else this.position = varintEnd;
    return value;
  }

  /** Address of a list of `count` bits; the bits above them are zero. */
  bits(count: u64): usize {
    const ptr = this.bytes((count + 7) >> 3);
    if (!this.failed && (count & 7) != 0 && load<u8>(ptr) >> (<u8>(count & 7)) != 0) this.failed = true;
    return ptr;
  }
}


@final
export class SpanBatch {
  /** First 20 bytes of the hash of the L2 block before the span. */
  parentCheck: usize = 0;
  /** First 20 bytes of the hash of the last block's L1 origin. */
  originCheck: usize = 0;
  blockCount: u32 = 0;
  /** L1 origins' numbers of the first and the last block. */
  firstEpoch: u64 = 0;
  lastEpoch: u64 = 0;
  /** Time of the first block. */
  start: u64 = 0;
  private blockTime: u64 = 0;
  chainId: u64 = 0;

  readonly originBits: BitList = new BitList();
  readonly creationBits: BitList = new BitList();
  readonly parityBits: BitList = new BitList();
  readonly protectedBits: BitList = new BitList();
  /** Addresses of the columns. */
  counts: usize = 0;
  signatures: usize = 0;
  recipients: usize = 0;
  data: usize = 0;
  nonces: usize = 0;
  gasLimits: usize = 0;
  end: usize = 0;
  private transactionCount: u32 = 0;

  /**
   * Makes it the span batch in what follows its type byte, which must stay. False where it is malformed; bytes behind it
   * don't matter.
   */
  read(encoded: Bytes, blockTime: u64, genesisTime: u64, chainId: u64): bool {
    const reader = new SpanReader(encoded.ptr, encoded.ptr + encoded.length);
    this.start = genesisTime + reader.varint();
    this.blockTime = blockTime;
    this.chainId = chainId;
    this.end = reader.end;
    this.lastEpoch = reader.varint();
    this.parentCheck = reader.bytes(20);
    this.originCheck = reader.bytes(20);
    const blockCount = reader.varint();
    if (reader.failed || blockCount > MAX_SPAN_ELEMENTS || blockCount == 0) return false;
    this.blockCount = <u32>blockCount;
    const originBits = reader.bits(blockCount);
    if (reader.failed) return false;
    const originBytes = <u32>((blockCount + 7) >> 3);
    this.originBits.set(originBits, originBytes);
    // A set bit: the block's origin is the one after its parent's.
    this.firstEpoch = this.lastEpoch - countBits(originBits, originBytes) + this.originBits.at(0);
    this.counts = reader.position;
    let total: u64 = 0;
    for (let i: u32 = 0; i < this.blockCount; i++) {
      const count = reader.varint();
      if (reader.failed || count > MAX_SPAN_ELEMENTS) return false;
      total += count;
      if (total > MAX_SPAN_ELEMENTS) return false;
    }
    this.transactionCount = <u32>total;
    return this.readTransactions(reader);
  }

  /** Makes it a span of which no more is known than these, and the two checks. */
  outline(start: u64, blockTime: u64, blockCount: u32, firstEpoch: u64, lastEpoch: u64): void {
    this.start = start;
    this.blockTime = blockTime;
    this.blockCount = blockCount;
    this.firstEpoch = firstEpoch;
    this.lastEpoch = lastEpoch;
  }

  private readTransactions(reader: SpanReader): bool {
    const count = this.transactionCount;
    const bitBytes = (count + 7) >> 3;
    const creationBits = reader.bits(count);
    this.creationBits.set(creationBits, bitBytes);
    this.parityBits.set(reader.bits(count), bitBytes);
    this.signatures = reader.bytes(64 * <u64>count);
    if (reader.failed) return false;
    this.recipients = reader.bytes(20 * <u64>(count - countBits(creationBits, bitBytes)));
    if (reader.failed) return false;
    this.data = reader.position;
    let legacy: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      const at = reader.position;
      if (at == reader.end) return false;
      const type = load<u8>(at);
      const list = type <= 0x7f ? at + 1 : at;
      if (list == reader.end || load<u8>(list) < 0xc0) return false;
      const end = itemEnd(list, reader.end);
      // The reference's limit counts the list's header too.
      if (end == 0 || <u64>(end - list) > MAX_SPAN_ELEMENTS) return false;
      if (type > 0x7f || type == SpanTransactionType.Legacy) legacy += 1;
      reader.position = end;
    }
    this.nonces = reader.position;
    for (let i: u32 = 0; i < count; i++) reader.varint();
    this.gasLimits = reader.position;
    for (let i: u32 = 0; i < count; i++) reader.varint();
    this.protectedBits.set(reader.bits(legacy), (legacy + 7) >> 3);
    return !reader.failed;
  }

  /**
   * Whether its transactions can be put together: none is malformed or of a type that span batches don't have. In SCRATCH.
   */
  canBeBuilt(): bool {
    const cursor = new SpanCursor();
    cursor.open(this);
    for (let i: u32 = 0; i < this.transactionCount; i++) {
      const start = mark();
      const transaction = cursor.transaction();
      release(start);
      if (transaction === null) return false;
    }
    return true;
  }

  /** Time of block `i`. */
  timestamp(i: u32): u64 {
    return this.start + this.blockTime * <u64>i;
  }
}

/** A place in a span batch, from which it goes on block by block or transaction by transaction. */
@final
export class SpanCursor {
  private span: SpanBatch | null = null;
  /** The next block, and the L1 origin's number of the one before it. */
  private block: u32 = 0;
  private counts: usize = 0;
  epoch: u64 = 0;
  // The next transaction's places in the columns, and how many came before it, in all and legacy ones.
  private index: u32 = 0;
  private legacy: u32 = 0;
  private recipients: usize = 0;
  private data: usize = 0;
  private nonces: usize = 0;
  private gasLimits: usize = 0;

  /** Goes to the beginning of `span`. */
  open(span: SpanBatch): void {
    this.span = span;
    this.block = 0;
    this.counts = span.counts;
    this.epoch = span.firstEpoch - span.originBits.at(0);
    this.index = 0;
    this.legacy = 0;
    this.recipients = span.recipients;
    this.data = span.data;
    this.nonces = span.nonces;
    this.gasLimits = span.gasLimits;
  }

  /** Goes to where `other` is. */
  copy(other: SpanCursor): void {
    this.span = other.span;
    this.block = other.block;
    this.counts = other.counts;
    this.epoch = other.epoch;
    this.index = other.index;
    this.legacy = other.legacy;
    this.recipients = other.recipients;
    this.data = other.data;
    this.nonces = other.nonces;
    this.gasLimits = other.gasLimits;
  }

  private get batch(): SpanBatch {
    const span = this.span;
    if (span === null) throw new Error('a cursor that is on no span batch');
    return span;
  }

  /** Enters the next block: sets `epoch`, and returns the number of its transactions, which come next. */
  enterBlock(): u32 {
    const span = this.batch;
    const count = <u32>varint(this.counts, span.end);
    this.counts = varintEnd;
    this.epoch += span.originBits.at(this.block++);
    return count;
  }

  /** Passes the next transaction; returns its type. */
  skip(): u32 {
    const span = this.batch;
    const first = <u32>load<u8>(this.data);
    const isLegacy = first > 0x7f;
    if (isLegacy || first == SpanTransactionType.Legacy) this.legacy += 1;
    this.data = itemEnd(isLegacy ? this.data : this.data + 1, span.end);
    varint(this.nonces, span.end);
    this.nonces = varintEnd;
    varint(this.gasLimits, span.end);
    this.gasLimits = varintEnd;
    if (span.creationBits.at(this.index) == 0) this.recipients += 20;
    this.index += 1;
    return isLegacy ? SpanTransactionType.Legacy : first;
  }

  /**
   * The next transaction, put together in the current region, which must be SCRATCH; null where it is malformed or of a type
   * that span batches don't have.
   */
  transaction(): Bytes | null {
    const span = this.batch;
    const data = this.data;
    const recipient = this.recipients;
    const legacy = this.legacy;
    const index = this.index;
    const nonce = varint(this.nonces, span.end);
    const gasLimit = varint(this.gasLimits, span.end);
    const type = this.skip();
    const isProtected = this.legacy > legacy && span.protectedBits.at(legacy) == 1;
    return assembleTransaction(
      new Bytes(data, <u32>(this.data - data)),
      type,
      span.chainId,
      nonce,
      gasLimit,
      span.creationBits.at(index) == 1 ? 0 : recipient,
      span.parityBits.at(index),
      isProtected,
      span.signatures + 64 * index,
    );
  }
}

/** The transactions of one block of a span batch. */
@final
export class SpanTransactions extends TransactionSource {
  private readonly start: SpanCursor = new SpanCursor();
  private readonly cursor: SpanCursor = new SpanCursor();

  /** Makes them the next `count` transactions of `cursor`. */
  set(cursor: SpanCursor, count: u32): void {
    this.start.copy(cursor);
    this.cursor.copy(cursor);
    this.count = count;
  }

  rewind(): void {
    this.cursor.copy(this.start);
  }

  next(): Bytes {
    const transaction = this.cursor.transaction();
    if (transaction === null) throw new Error('a span batch with a malformed transaction was not dropped');
    return transaction;
  }
}
