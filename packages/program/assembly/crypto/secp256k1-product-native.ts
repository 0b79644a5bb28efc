// Products in the field of secp256k1-field.ts as they are computed natively, where a high half of a product of 64 bits takes four
// multiplications: each limb of 52 bits is two of 26, whose products are summed up column by column in 64 bits. A column of
// operands of magnitudes m and n is at most 5·(1 + mn)·2^52 or 10·max(m, n)·2^52, and with what is carried and folded into it below 2^63.
//
// 2^260 ≡ 2^36 + 0x3d10, which is 2^10 at the next column and 0x3d10 at the same; 2^256 ≡ 2^32 + 977.

// @ts-ignore: decorator
@inline const BITS: u64 = 26;
// @ts-ignore: decorator
@inline const LIMB: u64 = 0x3ffffff;
// @ts-ignore: decorator
@inline const TWO_LIMBS: u64 = 0xfffffffffffff;
// @ts-ignore: decorator
@inline const FOLD_LOW: u64 = 0x3d10;
// @ts-ignore: decorator
@inline const FOLD_SHIFT: u64 = 10;

/** out = a·b. The product of the operands' magnitudes may be 400, each may be 64; the result has magnitude 1. */
// prettier-ignore
export function multiply(out: usize, a: usize, b: usize): void {
  const a00 = load<u64>(a);
  const a11 = load<u64>(a, 8);
  const a22 = load<u64>(a, 16);
  const a33 = load<u64>(a, 24);
  const a44 = load<u64>(a, 32);
  const a0 = a00 & LIMB;
  const a1 = a00 >> BITS;
  const a2 = a11 & LIMB;
  const a3 = a11 >> BITS;
  const a4 = a22 & LIMB;
  const a5 = a22 >> BITS;
  const a6 = a33 & LIMB;
  const a7 = a33 >> BITS;
  const a8 = a44 & LIMB;
  const a9 = a44 >> BITS;
  const b00 = load<u64>(b);
  const b11 = load<u64>(b, 8);
  const b22 = load<u64>(b, 16);
  const b33 = load<u64>(b, 24);
  const b44 = load<u64>(b, 32);
  const b0 = b00 & LIMB;
  const b1 = b00 >> BITS;
  const b2 = b11 & LIMB;
  const b3 = b11 >> BITS;
  const b4 = b22 & LIMB;
  const b5 = b22 >> BITS;
  const b6 = b33 & LIMB;
  const b7 = b33 >> BITS;
  const b8 = b44 & LIMB;
  const b9 = b44 >> BITS;
  // Columns 10 to 18, carried into u0 to u9 of 26 bits.
  let t: u64 = a1 * b9 + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + a9 * b1;
  const u0 = t & LIMB;
  t = (t >> BITS) + a2 * b9 + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + a9 * b2;
  const u1 = t & LIMB;
  t = (t >> BITS) + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + a9 * b3;
  const u2 = t & LIMB;
  t = (t >> BITS) + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + a9 * b4;
  const u3 = t & LIMB;
  t = (t >> BITS) + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 + a9 * b5;
  const u4 = t & LIMB;
  t = (t >> BITS) + a6 * b9 + a7 * b8 + a8 * b7 + a9 * b6;
  const u5 = t & LIMB;
  t = (t >> BITS) + a7 * b9 + a8 * b8 + a9 * b7;
  const u6 = t & LIMB;
  t = (t >> BITS) + a8 * b9 + a9 * b8;
  const u7 = t & LIMB;
  t = (t >> BITS) + a9 * b9;
  const u8 = t & LIMB;
  const u9 = t >> BITS;
  // Columns 0 to 9, to which the upper ones are folded.
  t = a0 * b0 + u0 * FOLD_LOW;
  const r0 = t & LIMB;
  t = (t >> BITS) + a0 * b1 + a1 * b0 + u1 * FOLD_LOW + (u0 << FOLD_SHIFT);
  const r1 = t & LIMB;
  t = (t >> BITS) + a0 * b2 + a1 * b1 + a2 * b0 + u2 * FOLD_LOW + (u1 << FOLD_SHIFT);
  const r2 = t & LIMB;
  t = (t >> BITS) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + u3 * FOLD_LOW + (u2 << FOLD_SHIFT);
  const r3 = t & LIMB;
  t = (t >> BITS) + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + u4 * FOLD_LOW + (u3 << FOLD_SHIFT);
  const r4 = t & LIMB;
  t = (t >> BITS) + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + u5 * FOLD_LOW + (u4 << FOLD_SHIFT);
  const r5 = t & LIMB;
  t = (t >> BITS) + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + u6 * FOLD_LOW + (u5 << FOLD_SHIFT);
  const r6 = t & LIMB;
  t = (t >> BITS) + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + u7 * FOLD_LOW + (u6 << FOLD_SHIFT);
  const r7 = t & LIMB;
  t = (t >> BITS) + a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0 + u8 * FOLD_LOW + (u7 << FOLD_SHIFT);
  const r8 = t & LIMB;
  t = (t >> BITS) + a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0 + u9 * FOLD_LOW + (u8 << FOLD_SHIFT);
  storeFolded(out, r0, r1, r2, r3, r4, r5, r6, r7, r8, t, u9 << FOLD_SHIFT);
}

