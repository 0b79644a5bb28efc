// Products in the field of secp256k1-field.ts as they are computed in the machine.
//
// RV64IMA has no carry flag, and a 128-bit accumulation costs four instructions beyond its two multiplications. Here the
// products of a column are added as two independent 64-bit sums: H of their quotients by 2^52 (the high half of the
// product of operands shifted left by 6 each) and L of the products modulo 2^64. The column is H·2^52 + (L - H·2^52),
// and the bracket is exact modulo 2^64 because it is a sum of at most five remainders below 2^52.
import { mulHigh } from '../abi';

/** A limb's bits, and those of the highest. */
// @ts-ignore: decorator
@inline
export const LIMB: u64 = 0xfffffffffffff;
// @ts-ignore: decorator
@inline
export const TOP_LIMB: u64 = 0xffffffffffff;
/** 2^256 mod p, and shifted so that the high half of a product with it is the quotient by 2^52. */
// @ts-ignore: decorator
@inline
export const FOLD_256: u64 = 0x1000003d1;
// @ts-ignore: decorator
@inline
const FOLD_256_HIGH: u64 = 0x1000003d1 << 12;
/** 2^260 mod p, likewise. */
// @ts-ignore: decorator
@inline
const FOLD_260: u64 = 0x1000003d10;
// @ts-ignore: decorator
@inline
const FOLD_260_HIGH: u64 = 0x1000003d10 << 12;

/** out = a·b with the left shift by 12 split: a's limbs, shifted by `shift`, and b's, shifted by the rest, fit 64 bits. */
// @ts-ignore: decorator
@inline
export function product(out: usize, a: usize, b: usize, shift: u64): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const a4 = load<u64>(a, 32);
  const b0 = load<u64>(b);
  const b1 = load<u64>(b, 8);
  const b2 = load<u64>(b, 16);
  const b3 = load<u64>(b, 24);
  const b4 = load<u64>(b, 32);
  const x0 = a0 << shift;
  const x1 = a1 << shift;
  const x2 = a2 << shift;
  const x3 = a3 << shift;
  const x4 = a4 << shift;
  const y0 = b0 << (12 - shift);
  const y1 = b1 << (12 - shift);
  const y2 = b2 << (12 - shift);
  const y3 = b3 << (12 - shift);
  const y4 = b4 << (12 - shift);
  // Upper columns: t is the column's value, to be folded down by 2^260 ≡ FOLD_260.
  const h4 = mulHigh(x0, y4) + mulHigh(x1, y3) + mulHigh(x2, y2) + mulHigh(x3, y1) + mulHigh(x4, y0);
  const h5 = mulHigh(x1, y4) + mulHigh(x2, y3) + mulHigh(x3, y2) + mulHigh(x4, y1);
  const t5 = a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 - (h5 << 52) + h4;
  const h6 = mulHigh(x2, y4) + mulHigh(x3, y3) + mulHigh(x4, y2);
  const t6 = a2 * b4 + a3 * b3 + a4 * b2 - (h6 << 52) + h5;
  const h7 = mulHigh(x3, y4) + mulHigh(x4, y3);
  const t7 = a3 * b4 + a4 * b3 - (h7 << 52) + h6;
  const h8 = mulHigh(x4, y4);
  const t8 = a4 * b4 - (h8 << 52) + h7;
  const q5 = mulHigh(t5, FOLD_260_HIGH);
  const q6 = mulHigh(t6, FOLD_260_HIGH);
  const q7 = mulHigh(t7, FOLD_260_HIGH);
  const q8 = mulHigh(t8, FOLD_260_HIGH);
  const q9 = mulHigh(h8, FOLD_260_HIGH);
  const h0 = mulHigh(x0, y0);
  const r0 = a0 * b0 + t5 * FOLD_260 - ((h0 + q5) << 52);
  const h1 = mulHigh(x0, y1) + mulHigh(x1, y0);
  const r1 = a0 * b1 + a1 * b0 + t6 * FOLD_260 - ((h1 + q6) << 52) + h0 + q5;
  const h2 = mulHigh(x0, y2) + mulHigh(x1, y1) + mulHigh(x2, y0);
  const r2 = a0 * b2 + a1 * b1 + a2 * b0 + t7 * FOLD_260 - ((h2 + q7) << 52) + h1 + q6;
  const h3 = mulHigh(x0, y3) + mulHigh(x1, y2) + mulHigh(x2, y1) + mulHigh(x3, y0);
  const r3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + t8 * FOLD_260 - ((h3 + q8) << 52) + h2 + q7;
  const r4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + h8 * FOLD_260 - ((h4 + q9) << 52) + h3 + q8;
  storeFolded(out, r0, r1, r2, r3, r4, q9);
}

