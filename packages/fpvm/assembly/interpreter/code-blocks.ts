// Code blocks as those see them who write memory or read code: what of them is decoded, and what is covered, so that writes
// to it are told of. code.ts makes and fills them.
import { BLOCK_TRANSLATED, GRANULE_SLOTS, GRANULES } from './layout';
import { coveredCodeWritten } from './events';
import { findResident } from './granules';

/** The code block of a granule if it has one, else 0. */
export function existingCodeBlock(granule: u64): usize {
  const slot = findResident(granule);
  return slot == 0 ? 0 : load<u32>(slot, 12);
}

/** Memory under decoded code was written: those operations are decoded anew when they are reached again. */
export function codeWritten(block: usize, offset: u32, size: i32): void {
  for (let at = offset & ~3; at < offset + size; at += 4) store<u64>(block + ((<usize>at) << 1), 0);
  const last = load<u32>(block + BLOCK_TRANSLATED, 4);
  if (last != 0 && offset <= last && offset + size > load<u32>(block + BLOCK_TRANSLATED)) coveredCodeWritten();
}

/** Has writes to so many bytes of a granule's code reported, as `coveredCodeWritten`. */
export function cover(pc: u64, size: u32): void {
  const block = existingCodeBlock(pc >> 16);
  if (block == 0) return;
  const first = (<u32>pc) & 0xffff;
  const last = first + size - 1;
  const covered = load<u32>(block + BLOCK_TRANSLATED, 4);
  if (covered == 0 || first < load<u32>(block + BLOCK_TRANSLATED)) store<u32>(block + BLOCK_TRANSLATED, first);
  if (last > covered) store<u32>(block + BLOCK_TRANSLATED, last, 4);
}

/** Has no writes to code reported any more. */
export function uncoverAll(): void {
  for (let slot = GRANULES; slot < GRANULES + ((<usize>GRANULE_SLOTS) << 4); slot += 16) {
    const block: usize = load<u32>(slot, 12);
    if (block != 0) store<u64>(block + BLOCK_TRANSLATED, 0);
  }
}
