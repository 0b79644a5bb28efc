// Unsigned 256-bit integers as 32 bytes of linear memory: four little-endian u64 limbs, least significant first. All
// functions take addresses, allocate nothing and wrap modulo 2^256 like the EVM (Ethereum yellow paper, appendix H.2).
// `out` may be the same address as any operand, unless said otherwise.
import { divideLimbs, QUOTIENT, REMAINDER, WIDE } from './u256-division';
import { mulHigh } from './abi';

/** Stores a value below 2^64. */
// @ts-ignore: decorator
@inline
export function setU64(out: usize, value: u64): void {
  store<u64>(out, value);
  store<u64>(out, 0, 8);
  store<u64>(out, 0, 16);
  store<u64>(out, 0, 24);
}

/** Copies a value. */
// @ts-ignore: decorator
@inline
export function copy(out: usize, a: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  store<u64>(out, a0);
  store<u64>(out, a1, 8);
  store<u64>(out, a2, 16);
  store<u64>(out, a3, 24);
}

// @ts-ignore: decorator
@inline
export function isZero(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0;
}

/** Whether the value is below 2^64: then its lowest limb is the value. */
// @ts-ignore: decorator
@inline
export function fitsU64(a: usize): bool {
  return (load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0;
}

// @ts-ignore: decorator
@inline
export function equal(a: usize, b: usize): bool {
  return (
    ((load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24))) ==
    0
  );
}

/** a < b, unsigned. */
// @ts-ignore: decorator
@inline
export function less(a: usize, b: usize): bool {
  let x = load<u64>(a, 24);
  let y = load<u64>(b, 24);
  if (x == y) {
    x = load<u64>(a, 16);
    y = load<u64>(b, 16);
    if (x == y) {
      x = load<u64>(a, 8);
      y = load<u64>(b, 8);
      if (x == y) {
        x = load<u64>(a);
        y = load<u64>(b);
      }
    }
  }
  return x < y;
}

/** a < b as two's complement numbers. */
// @ts-ignore: decorator
@inline
export function lessSigned(a: usize, b: usize): bool {
  const x = load<i64>(a, 24);
  const y = load<i64>(b, 24);
  if (x != y) return x < y;
  return less(a, b);
}

/** a + b. */
// @ts-ignore: decorator
@inline
export function add(out: usize, a: usize, b: usize): void {
  const a0 = load<u64>(a);
  const r0 = a0 + load<u64>(b);
  let carry = u64(r0 < a0);
  const a1 = load<u64>(a, 8);
  const s1 = a1 + load<u64>(b, 8);
  const r1 = s1 + carry;
  carry = u64(s1 < a1) | u64(r1 < carry);
  const a2 = load<u64>(a, 16);
  const s2 = a2 + load<u64>(b, 16);
  const r2 = s2 + carry;
  carry = u64(s2 < a2) | u64(r2 < carry);
  const r3 = load<u64>(a, 24) + load<u64>(b, 24) + carry;
  store<u64>(out, r0);
  store<u64>(out, r1, 8);
  store<u64>(out, r2, 16);
  store<u64>(out, r3, 24);
}

/** a - b. */
// @ts-ignore: decorator
@inline
export function sub(out: usize, a: usize, b: usize): void {
  const a0 = load<u64>(a);
  const b0 = load<u64>(b);
  let borrow = u64(a0 < b0);
  const a1 = load<u64>(a, 8);
  const b1 = load<u64>(b, 8);
  const d1 = a1 - b1;
  const r1 = d1 - borrow;
  borrow = u64(a1 < b1) | u64(d1 < borrow);
  const a2 = load<u64>(a, 16);
  const b2 = load<u64>(b, 16);
  const d2 = a2 - b2;
  const r2 = d2 - borrow;
  borrow = u64(a2 < b2) | u64(d2 < borrow);
  const r3 = load<u64>(a, 24) - load<u64>(b, 24) - borrow;
  store<u64>(out, a0 - b0);
  store<u64>(out, r1, 8);
  store<u64>(out, r2, 16);
  store<u64>(out, r3, 24);
}

