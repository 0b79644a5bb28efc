// Long division of up to eight 64-bit limbs by up to four (Knuth, The Art of Computer Programming 2, algorithm D), with
// the quotient digits from a reciprocal (Möller and Granlund, Improved division by invariant integers): the machine has
// no division of 128 by 64 bits.
import { mulHigh } from './abi';

/** The quotient of the latest division: eight limbs. */
// @ts-ignore: decorator
@lazy export const QUOTIENT: usize = memory.data(64, 8);
/** Its remainder: four limbs. */
// @ts-ignore: decorator
@lazy export const REMAINDER: usize = memory.data(32, 8);
/** Nine limbs of room for a wide dividend. */
// @ts-ignore: decorator
@lazy export const WIDE: usize = memory.data(72, 8);

// The dividend and the divisor, shifted so that the divisor's highest bit is set.
// @ts-ignore: decorator
@lazy const DIVIDEND: usize = memory.data(80, 8);
// @ts-ignore: decorator
@lazy const DIVISOR: usize = memory.data(32, 8);

/** Remainder of the latest `digit`. */
let rest: u64 = 0;

/** ⌊(high·2^64 + low) / d⌋ for high < d, d with its highest bit set. */
function divide128(high: u64, low: u64, d: u64): u64 {
  const d1 = d >> 32;
  const d0 = d & 0xffffffff;
  const q1 = halfDigit(high, low >> 32, d1, d0);
  const middle = ((high << 32) | (low >> 32)) - q1 * d;
  const q0 = halfDigit(middle, low & 0xffffffff, d1, d0);
  return (q1 << 32) + q0;
}

// @ts-ignore: decorator
@inline
function halfDigit(high: u64, next: u64, d1: u64, d0: u64): u64 {
  let q = high / d1;
  let r = high - q * d1;
  while (q >> 32 != 0 || q * d0 > ((r << 32) | next)) {
    q--;
    r += d1;
    if (r >> 32 != 0) break;
  }
  return q;
}

/** The reciprocal of d, which has its highest bit set, as `quotientDigit` wants it: ⌊(2^128 - 1) / d⌋ - 2^64. */
export function reciprocalOf(d: u64): u64 {
  return divide128(~d, u64.MAX_VALUE, d);
}

/** ⌊(high·2^64 + low) / d⌋ for high < d, d with its highest bit set and the reciprocal v. */
export function quotientDigit(high: u64, low: u64, d: u64, v: u64): u64 {
  return digit(high, low, d, v);
}

/** One quotient digit of (high, low) by d with its reciprocal v, high < d; the remainder is in `rest`. */
// @ts-ignore: decorator
@inline
function digit(high: u64, low: u64, d: u64, v: u64): u64 {
  let q1 = mulHigh(v, high);
  let q0 = v * high;
  q0 += low;
  q1 += high + u64(q0 < low) + 1;
  let r = low - q1 * d;
  if (r > q0) {
    q1--;
    r += d;
  }
  if (r >= d) {
    q1++;
    r -= d;
  }
  rest = r;
  return q1;
}

/**
 * Divides the `m` limbs at `dividend` by the `n` limbs at `divisor` (1 to 4, the highest of them not zero; m at most 8),
 * into QUOTIENT (all eight limbs) and REMAINDER (all four).
 */
