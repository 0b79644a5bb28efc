// The points at which a blob's polynomial has its elements as values: the 4096th roots of unity in the scalar field of
// BLS12-381, in bit-reversed order (https://github.com/ethereum/consensus-specs/blob/dev/specs/deneb/polynomial-commitments.md).
// Computing all of them takes 4095 multiplications, a hundredth of the hashing that one blob needs; a table would be 128 KiB
// of the program.
import { mulHigh } from '../abi';

/** Roots, and bits of their index. */
// @ts-ignore: decorator
@inline
const COUNT: u32 = 4096;
// @ts-ignore: decorator
@inline
const BITS: u32 = 12;

// The field's modulus, least significant limb first, and -1/modulus mod 2^64.
// @ts-ignore: decorator
@inline
const M0: u64 = 0xffffffff00000001;
// @ts-ignore: decorator
@inline
const M1: u64 = 0x53bda402fffe5bfe;
// @ts-ignore: decorator
@inline
const M2: u64 = 0x3339d80809a1d805;
// @ts-ignore: decorator
@inline
const M3: u64 = 0x73eda753299d7d48;
// @ts-ignore: decorator
@inline
const NEGATED_INVERSE: u64 = 0xfffffffeffffffff;

// 7^((modulus-1)/4096) · 2^256 mod modulus: one factor in Montgomery's form leaves the product in the plain one.
// @ts-ignore: decorator
@inline
const W0: u64 = 0xf2df262c09458a39;
// @ts-ignore: decorator
@inline
const W1: u64 = 0x048cdf5b99dff177;
// @ts-ignore: decorator
@inline
const W2: u64 = 0x16857bc5c7cce57b;
// @ts-ignore: decorator
@inline
const W3: u64 = 0x043b3dbca4a915ae;

let table: usize = 0;

/** Address of the 4096 roots, 32 bytes big endian each, in bit-reversed order. Must be called with PERSISTENT current. */
export function rootsOfUnity(): usize {
  if (table != 0) return table;
  table = heap.alloc(32 * COUNT);
  let a0: u64 = 1;
  let a1: u64 = 0;
  let a2: u64 = 0;
  let a3: u64 = 0;
  for (let exponent: u32 = 0; exponent < COUNT; exponent++) {
    const place = table + 32 * reverse(exponent);
    store<u64>(place, bswap<u64>(a3));
    store<u64>(place, bswap<u64>(a2), 8);
    store<u64>(place, bswap<u64>(a1), 16);
    store<u64>(place, bswap<u64>(a0), 24);
    multiply(a0, a1, a2, a3);
    a0 = p0;
    a1 = p1;
    a2 = p2;
    a3 = p3;
  }
  return table;
}

function reverse(index: u32): u32 {
  let result: u32 = 0;
  for (let bit: u32 = 0; bit < BITS; bit++) result |= ((index >> bit) & 1) << (BITS - 1 - bit);
  return result;
}

let p0: u64 = 0;
let p1: u64 = 0;
let p2: u64 = 0;
let p3: u64 = 0;
let p4: u64 = 0;

/** p = a · W / 2^256 mod modulus. */
function multiply(a0: u64, a1: u64, a2: u64, a3: u64): void {
  p0 = 0;
  p1 = 0;
  p2 = 0;
  p3 = 0;
  p4 = 0;
  step(a0);
  step(a1);
  step(a2);
  step(a3);
  // p is below twice the modulus, which is below 2^256.
  let borrow: u64 = 0;
  const d0 = p0 - M0;
  borrow = u64(p0 < M0);
  let t = p1 - M1;
  const d1 = t - borrow;
  borrow = u64(p1 < M1) | u64(t < borrow);
  t = p2 - M2;
  const d2 = t - borrow;
  borrow = u64(p2 < M2) | u64(t < borrow);
  t = p3 - M3;
  const d3 = t - borrow;
  borrow = u64(p3 < M3) | u64(t < borrow);
  if (borrow == 0) {
    p0 = d0;
    p1 = d1;
    p2 = d2;
    p3 = d3;
  }
}

let carry: u64 = 0;

/** Low word of acc + x·y + carry; the high word becomes the carry. */
function fused(acc: u64, x: u64, y: u64): u64 {
  const low = x * y;
  let high = mulHigh(x, y);
  const s = low + acc;
  high += u64(s < low);
  const r = s + carry;
  carry = high + u64(r < s);
  return r;
}

/** p = (p + a · W + m · modulus) / 2^64 with the m that makes it even. */
function step(a: u64): void {
  carry = 0;
  p0 = fused(p0, a, W0);
  p1 = fused(p1, a, W1);
  p2 = fused(p2, a, W2);
  p3 = fused(p3, a, W3);
  p4 = carry;
  const m = p0 * NEGATED_INVERSE;
  carry = 0;
  fused(p0, m, M0);
  p0 = fused(p1, m, M1);
  p1 = fused(p2, m, M2);
  p2 = fused(p3, m, M3);
  p3 = p4 + carry;
}
