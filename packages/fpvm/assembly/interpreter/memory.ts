// Guest memory: a 64-bit space in granules of 64 KiB, found by hash table and software TLB. Reads of absent memory give
// zeros and allocate nothing; writes allocate and mark the 4 KiB page. What linear memory has no place for is paged out.
import { codeWritten } from './code-blocks';
import { findResident, insertGranule } from './granules';
import {
  FIRST_FREE,
  FREE_REGIONS,
  GRANTED,
  GRANULE_COUNT,
  MEMORY_SIZE,
  NEXT_FREE,
  PAGE_STATES,
  PAGING,
  POOL_END,
  POOL_HOST,
  REGIONS_HOST,
  REGION_GRANULES,
  STACK_HOST,
  STACK_REGION,
  TRANSFER,
  UNIT_FLAGS,
  ZEROS,
} from './layout';
import { IN_POOL, isStored, keepForImages, restore, takePlace, USED } from './paging';
import {
  claimedRegionOf,
  hostInRegion,
  initializeRegions,
  isFree,
  NO_REGION,
  noteStored,
  regionBit,
  regionOf,
} from './regions';
import { flushTlb, forgetGranule, NO_TAG, tlbEntry } from './tlb';

/**
 * To be called first. If all of linear memory is there, it is divided into regions; else guest memory is a growing pool.
 */
export function initialize(): void {
  flushTlb();
  const hasRegions = memory.size() == 65536;
  store<u32>(MEMORY_SIZE, <u32>memory.size());
  store<u32>(NEXT_FREE, <u32>(hasRegions ? POOL_HOST : FIRST_FREE));
  // Without regions the last 64 KiB stay unused: NEXT_FREE has 32 bits.
  store<u32>(POOL_END, <u32>(hasRegions ? STACK_HOST : 0xffff0000));
  store<u32>(GRANTED, load<u32>(NEXT_FREE));
  if (hasRegions) initializeRegions();
}

/** Slot of a guest granule in the hash table, 0 if it is absent; it is brought back if it was paged out. */
export function findGranule(granule: u64): usize {
  const slot = findResident(granule);
  if (slot != 0 || load<u32>(PAGING) == 0 || isStored(<f64>granule) == 0) return slot;
  return makeGranule(granule);
}

/** Slot of a guest granule in the hash table; it is brought back or allocated if need be. */
export function makeGranule(granule: u64): usize {
  const known = findResident(granule);
  if (known != 0) return known;
  const region = claimedRegionOf(granule);
  const host = region == 0 ? takePlace() : hostInRegion(region, granule);
  const slot = insertGranule(granule, host);
  // The TLB may map this granule to the zeros.
  forgetGranule(granule);
  if (region != 0) return slot;
  store<u32>(GRANULE_COUNT, load<u32>(GRANULE_COUNT) + 1);
  let flags: u32 = USED | IN_POOL;
  if (load<u32>(PAGING) != 0 && isStored(<f64>granule) != 0) flags |= restore(<f64>granule, <u32>host);
  store<u8>(UNIT_FLAGS + (host >> 16), <u8>flags);
  return slot;
}

/** Host address of the granule, 0 if it is absent; it is brought back if it was paged out. */
export function hostOfGranule(granule: u64): u32 {
  const region = regionOf(granule);
  if (region != 0) return <u32>hostInRegion(region, granule);
  const slot = findGranule(granule);
  return slot == 0 ? 0 : load<u32>(slot, 8);
}

/** Whether any page of the granule exists. */
export function granuleExists(granule: u64): bool {
  const host: usize = hostOfGranule(granule);
  if (host == 0) return false;
  const states = PAGE_STATES + (host >> 12);
  return (load<u64>(states) | load<u64>(states, 8)) != 0;
}

/** Host address of the granule, to be written to; it is allocated if need be, and its pages are not marked. */
export function mapGranule(granule: u64): u32 {
  const host = load<u32>(makeGranule(granule), 8);
  keepForImages(host, granule);
  return host;
}

