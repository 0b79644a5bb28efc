// Products of field elements and their Montgomery reduction, two products of 32 bits at a time (SIMD).
//
// An element is 14 digits of 28 bits (BLS12-381) or ten of 27 bits (BN254) in 32-bit places, lowest first, and two places of zero. Digits
// have signs, so that sums and differences are taken digit by digit without carries: of a reduced element none is beyond half of a digit's
// range either way (magnitude 1), a sum has its operands' magnitudes together. A product is twice as many columns of 64 bits. The magnitudes
// of its factors multiplied, and summed up over products that are reduced at once, may be 32: with what the reduction adds, columns are
// below 34·14·2^54 < 2^63 (BN254: far below). Montgomery's factor is 2^392, 2^11 times the modulus (2^270, 2^16 times), so that the result
// is between -p/64 and p + p/64.
import { BITS, DIGITS, MODULUS, NEGATIVE_INVERSE, P0, P1, P2, P3 } from '../generated/pairing-constants';

/** Bytes of an element, and of a product. */
// @ts-ignore: decorator
@inline export const SIZE: usize = (DIGITS + 2) * 4;
// @ts-ignore: decorator
@inline export const WIDE: usize = DIGITS * 16;
/** The highest number that a digit without signs is. */
// @ts-ignore: decorator
@inline export const DIGIT: i64 = ((<i64>1) << BITS) - 1;
// @ts-ignore: decorator
@inline export const HALF: i64 = (<i64>1) << (BITS - 1);

/** Added to columns, so that they are not negative and carries are rounded; then a carry has 2^(63 - BITS) more. */
// @ts-ignore: decorator
@inline
function bias(): v128 {
  return i64x2.splat(i64.MIN_VALUE + HALF);
}
// @ts-ignore: decorator
@inline
function biasOfCarries(): v128 {
  return i64x2.splat((<i64>1) << (63 - BITS));
}

// @ts-ignore: decorator
@inline
function between(lower: v128, upper: v128): v128 {
  return i64x2.shr_u(v128.shuffle<i64>(lower, upper, 1, 2), <i32>BITS);
}
// @ts-ignore: decorator
@inline
function carried(z: v128, carries: v128): v128 {
  return i64x2.sub(i64x2.add(v128.and(z, i64x2.splat(DIGIT)), carries), i64x2.splat(((<i64>1) << (63 - BITS)) + HALF));
}

// @ts-ignore: decorator
@inline
function low(sum: v128, a: v128, b: v128): v128 {
  return i64x2.add(sum, i64x2.extmul_low_i32x4_s(a, b));
}
// @ts-ignore: decorator
@inline
function high(sum: v128, a: v128, b: v128): v128 {
  return i64x2.add(sum, i64x2.extmul_high_i32x4_s(a, b));
}

/** The columns of a·b, vectors of two. */
export function product(out: usize, a: usize, b: usize): void {
  const zero = i64x2.splat(0);
  const a0 = v128.load(a);
  const a1 = v128.load(a, 16);
  const a2 = v128.load(a, 32);
  const a3 = DIGITS == 14 ? v128.load(a, 48) : zero;
  // The same a column further up.
  const s0 = v128.shuffle<i32>(zero, a0, 0, 4, 5, 6);
  const s1 = v128.shuffle<i32>(a0, a1, 3, 4, 5, 6);
  const s2 = v128.shuffle<i32>(a1, a2, 3, 4, 5, 6);
  const s3 = v128.shuffle<i32>(a2, a3, 3, 4, 5, 6);
  let c0 = zero;
  let c1 = zero;
  let c2 = zero;
  let c3 = zero;
  let c4 = zero;
  let c5 = zero;
  let c6 = zero;
  const end = b + DIGITS * 4;
  do {
    const x = v128.load32_splat(b);
    const y = v128.load32_splat(b, 4);
    v128.store(out, low(low(c0, a0, x), s0, y));
    c0 = high(high(c1, a0, x), s0, y);
    c1 = low(low(c2, a1, x), s1, y);
    c2 = high(high(c3, a1, x), s1, y);
    c3 = low(low(c4, a2, x), s2, y);
    if (DIGITS == 14) {
      c4 = high(high(c5, a2, x), s2, y);
      c5 = low(low(c6, a3, x), s3, y);
      c6 = i64x2.extmul_high_i32x4_s(s3, y);
    } else {
      c4 = i64x2.extmul_high_i32x4_s(s2, y);
    }
    out += 16;
    b += 8;
  } while (b != end);
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
  v128.store(out, c4, 64);
  if (DIGITS == 14) {
    v128.store(out, c5, 80);
    v128.store(out, c6, 96);
  }
}

