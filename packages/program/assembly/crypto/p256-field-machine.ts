// Arithmetic modulo P-256's prime p = 2^256 - 2^224 + 2^192 + 2^96 - 1 in Montgomery form: x stands for x·2^256 mod p.
// Numbers are four little-endian 64-bit limbs below p.
//
// -p^-1 modulo 2^64 is 1, so that a step of Montgomery's reduction adds k·p with k the lowest limb itself: k vanishes
// there, k·2^96 is two shifts, and k·(2^256 - 2^224 + 2^192) is one product with P3. Results may take the place of
// operands.
//
// The operations are inlined: at constant addresses nothing is checked, passed or saved, a fifth fewer instructions.
import { mulHigh } from '../abi';

// The prime's limbs are 2^64 - 1, P1, 0 and P3.
// @ts-ignore: decorator
@inline const P1: u64 = 0x00000000ffffffff;
// @ts-ignore: decorator
@inline const P3: u64 = 0xffffffff00000001;

/** The prime. */
// prettier-ignore
export const P = memory.data<u64>([0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001]);
/** 1 in Montgomery form. */
// prettier-ignore
export const ONE = memory.data<u64>([0x0000000000000001, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe]);
/** 2^512 mod p: the factor that brings a number into Montgomery form. */
// prettier-ignore
const SQUARE_OF_R = memory.data<u64>([
  0x0000000000000003, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x00000004fffffffd,
]);
const UNIT = memory.data<u64>([1, 0, 0, 0]);

/** Stores r0 to r3, which with `over` as the fifth limb are below 3p, modulo p. */
// @ts-ignore: decorator
@inline
function storeReduced(out: usize, r0: u64, r1: u64, r2: u64, r3: u64, over: u64): void {
  store<u64>(out, r0);
  store<u64>(out, r1, 8);
  store<u64>(out, r2, 16);
  store<u64>(out, r3, 24);
  // What has a lower highest limb than P3 is below p; but for one number in 2^32, nothing else is.
  if (over != 0 || r3 >= P3) reduceOften(out, over);
}

function reduceOften(a: usize, over: u64): void {
  over = subtractPrime(a, over);
  if (over != 0 || load<u64>(a, 24) >= P3) subtractPrime(a, over);
}

/** a = a - p where a, with `over` as its fifth limb, isn't below p. Returns what becomes of the fifth limb. */
function subtractPrime(a: usize, over: u64): u64 {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  let borrow = u64(a0 != u64.MAX_VALUE);
  const d1 = a1 - P1;
  const r1 = d1 - borrow;
  borrow = u64(a1 < P1) | u64(d1 < borrow);
  const r2 = a2 - borrow;
  borrow = u64(a2 < borrow);
  const d3 = a3 - P3;
  const below = u64(a3 < P3) | u64(d3 < borrow);
  if (over < below) return 0;
  store<u64>(a, a0 + 1);
  store<u64>(a, r1, 8);
  store<u64>(a, r2, 16);
  store<u64>(a, d3 - borrow, 24);
  return over - below;
}

/** a = a + p modulo 2^256. */
function addPrime(a: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  let carry = u64(a0 != 0);
  const s1 = a1 + P1;
  const r1 = s1 + carry;
  carry = u64(s1 < P1) | u64(r1 < carry);
  const r2 = a2 + carry;
  carry = u64(r2 < carry);
  store<u64>(a, a0 - 1);
  store<u64>(a, r1, 8);
  store<u64>(a, r2, 16);
  store<u64>(a, load<u64>(a, 24) + P3 + carry, 24);
}

/** out = a + b mod p. */
// @ts-ignore: decorator
@inline
export function add(out: usize, a: usize, b: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const r0 = a0 + load<u64>(b);
  let carry = u64(r0 < a0);
  const s1 = a1 + load<u64>(b, 8);
  const r1 = s1 + carry;
  carry = u64(s1 < a1) | u64(r1 < carry);
  const s2 = a2 + load<u64>(b, 16);
  const r2 = s2 + carry;
  carry = u64(s2 < a2) | u64(r2 < carry);
  const s3 = a3 + load<u64>(b, 24);
  const r3 = s3 + carry;
  storeReduced(out, r0, r1, r2, r3, u64(s3 < a3) | u64(r3 < carry));
}

