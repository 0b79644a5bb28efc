// Where granules lie in linear memory, and which leave it when there is no more room: a clock with a second chance. What
// is paged out lies in the host's memory (src/paging). Nothing here costs anything where the TLB hits.
import {
  ASK_AFTER,
  FIRST_FREE,
  GRANTED,
  GRANULE_COUNT,
  GUEST_OF_HOST,
  HAND,
  MEMORY_SIZE,
  NEXT_FREE,
  OUT_OF_MEMORY,
  PAGING,
  POOL_END,
  POOL_IS_LIMITED,
  REGION_GRANULES,
  UNIT_FLAGS,
} from './layout';
import { pageMask, removeGranule, residentHost } from './granules';
import { takeForPool } from './regions';
import { forgetGranule, forgetWrites } from './tlb';

/** Whether linear memory may grow; if not, a granule is to be paged out. */
@external('env', 'mayGrow')
declare function mayGrow(): u32;
/** Whether a granule that is not in linear memory was paged out. */
@external('env', 'isStored')
export declare function isStored(granule: f64): u32;
/** Brings a granule back to `host`, all zeros so far; returns FROZEN or 0. */
@external('env', 'restore')
export declare function restore(granule: f64, host: u32): u32;
/** Takes the granule at `host` out of linear memory: its pages become zeros and absent. */
@external('env', 'pageOut')
declare function pageOut(granule: f64, host: u32): void;
/** Copies what frozen images still need of a granule that is about to be written. */
@external('env', 'preserve')
declare function preserve(granule: f64): void;

/** Used since the hand came by; set where the TLB misses. */
export const USED: u32 = 1;
/** Never paged out: it has decoded code. */
export const PINNED: u32 = 2;
/** Translated code stores to it without asking the TLB. */
export const STORED_DIRECTLY: u32 = 4;
/** A frozen image may need its content: there is no write permission in the TLB. */
export const FROZEN: u32 = 8;
/** Holds a granule that may be paged out. What lies in a region never is. */
export const IN_POOL: u32 = 16;

/** The pool grows by an eighth and by no more than this (64 MiB): so often is it asked whether it may. */
const LARGEST_GROWTH: u32 = 0x4000000;

/** Takes `size` bytes at the end of the pool; 0 if that may not or cannot grow. */
function append(size: usize, evenIfSparse: bool): usize {
  let at: usize = load<u32>(NEXT_FREE);
  const isFull = <u64>at + <u64>size > <u64>load<u32>(POOL_END);
  if (isFull && load<u32>(POOL_IS_LIMITED) != 0) return 0;
  if (isFull || <u32>(at + size) > load<u32>(GRANTED)) {
    if (mayGrow() == 0 && !evenIfSparse) return 0;
    if (isFull) {
      const more: usize = takeForPool();
      if (more == 0) {
        store<u32>(POOL_IS_LIMITED, 1);
        return 0;
      }
      at = more;
      store<u32>(POOL_END, <u32>at + (REGION_GRANULES << 16));
    }
    const step = min((load<u32>(GRANULE_COUNT) << 13) & ~0xffff, LARGEST_GROWTH);
    let granted = <u32>min(<u64>at + <u64>size + <u64>step, <u64>load<u32>(POOL_END));
    if (!growTo(granted)) {
      granted = <u32>(at + size);
      if (!growTo(granted)) {
        store<u32>(POOL_IS_LIMITED, 1);
        store<u32>(POOL_END, <u32>at);
        return 0;
      }
    }
    store<u32>(GRANTED, granted);
  }
  store<u32>(NEXT_FREE, <u32>(at + size));
  return at;
}

/** Has linear memory reach to `end`; false if the host refuses that. */
function growTo(end: u32): bool {
  const have = load<u32>(MEMORY_SIZE);
  const units = <i32>((end + 0xffff) >> 16) - <i32>have;
  if (units <= 0) return true;
  if (memory.grow(units) < 0) return false;
  store<u32>(MEMORY_SIZE, have + units);
  return true;
}

/** Has the pool not take more than `size` bytes from here on. */
export function limitPool(size: u32): void {
  const end = min(<u64>load<u32>(NEXT_FREE) + <u64>size, <u64>load<u32>(POOL_END));
  store<u32>(POOL_END, (<u32>end) & ~0xffff);
  store<u32>(POOL_IS_LIMITED, 1);
}

function outOfMemory(): void {
  store<u32>(OUT_OF_MEMORY, 1);
  unreachable();
}

/** Takes 64 KiB of zeros for a granule, paging out another if need be. Traps when none can be. */
export function takePlace(): usize {
  const wait = load<u32>(ASK_AFTER);
  if (wait == 0) {
    const at = append(0x10000, false);
    if (at != 0) return at;
    store<u32>(ASK_AFTER, load<u32>(GRANULE_COUNT) >> 3);
  } else store<u32>(ASK_AFTER, wait - 1);
  let place = evictOne();
  if (place == 0) place = append(0x10000, true);
  if (place == 0) outOfMemory();
  return place;
}

/** Takes `size` bytes (a multiple of 64 KiB) of zeros for good, paging out what is in the way. */
export function allocate(size: usize): usize {
  let at = append(size, true);
  if (at == 0) at = evictRun(<u32>(size >> 16));
  if (at == 0) outOfMemory();
  return at;
}


