// Modular exponentiation of numbers of any length: EIP-198, https://eips.ethereum.org/EIPS/eip-198
//
// The modulus is odd·2^k. Modulo the odd part Montgomery multiplication does it (https://cacr.uwaterloo.ca/hac/about/
// chap14.pdf, 14.36), modulo 2^k plain products cut off at k bits, and the Chinese remainder theorem joins the two. What
// an exponent of few bits costs is the way into Montgomery form: that is by division.
// Numbers are little-endian 64-bit limbs in SCRATCH, released at the end.
import { mulHigh } from '../abi';
import { mark, release, useScratch } from '../memory';
import { quotientDigit, reciprocalOf } from '../u256-division';

/**
 * Writes base^exponent mod modulus to `out` as `modulusLength` bytes. All three are big endian of the given lengths in
 * bytes, which may be 0; 0^0 is 1, and a modulus of 0 gives 0. There is no invalid input. `out` overlaps no input.
 */
export function modexp(
  base: usize,
  baseLength: u32,
  exponent: usize,
  exponentLength: u32,
  modulus: usize,
  modulusLength: u32,
  out: usize,
): void {
  memory.fill(out, 0, modulusLength);
  const before = useScratch(true);
  const start = mark();
  const limbs = (modulusLength + 7) >> 3;
  const m = fromBytes(modulus, modulusLength, limbs);
  const size = significant(m, limbs);
  if (size > 0 && !(size == 1 && load<u64>(m) == 1)) {
    while (exponentLength > 0 && load<u8>(exponent) == 0) {
      exponent++;
      exponentLength--;
    }
    const baseLimbs = (baseLength + 7) >> 3;
    const b = fromBytes(base, baseLength, baseLimbs);
    toBytes(power(b, baseLimbs, exponent, exponentLength, m, size), size, out, modulusLength);
  }
  release(start);
  useScratch(before);
}

/** base^exponent mod m, `size` limbs of which the last isn't zero; `exponent` has no leading zero bytes. */
function power(b: usize, baseLimbs: u32, exponent: usize, exponentLength: u32, m: usize, size: u32): usize {
  const twos = trailingZeros(m, size);
  if (twos == 0) return powerOdd(b, baseLimbs, exponent, exponentLength, m, size);
  const low = (twos + 63) >> 6;
  const evenPart = powerTwo(b, baseLimbs, exponent, exponentLength, twos, low);
  const odd = shiftRight(m, size, twos);
  const oddSize = significant(odd, size);
  const result = zeros(size);
  if (oddSize == 1 && load<u64>(odd) == 1) {
    memory.copy(result, evenPart, low << 3);
    return result;
  }
  const oddPart = powerOdd(b, baseLimbs, exponent, exponentLength, odd, oddSize);
  // x = oddPart + odd·y with y = (evenPart - oddPart)/odd mod 2^k.
  const difference = zeros(low);
  memory.copy(difference, oddPart, min(oddSize, low) << 3);
  subtractFrom(evenPart, difference, low);
  const y = zeros(low);
  multiplyLow(y, evenPart, inverseTwo(odd, oddSize, low), low);
  cutOff(y, twos, low);
  multiplyInto(result, size, odd, oddSize, y, low);
  addTo(result, size, oddPart, oddSize);
  return result;
}

// Modulo an odd number or a power of two: what the products below are taken modulo, and room for one.
let isOdd: bool = false;
let modulus: usize = 0;
let size: u32 = 0;
let inverse: u64 = 0;
let work: usize = 0;

/** out = a·b/2^(64·size) mod modulus if that is odd, else a·b mod 2^(64·size); `out` may be a or b. */
function times(out: usize, a: usize, b: usize): void {
  if (isOdd && size == 2) return montgomeryTwoLimbs(out, a, b, modulus, inverse);
  if (isOdd) return montgomery(out, a, b, modulus, size, inverse, work);
  multiplyLow(work, a, b, size);
  memory.copy(out, work, size << 3);
}

