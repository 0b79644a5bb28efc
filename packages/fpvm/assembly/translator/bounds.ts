// Where translated code may store in regions without a look-up: from where the guest itself has stored on, below all code or behind it.
// Units compare with a number in memory, so that all of them can be told to ask the TLB for a while.
import { GUARDED, REGIONS } from '../interpreter/layout';
import { firstStorable, storableEnd } from '../interpreter/regions';
import { STORE_BOUNDS } from './scratch';

/** Bytes that one check may be for at most. */
const WIDEST: u32 = 4096 + 16;
/** Checks are told apart by how many times 16 bytes they are for: this is where the last multiple of 16 may begin. */
const UNIT_BITS: u32 = 4;
const UNITS: u32 = (WIDEST >> UNIT_BITS) + 1;

/**
 * Bounds: region (4 bytes), its first granule that may be stored to (4), the one behind the last (4), and at 16 for each number
 * of units how many bytes from that granule on such a check may begin at (8 each).
 */
const ENTRY_SIZE: usize = 16 + 8 * <usize>UNITS;
const MOST: u32 = 150;

let count: u32 = 0;

/**
 * Address of the bound for stores to so many bytes of a region as it is now; the bound is 0 while all stores are guarded.
 * Returns 0 if there is nothing to store to, or no more room for bounds.
 */
export function storeBound(region: usize, span: u32): usize {
  const unit: usize = 16 + (((<usize>span + 15) >> UNIT_BITS) << 3);
  const number = <u32>((region - REGIONS) >> 5);
  const from = firstStorable(region);
  const end = storableEnd(region);
  if (from >= end || span > WIDEST) return 0;
  let at = STORE_BOUNDS;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u32>(at) == number && load<u32>(at, 4) == from && load<u32>(at, 8) == end) return at + unit;
    at += ENTRY_SIZE;
  }
  if (count == MOST) return 0;
  count += 1;
  store<u32>(at, number);
  store<u32>(at, from, 4);
  store<u32>(at, end, 8);
  settle(at);
  return at + unit;
}

function settle(at: usize): void {
  const size = (<u64>(load<u32>(at, 8) - load<u32>(at, 4))) << 16;
  for (let units: u32 = 0; units < UNITS; units++) {
    const bound = load<u32>(GUARDED) != 0 ? 0 : size - (units << UNIT_BITS) + 1;
    store<u64>(at + 16 + ((<usize>units) << 3), bound);
  }
}

/** Has all stores of translated code ask the TLB, or no longer. */
export function guardStores(isGuarded: bool): void {
  store<u32>(GUARDED, <u32>isGuarded);
  for (let i: u32 = 0; i < count; i++) settle(STORE_BOUNDS + ENTRY_SIZE * <usize>i);
}
