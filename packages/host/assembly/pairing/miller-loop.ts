// Miller loops of several pairs at once, which square once for all of them.
//
// The line through points of the twist, at a point (x, y) of G1, is a + b·x·v + c·y·v·w up to factors that the final exponentiation
// makes one: a, b and c follow from the points of the twist alone. The loop is over |x|, x the curve's parameter, which gives the inverse
// of what it would over x.
import { U } from '../generated/bls12-381-constants';
import { multiplyBy3B } from './coordinate';
import * as fp2 from './fp2';
import * as fp12 from './fp12';
import { SIZE2 } from './fp2';
import { SIZE } from './product';
import { copyPoint } from './point';

/** Bytes of a pair: a point of G1, one of G2 with Z = 1, and the multiple of the latter that the loop has come to. */
// @ts-ignore: decorator
@inline export const PAIR: usize = 960;
/** Where in a pair the point of G2 is. */
// @ts-ignore: decorator
@inline export const PAIR_G2: usize = 192;
// @ts-ignore: decorator
@inline const MULTIPLE_AT: usize = 576;
// @ts-ignore: decorator
@inline const Y: usize = 128;
// @ts-ignore: decorator
@inline const Z: usize = 256;

const LINE = memory.data(384, 16);
const T0 = memory.data(128, 16);
const T1 = memory.data(128, 16);
const T2 = memory.data(128, 16);
const T3 = memory.data(128, 16);
const T4 = memory.data(128, 16);
const T5 = memory.data(128, 16);

/** f = the product of the loops of `count` pairs from `pairs` on, no point at infinity. */
export function millerLoops(f: usize, pairs: usize, count: i32): void {
  const end = pairs + PAIR * <usize>count;
  fp12.setOne(f);
  for (let pair = pairs; pair != end; pair += PAIR) copyPoint<u16>(pair + MULTIPLE_AT, pair + PAIR_G2);
  for (let bit = 62; bit >= 0; bit--) {
    if (bit != 62) fp12.square(f, f);
    for (let pair = pairs; pair != end; pair += PAIR) {
      doubleAndLine(pair + MULTIPLE_AT);
      multiplyByLineAt(f, pair);
    }
    if (((U >> bit) & 1) == 0) continue;
    for (let pair = pairs; pair != end; pair += PAIR) {
      addAndLine(pair + MULTIPLE_AT, pair + PAIR_G2);
      multiplyByLineAt(f, pair);
    }
  }
}

function multiplyByLineAt(f: usize, p: usize): void {
  fp2.multiplyByBase(LINE + SIZE2, LINE + SIZE2, p);
  fp2.multiplyByBase(LINE + 2 * SIZE2, LINE + 2 * SIZE2, p + SIZE);
  fp12.multiplyByLine(f, f, LINE);
}

/** Bytes of a stored line, and of the 68 of a loop. */
// @ts-ignore: decorator
@inline const LINE_BYTES: usize = 256;
// @ts-ignore: decorator
@inline export const LOOP_LINES: usize = 17408;

/** The lines of the loop of the point q, with Z = 1, for a loop of any point of G1: a/c and b/c. */
export function prepareLines(lines: usize, q: usize): void {
  const t = PREPARED;
  copyPoint<u16>(t, q);
  for (let bit = 62; bit >= 0; bit--) {
    doubleAndLine(t);
    lines = storeLine(lines);
    if (((U >> bit) & 1) == 0) continue;
    addAndLine(t, q);
    lines = storeLine(lines);
  }
}

const PREPARED = memory.data(384, 16);

/** Gives where the next line is stored. */
function storeLine(lines: usize): usize {
  fp2.invert(T0, LINE + 2 * SIZE2);
  fp2.multiply(lines, LINE, T0);
  fp2.multiply(lines + SIZE2, LINE + SIZE2, T0);
  return lines + LINE_BYTES;
}

/** f = the product of the loops of two points p and q of G1, with Z = 1, by the lines of points of G2. */
export function millerLoopsOfLines(f: usize, p: usize, linesOfP: usize, q: usize, linesOfQ: usize): void {
  fp12.setOne(f);
  let at: usize = 0;
  for (let bit = 62; bit >= 0; bit--) {
    if (bit != 62) fp12.square(f, f);
    for (let times = (U >> bit) & 1; ; times--) {
      multiplyByStoredLine(f, linesOfP + at, p);
      multiplyByStoredLine(f, linesOfQ + at, q);
      at += LINE_BYTES;
      if (times == 0) break;
    }
  }
}

function multiplyByStoredLine(f: usize, line: usize, p: usize): void {
  fp2.multiplyByBase(T0, line + SIZE2, p);
  fp12.multiplyByShortLine(f, f, line, T0, p + SIZE);
}

/** t = 2t, and the line that touches the curve at t. */
function doubleAndLine(t: usize): void {
  // With slope 3X²/2YZ, times 2YZ²: Y² - 3b'Z², -3X², 2YZ. The double is four times
  // (XY(B - 9b'C)/2, ((B + 9b'C)/2)² - 27b'²C², 2BYZ) with B = Y², C = Z².
  fp2.square(T0, t + Y);
  fp2.square(T1, t + Z);
  multiplyBy3B<u16>(T1, T1);
  fp2.multiply(T2, t + Y, t + Z);
  fp2.add(T2, T2, T2);
  fp2.square(T3, t);
  fp2.multiply(T4, t, t + Y);
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
  fp2.differenceOfProducts(t + Y, T3, T3, T4, T1);
  fp2.scale(T0, T0, 4);
  fp2.multiply(t + Z, T0, T2);
}

/** t = t + q for a point q with Z = 1, and the line through both. */
function addAndLine(t: usize, q: usize): void {
  // With θ = Y - yZ and λ = X - xZ: θx - λy, -θ, λ.
  fp2.multiply(T0, q + Y, t + Z);
  fp2.subtract(T0, t + Y, T0);
  fp2.multiply(T1, q, t + Z);
  fp2.subtract(T1, t, T1);
  fp2.differenceOfProducts(LINE, T0, q, T1, q + Y);
  fp2.negate(LINE + SIZE2, T0);
  fp2.copy(LINE + 2 * SIZE2, T1);
  // λ² = D, λ³ = E, H = E + Zθ² - 2XD: (λH, θ(XD - H) - EY, ZE).
  fp2.square(T2, T1);
  fp2.multiply(T3, T2, T1);
  fp2.multiply(T2, T2, t);
  fp2.square(T4, T0);
  fp2.multiply(T4, T4, t + Z);
  fp2.add(T4, T4, T3);
  fp2.subtract(T4, T4, T2);
  fp2.subtract(T4, T4, T2);
  fp2.multiply(t, T1, T4);
  fp2.subtract(T2, T2, T4);
  fp2.normalize(T2, T2);
  fp2.differenceOfProducts(t + Y, T0, T2, T3, t + Y);
  fp2.multiply(t + Z, t + Z, T3);
}
