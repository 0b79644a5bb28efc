// Field elements mapped to the groups. Specification: RFC 9380, sections 6.6.2 and 6.6.3 by appendix F.2, 8.8.1 and 8.8.2; the cofactor of
// G2 by appendix G.3.
import {
  ISOGENY,
  ISOGENY2,
  MAP2_A,
  MAP2_B,
  MAP2_C3,
  MAP2_C6,
  MAP2_C7,
  MAP2_Z,
  MAP_A,
  MAP_B,
  MAP_C3,
  MAP_C6,
  MAP_C7,
  MAP_Z,
} from '../../generated/bls12-381-constants';
import { ONE } from '../../generated/pairing-constants';
import { add, copy, equal, isOdd, isZero, multiply, negate, size, square } from '../coordinate';
import { addPoints, doublePoint, negatePoint } from '../point';
import { power } from '../power';
import { SIZE } from '../product';
import { endomorphismOfG2, multiplyByParameter } from './subgroup';

const UNIT = memory.data(128, 16);
const ZU2 = memory.data(128, 16);
const NUMERATOR = memory.data(128, 16);
const DENOMINATOR = memory.data(128, 16);
const RATIO_U = memory.data(128, 16);
const RATIO_V = memory.data(128, 16);
const ROOT = memory.data(128, 16);
const Y = memory.data(128, 16);
const T = memory.data(128, 16);
const T1 = memory.data(128, 16);
const T2 = memory.data(128, 16);
const T3 = memory.data(128, 16);
const T4 = memory.data(128, 16);
const T5 = memory.data(128, 16);
/** The four polynomials of an isogeny, and powers of the denominator up to the fifteenth. */
const X_NUMERATOR = memory.data(128, 16);
const X_DENOMINATOR = memory.data(128, 16);
const Y_NUMERATOR = memory.data(128, 16);
const Y_DENOMINATOR = memory.data(128, 16);
const POWERS = memory.data(2048, 16);
const P1 = memory.data(384, 16);
const P2 = memory.data(384, 16);
const P3 = memory.data(384, 16);

/** out = the point of G1 that an element u is mapped to. */
export function mapToG1(out: usize, u: usize): void {
  mapToCurve<u8>(P1, u);
  // Times 1 - x, of which x is negative.
  multiplyByParameter<u8>(out, P1);
  addPoints<u8>(out, out, P1);
}

/** out = the point of G2 that an element u is mapped to. */
export function mapToG2(out: usize, u: usize): void {
  mapToCurve<u16>(out, u);
  // (x² - x - 1)P + (x - 1)ψ(P) + ψ²(2P)
  timesParameter(P1, out);
  endomorphismOfG2(P2, out);
  doublePoint<u16>(P3, out);
  endomorphismOfG2(P3, P3);
  endomorphismOfG2(P3, P3);
  subtractPoint(P3, P2);
  addPoints<u16>(P2, P1, P2);
  timesParameter(P2, P2);
  addPoints<u16>(P3, P3, P2);
  subtractPoint(P3, P1);
  negatePoint<u16>(P2, out);
  addPoints<u16>(out, P3, P2);
}

function timesParameter(out: usize, p: usize): void {
  multiplyByParameter<u16>(out, p);
  negatePoint<u16>(out, out);
}

/** p = p - q; q is negated. */
function subtractPoint(p: usize, q: usize): void {
  negatePoint<u16>(NEGATIVE, q);
  addPoints<u16>(p, p, NEGATIVE);
}

const NEGATIVE = memory.data(384, 16);

function mapToCurve<F>(out: usize, u: usize): void {
  memory.fill(UNIT, 0, size<F>());
  memory.copy(UNIT, ONE, SIZE);
  const a = sizeof<F>() == 1 ? MAP_A : MAP2_A;
  const b = sizeof<F>() == 1 ? MAP_B : MAP2_B;
  const z = sizeof<F>() == 1 ? MAP_Z : MAP2_Z;
  // x is NUMERATOR / DENOMINATOR, and what y² is RATIO_U / RATIO_V.
  square<F>(ZU2, u);
  multiply<F>(ZU2, ZU2, z);
  square<F>(T, ZU2);
  add<F>(T, T, ZU2);
  add<F>(NUMERATOR, T, UNIT);
  multiply<F>(NUMERATOR, NUMERATOR, b);
  if (isZero<F>(T)) copy<F>(T, z);
  else negate<F>(T, T);
  multiply<F>(DENOMINATOR, T, a);
  square<F>(RATIO_U, NUMERATOR);
  square<F>(RATIO_V, DENOMINATOR);
  multiply<F>(T, RATIO_V, a);
  add<F>(RATIO_U, RATIO_U, T);
  multiply<F>(RATIO_U, RATIO_U, NUMERATOR);
  multiply<F>(RATIO_V, RATIO_V, DENOMINATOR);
  multiply<F>(T, RATIO_V, b);
  add<F>(RATIO_U, RATIO_U, T);
  if (squareRootOfRatio<F>(ROOT, RATIO_U, RATIO_V)) copy<F>(Y, ROOT);
  else {
    multiply<F>(NUMERATOR, NUMERATOR, ZU2);
    multiply<F>(Y, ZU2, u);
    multiply<F>(Y, Y, ROOT);
  }
  if (isOdd<F>(u) != isOdd<F>(Y)) negate<F>(Y, Y);
  applyIsogeny<F>(out);
}

