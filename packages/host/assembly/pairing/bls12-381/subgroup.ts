// Which points of the curves are of the groups of prime order, by endomorphisms (Scott, https://eprint.iacr.org/2021/1130, section 4).
import { BETA, PSI_X, PSI_Y, U } from '../../generated/bls12-381-constants';
import * as fp from '../fp';
import * as fp2 from '../fp2';
import { SIZE } from '../product';
import { SIZE2 } from '../fp2';
import { addPoints, copyPoint, doublePoint, negatePoint, samePoint } from '../point';

const TWICE = memory.data(384, 16);
const IMAGE = memory.data(384, 16);
const BASE = memory.data(384, 16);

/** out = |x|·p for the curve's parameter x. */
export function multiplyByParameter<F>(out: usize, p: usize): void {
  copyPoint<F>(BASE, p);
  copyPoint<F>(out, p);
  for (let bit = 62; bit >= 0; bit--) {
    doublePoint<F>(out, out);
    if ((U >> bit) & 1) addPoints<F>(out, out, BASE);
  }
}

/** out = (β·x, y), which on G1 is -x²·p for the curve's parameter x. */
export function endomorphismOfG1(out: usize, p: usize): void {
  copyPoint<u8>(out, p);
  fp.multiply(out, p, BETA);
}

/** out = ψ(p), which on G2 is x·p: Frobenius on the curve that G2's is a twist of. */
export function endomorphismOfG2(out: usize, p: usize): void {
  for (let i: usize = 0; i != 3; i++) fp2.conjugate(out + i * SIZE2, p + i * SIZE2);
  fp2.multiply(out, out, PSI_X);
  fp2.multiply(out + SIZE2, out + SIZE2, PSI_Y);
}

/** Whether a point of the curve is of the group of prime order, as infinity is; `multiple` becomes |x|·p. */
export function isInSubgroup<F>(p: usize, multiple: usize): bool {
  multiplyByParameter<F>(multiple, p);
  if (sizeof<F>() == 1) {
    multiplyByParameter<F>(TWICE, multiple);
    endomorphismOfG1(IMAGE, p);
  } else {
    copyPoint<F>(TWICE, multiple);
    endomorphismOfG2(IMAGE, p);
  }
  // On G1 the endomorphism is -x², on G2 x, which is negative.
  negatePoint<F>(TWICE, TWICE);
  return samePoint<F>(TWICE, IMAGE);
}