/** out = a - b mod p. */
// @ts-ignore: decorator
@inline
export function subtract(out: usize, a: usize, b: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const r0 = a0 - load<u64>(b);
  let borrow = u64(a0 < r0);
  const d1 = a1 - load<u64>(b, 8);
  const r1 = d1 - borrow;
  borrow = u64(a1 < d1) | u64(d1 < borrow);
  const d2 = a2 - load<u64>(b, 16);
  const r2 = d2 - borrow;
  borrow = u64(a2 < d2) | u64(d2 < borrow);
  const d3 = a3 - load<u64>(b, 24);
  const r3 = d3 - borrow;
  borrow = u64(a3 < d3) | u64(d3 < borrow);
  store<u64>(out, r0);
  store<u64>(out, r1, 8);
  store<u64>(out, r2, 16);
  store<u64>(out, r3, 24);
  if (borrow != 0) addPrime(out);
}

/** out = a/2 mod p. */
// @ts-ignore: decorator
@inline
export function halve(out: usize, a: usize): void {
  const r0 = load<u64>(a);
  let r1 = load<u64>(a, 8);
  let r2 = load<u64>(a, 16);
  let r3 = load<u64>(a, 24);
  let low = r0 >> 1;
  let over: u64 = 0;
  if (r0 & 1) {
    // a + p: the lowest limb loses 1 and, not being 0, carries.
    r1 += P1 + 1;
    let carry = u64(r1 < P1 + 1);
    r2 += carry;
    carry = u64(r2 < carry);
    const s3 = r3 + carry;
    r3 = s3 + P3;
    over = u64(s3 < carry) | u64(r3 < P3);
  }
  store<u64>(out, low | (r1 << 63));
  store<u64>(out, (r1 >> 1) | (r2 << 63), 8);
  store<u64>(out, (r2 >> 1) | (r3 << 63), 16);
  store<u64>(out, (r3 >> 1) | (over << 63), 24);
}

/** out = 3·a mod p. */
// @ts-ignore: decorator
@inline
export function triple(out: usize, a: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const r0 = a0 * 3;
  let low = a1 * 3;
  let carry = mulHigh(a0, 3);
  const r1 = low + carry;
  carry = mulHigh(a1, 3) + u64(r1 < low);
  low = a2 * 3;
  const r2 = low + carry;
  carry = mulHigh(a2, 3) + u64(r2 < low);
  low = a3 * 3;
  const r3 = low + carry;
  storeReduced(out, r0, r1, r2, r3, mulHigh(a3, 3) + u64(r3 < low));
}

