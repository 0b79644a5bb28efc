// The field of p256-field.ts as it is computed natively, where a high half of a product of 64 bits takes four multiplications
// and V8 keeps no carries: nine limbs of 29 bits, with a sign, 8 bytes each. Products are summed up column by column in 64 bits;
// 27 ns a product and 23 a square, where four limbs take 53 and 40 (Node 20). The machine has mulhu, where four limbs are better.
//
// Every result has limbs from 0 to 2^29 - 1 but for the highest, whose sign is the number's: a number is not reduced. It stands for
// a number modulo p times 2^261. A product of a·p and b·p is between -ab/32·p and (ab/32 + 1)·p, so that what the formulas of
// p256-point.ts add up stays within 10p on either side, of 32p for which a column's sum, 9·2^58 and some more, has room.
//
// -p^-1 modulo 2^29 is 1: a step of Montgomery's reduction adds k·p with k the lowest limb itself, which vanishes, and k·2^96,
// k·2^192, -k·2^224 and k·2^256 are shifts. Results may take the place of operands.
import * as fourLimbs from './limbs256';
import { P } from './p256-field-machine';

// @ts-ignore: decorator
@inline const BITS: i64 = 29;
// @ts-ignore: decorator
@inline const LIMB: i64 = 0x1fffffff;

/** Bytes of a number. */
// @ts-ignore: decorator
@inline export const SIZE: i32 = 72;

/** 1 in Montgomery form. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const ONE: usize = memory.data<i64>([
  0x00000020, 0x00000000, 0x00000000, 0x1fffc000, 0x1fffffff,
  0x1fffffff, 0x1f7fffff, 0x03ffffff, 0x00000000,
], 8);
/** 2^522 mod p: the factor that brings a number into Montgomery form. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const SQUARE_OF_R: usize = memory.data<i64>([
  0x00000c00, 0x00000000, 0x1fff0000, 0x1fdfffff, 0x1fbfffff,
  0x1fffffff, 0x1fffffff, 0x1ffffffe, 0x00000013,
], 8);
/** 2^266 mod p: the same for a number that stands for one times 2^256. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const FROM_FOUR_LIMBS: usize = memory.data<i64>([
  0x00000400, 0x00000000, 0x00000000, 0x1ff80000, 0x1fffffff,
  0x1fffffff, 0x0fffffff, 0x1fffffff, 0x00000003,
], 8);
// @ts-ignore: decorator
@lazy const UNIT: usize = memory.data<i64>([1, 0, 0, 0, 0, 0, 0, 0, 0], 8);
// @ts-ignore: decorator
@lazy const WORK: usize = memory.data(72, 8);
// @ts-ignore: decorator
@lazy const FOUR: usize = memory.data(32, 8);

/** out = a + b. */
export function add(out: usize, a: usize, b: usize): void {
  let t: i64 = 0;
  for (let i: usize = 0; i != 64; i += 8) {
    t += load<i64>(a + i) + load<i64>(b + i);
    store<i64>(out + i, t & LIMB);
    t >>= BITS;
  }
  store<i64>(out, t + load<i64>(a, 64) + load<i64>(b, 64), 64);
}

/** out = a - b. */
export function subtract(out: usize, a: usize, b: usize): void {
  let t: i64 = 0;
  for (let i: usize = 0; i != 64; i += 8) {
    t += load<i64>(a + i) - load<i64>(b + i);
    store<i64>(out + i, t & LIMB);
    t >>= BITS;
  }
  store<i64>(out, t + load<i64>(a, 64) - load<i64>(b, 64), 64);
}

/** out = 3·a. */
export function triple(out: usize, a: usize): void {
  let t: i64 = 0;
  for (let i: usize = 0; i != 64; i += 8) {
    t += 3 * load<i64>(a + i);
    store<i64>(out + i, t & LIMB);
    t >>= BITS;
  }
  store<i64>(out, t + 3 * load<i64>(a, 64), 64);
}

