// Multiples of bn254's points by the endomorphism (x, y) → (β·x, y), which multiplies by λ, a cube root of 1 modulo the
// group's order n (Gallant, Lambert, Vanstone, "Faster point multiplication on elliptic curves with efficient
// endomorphisms", 2001): half as many doublings. Each point of the curve is in the group.
import { copy, isLess, isZero, subtract } from './limbs256';
import { addProduct, magnitude, roundedQuotient } from './scalar-split';
import { POSITIONS, recode } from './signed-digits';
import { addAffine, double, isInfinite, multiply, POINT, RATIO, setInfinite } from './weierstrass';

/** The group's order. */
// prettier-ignore
const N = memory.data<u64>([0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029]);
/** β in Montgomery form. */
// prettier-ignore
const BETA = memory.data<u64>([0x3350c88e13e80b9c, 0x7dce557cdb5e56b9, 0x6001b4b8b615564a, 0x2682e617020217e0]);

// The short vectors (A, -B) and (B, A2) (scalar-split.ts), and round(2^320·A2 / n), round(2^320·B / n).
const A = memory.data<u64>([0x8211bbeb7d4f1128, 0x6f4d8248eeb859fc]);
const B = memory.data<u64>([0x89d3256894d213e3, 0]);
const A2 = memory.data<u64>([0x0be4e1541221250b, 0x6f4d8248eeb859fd]);
const QUOTIENT_A2 = memory.data<u64>([0x149d540fd5e495cc, 0x5398fd0300ff6565, 0x4ccef014a773d2d2, 2]);
const QUOTIENT_B = memory.data<u64>([0x6eb9c714773a6ef3, 0xd91d232ec7e0b3d7, 2, 0]);

const REDUCED = memory.data(32, 8);
const C1 = memory.data(16, 8);
const C2 = memory.data(16, 8);
const FIRST = memory.data(24, 8);
const SECOND = memory.data(24, 8);
/** |k1| and |k2|, four limbs each of which the upper two are zero. */
const SCALARS = memory.data(64, 8);

/** SCALARS such that u ≡ k1 + k2·λ; returns the signs, bit 0 set if k1 is negative, bit 1 if k2 is. */
function split(u: usize): u32 {
  copy(REDUCED, u);
  // 2^256 is less than six times n.
  while (!isLess(REDUCED, N)) subtract(REDUCED, REDUCED, N);
  roundedQuotient(C1, REDUCED, QUOTIENT_A2, 5);
  roundedQuotient(C2, REDUCED, QUOTIENT_B, 5);
  // k1 = k - c1·A - c2·B and k2 = c1·B - c2·A2; their 192 low bits say all.
  store<u64>(FIRST, load<u64>(REDUCED));
  store<u64>(FIRST, load<u64>(REDUCED, 8), 8);
  store<u64>(FIRST, load<u64>(REDUCED, 16), 16);
  addProduct(FIRST, C1, A, true);
  addProduct(FIRST, C2, B, true);
  store<u64>(SECOND, 0);
  store<u64>(SECOND, 0, 8);
  store<u64>(SECOND, 0, 16);
  addProduct(SECOND, C1, B, false);
  addProduct(SECOND, C2, A2, true);
  return magnitude(SCALARS, FIRST) | (magnitude(SCALARS + 32, SECOND) << 1);
}

// @ts-ignore: decorator
@inline
const WIDTH: u32 = 5;
// @ts-ignore: decorator
@inline
const MULTIPLES: i32 = 1 << (WIDTH - 2);
/** Bytes of an affine point: x and y. */
// @ts-ignore: decorator
@inline
const AFFINE: i32 = 64;

/** The odd multiples of a point as affine ones over COMMON_Z, and behind them λ times them. */
const TABLE = memory.data(2 * AFFINE * MULTIPLES, 8);
const COMMON_Z = memory.data(32, 8);
/** The factors from each multiple's z to the next one's. */
const RATIOS = memory.data(32 * MULTIPLES, 8);
const TWICE = memory.data(POINT, 8);
const SUM = memory.data(POINT, 8);
const FACTOR = memory.data(32, 8);
const SQUARE = memory.data(32, 8);

/** Brings an affine point to where each z is `factor` times what it was: x·factor², y·factor³. */
function scale(point: usize, factor: usize): void {
  multiply(SQUARE, factor, factor);
  multiply(point, point, SQUARE);
  multiply(SQUARE, SQUARE, factor);
  multiply(point + 32, point + 32, SQUARE);
}

/** Fills TABLE and COMMON_Z for the point p, which isn't infinite and whose z is 1. */
function prepareTable(p: usize): void {
  copy(TWICE, p);
  copy(TWICE + 32, p + 32);
  copy(TWICE + 64, p + 64);
  double(TWICE);
  // On the curve that is scaled by the z of 2p, 2p is affine and the multiples are sums with it: b is no part of how
  // points are added.
  copy(SUM, p);
  copy(SUM + 32, p + 32);
  scale(SUM, TWICE + 64);
  copy(SUM + 64, p + 64);
  copy(TABLE, SUM);
  copy(TABLE + 32, SUM + 32);
  for (let i = 1; i < MULTIPLES; i++) {
    addAffine(SUM, TWICE, false);
    copy(TABLE + i * AFFINE, SUM);
    copy(TABLE + i * AFFINE + 32, SUM + 32);
    copy(RATIOS + i * 32, RATIO);
  }
  multiply(COMMON_Z, SUM + 64, TWICE + 64);
  // All to the z of the last one, which then counts as 1 until the end: no inversion.
  copy(FACTOR, RATIOS + (MULTIPLES - 1) * 32);
  for (let i = MULTIPLES - 2; i >= 0; i--) {
    scale(TABLE + i * AFFINE, FACTOR);
    if (i != 0) multiply(FACTOR, FACTOR, RATIOS + i * 32);
  }
  for (let i = 0; i < MULTIPLES; i++) {
    const image = TABLE + (MULTIPLES + i) * AFFINE;
    multiply(image, TABLE + i * AFFINE, BETA);
    copy(image + 32, TABLE + i * AFFINE + 32);
  }
}

const DIGITS = memory.data(2 * POSITIONS, 8);

// @ts-ignore: decorator
@inline
function addMultiple(p: usize, table: usize, digit: i32, negated: bool): void {
  if (digit != 0) addAffine(p, table + (abs(digit) >> 1) * AFFINE, digit < 0 != negated);
}

/** out = u·p for any 256-bit u and a point p whose z is 0 or 1 (Montgomery form). out isn't p. */
export function multiplyPoint(out: usize, u: usize, p: usize): void {
  setInfinite(out);
  if (isInfinite(p)) return;
  const signs = split(u);
  prepareTable(p);
  recode(DIGITS, SCALARS, WIDTH);
  recode(DIGITS + POSITIONS, SCALARS + 32, WIDTH);
  for (let i = 128; i >= 0; i--) {
    double(out);
    addMultiple(out, TABLE, <i32>load<i8>(DIGITS + i), (signs & 1) != 0);
    addMultiple(out, TABLE + MULTIPLES * AFFINE, <i32>load<i8>(DIGITS + POSITIONS + i), (signs & 2) != 0);
  }
  if (!isInfinite(out)) multiply(out + 64, out + 64, COMMON_Z);
}
