// Whether what Miller loops give is one after the final exponentiation, to the power (p¹² - 1)/r.
// The hard part times 2x(6x² + 3x + 1), which r does not divide, for the curve's parameter x: (1 + 6x + 12x² + 12x³) + (4x + 6x² + 12x³)p
// + (6x + 6x² + 12x³)p² + (-1 + 4x + 6x² + 12x³)p³ (Fuentes-Castañeda, Knapp and Rodríguez-Henríquez, "Faster hashing to G2", section 5).
// Inverses in the subgroup of the hard part are conjugates.
import { PARAMETER, PARAMETER_DIGITS } from '../../generated/bn254-constants';
import * as fp12 from '../fp12';
import { SIZE12 } from '../fp12';

const F = memory.data(<i32>SIZE12, 16);
const F4 = memory.data(<i32>SIZE12, 16);
const F6 = memory.data(<i32>SIZE12, 16);
const G = memory.data(<i32>SIZE12, 16);
const H = memory.data(<i32>SIZE12, 16);
const T = memory.data(<i32>SIZE12, 16);
const POWER = memory.data(<i32>SIZE12, 16);
const CONJUGATE = memory.data(<i32>SIZE12, 16);

export function isOneAfterExponentiation(f: usize): bool {
  // To the power (p⁶ - 1)(p² + 1).
  fp12.invert(T, f);
  fp12.conjugate(F, f);
  fp12.multiply(F, F, T);
  fp12.frobeniusSquared(T, F);
  fp12.multiply(F, F, T);

  // To the powers 4x and 6x, 6x² (G), and 6x² + 12x³ (H).
  raise(T, F);
  fp12.squareCyclotomic(T, T);
  fp12.squareCyclotomic(F4, T);
  fp12.multiply(F6, F4, T);
  raise(G, F6);
  fp12.squareCyclotomic(T, G);
  raise(H, T);
  fp12.multiply(H, H, G);

  // The factors that are raised to the powers p³, p², p and 1.
  fp12.multiply(F4, F4, H);
  fp12.multiply(F6, F6, H);
  fp12.conjugate(T, F);
  fp12.multiply(T, T, F4);
  fp12.frobeniusSquared(T, T);
  fp12.multiply(T, T, F4);
  fp12.frobenius(T, T);
  fp12.frobeniusSquared(H, F6);
  fp12.multiply(T, T, H);
  fp12.multiply(T, T, F6);
  fp12.multiply(T, T, G);
  fp12.multiply(T, T, F);
  return fp12.isOne(T);
}

/** out = a^x. */
function raise(out: usize, a: usize): void {
  fp12.copy(POWER, a);
  fp12.conjugate(CONJUGATE, a);
  for (let at = PARAMETER_DIGITS - 2; at >= 0; at--) {
    fp12.squareCyclotomic(POWER, POWER);
    const digit = load<i8>(PARAMETER + at);
    if (digit != 0) fp12.multiply(POWER, POWER, digit > 0 ? a : CONJUGATE);
  }
  fp12.copy(out, POWER);
}
