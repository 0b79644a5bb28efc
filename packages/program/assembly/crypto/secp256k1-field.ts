// The field of secp256k1: integers modulo p = 2^256 - 2^32 - 977 (SEC 2, section 2.4.1, https://www.secg.org/sec2-v2.pdf).
//
// An element is five 64-bit limbs of 52 bits, least significant first, at 40 bytes of memory, and need not be reduced.
// An element of "magnitude" m has limbs 0 to 3 of at most m·2^52 and a last limb of at most m·(2^48 + 2^16). Sums are
// limb by limb, without carries, and add magnitudes; each function says what it takes.
//
// Products are computed in one way in the machine and in another natively.
import * as machine from './secp256k1-product-machine';
import { FOLD_256, LIMB, TOP_LIMB } from './secp256k1-product-machine';
import * as native from './secp256k1-product-native';

/** Bytes of a field element. */
// @ts-ignore: decorator
@inline
export const FIELD: i32 = 40;

/** p's limbs: the lowest, the middle three are LIMB, and the highest is TOP_LIMB. */
// @ts-ignore: decorator
@inline
const LOWEST_OF_P: u64 = 0xffffefffffc2f;

/**
 * out = a·b; out may be a or b. The product of the operands' magnitudes may be 400, each may be 64; the result has
 * magnitude 1.
 */
export function multiply(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) native.multiply(out, a, b);
  else machine.product(out, a, b, 6);
}

/** `multiply` in place: in the machine an eighth fewer instructions in all of a point's formulas. */
// @ts-ignore: decorator
@inline
export function multiplyHere(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) native.multiply(out, a, b);
  else machine.product(out, a, b, 6);
}

/** `multiplyHere` for a b that is a product or a square, with limbs below 2^52: in the machine five shifts fewer. */
// @ts-ignore: decorator
@inline
export function multiplyByProduct(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) native.multiply(out, a, b);
  else machine.product(out, a, b, 0);
}

/** out = a²; out may be a. The magnitude of a may be 20; the result has magnitude 1. */
export function square(out: usize, a: usize): void {
  if (isDefined(NATIVE)) native.square(out, a);
  else machine.square(out, a);
}

/** out = a^(2^count), count > 0; out may be a. Magnitudes as for `square`. */
export function squareTimes(out: usize, a: usize, count: u32): void {
  square(out, a);
  while (--count) square(out, out);
}

/** out = a + b; magnitudes add. out may be a or b. */
// @ts-ignore: decorator
@inline
export function add(out: usize, a: usize, b: usize): void {
  store<u64>(out, load<u64>(a) + load<u64>(b));
  store<u64>(out, load<u64>(a, 8) + load<u64>(b, 8), 8);
  store<u64>(out, load<u64>(a, 16) + load<u64>(b, 16), 16);
  store<u64>(out, load<u64>(a, 24) + load<u64>(b, 24), 24);
  store<u64>(out, load<u64>(a, 32) + load<u64>(b, 32), 32);
}

/**
 * out = factorA·a - factorB·b, where b's magnitude times its factor is below `magnitude`: the result's magnitude is a's
 * times its factor plus `magnitude`. Factors and `magnitude` are constants. out may be a or b.
 */
// @ts-ignore: decorator
@inline
export function subtract(out: usize, factorA: u64, a: usize, factorB: u64, b: usize, magnitude: u64): void {
  store<u64>(out, load<u64>(a) * factorA + LOWEST_OF_P * magnitude - load<u64>(b) * factorB);
  store<u64>(out, load<u64>(a, 8) * factorA + LIMB * magnitude - load<u64>(b, 8) * factorB, 8);
  store<u64>(out, load<u64>(a, 16) * factorA + LIMB * magnitude - load<u64>(b, 16) * factorB, 16);
  store<u64>(out, load<u64>(a, 24) * factorA + LIMB * magnitude - load<u64>(b, 24) * factorB, 24);
  store<u64>(out, load<u64>(a, 32) * factorA + TOP_LIMB * magnitude - load<u64>(b, 32) * factorB, 32);
}

/** out = -a, for a of magnitude below `magnitude`, which is the result's. */
// @ts-ignore: decorator
@inline
export function negate(out: usize, a: usize, magnitude: u64): void {
  store<u64>(out, LOWEST_OF_P * magnitude - load<u64>(a));
  store<u64>(out, LIMB * magnitude - load<u64>(a, 8), 8);
  store<u64>(out, LIMB * magnitude - load<u64>(a, 16), 16);
  store<u64>(out, LIMB * magnitude - load<u64>(a, 24), 24);
  store<u64>(out, TOP_LIMB * magnitude - load<u64>(a, 32), 32);
}

/** out = factor·a for a constant factor; the magnitude is multiplied by it. */
// @ts-ignore: decorator
@inline
export function scale(out: usize, a: usize, factor: u64): void {
  store<u64>(out, load<u64>(a) * factor);
  store<u64>(out, load<u64>(a, 8) * factor, 8);
  store<u64>(out, load<u64>(a, 16) * factor, 16);
  store<u64>(out, load<u64>(a, 24) * factor, 24);
  store<u64>(out, load<u64>(a, 32) * factor, 32);
}

// @ts-ignore: decorator
@inline
export function copy(out: usize, a: usize): void {
  store<u64>(out, load<u64>(a));
  store<u64>(out, load<u64>(a, 8), 8);
  store<u64>(out, load<u64>(a, 16), 16);
  store<u64>(out, load<u64>(a, 24), 24);
  store<u64>(out, load<u64>(a, 32), 32);
}

/** out = the small number `value`, of magnitude 1. */
// @ts-ignore: decorator
@inline
export function setSmall(out: usize, value: u64): void {
  store<u64>(out, value);
  store<u64>(out, 0, 8);
  store<u64>(out, 0, 16);
  store<u64>(out, 0, 24);
  store<u64>(out, 0, 32);
}