// @ts-ignore: decorator
@inline
function bitOf(exponent: usize, exponentLength: u32, i: i32): u32 {
  return ((<u32>load<u8>(exponent + (exponentLength - 1 - ((<u32>i) >> 3)))) >> ((<u32>i) & 7)) & 1;
}

/** Bits of the exponent, which has no leading zero bytes. */
function bitsOf(exponent: usize, exponentLength: u32): i32 {
  return exponentLength == 0 ? 0 : <i32>(exponentLength << 3) - (<i32>clz<u32>(load<u8>(exponent)) - 24);
}

/** result = base^exponent by `times`, by a window that slides over the exponent, which isn't 0; `result` isn't base. */
function slide(result: usize, base: usize, exponent: usize, exponentLength: u32): void {
  const bytes = size << 3;
  const bits = bitsOf(exponent, exponentLength);
  const width: i32 = bits < 8 ? 1 : bits < 32 ? 2 : bits < 96 ? 3 : bits < 320 ? 4 : 5;
  // base, base³, base⁵, …
  const odds = allocate(size << (width - 1));
  memory.copy(odds, base, bytes);
  if (width > 1) {
    times(result, base, base);
    for (let i: u32 = 1; i < (<u32>1) << (width - 1); i++) times(odds + i * bytes, odds + (i - 1) * bytes, result);
  }
  let started = false;
  let i = bits - 1;
  while (i >= 0) {
    if (bitOf(exponent, exponentLength, i) == 0) {
      times(result, result, result);
      i--;
      continue;
    }
    let end = max(i - width + 1, 0);
    while (bitOf(exponent, exponentLength, end) == 0) end++;
    let window: u32 = 0;
    for (; i >= end; i--) {
      window = (window << 1) | bitOf(exponent, exponentLength, i);
      if (started) times(result, result, result);
    }
    const power = odds + (window >> 1) * bytes;
    if (started) times(result, result, power);
    else memory.copy(result, power, bytes);
    started = true;
  }
}

/** b^exponent mod m for an odd m of `n` limbs. */
function powerOdd(b: usize, baseLimbs: u32, exponent: usize, exponentLength: u32, m: usize, n: u32): usize {
  const base = remainder(b, baseLimbs, m, n);
  if (n == 1) {
    store<u64>(base, powerOneLimb(load<u64>(base), exponent, exponentLength, load<u64>(m)));
    return base;
  }
  const result = zeros(n);
  store<u64>(result, 1);
  if (exponentLength == 0) return result;
  if (exponentLength == 1 && load<u8>(exponent) == 1) return base;
  // 2^(128n) mod m, the factor that brings a number into Montgomery form.
  const wide = zeros(2 * n + 1);
  store<u64>(wide + (n << 4), 1);
  const factor = remainder(wide, 2 * n + 1, m, n);
  isOdd = true;
  modulus = m;
  size = n;
  inverse = 0 - inverse64(load<u64>(m));
  work = allocate(n + 1);
  times(base, base, factor);
  slide(result, base, exponent, exponentLength);
  memory.fill(factor, 0, n << 3);
  store<u64>(factor, 1);
  times(result, result, factor);
  return result;
}

/** a·b/2^64 mod m for a and b below an odd m; `inverse` is -1/m mod 2^64. */
// @ts-ignore: decorator
@inline
function montgomeryOneLimb(a: u64, b: u64, m: u64, inverse: u64): u64 {
  const low = a * b;
  const high = mulHigh(a, b);
  // The lowest limb vanishes and carries unless it was 0.
  const added = mulHigh(low * inverse, m) + u64(low != 0);
  const sum = high + added;
  return sum < added || sum >= m ? sum - m : sum;
}

