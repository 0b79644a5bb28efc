// Points of secp256k1 (y² = x³ + 7; SEC 2, section 2.4.1) in Jacobian coordinates (x/z², y/z³), and the sum of a multiple
// of the generator and a multiple of another point, by which ECDSA recovers keys. Not constant in time: nothing is secret
// here.
//
// u·G + v·P: both scalars become pairs of 128-bit halves, so that 128 doublings serve four of them. v is split by the
// curve's endomorphism (Gallant, Lambert and Vanstone, 2001), u by the precomputed table of 2^128·G. The four halves are
// recoded to signed odd digits (wNAF): width 8 for the table of the generator, 5 for the eight multiples of P.
import {
  add,
  copy,
  FIELD,
  isZero,
  multiply,
  multiplyByProduct,
  multiplyHere,
  negate,
  normalize,
  scale,
  setSmall,
  square,
  subtract,
  fromLimbs,
  toLimbs,
} from './secp256k1-field';
import { GENERATOR_TABLE, GENERATOR_WIDTH, HIGH_GENERATOR_TABLE } from './secp256k1-generator';
import { INVERSE_OF_P, splitScalar } from './secp256k1-scalar';
import { inverse } from './modular-inverse';

/** The accumulator. Magnitudes: x up to 18, y up to 12, z up to 2. */
const X = memory.data(FIELD, 8);
const Y = memory.data(FIELD, 8);
const Z = memory.data(FIELD, 8);
/** Whether the accumulator is the point at infinity; its coordinates mean nothing then. */
let infinite: bool = true;

const T0 = memory.data(FIELD, 8);
const T1 = memory.data(FIELD, 8);
const T2 = memory.data(FIELD, 8);
const T3 = memory.data(FIELD, 8);
const T4 = memory.data(FIELD, 8);
/** The factor by which the last `addAffine` multiplied z. */
const H = memory.data(FIELD, 8);

/** Doubles the accumulator, which isn't infinite: 3 multiplications, 4 squarings. No point of the curve has order 2. */
function double(): void {
  multiplyHere(Z, Z, Y);
  scale(Z, Z, 2);
  square(T0, X); // A = x²
  square(T1, Y);
  multiplyByProduct(T2, X, T1); // M = x·y²
  square(T1, T1); // C = y⁴
  square(T3, T0);
  subtract(X, 9, T3, 8, T2, 9); // x' = 9A² - 8M
  // y' = 3A·(4M - x') - 8C
  subtract(T2, 4, T2, 1, X, 19);
  multiplyByProduct(T2, T2, T0);
  subtract(Y, 3, T2, 8, T1, 9);
}

/**
 * Adds the affine point (x, y), of magnitudes up to 18 and 12, to the accumulator: 8 multiplications, 3 squarings.
 * `scaledZ` is where the accumulator's z, multiplied by the point's scale, is: z itself for a plain point.
 */
function addAffine(x: usize, y: usize, scaledZ: usize): void {
  square(T0, scaledZ);
  multiplyByProduct(T1, x, T0); // U
  multiplyByProduct(T2, y, T0);
  multiplyByProduct(T2, scaledZ, T2); // S
  subtract(H, 1, T1, 1, X, 19);
  subtract(T2, 1, T2, 1, Y, 13); // r = S - y
  if (isZero(H)) {
    if (isZero(T2)) {
      double();
    } else {
      infinite = true;
    }
    return;
  }
  multiplyHere(Z, Z, H);
  square(T0, H);
  multiplyByProduct(T1, X, T0); // V = x·H²
  multiplyByProduct(T0, H, T0); // H³
  // x' = r² - H³ - 2V
  square(T3, T2);
  scale(T4, T1, 2);
  add(T4, T4, T0);
  subtract(X, 1, T3, 1, T4, 4);
  // y' = r·(V - x') - y·H³
  subtract(T1, 1, T1, 1, X, 6);
  multiplyHere(T1, T1, T2);
  multiplyByProduct(T0, Y, T0);
  subtract(Y, 1, T1, 1, T0, 2);
}

