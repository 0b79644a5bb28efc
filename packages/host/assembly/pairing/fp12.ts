// The quadratic extension of fp6.ts by w with w² = v. Elements have two coefficients and magnitude 1.
import * as fp from './fp';
import * as fp2 from './fp2';
import * as fp6 from './fp6';
import { SIZE } from './product';
import { SIZE2 } from './fp2';
import { SIZE6 } from './fp6';
import { FROBENIUS, FROBENIUS_SQUARED, ONE } from '../generated/pairing-constants';

// @ts-ignore: decorator
@inline export const SIZE12: usize = 2 * SIZE6;

const T0 = memory.data(<i32>SIZE6, 16);
const T1 = memory.data(<i32>SIZE6, 16);
const T2 = memory.data(<i32>SIZE6, 16);
const S = memory.data(<i32>SIZE6, 16);

export function copy(out: usize, a: usize): void {
  memory.copy(out, a, SIZE12);
}

export function setOne(out: usize): void {
  memory.fill(out, 0, SIZE12);
  memory.copy(out, ONE, SIZE);
}

export function multiply(out: usize, a: usize, b: usize): void {
  fp6.multiply(T0, a, b);
  fp6.multiply(T1, a + SIZE6, b + SIZE6);
  fp6.add(T2, a, a + SIZE6);
  fp6.add(S, b, b + SIZE6);
  fp6.normalize(S, S);
  fp6.multiply(T2, T2, S);
  join(out);
}

/** out = (T0 + v·T1) + (T2 - T0 - T1)·w. */
// @ts-ignore: decorator
@inline
function join(out: usize): void {
  fp6.subtract(T2, T2, T0);
  fp6.subtract(T2, T2, T1);
  fp6.multiplyByV(T1, T1);
  fp6.add(T0, T0, T1);
  fp6.normalize(out, T0);
  fp6.normalize(out + SIZE6, T2);
}

export function square(out: usize, a: usize): void {
  // (a0 + a1)(a0 + v a1) - a0 a1 - v a0 a1, 2 a0 a1.
  fp6.multiply(T0, a, a + SIZE6);
  fp6.add(T1, a, a + SIZE6);
  fp6.multiplyByV(T2, a + SIZE6);
  fp6.add(T2, T2, a);
  fp6.normalize(T2, T2);
  fp6.multiply(T1, T1, T2);
  fp6.subtract(T1, T1, T0);
  fp6.multiplyByV(T2, T0);
  fp6.subtract(T1, T1, T2);
  fp6.normalize(out, T1);
  fp6.add(T0, T0, T0);
  fp6.normalize(out + SIZE6, T0);
}

/** out = a·(l0 + l1·v + l2·v·w), coefficients of magnitude 1: a line to BLS12-381's twist. */
export function multiplyByLineOfM(out: usize, a: usize, l0: usize, l1: usize, l2: usize): void {
  fp6.multiplyByTwo(T0, a, l0, l1);
  fp6.multiplyByLinear(T1, a + SIZE6, l2);
  fp6.add(T2, a, a + SIZE6);
  fp2.add(S, l1, l2);
  fp6.multiplyByTwo(T2, T2, l0, S);
  join(out);
}

/** The same with l2 of the base field. */
export function multiplyByShortLineOfM(out: usize, a: usize, l0: usize, l1: usize, l2: usize): void {
  fp6.multiplyByTwo(T0, a, l0, l1);
  for (let i: usize = 0; i != SIZE6; i += SIZE2) fp2.multiplyByBase(T1 + i, a + SIZE6 + i, l2);
  fp6.multiplyByV(T1, T1);
  fp6.add(T2, a, a + SIZE6);
  fp.add(S, l1, l2);
  fp.copy(S + SIZE, l1 + SIZE);
  fp6.multiplyByTwo(T2, T2, l0, S);
  join(out);
}

