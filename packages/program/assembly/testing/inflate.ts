// The deflate decoder as its tests call it. Test only; no part of the client.
import { inflate, inflateConsumed, inflateStatus } from '../compression/inflate';

/** Room for `length` bytes that stay. */
export function allocate(length: u32): usize {
  return heap.alloc(length);
}

export function decompress(source: usize, length: u32, target: usize, capacity: u32): u32 {
  return inflate(source, length, target, capacity);
}

export function status(): i32 {
  return inflateStatus();
}

export function consumed(): u32 {
  return <u32>inflateConsumed();
}
