// The quadratic field over fp.ts, with i² = -1: real part, imaginary part.
import { addWide, product, reduce, SIZE, subtractWide, WIDE } from './product';
import * as fp from './fp';

const A = memory.data(224, 16);
const B = memory.data(224, 16);
const C = memory.data(224, 16);
const D = memory.data(224, 16);
const E = memory.data(224, 16);
const X = memory.data(64, 16);
const Y = memory.data(64, 16);
const S = memory.data(128, 16);

/** Bytes of an element. */
// @ts-ignore: decorator
@inline export const SIZE2: usize = 128;

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

/** The product's columns: real part at `real`, imaginary at `imaginary`. Three products take the place of four. */
// @ts-ignore: decorator
@inline
function columns(real: usize, imaginary: usize, a: usize, b: usize): void {
  fp.add(X, a, a + SIZE);
  fp.add(Y, b, b + SIZE);
  product(imaginary, X, Y);
  product(real, a, b);
  product(C, a + SIZE, b + SIZE);
  for (let i: usize = 0; i != WIDE; i += 16) {
    const r = v128.load(real + i);
    const c = v128.load(C + i);
    v128.store(real + i, i64x2.sub(r, c));
    v128.store(imaginary + i, i64x2.sub(v128.load(imaginary + i), i64x2.add(r, c)));
  }
}

/** Magnitudes multiplied may be 16. */
export function multiply(out: usize, a: usize, b: usize): void {
  columns(A, B, a, b);
  reduce(out, A);
  reduce(out + SIZE, B);
}

/** Magnitudes squared may be 16. */
export function square(out: usize, a: usize): void {
  fp.add(X, a, a + SIZE);
  fp.subtract(Y, a, a + SIZE);
  product(A, X, Y);
  fp.add(X, a, a);
  product(B, X, a + SIZE);
  reduce(out, A);
  reduce(out + SIZE, B);
}

/** out = a·b + c·d. */
export function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  columns(A, B, a, b);
  columns(D, E, c, d);
  addWide(A, A, D);
  addWide(B, B, E);
  reduce(out, A);
  reduce(out + SIZE, B);
}

/** out = a·b - c·d. */
export function differenceOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  columns(A, B, a, b);
  columns(D, E, c, d);
  subtractWide(A, A, D);
  subtractWide(B, B, E);
  reduce(out, A);
  reduce(out + SIZE, B);
}

/**
 * The square of a + b·y with y² = 1 + i, a and b of magnitude 1: its first coefficient, and its second or, with `timesXi`, that times 1 + i.
 */
export function squareQuartic(first: usize, second: usize, a: usize, b: usize, timesXi: bool): void {
  // (a + b)(a + (1 + i)b) - ab - (1 + i)ab, 2ab
  columns(A, B, a, b);
  multiplyByXi(S, b);
  add(S, S, a);
  add(first, a, b);
  columns(D, E, first, S);
  for (let i: usize = 0; i != WIDE; i += 16) {
    const real = v128.load(A + i);
    const imaginary = v128.load(B + i);
    const realTimesXi = i64x2.sub(real, imaginary);
    const imaginaryTimesXi = i64x2.add(real, imaginary);
    v128.store(D + i, i64x2.sub(v128.load(D + i), i64x2.add(real, realTimesXi)));
    v128.store(E + i, i64x2.sub(v128.load(E + i), i64x2.add(imaginary, imaginaryTimesXi)));
    if (!timesXi) continue;
    v128.store(A + i, realTimesXi);
    v128.store(B + i, imaginaryTimesXi);
  }
  reduce(first, D);
  reduce(first + SIZE, E);
  reduce(second, A);
  reduce(second + SIZE, B);
  add(second, second, second);
}

/** out = a·b where b is an element of the base field. */
export function multiplyByBase(out: usize, a: usize, b: usize): void {
  product(A, a, b);
  product(B, a + SIZE, b);
  reduce(out, A);
  reduce(out + SIZE, B);
}

/** out = a·(1 + i), which the extensions above adjoin roots of. Twice the magnitude. */
export function multiplyByXi(out: usize, a: usize): void {
  fp.subtract(X, a, a + SIZE);
  fp.add(out + SIZE, a, a + SIZE);
  fp.copy(out, X);
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
