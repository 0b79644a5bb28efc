// ECDSA verification over P-256 (secp256r1): FIPS 186-5, section 6.4.2, with the curve of SP 800-186, section 3.2.1.3, as
// the precompile P256VERIFY has it: RIP-7212, https://github.com/ethereum/RIPs/blob/master/RIPS/rip-7212.md.
import { add, fromBigEndian, isLess, isZero } from './limbs256';
import { inverse } from './modular-inverse';
import * as montgomery from './montgomery256';
import { enter, SIZE } from './p256-field';
import { P } from './p256-field-machine';
import { AFFINE, hasAbscissa, isOnCurve, multiplyAndAdd } from './p256-point';

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

const HASH = memory.data(32, 8);
const R = memory.data(32, 8);
const S = memory.data(32, 8);
const X = memory.data(32, 8);
const Y = memory.data(32, 8);
const KEY = memory.data(AFFINE, 8);

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
  enter(KEY, X);
  enter(KEY + SIZE, Y);
  if (!isOnCurve(KEY)) return false;

  // hash/s·G + r/s·key has the abscissa r modulo n.
  inverse(S, S, INVERSE_OF_N);
  montgomery.enter(S, S, N);
  fromBigEndian(HASH, input);
  montgomery.multiply(X, HASH, S, N);
  montgomery.multiply(Y, R, S, N);
  if (!multiplyAndAdd(X, Y, KEY)) return false;
  if (hasAbscissa(R)) return true;
  // The abscissa is below p, which is more than n and less than 2n.
  return add(R, R, N) == 0 && isLess(R, P) && hasAbscissa(R);
}
