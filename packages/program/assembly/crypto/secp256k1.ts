// ECDSA public key recovery over secp256k1: SEC 1, section 4.1.6 (https://www.secg.org/sec1-v2.pdf), with the rules of
// Ethereum's ecrecover (yellow paper, appendix F).
import { keccak256 } from './keccak256';
import { fromBigEndian, isLess, isZero, subtract, toBigEndian } from './limbs256';
import { inverse } from './modular-inverse';
import * as montgomery from './montgomery256';
import * as field from './secp256k1-field';
import { multiplyAndAdd } from './secp256k1-point';
import { INVERSE_OF_N, N } from './secp256k1-scalar';

const R = memory.data(32, 8);
const S = memory.data(32, 8);
const U = memory.data(32, 8);
const V = memory.data(32, 8);
const X = memory.data(field.FIELD, 8);
const Y = memory.data(field.FIELD, 8);
const CUBE = memory.data(field.FIELD, 8);
const SEVEN = memory.data<u64>([7, 0, 0, 0, 0]);
const PUBLIC_KEY = memory.data(64, 8);

/**
 * Recovers the public key that signed the 32-byte `hash` with the signature (`r`, `s`), 32 big-endian bytes each;
 * `parity` (0 or 1) is that of the ephemeral point's y (v - 27). Writes x and y, 32 big-endian bytes each, to `out` and
 * returns true; returns false and writes nothing if r or s isn't in [1, n-1], r is no point's abscissa, or the key would
 * be the point at infinity. A high s is accepted: to refuse it is the caller's rule. Not re-entrant.
 */
export function recoverPublicKey(hash: usize, r: usize, s: usize, parity: u32, out: usize): bool {
  fromBigEndian(R, r);
  fromBigEndian(S, s);
  if (isZero(R) || !isLess(R, N) || isZero(S) || !isLess(S, N)) return false;

  // The ephemeral point: x = r (r + n < p has no recovery id in Ethereum), y = √(x³ + 7) of the given parity.
  field.fromLimbs(X, R);
  field.square(CUBE, X);
  field.multiply(CUBE, CUBE, X);
  field.add(CUBE, CUBE, SEVEN);
  field.squareRoot(Y, CUBE);
  field.square(X, Y);
  field.subtract(X, 1, X, 1, CUBE, 3);
  if (!field.isZero(X)) return false;
  field.fromLimbs(X, R);
  field.normalize(Y);
  if (u32(field.isOdd(Y)) != parity) field.negate(Y, Y, 2);

  // key = r^-1·(s·point - hash·G)
  inverse(R, R, INVERSE_OF_N);
  montgomery.enter(R, R, N);
  fromBigEndian(U, hash);
  montgomery.multiply(U, U, R, N);
  montgomery.multiply(V, S, R, N);
  if (!isZero(U)) subtract(U, N, U);
  if (!multiplyAndAdd(R, S, U, V, X, Y)) return false;
  toBigEndian(out, R);
  toBigEndian(out + 32, S);
  return true;
}

/**
 * Like `recoverPublicKey`, but writes the key's address: the 20 last bytes of the Keccak-256 of the key.
 */
export function recoverAddress(hash: usize, r: usize, s: usize, parity: u32, out: usize): bool {
  if (!recoverPublicKey(hash, r, s, parity, PUBLIC_KEY)) return false;
  keccak256(PUBLIC_KEY, 64, PUBLIC_KEY);
  memory.copy(out, PUBLIC_KEY + 12, 20);
  return true;
}