/** out = a²; out may be a. The magnitude of a may be 20; the result has magnitude 1. */
export function square(out: usize, a: usize): void {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  const a4 = load<u64>(a, 32);
  const b0 = a0 << 1;
  const b1 = a1 << 1;
  const b2 = a2 << 1;
  const b3 = a3 << 1;
  const x0 = a0 << 6;
  const x1 = a1 << 6;
  const x2 = a2 << 6;
  const x3 = a3 << 6;
  const x4 = a4 << 6;
  const y0 = a0 << 7;
  const y1 = a1 << 7;
  const y2 = a2 << 7;
  const y3 = a3 << 7;
  // Upper columns: t is the column's value, to be folded down by 2^260 ≡ FOLD_260.
  const h4 = mulHigh(y0, x4) + mulHigh(y1, x3) + mulHigh(x2, x2);
  const h5 = mulHigh(y1, x4) + mulHigh(y2, x3);
  const t5 = b1 * a4 + b2 * a3 - (h5 << 52) + h4;
  const h6 = mulHigh(y2, x4) + mulHigh(x3, x3);
  const t6 = b2 * a4 + a3 * a3 - (h6 << 52) + h5;
  const h7 = mulHigh(y3, x4);
  const t7 = b3 * a4 - (h7 << 52) + h6;
  const h8 = mulHigh(x4, x4);
  const t8 = a4 * a4 - (h8 << 52) + h7;
  const q5 = mulHigh(t5, FOLD_260_HIGH);
  const q6 = mulHigh(t6, FOLD_260_HIGH);
  const q7 = mulHigh(t7, FOLD_260_HIGH);
  const q8 = mulHigh(t8, FOLD_260_HIGH);
  const q9 = mulHigh(h8, FOLD_260_HIGH);
  const h0 = mulHigh(x0, x0);
  const r0 = a0 * a0 + t5 * FOLD_260 - ((h0 + q5) << 52);
  const h1 = mulHigh(y0, x1);
  const r1 = b0 * a1 + t6 * FOLD_260 - ((h1 + q6) << 52) + h0 + q5;
  const h2 = mulHigh(y0, x2) + mulHigh(x1, x1);
  const r2 = b0 * a2 + a1 * a1 + t7 * FOLD_260 - ((h2 + q7) << 52) + h1 + q6;
  const h3 = mulHigh(y0, x3) + mulHigh(y1, x2);
  const r3 = b0 * a3 + b1 * a2 + t8 * FOLD_260 - ((h3 + q8) << 52) + h2 + q7;
  const r4 = b0 * a4 + b1 * a3 + a2 * a2 + h8 * FOLD_260 - ((h4 + q9) << 52) + h3 + q8;
  storeFolded(out, r0, r1, r2, r3, r4, q9);
}

/** out = the number of these columns and of 2^260 · `above`; from bit 256 up it is folded by 2^256 ≡ FOLD_256. */
// @ts-ignore: decorator
@inline
function storeFolded(out: usize, r0: u64, r1: u64, r2: u64, r3: u64, r4: u64, above: u64): void {
  const top = (r4 >> 48) + (above << 4);
  const q = mulHigh(top, FOLD_256_HIGH);
  const s0 = r0 + top * FOLD_256 - (q << 52);
  const s1 = r1 + q + (s0 >> 52);
  const s2 = r2 + (s1 >> 52);
  const s3 = r3 + (s2 >> 52);
  store<u64>(out, s0 & LIMB);
  store<u64>(out, s1 & LIMB, 8);
  store<u64>(out, s2 & LIMB, 16);
  store<u64>(out, s3 & LIMB, 24);
  store<u64>(out, (r4 & TOP_LIMB) + (s3 >> 52), 32);
}