function readMiss(address: u64): usize {
  const granule = address >> 16;
  const entry = tlbEntry(address);
  const region = regionOf(granule);
  let host: usize = ZEROS;
  if (region != 0) host = hostInRegion(region, granule);
  else {
    const slot = findGranule(granule);
    if (slot != 0) {
      host = load<u32>(slot, 8);
      const flags = UNIT_FLAGS + (host >> 16);
      store<u8>(flags, load<u8>(flags) | (<u8>USED));
    }
  }
  const difference = <u32>host - ((<u32>granule) << 16);
  store<u64>(entry, granule);
  // The first store is to be noticed, even behind a load.
  store<u64>(entry, NO_TAG, 8);
  store<u32>(entry, difference, 16);
  store<u8>(entry, <u8>(region == 0 ? NO_REGION : regionBit(region)), 20);
  return <usize>(<u32>address + difference);
}

/** Host address to write one byte's granule at; the caller stays within the granule. Drops decoded code there. */
function writeMiss(address: u64, size: i32): usize {
  const granule = address >> 16;
  const entry = tlbEntry(address);
  const slot = makeGranule(granule);
  const host: usize = load<u32>(slot, 8);
  const block: usize = load<u32>(slot, 12);
  const flags = UNIT_FLAGS + (host >> 16);
  store<u8>(flags, load<u8>(flags) | (<u8>USED));
  keepForImages(<u32>host, granule);
  const difference = <u32>host - ((<u32>granule) << 16);
  const region = regionOf(granule);
  const bit = region == 0 ? NO_REGION : regionBit(region);
  store<u64>(entry, granule);
  store<u32>(entry, difference, 16);
  store<u8>(entry, <u8>bit, 20);
  if (block == 0) {
    store<u64>(entry, granule, 8);
    store<u8>(entry, <u8>bit, 21);
    if (region != 0) noteStored(region, granule);
  } else {
    store<u64>(entry, NO_TAG, 8);
    store<u8>(entry, <u8>NO_REGION, 21);
    codeWritten(block, (<u32>address) & 0xffff, size);
  }
  return <usize>(<u32>address + difference);
}


@inline
export function read<T>(address: u64): T {
  const entry = tlbEntry(address);
  if (load<u64>(entry) == (address + (sizeof<T>() - 1)) >> 16) {
    return load<T>(<usize>(<u32>address + load<u32>(entry, 16)));
  }
  return <T>readSlow(address, sizeof<T>());
}

/** As `read`, adding the region that was met to the mask at `noted`. */
@inline
export function readNoted<T>(address: u64, noted: usize): T {
  const value = read<T>(address);
  store<u8>(noted, load<u8>(noted) | load<u8>(tlbEntry(address), 20));
  return value;
}

/** Any read that misses the TLB or crosses granules; zero-extended. */
function readSlow(address: u64, size: i32): u64 {
  let value: u64 = 0;
  if (((address + (size - 1)) ^ address) >> 16 != 0) {
    for (let i = 0; i < size; i++) value |= (<u64>read<u8>(address + i)) << (8 * i);
    return value;
  }
  const host = readMiss(address);
  if (size == 8) return load<u64>(host);
  if (size == 4) return <u64>load<u32>(host);
  if (size == 2) return <u64>load<u16>(host);
  return <u64>load<u8>(host);
}


@inline
export function write<T>(address: u64, value: T): void {
  const entry = tlbEntry(address);
  if (load<u64>(entry, 8) == (address + (sizeof<T>() - 1)) >> 16) {
    const host = <usize>(<u32>address + load<u32>(entry, 16));
    store<T>(host, value);
    store<u8>(PAGE_STATES + (host >> 12), 1);
    if (sizeof<T>() > 1) store<u8>(PAGE_STATES + ((host + (sizeof<T>() - 1)) >> 12), 1);
  } else {
    writeSlow(address, <u64>value, sizeof<T>());
  }
}

/** As `write`, adding the region that was met to the mask at `noted`. */
@inline
export function writeNoted<T>(address: u64, value: T, noted: usize): void {
  write<T>(address, value);
  noteStore(address, noted);
}

/** Adds the region of a store that was just done to the mask at `noted`. */
export function noteStore(address: u64, noted: usize): void {
  store<u8>(noted, load<u8>(noted) | load<u8>(tlbEntry(address), 21));
}

