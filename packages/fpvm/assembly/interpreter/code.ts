// Predecoded code: each 64 KiB granule that was ever executed has a block of operations, filled as they are reached.
import { decode } from './decode';
import { becameCode } from './events';
import { findResident } from './granules';
import { BLOCK_OPS_SIZE, BLOCK_SIZE, CODE_CACHE } from './layout';
import { findGranule, granuleExists, makeGranule, read } from './memory';
import { Op } from './operations';
import { allocate, pinGranule } from './paging';
import { protectGranule } from './tlb';

/** The code block of a granule, made on first use; 0 where the guest has no memory (nothing is allocated for that). */
export function codeBlock(granule: u64): usize {
  const cached = CODE_CACHE + ((<usize>(granule & 255)) << 4);
  if (load<u64>(cached) == granule + 1) return load<u32>(cached, 8);
  let slot = findGranule(granule);
  if (slot == 0) {
    if (!granuleExists(granule)) return 0;
    // Only translated code has stored there so far.
    slot = makeGranule(granule);
  }
  let block: usize = load<u32>(slot, 12);
  if (block == 0) {
    pinGranule(granule);
    block = allocate(BLOCK_SIZE);
    store<u64>(block + BLOCK_OPS_SIZE, <u64>Op.Cross);
    // Slots move when granules are paged out for the block.
    store<u32>(findResident(granule), <u32>block, 12);
    protectGranule(granule);
    becameCode(granule);
  }
  store<u64>(cached, granule + 1);
  store<u32>(cached, <u32>block, 8);
  return block;
}

/** Decodes and keeps the operation at `ip` of a block whose granule starts at `base`. */
export function decodeAt(ip: usize, base: u64, ops: usize): void {
  const pc = base + <u64>((ip - ops) >> 1);
  store<u64>(ip, decode(read<u32>(pc), pc));
}
