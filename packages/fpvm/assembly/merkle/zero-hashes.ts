// The hashes of subtrees in which all is zero.
import { hashPair } from './keccak';

/** Levels of the whole tree above its leaves. */
export const LEVELS: u32 = 59;
/** Of a leaf (0) up to the whole tree (59), 32 bytes each. */
const ZERO_HASHES = memory.data(60 * 32, 16);
/** Two nodes side by side. */
const PAIR = memory.data(64, 16);

export function initializeZeroHashes(): void {
  for (let level: u32 = 1; level <= LEVELS; level++) {
    const below = zeroHash(level - 1);
    memory.copy(PAIR, below, 32);
    memory.copy(PAIR + 32, below, 32);
    hashPair(PAIR, zeroHash(level));
  }
}

/** Address of the hash of an all-zero subtree, `level` levels above the leaves. */
export function zeroHash(level: u32): usize {
  return ZERO_HASHES + ((<usize>level) << 5);
}
