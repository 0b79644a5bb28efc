// Modular exponentiation of numbers of any length: EIP-198, https://eips.ethereum.org/EIPS/eip-198
//
// The modulus is odd·2^k. Modulo the odd part Montgomery multiplication does it (https://cacr.uwaterloo.ca/hac/about/
// chap14.pdf, 14.36), modulo 2^k plain products cut off at k bits, and the Chinese remainder theorem joins the two.
// Numbers are little-endian 64-bit limbs in SCRATCH, released at the end.
import { mulHigh } from '../abi';
import { mark, release, useScratch } from '../memory';

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

// Modulo an odd number.

/** b^exponent mod m for an odd m of `n` limbs, by windows of four bits. */
function powerOdd(b: usize, baseLimbs: u32, exponent: usize, exponentLength: u32, m: usize, n: u32): usize {
  const inverse = 0 - inverse64(load<u64>(m));
  const bytes = n << 3;
  const work = allocate(n + 2);
  const one = radix(m, n); // R mod m: 1 in Montgomery form
  const square = radixSquared(one, m, n, inverse, work);
  // The base in chunks of n limbs, the highest first: acc·R + chunk, each product bringing one factor R too few.
  const powers = allocate(16 * n);
  memory.copy(powers, one, bytes);
  const reduced = powers + bytes;
  memory.fill(reduced, 0, bytes);
  const chunk = allocate(n);
  for (let i = <i32>((baseLimbs + n - 1) / n) - 1; i >= 0; i--) {
    const first = <u32>i * n;
    memory.fill(chunk, 0, bytes);
    memory.copy(chunk, b + (first << 3), min(n, baseLimbs - first) << 3);
    montgomery(reduced, reduced, square, m, n, inverse, work);
    montgomery(chunk, chunk, square, m, n, inverse, work);
    addModulo(reduced, chunk, m, n);
  }
  for (let i: u32 = 2; i < 16; i++) {
    montgomery(powers + i * bytes, powers + (i - 1) * bytes, reduced, m, n, inverse, work);
  }
  const result = allocate(n);
  memory.copy(result, one, bytes);
  for (let i: u32 = 0; i < exponentLength; i++) {
    const byte = <u32>load<u8>(exponent + i);
    for (let half = 0; half < 2; half++) {
      const window = half == 0 ? byte >> 4 : byte & 15;
      if (i != 0 || half != 0) {
        for (let k = 0; k < 4; k++) montgomery(result, result, result, m, n, inverse, work);
      }
      if (window != 0) montgomery(result, result, powers + window * bytes, m, n, inverse, work);
    }
  }
  memory.fill(chunk, 0, bytes);
  store<u64>(chunk, 1);
  montgomery(result, result, chunk, m, n, inverse, work);
  return result;
}

/** out = a·b/R mod m with R = 2^(64n), for a < R and b < m; `out` may be either. `work` has n + 2 limbs. */
function montgomery(out: usize, a: usize, b: usize, m: usize, n: u32, inverse: u64, work: usize): void {
  const bytes = n << 3;
  memory.fill(work, 0, bytes + 16);
  for (let i: u32 = 0; i < bytes; i += 8) {
    const top = addProduct(work, b, n, load<u64>(a + i));
    addCarry(work + bytes, top);
    const q = load<u64>(work) * inverse;
    addCarry(work + bytes, addProduct(work, m, n, q));
    // The lowest limb is zero now.
    memory.copy(work, work + 8, bytes + 8);
    store<u64>(work + bytes, 0, 8);
  }
  if (load<u64>(work + bytes) != 0 || compare(work, m, n) >= 0) subtract(out, work, m, n);
  else memory.copy(out, work, bytes);
}

/** Adds to the two limbs at `at`. */
// @ts-ignore: decorator
@inline
function addCarry(at: usize, value: u64): void {
  const sum = load<u64>(at) + value;
  store<u64>(at, sum);
  if (sum < value) store<u64>(at, load<u64>(at, 8) + 1, 8);
}

/** Adds x·factor, x of n limbs, to the n limbs at `target` and returns what is carried out. */
function addProduct(target: usize, x: usize, n: u32, factor: u64): u64 {
  let carry: u64 = 0;
  for (let i: u32 = 0; i < n << 3; i += 8) {
    const limb = load<u64>(x + i);
    let low = limb * factor;
    let high = mulHigh(limb, factor);
    low += carry;
    high += u64(low < carry);
    const old = load<u64>(target + i);
    low += old;
    high += u64(low < old);
    store<u64>(target + i, low);
    carry = high;
  }
  return carry;
}

/** R mod m, R = 2^(64n), for a modulus whose last limb isn't zero. */
function radix(m: usize, n: u32): usize {
  // The greatest power of two below m or equal, doubled modulo m until it's R.
  const lead = <u32>clz(load<u64>(m + ((n - 1) << 3)));
  const result = zeros(n);
  store<u64>(result + ((n - 1) << 3), (<u64>1) << (63 - lead));
  for (let i: u32 = 0; i <= lead; i++) addModulo(result, result, m, n);
  // m = 1 is the only modulus that a power of two of its own length isn't below.
  return result;
}

/** R² mod m from R mod m: 2^(64n) in Montgomery form, by squaring. */
function radixSquared(one: usize, m: usize, n: u32, inverse: u64, work: usize): usize {
  const result = allocate(n);
  memory.copy(result, one, n << 3);
  const exponent = n << 6;
  for (let bit = 31 - <i32>clz(exponent); bit >= 0; bit--) {
    montgomery(result, result, result, m, n, inverse, work);
    if ((exponent >> bit) & 1) addModulo(result, result, m, n);
  }
  return result;
}

/** a = a + b mod m, for a and b below m; b may be a. */
function addModulo(a: usize, b: usize, m: usize, n: u32): void {
  const carry = addTo(a, n, b, n);
  if (carry || compare(a, m, n) >= 0) subtract(a, a, m, n);
}

// Modulo a power of two.

/** b^exponent mod 2^twos as `n` limbs. */
function powerTwo(b: usize, baseLimbs: u32, exponent: usize, exponentLength: u32, twos: u32, n: u32): usize {
  const bytes = n << 3;
  const factor = zeros(n);
  memory.copy(factor, b, min(baseLimbs, n) << 3);
  const result = zeros(n);
  store<u64>(result, 1);
  const work = allocate(n);
  for (let i: u32 = 0; i < exponentLength; i++) {
    const byte = <u32>load<u8>(exponent + i);
    for (let bit = 7; bit >= 0; bit--) {
      multiplyLow(work, result, result, n);
      memory.copy(result, work, bytes);
      if ((byte >> bit) & 1) {
        multiplyLow(work, result, factor, n);
        memory.copy(result, work, bytes);
      }
    }
  }
  cutOff(result, twos, n);
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