/** A square root of u/v, true; or of Z·u/v, false. */
function squareRootOfRatio<F>(out: usize, u: usize, v: usize): bool {
  const c6 = sizeof<F>() == 1 ? MAP_C6 : MAP2_C6;
  const c7 = sizeof<F>() == 1 ? MAP_C7 : MAP2_C7;
  // The largest power of two that divides the field's order less one: 2^c1.
  const c1 = sizeof<F>() == 1 ? 1 : 3;
  copy<F>(T1, c6);
  // v^c4, c4 = 2^c1 - 1
  copy<F>(T2, v);
  for (let i = 1; i != c1; i++) {
    square<F>(T2, T2);
    multiply<F>(T2, T2, v);
  }
  square<F>(T3, T2);
  multiply<F>(T3, T3, v);
  multiply<F>(T5, u, T3);
  power<F>(T5, T5, sizeof<F>() == 1 ? MAP_C3 : MAP2_C3, sizeof<F>() * 48);
  multiply<F>(T5, T5, T2);
  multiply<F>(T2, T5, v);
  multiply<F>(T3, T5, u);
  multiply<F>(T4, T3, T2);
  copy<F>(T5, T4);
  for (let i = 1; i != c1; i++) square<F>(T5, T5);
  const isSquare = equal<F>(T5, UNIT);
  if (!isSquare) {
    multiply<F>(T3, T3, c7);
    multiply<F>(T4, T4, T1);
  }
  for (let i = c1; i > 1; i--) {
    copy<F>(T5, T4);
    for (let j = 2; j != i; j++) square<F>(T5, T5);
    const isOne = equal<F>(T5, UNIT);
    multiply<F>(T2, T3, T1);
    square<F>(T1, T1);
    if (isOne) continue;
    copy<F>(T3, T2);
    multiply<F>(T4, T4, T1);
  }
  copy<F>(out, T3);
  return isSquare;
}

/** out = the image of (NUMERATOR / DENOMINATOR, Y). */
function applyIsogeny<F>(out: usize): void {
  const degree: i32 = sizeof<F>() == 1 ? 15 : 3;
  const degreeOfX: i32 = sizeof<F>() == 1 ? 11 : 3;
  copy<F>(POWERS, DENOMINATOR);
  for (let i: usize = 1; i != degree; i++)
    multiply<F>(POWERS + i * size<F>(), POWERS + (i - 1) * size<F>(), DENOMINATOR);
  let coefficients = sizeof<F>() == 1 ? ISOGENY : ISOGENY2;
  coefficients = evaluate<F>(X_NUMERATOR, coefficients, degreeOfX);
  coefficients = evaluate<F>(X_DENOMINATOR, coefficients, degreeOfX - 1);
  coefficients = evaluate<F>(Y_NUMERATOR, coefficients, degree);
  evaluate<F>(Y_DENOMINATOR, coefficients, degree);
  // The denominator of x has one power less.
  multiply<F>(X_DENOMINATOR, X_DENOMINATOR, DENOMINATOR);
  multiply<F>(Y_NUMERATOR, Y_NUMERATOR, Y);
  multiply<F>(out, X_NUMERATOR, Y_DENOMINATOR);
  multiply<F>(out + size<F>(), Y_NUMERATOR, X_DENOMINATOR);
  multiply<F>(out + 2 * size<F>(), X_DENOMINATOR, Y_DENOMINATOR);
}

/** The polynomial at x times the denominator's power of its degree. Gives where the next one's coefficients are. */
function evaluate<F>(out: usize, coefficients: usize, degree: i32): usize {
  copy<F>(out, coefficients + <usize>degree * size<F>());
  for (let i = 1; i <= degree; i++) {
    multiply<F>(out, out, NUMERATOR);
    multiply<F>(T, coefficients + <usize>(degree - i) * size<F>(), POWERS + <usize>(i - 1) * size<F>());
    add<F>(out, out, T);
  }
  return coefficients + <usize>(degree + 1) * size<F>();
}
