// Regions: stretches of guest addresses that lie in linear memory as they lie in the guest's, so that translated code
// needs no look-up for them. The first guest addresses that are touched claim them; all other granules are in the pool.
import {
  ABOVE_STACK,
  FREE_REGIONS,
  GUEST_OF_HOST,
  REGIONS,
  REGIONS_HOST,
  REGION_GRANULES,
  STACK_FIRST_GRANULE,
  STACK_GRANULES,
  STACK_HOST,
  STACK_REGION,
} from './layout';
import { flushTlb } from './tlb';

/** Bit of accesses outside of all regions, in masks of BLOCK_REGIONS. */
export const NO_REGION: u32 = 0x80;
const UNCLAIMED: u64 = 0xffffffffffffffff;
/** What an entry says of granules of the region, see layout.ts. */
const LOWEST_STORED: usize = 16;
const STORED_END: usize = 18;
const LOWEST_CODE: usize = 20;
const CODE_END: usize = 22;
const DIRECT_BELOW: usize = 24;
const DIRECT_ABOVE: usize = 26;
const DIRECT_BELOW_END: usize = 28;
const NOWHERE: u16 = 0xffff;
/** Granules: 16 MiB. */
const STRETCH: u32 = 256;
/** Displacements that the host folds into a load or store are below this. */
export const NEAR: i64 = 0x80000000;

/** Declares the regions, of which only the stack's has guest addresses from the start. */
export function initializeRegions(): void {
  for (let i = 0; i < FREE_REGIONS; i++) {
    const region = entry(i);
    store<u64>(region, UNCLAIMED);
    store<u32>(region, <u32>REGIONS_HOST + ((<u32>i * REGION_GRANULES) << 16), 8);
  }
  store<u32>(STACK_REGION, <u32>STACK_HOST, 8);
  claim(STACK_REGION, STACK_FIRST_GRANULE, STACK_GRANULES);
}


@inline
function entry(index: i32): usize {
  return REGIONS + ((<usize>index) << 5);
}

/** Its place is there to be taken. */
export function isFree(index: i32): bool {
  return index < FREE_REGIONS && load<u64>(entry(index)) == UNCLAIMED && load<u32>(entry(index), 8) != 0;
}

function claim(region: usize, first: u64, granules: u32): void {
  store<u64>(region, first);
  store<u32>(region, granules, 12);
  store<u16>(region, NOWHERE, LOWEST_STORED);
  store<u16>(region, NOWHERE, LOWEST_CODE);
  nameGranules(load<u32>(region, 8), first, granules);
}

/**
 * Translated code stores to granules that nobody has asked for: linear memory is given its guest granules at once, and what the TLB maps
 * to the zeros of absent granules, which those stores would not reach, is looked up anew.
 */
function nameGranules(host: u32, first: u64, granules: u32): void {
  flushTlb();
  const names = GUEST_OF_HOST + ((<usize>(host >> 16)) << 3);
  for (let i: u32 = 0; i < granules; i++) store<u64>(names + ((<usize>i) << 3), first + i + 1);
}

/** The region that holds a guest granule, 0 if none does. */
export function regionOf(granule: u64): usize {
  for (let region = REGIONS; region <= STACK_REGION; region += 32) {
    if (granule - load<u64>(region) < <u64>load<u32>(region, 12)) return region;
  }
  return 0;
}

/** As `regionOf`, but a region that is still free is given to the granule. */
export function claimedRegionOf(granule: u64): usize {
  const known = regionOf(granule);
  if (known != 0 || load<u32>(STACK_REGION, 8) == 0) return known;
  const first = granule & ~(<u64>(REGION_GRANULES - 1));
  // The place of the stack's region is its own; and arguments, which are hardly looked at, are not worth a region.
  if (first == ABOVE_STACK - REGION_GRANULES || first == ABOVE_STACK) return 0;
  const before = regionOf(first - 1);
  if (before != 0 && before != STACK_REGION && extend(before)) return before;
  const best = bestFree(<u32>(first << 16));
  if (best < 0) return 0;
  claim(entry(best), first, REGION_GRANULES);
  return entry(best);
}

/** Lets a region grow into the place behind it. */
function extend(region: usize): bool {
  const granules = load<u32>(region, 12);
  const index = <i32>((region - REGIONS) >> 5) + <i32>(granules / REGION_GRANULES);
  if (!isFree(index)) return false;
  nameGranules(load<u32>(entry(index), 8), load<u64>(region) + granules, REGION_GRANULES);
  store<u32>(entry(index), 0, 8);
  store<u32>(region, granules + REGION_GRANULES, 12);
  return true;
}

/**
 * Number of the best free region for guest addresses whose low half begins at `low`, -1 if there is none. Translated code
 * saves an addition where the host address is above that by less than 2 GiB. Of such regions one with room behind it may
 * grow; but addresses that can do with the last of them leave the others to those that cannot.
 */
