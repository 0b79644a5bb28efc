// The lines of Miller loops: through points of the twist, at a point (x, y) of G1. Up to factors that the final exponentiation makes one, a
// line is a + b·x·v + c·y·v·w on BLS12-381, c·y + b·x·w + a·v·w on BN254, in which a, b and c follow from the points of the twist alone.
import { multiplyBy3B } from './coordinate';
import * as fp2 from './fp2';
import { SIZE2 } from './fp2';
import { SIZE } from './product';

/** Bytes of a pair: a point of G1, one of G2 with Z = 1, and the multiple of the latter that the loop has come to. */
// @ts-ignore: decorator
@inline export const PAIR: usize = 15 * SIZE;
// @ts-ignore: decorator
@inline export const PAIR_G2: usize = 3 * SIZE;
// @ts-ignore: decorator
@inline export const PAIR_MULTIPLE: usize = 9 * SIZE;

/** Where the last line's a, b and c are. */
export const LINE = memory.data(3 * <i32>SIZE2, 16);

const T0 = memory.data(<i32>SIZE2, 16);
const T1 = memory.data(<i32>SIZE2, 16);
const T2 = memory.data(<i32>SIZE2, 16);
const T3 = memory.data(<i32>SIZE2, 16);
const T4 = memory.data(<i32>SIZE2, 16);
const T5 = memory.data(<i32>SIZE2, 16);

/** LINE at the point of G1 at `p`: b times its x, c times its y. */
export function evaluateLine(p: usize): void {
  fp2.multiplyByBase(LINE + SIZE2, LINE + SIZE2, p);
  fp2.multiplyByBase(LINE + 2 * SIZE2, LINE + 2 * SIZE2, p + SIZE);
}

/** t = 2t, and the line that touches the curve at t. */
export function doubleAndLine(t: usize): void {
  // With slope 3X²/2YZ, times 2YZ²: Y² - 3b'Z², -3X², 2YZ. The double is four times
  // (XY(B - 9b'C)/2, ((B + 9b'C)/2)² - 27b'²C², 2BYZ) with B = Y², C = Z².
  fp2.square(T0, t + SIZE2);
  fp2.square(T1, t + 2 * SIZE2);
  multiplyBy3B<u16>(T1, T1);
  fp2.multiply(T2, t + SIZE2, t + 2 * SIZE2);
  fp2.add(T2, T2, T2);
  fp2.square(T3, t);
  fp2.multiply(T4, t, t + SIZE2);
  fp2.subtract(LINE, T0, T1);
  fp2.normalize(LINE, LINE);
  fp2.scale(LINE + SIZE2, T3, -3);
  fp2.normalize(LINE + 2 * SIZE2, T2);
  fp2.scale(T3, T1, 3);
  fp2.add(T4, T4, T4);
  fp2.subtract(T5, T0, T3);
  fp2.multiply(t, T4, T5);
  fp2.add(T3, T0, T3);
  fp2.normalize(T3, T3);
  fp2.scale(T4, T1, 12);
  fp2.normalize(T4, T4);
  fp2.differenceOfProducts(t + SIZE2, T3, T3, T4, T1);
  fp2.scale(T0, T0, 4);
  fp2.multiply(t + 2 * SIZE2, T0, T2);
}

/** t = t + q for a point q with Z = 1, and the line through both. */
export function addAndLine(t: usize, q: usize): void {
  // With θ = Y - yZ and λ = X - xZ: θx - λy, -θ, λ.
  fp2.multiply(T0, q + SIZE2, t + 2 * SIZE2);
  fp2.subtract(T0, t + SIZE2, T0);
  fp2.multiply(T1, q, t + 2 * SIZE2);
  fp2.subtract(T1, t, T1);
  fp2.differenceOfProducts(LINE, T0, q, T1, q + SIZE2);
  fp2.negate(LINE + SIZE2, T0);
  fp2.copy(LINE + 2 * SIZE2, T1);
  // λ² = D, λ³ = E, H = E + Zθ² - 2XD: (λH, θ(XD - H) - EY, ZE).
  fp2.square(T2, T1);
  fp2.multiply(T3, T2, T1);
  fp2.multiply(T2, T2, t);
  fp2.square(T4, T0);
  fp2.multiply(T4, T4, t + 2 * SIZE2);
  fp2.add(T4, T4, T3);
  fp2.subtract(T4, T4, T2);
  fp2.subtract(T4, T4, T2);
  fp2.multiply(t, T1, T4);
  fp2.subtract(T2, T2, T4);
  fp2.normalize(T2, T2);
  fp2.differenceOfProducts(t + SIZE2, T0, T2, T3, t + SIZE2);
  fp2.multiply(t + 2 * SIZE2, t + 2 * SIZE2, T3);
}