/** out = a/2 mod p. */
export function halve(out: usize, a: usize): void {
  // p is added where a is odd.
  const odd = load<i64>(a) & 1;
  let t = load<i64>(a) - odd;
  const a0 = t & LIMB;
  t = (t >> BITS) + load<i64>(a, 8);
  const a1 = t & LIMB;
  t = (t >> BITS) + load<i64>(a, 16);
  const a2 = t & LIMB;
  t = (t >> BITS) + load<i64>(a, 24) + (odd << 9);
  const a3 = t & LIMB;
  t = (t >> BITS) + load<i64>(a, 32);
  const a4 = t & LIMB;
  t = (t >> BITS) + load<i64>(a, 40);
  const a5 = t & LIMB;
  t = (t >> BITS) + load<i64>(a, 48) + (odd << 18);
  const a6 = t & LIMB;
  t = (t >> BITS) + load<i64>(a, 56) - (odd << 21);
  const a7 = t & LIMB;
  const a8 = (t >> BITS) + load<i64>(a, 64) + (odd << 24);
  store<i64>(out, (a0 >> 1) | ((a1 & 1) << (BITS - 1)));
  store<i64>(out, (a1 >> 1) | ((a2 & 1) << (BITS - 1)), 8);
  store<i64>(out, (a2 >> 1) | ((a3 & 1) << (BITS - 1)), 16);
  store<i64>(out, (a3 >> 1) | ((a4 & 1) << (BITS - 1)), 24);
  store<i64>(out, (a4 >> 1) | ((a5 & 1) << (BITS - 1)), 32);
  store<i64>(out, (a5 >> 1) | ((a6 & 1) << (BITS - 1)), 40);
  store<i64>(out, (a6 >> 1) | ((a7 & 1) << (BITS - 1)), 48);
  store<i64>(out, (a7 >> 1) | ((a8 & 1) << (BITS - 1)), 56);
  store<i64>(out, a8 >> 1, 64);
}

/** out = a·b·2^-261 mod p: the product of numbers in Montgomery form. */
// prettier-ignore
export function multiply(out: usize, a: usize, b: usize): void {
  const a0 = load<i64>(a);
  const a1 = load<i64>(a, 8);
  const a2 = load<i64>(a, 16);
  const a3 = load<i64>(a, 24);
  const a4 = load<i64>(a, 32);
  const a5 = load<i64>(a, 40);
  const a6 = load<i64>(a, 48);
  const a7 = load<i64>(a, 56);
  const a8 = load<i64>(a, 64);
  const b0 = load<i64>(b);
  const b1 = load<i64>(b, 8);
  const b2 = load<i64>(b, 16);
  const b3 = load<i64>(b, 24);
  const b4 = load<i64>(b, 32);
  const b5 = load<i64>(b, 40);
  const b6 = load<i64>(b, 48);
  const b7 = load<i64>(b, 56);
  const b8 = load<i64>(b, 64);
  // Each column is a sum of products, what the column below carries, and the k that make lower columns vanish.
  const t0 = a0 * b0;
  const k0 = t0 & LIMB;
  const t1 = a0 * b1 + a1 * b0 + (t0 >> BITS);
  const k1 = t1 & LIMB;
  const t2 = a0 * b2 + a1 * b1 + a2 * b0 + (t1 >> BITS);
  const k2 = t2 & LIMB;
  const t3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + (t2 >> BITS) + (k0 << 9);
  const k3 = t3 & LIMB;
  const t4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + (t3 >> BITS) + (k1 << 9);
  const k4 = t4 & LIMB;
  const t5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + (t4 >> BITS) + (k2 << 9);
  const k5 = t5 & LIMB;
  const t6 = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + (t5 >> BITS) + (k3 << 9) + (k0 << 18);
  const k6 = t6 & LIMB;
  const t7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + (t6 >> BITS) + (k4 << 9) + (k1 << 18) - (k0 << 21);
  const k7 = t7 & LIMB;
  const t8 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0 + (t7 >> BITS) + (k5 << 9) + (k2 << 18) - (k1 << 21) + (k0 << 24);
  const k8 = t8 & LIMB;
  const t9 = a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + (t8 >> BITS) + (k6 << 9) + (k3 << 18) - (k2 << 21) + (k1 << 24);
  store<i64>(out, t9 & LIMB);
  const t10 = a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + (t9 >> BITS) + (k7 << 9) + (k4 << 18) - (k3 << 21) + (k2 << 24);
  store<i64>(out, t10 & LIMB, 8);
  const t11 = a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + (t10 >> BITS) + (k8 << 9) + (k5 << 18) - (k4 << 21) + (k3 << 24);
  store<i64>(out, t11 & LIMB, 16);
  const t12 = a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + (t11 >> BITS) + (k6 << 18) - (k5 << 21) + (k4 << 24);
  store<i64>(out, t12 & LIMB, 24);
  const t13 = a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + (t12 >> BITS) + (k7 << 18) - (k6 << 21) + (k5 << 24);
  store<i64>(out, t13 & LIMB, 32);
  const t14 = a6 * b8 + a7 * b7 + a8 * b6 + (t13 >> BITS) + (k8 << 18) - (k7 << 21) + (k6 << 24);
  store<i64>(out, t14 & LIMB, 40);
  const t15 = a7 * b8 + a8 * b7 + (t14 >> BITS) - (k8 << 21) + (k7 << 24);
  store<i64>(out, t15 & LIMB, 48);
  const t16 = a8 * b8 + (t15 >> BITS) + (k8 << 24);
  store<i64>(out, t16 & LIMB, 56);
  store<i64>(out, t16 >> BITS, 64);
}

