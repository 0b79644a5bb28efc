// Miller loops of several pairs at once, which square once for all of them: those of the optimal ate pairing (Vercauteren,
// https://eprint.iacr.org/2008/096), over 6x + 2 for the curve's parameter x, and two more lines.
import { LOOP, LOOP_DIGITS } from '../../generated/bn254-constants';
import * as fp2 from '../fp2';
import { SIZE2 } from '../fp2';
import { SIZE6 } from '../fp6';
import * as fp12 from '../fp12';
import { addAndLine, doubleAndLine, evaluateLine, LINE, PAIR, PAIR_G2, PAIR_MULTIPLE } from '../line';
import { copyPoint, negatePoint } from '../point';
import { endomorphism } from './subgroup';

const ADDED = memory.data(<i32>SIZE6, 16);

/** f = the product of the loops of `count` pairs from `pairs` on, no point at infinity. */
export function millerLoops(f: usize, pairs: usize, count: i32): void {
  const end = pairs + PAIR * <usize>count;
  fp12.setOne(f);
  for (let pair = pairs; pair != end; pair += PAIR) copyPoint<u16>(pair + PAIR_MULTIPLE, pair + PAIR_G2);
  for (let at = LOOP_DIGITS - 2; at >= 0; at--) {
    if (at != LOOP_DIGITS - 2) fp12.square(f, f);
    const digit = load<i8>(LOOP + at);
    for (let pair = pairs; pair != end; pair += PAIR) {
      doubleAndLine(pair + PAIR_MULTIPLE);
      multiplyByLineAt(f, pair);
      if (digit == 0) continue;
      if (digit > 0) copyPoint<u16>(ADDED, pair + PAIR_G2);
      else negatePoint<u16>(ADDED, pair + PAIR_G2);
      addAndLine(pair + PAIR_MULTIPLE, ADDED);
      multiplyByLineAt(f, pair);
    }
  }
  for (let pair = pairs; pair != end; pair += PAIR) {
    // ψ(q) and -ψ²(q): q times p, and times -p².
    endomorphism(ADDED, pair + PAIR_G2);
    addAndLine(pair + PAIR_MULTIPLE, ADDED);
    multiplyByLineAt(f, pair);
    endomorphism(ADDED, ADDED);
    fp2.negate(ADDED + SIZE2, ADDED + SIZE2);
    addAndLine(pair + PAIR_MULTIPLE, ADDED);
    multiplyByLineAt(f, pair);
  }
}

function multiplyByLineAt(f: usize, p: usize): void {
  evaluateLine(p);
  fp12.multiplyByLineOfD(f, f, LINE + 2 * SIZE2, LINE + SIZE2, LINE);
}