/** As `multiply`, of a with itself. */
// prettier-ignore
export function square(out: usize, a: usize): void {
  const a00 = load<u64>(a);
  const a11 = load<u64>(a, 8);
  const a22 = load<u64>(a, 16);
  const a33 = load<u64>(a, 24);
  const a44 = load<u64>(a, 32);
  const a0 = a00 & LIMB;
  const a1 = a00 >> BITS;
  const a2 = a11 & LIMB;
  const a3 = a11 >> BITS;
  const a4 = a22 & LIMB;
  const a5 = a22 >> BITS;
  const a6 = a33 & LIMB;
  const a7 = a33 >> BITS;
  const a8 = a44 & LIMB;
  const a9 = a44 >> BITS;
  const d0 = a0 << 1;
  const d1 = a1 << 1;
  const d2 = a2 << 1;
  const d3 = a3 << 1;
  const d4 = a4 << 1;
  const d5 = a5 << 1;
  const d6 = a6 << 1;
  const d7 = a7 << 1;
  const d8 = a8 << 1;
  // Columns 10 to 18, carried into u0 to u9 of 26 bits.
  let t: u64 = d1 * a9 + d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5;
  const u0 = t & LIMB;
  t = (t >> BITS) + d2 * a9 + d3 * a8 + d4 * a7 + d5 * a6;
  const u1 = t & LIMB;
  t = (t >> BITS) + d3 * a9 + d4 * a8 + d5 * a7 + a6 * a6;
  const u2 = t & LIMB;
  t = (t >> BITS) + d4 * a9 + d5 * a8 + d6 * a7;
  const u3 = t & LIMB;
  t = (t >> BITS) + d5 * a9 + d6 * a8 + a7 * a7;
  const u4 = t & LIMB;
  t = (t >> BITS) + d6 * a9 + d7 * a8;
  const u5 = t & LIMB;
  t = (t >> BITS) + d7 * a9 + a8 * a8;
  const u6 = t & LIMB;
  t = (t >> BITS) + d8 * a9;
  const u7 = t & LIMB;
  t = (t >> BITS) + a9 * a9;
  const u8 = t & LIMB;
  const u9 = t >> BITS;
  // Columns 0 to 9, to which the upper ones are folded.
  t = a0 * a0 + u0 * FOLD_LOW;
  const r0 = t & LIMB;
  t = (t >> BITS) + d0 * a1 + u1 * FOLD_LOW + (u0 << FOLD_SHIFT);
  const r1 = t & LIMB;
  t = (t >> BITS) + d0 * a2 + a1 * a1 + u2 * FOLD_LOW + (u1 << FOLD_SHIFT);
  const r2 = t & LIMB;
  t = (t >> BITS) + d0 * a3 + d1 * a2 + u3 * FOLD_LOW + (u2 << FOLD_SHIFT);
  const r3 = t & LIMB;
  t = (t >> BITS) + d0 * a4 + d1 * a3 + a2 * a2 + u4 * FOLD_LOW + (u3 << FOLD_SHIFT);
  const r4 = t & LIMB;
  t = (t >> BITS) + d0 * a5 + d1 * a4 + d2 * a3 + u5 * FOLD_LOW + (u4 << FOLD_SHIFT);
  const r5 = t & LIMB;
  t = (t >> BITS) + d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3 + u6 * FOLD_LOW + (u5 << FOLD_SHIFT);
  const r6 = t & LIMB;
  t = (t >> BITS) + d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + u7 * FOLD_LOW + (u6 << FOLD_SHIFT);
  const r7 = t & LIMB;
  t = (t >> BITS) + d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4 + u8 * FOLD_LOW + (u7 << FOLD_SHIFT);
  const r8 = t & LIMB;
  t = (t >> BITS) + d0 * a9 + d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5 + u9 * FOLD_LOW + (u8 << FOLD_SHIFT);
  storeFolded(out, r0, r1, r2, r3, r4, r5, r6, r7, r8, t, u9 << FOLD_SHIFT);
}

/** out = the number of these columns, the tenth, t, not yet carried, and of 2^260 · `above`; from bit 256 up it is folded once more. */
// prettier-ignore
// @ts-ignore: decorator
@inline
function storeFolded(
  out: usize, r0: u64, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64, r6: u64, r7: u64, r8: u64, t: u64, above: u64,
): void {
  const top = (t >> 22) + (above << 4);
  const s0 = r0 + top * 977;
  const s1 = r1 + (top << 6) + (s0 >> BITS);
  const l0 = (s0 & LIMB) | ((s1 & LIMB) << BITS);
  const l1 = (s1 >> BITS) + r2 + (r3 << BITS);
  const l2 = (l1 >> 52) + r4 + (r5 << BITS);
  const l3 = (l2 >> 52) + r6 + (r7 << BITS);
  store<u64>(out, l0);
  store<u64>(out, l1 & TWO_LIMBS, 8);
  store<u64>(out, l2 & TWO_LIMBS, 16);
  store<u64>(out, l3 & TWO_LIMBS, 24);
  store<u64>(out, (l3 >> 52) + r8 + ((t & 0x3fffff) << BITS), 32);
}
