// What splitting a scalar by a curve's endomorphism takes: "Guide to Elliptic Curve Cryptography" (Hankerson, Menezes,
// Vanstone), algorithm 3.74. With two short vectors of the lattice {(i, j): i + j·λ ≡ 0 mod n}, what is left of (k, 0) after
// the multiples of them that lie next to it is (k1, k2) of half the length: k ≡ k1 + k2·λ.
import { mulHigh } from '../abi';
import { multiplyWide } from './limbs256';

const WIDE = memory.data(64, 8);

/** out = round(k·q / 2^(64·limbs)), two limbs, for four-limb k and q. */
export function roundedQuotient(out: usize, k: usize, q: usize, limbs: usize): void {
  multiplyWide(WIDE, k, q);
  const at = WIDE + (limbs << 3);
  const low = load<u64>(at);
  const sum = low + (load<u64>(at - 8) >> 63);
  store<u64>(out, sum);
  store<u64>(out, load<u64>(at, 8) + u64(sum < low), 8);
}

/** sum ± a·b modulo 2^192 for two-limb a and b. */
// @ts-ignore: decorator
@inline
export function addProduct(sum: usize, a: usize, b: usize, negative: bool): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const b0 = load<u64>(b);
  const b1 = load<u64>(b, 8);
  const p0 = a0 * b0;
  let p1 = mulHigh(a0, b0);
  let p2 = a1 * b1 + mulHigh(a0, b1) + mulHigh(a1, b0);
  let product = a0 * b1;
  p1 += product;
  p2 += u64(p1 < product);
  product = a1 * b0;
  p1 += product;
  p2 += u64(p1 < product);
  const s0 = load<u64>(sum);
  const s1 = load<u64>(sum, 8);
  const s2 = load<u64>(sum, 16);
  if (negative) {
    const borrow = u64(s0 < p0);
    const middle = s1 - p1;
    store<u64>(sum, s0 - p0);
    store<u64>(sum, middle - borrow, 8);
    store<u64>(sum, s2 - p2 - (u64(s1 < p1) | u64(middle < borrow)), 16);
  } else {
    const t0 = s0 + p0;
    const carry = u64(t0 < p0);
    const middle = s1 + p1;
    const t1 = middle + carry;
    store<u64>(sum, t0);
    store<u64>(sum, t1, 8);
    store<u64>(sum, s2 + p2 + (u64(middle < p1) | u64(t1 < carry)), 16);
  }
}

/** Writes the absolute value of the three-limb a, which fits two limbs; returns 1 if a is negative. */
export function magnitude(out: usize, a: usize): u32 {
  const low = load<u64>(a);
  const high = load<u64>(a, 8);
  if (load<i64>(a, 16) >= 0) {
    store<u64>(out, low);
    store<u64>(out, high, 8);
    return 0;
  }
  store<u64>(out, -low);
  store<u64>(out, ~high + u64(low == 0), 8);
  return 1;
}