/** a · b. */
export function mul(out: usize, a: usize, b: usize): void {
  const a0 = load<u64>(a);
  const b0 = load<u64>(b);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const b1 = load<u64>(b, 8);
  const b2 = load<u64>(b, 16);
  const b3 = load<u64>(b, 24);
  store<u64>(out, a0 * b0);
  let r1 = mulHigh(a0, b0);
  if ((a1 | a2 | a3 | b1 | b2 | b3) == 0) {
    store<u64>(out, r1, 8);
    store<u64>(out, 0, 16);
    store<u64>(out, 0, 24);
    return;
  }
  // Column sums; the top limb wraps.
  let r2: u64 = 0;
  let r3: u64 = 0;
  let p = a0 * b1;
  r1 += p;
  let carry = u64(r1 < p);
  p = a1 * b0;
  r1 += p;
  carry += u64(r1 < p);
  store<u64>(out, r1, 8);
  r2 = carry;
  p = mulHigh(a0, b1);
  r2 += p;
  carry = u64(r2 < p);
  p = mulHigh(a1, b0);
  r2 += p;
  carry += u64(r2 < p);
  p = a0 * b2;
  r2 += p;
  carry += u64(r2 < p);
  p = a1 * b1;
  r2 += p;
  carry += u64(r2 < p);
  p = a2 * b0;
  r2 += p;
  carry += u64(r2 < p);
  store<u64>(out, r2, 16);
  r3 = carry + mulHigh(a0, b2) + mulHigh(a1, b1) + mulHigh(a2, b0) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0;
  store<u64>(out, r3, 24);
}

/** Two's complement -a. */
export function negate(out: usize, a: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  store<u64>(out, 0 - a0);
  let borrow = u64(a0 != 0);
  store<u64>(out, 0 - a1 - borrow, 8);
  borrow |= u64(a1 != 0);
  store<u64>(out, 0 - a2 - borrow, 16);
  borrow |= u64(a2 != 0);
  store<u64>(out, 0 - a3 - borrow, 24);
}

/** Number of limbs up to the highest that isn't zero. */
// @ts-ignore: decorator
@inline
function limbs(a: usize, most: i32): i32 {
  let n = most;
  while (n > 0 && load<u64>(a + ((<usize>(n - 1)) << 3)) == 0) n--;
  return n;
}

/** ⌊a / b⌋; 0 where b is 0. */
export function div(out: usize, a: usize, b: usize): void {
  if (fitsU64(a) && fitsU64(b)) {
    const d = load<u64>(b);
    setU64(out, d == 0 ? 0 : load<u64>(a) / d);
    return;
  }
  if (isZero(b)) {
    setU64(out, 0);
    return;
  }
  divideLimbs(a, limbs(a, 4), b, limbs(b, 4));
  copy(out, QUOTIENT);
}

/** a mod b; 0 where b is 0. */
export function mod(out: usize, a: usize, b: usize): void {
  if (fitsU64(a) && fitsU64(b)) {
    const d = load<u64>(b);
    setU64(out, d == 0 ? 0 : load<u64>(a) % d);
    return;
  }
  if (isZero(b)) {
    setU64(out, 0);
    return;
  }
  divideLimbs(a, limbs(a, 4), b, limbs(b, 4));
  copy(out, REMAINDER);
}

// @ts-ignore: decorator
@lazy const LEFT: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const RIGHT: usize = memory.data(32, 8);

/** The absolute value of the two's complement number at `a`, at `out`. Returns whether it was negative. */
function absolute(out: usize, a: usize): bool {
  const negative = load<i64>(a, 24) < 0;
  if (negative) negate(out, a);
  else copy(out, a);
  return negative;
}

/** a / b as two's complement numbers, rounded towards zero; 0 where b is 0. -2^255 / -1 is -2^255. */
export function sdiv(out: usize, a: usize, b: usize): void {
  const left = absolute(LEFT, a);
  const right = absolute(RIGHT, b);
  div(out, LEFT, RIGHT);
  if (left != right) negate(out, out);
}

/** The remainder of that division, with the sign of a; 0 where b is 0. */
export function smod(out: usize, a: usize, b: usize): void {
  const left = absolute(LEFT, a);
  absolute(RIGHT, b);
  mod(out, LEFT, RIGHT);
  if (left) negate(out, out);
}

/** (a + b) mod n without wrapping the sum; 0 where n is 0. */
export function addmod(out: usize, a: usize, b: usize, n: usize): void {
  if (isZero(n)) {
    setU64(out, 0);
    return;
  }
  copy(LEFT, a);
  add(WIDE, a, b);
  store<u64>(WIDE, u64(less(WIDE, LEFT)), 32);
  divideLimbs(WIDE, limbs(WIDE, 5), n, limbs(n, 4));
  copy(out, REMAINDER);
}

/** (a · b) mod n without wrapping the product; 0 where n is 0. */
export function mulmod(out: usize, a: usize, b: usize, n: usize): void {
  if (isZero(n)) {
    setU64(out, 0);
    return;
  }
  mulWide(WIDE, a, b);
  divideLimbs(WIDE, limbs(WIDE, 8), n, limbs(n, 4));
  copy(out, REMAINDER);
}