/** out = the product at `wide` divided by Montgomery's factor, of magnitude 1. */
export function reduce(out: usize, wide: usize): void {
  const p1 = v128.load(MODULUS, 16);
  const p2 = v128.load(MODULUS, 32);
  const p3 = v128.load(MODULUS, 48);
  const q1 = v128.load(MODULUS, SIZE + 16);
  const q2 = v128.load(MODULUS, SIZE + 32);
  const q3 = v128.load(MODULUS, SIZE + 48);
  // The two lowest columns, in which all multiples of the modulus are that were added, and the next ones, that lack the last one.
  let u = load<i64>(wide);
  let v = load<i64>(wide, 8);
  let c1 = v128.load(wide, 16);
  let c2 = v128.load(wide, 32);
  let c3 = v128.load(wide, 48);
  let c4 = v128.load(wide, 64);
  let c5 = v128.load(wide, 80);
  let c6 = v128.load(wide, 96);
  const end = wide + DIGITS * 8;
  do {
    // The multiple of the modulus that makes the two lowest columns zero. The next two are wanted at once.
    const m = (u + (v << BITS)) * NEGATIVE_INVERSE;
    const m0 = m & DIGIT;
    const m1 = (m >> BITS) & DIGIT;
    const carry = (((u + m0 * P0) >> BITS) + (v + m0 * P1 + m1 * P0)) >> BITS;
    u = carry + (i64x2.extract_lane(c1, 0) + m0 * P2 + m1 * P1);
    v = i64x2.extract_lane(c1, 1) + m0 * P3 + m1 * P2;
    const x = i32x4.splat(<i32>m0);
    const y = i32x4.splat(<i32>m1);
    c1 = low(low(c2, p1, x), q1, y);
    c2 = high(high(c3, p1, x), q1, y);
    c3 = low(low(c4, p2, x), q2, y);
    if (DIGITS == 14) {
      c4 = high(high(c5, p2, x), q2, y);
      c5 = low(low(c6, p3, x), q3, y);
      c6 = high(v128.load(wide, 112), q3, y);
    } else {
      c4 = high(v128.load(wide, 80), q2, y);
    }
    wide += 16;
  } while (wide != end);
  let c0 = i64x2.replace_lane(i64x2.splat(u), 1, v);
  // Carries, all at once and then once more: what the first ones leave has ten bits too many, what the second leave is a digit and 2^9.
  const z0 = i64x2.add(c0, bias());
  const z1 = i64x2.add(c1, bias());
  const z2 = i64x2.add(c2, bias());
  const z3 = i64x2.add(c3, bias());
  const z4 = i64x2.add(c4, bias());
  c0 = carried(z0, v128.shuffle<i64>(biasOfCarries(), i64x2.shr_u(z0, <i32>BITS), 1, 2));
  c1 = carried(z1, between(z0, z1));
  c2 = carried(z2, between(z1, z2));
  c3 = carried(z3, between(z2, z3));
  c4 = carried(z4, between(z3, z4));
  if (DIGITS == 14) {
    const z5 = i64x2.add(c5, bias());
    const z6 = i64x2.add(c6, bias());
    c5 = carried(z5, between(z4, z5));
    c6 = carried(z6, between(z5, z6));
  }
  const y0 = i64x2.add(c0, bias());
  const y1 = i64x2.add(c1, bias());
  const y2 = i64x2.add(c2, bias());
  const y3 = i64x2.add(c3, bias());
  const y4 = i64x2.add(c4, bias());
  c0 = carried(y0, v128.shuffle<i64>(biasOfCarries(), i64x2.shr_u(y0, <i32>BITS), 1, 2));
  c1 = carried(y1, between(y0, y1));
  c2 = carried(y2, between(y1, y2));
  c3 = carried(y3, between(y2, y3));
  c4 = carried(y4, between(y3, y4));
  if (DIGITS == 14) {
    const y5 = i64x2.add(c5, bias());
    const y6 = i64x2.add(c6, bias());
    c5 = carried(y5, between(y4, y5));
    c6 = carried(y6, between(y5, y6));
  }
  v128.store(out, v128.shuffle<i32>(c0, c1, 0, 2, 4, 6));
  v128.store(out, v128.shuffle<i32>(c2, c3, 0, 2, 4, 6), 16);
  const zero = i64x2.splat(0);
  if (DIGITS == 14) {
    v128.store(out, v128.shuffle<i32>(c4, c5, 0, 2, 4, 6), 32);
    v128.store(out, v128.shuffle<i32>(c6, zero, 0, 2, 4, 6), 48);
  } else {
    v128.store(out, v128.shuffle<i32>(c4, zero, 0, 2, 4, 6), 32);
  }
}

/** wide = a + b, columns. */
export function addWide(wide: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != WIDE; i += 16) v128.store(wide + i, i64x2.add(v128.load(a + i), v128.load(b + i)));
}

/** wide = a - b, columns. */
export function subtractWide(wide: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != WIDE; i += 16) v128.store(wide + i, i64x2.sub(v128.load(a + i), v128.load(b + i)));
}
