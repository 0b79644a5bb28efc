// BLS12-381 for the host: what its precompiles (EIP-2537) and KZG (EIP-4844) compute. Arguments are written to `place`, where results
// are found too, encoded as the precompiles have them.
import { encodedSize, readElement, readPoint, writePoint } from './pairing/encoding';
import * as map from './pairing/bls12-381/map-to-curve';
import { addPair } from './pairing/pairing-product';
import { addPoints, isInfinity, setInfinity } from './pairing/point';
import * as evaluation from './pairing/bls12-381/point-evaluation';
import { SIZE } from './pairing/product';
import { isInSubgroup } from './pairing/bls12-381/subgroup';
import { addTerm, begin, mostTerms, sumOfTerms } from './pairing/bls12-381/sum-of-multiples';

/** Room for as many terms of G1 as are taken at once, which are more bytes than those of G2 or as many pairs. */
const PLACE = memory.data(10240, 8);
/** Bytes of a factor. */
// @ts-ignore: decorator
@inline const FACTOR: usize = 32;

const P = memory.data(384, 16);
const Q = memory.data(384, 16);
const SUM = memory.data(384, 16);
const MULTIPLE = memory.data(384, 16);

export function place(): usize {
  return PLACE;
}

/** Two points of the curve to their sum; false where they are none. */
export function addG1(): bool {
  return add<u8>();
}
export function addG2(): bool {
  return add<u16>();
}
function add<F>(): bool {
  if (!readPoint<F>(P, PLACE) || !readPoint<F>(Q, PLACE + encodedSize<F>())) return false;
  addPoints<F>(SUM, P, Q);
  writePoint<F>(PLACE, SUM);
  return true;
}

// Sums of multiples: begin, add terms (points of the group with their factors; false where there is something else), end.

export function beginSumG1(): void {
  setInfinity<u8>(SUM);
}
export function beginSumG2(): void {
  setInfinity<u16>(SUM);
}
/** The most terms that can be added at once. */
export function mostTermsG1(): i32 {
  return mostTerms<u8>();
}
export function mostTermsG2(): i32 {
  return mostTerms<u16>();
}
export function addTermsG1(count: i32): bool {
  return addTerms<u8>(count);
}
export function addTermsG2(count: i32): bool {
  return addTerms<u16>(count);
}
export function endSumG1(): void {
  writePoint<u8>(PLACE, SUM);
}
export function endSumG2(): void {
  writePoint<u16>(PLACE, SUM);
}
function addTerms<F>(count: i32): bool {
  begin();
  for (let at = PLACE; count != 0; count--) {
    if (!readPoint<F>(P, at) || !isInSubgroup<F>(P, MULTIPLE)) return false;
    at += encodedSize<F>();
    if (!isInfinity<F>(P)) addTerm<F>(P, MULTIPLE, at);
    at += FACTOR;
  }
  sumOfTerms<F>(Q);
  addPoints<F>(SUM, SUM, Q);
  return true;
}

// Products of pairings: begin, add pairs of points of the groups (false where there is something else), ask whether they are one.

export { beginProduct, mostPairs, productIsOne } from './pairing/pairing-product';

export function addPairs(count: i32): bool {
  for (let at = PLACE; count != 0; count--) {
    if (!readPoint<u8>(P, at) || !isInSubgroup<u8>(P, MULTIPLE)) return false;
    at += encodedSize<u8>();
    if (!readPoint<u16>(Q, at) || !isInSubgroup<u16>(Q, MULTIPLE)) return false;
    at += encodedSize<u16>();
    addPair(P, Q);
  }
  return true;
}

/** The point that a field element is mapped to; false where there is something else. */
export function mapToG1(): bool {
  if (!readElement(Q, PLACE)) return false;
  map.mapToG1(P, Q);
  writePoint<u8>(PLACE, P);
  return true;
}
export function mapToG2(): bool {
  if (!readElement(Q, PLACE) || !readElement(Q + SIZE, PLACE + 64)) return false;
  map.mapToG2(P, Q);
  writePoint<u16>(PLACE, P);
  return true;
}

/** Whether a KZG proof is valid: commitment (48 bytes), z, y (32 bytes each) and proof (48 bytes). */
export function proofIsValid(): bool {
  return evaluation.proofIsValid(PLACE, PLACE + 48, PLACE + 80, PLACE + 112);
}