/** The 512-bit product a · b: eight limbs at `out`, which must not overlap the operands. */
export function mulWide(out: usize, a: usize, b: usize): void {
  memory.fill(out, 0, 64);
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i);
    if (x == 0) continue;
    let carry: u64 = 0;
    for (let j: usize = 0; j < 32; j += 8) {
      const y = load<u64>(b + j);
      const low = x * y;
      let high = mulHigh(x, y);
      const at = out + i + j;
      let sum = load<u64>(at) + low;
      high += u64(sum < low);
      sum += carry;
      high += u64(sum < carry);
      store<u64>(at, sum);
      carry = high;
    }
    store<u64>(out + i, carry, 32);
  }
}

/** Number of bits without leading zeros: 0 for 0, at most 256. */
export function bitLength(a: usize): u32 {
  for (let i = 3; i >= 0; i--) {
    const x = load<u64>(a + ((<usize>i) << 3));
    if (x != 0) return 64 * (i + 1) - <u32>clz(x);
  }
  return 0;
}

/** a^e. */
export function exp(out: usize, a: usize, e: usize): void {
  const bits = bitLength(e);
  copy(RIGHT, e);
  copy(LEFT, a);
  if (bits == 0) {
    setU64(out, 1);
    return;
  }
  if (load<u64>(LEFT) == 2 && fitsU64(LEFT)) {
    setU64(LEFT, 1);
    shl(out, RIGHT, LEFT);
    return;
  }
  copy(out, LEFT);
  for (let i = <i32>bits - 2; i >= 0; i--) {
    mul(out, out, out);
    if (((load<u64>(RIGHT + (((<usize>i) >> 6) << 3)) >> (i & 63)) & 1) != 0) mul(out, out, LEFT);
  }
}

/** Extends the two's complement number in the lowest `index` + 1 bytes of `a` to 256 bits. */
export function signextend(out: usize, index: usize, a: usize): void {
  const i = load<u64>(index);
  if (!fitsU64(index) || i >= 31) {
    copy(out, a);
    return;
  }
  const limb = (<usize>(i >> 3)) << 3;
  const shift = 56 - ((i & 7) << 3);
  const x = (<i64>(load<u64>(a + limb) << shift)) >> shift;
  const sign = <u64>(x >> 63);
  copy(out, a);
  store<u64>(out + limb, <u64>x);
  for (let k = limb + 8; k < 32; k += 8) store<u64>(out + k, sign);
}

/** The byte of `a` at `index` from the most significant; 0 where index is above 31. */
export function byteAt(out: usize, index: usize, a: usize): void {
  const i = load<u64>(index);
  let value: u64 = 0;
  if (i < 32 && fitsU64(index)) value = <u64>load<u8>(a + <usize>(31 - i));
  setU64(out, value);
}

/** a << shift; 0 where the shift is 256 or more. */
export function shl(out: usize, shift: usize, a: usize): void {
  const s = load<u64>(shift);
  if (s > 255 || !fitsU64(shift)) {
    setU64(out, 0);
    return;
  }
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  // A shift by 64 - bits is done in two steps, since shift counts are taken modulo 64 and bits may be 0.
  const bits = s & 63;
  const back = 63 - bits;
  switch (<i32>(s >> 6)) {
    case 0: {
      const a3 = load<u64>(a, 24);
      store<u64>(out, a0 << bits);
      store<u64>(out, (a1 << bits) | ((a0 >> 1) >> back), 8);
      store<u64>(out, (a2 << bits) | ((a1 >> 1) >> back), 16);
      store<u64>(out, (a3 << bits) | ((a2 >> 1) >> back), 24);
      break;
    }
    case 1:
      store<u64>(out, 0);
      store<u64>(out, a0 << bits, 8);
      store<u64>(out, (a1 << bits) | ((a0 >> 1) >> back), 16);
      store<u64>(out, (a2 << bits) | ((a1 >> 1) >> back), 24);
      break;
    case 2:
      store<u64>(out, 0);
      store<u64>(out, 0, 8);
      store<u64>(out, a0 << bits, 16);
      store<u64>(out, (a1 << bits) | ((a0 >> 1) >> back), 24);
      break;
    default:
      store<u64>(out, 0);
      store<u64>(out, 0, 8);
      store<u64>(out, 0, 16);
      store<u64>(out, a0 << bits, 24);
  }
}

/** a >> shift, filled with zeros. */
export function shr(out: usize, shift: usize, a: usize): void {
  const s = load<u64>(shift);
  if (s > 255 || !fitsU64(shift)) {
    setU64(out, 0);
    return;
  }
  shiftRight(out, s, a, 0);
}

