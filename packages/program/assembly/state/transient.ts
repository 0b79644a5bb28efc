// Transient storage (EIP-1153): slots that were written to in this transaction; all others are 0. A block of 500 million
// gas may write to 4.8 million, so each takes no more than it must: 72 bytes and 4 to 8 for its bucket. A transaction
// uses the memory of the block's former ones again.
import { useScratch } from '../memory';
import { mixWords } from './table-hash';
import { copy, setU64 } from '../u256';

// A slot: key and value (u256 limbs), the account's number, the address of the next slot in the bucket.
// @ts-ignore: decorator
@inline const VALUE: usize = 32;
// @ts-ignore: decorator
@inline const OWNER: usize = 64;
// @ts-ignore: decorator
@inline const NEXT: usize = 68;
// @ts-ignore: decorator
@inline const SLOT_SIZE: usize = 72;

// Slots lie in chunks, each of which begins with the address of the next one.
// @ts-ignore: decorator
@inline const CHUNK_SLOTS: usize = 900;
// @ts-ignore: decorator
@inline const CHUNK_HEADER: usize = 8;

let firstChunk: usize = 0;
let chunk: usize = 0;
let cursor: usize = 0;
let limit: usize = 0;

/** Number of slots, and the buckets: the address of each one's first slot. There are none before the first write. */
let count: u32 = 0;
let buckets: usize = 0;
let mask: u32 = 0;

// @ts-ignore: decorator
@inline const FEWEST_SHIFT: u32 = 8;

/** The block's arrays of buckets, by the exponent of their size: each is made once. */
// @ts-ignore: decorator
@lazy const ARRAYS: usize = memory.data(32 * 4, 8);

/** Begins a block: nothing is left of the former's memory. */
export function openTransient(): void {
  firstChunk = 0;
  memory.fill(ARRAYS, 0, 32 * 4);
  resetTransient();
}

/** Begins a transaction: all slots are 0. */
export function resetTransient(): void {
  count = 0;
  buckets = 0;
  chunk = 0;
  cursor = 0;
  limit = 0;
}

function allocate(size: usize): usize {
  const before = useScratch(true);
  const ptr = heap.alloc(size);
  useScratch(before);
  return ptr;
}

function useBuckets(shift: u32): void {
  const place = ARRAYS + ((<usize>shift) << 2);
  const size: usize = 4 << shift;
  buckets = <usize>load<u32>(place);
  if (buckets == 0) {
    buckets = allocate(size);
    store<u32>(place, <u32>buckets);
  }
  memory.fill(buckets, 0, size);
  mask = (1 << shift) - 1;
}

/** Twice as many buckets. */
function grow(): void {
  const old = buckets;
  const size = mask + 1;
  useBuckets(32 - clz(mask) + 1);
  for (let i: u32 = 0; i < size; i++) {
    let slot = <usize>load<u32>(old + ((<usize>i) << 2));
    while (slot != 0) {
      const next = <usize>load<u32>(slot, NEXT);
      const bucket = bucketOf(load<u32>(slot, OWNER), slot);
      store<u32>(slot, load<u32>(bucket), NEXT);
      store<u32>(bucket, <u32>slot);
      slot = next;
    }
  }
}

// @ts-ignore: decorator
@inline
function bucketOf(owner: u32, key: usize): usize {
  return (
    buckets +
    ((<usize>(mixWords(owner, load<u64>(key), load<u64>(key, 8), load<u64>(key, 16), load<u64>(key, 24)) & mask)) << 2)
  );
}

/** Address of the slot of the key (u256) of the account with that number, or 0 where it was not written to. */
function find(owner: u32, key: usize): usize {
  if (buckets == 0) return 0;
  const a = load<u64>(key);
  const b = load<u64>(key, 8);
  const c = load<u64>(key, 16);
  const d = load<u64>(key, 24);
  let slot = <usize>load<u32>(bucketOf(owner, key));
  while (
    slot != 0 &&
    ((load<u64>(slot) ^ a) |
      (load<u64>(slot, 8) ^ b) |
      (load<u64>(slot, 16) ^ c) |
      (load<u64>(slot, 24) ^ d) |
      (<u64>(load<u32>(slot, OWNER) ^ owner))) !=
      0
  ) {
    slot = <usize>load<u32>(slot, NEXT);
  }
  return slot;
}

function nextChunk(): void {
  let next = chunk == 0 ? firstChunk : <usize>load<u32>(chunk);
  if (next == 0) {
    next = allocate(CHUNK_HEADER + CHUNK_SLOTS * SLOT_SIZE);
    store<u32>(next, 0);
    if (chunk == 0) firstChunk = next;
    else store<u32>(chunk, <u32>next);
  }
  chunk = next;
  cursor = next + CHUNK_HEADER;
  limit = cursor + CHUNK_SLOTS * SLOT_SIZE;
}

/** Address of the value (u256) of a slot. */
// @ts-ignore: decorator
@inline
export function transientValue(slot: usize): usize {
  return slot + VALUE;
}

/** Writes the value (u256) of the key of the account with that number to `out`. */
export function readTransient(owner: u32, key: usize, out: usize): void {
  const slot = find(owner, key);
  if (slot == 0) setU64(out, 0);
  else copy(out, transientValue(slot));
}

/** Address of the slot of the key of the account with that number; 0 where `addTransient` has to make it. */
export function writtenTransient(owner: u32, key: usize): usize {
  return find(owner, key);
}

/** Makes the slot that `writtenTransient` did not find and returns its address. */
export function addTransient(owner: u32, key: usize, value: usize): usize {
  if (buckets == 0) useBuckets(FEWEST_SHIFT);
  else if (count > mask) grow();
  if (cursor == limit) nextChunk();
  const slot = cursor;
  cursor += SLOT_SIZE;
  count++;
  copy(slot, key);
  copy(transientValue(slot), value);
  store<u32>(slot, owner, OWNER);
  const bucket = bucketOf(owner, key);
  store<u32>(slot, load<u32>(bucket), NEXT);
  store<u32>(bucket, <u32>slot);
  return slot;
}
