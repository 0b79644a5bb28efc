// Where translated code may store in regions without a look-up: from where the guest itself has stored on, behind all code.
// Units compare with a number in memory, so that all of them can be told to ask the TLB for a while.
import { GUARDED, REGIONS } from '../interpreter/layout';
import { STORE_BOUNDS } from './scratch';

/** Window that a store's check may be for at most, in bytes: the end of a region is left to the TLB. */
export const WIDEST_STORE: u32 = 4096 + 8;

/** A bound: region (4 bytes), its first granule that may be stored to (4), its size in granules (4), at 16 the bytes (8). */
const ENTRY_SIZE: usize = 32;
const MOST: u32 = 100;

let count: u32 = 0;

/** First granule of a region, counted from its start, that translated code may store to. */
export function firstStorable(region: usize): u32 {
  return max(load<u32>(region, 16), load<u32>(region, 20));
}

/** Address of the size of a region's storable part as it is now, 0 bytes at times; 0 if there is none or no more room. */
export function storeBound(region: usize): usize {
  const number = <u32>((region - REGIONS) >> 5);
  const from = firstStorable(region);
  const granules = load<u32>(region, 12);
  if (from >= granules) return 0;
  let at = STORE_BOUNDS;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u32>(at) == number && load<u32>(at, 4) == from && load<u32>(at, 8) == granules) return at + 16;
    at += ENTRY_SIZE;
  }
  if (count == MOST) return 0;
  count += 1;
  store<u32>(at, number);
  store<u32>(at, from, 4);
  store<u32>(at, granules, 8);
  settle(at);
  return at + 16;
}

function settle(at: usize): void {
  const granules = load<u32>(at, 8) - load<u32>(at, 4);
  store<u64>(at, load<u32>(GUARDED) != 0 ? 0 : ((<u64>granules) << 16) - WIDEST_STORE, 16);
}

/** Has all stores of translated code ask the TLB, or no longer. */
export function guardStores(isGuarded: bool): void {
  store<u32>(GUARDED, <u32>isGuarded);
  for (let i: u32 = 0; i < count; i++) settle(STORE_BOUNDS + ENTRY_SIZE * <usize>i);
}