/** out = a²·2^-261 mod p. */
// prettier-ignore
export function square(out: usize, a: usize): void {
  const a0 = load<i64>(a);
  const a1 = load<i64>(a, 8);
  const a2 = load<i64>(a, 16);
  const a3 = load<i64>(a, 24);
  const a4 = load<i64>(a, 32);
  const a5 = load<i64>(a, 40);
  const a6 = load<i64>(a, 48);
  const a7 = load<i64>(a, 56);
  const a8 = load<i64>(a, 64);
  const d0 = a0 << 1;
  const d1 = a1 << 1;
  const d2 = a2 << 1;
  const d3 = a3 << 1;
  const d4 = a4 << 1;
  const d5 = a5 << 1;
  const d6 = a6 << 1;
  const d7 = a7 << 1;
  const t0 = a0 * a0;
  const k0 = t0 & LIMB;
  const t1 = d0 * a1 + (t0 >> BITS);
  const k1 = t1 & LIMB;
  const t2 = d0 * a2 + a1 * a1 + (t1 >> BITS);
  const k2 = t2 & LIMB;
  const t3 = d0 * a3 + d1 * a2 + (t2 >> BITS) + (k0 << 9);
  const k3 = t3 & LIMB;
  const t4 = d0 * a4 + d1 * a3 + a2 * a2 + (t3 >> BITS) + (k1 << 9);
  const k4 = t4 & LIMB;
  const t5 = d0 * a5 + d1 * a4 + d2 * a3 + (t4 >> BITS) + (k2 << 9);
  const k5 = t5 & LIMB;
  const t6 = d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3 + (t5 >> BITS) + (k3 << 9) + (k0 << 18);
  const k6 = t6 & LIMB;
  const t7 = d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + (t6 >> BITS) + (k4 << 9) + (k1 << 18) - (k0 << 21);
  const k7 = t7 & LIMB;
  const t8 = d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4 + (t7 >> BITS) + (k5 << 9) + (k2 << 18) - (k1 << 21) + (k0 << 24);
  const k8 = t8 & LIMB;
  const t9 = d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5 + (t8 >> BITS) + (k6 << 9) + (k3 << 18) - (k2 << 21) + (k1 << 24);
  store<i64>(out, t9 & LIMB);
  const t10 = d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5 + (t9 >> BITS) + (k7 << 9) + (k4 << 18) - (k3 << 21) + (k2 << 24);
  store<i64>(out, t10 & LIMB, 8);
  const t11 = d3 * a8 + d4 * a7 + d5 * a6 + (t10 >> BITS) + (k8 << 9) + (k5 << 18) - (k4 << 21) + (k3 << 24);
  store<i64>(out, t11 & LIMB, 16);
  const t12 = d4 * a8 + d5 * a7 + a6 * a6 + (t11 >> BITS) + (k6 << 18) - (k5 << 21) + (k4 << 24);
  store<i64>(out, t12 & LIMB, 24);
  const t13 = d5 * a8 + d6 * a7 + (t12 >> BITS) + (k7 << 18) - (k6 << 21) + (k5 << 24);
  store<i64>(out, t13 & LIMB, 32);
  const t14 = d6 * a8 + a7 * a7 + (t13 >> BITS) + (k8 << 18) - (k7 << 21) + (k6 << 24);
  store<i64>(out, t14 & LIMB, 40);
  const t15 = d7 * a8 + (t14 >> BITS) - (k8 << 21) + (k7 << 24);
  store<i64>(out, t15 & LIMB, 48);
  const t16 = a8 * a8 + (t15 >> BITS) + (k8 << 24);
  store<i64>(out, t16 & LIMB, 56);
  store<i64>(out, t16 >> BITS, 64);
}