/** base^exponent mod m for an odd m and a base below it. */
function powerOneLimb(base: u64, exponent: usize, exponentLength: u32, m: u64): u64 {
  if (m == 1) return 0;
  const inverse = 0 - inverse64(m);
  const wide = allocate(3);
  store<u64>(wide, 0);
  store<u64>(wide, 0, 8);
  store<u64>(wide, 1, 16);
  const at = allocate(1);
  store<u64>(at, m);
  const factor = load<u64>(remainder(wide, 3, at, 1));
  const inForm = montgomeryOneLimb(base, factor, m, inverse);
  let result = montgomeryOneLimb(1, factor, m, inverse);
  if (exponentLength < 16) {
    for (let i: u32 = 0; i < exponentLength; i++) {
      const byte = <u32>load<u8>(exponent + i);
      for (let bit: i32 = 7; bit >= 0; bit--) {
        result = montgomeryOneLimb(result, result, m, inverse);
        if ((byte >> bit) & 1) result = montgomeryOneLimb(result, inForm, m, inverse);
      }
    }
    return montgomeryOneLimb(result, 1, m, inverse);
  }
  // Four bits at a time, by a table of base⁰ to base¹⁵.
  const powers = allocate(16);
  for (let i: usize = 0, next = result; i < 128; i += 8) {
    store<u64>(powers + i, next);
    next = montgomeryOneLimb(next, inForm, m, inverse);
  }
  for (let i: u32 = 0; i < exponentLength; i++) {
    const byte = <usize>load<u8>(exponent + i);
    for (let bit = 0; bit < 4; bit++) result = montgomeryOneLimb(result, result, m, inverse);
    result = montgomeryOneLimb(result, load<u64>(powers + ((byte >> 4) << 3)), m, inverse);
    for (let bit = 0; bit < 4; bit++) result = montgomeryOneLimb(result, result, m, inverse);
    result = montgomeryOneLimb(result, load<u64>(powers + ((byte & 15) << 3)), m, inverse);
  }
  return montgomeryOneLimb(result, 1, m, inverse);
}

/** `montgomery` for two limbs, whose gas is least beside what a loop costs. */
function montgomeryTwoLimbs(out: usize, a: usize, b: usize, m: usize, inverse: u64): void {
  const b0 = load<u64>(b);
  const b1 = load<u64>(b, 8);
  const m0 = load<u64>(m);
  const m1 = load<u64>(m, 8);
  let x = load<u64>(a);
  let low = x * b0;
  let first = mulHigh(x, b0);
  let q = low * inverse;
  let second = mulHigh(q, m0) + u64(low != 0);
  let t0 = x * b1 + first;
  first = mulHigh(x, b1) + u64(t0 < first);
  t0 += second;
  let carry = u64(t0 < second);
  low = q * m1;
  t0 += low;
  second = mulHigh(q, m1) + carry + u64(t0 < low);
  let t1 = first + second;
  const t2 = u64(t1 < second);
  x = load<u64>(a, 8);
  low = x * b0;
  t0 += low;
  first = mulHigh(x, b0) + u64(t0 < low);
  q = t0 * inverse;
  second = mulHigh(q, m0) + u64(t0 != 0);
  t1 += first;
  carry = u64(t1 < first);
  low = x * b1;
  t1 += low;
  first = mulHigh(x, b1) + carry + u64(t1 < low);
  t1 += second;
  carry = u64(t1 < second);
  low = q * m1;
  t1 += low;
  second = mulHigh(q, m1) + carry + u64(t1 < low);
  let top = first + second;
  let over = u64(top < second);
  top += t2;
  over += u64(top < t2);
  if (over != 0 || top > m1 || (top == m1 && t1 >= m0)) {
    top -= m1 + u64(t1 < m0);
    t1 -= m0;
  }
  store<u64>(out, t1);
  store<u64>(out, top, 8);
}

/**
 * out = a·b/R mod m with R = 2^(64n), for a < R and b < m; `out` may be either. `work` has n + 1 limbs. One pass over the
 * limbs adds both a_i·b and what makes the lowest limb vanish, and moves all down by one.
 */
