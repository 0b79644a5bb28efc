// ECDSA verification over P-256 (secp256r1): FIPS 186-5, section 6.4.2, with the curve of SP 800-186, section 3.2.1.3, as
// the precompile P256VERIFY has it: RIP-7212, https://github.com/ethereum/RIPs/blob/master/RIPS/rip-7212.md.
import { equals, fromBigEndian, isLess, isZero, subtract } from './limbs256';
import { inverse } from './modular-inverse';
import * as montgomery from './montgomery256';
import { fromAffine, isInfinite, multiplyAndAdd, POINT, toAffine, useCurve } from './weierstrass';

/** The field's modulus, as montgomery256.ts wants it. */
// prettier-ignore
const P = memory.data<u64>([
  0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001,
  0x0000000000000001,
  0x0000000000000001, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe,
  0x0000000000000003, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x00000004fffffffd,
]);
/** The field's modulus, as modular-inverse.ts wants it. */
// prettier-ignore
const INVERSE_OF_P = memory.data<u64>([
  0x3fffffffffffffff, 0x00000003ffffffff, 0x0000000000000000, 0x3fffffc000000040, 0x00000000000000ff,
  0x3fffffffffffffff,
]);

/** The group's order, as montgomery256.ts wants it. */
// prettier-ignore
const N = memory.data<u64>([
  0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000,
  0xccd1c8aaee00bc4f,
  0x0c46353d039cdaaf, 0x4319055258e8617b, 0x0000000000000000, 0x00000000ffffffff,
  0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620,
]);
/** The group's order, as modular-inverse.ts wants it. */
// prettier-ignore
const INVERSE_OF_N = memory.data<u64>([
  0x33b9cac2fc632551, 0x339beab69c5e7a13, 0x3ffffffffffffffb, 0x3fffffc00000003f, 0x00000000000000ff,
  0x332e375511ff43b1,
]);

/** b, in Montgomery form. */
// prettier-ignore
const B = memory.data<u64>([
  0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834,
]);

/** The generator's coordinates. */
// prettier-ignore
const GENERATOR_X = memory.data<u64>([
  0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247,
]);
// prettier-ignore
const GENERATOR_Y = memory.data<u64>([
  0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b,
]);

const HASH = memory.data(32, 8);
const R = memory.data(32, 8);
const S = memory.data(32, 8);
const X = memory.data(32, 8);
const Y = memory.data(32, 8);
const GENERATOR = memory.data(POINT, 8);
const KEY = memory.data(POINT, 8);
const SUM = memory.data(POINT, 8);

/**
 * Whether the signature verifies: `input` is 160 bytes, the hash, r, s and the public key's x and y, as 32 big-endian
 * bytes each. False also for r or s outside [1, n-1] and for a key that is no point of the curve. Not re-entrant.
 */
export function p256Verify(input: usize): bool {
  fromBigEndian(R, input + 32);
  fromBigEndian(S, input + 64);
  if (isZero(R) || !isLess(R, N) || isZero(S) || !isLess(S, N)) return false;
  fromBigEndian(X, input + 96);
  fromBigEndian(Y, input + 128);
  if (!isLess(X, P) || !isLess(Y, P)) return false;
  useCurve(P, INVERSE_OF_P, true, B);
  if (!fromAffine(KEY, X, Y)) return false;
  fromAffine(GENERATOR, GENERATOR_X, GENERATOR_Y);

  // hash/s·G + r/s·key has the abscissa r modulo n.
  inverse(S, S, INVERSE_OF_N);
  montgomery.enter(S, S, N);
  fromBigEndian(HASH, input);
  montgomery.multiply(X, HASH, S, N);
  montgomery.multiply(Y, R, S, N);
  multiplyAndAdd(SUM, X, GENERATOR, Y, KEY);
  if (isInfinite(SUM)) return false;
  toAffine(X, Y, SUM);
  if (!isLess(X, N)) subtract(X, X, N);
  return equals(X, R);
}
