// Points as the precompiles have them in bytes. Specification: EIP-2537: a field element has 64 bytes, of which the first 16 are zero,
// and infinity is all zero; and the compressed form of the beacon chain's.
import * as fp from './fp';
import { CURVE_B, SQUARE_ROOT_EXPONENT } from '../generated/bls12-381-constants';
import { completeAffine, isOnCurve, makeAffine, setInfinity } from './point';
import { power } from './power';
import { SIZE } from './product';

/** Bytes of an encoded field element, and zeros before its number. */
// @ts-ignore: decorator
@inline const ELEMENT: usize = 64;
// @ts-ignore: decorator
@inline const PADDING: usize = ELEMENT - fp.BYTES;

/** Bytes of an encoded point. */
// @ts-ignore: decorator
@inline export function encodedSize<F>(): usize {
  return 2 * sizeof<F>() * ELEMENT;
}

const X = memory.data(48);
const SQUARE = memory.data(64, 16);
const AFFINE = memory.data(384, 16);

/** The field element; false where the bytes are none. */
export function readElement(out: usize, bytes: usize): bool {
  return areZero(bytes, PADDING) && fp.read(out, bytes + PADDING);
}

/** The point of the curve, with Z = 1 or at infinity; false where the bytes are none. */
export function readPoint<F>(out: usize, bytes: usize): bool {
  if (areZero(bytes, encodedSize<F>())) {
    setInfinity<F>(out);
    return true;
  }
  for (let i: usize = 0; i != 2 * sizeof<F>(); i++) if (!readElement(out + i * SIZE, bytes + i * ELEMENT)) return false;
  completeAffine<F>(out);
  return isOnCurve<F>(out);
}

/** Writes the point. */
export function writePoint<F>(bytes: usize, point: usize): void {
  memory.fill(bytes, 0, encodedSize<F>());
  if (!makeAffine<F>(AFFINE, point)) return;
  for (let i: usize = 0; i != 2 * sizeof<F>(); i++) fp.write(bytes + i * ELEMENT + PADDING, AFFINE + i * SIZE);
}

/**
 * The point of G1's curve at 48 bytes in compressed form: three flags (compressed, infinity, the larger y), and x. False where the bytes
 * are none.
 */
export function decompress(out: usize, bytes: usize): bool {
  const flags = load<u8>(bytes) >> 5;
  memory.copy(X, bytes, fp.BYTES);
  store<u8>(X, load<u8>(X) & 0x1f);
  if ((flags & 2) != 0) {
    setInfinity<u8>(out);
    return flags == 6 && areZero(X, fp.BYTES);
  }
  if ((flags & 4) == 0 || !fp.read(out, X)) return false;
  fp.square(SQUARE, out);
  fp.multiply(SQUARE, SQUARE, out);
  fp.add(SQUARE, SQUARE, CURVE_B);
  const y = out + SIZE;
  // A root, where there is one: the modulus is 3 modulo 4.
  power<u8>(y, SQUARE, SQUARE_ROOT_EXPONENT, <i32>fp.BYTES);
  if (fp.isLarger(y) != ((flags & 1) != 0)) fp.negate(y, y);
  completeAffine<u8>(out);
  return isOnCurve<u8>(out);
}

function areZero(bytes: usize, length: usize): bool {
  let rest: u64 = 0;
  for (let i: usize = 0; i != length; i += 8) rest |= load<u64>(bytes + i);
  return rest == 0;
}