function montgomery(out: usize, a: usize, b: usize, m: usize, n: u32, inverse: u64, work: usize): void {
  const bytes = n << 3;
  memory.fill(work, 0, bytes + 8);
  const b0 = load<u64>(b);
  const m0 = load<u64>(m);
  const last = b + bytes;
  for (let i: u32 = 0; i < bytes; i += 8) {
    const x = load<u64>(a + i);
    let low = x * b0;
    let first = mulHigh(x, b0);
    low += load<u64>(work);
    first += u64(low < load<u64>(work));
    const q = low * inverse;
    let second = mulHigh(q, m0) + u64(low != 0);
    let t = work;
    let at = m;
    for (let p = b + 8; p != last; p += 8) {
      at += 8;
      t += 8;
      const limb = load<u64>(p);
      const factor = load<u64>(at);
      let sum = load<u64>(t) + first;
      first = u64(sum < first);
      low = x * limb;
      sum += low;
      first += mulHigh(x, limb) + u64(sum < low);
      sum += second;
      second = u64(sum < second);
      low = q * factor;
      sum += low;
      second += mulHigh(q, factor) + u64(sum < low);
      store<u64>(t - 8, sum);
    }
    // The two carries and the limb on top: at most one bit beyond 64.
    const top = load<u64>(t, 8);
    let sum = first + second;
    let over = u64(sum < second);
    sum += top;
    over += u64(sum < top);
    store<u64>(t, sum);
    store<u64>(t, over, 8);
  }
  if (load<u64>(work + bytes) != 0 || compare(work, m, n) >= 0) subtract(out, work, m, n);
  else memory.copy(out, work, bytes);
}

/** Adds x·factor, x of n limbs, to the n limbs at `target` and returns what is carried out. */
function addProduct(target: usize, x: usize, n: u32, factor: u64): u64 {
  let carry: u64 = 0;
  const end = x + (n << 3);
  for (; x != end; x += 8) {
    const limb = load<u64>(x);
    let low = limb * factor;
    let high = mulHigh(limb, factor);
    low += carry;
    high += u64(low < carry);
    const old = load<u64>(target);
    low += old;
    high += u64(low < old);
    store<u64>(target, low);
    target += 8;
    carry = high;
  }
  return carry;
}

/**
 * The `limbs` limbs at `x` modulo m, whose last of `n` limbs isn't zero: n limbs (Knuth, The Art of Computer Programming
 * 2, algorithm D, the digits by way of a reciprocal).
 */
function remainder(x: usize, limbs: u32, m: usize, n: u32): usize {
  const result = zeros(n);
  if (limbs < n) {
    memory.copy(result, x, limbs << 3);
    return result;
  }
  // Both shifted so that the divisor's highest bit is set.
  const shift = <u64>clz(load<u64>(m + ((n - 1) << 3)));
  const divisor = allocate(n);
  shiftLeft(divisor, m, n, shift);
  const rest = allocate(limbs + 1);
  store<u64>(rest + (limbs << 3), shiftLeft(rest, x, limbs, shift));
  const top = load<u64>(divisor + ((n - 1) << 3));
  const reciprocal = reciprocalOf(top);
  for (let j = <i32>(limbs - n); j >= 0; j--) {
    const at = rest + ((<usize>j) << 3);
    const end = at + (n << 3);
    const high = load<u64>(end);
    // From two limbs the digit is at most two too large.
    const q = high >= top ? u64.MAX_VALUE : quotientDigit(high, load<u64>(end - 8), top, reciprocal);
    const taken = subtractProduct(at, divisor, n, q);
    let over = high - taken;
    store<u64>(end, over);
    if (taken <= high) continue;
    while (over != 0) over += addTo(at, n, divisor, n);
    store<u64>(end, 0);
  }
  for (let i: u32 = 0; i < n; i++) {
    const at = rest + (i << 3);
    let limb = load<u64>(at) >> shift;
    if (shift != 0 && i + 1 < n) limb |= load<u64>(at, 8) << (64 - shift);
    store<u64>(result + (i << 3), limb);
  }
  return result;
}

