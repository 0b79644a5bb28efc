// Points of P-256, y² = x³ - 3x + b, in Jacobian coordinates (x/z², y/z³) over p256-field.ts, and u·G + v·Q of them. Not
// constant in time: nothing is secret here. The group's order is odd, so that no point has y = 0.
//
// What is kept is the accumulated point or its negative. Doubling and adding each end with a difference of two products
// for y; the negative of it is a sum, which takes one reduction instead of two (`sumOfProducts`), so each turns the
// point's sign, and `negative` says which one holds. Formulas: https://hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-3.html
// ("dbl-2001-b", "madd" of Jacobian and affine), rearranged.
import { inverse } from './modular-inverse';
import {
  add,
  convert,
  copy,
  enter,
  equals,
  halve,
  isZero,
  leave,
  multiply,
  one,
  SIZE,
  square,
  subtract,
  sumOfProducts,
  triple,
} from './p256-field';
import { P256_GENERATOR_ENTRIES, P256_GENERATOR_TABLE, P256_GENERATOR_WIDTH } from './p256-generator';
import { POSITIONS, recode } from './signed-digits';

/** The field's modulus, as modular-inverse.ts wants it. */
// prettier-ignore
const INVERSE_OF_P = memory.data<u64>([
  0x3fffffffffffffff, 0x00000003ffffffff, 0x0000000000000000, 0x3fffffc000000040, 0x00000000000000ff,
  0x3fffffffffffffff,
]);

/** b, in the Montgomery form of p256-field-machine.ts. */
// prettier-ignore
const B = memory.data<u64>([
  0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834,
]);

// b and behind it the multiples of G as numbers of the native field.
// @ts-ignore: decorator
@lazy const CONSTANTS: usize = memory.data(SIZE * (1 + 2 * P256_GENERATOR_ENTRIES), 8);
// @ts-ignore: decorator
@lazy let areConverted: bool = false;

/** Address of CONSTANTS, which are made when they are asked for first. */
function constants(): usize {
  if (!areConverted) {
    convert(CONSTANTS, B, 1);
    convert(CONSTANTS + SIZE, P256_GENERATOR_TABLE, 2 * P256_GENERATOR_ENTRIES);
    areConverted = true;
  }
  return CONSTANTS;
}

// @ts-ignore: decorator
@inline
function b(): usize {
  return isDefined(NATIVE) ? constants() : B;
}

// @ts-ignore: decorator
@inline
function multiplesOfG(): usize {
  return isDefined(NATIVE) ? constants() + SIZE : P256_GENERATOR_TABLE;
}

// What runs seldom calls the field's operations instead of having them inlined.
function product(out: usize, a: usize, b: usize): void {
  multiply(out, a, b);
}
function difference(out: usize, a: usize, b: usize): void {
  subtract(out, a, b);
}

/** Bytes of an affine point: x and y. */
// @ts-ignore: decorator
@inline
export const AFFINE: i32 = 2 * SIZE;

// The accumulator: (x/z², y/z³), negated if `negative`; the point at infinity if `infinite`.
const X = memory.data(SIZE, 8);
const Y = memory.data(SIZE, 8);
const Z = memory.data(SIZE, 8);
let negative: bool = false;
let infinite: bool = true;

const T0 = memory.data(SIZE, 8);
const T1 = memory.data(SIZE, 8);
const T2 = memory.data(SIZE, 8);
const T3 = memory.data(SIZE, 8);
/** The factor by which the latest addition changed z. */
const H = memory.data(SIZE, 8);

/** Whether the affine point is one of the curve. */
export function isOnCurve(point: usize): bool {
  product(T0, point, point);
  triple(T1, one());
  difference(T0, T0, T1);
  product(T0, T0, point);
  add(T0, T0, b());
  product(T1, point + SIZE, point + SIZE);
  return equals(T0, T1);
}

/** Doubles the accumulator, which isn't infinite: 3 products, 4 squares and a sum of products. */
function double(): void {
  square(T0, Z);
  add(T1, Y, Y);
  multiply(Z, T1, Z);
  square(T1, T1); // γ = 4y²
  multiply(T2, X, T1); // β = x·γ
  add(T3, X, T0);
  subtract(T0, X, T0);
  multiply(T3, T3, T0);
  triple(T3, T3); // α = 3(x + z²)(x - z²)
  square(X, T3);
  subtract(X, X, T2);
  subtract(X, X, T2); // x' = α² - 2β
  subtract(T2, X, T2);
  halve(T0, T1);
  sumOfProducts(Y, T3, T2, T1, T0); // -y' = α(x' - β) + γ²/2
  negative = !negative;
}

