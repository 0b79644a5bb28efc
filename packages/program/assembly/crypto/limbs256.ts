// 256-bit integers as four little-endian 64-bit limbs (32 bytes of memory), for scalars and the curves' input checks.
import { mulHigh } from '../abi';

/** Reads 32 big-endian bytes. out may be `bytes`. */
export function fromBigEndian(out: usize, bytes: usize): void {
  const low = bswap<u64>(load<u64>(bytes, 24));
  const b = bswap<u64>(load<u64>(bytes, 16));
  const c = bswap<u64>(load<u64>(bytes, 8));
  store<u64>(out, bswap<u64>(load<u64>(bytes)), 24);
  store<u64>(out, c, 16);
  store<u64>(out, b, 8);
  store<u64>(out, low);
}

/** Writes 32 big-endian bytes; the inverse of `fromBigEndian`, which is the same exchange. */
// @ts-ignore: decorator
@inline
export function toBigEndian(bytes: usize, a: usize): void {
  fromBigEndian(bytes, a);
}

// @ts-ignore: decorator
@inline
export function isZero(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0;
}

// @ts-ignore: decorator
@inline
export function equals(a: usize, b: usize): bool {
  return (
    ((load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24))) ==
    0
  );
}

// @ts-ignore: decorator
@inline
export function copy(out: usize, a: usize): void {
  store<u64>(out, load<u64>(a));
  store<u64>(out, load<u64>(a, 8), 8);
  store<u64>(out, load<u64>(a, 16), 16);
  store<u64>(out, load<u64>(a, 24), 24);
}

// @ts-ignore: decorator
@inline
export function setSmall(out: usize, value: u64): void {
  store<u64>(out, value);
  store<u64>(out, 0, 8);
  store<u64>(out, 0, 16);
  store<u64>(out, 0, 24);
}

/** Whether a < b. */
export function isLess(a: usize, b: usize): bool {
  let x = load<u64>(a, 24);
  let y = load<u64>(b, 24);
  if (x != y) return x < y;
  x = load<u64>(a, 16);
  y = load<u64>(b, 16);
  if (x != y) return x < y;
  x = load<u64>(a, 8);
  y = load<u64>(b, 8);
  if (x != y) return x < y;
  return load<u64>(a) < load<u64>(b);
}

/** out = a - b modulo 2^256; returns the borrow. out may be a or b. */
export function subtract(out: usize, a: usize, b: usize): u64 {
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
  store<u64>(out, r0);
  store<u64>(out, r1, 8);
  store<u64>(out, r2, 16);
  store<u64>(out, d3 - borrow, 24);
  return u64(a3 < d3) | u64(d3 < borrow);
}

/** out = a + b modulo 2^256; returns the carry. out may be a or b. */
export function add(out: usize, a: usize, b: usize): u64 {
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
  store<u64>(out, r0);
  store<u64>(out, r1, 8);
  store<u64>(out, r2, 16);
  store<u64>(out, r3, 24);
  return u64(s3 < a3) | u64(r3 < carry);
}

/** The 8 limbs at out = a·b. out overlaps neither. */
export function multiplyWide(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i != 32; i += 8) store<u64>(out + i, 0);
  for (let i: usize = 0; i != 32; i += 8) {
    const x = load<u64>(a + i);
    let carry: u64 = 0;
    for (let j: usize = 0; j != 32; j += 8) {
      const y = load<u64>(b + j);
      let low = x * y;
      let high = mulHigh(x, y);
      low += carry;
      high += u64(low < carry);
      const sum = load<u64>(out + i + j) + low;
      carry = high + u64(sum < low);
      store<u64>(out + i + j, sum);
    }
    store<u64>(out + i, carry, 32);
  }
}
