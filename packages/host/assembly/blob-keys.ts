// Keys of a blob's field elements for the host, all in one call: 4096 calls of a hash's module take four times as long as the hashes.
import { keccak256 } from '../../program/assembly/crypto/keccak256';

const POINT_LENGTH: u32 = 32;
const COMMITMENT_LENGTH: u32 = 48;
const MOST: u32 = 4096;

/** Commitment and point of one element. */
const PREIMAGE = memory.data(80, 8);
const POINTS = memory.data(131072, 8);
const KEYS = memory.data(131072, 8);

/** Where the caller writes the commitment's 48 bytes. */
export function commitment(): usize {
  return PREIMAGE;
}

/** Where the caller writes the points, 32 bytes for each of at most 4096 elements. */
export function points(): usize {
  return POINTS;
}

/** Hashes commitment and point of the first `count` elements; returns where the hashes are, 32 bytes each. */
export function hash(count: u32): usize {
  if (count > MOST) unreachable();
  for (let at: u32 = 0; at < count; at++) {
    memory.copy(PREIMAGE + COMMITMENT_LENGTH, POINTS + POINT_LENGTH * at, POINT_LENGTH);
    keccak256(PREIMAGE, COMMITMENT_LENGTH + POINT_LENGTH, KEYS + POINT_LENGTH * at);
  }
  return KEYS;
}
