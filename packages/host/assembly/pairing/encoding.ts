// Points as the precompiles have them in bytes; infinity is all zero. BLS12-381, EIP-2537: a field element has 64 bytes, of which the first
// 16 are zero. BN254, EIP-197: 32 bytes, and the imaginary part comes first.
import { BYTES } from '../generated/pairing-constants';
import * as fp from './fp';
import { SIZE6 } from './fp6';
import { completeAffine, isOnCurve, makeAffine, setInfinity } from './point';
import { SIZE } from './product';

/** Bytes of an encoded field element, and zeros before its number. */
// @ts-ignore: decorator
@inline export const ELEMENT: usize = isDefined(BN254) ? 32 : 64;
// @ts-ignore: decorator
@inline const PADDING: usize = ELEMENT - BYTES;

/** Bytes of an encoded point. */
// @ts-ignore: decorator
@inline export function encodedSize<F>(): usize {
  return 2 * sizeof<F>() * ELEMENT;
}

const AFFINE = memory.data(<i32>SIZE6, 16);

/** Where among a point's encoded elements the one is that is kept as number i. */
// @ts-ignore: decorator
@inline
function placeOf<F>(i: usize): usize {
  return ELEMENT * (isDefined(BN254) && sizeof<F>() == 2 ? i ^ 1 : i);
}

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
  for (let i: usize = 0; i != 2 * sizeof<F>(); i++)
    if (!readElement(out + i * SIZE, bytes + placeOf<F>(i))) return false;
  completeAffine<F>(out);
  return isOnCurve<F>(out);
}

/** Writes the point. */
export function writePoint<F>(bytes: usize, point: usize): void {
  memory.fill(bytes, 0, encodedSize<F>());
  if (!makeAffine<F>(AFFINE, point)) return;
  for (let i: usize = 0; i != 2 * sizeof<F>(); i++) fp.write(bytes + placeOf<F>(i) + PADDING, AFFINE + i * SIZE);
}

export function areZero(bytes: usize, length: usize): bool {
  let rest: u64 = 0;
  for (let i: usize = 0; i != length; i += 8) rest |= load<u64>(bytes + i);
  return rest == 0;
}
