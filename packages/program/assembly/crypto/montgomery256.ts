// Arithmetic modulo any odd 256-bit modulus in Montgomery form: x stands for x·2^256 mod m. Numbers are four
// little-endian 64-bit limbs below m. (Montgomery, "Modular multiplication without trial division", 1985; the loop is
// Koç, Acar and Kaliski's "coarsely integrated operand scanning".)
//
// A modulus is 104 bytes: m (32), -m^-1 mod 2^64 (8), 2^256 mod m (32), 2^512 mod m (32).
import { mulHigh } from '../abi';
import { add as addLimbs, copy, isLess, isZero, subtract as subtractLimbs } from './limbs256';

/** Offset of 1 in Montgomery form in a modulus. */
// @ts-ignore: decorator
@inline
export const ONE: usize = 40;
/** Offset of 2^512 mod m in a modulus. */
// @ts-ignore: decorator
@inline
export const SQUARE_OF_R: usize = 72;

/** out = a·b·2^-256 mod m. out may be a or b. */
export function multiply(out: usize, a: usize, b: usize, modulus: usize): void {
  const b0 = load<u64>(b);
  const b1 = load<u64>(b, 8);
  const b2 = load<u64>(b, 16);
  const b3 = load<u64>(b, 24);
  const m0 = load<u64>(modulus);
  const m1 = load<u64>(modulus, 8);
  const m2 = load<u64>(modulus, 16);
  const m3 = load<u64>(modulus, 24);
  const negatedInverse = load<u64>(modulus, 32);
  let t0: u64 = 0;
  let t1: u64 = 0;
  let t2: u64 = 0;
  let t3: u64 = 0;
  let t4: u64 = 0;
  for (let i: usize = 0; i != 32; i += 8) {
    // t = t + a_i·b, at most 5 limbs and one bit.
    const x = load<u64>(a + i);
    let low = x * b0;
    t0 += low;
    let carry = mulHigh(x, b0) + u64(t0 < low);
    low = x * b1 + carry;
    carry = mulHigh(x, b1) + u64(low < carry);
    t1 += low;
    carry += u64(t1 < low);
    low = x * b2 + carry;
    carry = mulHigh(x, b2) + u64(low < carry);
    t2 += low;
    carry += u64(t2 < low);
    low = x * b3 + carry;
    carry = mulHigh(x, b3) + u64(low < carry);
    t3 += low;
    carry += u64(t3 < low);
    t4 += carry;
    const t5 = u64(t4 < carry);
    // t = (t + k·m) / 2^64, where k makes the lowest limb vanish.
    const k = t0 * negatedInverse;
    low = k * m0;
    carry = mulHigh(k, m0) + u64(t0 + low < low);
    low = k * m1 + carry;
    carry = mulHigh(k, m1) + u64(low < carry);
    t0 = t1 + low;
    carry += u64(t0 < low);
    low = k * m2 + carry;
    carry = mulHigh(k, m2) + u64(low < carry);
    t1 = t2 + low;
    carry += u64(t1 < low);
    low = k * m3 + carry;
    carry = mulHigh(k, m3) + u64(low < carry);
    t2 = t3 + low;
    carry += u64(t2 < low);
    t3 = t4 + carry;
    t4 = t5 + u64(t3 < carry);
  }
  store<u64>(out, t0);
  store<u64>(out, t1, 8);
  store<u64>(out, t2, 16);
  store<u64>(out, t3, 24);
  if (t4 != 0 || t3 >= m3) reduceOnce(out, t4, modulus);
}

/** a = a - m if a (with `over` as its fifth limb) isn't below m. */
function reduceOnce(a: usize, over: u64, modulus: usize): void {
  if (over != 0 || !isLess(a, modulus)) subtractLimbs(a, a, modulus);
}

/** out = a² in Montgomery form. */
// @ts-ignore: decorator
@inline
export function square(out: usize, a: usize, modulus: usize): void {
  multiply(out, a, a, modulus);
}

/** out = a + b mod m. out may be a or b. */
export function add(out: usize, a: usize, b: usize, modulus: usize): void {
  reduceOnce(out, addLimbs(out, a, b), modulus);
}

/** out = a - b mod m. out may be a or b. */
export function subtract(out: usize, a: usize, b: usize, modulus: usize): void {
  if (subtractLimbs(out, a, b) != 0) addLimbs(out, out, modulus);
}

/** out = -a mod m. out may be a. */
export function negate(out: usize, a: usize, modulus: usize): void {
  if (isZero(a)) {
    copy(out, a);
  } else {
    subtractLimbs(out, modulus, a);
  }
}

/** out = a in Montgomery form, for any a below 2^256. */
// @ts-ignore: decorator
@inline
export function enter(out: usize, a: usize, modulus: usize): void {
  multiply(out, a, modulus + SQUARE_OF_R, modulus);
}

const UNIT = memory.data<u64>([1, 0, 0, 0]);

/** out = a out of Montgomery form. */
// @ts-ignore: decorator
@inline
export function leave(out: usize, a: usize, modulus: usize): void {
  multiply(out, a, UNIT, modulus);
}
