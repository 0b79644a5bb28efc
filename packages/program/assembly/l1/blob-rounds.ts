// A blob of which no more is read than what is asked for: a frame of some bytes is in four of its 4,096 elements.
import { GrowingBuffer } from '../growing-buffer';
import { mark, release, useScratch } from '../memory';
import {
  beginBlob,
  BLOB_HEADER,
  decodeRound,
  MAX_BLOB_DATA,
  readElements,
  ROUND_DATA,
  ROUND_SIZE,
  ROUNDS,
} from './blob';

/** What the buffer begins with: the key of the elements (blob.ts), a round's elements, a bit for each round that was read. */
// @ts-ignore: decorator
@inline
const ELEMENTS_AT: u32 = 80;
// @ts-ignore: decorator
@inline
const READ_AT: u32 = ELEMENTS_AT + ROUND_SIZE;
// @ts-ignore: decorator
@inline
const DATA_AT: u32 = READ_AT + ROUNDS / 8;


@final
export class BlobRounds {
  private readonly buffer: GrowingBuffer = new GrowingBuffer();

  /** Begins with another blob, which must be encoded as the protocol says; the arguments as of `readBlob`. */
  open(versionedHash: usize, index: u64, l1Time: u64): void {
    this.buffer.reserve(DATA_AT + ROUNDS * ROUND_DATA, 0);
    memory.fill(this.buffer.ptr + READ_AT, 0, ROUNDS / 8);
    const before = useScratch(true);
    const start = mark();
    beginBlob(versionedHash, index, l1Time, this.buffer.ptr);
    release(start);
    useScratch(before);
  }

  /** Address of `length` bytes of the blob's data, from `offset` on: they are there until another blob is opened. */
  read(offset: u32, length: u32): usize {
    if (<u64>offset + length > MAX_BLOB_DATA) throw new Error('data that no blob has');
    const end = (BLOB_HEADER + offset + length + ROUND_DATA - 1) / ROUND_DATA;
    const before = useScratch(true);
    const start = mark();
    for (let round = (BLOB_HEADER + offset) / ROUND_DATA; round < end; round++) this.readRound(round);
    release(start);
    useScratch(before);
    return this.buffer.ptr + DATA_AT + BLOB_HEADER + offset;
  }

  private readRound(round: u32): void {
    const buffer = this.buffer.ptr;
    const place = buffer + READ_AT + (round >> 3);
    const bit = 1 << (round & 7);
    const read = <u32>load<u8>(place);
    if ((read & bit) != 0) return;
    store<u8>(place, <u8>(read | bit));
    readElements(buffer, 4 * round, 4, buffer + ELEMENTS_AT);
    decodeRound(buffer + ELEMENTS_AT, buffer + DATA_AT + ROUND_DATA * round);
  }
}
