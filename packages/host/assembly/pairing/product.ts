// Products of field elements of BLS12-381 and their Montgomery reduction, two products of 32 bits at a time (SIMD).
//
// An element is 14 digits of 28 bits in 32-bit places, lowest first, and two places of zero: 64 bytes. Digits have signs, so that
// sums and differences are taken digit by digit without carries: of a reduced element none is beyond 2^27 either way (magnitude 1), a sum
// has its operands' magnitudes together. A product is 28 columns of 64 bits; the magnitudes of its factors multiplied, and summed up over
// products that are reduced at once, may be 32: 32·14·2^54 and what the reduction adds, 14·2^55, are below 2^63.
// Montgomery's factor is 2^392, 2^11 times the modulus: a product of values below 32 p² in all is reduced to between -p/64 and p + p/64.

/** Bytes of an element, and of a product. */
// @ts-ignore: decorator
@inline export const SIZE: usize = 64;
// @ts-ignore: decorator
@inline export const WIDE: usize = 224;

/** Digits of an element, and bits of a digit. */
// @ts-ignore: decorator
@inline export const DIGITS: usize = 14;
// @ts-ignore: decorator
@inline export const BITS: i64 = 28;
// @ts-ignore: decorator
@inline export const DIGIT: i64 = 0xfffffff;
// @ts-ignore: decorator
@inline const HALF: i64 = 0x8000000;

/** The modulus, its digits, and the same with a zero below, each in four vectors. */
const P = memory.data<i32>(
  [
    -21845, -1048576, 67108794, -5355, 103030444, -99652849, -10014509, -13086420, 74926981, 79351158, -72894909,
    -26630990, 32127360, 106513, 0, 0, 0, -21845, -1048576, 67108794, -5355, 103030444, -99652849, -10014509, -13086420,
    74926981, 79351158, -72894909, -26630990, 32127360, 106513, 0,
  ],
  16,
);
/** 1/p modulo 2^28, and -1/p modulo 2^56. */
// @ts-ignore: decorator
@inline export const MODULUS_INVERSE: i64 = 0x30003;
// @ts-ignore: decorator
@inline const NEGATIVE_INVERSE: i64 = 0xf3fffcfffcfffd;
// @ts-ignore: decorator
@inline const P0: i64 = -21845;
// @ts-ignore: decorator
@inline const P1: i64 = -1048576;
// @ts-ignore: decorator
@inline const P2: i64 = 67108794;
// @ts-ignore: decorator
@inline const P3: i64 = -5355;
/** Added to columns, so that they are not negative and carries are rounded; then a carry has this much more. */
// @ts-ignore: decorator
@inline function BIAS(): v128 {
  return i64x2.splat(i64.MIN_VALUE + 0x8000000);
}
// @ts-ignore: decorator
@inline function CARRY(): v128 {
  return i64x2.splat((<i64>1) << 35);
}
// @ts-ignore: decorator
@inline function CARRY_AND_HALF(): v128 {
  return i64x2.splat(((<i64>1) << 35) + 0x8000000);
}