/** Stores the nine limbs divided by 2^256 modulo p; they are below 2p². */
// @ts-ignore: decorator
@inline
function storeMontgomery(
  out: usize,
  t0: u64,
  t1: u64,
  t2: u64,
  t3: u64,
  t4: u64,
  t5: u64,
  t6: u64,
  t7: u64,
  t8: u64,
): void {
  // Each step takes the lowest limb k away and puts a fourth one on top: t = (t + k·p) / 2^64.
  const k0 = t0;
  const l0 = k0 << 32;
  t1 += l0;
  const m0 = (k0 >> 32) + u64(t1 < l0);
  t2 += m0;
  const c0 = u64(t2 < m0);
  const n0 = k0 * P3 + c0;
  t3 += n0;
  let u0 = mulHigh(k0, P3) + u64(n0 < c0) + u64(t3 < n0);
  const k1 = t1;
  const l1 = k1 << 32;
  t2 += l1;
  const m1 = (k1 >> 32) + u64(t2 < l1);
  t3 += m1;
  const c1 = u64(t3 < m1);
  const n1 = k1 * P3 + c1;
  u0 += n1;
  let u1 = mulHigh(k1, P3) + u64(n1 < c1) + u64(u0 < n1);
  const k2 = t2;
  const l2 = k2 << 32;
  t3 += l2;
  const m2 = (k2 >> 32) + u64(t3 < l2);
  u0 += m2;
  const c2 = u64(u0 < m2);
  const n2 = k2 * P3 + c2;
  u1 += n2;
  let u2 = mulHigh(k2, P3) + u64(n2 < c2) + u64(u1 < n2);
  const k3 = t3;
  const l3 = k3 << 32;
  u0 += l3;
  const m3 = (k3 >> 32) + u64(u0 < l3);
  u1 += m3;
  const c3 = u64(u1 < m3);
  const n3 = k3 * P3 + c3;
  u2 += n3;
  const u3 = mulHigh(k3, P3) + u64(n3 < c3) + u64(u2 < n3);
  // The upper half on top.
  t4 += u0;
  let carry = u64(t4 < u0);
  t5 += carry;
  let next = u64(t5 < carry);
  t5 += u1;
  carry = next + u64(t5 < u1);
  t6 += carry;
  next = u64(t6 < carry);
  t6 += u2;
  carry = next + u64(t6 < u2);
  t7 += carry;
  next = u64(t7 < carry);
  t7 += u3;
  storeReduced(out, t4, t5, t6, t7, t8 + next + u64(t7 < u3));
}

/** out = a·b·2^-256 mod p: the product of numbers in Montgomery form. */
// @ts-ignore: decorator
@inline
export function multiply(out: usize, a: usize, b: usize): void {
  const b0 = load<u64>(b);
  const b1 = load<u64>(b, 8);
  const b2 = load<u64>(b, 16);
  const b3 = load<u64>(b, 24);
  let x = load<u64>(a);
  let low = x * b0;
  let carry = mulHigh(x, b0);
  let t0 = low;
  low = x * b1;
  let t1 = low + carry;
  carry = mulHigh(x, b1) + u64(t1 < low);
  low = x * b2;
  let t2 = low + carry;
  carry = mulHigh(x, b2) + u64(t2 < low);
  low = x * b3;
  let t3 = low + carry;
  let t4 = mulHigh(x, b3) + u64(t3 < low);
  x = load<u64>(a, 8);
  low = x * b0;
  t1 += low;
  carry = mulHigh(x, b0) + u64(t1 < low);
  low = x * b1 + carry;
  carry = mulHigh(x, b1) + u64(low < carry);
  t2 += low;
  carry += u64(t2 < low);
  low = x * b2 + carry;
  carry = mulHigh(x, b2) + u64(low < carry);
  t3 += low;
  carry += u64(t3 < low);
  low = x * b3 + carry;
  carry = mulHigh(x, b3) + u64(low < carry);
  t4 += low;
  let t5 = carry + u64(t4 < low);
  x = load<u64>(a, 16);
  low = x * b0;
  t2 += low;
  carry = mulHigh(x, b0) + u64(t2 < low);
  low = x * b1 + carry;
  carry = mulHigh(x, b1) + u64(low < carry);
  t3 += low;
  carry += u64(t3 < low);
  low = x * b2 + carry;
  carry = mulHigh(x, b2) + u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  low = x * b3 + carry;
  carry = mulHigh(x, b3) + u64(low < carry);
  t5 += low;
  let t6 = carry + u64(t5 < low);
  x = load<u64>(a, 24);
  low = x * b0;
  t3 += low;
  carry = mulHigh(x, b0) + u64(t3 < low);
  low = x * b1 + carry;
  carry = mulHigh(x, b1) + u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  low = x * b2 + carry;
  carry = mulHigh(x, b2) + u64(low < carry);
  t5 += low;
  carry += u64(t5 < low);
  low = x * b3 + carry;
  carry = mulHigh(x, b3) + u64(low < carry);
  t6 += low;
  let t7 = carry + u64(t6 < low);
  storeMontgomery(out, t0, t1, t2, t3, t4, t5, t6, t7, 0);
}