/** Reduces a, of magnitude up to 2^11, to the one representation with a < p. */
export function normalize(a: usize): void {
  let r4 = load<u64>(a, 32);
  let r0 = load<u64>(a) + (r4 >> 48) * FOLD_256;
  let r1 = load<u64>(a, 8) + (r0 >> 52);
  let r2 = load<u64>(a, 16) + (r1 >> 52);
  let r3 = load<u64>(a, 24) + (r2 >> 52);
  r4 = (r4 & TOP_LIMB) + (r3 >> 52);
  r0 &= LIMB;
  r1 &= LIMB;
  r2 &= LIMB;
  r3 &= LIMB;
  // Now a < 2^256 + 2^220 < 2p: at most one p is left.
  const isOver = r4 >> 48 != 0 || (r4 == TOP_LIMB && (r3 & r2 & r1) == LIMB && r0 >= LOWEST_OF_P);
  if (isOver) {
    r0 += FOLD_256;
    r1 += r0 >> 52;
    r2 += r1 >> 52;
    r3 += r2 >> 52;
    r4 = (r4 + (r3 >> 52)) & TOP_LIMB;
    r0 &= LIMB;
    r1 &= LIMB;
    r2 &= LIMB;
    r3 &= LIMB;
  }
  store<u64>(a, r0);
  store<u64>(a, r1, 8);
  store<u64>(a, r2, 16);
  store<u64>(a, r3, 24);
  store<u64>(a, r4, 32);
}

/** Whether a, of magnitude up to 2^11, is a multiple of p. Leaves a as it is. */
export function isZero(a: usize): bool {
  let r4 = load<u64>(a, 32);
  let r0 = load<u64>(a) + (r4 >> 48) * FOLD_256;
  // After this fold the value is below 2p, so that zero shows as 0 or p; the lowest limb is final and tells nearly always.
  const lowest = r0 & LIMB;
  if (lowest != 0 && lowest != LOWEST_OF_P) return false;
  let r1 = load<u64>(a, 8) + (r0 >> 52);
  let r2 = load<u64>(a, 16) + (r1 >> 52);
  let r3 = load<u64>(a, 24) + (r2 >> 52);
  r4 = (r4 & TOP_LIMB) + (r3 >> 52);
  if (lowest == 0) return ((r1 | r2 | r3) & LIMB) == 0 && r4 == 0;
  return (r1 & r2 & r3 & LIMB) == LIMB && r4 == TOP_LIMB;
}

/** Whether a, normalized, is odd. */
// @ts-ignore: decorator
@inline
export function isOdd(a: usize): bool {
  return (load<u64>(a) & 1) != 0;
}

/** Reads 32 little-endian bytes as four 64-bit limbs: out has magnitude 1 and is not reduced. */
export function fromLimbs(out: usize, limbs: usize): void {
  const a0 = load<u64>(limbs);
  const a1 = load<u64>(limbs, 8);
  const a2 = load<u64>(limbs, 16);
  const a3 = load<u64>(limbs, 24);
  store<u64>(out, a0 & LIMB);
  store<u64>(out, ((a0 >> 52) | (a1 << 12)) & LIMB, 8);
  store<u64>(out, ((a1 >> 40) | (a2 << 24)) & LIMB, 16);
  store<u64>(out, ((a2 >> 28) | (a3 << 36)) & LIMB, 24);
  store<u64>(out, a3 >> 16, 32);
}

/** Writes a, which is normalized, as four little-endian 64-bit limbs. */
export function toLimbs(limbs: usize, a: usize): void {
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  store<u64>(limbs, load<u64>(a) | (a1 << 52));
  store<u64>(limbs, (a1 >> 12) | (a2 << 40), 8);
  store<u64>(limbs, (a2 >> 24) | (a3 << 28), 16);
  store<u64>(limbs, (a3 >> 36) | (load<u64>(a, 32) << 16), 24);
}

const POWERS = memory.data(FIELD * 8, 8);

/**
 * out = a^((p+1)/4), the square root of a if it has one (the caller squares to see); a has magnitude 1. out isn't a.
 * (p+1)/4 in binary: 223 ones, a zero, 22 ones, 0000, 11, 00.
 */
export function squareRoot(out: usize, a: usize): void {
  const x2 = POWERS;
  const x3 = POWERS + FIELD;
  const x6 = POWERS + FIELD * 2;
  const x11 = POWERS + FIELD * 3;
  const x22 = POWERS + FIELD * 4;
  const x44 = POWERS + FIELD * 5;
  const x88 = POWERS + FIELD * 6;
  // xN = a^(2^N - 1).
  square(x2, a);
  multiply(x2, x2, a);
  square(x3, x2);
  multiply(x3, x3, a);
  squareTimes(x6, x3, 3);
  multiply(x6, x6, x3);
  squareTimes(x11, x6, 3);
  multiply(x11, x11, x3);
  squareTimes(x11, x11, 2);
  multiply(x11, x11, x2);
  squareTimes(x22, x11, 11);
  multiply(x22, x22, x11);
  squareTimes(x44, x22, 22);
  multiply(x44, x44, x22);
  squareTimes(x88, x44, 44);
  multiply(x88, x88, x44);
  squareTimes(out, x88, 88);
  multiply(out, out, x88); // x176
  squareTimes(out, out, 44);
  multiply(out, out, x44); // x220
  squareTimes(out, out, 3);
  multiply(out, out, x3); // x223
  squareTimes(out, out, 23);
  multiply(out, out, x22);
  squareTimes(out, out, 6);
  multiply(out, out, x2);
  squareTimes(out, out, 2);
}
