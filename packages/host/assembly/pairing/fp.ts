// The base field of the curve that the module is compiled for, in Montgomery form (product.ts). Functions may be given an operand's place
// for their result.
import {
  BITS,
  BYTES,
  DIGITS,
  MODULUS_BYTES,
  MODULUS_DIGITS,
  MOST_MULTIPLES,
  MULTIPLES,
  TO_MONTGOMERY,
  TOP_INVERSE,
} from '../generated/pairing-constants';
import { addWide, DIGIT, HALF, product, reduce, SIZE, subtractWide, WIDE } from './product';

export { invert } from './inverse';

const A = memory.data(<i32>WIDE, 16);
const B = memory.data(<i32>WIDE, 16);
const T = memory.data(<i32>SIZE, 16);
const UNIT = memory.data<i32>([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16);

export function copy(out: usize, a: usize): void {
  v128.store(out, v128.load(a));
  v128.store(out, v128.load(a, 16), 16);
  v128.store(out, v128.load(a, 32), 32);
  if (DIGITS == 14) v128.store(out, v128.load(a, 48), 48);
}

export function add(out: usize, a: usize, b: usize): void {
  v128.store(out, i32x4.add(v128.load(a), v128.load(b)));
  v128.store(out, i32x4.add(v128.load(a, 16), v128.load(b, 16)), 16);
  v128.store(out, i32x4.add(v128.load(a, 32), v128.load(b, 32)), 32);
  if (DIGITS == 14) v128.store(out, i32x4.add(v128.load(a, 48), v128.load(b, 48)), 48);
}

export function subtract(out: usize, a: usize, b: usize): void {
  v128.store(out, i32x4.sub(v128.load(a), v128.load(b)));
  v128.store(out, i32x4.sub(v128.load(a, 16), v128.load(b, 16)), 16);
  v128.store(out, i32x4.sub(v128.load(a, 32), v128.load(b, 32)), 32);
  if (DIGITS == 14) v128.store(out, i32x4.sub(v128.load(a, 48), v128.load(b, 48)), 48);
}

export function negate(out: usize, a: usize): void {
  v128.store(out, i32x4.neg(v128.load(a)));
  v128.store(out, i32x4.neg(v128.load(a, 16)), 16);
  v128.store(out, i32x4.neg(v128.load(a, 32)), 32);
  if (DIGITS == 14) v128.store(out, i32x4.neg(v128.load(a, 48)), 48);
}

/** out = a·n for a small number: its magnitude times the number may be 15. */
export function scale(out: usize, a: usize, n: i32): void {
  const factor = i32x4.splat(n);
  v128.store(out, i32x4.mul(v128.load(a), factor));
  v128.store(out, i32x4.mul(v128.load(a, 16), factor), 16);
  v128.store(out, i32x4.mul(v128.load(a, 32), factor), 32);
  if (DIGITS == 14) v128.store(out, i32x4.mul(v128.load(a, 48), factor), 48);
}

/**
 * The same element with magnitude 1, from one of 13 or less (BN254: 29): less the multiple of the modulus that it is nearest to, and
 * carried.
 */
export function normalize(out: usize, a: usize): void {
  const times = (load<i32>(a, 4 * (DIGITS - 1)) * TOP_INVERSE + (1 << 24)) >> 25;
  const multiple = MULTIPLES + SIZE * <usize>(MOST_MULTIPLES + times);
  const a0 = i32x4.add(i32x4.sub(v128.load(a), v128.load(multiple)), half());
  const a1 = i32x4.add(i32x4.sub(v128.load(a, 16), v128.load(multiple, 16)), half());
  const a2 = i32x4.add(i32x4.sub(v128.load(a, 32), v128.load(multiple, 32)), half());
  const c0 = i32x4.shr_s(a0, <i32>BITS);
  const c1 = i32x4.shr_s(a1, <i32>BITS);
  const c2 = i32x4.shr_s(a2, <i32>BITS);
  if (DIGITS == 14) {
    const a3 = i32x4.add(i32x4.sub(v128.load(a, 48), v128.load(multiple, 48)), half());
    const c3 = i32x4.shr_s(a3, <i32>BITS);
    v128.store(out, carried(a3, v128.shuffle<i32>(c2, c3, 3, 4, 5, 6)), 48);
  }
  v128.store(out, carried(a0, v128.shuffle<i32>(i32x4.splat(0), c0, 0, 4, 5, 6)));
  v128.store(out, carried(a1, v128.shuffle<i32>(c0, c1, 3, 4, 5, 6)), 16);
  v128.store(out, carried(a2, v128.shuffle<i32>(c1, c2, 3, 4, 5, 6)), 32);
}

// @ts-ignore: decorator
@inline
function half(): v128 {
  return i32x4.splat(<i32>HALF);
}

// @ts-ignore: decorator
@inline
function carried(digits: v128, carries: v128): v128 {
  return i32x4.add(i32x4.sub(v128.and(digits, i32x4.splat(<i32>DIGIT)), half()), carries);
}

export function multiply(out: usize, a: usize, b: usize): void {
  product(A, a, b);
  reduce(out, A);
}

export function square(out: usize, a: usize): void {
  product(A, a, a);
  reduce(out, A);
}

/** out = a·b + c·d. */
export function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  product(A, a, b);
  product(B, c, d);
  addWide(A, A, B);
  reduce(out, A);
}

