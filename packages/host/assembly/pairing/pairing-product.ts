// Whether a product of pairings is one. Loops of several pairs are done at once, so that they square once for all of them.
import * as fp12 from './fp12';
import { SIZE12 } from './fp12';
import { PAIR, PAIR_G2 } from './line';
import { isOneAfterExponentiation, millerLoops } from './pairing';
import { copyPoint, isInfinity } from './point';

/** Pairs whose loops are done at once. */
// @ts-ignore: decorator
@inline const MOST_PAIRS = 16;

const PAIRS = memory.data(MOST_PAIRS * <i32>PAIR, 16);
const PRODUCT = memory.data(<i32>SIZE12, 16);
const LOOPS = memory.data(<i32>SIZE12, 16);

/** Pairs without infinity, and how many of them wait in PAIRS. */
let pairs = 0;
let waiting = 0;

/** The most pairs that are added at once from the place where arguments are. */
export function mostPairs(): i32 {
  return MOST_PAIRS;
}

/** Begins a product, to which pairs are added. */
export function beginProduct(): void {
  pairs = 0;
  waiting = 0;
  fp12.setOne(PRODUCT);
}

/** Adds a pair of points of the groups, at infinity or with Z = 1. A pairing with infinity is one. */
export function addPair(p: usize, q: usize): void {
  if (isInfinity<u8>(p) || isInfinity<u16>(q)) return;
  if (waiting == MOST_PAIRS) multiplyWaiting();
  const pair = PAIRS + PAIR * <usize>waiting;
  copyPoint<u8>(pair, p);
  copyPoint<u16>(pair + PAIR_G2, q);
  waiting++;
  pairs++;
}

/** Whether the product is one. */
export function productIsOne(): bool {
  // The groups have the same prime order, and no pairing of two points is one but those with infinity.
  if (pairs < 2) return pairs == 0;
  multiplyWaiting();
  return isOneAfterExponentiation(PRODUCT);
}

function multiplyWaiting(): void {
  millerLoops(LOOPS, PAIRS, waiting);
  fp12.multiply(PRODUCT, PRODUCT, LOOPS);
  waiting = 0;
}
