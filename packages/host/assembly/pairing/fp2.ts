// The quadratic field over fp.ts, with i² = -1: real part, imaginary part.
import { product as productOfBase, reduce as reduceBase, SIZE, WIDE } from './product';
import * as fp from './fp';

/** Bytes of an element. */
// @ts-ignore: decorator
@inline export const SIZE2: usize = 2 * SIZE;

/** Bytes of a product's columns: those of the real part, then those of the imaginary part. */
// @ts-ignore: decorator
@inline export const WIDE2: usize = 2 * WIDE;

const A = memory.data(<i32>WIDE2, 16);
const B = memory.data(<i32>WIDE2, 16);
const C = memory.data(<i32>WIDE, 16);
const X = memory.data(<i32>SIZE, 16);
const Y = memory.data(<i32>SIZE, 16);
const S = memory.data(<i32>SIZE2, 16);

export function copy(out: usize, a: usize): void {
  fp.copy(out, a);
  fp.copy(out + SIZE, a + SIZE);
}

export function add(out: usize, a: usize, b: usize): void {
  fp.add(out, a, b);
  fp.add(out + SIZE, a + SIZE, b + SIZE);
}

export function subtract(out: usize, a: usize, b: usize): void {
  fp.subtract(out, a, b);
  fp.subtract(out + SIZE, a + SIZE, b + SIZE);
}

export function negate(out: usize, a: usize): void {
  fp.negate(out, a);
  fp.negate(out + SIZE, a + SIZE);
}

export function scale(out: usize, a: usize, n: i32): void {
  fp.scale(out, a, n);
  fp.scale(out + SIZE, a + SIZE, n);
}

export function normalize(out: usize, a: usize): void {
  fp.normalize(out, a);
  fp.normalize(out + SIZE, a + SIZE);
}

/** The columns of a·b: three products take the place of four. Magnitudes multiplied may be 16. */
export function product(out: usize, a: usize, b: usize): void {
  fp.add(X, a, a + SIZE);
  fp.add(Y, b, b + SIZE);
  productOfBase(out + WIDE, X, Y);
  productOfBase(out, a, b);
  productOfBase(C, a + SIZE, b + SIZE);
  for (let i: usize = 0; i != WIDE; i += 16) {
    const r = v128.load(out + i);
    const c = v128.load(C + i);
    v128.store(out + i, i64x2.sub(r, c));
    v128.store(out + i, i64x2.sub(v128.load(out + i, WIDE), i64x2.add(r, c)), WIDE);
  }
}

/** out = the element of these columns. Magnitudes multiplied, and summed up, may be 16. */
// @ts-ignore: decorator
@inline
export function reduce(out: usize, columns: usize): void {
  reduceBase(out, columns);
  reduceBase(out + SIZE, columns + WIDE);
}

/** out = a + b, columns. */
export function addColumns(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != WIDE2; i += 16) v128.store(out + i, i64x2.add(v128.load(a + i), v128.load(b + i)));
}

/** out = a - b, columns. */
export function subtractColumns(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != WIDE2; i += 16) v128.store(out + i, i64x2.sub(v128.load(a + i), v128.load(b + i)));
}

/** out = a - b - c, columns. */
export function subtractTwoColumns(out: usize, a: usize, b: usize, c: usize): void {
  for (let i: usize = 0; i != WIDE2; i += 16) {
    v128.store(out + i, i64x2.sub(v128.load(a + i), i64x2.add(v128.load(b + i), v128.load(c + i))));
  }
}

/** out = a + ξ·b, columns. */
export function addColumnsTimesXi(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != WIDE; i += 16) {
    const real = v128.load(b + i);
    const imaginary = v128.load(b + i, WIDE);
    v128.store(out + i, i64x2.add(v128.load(a + i), i64x2.sub(timesRealOfXi(real), imaginary)));
    v128.store(out + i, i64x2.add(v128.load(a + i, WIDE), i64x2.add(timesRealOfXi(imaginary), real)), WIDE);
  }
}

/** Columns times the real part of ξ: 1 or 9. */
// @ts-ignore: decorator
@inline
function timesRealOfXi(columns: v128): v128 {
  return isDefined(BN254) ? i64x2.add(i64x2.shl(columns, 3), columns) : columns;
}

