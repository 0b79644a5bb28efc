// Where a piece of the batcher's data is on L1: what was dropped of it can be read there again.
import { GrowingBuffer } from '../growing-buffer';
import { BlobRounds } from '../l1/blob-rounds';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { decodeL1Transaction } from '../l1/transaction';
import { Bytes, copy32 } from '../bytes';
import { allocateBulk, mark, release, useScratch } from '../memory';
import { OrderedValues } from '../trie/ordered';

/** A piece of data: the call data of a transaction, or a blob's. */
@final
export class DataPlace {
  /** Number of the L1 block. */
  block: u64 = 0;
  isBlob: bool = false;
  /** The transaction's number in the block, or the blob's among the block's blobs. */
  index: u64 = 0;
  /** Address of the data, as long as it is there, and its length. */
  data: usize = 0;
  length: u32 = 0;
}

/** Bytes of a place as it is stored, with an offset in its data. */
// @ts-ignore: decorator
@inline
export const PLACE_SIZE: u32 = 8;

// A stored place, from the highest bit on: the L1 block's number without what is above its low bits, which is the head's or one
// less (the headers of more blocks than that fill the memory); the index, and 1 for a blob; the offset.
// @ts-ignore: decorator
@inline
const BLOCK_BITS: u64 = 22;
// @ts-ignore: decorator
@inline
const INDEX_BITS: u64 = 17;
// @ts-ignore: decorator
@inline
const OFFSET_BITS: u64 = 64 - BLOCK_BITS - INDEX_BITS;

/** Whether byte `offset` of the data at `place` can be stored: not in a transaction of 32 MiB or behind 65,536 of them. */
export function hasPlace(place: DataPlace, offset: u32): bool {
  return place.index < 1 << (INDEX_BITS - 1) && <u64>offset < 1 << OFFSET_BITS;
}

/** Stores the place of byte `offset` of the data at `place`, which can be, in PLACE_SIZE bytes at `target`. */
export function storePlace(target: usize, place: DataPlace, offset: u32): void {
  const block = place.block & ((1 << BLOCK_BITS) - 1);
  const index = (place.index << 1) | (<u64>place.isBlob);
  store<u64>(target, (((block << INDEX_BITS) | index) << OFFSET_BITS) | offset);
}

/** A number by which stored places are in the order of L1; those of one piece of data have the same. */
export function orderOf(stored: usize): u64 {
  return load<u64>(stored) >> OFFSET_BITS;
}

/**
 * Whether `length` bytes of the data at `place` can be read again for little more than what they cost: the other bytes of a
 * transaction come with them, of a blob those of four elements.
 */
export function isCheap(place: DataPlace, length: u32): bool {
  return place.isBlob ? length >= LARGE_OF_BLOB : length >= place.length / LARGE_SHARE;
}

// @ts-ignore: decorator
@inline
const LARGE_OF_BLOB: u32 = 512;
// @ts-ignore: decorator
@inline
const LARGE_SHARE: u32 = 16;

/** Reads pieces of the batcher's data again. */
@final
export class DataReader extends OrderedValues {
  /** Which piece is at hand; of call data it is in the buffer, of a blob what was asked for is in `rounds`. */
  private order: u64 = u64.MAX_VALUE;
  private readonly buffer: GrowingBuffer = new GrowingBuffer();
  private length: u32 = 0;
  private readonly rounds: BlobRounds = new BlobRounds();
  /** The versioned hashes of the blobs of the L1 block that is gone through. */
  private readonly hashes: GrowingBuffer = new GrowingBuffer();
  private hashCount: u32 = 0;

  constructor(private readonly l1: L1Chain) {
    super();
  }

  /** Address of the `length` bytes at a stored place; they are there until the next call. */
  read(stored: usize, length: u32): usize {
    const order = orderOf(stored);
    const offset = <u32>(load<u64>(stored) & ((1 << OFFSET_BITS) - 1));
    if (order != this.order) {
      this.load(order);
      this.order = order;
    }
    if ((order & 1) != 0) return this.rounds.read(offset, length);
    if (<u64>offset + length > this.length) throw new Error("the batcher's data is not on L1 any more");
    return this.buffer.ptr + offset;
  }

  private load(order: u64): void {
    const head = this.l1.head.number;
    const back = (head - (order >> INDEX_BITS)) & ((1 << BLOCK_BITS) - 1);
    const block = this.l1.byNumber(head - back);
    if (block === null) throw new Error('an L1 block that was read and is not there any more');
    const index = (<u32>(order & ((1 << INDEX_BITS) - 1))) >> 1;
    if ((order & 1) == 0) return this.loadTransaction(block, index);
    if (block.blobHashes == 0) this.findBlobs(block);
    if (index >= block.blobCount) throw new Error('a blob that was read and is not on L1 any more');
    this.rounds.open(block.blobHashes + ((<usize>index) << 5), index, block.time);
  }

  private loadTransaction(block: L1Block, index: u32): void {
    const before = useScratch(true);
    const start = mark();
    const data = decodeL1Transaction(this.l1.transaction(block, index)).data;
    this.buffer.reserve(data.length, 0);
    data.copyTo(this.buffer.ptr);
    this.length = data.length;
    release(start);
    useScratch(before);
  }

  /** Notes the blobs of a block, which is done once. */
  private findBlobs(block: L1Block): void {
    this.hashCount = 0;
    const before = useScratch(true);
    this.l1.transactions(block, this);
    useScratch(before);
    const size = (<usize>this.hashCount) << 5;
    block.blobHashes = allocateBulk(size);
    block.blobCount = this.hashCount;
    memory.copy(block.blobHashes, this.hashes.ptr, size);
  }

  value(encoded: Bytes): void {
    const transaction = decodeL1Transaction(encoded);
    for (let i: u32 = 0; i < transaction.blobCount; i++) {
      this.hashes.reserve((this.hashCount + 1) << 5, this.hashCount << 5);
      copy32(this.hashes.ptr + ((<usize>this.hashCount) << 5), transaction.blobHash(i));
      this.hashCount += 1;
    }
  }
}
