// The brotli decoder as its tests call it. Test only; no part of the client.
import { brotli, brotliConsumed, brotliStatus } from '../compression/brotli';
import { mark, release, useScratch } from '../memory';

/** Room for `length` bytes that stay. */
export function allocate(length: u32): usize {
  return heap.alloc(length);
}

/** Decompresses; the code tables are released again. */
export function decompress(source: usize, length: u32, target: usize, capacity: u32): u32 {
  useScratch(true);
  const position = mark();
  const produced = brotli(source, length, target, capacity);
  release(position);
  useScratch(false);
  return produced;
}

export function status(): i32 {
  return brotliStatus();
}

export function consumed(): u32 {
  return <u32>brotliConsumed();
}
