// Where a piece of the batcher's data is on L1: what was dropped of it can be read there again.
import { GrowingBuffer } from '../growing-buffer';
import { BLOB_SIZE, readBlobTo } from '../l1/blob';
import { L1Chain } from '../l1/chain';
import { decodeL1Transaction } from '../l1/transaction';
import { Bytes, copy32 } from '../bytes';
import { useScratch } from '../memory';
import { OrderedValues } from '../trie/ordered';

/** A piece of data: the call data of a transaction, or a blob's. */
@final
export class DataPlace {
  /** Number of the L1 block. */
  block: u64 = 0;
  isBlob: bool = false;
  /** The transaction's number in the block, or the blob's among the block's blobs. */
  index: u64 = 0;
  /** Address of a blob's 32-byte versioned hash. */
  hash: usize = 0;
  /** Address of the data, as long as it is there. */
  data: usize = 0;
}

/** A place as it is stored, with an offset in its data; a blob's hash follows. */
@unmanaged
class StoredPlace {
  block: u64;
  index: u64;
  offset: u32;
  isBlob: bool;
}

// @ts-ignore: decorator
@inline
const STORED_HASH: usize = 24;

/** Stores the place of byte `offset` of the data at `place` in 56 bytes at `target`. */
export function storePlace(target: usize, place: DataPlace, offset: u32): void {
  const stored = changetype<StoredPlace>(target);
  stored.block = place.block;
  stored.index = place.index;
  stored.offset = offset;
  stored.isBlob = place.isBlob;
  if (place.isBlob) copy32(target + STORED_HASH, place.hash);
}

/** A number by which stored places are in the order of L1; those of one piece of data have the same. */
export function orderOf(stored: usize): u64 {
  const place = changetype<StoredPlace>(stored);
  return (place.block << 24) | ((place.index & 0x7fffff) << 1) | (<u64>place.isBlob);
}

/** Reads pieces of the batcher's data again. */
@final
export class DataReader extends OrderedValues {
  private readonly buffer: GrowingBuffer = new GrowingBuffer();
  private length: u32 = 0;
  /** Which piece is in the buffer. */
  private order: u64 = u64.MAX_VALUE;
  /** The transaction that is looked for, and the number of the next one. */
  private wanted: u64 = 0;
  private at: u64 = 0;

  constructor(private readonly l1: L1Chain) {
    super();
  }

  /** Address of the `length` bytes at a stored place; they are there until the next call. */
  read(stored: usize, length: u32): usize {
    const place = changetype<StoredPlace>(stored);
    const order = orderOf(stored);
    if (order != this.order) {
      this.load(stored);
      this.order = order;
    }
    if (<u64>place.offset + length > this.length) throw new Error("the batcher's data is not on L1 any more");
    return this.buffer.ptr + place.offset;
  }

  private load(stored: usize): void {
    const place = changetype<StoredPlace>(stored);
    const block = this.l1.byNumber(place.block);
    if (block === null) throw new Error('an L1 block that was read and is not there any more');
    if (place.isBlob) {
      this.buffer.reserve(BLOB_SIZE, 0);
      const length = readBlobTo(this.buffer.ptr, stored + STORED_HASH, place.index, block.time);
      this.length = length < 0 ? 0 : <u32>length;
      return;
    }
    this.wanted = place.index;
    this.at = 0;
    this.length = 0;
    const before = useScratch(true);
    this.l1.transactions(block, this);
    useScratch(before);
  }

  value(transaction: Bytes): void {
    if (this.at++ != this.wanted) return;
    const data = decodeL1Transaction(transaction).data;
    this.buffer.reserve(data.length, 0);
    data.copyTo(this.buffer.ptr);
    this.length = data.length;
  }
}