export function multiply(out: usize, a: usize, b: usize): void {
  product(A, a, b);
  reduce(out, A);
}

/** The magnitude squared may be 16. */
export function square(out: usize, a: usize): void {
  fp.add(X, a, a + SIZE);
  fp.subtract(Y, a, a + SIZE);
  productOfBase(A, X, Y);
  fp.add(X, a, a);
  productOfBase(A + WIDE, X, a + SIZE);
  reduce(out, A);
}

/** out = a·b + c·d. */
export function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  product(A, a, b);
  product(B, c, d);
  addColumns(A, A, B);
  reduce(out, A);
}

/** out = a·b - c·d. */
export function differenceOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  product(A, a, b);
  product(B, c, d);
  subtractColumns(A, A, B);
  reduce(out, A);
}

/** The square of a + b·y with y² = ξ, a and b of magnitude 1: its first coefficient, and half of its second or, with `timesXi`, that times ξ. */
export function squareQuartic(first: usize, second: usize, a: usize, b: usize, timesXi: bool): void {
  // (a + b)(a + ξb) - ab - ξab, ab
  product(B, a, b);
  multiplyByXi(S, b);
  add(S, S, a);
  add(first, a, b);
  product(A, first, S);
  subtractColumns(A, A, B);
  for (let i: usize = 0; i != WIDE; i += 16) {
    const real = v128.load(B + i);
    const imaginary = v128.load(B + i, WIDE);
    const realTimesXi = i64x2.sub(timesRealOfXi(real), imaginary);
    const imaginaryTimesXi = i64x2.add(timesRealOfXi(imaginary), real);
    v128.store(A + i, i64x2.sub(v128.load(A + i), realTimesXi));
    v128.store(A + i, i64x2.sub(v128.load(A + i, WIDE), imaginaryTimesXi), WIDE);
    if (!timesXi) continue;
    v128.store(B + i, realTimesXi);
    v128.store(B + i, imaginaryTimesXi, WIDE);
  }
  reduce(first, A);
  reduce(second, B);
}

/** out = a·b where b is an element of the base field. */
export function multiplyByBase(out: usize, a: usize, b: usize): void {
  productOfBase(A, a, b);
  productOfBase(A + WIDE, a + SIZE, b);
  reduce(out, A);
}

/**
 * out = a·ξ, of which the extensions above adjoin roots: 1 + i on BLS12-381, which doubles the magnitude; 9 + i on BN254, magnitude 1
 * from one of 2 or less.
 */
export function multiplyByXi(out: usize, a: usize): void {
  if (isDefined(BN254)) {
    fp.scale(X, a, 9);
    fp.scale(Y, a + SIZE, 9);
    fp.subtract(X, X, a + SIZE);
    fp.add(Y, Y, a);
    fp.normalize(out, X);
    fp.normalize(out + SIZE, Y);
  } else {
    fp.subtract(X, a, a + SIZE);
    fp.add(out + SIZE, a, a + SIZE);
    fp.copy(out, X);
  }
}

export function conjugate(out: usize, a: usize): void {
  fp.copy(out, a);
  fp.negate(out + SIZE, a + SIZE);
}

/** out = 1/a, 0 for 0. */
export function invert(out: usize, a: usize): void {
  fp.sumOfProducts(X, a, a, a + SIZE, a + SIZE);
  fp.invert(X, X);
  fp.multiply(out, a, X);
  fp.negate(Y, a + SIZE);
  fp.multiply(out + SIZE, Y, X);
}

export function equal(a: usize, b: usize): bool {
  return fp.equal(a, b) && fp.equal(a + SIZE, b + SIZE);
}

export function isZero(a: usize): bool {
  return fp.isZero(a) && fp.isZero(a + SIZE);
}

/** The sign of RFC 9380, section 4.1: whether the real part's number is odd, or the imaginary one's where the real part is zero. */
export function isOdd(a: usize): bool {
  return fp.isZero(a) ? fp.isOdd(a + SIZE) : fp.isOdd(a);
}