/** out = a²·2^-256 mod p. */
// @ts-ignore: decorator
@inline
export function square(out: usize, a: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  // The products of different limbs, then doubled.
  let t1 = a0 * a1;
  let carry = mulHigh(a0, a1);
  let low = a0 * a2;
  let t2 = low + carry;
  carry = mulHigh(a0, a2) + u64(t2 < low);
  low = a0 * a3;
  let t3 = low + carry;
  let t4 = mulHigh(a0, a3) + u64(t3 < low);
  low = a1 * a2;
  t3 += low;
  carry = mulHigh(a1, a2) + u64(t3 < low);
  low = a1 * a3 + carry;
  carry = mulHigh(a1, a3) + u64(low < carry);
  t4 += low;
  let t5 = carry + u64(t4 < low);
  low = a2 * a3;
  t5 += low;
  let t6 = mulHigh(a2, a3) + u64(t5 < low);
  let t7 = t6 >> 63;
  t6 = (t6 << 1) | (t5 >> 63);
  t5 = (t5 << 1) | (t4 >> 63);
  t4 = (t4 << 1) | (t3 >> 63);
  t3 = (t3 << 1) | (t2 >> 63);
  t2 = (t2 << 1) | (t1 >> 63);
  t1 <<= 1;
  // The squares of the limbs.
  const t0 = a0 * a0;
  carry = mulHigh(a0, a0);
  t1 += carry;
  carry = u64(t1 < carry);
  low = a1 * a1 + carry;
  carry = u64(low < carry);
  t2 += low;
  carry += u64(t2 < low);
  low = mulHigh(a1, a1) + carry;
  t3 += low;
  carry = u64(t3 < low);
  low = a2 * a2 + carry;
  carry = u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  low = mulHigh(a2, a2) + carry;
  t5 += low;
  carry = u64(t5 < low);
  low = a3 * a3 + carry;
  carry = u64(low < carry);
  t6 += low;
  carry += u64(t6 < low);
  t7 += mulHigh(a3, a3) + carry;
  storeMontgomery(out, t0, t1, t2, t3, t4, t5, t6, t7, 0);
}