// @ts-ignore: decorator
@inline
const WIDTH: u32 = 5;
// @ts-ignore: decorator
@inline
const MULTIPLES: i32 = 1 << (WIDTH - 2);
/** An entry of the table of P: x, y, and β·x, the abscissa of the multiple by λ. */
// @ts-ignore: decorator
@inline
const ENTRY: i32 = 3 * FIELD;

/**
 * P, 3P, … 15P with a common z (COMMON_Z), that is as affine points of an isomorphic curve. Magnitudes: x up to 5, y up
 * to 3.
 */
const TABLE = memory.data(ENTRY * MULTIPLES, 8);
const COMMON_Z = memory.data(FIELD, 8);
/** The factors from each entry's z to the next one's. */
const RATIOS = memory.data(FIELD * MULTIPLES, 8);
const DOUBLE_X = memory.data(FIELD, 8);
const DOUBLE_Y = memory.data(FIELD, 8);

/** β, a cube root of 1 modulo p: λ·(x, y) = (β·x, y). */
const BETA = memory.data<u64>([0x96c28719501ee, 0x7512f58995c13, 0xc3434e99cf049, 0x7106e64479ea, 0x7ae96a2b657c]);

/** Fills TABLE and COMMON_Z for the affine point (x, y). Uses the accumulator. */
function prepareTable(x: usize, y: usize): void {
  copy(X, x);
  copy(Y, y);
  setSmall(Z, 1);
  double();
  // On the curve that is scaled by the z of 2P, 2P is affine and the multiples are sums with it.
  copy(DOUBLE_X, X);
  copy(DOUBLE_Y, Y);
  copy(COMMON_Z, Z);
  square(T0, COMMON_Z);
  multiply(X, x, T0);
  multiply(T0, T0, COMMON_Z);
  multiply(Y, y, T0);
  setSmall(Z, 1);
  infinite = false;
  copy(TABLE, X);
  copy(TABLE + FIELD, Y);
  for (let i = 1; i != MULTIPLES; i++) {
    addAffine(DOUBLE_X, DOUBLE_Y, Z);
    copy(TABLE + i * ENTRY, X);
    copy(TABLE + i * ENTRY + FIELD, Y);
    copy(RATIOS + i * FIELD, H);
  }
  multiply(COMMON_Z, COMMON_Z, Z);
  // Bring all to the last one's z.
  let entry = TABLE + (MULTIPLES - 1) * ENTRY;
  multiply(entry + 2 * FIELD, entry, BETA);
  const ratio = T2;
  copy(ratio, RATIOS + (MULTIPLES - 1) * FIELD);
  for (let i = MULTIPLES - 1; i != 0; i--) {
    entry -= ENTRY;
    square(T0, ratio);
    multiply(T1, T0, ratio);
    multiply(entry, entry, T0);
    multiply(entry + FIELD, entry + FIELD, T1);
    multiply(entry + 2 * FIELD, entry, BETA);
    if (i != 1) multiply(ratio, ratio, RATIOS + (i - 1) * FIELD);
  }
}

/** Positions of digits: 129, rounded up to whole words. */
// @ts-ignore: decorator
@inline
const POSITIONS: i32 = 136;
const DIGITS = memory.data(POSITIONS * 4, 8);

/** Recodes the 128-bit `low` + 2^64·`high` to odd signed digits below 2^(width-1), negated if `negative`. */
function recode(digits: usize, low: u64, high: u64, width: u32, negative: bool): void {
  for (let i = 0; i != POSITIONS; i += 8) store<u64>(digits + i, 0);
  const mask = ((<u64>1) << width) - 1;
  while ((low | high) != 0) {
    if ((low & 1) == 0) {
      low = (low >> 1) | (high << 63);
      high >>= 1;
      digits += 1;
      continue;
    }
    let digit = <i32>(low & mask);
    low = (low >> width) | (high << (64 - width));
    high >>= width;
    if ((<u32>digit) >> (width - 1) != 0) {
      digit -= 1 << width;
      low += 1;
      high += u64(low == 0);
    }
    store<i8>(digits, <i8>(negative ? -digit : digit));
    digits += width;
  }
}

