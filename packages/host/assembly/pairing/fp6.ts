// The cubic extension of fp2.ts by v with v³ = ξ. Elements have three coefficients; results have magnitude 1.
import * as fp2 from './fp2';
import { SIZE2, WIDE2 } from './fp2';

// @ts-ignore: decorator
@inline export const SIZE6: usize = 3 * SIZE2;
// @ts-ignore: decorator
@inline const SECOND: usize = SIZE2;
// @ts-ignore: decorator
@inline const THIRD: usize = 2 * SIZE2;

const T0 = memory.data(<i32>SIZE2, 16);
const T1 = memory.data(<i32>SIZE2, 16);
const T2 = memory.data(<i32>SIZE2, 16);
const S = memory.data(<i32>SIZE2, 16);
const U = memory.data(<i32>SIZE2, 16);
/** Columns of products, which are summed up before they are reduced. */
const P0 = memory.data(<i32>WIDE2, 16);
const P1 = memory.data(<i32>WIDE2, 16);
const P2 = memory.data(<i32>WIDE2, 16);
const Q0 = memory.data(<i32>WIDE2, 16);
const Q1 = memory.data(<i32>WIDE2, 16);
const Q2 = memory.data(<i32>WIDE2, 16);

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

/** out = (x + y)(z + w) - p - q, columns, of which p and q are those of x·z and y·w. */
// @ts-ignore: decorator
@inline
function cross(out: usize, x: usize, y: usize, z: usize, w: usize, p: usize, q: usize): void {
  fp2.add(S, x, y);
  fp2.add(U, z, w);
  fp2.product(out, S, U);
  fp2.subtractTwoColumns(out, out, p, q);
}

/** Magnitudes multiplied may be 2. */
export function multiply(out: usize, a: usize, b: usize): void {
  fp2.product(P0, a, b);
  fp2.product(P1, a + SECOND, b + SECOND);
  fp2.product(P2, a + THIRD, b + THIRD);
  // a0·b0 + ξ(a1·b2 + a2·b1), a0·b1 + a1·b0 + ξ·a2·b2, a0·b2 + a2·b0 + a1·b1
  cross(Q0, a + SECOND, a + THIRD, b + SECOND, b + THIRD, P1, P2);
  fp2.addColumnsTimesXi(Q0, P0, Q0);
  cross(Q1, a, a + SECOND, b, b + SECOND, P0, P1);
  fp2.addColumnsTimesXi(Q1, Q1, P2);
  cross(Q2, a, a + THIRD, b, b + THIRD, P0, P2);
  fp2.addColumns(Q2, Q2, P1);
  fp2.reduce(out, Q0);
  fp2.reduce(out + SECOND, Q1);
  fp2.reduce(out + THIRD, Q2);
}

/** out = a·(b0 + b1·v); magnitudes of a and b0 or b1 multiplied may be 4. */
export function multiplyByTwo(out: usize, a: usize, b0: usize, b1: usize): void {
  fp2.product(P0, a, b0);
  fp2.product(P1, a + SECOND, b1);
  // a0·b0 + ξ·a2·b1, a0·b1 + a1·b0, a2·b0 + a1·b1
  cross(Q1, a, a + SECOND, b0, b1, P0, P1);
  fp2.product(Q0, a + THIRD, b1);
  fp2.addColumnsTimesXi(Q0, P0, Q0);
  fp2.product(Q2, a + THIRD, b0);
  fp2.addColumns(Q2, Q2, P1);
  fp2.reduce(out, Q0);
  fp2.reduce(out + SECOND, Q1);
  fp2.reduce(out + THIRD, Q2);
}

/** out = a·b for an element b of fp2.ts. */
export function multiplyByConstant(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != SIZE6; i += SIZE2) fp2.multiply(out + i, a + i, b);
}

/** out = a·b·v for an element b of fp2.ts. */
export function multiplyByLinear(out: usize, a: usize, b: usize): void {
  fp2.multiply(T0, a, b);
  fp2.multiply(T1, a + SECOND, b);
  fp2.multiply(T2, a + THIRD, b);
  fp2.multiplyByXi(out, T2);
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
