// Whether what Miller loops give is one after the final exponentiation, to the power (p¹² - 1)/r.
// Three times its hard part is (x - 1)²(x + p)(x² + p² - 1) + 3 for the curve's parameter x (Hayashida, Hayasaka and Teruya,
// https://eprint.iacr.org/2020/875); 3 does not divide r. Inverses in the subgroup of the hard part are conjugates.
import { U } from '../../generated/bls12-381-constants';
import * as fp12 from '../fp12';

const F = memory.data(768, 16);
const A = memory.data(768, 16);
const B = memory.data(768, 16);
const C = memory.data(768, 16);
const POWER = memory.data(768, 16);

export function isOneAfterExponentiation(f: usize): bool {
  // To the power (p⁶ - 1)(p² + 1).
  fp12.invert(A, f);
  fp12.conjugate(F, f);
  fp12.multiply(F, F, A);
  fp12.frobeniusSquared(A, F);
  fp12.multiply(F, F, A);

  powerLessOne(A, F);
  powerLessOne(B, A);
  raise(A, B);
  fp12.frobenius(C, B);
  fp12.multiply(A, A, C);
  raise(B, A);
  raise(B, B);
  fp12.frobeniusSquared(C, A);
  fp12.multiply(B, B, C);
  fp12.conjugate(A, A);
  fp12.multiply(B, B, A);
  // B·F³ = 1
  fp12.squareCyclotomic(A, F);
  fp12.multiply(B, B, A);
  fp12.conjugate(F, F);
  return fp12.equal(B, F);
}

/** out = a^(x - 1). */
function powerLessOne(out: usize, a: usize): void {
  raise(out, a);
  fp12.conjugate(C, a);
  fp12.multiply(out, out, C);
}

/** out = a^x. */
function raise(out: usize, a: usize): void {
  fp12.copy(POWER, a);
  for (let bit = 62; bit >= 0; bit--) {
    fp12.squareCyclotomic(POWER, POWER);
    if ((U >> bit) & 1) fp12.multiply(POWER, POWER, a);
  }
  // The parameter is negative.
  fp12.conjugate(out, POWER);
}