function bestFree(low: u32): i32 {
  let best = -1;
  let bestRank = -1;
  for (let i = 0; i < FREE_REGIONS; i++) {
    if (!isFree(i)) continue;
    const distance = <i64>load<u32>(entry(i), 8) - <i64>low;
    const isNear = distance >= 0 && distance < NEAR;
    let room = 0;
    for (let next = i + 1; isFree(next); next++) room += 1;
    const preference = low == 0 ? room : room == 0 ? 0 : i + 1;
    const rank = (isNear ? FREE_REGIONS + 1 : 0) + preference;
    if (rank > bestRank) {
      best = i;
      bestRank = rank;
    }
  }
  return best;
}

/** Gives a region that no guest address has claimed to the pool; its host address, 0 if there is none. */
export function takeForPool(): u32 {
  for (let i = FREE_REGIONS - 1; i >= 0; i--) {
    if (!isFree(i)) continue;
    const host = load<u32>(entry(i), 8);
    store<u32>(entry(i), 0, 8);
    return host;
  }
  return 0;
}

/** Host address of a granule in its region. */
@inline
export function hostInRegion(region: usize, granule: u64): usize {
  return <usize>load<u32>(region, 8) + ((<usize>(granule - load<u64>(region))) << 16);
}

/** The region's bit in masks of BLOCK_REGIONS. */
@inline
export function regionBit(region: usize): u32 {
  const index = <u32>((region - REGIONS) >> 5);
  return 1 << index;
}

/** The guest stores to a granule: translated code may do so directly around it. */
export function noteStored(region: usize, granule: u64): void {
  const offset = <u32>(granule - load<u64>(region));
  if (offset < <u32>load<u16>(region, LOWEST_STORED)) store<u16>(region, <u16>offset, LOWEST_STORED);
  if (offset >= <u32>load<u16>(region, STORED_END)) store<u16>(region, <u16>(offset + 1), STORED_END);
}

/** A granule has become code. Returns whether translated stores would not notice that. */
export function noteCode(granule: u64): bool {
  const region = regionOf(granule);
  if (region == 0) return false;
  const offset = <u32>(granule - load<u64>(region));
  const lowest = <u32>load<u16>(region, LOWEST_CODE);
  const below = <u32>load<u16>(region, DIRECT_BELOW);
  const above = <u32>load<u16>(region, DIRECT_ABOVE);
  if (offset < lowest) store<u16>(region, <u16>offset, LOWEST_CODE);
  if (offset >= <u32>load<u16>(region, CODE_END)) store<u16>(region, <u16>(offset + 1), CODE_END);
  const belowEnd = <u32>load<u16>(region, DIRECT_BELOW_END);
  return (below != 0 && offset + 1 >= below && offset < belowEnd) || (above != 0 && offset + 1 >= above);
}

/**
 * Whether translated code stores below the region's code, not above it: where the guest has stored to both sides, what lies behind
 * the code is taken to be more.
 */
function isBelowCode(region: usize): bool {
  return (
    load<u16>(region, LOWEST_STORED) < load<u16>(region, LOWEST_CODE) &&
    load<u16>(region, STORED_END) <= load<u16>(region, CODE_END)
  );
}

/**
 * First granule of a region, counted from its start, that translated code may store to without a look-up. Memory that is used from its
 * end on grows down: a stretch of what is free below it comes along.
 */
export function firstStorable(region: usize): u32 {
  const lowest = <u32>load<u16>(region, LOWEST_STORED);
  return isBelowCode(region) ? lowest & ~(STRETCH - 1) : max(lowest, <u32>load<u16>(region, CODE_END));
}

/** The one behind the last of these. */
export function storableEnd(region: usize): u32 {
  return isBelowCode(region) ? load<u16>(region, LOWEST_CODE) : load<u32>(region, 12);
}

/** Translated code stores to a region from `firstStorable` on without a look-up. */
export function noteDirectStores(region: usize): void {
  const from = firstStorable(region) + 1;
  const isBelow = isBelowCode(region);
  const side = region + (isBelow ? DIRECT_BELOW : DIRECT_ABOVE);
  const known = <u32>load<u16>(side);
  if (known == 0 || from < known) store<u16>(side, <u16>from);
  // Code that appears below all of these stores moves the lowest code, not their end.
  const end = isBelow ? storableEnd(region) : 0;
  if (end > <u32>load<u16>(region, DIRECT_BELOW_END)) store<u16>(region, <u16>end, DIRECT_BELOW_END);
}

/** There are no translated stores any more. */
export function forgetStoredFrom(): void {
  for (let region = REGIONS; region <= STACK_REGION; region += 32) {
    store<u16>(region, 0, DIRECT_BELOW);
    store<u16>(region, 0, DIRECT_ABOVE);
    store<u16>(region, 0, DIRECT_BELOW_END);
  }
}