// @ts-ignore: decorator
@inline
function between(lower: v128, upper: v128): v128 {
  return i64x2.shr_u(v128.shuffle<i64>(lower, upper, 1, 2), 28);
}
// @ts-ignore: decorator
@inline
function carried(z: v128, carries: v128): v128 {
  return i64x2.sub(i64x2.add(v128.and(z, i64x2.splat(DIGIT)), carries), CARRY_AND_HALF());
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

/** The columns of a·b, 14 vectors of two. */
export function product(out: usize, a: usize, b: usize): void {
  const zero = i64x2.splat(0);
  const a0 = v128.load(a);
  const a1 = v128.load(a, 16);
  const a2 = v128.load(a, 32);
  const a3 = v128.load(a, 48);
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
  const end = b + 56;
  do {
    const x = v128.load32_splat(b);
    const y = v128.load32_splat(b, 4);
    v128.store(out, low(low(c0, a0, x), s0, y));
    c0 = high(high(c1, a0, x), s0, y);
    c1 = low(low(c2, a1, x), s1, y);
    c2 = high(high(c3, a1, x), s1, y);
    c3 = low(low(c4, a2, x), s2, y);
    c4 = high(high(c5, a2, x), s2, y);
    c5 = low(low(c6, a3, x), s3, y);
    c6 = i64x2.extmul_high_i32x4_s(s3, y);
    out += 16;
    b += 8;
  } while (b != end);
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
  v128.store(out, c4, 64);
  v128.store(out, c5, 80);
  v128.store(out, c6, 96);
}

/** out = the product at `wide` divided by 2^392, of magnitude 1. */
export function reduce(out: usize, wide: usize): void {
  const p1 = v128.load(P, 16);
  const p2 = v128.load(P, 32);
  const p3 = v128.load(P, 48);
  const q1 = v128.load(P, 80);
  const q2 = v128.load(P, 96);
  const q3 = v128.load(P, 112);
  // The two lowest columns, in which all multiples of the modulus are that were added, and the next twelve, that lack the last one.
  let u = load<i64>(wide);
  let v = load<i64>(wide, 8);
  let c1 = v128.load(wide, 16);
  let c2 = v128.load(wide, 32);
  let c3 = v128.load(wide, 48);
  let c4 = v128.load(wide, 64);
  let c5 = v128.load(wide, 80);
  let c6 = v128.load(wide, 96);
  const end = wide + 112;
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
    c4 = high(high(c5, p2, x), q2, y);
    c5 = low(low(c6, p3, x), q3, y);
    c6 = high(v128.load(wide, 112), q3, y);
    wide += 16;
  } while (wide != end);
  let c0 = i64x2.replace_lane(i64x2.splat(u), 1, v);
  // Carries, all at once: what the first ones leave has nine bits too many, what the second leave is a digit and 2^8.
  let z0 = i64x2.add(c0, BIAS());
  let z1 = i64x2.add(c1, BIAS());
  let z2 = i64x2.add(c2, BIAS());
  let z3 = i64x2.add(c3, BIAS());
  let z4 = i64x2.add(c4, BIAS());
  let z5 = i64x2.add(c5, BIAS());
  let z6 = i64x2.add(c6, BIAS());
  c0 = carried(z0, v128.shuffle<i64>(CARRY(), i64x2.shr_u(z0, 28), 1, 2));
  c1 = carried(z1, between(z0, z1));
  c2 = carried(z2, between(z1, z2));
  c3 = carried(z3, between(z2, z3));
  c4 = carried(z4, between(z3, z4));
  c5 = carried(z5, between(z4, z5));
  c6 = carried(z6, between(z5, z6));
  z0 = i64x2.add(c0, BIAS());
  z1 = i64x2.add(c1, BIAS());
  z2 = i64x2.add(c2, BIAS());
  z3 = i64x2.add(c3, BIAS());
  z4 = i64x2.add(c4, BIAS());
  z5 = i64x2.add(c5, BIAS());
  z6 = i64x2.add(c6, BIAS());
  c0 = carried(z0, v128.shuffle<i64>(CARRY(), i64x2.shr_u(z0, 28), 1, 2));
  c1 = carried(z1, between(z0, z1));
  c2 = carried(z2, between(z1, z2));
  c3 = carried(z3, between(z2, z3));
  c4 = carried(z4, between(z3, z4));
  c5 = carried(z5, between(z4, z5));
  c6 = carried(z6, between(z5, z6));
  v128.store(out, v128.shuffle<i32>(c0, c1, 0, 2, 4, 6));
  v128.store(out, v128.shuffle<i32>(c2, c3, 0, 2, 4, 6), 16);
  v128.store(out, v128.shuffle<i32>(c4, c5, 0, 2, 4, 6), 32);
  v128.store(out, v128.shuffle<i32>(c6, i64x2.splat(0), 0, 2, 4, 6), 48);
}

/** wide = a + b, columns. */
export function addWide(wide: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != WIDE; i += 16) v128.store(wide + i, i64x2.add(v128.load(a + i), v128.load(b + i)));
}

/** wide = a - b, columns. */
export function subtractWide(wide: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != WIDE; i += 16) v128.store(wide + i, i64x2.sub(v128.load(a + i), v128.load(b + i)));
}