/** Adds the affine point, or its negative if `negated`, to what is kept: 6 products, 3 squares, a sum of products. */
function addAffine(point: usize, negated: bool): void {
  square(T0, Z);
  multiply(T1, T0, Z);
  multiply(T1, T1, point + SIZE);
  multiply(T0, T0, point);
  subtract(H, T0, X); // h = x₂z² - x
  // r = ±y₂z³ - y, of which the negative is at hand for the lower sign.
  if (negated) add(T1, T1, Y);
  else subtract(T1, T1, Y);
  if (isZero(H)) {
    if (isZero(T1)) double();
    else infinite = true;
    return;
  }
  multiply(Z, Z, H);
  square(T0, H);
  multiply(T2, T0, X); // v = x·h²
  multiply(T0, T0, H); // h³
  square(X, T1);
  subtract(X, X, T0);
  subtract(X, X, T2);
  subtract(X, X, T2); // x' = r² - h³ - 2v
  if (negated) subtract(T2, T2, X);
  else subtract(T2, X, T2);
  sumOfProducts(Y, T1, T2, T0, Y); // -y' = r(x' - v) + y·h³
  negative = !negative;
}

/** Adds the point that the digit takes from a table of odd multiples. */
function addMultiple(table: usize, digit: i32): void {
  const point = table + ((<usize>abs(digit)) >> 1) * AFFINE;
  if (!infinite) return addAffine(point, digit < 0 != negative);
  infinite = false;
  negative = digit < 0;
  copy(X, point);
  copy(Y, point + SIZE);
  copy(Z, one());
}

/** Width of the digits of the factor of a point without tables. */
// @ts-ignore: decorator
@inline
const WIDTH: u32 = 5;
// @ts-ignore: decorator
@inline
const MULTIPLES: i32 = 1 << (WIDTH - 2);

const TABLE = memory.data(AFFINE * MULTIPLES, 8);
/** The factors that brought the table's points from one z to the next. */
const RATIOS = memory.data(SIZE * MULTIPLES, 8);
const DOUBLE = memory.data(AFFINE, 8);
const ZERO = memory.data(SIZE, 8);
const Z_OF_DOUBLE = memory.data(SIZE, 8);

/** Fills TABLE with q, 3q, … 15q as affine points. Uses the accumulator. */
function prepareTable(q: usize): void {
  copy(TABLE, q);
  copy(TABLE + SIZE, q + SIZE);
  copy(X, q);
  copy(Y, q + SIZE);
  copy(Z, one());
  negative = false;
  double();
  // On the curve that is scaled by the z of 2q, 2q is affine and the multiples are sums with it: neither b nor -3 is
  // part of how points are added.
  copy(DOUBLE, X);
  copy(DOUBLE + SIZE, Y);
  copy(Z_OF_DOUBLE, Z);
  const doubleIsNegative = negative;
  product(T0, Z, Z);
  product(X, q, T0);
  product(T0, T0, Z);
  product(Y, q + SIZE, T0);
  copy(Z, one());
  negative = false;
  for (let i = 1; i < MULTIPLES; i++) {
    addAffine(DOUBLE, doubleIsNegative != negative);
    const entry = TABLE + i * AFFINE;
    copy(entry, X);
    if (negative) difference(entry + SIZE, ZERO, Y);
    else copy(entry + SIZE, Y);
    copy(RATIOS + i * SIZE, H);
  }
  // One inversion for all of them.
  product(Z, Z, Z_OF_DOUBLE);
  leave(Z, Z);
  inverse(Z, Z, INVERSE_OF_P);
  enter(Z, Z);
  for (let i = MULTIPLES - 1; i > 0; i--) {
    const entry = TABLE + i * AFFINE;
    product(T0, Z, Z);
    product(entry, entry, T0);
    product(T0, T0, Z);
    product(entry + SIZE, entry + SIZE, T0);
    product(Z, Z, RATIOS + i * SIZE);
  }
}

const DIGITS = memory.data(2 * POSITIONS, 8);

/**
 * Sets the accumulator to u·G + v·q for any 256-bit u and v; q is an affine point of the curve. False where the sum is
 * the point at infinity.
 */
export function multiplyAndAdd(u: usize, v: usize, q: usize): bool {
  prepareTable(q);
  recode(DIGITS, u, P256_GENERATOR_WIDTH);
  recode(DIGITS + POSITIONS, v, WIDTH);
  infinite = true;
  for (let digits: usize = DIGITS + 256; digits >= DIGITS; digits--) {
    if (!infinite) double();
    let digit = <i32>load<i8>(digits);
    if (digit != 0) addMultiple(multiplesOfG(), digit);
    digit = <i32>load<i8>(digits, POSITIONS);
    if (digit != 0) addMultiple(TABLE, digit);
  }
  return !infinite;
}

/** Whether the accumulator, which isn't infinite, has the abscissa `x` (plain limbs below p). */
export function hasAbscissa(x: usize): bool {
  product(T0, Z, Z);
  enter(T1, x);
  product(T0, T0, T1);
  return equals(T0, X);
}
