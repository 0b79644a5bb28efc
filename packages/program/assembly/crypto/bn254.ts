// Addition and multiplication of points of bn254's first group (alt_bn128), y² = x³ + 3, as the precompiles 0x06 and 0x07
// have them: EIP-196, https://eips.ethereum.org/EIPS/eip-196. (The pairing is the oracle's.)
import { multiplyPoint } from './bn254-multiple';
import { fromBigEndian, isLess, isZero, setSmall, toBigEndian } from './limbs256';
import { addPoint, fromAffine, isInfinite, POINT, toAffine, useCurve } from './weierstrass';

/** The field's modulus, as montgomery256.ts wants it. */
// prettier-ignore
const P = memory.data<u64>([
  0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029,
  0x87d20782e4866389,
  0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c, 0x0e0a77c19a07df2f,
  0xf32cfc5b538afa89, 0xb5e71911d44501fb, 0x47ab1eff0a417ff6, 0x06d89f71cab8351f,
]);
/** The field's modulus, as modular-inverse.ts wants it. */
// prettier-ignore
const INVERSE_OF_P = memory.data<u64>([
  0x3c208c16d87cfd47, 0x1e05aa45a1c72a34, 0x05045b68181585d9, 0x19139cb84c680a6e, 0x0000000000000030,
  0x382df87d1b799c77,
]);

/** b = 3, in Montgomery form. */
// prettier-ignore
const B = memory.data<u64>([
  0x7a17caa950ad28d7, 0x1f6ac17ae15521b9, 0x334bea4e696bd284, 0x2a1f6744ce179d8e,
]);

const FIRST = memory.data(POINT, 8);
const SECOND = memory.data(POINT, 8);
const X = memory.data(32, 8);
const Y = memory.data(32, 8);

/**
 * The sum of two points: `input` is 128 bytes, the coordinates x1, y1, x2, y2 as 32 big-endian bytes each ((0, 0) is the
 * point at infinity; a shorter call's input is extended by zeros). Writes the sum's coordinates to the 64 bytes at
 * `out`; returns false and writes nothing if a coordinate isn't below the field's modulus or a point isn't on the curve.
 * Not re-entrant.
 */
export function bn254Add(input: usize, out: usize): bool {
  useCurve(P, INVERSE_OF_P, B);
  if (!readPoint(FIRST, input) || !readPoint(SECOND, input + 64)) return false;
  addPoint(FIRST, SECOND, false);
  writePoint(out, FIRST);
  return true;
}

/**
 * A multiple of a point: `input` is 96 bytes, x, y and the factor (any 256-bit number), as 32 big-endian bytes each.
 * Otherwise as `bn254Add`.
 */
export function bn254Multiply(input: usize, out: usize): bool {
  useCurve(P, INVERSE_OF_P, B);
  if (!readPoint(FIRST, input)) return false;
  fromBigEndian(X, input + 64);
  multiplyPoint(SECOND, X, FIRST);
  writePoint(out, SECOND);
  return true;
}

/** Reads a point of 64 bytes; false if it is none. */
function readPoint(p: usize, bytes: usize): bool {
  fromBigEndian(X, bytes);
  fromBigEndian(Y, bytes + 32);
  if (isZero(X) && isZero(Y)) {
    setSmall(p + 64, 0);
    return true;
  }
  return isLess(X, P) && isLess(Y, P) && fromAffine(p, X, Y);
}

function writePoint(out: usize, p: usize): void {
  if (isInfinite(p)) {
    setSmall(out, 0);
    setSmall(out + 32, 0);
    return;
  }
  toAffine(X, Y, p);
  toBigEndian(out, X);
  toBigEndian(out + 32, Y);
}