/** out = (a·b + c·d)·2^-261 mod p. One reduction for both would save nothing: too many values to keep in registers. */
export function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  multiply(WORK, a, b);
  multiply(out, c, d);
  add(out, out, WORK);
}

/** The number's four limbs of 64 bits at `a` become nine at WORK. */
function divide(a: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const limb = <u64>LIMB;
  store<u64>(WORK, a0 & limb);
  store<u64>(WORK, (a0 >> 29) & limb, 8);
  store<u64>(WORK, ((a0 >> 58) | (a1 << 6)) & limb, 16);
  store<u64>(WORK, (a1 >> 23) & limb, 24);
  store<u64>(WORK, ((a1 >> 52) | (a2 << 12)) & limb, 32);
  store<u64>(WORK, (a2 >> 17) & limb, 40);
  store<u64>(WORK, ((a2 >> 46) | (a3 << 18)) & limb, 48);
  store<u64>(WORK, (a3 >> 11) & limb, 56);
  store<u64>(WORK, a3 >> 40, 64);
}

/** out = a in Montgomery form, for any a below 2^256 in four limbs. */
export function enter(out: usize, a: usize): void {
  divide(a);
  multiply(out, WORK, SQUARE_OF_R);
}

/** out = what `a` has in the form of p256-field-machine.ts. */
export function convert(out: usize, a: usize): void {
  divide(a);
  multiply(out, WORK, FROM_FOUR_LIMBS);
}

/** out = a out of Montgomery form, as four limbs below p; a is within 32p. */
export function leave(out: usize, a: usize): void {
  // Between 0 and p: of a and of what its reduction adds, at most (2^261 - 1)·p, there is less than p + 1 left.
  multiply(WORK, a, UNIT);
  const a2 = load<u64>(WORK, 16);
  const a4 = load<u64>(WORK, 32);
  const a6 = load<u64>(WORK, 48);
  store<u64>(out, load<u64>(WORK) | (load<u64>(WORK, 8) << 29) | (a2 << 58));
  store<u64>(out, (a2 >> 6) | (load<u64>(WORK, 24) << 23) | (a4 << 52), 8);
  store<u64>(out, (a4 >> 12) | (load<u64>(WORK, 40) << 17) | (a6 << 46), 16);
  store<u64>(out, (a6 >> 18) | (load<u64>(WORK, 56) << 11) | (load<u64>(WORK, 64) << 40), 24);
  if (fourLimbs.equals(out, P)) fourLimbs.setSmall(out, 0);
}

/** Whether a, within 31p, is 0 modulo p. */
export function isZero(a: usize): bool {
  // The lowest limb of m·p is -m.
  if (((load<i64>(a) + 31) & LIMB) > 62) return false;
  leave(FOUR, a);
  return fourLimbs.isZero(FOUR);
}

/** Whether a and b, each within 15p, are the same modulo p. */
export function equals(a: usize, b: usize): bool {
  subtract(WORK, a, b);
  return isZero(WORK);
}
