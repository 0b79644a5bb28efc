// Numbers modulo the order n of secp256k1's group (SEC 2, section 2.4.1), and their split by the endomorphism.
import { addProduct, magnitude, roundedQuotient } from './scalar-split';

/** n, as modular-inverse.ts wants it. */
export const INVERSE_OF_N = memory.data<u64>([
  0x3fd25e8cd0364141, 0x2abb739abd2280ee, 0x3fffffffffffffeb, 0x3fffffffffffffff, 0xff, 0x34f20099aa774ec1,
]);

/** p, the field's modulus, as modular-inverse.ts wants it. */
export const INVERSE_OF_P = memory.data<u64>([
  0x3ffffffefffffc2f, 0x3fffffffffffffff, 0x3fffffffffffffff, 0x3fffffffffffffff, 0xff, 0x27c7f6e22ddacacf,
]);

/** n, as montgomery256.ts wants it; begins with n's four limbs. */
// prettier-ignore
export const N = memory.data<u64>([
  0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff,
  0x4b0dff665588b13f,
  0x402da1732fc9bebf, 0x4551231950b75fc4, 0x0000000000000001, 0x0000000000000000,
  0x896cf21467d7d140, 0x741496c20e7cf878, 0xe697f5e45bcd07c6, 0x9d671cd581c69bc5,
]);

// The short vectors (A, -MINUS_B) and (A2, A) (scalar-split.ts), and round(2^384·A / n), round(2^384·MINUS_B / n).
const A = memory.data<u64>([0xe86c90e49284eb15, 0x3086d221a7d46bcd]);
const A2 = memory.data<u64>([0x57c1108d9d44cfd8, 0x14ca50f7a8e2f3f6, 0x1]);
const MINUS_B = memory.data<u64>([0x6f547fa90abfe4c3, 0xe4437ed6010e8828]);
const QUOTIENT_A = memory.data<u64>([0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd]);
const QUOTIENT_B = memory.data<u64>([0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828]);

const FIRST = memory.data(24, 8);
const SECOND = memory.data(24, 8);
/** c1 and c2: the multiples of the two vectors next to (k, 0). Both are below 2^128. */
const C1 = memory.data(16, 8);
const C2 = memory.data(16, 8);

/**
 * Splits k (four limbs below n) into k1 + k2·λ ≡ k mod n with |k1|, |k2| < 2^128: writes |k1| and |k2|, two limbs each,
 * to `out` and returns their signs, bit 0 set if k1 is negative, bit 1 if k2 is.
 */
export function splitScalar(out: usize, k: usize): u32 {
  roundedQuotient(C1, k, QUOTIENT_A, 6);
  roundedQuotient(C2, k, QUOTIENT_B, 6);
  // k1 = k - c1·A - c2·A2 and k2 = c1·MINUS_B - c2·A; their 192 low bits say all.
  store<u64>(FIRST, load<u64>(k));
  store<u64>(FIRST, load<u64>(k, 8), 8);
  store<u64>(FIRST, load<u64>(k, 16), 16);
  addProduct(FIRST, C1, A, true);
  addProduct(FIRST, C2, A2, true);
  // A2 has a 129th bit.
  store<u64>(FIRST, load<u64>(FIRST, 16) - load<u64>(C2), 16);
  store<u64>(SECOND, 0);
  store<u64>(SECOND, 0, 8);
  store<u64>(SECOND, 0, 16);
  addProduct(SECOND, C1, MINUS_B, false);
  addProduct(SECOND, C2, A, true);
  return magnitude(out, FIRST) | (magnitude(out + 16, SECOND) << 1);
}