/** out = a·(l0 + l1·w + l2·v·w): a line to BN254's twist. */
export function multiplyByLineOfD(out: usize, a: usize, l0: usize, l1: usize, l2: usize): void {
  fp6.multiplyByConstant(T0, a, l0);
  fp6.multiplyByTwo(T1, a + SIZE6, l1, l2);
  fp6.add(T2, a, a + SIZE6);
  fp2.add(S, l0, l1);
  fp6.multiplyByTwo(T2, T2, S, l2);
  join(out);
}

export function conjugate(out: usize, a: usize): void {
  fp6.copy(out, a);
  fp6.negate(out + SIZE6, a + SIZE6);
}

/** out = 1/a. */
export function invert(out: usize, a: usize): void {
  fp6.multiply(T0, a, a);
  fp6.multiply(T1, a + SIZE6, a + SIZE6);
  fp6.multiplyByV(T1, T1);
  fp6.subtract(T0, T0, T1);
  fp6.normalize(T0, T0);
  fp6.invert(T0, T0);
  fp6.negate(T1, a + SIZE6);
  fp6.multiply(out, a, T0);
  fp6.multiply(out + SIZE6, T1, T0);
}

/** out = a^p. The coefficient of w^k, k from 0 to 5, is conjugated and multiplied by ξ^(k(p-1)/6). */
export function frobenius(out: usize, a: usize): void {
  for (let k: usize = 0; k != 6; k++) {
    const at = place(k);
    fp2.conjugate(out + at, a + at);
    if (k != 0) fp2.multiply(out + at, out + at, FROBENIUS + SIZE2 * (k - 1));
  }
}

/** out = a^(p²), of which the factors are in the base field. */
export function frobeniusSquared(out: usize, a: usize): void {
  fp2.copy(out, a);
  for (let k: usize = 1; k != 6; k++) {
    const at = place(k);
    fp2.multiplyByBase(out + at, a + at, FROBENIUS_SQUARED + SIZE * (k - 1));
  }
}

/** Where the coefficient of w^k is. */
// @ts-ignore: decorator
@inline
function place(k: usize): usize {
  return (k & 1) * SIZE6 + (k >> 1) * SIZE2;
}

/**
 * out = a² for an element whose order divides p⁴ - p² + 1: by three squares in the quadratic extension of fp2.ts (Granger and Scott,
 * https://eprint.iacr.org/2009/565, section 3.2).
 */
export function squareCyclotomic(out: usize, a: usize): void {
  fp2.squareQuartic(T0, T0 + SIZE2, a, a + SIZE6 + SIZE2, false);
  fp2.squareQuartic(T1, T1 + SIZE2, a + SIZE6, a + 2 * SIZE2, false);
  fp2.squareQuartic(T2, T2 + SIZE2, a + SIZE2, a + SIZE6 + 2 * SIZE2, true);
  thrice(out, T0, a, false);
  thrice(out + SIZE6 + SIZE2, T0 + SIZE2, a + SIZE6 + SIZE2, true);
  thrice(out + SIZE6, T2 + SIZE2, a + SIZE6, true);
  thrice(out + 2 * SIZE2, T2, a + 2 * SIZE2, false);
  thrice(out + SIZE2, T1, a + SIZE2, false);
  thrice(out + SIZE6 + 2 * SIZE2, T1 + SIZE2, a + SIZE6 + 2 * SIZE2, true);
}

/** out = 3a - 2b, or 6a + 2b. */
// @ts-ignore: decorator
@inline
function thrice(out: usize, a: usize, b: usize, plus: bool): void {
  if (plus) {
    fp2.scale(S, a, 3);
    fp2.add(S, S, b);
    fp2.add(S, S, S);
  } else {
    fp2.subtract(S, a, b);
    fp2.add(S, S, S);
    fp2.add(S, S, a);
  }
  fp2.normalize(out, S);
}

export function isOne(a: usize): bool {
  setOne(S);
  return equal(a, S);
}

export function equal(a: usize, b: usize): bool {
  for (let at: usize = 0; at != SIZE12; at += SIZE2) if (!fp2.equal(a + at, b + at)) return false;
  return true;
}
