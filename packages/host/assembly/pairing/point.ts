// Points of y² = x³ + b over either field of coordinate.ts: X, Y and Z with x = X/Z and y = Y/Z, each of magnitude 1; Z is 0 at infinity.
// The curves have no point of order two, so that one formula adds any two points (Renes, Costello and Batina,
// https://eprint.iacr.org/2015/1060, algorithms 7 and 9).
import {
  add,
  copy,
  curveB,
  differenceOfProducts,
  equal,
  invert,
  isZero,
  multiply,
  multiplyBy3B,
  negate,
  normalize,
  scale,
  size,
  square,
  subtract,
  sumOfProducts,
} from './coordinate';
import { ONE } from '../generated/pairing-constants';
import { SIZE2 } from './fp2';
import { SIZE } from './product';

const T0 = memory.data(<i32>SIZE2, 16);
const T1 = memory.data(<i32>SIZE2, 16);
const T2 = memory.data(<i32>SIZE2, 16);
const T3 = memory.data(<i32>SIZE2, 16);
const T4 = memory.data(<i32>SIZE2, 16);
const T5 = memory.data(<i32>SIZE2, 16);
const T6 = memory.data(<i32>SIZE2, 16);

/** Bytes of a point. */
// @ts-ignore: decorator
@inline export function pointSize<F>(): usize {
  return 3 * size<F>();
}

export function copyPoint<F>(out: usize, p: usize): void {
  memory.copy(out, p, pointSize<F>());
}

export function setInfinity<F>(out: usize): void {
  memory.fill(out, 0, pointSize<F>());
  memory.copy(out + size<F>(), ONE, SIZE);
}

export function isInfinity<F>(p: usize): bool {
  return isZero<F>(p + 2 * size<F>());
}

/** Z = 1, for a point whose X and Y are its coordinates. */
export function completeAffine<F>(p: usize): void {
  memory.fill(p + 2 * size<F>(), 0, size<F>());
  memory.copy(p + 2 * size<F>(), ONE, SIZE);
}

/** Whether the coordinates are those of a point of the curve. */
export function isOnCurve<F>(p: usize): bool {
  square<F>(T0, p);
  multiply<F>(T0, T0, p);
  add<F>(T0, T0, curveB<F>());
  square<F>(T1, p + size<F>());
  return equal<F>(T0, T1);
}

export function negatePoint<F>(out: usize, p: usize): void {
  copyPoint<F>(out, p);
  negate<F>(out + size<F>(), p + size<F>());
}

export function addPoints<F>(out: usize, p: usize, q: usize): void {
  const Y = size<F>();
  const Z: usize = 2 * size<F>();
  multiply<F>(T0, p, q);
  multiply<F>(T1, p + Y, q + Y);
  multiply<F>(T2, p + Z, q + Z);
  // XY + YX, YZ + ZY and XZ + ZX of both points, of magnitude 3.
  crossed<F>(T3, p, p + Y, q, q + Y, T0, T1);
  crossed<F>(T4, p + Y, p + Z, q + Y, q + Z, T1, T2);
  crossed<F>(T5, p, p + Z, q, q + Z, T0, T2);
  scale<F>(T0, T0, 3);
  multiplyBy3B<F>(T2, T2);
  normalize<F>(T5, T5);
  multiplyBy3B<F>(T5, T5);
  add<F>(T6, T1, T2);
  subtract<F>(T1, T1, T2);
  differenceOfProducts<F>(out, T3, T1, T4, T5);
  sumOfProducts<F>(out + Y, T1, T6, T5, T0);
  sumOfProducts<F>(out + Z, T6, T4, T0, T3);
}

/** out = (a + b)(c + d) - e - f, of which e and f are a·c and b·d. */
// @ts-ignore: decorator
@inline
function crossed<F>(out: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize): void {
  add<F>(out, a, b);
  add<F>(T6, c, d);
  multiply<F>(out, out, T6);
  subtract<F>(out, out, e);
  subtract<F>(out, out, f);
}

export function doublePoint<F>(out: usize, p: usize): void {
  const Y = size<F>();
  const Z: usize = 2 * size<F>();
  square<F>(T0, p + Y);
  multiply<F>(T1, p + Y, p + Z);
  square<F>(T2, p + Z);
  multiplyBy3B<F>(T2, T2);
  multiply<F>(T3, p, p + Y);
  scale<F>(T4, T0, 4);
  add<F>(T1, T1, T1);
  multiply<F>(out + Z, T1, T4);
  add<F>(T5, T0, T2);
  scale<F>(T6, T2, 3);
  subtract<F>(T0, T0, T6);
  add<F>(T2, T2, T2);
  sumOfProducts<F>(out + Y, T2, T4, T0, T5);
  add<F>(T3, T3, T3);
  multiply<F>(out, T0, T3);
}

/** Divides by Z; false, with nothing done, at infinity. */
export function makeAffine<F>(out: usize, p: usize): bool {
  const Z = p + 2 * size<F>();
  if (isZero<F>(Z)) return false;
  invert<F>(T0, Z);
  multiply<F>(out, p, T0);
  multiply<F>(out + size<F>(), p + size<F>(), T0);
  completeAffine<F>(out);
  return true;
}

/** Whether they are the same point, infinity included. */
export function samePoint<F>(p: usize, q: usize): bool {
  const Y = size<F>();
  const Z: usize = 2 * size<F>();
  const atInfinity = isZero<F>(p + Z);
  if (atInfinity != isZero<F>(q + Z)) return false;
  multiply<F>(T0, p, q + Z);
  multiply<F>(T1, q, p + Z);
  if (!equal<F>(T0, T1)) return false;
  multiply<F>(T0, p + Y, q + Z);
  multiply<F>(T1, q + Y, p + Z);
  return equal<F>(T0, T1);
}