/** a >> shift, filled with the sign. */
export function sar(out: usize, shift: usize, a: usize): void {
  const s = load<u64>(shift);
  const fill = <u64>(load<i64>(a, 24) >> 63);
  if (s > 255 || !fitsU64(shift)) {
    store<u64>(out, fill);
    store<u64>(out, fill, 8);
    store<u64>(out, fill, 16);
    store<u64>(out, fill, 24);
    return;
  }
  shiftRight(out, s, a, fill);
}

/** a >> s for s below 256; `fill` (all zeros or all ones) comes in at the top. */
// @ts-ignore: decorator
@inline
function shiftRight(out: usize, s: u64, a: usize, fill: u64): void {
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const bits = s & 63;
  const back = 63 - bits;
  const top = (a3 >> bits) | ((fill << 1) << back);
  switch (<i32>(s >> 6)) {
    case 0:
      store<u64>(out, (load<u64>(a) >> bits) | ((a1 << 1) << back));
      store<u64>(out, (a1 >> bits) | ((a2 << 1) << back), 8);
      store<u64>(out, (a2 >> bits) | ((a3 << 1) << back), 16);
      store<u64>(out, top, 24);
      break;
    case 1:
      store<u64>(out, (a1 >> bits) | ((a2 << 1) << back));
      store<u64>(out, (a2 >> bits) | ((a3 << 1) << back), 8);
      store<u64>(out, top, 16);
      store<u64>(out, fill, 24);
      break;
    case 2:
      store<u64>(out, (a2 >> bits) | ((a3 << 1) << back));
      store<u64>(out, top, 8);
      store<u64>(out, fill, 16);
      store<u64>(out, fill, 24);
      break;
    default:
      store<u64>(out, top);
      store<u64>(out, fill, 8);
      store<u64>(out, fill, 16);
      store<u64>(out, fill, 24);
  }
}

// Byte order is changed by copying bytes: 16 instructions of the machine for a limb, where reversing a register takes
// some 24 (it has no instruction for it, and compilers see through cleverer ways). Most limbs are zero and take none.

/** Copies 8 bytes in reverse order. */
// @ts-ignore: decorator
@inline
function reverseLimb(out: usize, from: usize): void {
  store<u8>(out, load<u8>(from, 7));
  store<u8>(out, load<u8>(from, 6), 1);
  store<u8>(out, load<u8>(from, 5), 2);
  store<u8>(out, load<u8>(from, 4), 3);
  store<u8>(out, load<u8>(from, 3), 4);
  store<u8>(out, load<u8>(from, 2), 5);
  store<u8>(out, load<u8>(from, 1), 6);
  store<u8>(out, load<u8>(from), 7);
}

/** Copies 32 bytes in reverse order. The ranges must not overlap. */
// @ts-ignore: decorator
@inline
function reverse(out: usize, from: usize): void {
  const x0 = load<u64>(from);
  const x1 = load<u64>(from, 8);
  const x2 = load<u64>(from, 16);
  const x3 = load<u64>(from, 24);
  // Both ranges are touched to their ends before the first branch, so that one bounds check each serves them all.
  store<u64>(out, x0, 24);
  if (x0 != 0) reverseLimb(out + 24, from);
  if (x1 == 0) store<u64>(out, 0, 16);
  else reverseLimb(out + 16, from + 8);
  if (x2 == 0) store<u64>(out, 0, 8);
  else reverseLimb(out + 8, from + 16);
  if (x3 == 0) store<u64>(out, 0);
  else reverseLimb(out, from + 24);
}

/** Reads 32 big-endian bytes. The ranges must not overlap. */
// @ts-ignore: decorator
@inline
export function fromBytes(out: usize, bytes: usize): void {
  reverse(out, bytes);
}

/** Writes 32 big-endian bytes. The ranges must not overlap. */
// @ts-ignore: decorator
@inline
export function toBytes(bytes: usize, a: usize): void {
  reverse(bytes, a);
}

/** Reads `length` (at most 32) big-endian bytes. */
export function fromBytesOf(out: usize, bytes: usize, length: u32): void {
  setU64(out, 0);
  for (let i: u32 = 0; i < length; i++) store<u8>(out + (length - 1 - i), load<u8>(bytes + i));
}

/** Reads a 20-byte address as the EVM sees it: its lower 160 bits. The ranges must not overlap. */
export function fromAddress(out: usize, address: usize): void {
  store<u64>(out, 0, 24);
  reverseLimb(out, address + 12);
  reverseLimb(out + 8, address + 4);
  store<u64>(out, <u64>bswap<u32>(load<u32>(address)), 16);
}

/** Writes the lower 160 bits as a 20-byte address. The ranges must not overlap. */
export function toAddress(address: usize, a: usize): void {
  store<u32>(address, bswap<u32>(<u32>load<u64>(a, 16)));
  reverseLimb(address + 4, a + 8);
  reverseLimb(address + 12, a);
}
