// Points of G1's curve in compressed form, as the beacon chain has them: 48 bytes, of which the first three bits are flags (compressed,
// infinity, the larger y), and x.
import { SQUARE_ROOT_EXPONENT } from '../../generated/bls12-381-constants';
import { BYTES, CURVE_B } from '../../generated/pairing-constants';
import { areZero } from '../encoding';
import * as fp from '../fp';
import { completeAffine, isOnCurve, setInfinity } from '../point';
import { power } from '../power';
import { SIZE } from '../product';

const X = memory.data(48, 8);
const SQUARE = memory.data(<i32>SIZE, 16);

/** The point of the curve; false where the bytes are none. */
export function decompress(out: usize, bytes: usize): bool {
  const flags = load<u8>(bytes) >> 5;
  memory.copy(X, bytes, BYTES);
  store<u8>(X, load<u8>(X) & 0x1f);
  if ((flags & 2) != 0) {
    setInfinity<u8>(out);
    return flags == 6 && areZero(X, BYTES);
  }
  if ((flags & 4) == 0 || !fp.read(out, X)) return false;
  fp.square(SQUARE, out);
  fp.multiply(SQUARE, SQUARE, out);
  fp.add(SQUARE, SQUARE, CURVE_B);
  const y = out + SIZE;
  // A root, where there is one: the modulus is 3 modulo 4.
  power<u8>(y, SQUARE, SQUARE_ROOT_EXPONENT, <i32>BYTES);
  if (fp.isLarger(y) != ((flags & 1) != 0)) fp.negate(y, y);
  completeAffine<u8>(out);
  return isOnCurve<u8>(out);
}
