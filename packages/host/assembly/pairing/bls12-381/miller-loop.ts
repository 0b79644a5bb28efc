// Miller loops of several pairs at once, which square once for all of them: over |x|, x the curve's parameter, which gives the inverse of
// what it would over x.
import { U } from '../../generated/bls12-381-constants';
import * as fp2 from '../fp2';
import { SIZE2 } from '../fp2';
import { SIZE6 } from '../fp6';
import * as fp12 from '../fp12';
import { addAndLine, doubleAndLine, evaluateLine, LINE, PAIR, PAIR_G2, PAIR_MULTIPLE } from '../line';
import { copyPoint } from '../point';
import { SIZE } from '../product';

const FACTOR = memory.data(<i32>SIZE2, 16);
const MULTIPLE = memory.data(<i32>SIZE6, 16);

/** f = the product of the loops of `count` pairs from `pairs` on, no point at infinity. */
export function millerLoops(f: usize, pairs: usize, count: i32): void {
  const end = pairs + PAIR * <usize>count;
  fp12.setOne(f);
  for (let pair = pairs; pair != end; pair += PAIR) copyPoint<u16>(pair + PAIR_MULTIPLE, pair + PAIR_G2);
  for (let bit = 62; bit >= 0; bit--) {
    if (bit != 62) fp12.square(f, f);
    for (let pair = pairs; pair != end; pair += PAIR) {
      doubleAndLine(pair + PAIR_MULTIPLE);
      multiplyByLineAt(f, pair);
    }
    if (((U >> bit) & 1) == 0) continue;
    for (let pair = pairs; pair != end; pair += PAIR) {
      addAndLine(pair + PAIR_MULTIPLE, pair + PAIR_G2);
      multiplyByLineAt(f, pair);
    }
  }
}

function multiplyByLineAt(f: usize, p: usize): void {
  evaluateLine(p);
  fp12.multiplyByLineOfM(f, f, LINE, LINE + SIZE2, LINE + 2 * SIZE2);
}

/** Bytes of a stored line, and of the 68 of a loop. */
// @ts-ignore: decorator
@inline const LINE_BYTES: usize = 256;
// @ts-ignore: decorator
@inline export const LOOP_LINES: usize = 17408;

/** The lines of the loop of the point q, with Z = 1, for a loop of any point of G1: a/c and b/c. */
export function prepareLines(lines: usize, q: usize): void {
  copyPoint<u16>(MULTIPLE, q);
  for (let bit = 62; bit >= 0; bit--) {
    doubleAndLine(MULTIPLE);
    lines = storeLine(lines);
    if (((U >> bit) & 1) == 0) continue;
    addAndLine(MULTIPLE, q);
    lines = storeLine(lines);
  }
}

/** Gives where the next line is stored. */
function storeLine(lines: usize): usize {
  fp2.invert(FACTOR, LINE + 2 * SIZE2);
  fp2.multiply(lines, LINE, FACTOR);
  fp2.multiply(lines + SIZE2, LINE + SIZE2, FACTOR);
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
  fp2.multiplyByBase(FACTOR, line + SIZE2, p);
  fp12.multiplyByShortLineOfM(f, f, line, FACTOR, p + SIZE);
}
