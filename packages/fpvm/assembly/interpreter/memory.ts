// Guest memory: a 64-bit space in granules of 64 KiB, found by hash table and software TLB. Reads of absent memory give
// zeros and allocate nothing; writes allocate and mark the 4 KiB page.
import {
  FIRST_FREE,
  GRANULES,
  GRANULE_SLOTS,
  GUEST_OF_HOST,
  MEMORY_SIZE,
  NEXT_FREE,
  OUT_OF_MEMORY,
  PAGE_STATES,
  POOL_END,
  POOL_HOST,
  REGION_GRANULES,
  STACK_HOST,
  STACK_REGION,
  TLB,
  ZEROS,
} from './layout';
import { codeWritten } from './code';
import {
  claimedRegionOf,
  hostInRegion,
  initializeRegions,
  NO_REGION,
  noteLowest,
  regionBit,
  regionOf,
  takeForPool,
} from './regions';

const NO_TAG: u64 = 0xffffffffffffffff;

/**
 * TLB entry of a guest address. The sum, unlike an exclusive or, never gives neighbouring granules the same entry; so an
 * access that crosses into the next granule can be told by comparing its last byte's granule with the first's tag.
 */
@inline
export function tlbEntry(address: u64): usize {
  return TLB + ((<usize>((address >> 16) + (address >> 33))) & 1023) * 32;
}

export function flushTlb(): void {
  for (let entry: usize = TLB; entry < TLB + 32 * 1024; entry += 32) {
    store<u64>(entry, NO_TAG);
    store<u64>(entry, NO_TAG, 8);
  }
}

/** Takes `size` bytes (a multiple of 64 KiB) of the pool; they are zero. Traps when there is no more. */
export function allocate(size: usize): usize {
  let at: usize = load<u32>(NEXT_FREE);
  if (<u64>at + <u64>size > <u64>load<u32>(POOL_END)) {
    at = takeForPool();
    if (at == 0) {
      store<u32>(OUT_OF_MEMORY, 1);
      unreachable();
    }
    store<u32>(POOL_END, <u32>at + (REGION_GRANULES << 16));
  }
  const end = <u64>at + <u64>size;
  const have = (<u64>load<u32>(MEMORY_SIZE)) << 16;
  if (end > have) {
    // Growing by at least an eighth, as far as there is room, keeps the number of (buffer-detaching) growths small.
    const need = <i32>((end - have + 0xffff) >> 16);
    let grow = max(need, min(<i32>(have >> 19), 65536 - <i32>(have >> 16)));
    if (memory.grow(grow) < 0) {
      grow = need;
      if (memory.grow(grow) < 0) {
        store<u32>(OUT_OF_MEMORY, 1);
        unreachable();
      }
    }
    store<u32>(MEMORY_SIZE, load<u32>(MEMORY_SIZE) + <u32>grow);
  }
  store<u32>(NEXT_FREE, <u32>(at + size));
  return at;
}

/**
 * To be called first. With `regions`, all of linear memory is reserved (it costs nothing until it is touched); where the
 * host refuses that, and without, guest memory is a growing pool. Returns whether there are regions.
 */
export function initialize(regions: bool): bool {
  flushTlb();
  const reserved = regions && memory.grow(65536 - memory.size()) >= 0;
  store<u32>(MEMORY_SIZE, <u32>memory.size());
  store<u32>(NEXT_FREE, <u32>(reserved ? POOL_HOST : FIRST_FREE));
  // Without regions the last 64 KiB stay unused: NEXT_FREE has 32 bits.
  store<u32>(POOL_END, <u32>(reserved ? STACK_HOST : 0xffff0000));
  if (reserved) initializeRegions();
  return reserved;
}

/** Slot of a guest granule in the hash table, 0 if it is absent. */
export function findGranule(granule: u64): usize {
  let hash = <u32>((granule * 0x9e3779b97f4a7c15) >> 47);
  while (true) {
    const slot = GRANULES + ((<usize>(hash & (GRANULE_SLOTS - 1))) << 4);
    const key = load<u64>(slot);
    if (key == granule + 1) return slot;
    if (key == 0) return 0;
    hash++;
  }
}

/** Slot of a guest granule in the hash table, allocating it if it is absent. */
export function makeGranule(granule: u64): usize {
  let hash = <u32>((granule * 0x9e3779b97f4a7c15) >> 47);
  while (true) {
    const slot = GRANULES + ((<usize>(hash & (GRANULE_SLOTS - 1))) << 4);
    const key = load<u64>(slot);
    if (key == granule + 1) return slot;
    if (key == 0) {
      const region = claimedRegionOf(granule);
      const host = region == 0 ? allocate(0x10000) : hostInRegion(region, granule);
      store<u64>(slot, granule + 1);
      store<u32>(slot, <u32>host, 8);
      store<u64>(GUEST_OF_HOST + ((host >> 16) << 3), granule + 1);
      // The TLB may map this granule to the zeros.
      const entry = tlbEntry(granule << 16);
      store<u64>(entry, NO_TAG);
      store<u64>(entry, NO_TAG, 8);
      return slot;
    }
    hash++;
  }
}

/** Host address of the granule, 0 if it has none: then it is absent. */
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

/** Host address of the granule, allocated if need be; its pages are not marked. */
export function mapGranule(granule: u64): u32 {
  return load<u32>(makeGranule(granule), 8);
}

/** Forgets write permission for a granule that now holds decoded code. */
export function protectGranule(granule: u64): void {
  store<u64>(tlbEntry(granule << 16), NO_TAG, 8);
}

function readMiss(address: u64): usize {
  const granule = address >> 16;
  const entry = tlbEntry(address);
  const region = regionOf(granule);
  let host: usize = ZEROS;
  if (region != 0) host = hostInRegion(region, granule);
  else {
    const slot = findGranule(granule);
    if (slot != 0) host = load<u32>(slot, 8);
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
  const difference = <u32>host - ((<u32>granule) << 16);
  const region = regionOf(granule);
  const bit = region == 0 ? NO_REGION : regionBit(region);
  store<u64>(entry, granule);
  store<u32>(entry, difference, 16);
  store<u8>(entry, <u8>bit, 20);
  if (block == 0) {
    store<u64>(entry, granule, 8);
    store<u8>(entry, <u8>bit, 21);
    if (region != 0) noteLowest(region, granule);
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

export function write8(address: u64, value: u32): void {
  write<u8>(address, <u8>value);
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

/**
 * Number of the first 4 KiB page of linear memory from `from` on whose state is `written` or, without `writtenOnly`, that
 * holds any guest page; `end` (a multiple of 8) if there is none.
 */
export function nextPage(from: u32, end: u32, writtenOnly: bool): u32 {
  let page = from;
  while (page < end) {
    // Of the states only `written` is odd. 64 at a time: 3.5 GiB of known pages take 0.05 ms.
    const mask: u64 = writtenOnly ? 0x0101010101010101 : 0xffffffffffffffff;
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
    const state = load<u8>(PAGE_STATES + page);
    if (writtenOnly ? state == 1 : state != 0) return page;
    page++;
  }
  return end;
}
