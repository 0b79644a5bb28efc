// Which points of BN254's twist are of the group of prime order, by an endomorphism (El Housni, Guillevic and Piellard,
// https://eprint.iacr.org/2022/352, section 4.3). All points of the curve of G1 are of that one.
import { PARAMETER, PARAMETER_DIGITS, PSI_X, PSI_Y } from '../../generated/bn254-constants';
import * as fp2 from '../fp2';
import { SIZE2 } from '../fp2';
import { SIZE6 } from '../fp6';
import { addPoints, copyPoint, doublePoint, negatePoint, samePoint } from '../point';

const NEGATIVE = memory.data(<i32>SIZE6, 16);
const MULTIPLE = memory.data(<i32>SIZE6, 16);
const IMAGE = memory.data(<i32>SIZE6, 16);
const SUM = memory.data(<i32>SIZE6, 16);

/** out = ψ(p): Frobenius on the curve that G2's is a twist of. */
export function endomorphism(out: usize, p: usize): void {
  for (let i: usize = 0; i != 3; i++) fp2.conjugate(out + i * SIZE2, p + i * SIZE2);
  fp2.multiply(out, out, PSI_X);
  fp2.multiply(out + SIZE2, out + SIZE2, PSI_Y);
}

/** Whether (x + 1)p + ψ(xp) + ψ²(xp) = ψ³(2xp), which is so of the group's points alone. */
export function isInG2(p: usize): bool {
  multiplyByParameter(MULTIPLE, p);
  addPoints<u16>(SUM, MULTIPLE, p);
  endomorphism(IMAGE, MULTIPLE);
  addPoints<u16>(SUM, SUM, IMAGE);
  endomorphism(IMAGE, IMAGE);
  addPoints<u16>(SUM, SUM, IMAGE);
  endomorphism(IMAGE, IMAGE);
  doublePoint<u16>(IMAGE, IMAGE);
  return samePoint<u16>(SUM, IMAGE);
}

function multiplyByParameter(out: usize, p: usize): void {
  negatePoint<u16>(NEGATIVE, p);
  copyPoint<u16>(out, p);
  for (let at = PARAMETER_DIGITS - 2; at >= 0; at--) {
    doublePoint<u16>(out, out);
    const digit = load<i8>(PARAMETER + at);
    if (digit != 0) addPoints<u16>(out, out, digit > 0 ? p : NEGATIVE);
  }
}
