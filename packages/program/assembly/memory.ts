// The regions that everything the client allocates lives in; see runtime/arena.ts for how and why.
import { __allocBulk, __bulkTaken, __ceiling, __mark, __nearEnd, __release, __taken, __useScratch } from 'rt/stub';

/**
 * Makes SCRATCH (true) or PERSISTENT (false) the region that `new` allocates in. Returns which it was: pass it back to
 * return to it.
 */
// @ts-ignore: decorator
@inline
export function useScratch(value: bool): bool {
  return __useScratch(value);
}

/**
 * The present end of SCRATCH, which must be the current region. Everything allocated after it goes with `release`:
 * whoever marks must copy what outlives the release into PERSISTENT first.
 */
// @ts-ignore: decorator
@inline
export function mark(): u64 {
  return __mark();
}

/** Releases what was allocated in SCRATCH since `mark`. Marks are released in reverse order. */
// @ts-ignore: decorator
@inline
export function release(position: u64): void {
  __release(position);
}

/** Bytes that PERSISTENT holds, and the most that SCRATCH has held at a time. */
export function memoryTaken(): usize {
  return __taken();
}

/** Bytes that BULK holds. */
export function bulkTaken(): usize {
  return __bulkTaken();
}

/** Address from which on the near memory, to its end, belongs to neither region. */
export function regionsEnd(): usize {
  return __ceiling();
}

/** End of the near memory. */
export function nearEnd(): usize {
  return __nearEnd();
}

/** `length` bytes of raw memory in the current region: not zeroed, 8-byte aligned. */
// @ts-ignore: decorator
@inline
export function allocate(length: usize): usize {
  return heap.alloc(length);
}

/** `length` bytes of BULK, where data from L1 lives in any amount, whichever region is current: not zeroed, 8-byte aligned. */
export function allocateBulk(length: usize): usize {
  return __allocBulk(length);
}
