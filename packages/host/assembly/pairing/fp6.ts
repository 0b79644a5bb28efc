// The cubic extension of fp2.ts by v with v³ = 1 + i. Elements have three coefficients; results have magnitude 1.
import * as fp2 from './fp2';
import { SIZE2 } from './fp2';

// @ts-ignore: decorator
@inline export const SIZE6: usize = 384;
// @ts-ignore: decorator
@inline const SECOND: usize = 128;
// @ts-ignore: decorator
@inline const THIRD: usize = 256;

const T0 = memory.data(128, 16);
const T1 = memory.data(128, 16);
const T2 = memory.data(128, 16);
const S = memory.data(128, 16);
const U = memory.data(128, 16);
const R = memory.data(384, 16);

export function copy(out: usize, a: usize): void {
  memory.copy(out, a, SIZE6);
}

export function add(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != SIZE6; i += 16) v128.store(out + i, i32x4.add(v128.load(a + i), v128.load(b + i)));
}

export function subtract(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != SIZE6; i += 16) v128.store(out + i, i32x4.sub(v128.load(a + i), v128.load(b + i)));
}

export function negate(out: usize, a: usize): void {
  for (let i: usize = 0; i != SIZE6; i += 16) v128.store(out + i, i32x4.neg(v128.load(a + i)));
}

export function normalize(out: usize, a: usize): void {
  for (let i: usize = 0; i != SIZE6; i += SIZE2) fp2.normalize(out + i, a + i);
}

/** out = (x + y)(z + w) - p - q, of which p and q are x·z and y·w. */
// @ts-ignore: decorator
@inline
function cross(out: usize, x: usize, y: usize, z: usize, w: usize, p: usize, q: usize): void {
  fp2.add(S, x, y);
  fp2.add(U, z, w);
  fp2.multiply(out, S, U);
  fp2.subtract(out, out, p);
  fp2.subtract(out, out, q);
}

/** Magnitudes may be 2. */
export function multiply(out: usize, a: usize, b: usize): void {
  fp2.multiply(T0, a, b);
  fp2.multiply(T1, a + SECOND, b + SECOND);
  fp2.multiply(T2, a + THIRD, b + THIRD);
  cross(R, a + SECOND, a + THIRD, b + SECOND, b + THIRD, T1, T2);
  fp2.multiplyByXi(R, R);
  fp2.add(R, R, T0);
  cross(R + SECOND, a, a + SECOND, b, b + SECOND, T0, T1);
  cross(R + THIRD, a, a + THIRD, b, b + THIRD, T0, T2);
  fp2.add(R + THIRD, R + THIRD, T1);
  fp2.multiplyByXi(T2, T2);
  fp2.add(R + SECOND, R + SECOND, T2);
  normalize(out, R);
}

/** out = a·(b0 + b1·v). */
export function multiplyByTwo(out: usize, a: usize, b0: usize, b1: usize): void {
  fp2.multiply(T0, a, b0);
  fp2.multiply(T1, a + SECOND, b1);
  fp2.multiply(R, a + THIRD, b1);
  fp2.multiplyByXi(R, R);
  fp2.add(R, R, T0);
  fp2.multiply(R + THIRD, a + THIRD, b0);
  fp2.add(R + THIRD, R + THIRD, T1);
  cross(R + SECOND, a, a + SECOND, b0, b1, T0, T1);
  normalize(out, R);
}

/** out = a·b·v for an element b of fp2.ts. */
export function multiplyByLinear(out: usize, a: usize, b: usize): void {
  fp2.multiply(T0, a, b);
  fp2.multiply(T1, a + SECOND, b);
  fp2.multiply(R, a + THIRD, b);
  fp2.multiplyByXi(out, R);
  fp2.copy(out + SECOND, T0);
  fp2.copy(out + THIRD, T1);
}

/** out = a·v. The first coefficient's magnitude is twice the third's. */
export function multiplyByV(out: usize, a: usize): void {
  fp2.multiplyByXi(S, a + THIRD);
  fp2.copy(out + THIRD, a + SECOND);
  fp2.copy(out + SECOND, a);
  fp2.copy(out, S);
}

/** out = 1/a, 0 for 0. */
export function invert(out: usize, a: usize): void {
  // a0² - ξ a1 a2, ξ a2² - a0 a1, a1² - a0 a2, and the norm that they make with a.
  fp2.multiply(S, a + SECOND, a + THIRD);
  fp2.multiplyByXi(S, S);
  fp2.square(T0, a);
  fp2.subtract(T0, T0, S);
  fp2.square(T1, a + THIRD);
  fp2.multiplyByXi(T1, T1);
  fp2.multiply(S, a, a + SECOND);
  fp2.subtract(T1, T1, S);
  fp2.square(T2, a + SECOND);
  fp2.multiply(S, a, a + THIRD);
  fp2.subtract(T2, T2, S);
  fp2.sumOfProducts(S, a + SECOND, T2, a + THIRD, T1);
  fp2.multiplyByXi(S, S);
  fp2.multiply(U, a, T0);
  fp2.add(S, S, U);
  fp2.invert(S, S);
  fp2.multiply(out, T0, S);
  fp2.multiply(out + SECOND, T1, S);
  fp2.multiply(out + THIRD, T2, S);
}