export function divideLimbs(dividend: usize, m: i32, divisor: usize, n: i32): void {
  memory.fill(QUOTIENT, 0, 64);
  memory.fill(REMAINDER, 0, 32);
  if (m < n) {
    memory.copy(REMAINDER, dividend, (<usize>m) << 3);
    return;
  }
  const shift = clz(load<u64>(divisor + ((<usize>(n - 1)) << 3)));
  shiftLeft(DIVISOR, divisor, n, shift);
  store<u64>(DIVIDEND + ((<usize>m) << 3), shiftLeft(DIVIDEND, dividend, m, shift));
  const top = load<u64>(DIVISOR + ((<usize>(n - 1)) << 3));
  const reciprocal = reciprocalOf(top);
  if (n == 1) {
    let r = load<u64>(DIVIDEND + ((<usize>m) << 3));
    for (let j = m - 1; j >= 0; j--) {
      store<u64>(QUOTIENT + ((<usize>j) << 3), digit(r, load<u64>(DIVIDEND + ((<usize>j) << 3)), top, reciprocal));
      r = rest;
    }
    store<u64>(REMAINDER, r >> shift);
    return;
  }
  const second = load<u64>(DIVISOR + ((<usize>(n - 2)) << 3));
  for (let j = m - n; j >= 0; j--) {
    const at = DIVIDEND + ((<usize>j) << 3);
    const end = at + ((<usize>n) << 3);
    const u2 = load<u64>(end);
    const u1 = load<u64>(end - 8);
    let q: u64;
    if (u2 >= top) {
      q = u64.MAX_VALUE;
    } else {
      q = digit(u2, u1, top, reciprocal);
      let r = rest;
      const u0 = load<u64>(end - 16);
      let high = mulHigh(q, second);
      let low = q * second;
      while (high > r || (high == r && low > u0)) {
        q--;
        r += top;
        if (r < top) break;
        high -= u64(low < second);
        low -= second;
      }
    }
    let borrow = subtractProduct(at, n, q);
    const left = load<u64>(end);
    store<u64>(end, left - borrow);
    borrow = u64(left < borrow);
    while (borrow != 0) {
      // The estimate was too large, which is rare: once at most after the check above, twice without it.
      q--;
      const carry = addDivisor(at, n);
      const sum = load<u64>(end) + carry;
      store<u64>(end, sum);
      if (sum < carry) borrow = 0;
    }
    store<u64>(QUOTIENT + ((<usize>j) << 3), q);
  }
  for (let i = 0; i < n; i++) {
    const low = load<u64>(DIVIDEND + ((<usize>i) << 3));
    const high = i + 1 < n ? load<u64>(DIVIDEND + ((<usize>(i + 1)) << 3)) : 0;
    store<u64>(REMAINDER + ((<usize>i) << 3), shift == 0 ? low : (low >> shift) | (high << (64 - shift)));
  }
}

/** Subtracts q times the divisor from the limbs at `at`; returns what is to be taken from the next limb. */
// @ts-ignore: decorator
@inline
function subtractProduct(at: usize, n: i32, q: u64): u64 {
  let borrow: u64 = 0;
  for (let i: usize = 0, bytes = (<usize>n) << 3; i < bytes; i += 8) {
    const d = load<u64>(DIVISOR + i);
    let high = mulHigh(q, d);
    let low = q * d + borrow;
    high += u64(low < borrow);
    const u = load<u64>(at + i);
    store<u64>(at + i, u - low);
    borrow = high + u64(u < low);
  }
  return borrow;
}

/** Adds the divisor to the limbs at `at`; returns the carry. */
function addDivisor(at: usize, n: i32): u64 {
  let carry: u64 = 0;
  for (let i: usize = 0, bytes = (<usize>n) << 3; i < bytes; i += 8) {
    const d = load<u64>(DIVISOR + i);
    const s = load<u64>(at + i) + d;
    const r = s + carry;
    carry = u64(s < d) | u64(r < carry);
    store<u64>(at + i, r);
  }
  return carry;
}

/** Shifts `n` limbs left by less than 64 bits; returns what came out at the top. */
// @ts-ignore: decorator
@inline
function shiftLeft(out: usize, from: usize, n: i32, shift: u64): u64 {
  let carry: u64 = 0;
  for (let i: usize = 0, bytes = (<usize>n) << 3; i < bytes; i += 8) {
    const x = load<u64>(from + i);
    store<u64>(out + i, (x << shift) | carry);
    carry = shift == 0 ? 0 : x >> (64 - shift);
  }
  return carry;
}
