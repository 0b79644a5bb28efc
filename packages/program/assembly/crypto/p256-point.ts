// Points of P-256, y² = x³ - 3x + b, in Jacobian coordinates (x/z², y/z³) over p256-field.ts, and u·G + v·Q of them. Not
// constant in time: nothing is secret here. The group's order is odd, so that no point has y = 0.
//
// What is kept is the accumulated point or its negative. Doubling and adding each end with a difference of two products
// for y; the negative of it is a sum, which takes one reduction instead of two (`sumOfProducts`), so each turns the
// point's sign, and `negative` says which one holds. Formulas: https://hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-3.html
// ("dbl-2001-b", "madd" of Jacobian and affine), rearranged.
import { copy, equals, isZero } from './limbs256';
import { inverse } from './modular-inverse';
import * as field from './p256-field';
import { enter, leave, ONE } from './p256-field';
import { P256_GENERATOR_TABLE, P256_GENERATOR_WIDTH } from './p256-generator';
import { POSITIONS, recode } from './signed-digits';

/** The field's modulus, as modular-inverse.ts wants it. */
// prettier-ignore
const INVERSE_OF_P = memory.data<u64>([
  0x3fffffffffffffff, 0x00000003ffffffff, 0x0000000000000000, 0x3fffffc000000040, 0x00000000000000ff,
  0x3fffffffffffffff,
]);

/** b, in Montgomery form. */
// prettier-ignore
const B = memory.data<u64>([
  0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834,
]);

// What runs seldom calls the field's operations instead of having them inlined. Natively all does: a function with so many
// products inside, of four multiplications each, is too large for V8's better register allocator.
function product(out: usize, a: usize, b: usize): void {
  field.multiply(out, a, b);
}
function difference(out: usize, a: usize, b: usize): void {
  field.subtract(out, a, b);
}
function squareOf(out: usize, a: usize): void {
  field.square(out, a);
}
function sumOfTwo(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  field.sumOfProducts(out, a, b, c, d);
}

// @ts-ignore: decorator
@inline
function multiply(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) product(out, a, b);
  else field.multiply(out, a, b);
}

// @ts-ignore: decorator
@inline
function subtract(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) difference(out, a, b);
  else field.subtract(out, a, b);
}

// @ts-ignore: decorator
@inline
function square(out: usize, a: usize): void {
  if (isDefined(NATIVE)) squareOf(out, a);
  else field.square(out, a);
}

// @ts-ignore: decorator
@inline
function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  if (isDefined(NATIVE)) sumOfTwo(out, a, b, c, d);
  else field.sumOfProducts(out, a, b, c, d);
}

/** Bytes of an affine point: x and y. */
// @ts-ignore: decorator
@inline
export const AFFINE: i32 = 64;

// The accumulator: (x/z², y/z³), negated if `negative`; the point at infinity if `infinite`.
const X = memory.data(32, 8);
const Y = memory.data(32, 8);
const Z = memory.data(32, 8);
let negative: bool = false;
let infinite: bool = true;

const T0 = memory.data(32, 8);
const T1 = memory.data(32, 8);
const T2 = memory.data(32, 8);
const T3 = memory.data(32, 8);
const T4 = memory.data(32, 8);
/** The factor by which the latest addition changed z. */
const H = memory.data(32, 8);

/** Whether the affine point is one of the curve. */
export function isOnCurve(point: usize): bool {
  product(T0, point, point);
  field.triple(T1, ONE);
  difference(T0, T0, T1);
  product(T0, T0, point);
  field.add(T0, T0, B);
  product(T1, point + 32, point + 32);
  return equals(T0, T1);
}

/** Doubles the accumulator, which isn't infinite: 3 products, 4 squares and a sum of products. */
function double(): void {
  square(T0, Z);
  field.add(T1, Y, Y);
  multiply(Z, T1, Z);
  square(T1, T1); // γ = 4y²
  multiply(T2, X, T1); // β = x·γ
  field.add(T3, X, T0);
  subtract(T0, X, T0);
  multiply(T3, T3, T0);
  field.triple(T3, T3); // α = 3(x + z²)(x - z²)
  square(X, T3);
  subtract(X, X, T2);
  subtract(X, X, T2); // x' = α² - 2β
  subtract(T2, X, T2);
  field.halve(T0, T1);
  sumOfProducts(Y, T3, T2, T1, T0); // -y' = α(x' - β) + γ²/2
  negative = !negative;
}

/** Adds the affine point, or its negative if `negated`, to what is kept: 6 products, 3 squares, a sum of products. */
function addAffine(point: usize, negated: bool): void {
  square(T0, Z);
  multiply(T1, T0, Z);
  multiply(T1, T1, point + 32);
  multiply(T0, T0, point);
  subtract(H, T0, X); // h = x₂z² - x
  // r = ±y₂z³ - y, of which the negative is at hand for the lower sign.
  if (negated) field.add(T1, T1, Y);
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
  copy(Y, point + 32);
  copy(Z, ONE);
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
const RATIOS = memory.data(32 * MULTIPLES, 8);
const DOUBLE = memory.data(AFFINE, 8);
const ZERO = memory.data(32, 8);
const Z_OF_DOUBLE = memory.data(32, 8);

/** Fills TABLE with q, 3q, … 15q as affine points. Uses the accumulator. */
function prepareTable(q: usize): void {
  copy(TABLE, q);
  copy(TABLE + 32, q + 32);
  copy(X, q);
  copy(Y, q + 32);
  copy(Z, ONE);
  negative = false;
  double();
  // On the curve that is scaled by the z of 2q, 2q is affine and the multiples are sums with it: neither b nor -3 is
  // part of how points are added.
  copy(DOUBLE, X);
  copy(DOUBLE + 32, Y);
  copy(Z_OF_DOUBLE, Z);
  const doubleIsNegative = negative;
  product(T0, Z, Z);
  product(X, q, T0);
  product(T0, T0, Z);
  product(Y, q + 32, T0);
  copy(Z, ONE);
  negative = false;
  for (let i = 1; i < MULTIPLES; i++) {
    addAffine(DOUBLE, doubleIsNegative != negative);
    const entry = TABLE + i * AFFINE;
    copy(entry, X);
    if (negative) difference(entry + 32, ZERO, Y);
    else copy(entry + 32, Y);
    copy(RATIOS + i * 32, H);
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
    product(entry + 32, entry + 32, T0);
    product(Z, Z, RATIOS + i * 32);
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
    if (digit != 0) addMultiple(P256_GENERATOR_TABLE, digit);
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