const NEGATED = memory.data(FIELD, 8);
const SCALED_Z = memory.data(FIELD, 8);
const HALVES = memory.data(32, 8);

/** Adds the digit's multiple out of TABLE; `abscissa` is the offset in an entry of the x to use. */
function addMultiple(digit: i32, abscissa: usize): void {
  const entry = TABLE + (abs(digit) >> 1) * ENTRY;
  const x = entry + abscissa;
  let y = entry + FIELD;
  if (digit < 0) {
    negate(NEGATED, y, 4);
    y = NEGATED;
  }
  if (infinite) {
    infinite = false;
    copy(X, x);
    copy(Y, y);
    setSmall(Z, 1);
  } else {
    addAffine(x, y, Z);
  }
}

/** Adds the digit's multiple out of the generator's `table`, scaled by COMMON_Z as the accumulator is. */
function addGenerator(digit: i32, table: usize): void {
  const x = table + (abs(digit) >> 1) * (2 * FIELD);
  let y = x + FIELD;
  if (digit < 0) {
    negate(NEGATED, y, 2);
    y = NEGATED;
  }
  if (infinite) {
    infinite = false;
    square(T0, COMMON_Z);
    multiply(X, x, T0);
    multiply(T0, T0, COMMON_Z);
    multiply(Y, y, T0);
    setSmall(Z, 1);
  } else {
    multiply(SCALED_Z, Z, COMMON_Z);
    addAffine(x, y, SCALED_Z);
  }
}

/**
 * The affine u·G + v·P, written as four limbs each to `outX` and `outY`; false, with nothing written, if that is the
 * point at infinity. u and v are four limbs below the group's order; (x, y) is P, two field elements of magnitude 1 and
 * 2. Uses static memory: not re-entrant.
 */
export function multiplyAndAdd(outX: usize, outY: usize, u: usize, v: usize, x: usize, y: usize): bool {
  prepareTable(x, y);
  const signs = splitScalar(HALVES, v);
  recode(DIGITS, load<u64>(HALVES), load<u64>(HALVES, 8), WIDTH, (signs & 1) != 0);
  recode(DIGITS + POSITIONS, load<u64>(HALVES, 16), load<u64>(HALVES, 24), WIDTH, (signs & 2) != 0);
  recode(DIGITS + 2 * POSITIONS, load<u64>(u), load<u64>(u, 8), GENERATOR_WIDTH, false);
  recode(DIGITS + 3 * POSITIONS, load<u64>(u, 16), load<u64>(u, 24), GENERATOR_WIDTH, false);
  infinite = true;
  for (let digits = DIGITS + 128; digits >= DIGITS; digits--) {
    if (!infinite) double();
    let digit = <i32>load<i8>(digits);
    if (digit != 0) addMultiple(digit, 0);
    digit = <i32>load<i8>(digits, POSITIONS);
    if (digit != 0) addMultiple(digit, 2 * FIELD);
    digit = <i32>load<i8>(digits, 2 * POSITIONS);
    if (digit != 0) addGenerator(digit, GENERATOR_TABLE);
    digit = <i32>load<i8>(digits, 3 * POSITIONS);
    if (digit != 0) addGenerator(digit, HIGH_GENERATOR_TABLE);
  }
  if (infinite) return false;
  multiply(Z, Z, COMMON_Z);
  normalize(Z);
  toLimbs(HALVES, Z);
  inverse(HALVES, HALVES, INVERSE_OF_P);
  fromLimbs(Z, HALVES);
  square(T0, Z);
  multiply(X, X, T0);
  multiply(T0, T0, Z);
  multiply(Y, Y, T0);
  normalize(X);
  normalize(Y);
  toLimbs(outX, X);
  toLimbs(outY, Y);
  return true;
}
