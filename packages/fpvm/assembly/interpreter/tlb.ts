// The software TLB: which granule each entry maps to linear memory, for reading and for writing. What hits here is all that
// most loads and stores need.
import { TLB } from './layout';

/** Tag that no address has. */
export const NO_TAG: u64 = 0xffffffffffffffff;

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

/** Drops the entry of a granule. */
export function forgetGranule(granule: u64): void {
  const entry = tlbEntry(granule << 16);
  store<u64>(entry, NO_TAG);
  store<u64>(entry, NO_TAG, 8);
}

/** Drops all write permission. */
export function forgetWrites(): void {
  for (let entry: usize = TLB; entry < TLB + 32 * 1024; entry += 32) store<u64>(entry, NO_TAG, 8);
}

/** Forgets write permission for a granule that now holds decoded code. */
export function protectGranule(granule: u64): void {
  store<u64>(tlbEntry(granule << 16), NO_TAG, 8);
}
