// The guest granules that are in linear memory: where each lies, in a region or by hash table, and which pages it has.
import { GRANULES, GRANULE_SLOTS, GUEST_OF_HOST, PAGE_STATES } from './layout';
import { hostInRegion, regionOf } from './regions';

/** First place in the hash table to look for a granule at. */
@inline
function homeOf(granule: u64): u32 {
  return (<u32>((granule * 0x9e3779b97f4a7c15) >> 47)) & (GRANULE_SLOTS - 1);
}

/** Slot of a guest granule in the hash table, 0 if it is not in linear memory. Granules paged out move slots. */
export function findResident(granule: u64): usize {
  let hash = homeOf(granule);
  while (true) {
    const slot = GRANULES + ((<usize>hash) << 4);
    const key = load<u64>(slot);
    if (key == granule + 1) return slot;
    if (key == 0) return 0;
    hash = (hash + 1) & (GRANULE_SLOTS - 1);
  }
}

/** Enters a granule that is not in the hash table, at `host` and without code; returns its slot. */
export function insertGranule(granule: u64, host: usize): usize {
  let hash = homeOf(granule);
  let slot = GRANULES + ((<usize>hash) << 4);
  while (load<u64>(slot) != 0) {
    hash = (hash + 1) & (GRANULE_SLOTS - 1);
    slot = GRANULES + ((<usize>hash) << 4);
  }
  store<u64>(slot, granule + 1);
  store<u32>(slot, <u32>host, 8);
  store<u32>(slot, 0, 12);
  store<u64>(GUEST_OF_HOST + ((host >> 16) << 3), granule + 1);
  return slot;
}

/** Takes a granule out of the hash table, moving up those behind it. */
export function removeGranule(granule: u64): void {
  const slot = findResident(granule);
  let hole = <u32>((slot - GRANULES) >> 4);
  let at = hole;
  while (true) {
    at = (at + 1) & (GRANULE_SLOTS - 1);
    const from = GRANULES + ((<usize>at) << 4);
    const key = load<u64>(from);
    if (key == 0) break;
    const distance = (at - homeOf(key - 1)) & (GRANULE_SLOTS - 1);
    if (distance < ((at - hole) & (GRANULE_SLOTS - 1))) continue;
    memory.copy(GRANULES + ((<usize>hole) << 4), from, 16);
    hole = at;
  }
  memory.fill(GRANULES + ((<usize>hole) << 4), 0, 16);
}

/** Host address of the granule, 0 if it is not in linear memory. */
export function residentHost(granule: u64): u32 {
  const region = regionOf(granule);
  if (region != 0) return <u32>hostInRegion(region, granule);
  const slot = findResident(granule);
  return slot == 0 ? 0 : load<u32>(slot, 8);
}

/** The pages that the granule at `host` has, as bits. */
export function pageMask(host: u32): u32 {
  const states = PAGE_STATES + ((<usize>host) >> 12);
  return gather(load<u64>(states)) | (gather(load<u64>(states, 8)) << 8);
}

/** Which of eight bytes are not 0; they are 0, 1 or 2. The product brings bit 8 i to bit 56 + i. */
@inline
function gather(states: u64): u32 {
  return <u32>((((states | (states >> 1)) & 0x0101010101010101) * 0x0102040810204080) >> 56);
}