/** out = x·2^shift for a shift below 64; returns what is shifted out on top. */
function shiftLeft(out: usize, x: usize, limbs: u32, shift: u64): u64 {
  let below: u64 = 0;
  for (let i: u32 = 0; i < limbs << 3; i += 8) {
    const limb = load<u64>(x + i);
    store<u64>(out + i, (limb << shift) | below);
    below = shift == 0 ? 0 : limb >> (64 - shift);
  }
  return below;
}

/** Takes x·factor, x of n limbs, off the n limbs at `target` and returns what is still to be taken off above them. */
function subtractProduct(target: usize, x: usize, n: u32, factor: u64): u64 {
  let carry: u64 = 0;
  const end = x + (n << 3);
  for (; x != end; x += 8) {
    const limb = load<u64>(x);
    const low = limb * factor + carry;
    carry = mulHigh(limb, factor) + u64(low < carry);
    const old = load<u64>(target);
    store<u64>(target, old - low);
    carry += u64(old < low);
    target += 8;
  }
  return carry;
}

// Modulo a power of two.

/** b^exponent mod 2^twos as `n` limbs. */
function powerTwo(b: usize, baseLimbs: u32, exponent: usize, exponentLength: u32, twos: u32, n: u32): usize {
  const base = zeros(n);
  memory.copy(base, b, min(baseLimbs, n) << 3);
  const result = zeros(n);
  store<u64>(result, 1);
  if (n == 1) {
    store<u64>(result, powerOfWord(load<u64>(base), exponent, exponentLength));
  } else if (exponentLength != 0) {
    isOdd = false;
    size = n;
    work = allocate(n);
    slide(result, base, exponent, exponentLength);
  }
  cutOff(result, twos, n);
  return result;
}

/** base^exponent mod 2^64. */
function powerOfWord(base: u64, exponent: usize, exponentLength: u32): u64 {
  let result: u64 = 1;
  for (let i: u32 = 0; i < exponentLength; i++) {
    const byte = <u32>load<u8>(exponent + i);
    for (let bit: i32 = 7; bit >= 0; bit--) {
      result *= result;
      if ((byte >> bit) & 1) result *= base;
    }
  }
  return result;
}

/** out = a·b mod 2^(64n); `out` overlaps neither. */
function multiplyLow(out: usize, a: usize, b: usize, n: u32): void {
  memory.fill(out, 0, n << 3);
  for (let i: u32 = 0; i < n; i++) {
    const limb = load<u64>(a + (i << 3));
    if (limb != 0) addProduct(out + (i << 3), b, n - i, limb);
  }
}

/** 1/odd mod 2^(64n), by Newton's iteration: each turn doubles the correct bits. */
function inverseTwo(odd: usize, oddSize: u32, n: u32): usize {
  const m = zeros(n);
  memory.copy(m, odd, min(oddSize, n) << 3);
  const x = zeros(n);
  store<u64>(x, inverse64(load<u64>(m)));
  const product = allocate(n);
  const next = allocate(n);
  for (let correct: u32 = 1; correct < n; correct <<= 1) {
    // x·(2 - m·x)
    multiplyLow(product, m, x, n);
    memory.fill(next, 0, n << 3);
    store<u64>(next, 2);
    subtractFrom(next, product, n);
    multiplyLow(product, x, next, n);
    memory.copy(x, product, n << 3);
  }
  return x;
}

/** 1/odd mod 2^64. */
function inverse64(odd: u64): u64 {
  let x = (odd * 3) ^ 2; // five bits are right
  for (let i = 0; i < 4; i++) x *= 2 - odd * x;
  return x;
}

/** Clears the bits from `bits` on in `n` limbs. */
function cutOff(x: usize, bits: u32, n: u32): void {
  const rest = bits & 63;
  if (rest == 0) return;
  const at = x + ((n - 1) << 3);
  store<u64>(at, load<u64>(at) & (((<u64>1) << rest) - 1));
}

// Numbers.

