// Memory for what outlives the two regions' rules: data that comes in any order and in any size, and goes when it was used.
// It is handed out in blocks of one size only, so that a block given back fits whatever comes next: what is taken at most
// is what was held at once, whatever the order of taking and giving. Longer data is a chain of blocks.
import { allocateBulk } from './memory';

/** Bytes of a block. Small data is the worse case: a channel of one empty frame takes one. */
// @ts-ignore: decorator
@inline
export const BLOCK_SIZE: u32 = 128;

/** A chain's block begins with the address of the next one (u32); this many bytes of data follow. */
// @ts-ignore: decorator
@inline
export const BLOCK_DATA: u32 = BLOCK_SIZE - 4;

/** Blocks that are taken from BULK at a time. */
// @ts-ignore: decorator
@inline
const BLOCKS_AT_ONCE: u32 = 1024;

let free: usize = 0;
let fresh: usize = 0;
let freshEnd: usize = 0;
let inUse: u32 = 0;

/** A block of BLOCK_SIZE bytes, at a multiple of its size, with any content. */
export function takeBlock(): usize {
  inUse += 1;
  const block = free;
  if (block != 0) {
    free = <usize>load<u32>(block);
    return block;
  }
  if (fresh == freshEnd) {
    fresh = blockOf(allocateBulk((BLOCKS_AT_ONCE + 1) * BLOCK_SIZE - 8) + BLOCK_SIZE - 8);
    freshEnd = fresh + BLOCKS_AT_ONCE * BLOCK_SIZE;
  }
  const next = fresh;
  fresh += BLOCK_SIZE;
  return next;
}

/** The block that an address lies in. */
// @ts-ignore: decorator
@inline
export function blockOf(at: usize): usize {
  return at & ~(<usize>BLOCK_SIZE - 1);
}

/** Gives a block back: nothing may refer to it any more. */
export function giveBlock(block: usize): void {
  inUse -= 1;
  store<u32>(block, <u32>free);
  free = block;
}

/** Bytes in blocks that were taken and not given back. */
export function blocksHeld(): usize {
  return <usize>inUse * BLOCK_SIZE;
}

/** Keeps the `length` bytes at `data`: returns the chain's first block, 0 for no bytes. */
export function storeChain(data: usize, length: u32): usize {
  let first: usize = 0;
  let last: usize = 0;
  while (length > 0) {
    const block = takeBlock();
    const count = min(length, BLOCK_DATA);
    memory.copy(block + 4, data, count);
    data += count;
    length -= count;
    if (first == 0) first = block;
    else store<u32>(last, <u32>block);
    last = block;
  }
  if (last != 0) store<u32>(last, 0);
  return first;
}

/** Copies the first `length` bytes of a chain to `target`. */
export function copyChain(chain: usize, length: u32, target: usize): void {
  while (length > 0) {
    const count = min(length, BLOCK_DATA);
    memory.copy(target, chain + 4, count);
    target += count;
    length -= count;
    chain = <usize>load<u32>(chain);
  }
}

/** Copies `length` bytes of a chain to `target`, from the one at `at` on. */
export function chainBytes(at: usize, length: u32, target: usize): void {
  while (true) {
    const block = blockOf(at);
    const count = min(length, <u32>(block + BLOCK_SIZE - at));
    memory.copy(target, at, count);
    target += count;
    length -= count;
    if (length == 0) return;
    at = <usize>load<u32>(block) + 4;
  }
}

/** Gives back all blocks of a chain. */
export function giveChain(chain: usize): void {
  while (chain != 0) {
    const next = <usize>load<u32>(chain);
    giveBlock(chain);
    chain = next;
  }
}

/** Bytes that are added at the end and read, and given back, from the beginning. */
@final
export class Rope {
  /** Its first block. */
  first: usize = 0;
  private last: usize = 0;
  /** Bytes read of the first block and written of the last one. */
  private taken: u32 = 0;
  private filled: u32 = 0;
  length: u32 = 0;

  append(data: usize, length: u32): void {
    this.length += length;
    while (length > 0) {
      if (this.last == 0 || this.filled == BLOCK_DATA) this.extend();
      const count = min(length, BLOCK_DATA - this.filled);
      memory.copy(this.last + 4 + this.filled, data, count);
      this.filled += count;
      data += count;
      length -= count;
    }
  }

  /** Moves the next `length` bytes, which must be there, to `target`. */
  take(target: usize, length: u32): void {
    if (length > this.length) throw new RangeError('more is taken of a rope than it holds');
    this.length -= length;
    while (length > 0) {
      if (this.taken == BLOCK_DATA) this.giveFirst();
      const count = min(length, BLOCK_DATA - this.taken);
      memory.copy(target, this.first + 4 + this.taken, count);
      this.taken += count;
      target += count;
      length -= count;
    }
    if (this.length == 0) this.free();
  }

  /** Copies all that there is to `target`, and keeps it. */
  copyTo(target: usize): void {
    let block = this.first;
    let from = this.taken;
    let left = this.length;
    while (left > 0) {
      const count = min(left, BLOCK_DATA - from);
      memory.copy(target, block + 4 + from, count);
      target += count;
      left -= count;
      from = 0;
      block = <usize>load<u32>(block);
    }
  }

  /** Gives everything back. */
  free(): void {
    giveChain(this.first);
    this.first = 0;
    this.last = 0;
    this.taken = 0;
    this.filled = 0;
    this.length = 0;
  }

  private extend(): void {
    const block = takeBlock();
    store<u32>(block, 0);
    if (this.last == 0) this.first = block;
    else store<u32>(this.last, <u32>block);
    this.last = block;
    this.filled = 0;
  }

  private giveFirst(): void {
    const next = <usize>load<u32>(this.first);
    giveBlock(this.first);
    this.first = next;
    this.taken = 0;
  }
}

/** Compares a rope of which nothing was taken, from its beginning on, with bytes that come piece by piece. */
@final
export class RopeComparison {
  private block: usize = 0;
  private used: u32 = 0;
  private left: u32 = 0;

  /** Goes to the beginning of `rope`, which must not change meanwhile. */
  open(rope: Rope): void {
    this.block = rope.first;
    this.used = 0;
    this.left = rope.length;
  }

  /** Whether the rope goes on with the `length` bytes at `data`; passes them. */
  next(data: usize, length: u32): bool {
    if (length > this.left) return false;
    this.left -= length;
    while (length > 0) {
      if (this.used == BLOCK_DATA) {
        this.block = <usize>load<u32>(this.block);
        this.used = 0;
      }
      const count = min(length, BLOCK_DATA - this.used);
      if (!sameBytes(this.block + 4 + this.used, data, count)) return false;
      this.used += count;
      data += count;
      length -= count;
    }
    return true;
  }
}

/** As memory.compare, but by words at any address: that goes byte by byte where the two are aligned differently. */
function sameBytes(a: usize, b: usize, length: u32): bool {
  const words = a + (length & ~7);
  const end = a + length;
  for (; a != words; a += 8, b += 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
  }
  for (; a != end; a++, b++) {
    if (load<u8>(a) != load<u8>(b)) return false;
  }
  return true;
}
