// A coordinate of a point, which is of the base field on G1's curve and of its quadratic extension on G2's. `u8` and `u16` stand for the
// two as type parameters: `sizeof` is then the number of elements, and the compiler leaves one of two calls.
import * as fp from './fp';
import * as fp2 from './fp2';
import { SIZE } from './product';
import { CURVE_B, TWIST_3B, TWIST_B } from '../generated/pairing-constants';

/** Bytes of a coordinate in memory, and as others write it. */
// @ts-ignore: decorator
@inline export function size<F>(): usize {
  return sizeof<F>() * SIZE;
}

// @ts-ignore: decorator
@inline export function copy<F>(out: usize, a: usize): void {
  if (sizeof<F>() == 1) fp.copy(out, a);
  else fp2.copy(out, a);
}
// @ts-ignore: decorator
@inline export function add<F>(out: usize, a: usize, b: usize): void {
  if (sizeof<F>() == 1) fp.add(out, a, b);
  else fp2.add(out, a, b);
}
// @ts-ignore: decorator
@inline export function subtract<F>(out: usize, a: usize, b: usize): void {
  if (sizeof<F>() == 1) fp.subtract(out, a, b);
  else fp2.subtract(out, a, b);
}
// @ts-ignore: decorator
@inline export function negate<F>(out: usize, a: usize): void {
  if (sizeof<F>() == 1) fp.negate(out, a);
  else fp2.negate(out, a);
}
// @ts-ignore: decorator
@inline export function scale<F>(out: usize, a: usize, n: i32): void {
  if (sizeof<F>() == 1) fp.scale(out, a, n);
  else fp2.scale(out, a, n);
}
// @ts-ignore: decorator
@inline export function normalize<F>(out: usize, a: usize): void {
  if (sizeof<F>() == 1) fp.normalize(out, a);
  else fp2.normalize(out, a);
}
// @ts-ignore: decorator
@inline export function multiply<F>(out: usize, a: usize, b: usize): void {
  if (sizeof<F>() == 1) fp.multiply(out, a, b);
  else fp2.multiply(out, a, b);
}
// @ts-ignore: decorator
@inline export function square<F>(out: usize, a: usize): void {
  if (sizeof<F>() == 1) fp.square(out, a);
  else fp2.square(out, a);
}
// @ts-ignore: decorator
@inline export function sumOfProducts<F>(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  if (sizeof<F>() == 1) fp.sumOfProducts(out, a, b, c, d);
  else fp2.sumOfProducts(out, a, b, c, d);
}
// @ts-ignore: decorator
@inline export function differenceOfProducts<F>(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  if (sizeof<F>() == 1) fp.differenceOfProducts(out, a, b, c, d);
  else fp2.differenceOfProducts(out, a, b, c, d);
}
// @ts-ignore: decorator
@inline export function invert<F>(out: usize, a: usize): void {
  if (sizeof<F>() == 1) fp.invert(out, a);
  else fp2.invert(out, a);
}
// @ts-ignore: decorator
@inline export function equal<F>(a: usize, b: usize): bool {
  return sizeof<F>() == 1 ? fp.equal(a, b) : fp2.equal(a, b);
}
// @ts-ignore: decorator
@inline export function isZero<F>(a: usize): bool {
  return sizeof<F>() == 1 ? fp.isZero(a) : fp2.isZero(a);
}
// @ts-ignore: decorator
@inline export function isOdd<F>(a: usize): bool {
  return sizeof<F>() == 1 ? fp.isOdd(a) : fp2.isOdd(a);
}

/** What the curve's equation adds to the cube: 4 on BLS12-381's curve of G1, 4(1 + i) on that of G2; 3 and 3/(9 + i) on BN254's. */
// @ts-ignore: decorator
@inline export function curveB<F>(): usize {
  return sizeof<F>() == 1 ? CURVE_B : TWIST_B;
}

/** out = 3·b·a for `curveB`; a has magnitude 1, and so has the result. */
// @ts-ignore: decorator
@inline export function multiplyBy3B<F>(out: usize, a: usize): void {
  if (sizeof<F>() == 1) {
    fp.scale(out, a, isDefined(BN254) ? 9 : 12);
    fp.normalize(out, out);
  } else if (isDefined(BN254)) {
    fp2.multiply(out, a, TWIST_3B);
  } else {
    fp2.multiplyByXi(out, a);
    fp2.scale(out, out, 4);
    fp2.normalize(out, out);
    fp2.scale(out, out, 3);
    fp2.normalize(out, out);
  }
}