/** out = a·b - c·d. */
export function differenceOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  product(A, a, b);
  product(B, c, d);
  subtractWide(A, A, B);
  reduce(out, A);
}

/** Whether the values are the same. Magnitudes together may be 15. */
export function equal(a: usize, b: usize): bool {
  subtract(T, a, b);
  return isZero(T);
}

export function isZero(a: usize): bool {
  canonical(T, a);
  let rest = 0;
  for (let i: usize = 0; i != SIZE; i += 4) rest |= load<i32>(T + i);
  return rest == 0;
}

/** The number that an element stands for, from 0 to the modulus, as digits that have no signs. */
function canonical(out: usize, a: usize): void {
  product(A, a, UNIT);
  reduce(out, A);
  // What was reduced so is at least -1 and at most the modulus.
  let top = withoutSigns(out, 0);
  if (top < 0) top = withoutSigns(out, 1);
  if (isBelow(out, MODULUS_DIGITS)) return;
  withoutSigns(out, -1);
}

/** Adds the modulus that many times, and carries; negative where the value is. */
function withoutSigns(place: usize, times: i32): i32 {
  let rest = 0;
  for (let i: usize = 0; i != 4 * DIGITS; i += 4) {
    rest += load<i32>(place + i) + times * load<i32>(MODULUS_DIGITS + i);
    if (i == 4 * (DIGITS - 1)) break;
    store<i32>(place + i, rest & (<i32>DIGIT));
    rest >>= <i32>BITS;
  }
  store<i32>(place, rest, 4 * (DIGITS - 1));
  return rest;
}

function isBelow(a: usize, b: usize): bool {
  let at: usize = 4 * (DIGITS - 1);
  while (at != 0 && load<i32>(a + at) == load<i32>(b + at)) at -= 4;
  return load<i32>(a + at) < load<i32>(b + at);
}

/** Whether the number is above half of the modulus: which of two roots the beacon chain's encoding means. */
export function isLarger(a: usize): bool {
  add(T, a, a);
  return isOdd(T);
}

/** Whether the number that the element stands for is odd. */
export function isOdd(a: usize): bool {
  canonical(T, a);
  return (load<i32>(T) & 1) != 0;
}

/** The element of `BYTES` big-endian bytes; false where the number is not below the modulus. */
export function read(out: usize, bytes: usize): bool {
  if (memory.compare(bytes, MODULUS_BYTES, BYTES) >= 0) return false;
  for (let i = 0; i != <i32>SIZE / 4; i++) store<i32>(T + 4 * i, i < <i32>DIGITS ? bitsAt(bytes, <i32>BITS * i) : 0);
  multiply(out, T, TO_MONTGOMERY);
  return true;
}

/** A digit of a big-endian number, from that bit on. */
function bitsAt(bytes: usize, bit: i32): i32 {
  let value: u64 = 0;
  const from = bit >> 3;
  for (let i = 4; i >= 0; i--) {
    const at = <i32>BYTES - 1 - from - i;
    value = (value << 8) | (at >= 0 ? <u64>load<u8>(bytes + at) : 0);
  }
  return <i32>((value >> (bit & 7)) & (<u64>DIGIT));
}

/** The element's number as `BYTES` big-endian bytes. */
export function write(bytes: usize, a: usize): void {
  canonical(T, a);
  for (let i = 0; i != <i32>BYTES; i++) {
    const bit = 8 * i;
    const digit = <usize>(bit / <i32>BITS);
    const two = (<u64>load<i32>(T + 4 * digit)) | ((<u64>load<i32>(T + 4 * digit + 4)) << BITS);
    store<u8>(bytes + BYTES - 1 - i, <u8>(two >> (bit % <i32>BITS)));
  }
}