/** out = (a·b + c·d)·2^-256 mod p: two products for one reduction. */
// @ts-ignore: decorator
@inline
export function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  const b0 = load<u64>(b);
  const b1 = load<u64>(b, 8);
  const b2 = load<u64>(b, 16);
  const b3 = load<u64>(b, 24);
  let x = load<u64>(a);
  let low = x * b0;
  let carry = mulHigh(x, b0);
  let t0 = low;
  low = x * b1;
  let t1 = low + carry;
  carry = mulHigh(x, b1) + u64(t1 < low);
  low = x * b2;
  let t2 = low + carry;
  carry = mulHigh(x, b2) + u64(t2 < low);
  low = x * b3;
  let t3 = low + carry;
  let t4 = mulHigh(x, b3) + u64(t3 < low);
  x = load<u64>(a, 8);
  low = x * b0;
  t1 += low;
  carry = mulHigh(x, b0) + u64(t1 < low);
  low = x * b1 + carry;
  carry = mulHigh(x, b1) + u64(low < carry);
  t2 += low;
  carry += u64(t2 < low);
  low = x * b2 + carry;
  carry = mulHigh(x, b2) + u64(low < carry);
  t3 += low;
  carry += u64(t3 < low);
  low = x * b3 + carry;
  carry = mulHigh(x, b3) + u64(low < carry);
  t4 += low;
  let t5 = carry + u64(t4 < low);
  x = load<u64>(a, 16);
  low = x * b0;
  t2 += low;
  carry = mulHigh(x, b0) + u64(t2 < low);
  low = x * b1 + carry;
  carry = mulHigh(x, b1) + u64(low < carry);
  t3 += low;
  carry += u64(t3 < low);
  low = x * b2 + carry;
  carry = mulHigh(x, b2) + u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  low = x * b3 + carry;
  carry = mulHigh(x, b3) + u64(low < carry);
  t5 += low;
  let t6 = carry + u64(t5 < low);
  x = load<u64>(a, 24);
  low = x * b0;
  t3 += low;
  carry = mulHigh(x, b0) + u64(t3 < low);
  low = x * b1 + carry;
  carry = mulHigh(x, b1) + u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  low = x * b2 + carry;
  carry = mulHigh(x, b2) + u64(low < carry);
  t5 += low;
  carry += u64(t5 < low);
  low = x * b3 + carry;
  carry = mulHigh(x, b3) + u64(low < carry);
  t6 += low;
  let t7 = carry + u64(t6 < low);
  const d0 = load<u64>(d);
  const d1 = load<u64>(d, 8);
  const d2 = load<u64>(d, 16);
  const d3 = load<u64>(d, 24);
  let top: u64 = 0;
  x = load<u64>(c);
  low = x * d0;
  t0 += low;
  carry = mulHigh(x, d0) + u64(t0 < low);
  low = x * d1 + carry;
  carry = mulHigh(x, d1) + u64(low < carry);
  t1 += low;
  carry += u64(t1 < low);
  low = x * d2 + carry;
  carry = mulHigh(x, d2) + u64(low < carry);
  t2 += low;
  carry += u64(t2 < low);
  low = x * d3 + carry;
  carry = mulHigh(x, d3) + u64(low < carry);
  t3 += low;
  carry += u64(t3 < low);
  t4 += carry;
  top = u64(t4 < carry);
  x = load<u64>(c, 8);
  low = x * d0;
  t1 += low;
  carry = mulHigh(x, d0) + u64(t1 < low);
  low = x * d1 + carry;
  carry = mulHigh(x, d1) + u64(low < carry);
  t2 += low;
  carry += u64(t2 < low);
  low = x * d2 + carry;
  carry = mulHigh(x, d2) + u64(low < carry);
  t3 += low;
  carry += u64(t3 < low);
  low = x * d3 + carry;
  carry = mulHigh(x, d3) + u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  carry += top;
  top = u64(carry < top);
  t5 += carry;
  top += u64(t5 < carry);
  x = load<u64>(c, 16);
  low = x * d0;
  t2 += low;
  carry = mulHigh(x, d0) + u64(t2 < low);
  low = x * d1 + carry;
  carry = mulHigh(x, d1) + u64(low < carry);
  t3 += low;
  carry += u64(t3 < low);
  low = x * d2 + carry;
  carry = mulHigh(x, d2) + u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  low = x * d3 + carry;
  carry = mulHigh(x, d3) + u64(low < carry);
  t5 += low;
  carry += u64(t5 < low);
  carry += top;
  top = u64(carry < top);
  t6 += carry;
  top += u64(t6 < carry);
  x = load<u64>(c, 24);
  low = x * d0;
  t3 += low;
  carry = mulHigh(x, d0) + u64(t3 < low);
  low = x * d1 + carry;
  carry = mulHigh(x, d1) + u64(low < carry);
  t4 += low;
  carry += u64(t4 < low);
  low = x * d2 + carry;
  carry = mulHigh(x, d2) + u64(low < carry);
  t5 += low;
  carry += u64(t5 < low);
  low = x * d3 + carry;
  carry = mulHigh(x, d3) + u64(low < carry);
  t6 += low;
  carry += u64(t6 < low);
  carry += top;
  top = u64(carry < top);
  t7 += carry;
  top += u64(t7 < carry);
  storeMontgomery(out, t0, t1, t2, t3, t4, t5, t6, t7, top);
}

/** out = a in Montgomery form, for any a below 2^256. */
export function enter(out: usize, a: usize): void {
  multiply(out, a, SQUARE_OF_R);
}

/** out = a out of Montgomery form. */
export function leave(out: usize, a: usize): void {
  multiply(out, a, UNIT);
}