function allocate(limbs: u32): usize {
  return heap.alloc(limbs << 3);
}

function zeros(limbs: u32): usize {
  const x = allocate(limbs);
  memory.fill(x, 0, limbs << 3);
  return x;
}

function fromBytes(bytes: usize, length: u32, limbs: u32): usize {
  const x = zeros(limbs);
  for (let i: u32 = 0; i < length; i++) store<u8>(x + i, load<u8>(bytes + (length - 1 - i)));
  return x;
}

/** Writes `limbs` limbs as `length` big-endian bytes: limbs beyond them are zero. */
function toBytes(x: usize, limbs: u32, out: usize, length: u32): void {
  const count = min(length, limbs << 3);
  for (let i: u32 = 0; i < count; i++) store<u8>(out + (length - 1 - i), load<u8>(x + i));
}

/** Number of limbs up to the last that isn't zero. */
function significant(x: usize, limbs: u32): u32 {
  while (limbs > 0 && load<u64>(x + ((limbs - 1) << 3)) == 0) limbs--;
  return limbs;
}

/** Number of zero bits below the lowest one of a number that isn't zero. */
function trailingZeros(x: usize, limbs: u32): u32 {
  for (let i: u32 = 0; i < limbs; i++) {
    const limb = load<u64>(x + (i << 3));
    if (limb != 0) return (i << 6) + <u32>ctz(limb);
  }
  return limbs << 6;
}

function shiftRight(x: usize, limbs: u32, bits: u32): usize {
  const result = zeros(limbs);
  const whole = bits >> 6;
  const rest = bits & 63;
  for (let i = whole; i < limbs; i++) {
    let limb = load<u64>(x + (i << 3)) >> rest;
    if (rest != 0 && i + 1 < limbs) limb |= load<u64>(x + ((i + 1) << 3)) << (64 - rest);
    store<u64>(result + ((i - whole) << 3), limb);
  }
  return result;
}

function compare(a: usize, b: usize, n: u32): i32 {
  for (let i = <i32>n - 1; i >= 0; i--) {
    const x = load<u64>(a + ((<u32>i) << 3));
    const y = load<u64>(b + ((<u32>i) << 3));
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Adds b to a, which has at least as many limbs, and returns the carry. */
function addTo(a: usize, aLimbs: u32, b: usize, bLimbs: u32): u64 {
  let carry: u64 = 0;
  for (let i: u32 = 0; i < aLimbs; i++) {
    const x = load<u64>(a + (i << 3));
    const y = i < bLimbs ? load<u64>(b + (i << 3)) : 0;
    const sum = x + y;
    const total = sum + carry;
    carry = u64(sum < x) | u64(total < sum);
    store<u64>(a + (i << 3), total);
  }
  return carry;
}

/** out = a - b modulo 2^(64n); `out` may be either. */
function subtract(out: usize, a: usize, b: usize, n: u32): void {
  let borrow: u64 = 0;
  for (let i: u32 = 0; i < n << 3; i += 8) {
    const x = load<u64>(a + i);
    const y = load<u64>(b + i);
    const difference = x - y;
    store<u64>(out + i, difference - borrow);
    borrow = u64(x < y) | u64(difference < borrow);
  }
}

function subtractFrom(a: usize, b: usize, n: u32): void {
  subtract(a, a, b, n);
}

/** out += a·b, as far as `out` has limbs. */
function multiplyInto(out: usize, outLimbs: u32, a: usize, aLimbs: u32, b: usize, bLimbs: u32): void {
  for (let i: u32 = 0; i < bLimbs && i < outLimbs; i++) {
    const count = min(aLimbs, outLimbs - i);
    let carry = addProduct(out + (i << 3), a, count, load<u64>(b + (i << 3)));
    for (let k = i + count; carry != 0 && k < outLimbs; k++) {
      const sum = load<u64>(out + (k << 3)) + carry;
      store<u64>(out + (k << 3), sum);
      carry = u64(sum < carry);
    }
  }
}