@inline
function isEvictable(unit: u32): bool {
  return (load<u8>(UNIT_FLAGS + unit) & (<u8>(IN_POOL | PINNED))) == <u8>IN_POOL;
}

/** Pages out the next granule that was not used since the hand came by the last time; 0 if all are pinned. */
function evictOne(): usize {
  const first = <u32>(FIRST_FREE >> 16);
  const end = load<u32>(MEMORY_SIZE);
  let unit = load<u32>(HAND);
  for (let looked: u32 = 0; looked <= 2 * (end - first); looked++) {
    if (unit < first || unit >= end) unit = first;
    if (isEvictable(unit)) {
      const flags = load<u8>(UNIT_FLAGS + unit);
      if ((flags & (<u8>USED)) == 0) {
        store<u32>(HAND, unit + 1);
        evict(unit);
        return (<usize>unit) << 16;
      }
      // Without its TLB entry the next use is a miss, and is noticed.
      store<u8>(UNIT_FLAGS + unit, flags & ~(<u8>USED));
      forgetGranule(load<u64>(GUEST_OF_HOST + ((<usize>unit) << 3)) - 1);
    }
    unit++;
  }
  return 0;
}

/** Pages out `count` granules that lie side by side; 0 if there are no such ones. */
function evictRun(count: u32): usize {
  const end = load<u32>(MEMORY_SIZE);
  let run: u32 = 0;
  for (let unit = <u32>(FIRST_FREE >> 16); unit < end; unit++) {
    run = isEvictable(unit) ? run + 1 : 0;
    if (run < count) continue;
    for (let i: u32 = 0; i < count; i++) evict(unit - i);
    return (<usize>(unit + 1 - count)) << 16;
  }
  return 0;
}

function evict(unit: u32): void {
  const guest = GUEST_OF_HOST + ((<usize>unit) << 3);
  const granule = load<u64>(guest) - 1;
  forgetGranule(granule);
  pageOut(<f64>granule, unit << 16);
  store<u32>(PAGING, 1);
  removeGranule(granule);
  store<u64>(guest, 0);
  store<u8>(UNIT_FLAGS + unit, 0);
  store<u32>(GRANULE_COUNT, load<u32>(GRANULE_COUNT) - 1);
}

/** The granule, which has a slot, stays where it is from now on. */
export function pinGranule(granule: u64): void {
  const flags = UNIT_FLAGS + ((<usize>residentHost(granule)) >> 16);
  store<u8>(flags, load<u8>(flags) | (<u8>PINNED));
}

/** Translated code is going to store to this granule of a region at any time. */
export function storeDirectly(granule: u64): void {
  const host = residentHost(granule);
  keepForImages(host, granule);
  const flags = UNIT_FLAGS + ((<usize>host) >> 16);
  store<u8>(flags, load<u8>(flags) | (<u8>STORED_DIRECTLY));
}

/** Whether translated code may store to a granule at any time. */
export function isStoredDirectly(granule: u64): bool {
  return (load<u8>(UNIT_FLAGS + ((<usize>residentHost(granule)) >> 16)) & (<u8>STORED_DIRECTLY)) != 0;
}

/** There are no translated stores any more. */
export function forgetDirectStores(): void {
  for (let unit: usize = 0; unit < 65536; unit += 8) {
    const flags = UNIT_FLAGS + unit;
    store<u64>(flags, load<u64>(flags) & ~(0x0101010101010101 * <u64>STORED_DIRECTLY));
  }
}

/** To be called before the granule at `host` is written. */
@inline
export function keepForImages(host: u32, granule: u64): void {
  const flags = UNIT_FLAGS + ((<usize>host) >> 16);
  if ((load<u8>(flags) & (<u8>FROZEN)) == 0) return;
  preserve(<f64>granule);
  store<u8>(flags, load<u8>(flags) & ~(<u8>FROZEN));
}

/**
 * Has the first write to each granule from now on reported, if it asks the TLB. To be called while no guest code runs.
 */
export function freezeGranules(): void {
  forgetWrites();
  const end = load<u32>(MEMORY_SIZE);
  for (let unit = <u32>(FIRST_FREE >> 16); unit < end; unit++) {
    if (pageMask(unit << 16) == 0) continue;
    const flags = load<u8>(UNIT_FLAGS + unit);
    store<u8>(UNIT_FLAGS + unit, flags | (<u8>FROZEN));
    if ((flags & (<u8>STORED_DIRECTLY)) != 0) {
      keepForImages(unit << 16, load<u64>(GUEST_OF_HOST + ((<usize>unit) << 3)) - 1);
    }
  }
}

/** Number of 4 KiB pages of guest memory in the pool. */
export function countPoolPages(): u32 {
  let count: u32 = 0;
  const end = load<u32>(MEMORY_SIZE);
  for (let unit = <u32>(FIRST_FREE >> 16); unit < end; unit++) {
    if ((load<u8>(UNIT_FLAGS + unit) & (<u8>IN_POOL)) != 0) count += popcnt(pageMask(unit << 16));
  }
  return count;
}
