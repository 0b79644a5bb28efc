// The pairing check on BN254 for the host (EIP-197). Arguments are written to `place`, encoded as the precompile has them.
import { SIZE6 } from './pairing/fp6';
import { isInG2 } from './pairing/bn254/subgroup';
import { encodedSize, readPoint } from './pairing/encoding';
import { addPair } from './pairing/pairing-product';

/** Room for as many pairs as are taken at once. */
const PLACE = memory.data(3072, 8);

const P = memory.data(<i32>SIZE6, 16);
const Q = memory.data(<i32>SIZE6, 16);

export function place(): usize {
  return PLACE;
}

// Products of pairings: begin, add pairs of points of the groups (false where there is something else), ask whether they are one.

export { beginProduct, mostPairs, productIsOne } from './pairing/pairing-product';

export function addPairs(count: i32): bool {
  for (let at = PLACE; count != 0; count--) {
    if (!readPoint<u8>(P, at)) return false;
    at += encodedSize<u8>();
    if (!readPoint<u16>(Q, at) || !isInG2(Q)) return false;
    at += encodedSize<u16>();
    addPair(P, Q);
  }
  return true;
}