/** Any write that misses the TLB, crosses granules, or goes to a granule with decoded code. */
function writeSlow(address: u64, value: u64, size: i32): void {
  if (((address + (size - 1)) ^ address) >> 16 != 0) {
    for (let i = 0; i < size; i++) writeSlow(address + i, (value >> (8 * i)) & 0xff, 1);
    return;
  }
  const host = writeMiss(address, size);
  if (size == 8) store<u64>(host, value);
  else if (size == 4) store<u32>(host, <u32>value);
  else if (size == 2) store<u16>(host, <u16>value);
  else store<u8>(host, <u8>value);
  store<u8>(PAGE_STATES + (host >> 12), 1);
  store<u8>(PAGE_STATES + ((host + (size - 1)) >> 12), 1);
}

/** Pages of a region. */
const REGION_PAGES: u32 = REGION_GRANULES << 4;

/** Number of 4 KiB pages of guest memory in linear memory. Regions that no guest address has claimed have none, nor has what is left of the pool. */
export function countPages(): u32 {
  let count: u32 = 0;
  let from: u32 = 0;
  for (let region = 0; region < FREE_REGIONS; region++) {
    if (!isFree(region)) continue;
    const place = <u32>(REGIONS_HOST >> 12) + <u32>region * REGION_PAGES;
    count += countBetween(from, place);
    from = place + REGION_PAGES;
  }
  const free = load<u32>(NEXT_FREE);
  if (free >= <u32>POOL_HOST && free < <u32>STACK_HOST) {
    count += countBetween(from, free >> 12);
    from = (<u32>STACK_HOST) >> 12;
  }
  return count + countBetween(from, pagesEnd());
}

/** The same between two pages of linear memory, by their states. 64 at a time, since of most there are none. */
function countBetween(from: u32, end: u32): u32 {
  const last = PAGE_STATES + <usize>end;
  let count: u64 = 0;
  let at = PAGE_STATES + <usize>from;
  while (at < last) {
    if (at + 64 <= last) {
      const low = load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24);
      const high = load<u64>(at, 32) | load<u64>(at, 40) | load<u64>(at, 48) | load<u64>(at, 56);
      if ((low | high) == 0) {
        at += 64;
        continue;
      }
    }
    const states = load<u64>(at);
    count += popcnt((states | (states >> 1)) & 0x0101010101010101);
    at += 8;
  }
  return <u32>count;
}

/** Writes the first `count` bytes at TRANSFER to guest memory. */
export function writeTransferred(address: u64, count: u32): void {
  let at: u32 = 0;
  for (; at + 8 <= count; at += 8) write<u64>(address + at, load<u64>(TRANSFER + at));
  for (; at < count; at++) write<u8>(address + at, load<u8>(TRANSFER + at));
}

/** Pages of linear memory among which guest pages are. */
export function pagesEnd(): u32 {
  return load<u32>(STACK_REGION, 8) == 0 ? load<u32>(NEXT_FREE) >> 12 : 1 << 20;
}

/** 8 bytes of guest memory, for the prover. */
export function peek(address: u64): u64 {
  return read<u64>(address);
}

/** 8 bytes of the engine's own memory, for the prover. */
export function word(at: u32): u64 {
  return load<u64>(at);
}

/** Number of the first 4 KiB page of linear memory from `from` on that was written; `end` (a multiple of 8) if none was. */
export function nextPage(from: u32, end: u32): u32 {
  let page = from;
  while (page < end) {
    // Of the states only `written` is odd. 64 at a time: 3.5 GiB of known pages take 0.05 ms.
    const mask: u64 = 0x0101010101010101;
    const at = PAGE_STATES + page;
    if ((page & 63) == 0) {
      const low = load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24);
      const high = load<u64>(at, 32) | load<u64>(at, 40) | load<u64>(at, 48) | load<u64>(at, 56);
      if (((low | high) & mask) == 0) {
        page += 64;
        continue;
      }
    }
    if ((page & 7) == 0 && (load<u64>(at) & mask) == 0) {
      page += 8;
      continue;
    }
    if (load<u8>(PAGE_STATES + page) == 1) return page;
    page++;
  }
  return end;
}
