// Points of a curve y² = x³ + b over a 256-bit prime field, in Jacobian coordinates (x/z², y/z³): formulas of
// https://hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-0.html ("dbl-2009-alnr", "add-2007-bl", "madd"). For bn254; P-256 and
// secp256k1 have code of their own. Not constant in time: nothing is secret here. The group's order is odd, so that no
// point has y = 0.
//
// A point is 96 bytes: x, y, z in Montgomery form (montgomery256.ts); z = 0 is the point at infinity.
import { copy, equals, isZero } from './limbs256';
import { inverse } from './modular-inverse';
import * as field from './montgomery256';

/** Bytes of a point. */
// @ts-ignore: decorator
@inline
export const POINT: i32 = 96;

/** The curve that the functions below work on. */
let modulus: usize = 0;
let inverseModulus: usize = 0;
let constant: usize = 0;

/** Chooses the curve: its field's modulus (montgomery256.ts; modular-inverse.ts) and b in Montgomery form. */
export function useCurve(fieldModulus: usize, forInverse: usize, b: usize): void {
  modulus = fieldModulus;
  inverseModulus = forInverse;
  constant = b;
}

const A = memory.data(32, 8);
const B = memory.data(32, 8);
const C = memory.data(32, 8);
const D = memory.data(32, 8);
const E = memory.data(32, 8);
const F = memory.data(32, 8);
const G = memory.data(32, 8);
const H = memory.data(32, 8);

// @ts-ignore: decorator
@inline
export function multiply(out: usize, a: usize, b: usize): void {
  field.multiply(out, a, b, modulus);
}

// @ts-ignore: decorator
@inline
function add(out: usize, a: usize, b: usize): void {
  field.add(out, a, b, modulus);
}

// @ts-ignore: decorator
@inline
function subtract(out: usize, a: usize, b: usize): void {
  field.subtract(out, a, b, modulus);
}

// @ts-ignore: decorator
@inline
function copyPoint(out: usize, p: usize): void {
  copy(out, p);
  copy(out + 32, p + 32);
  copy(out + 64, p + 64);
}

/** Whether the point is the one at infinity. */
// @ts-ignore: decorator
@inline
export function isInfinite(p: usize): bool {
  return isZero(p + 64);
}

/** Sets the point to infinity. */
export function setInfinite(p: usize): void {
  for (let i: usize = 64; i != 96; i += 8) store<u64>(p + i, 0);
}

/**
 * Reads an affine point of two coordinates in plain limbs. Returns false if it isn't on the curve; the coordinates are
 * below the modulus.
 */
export function fromAffine(p: usize, x: usize, y: usize): bool {
  field.enter(p, x, modulus);
  field.enter(p + 32, y, modulus);
  copy(p + 64, modulus + field.ONE);
  // y² = x³ + b
  multiply(A, p, p);
  multiply(A, A, p);
  add(A, A, constant);
  multiply(B, p + 32, p + 32);
  return equals(A, B);
}

/** Writes the coordinates of the point, which isn't infinite, as plain limbs. */
export function toAffine(x: usize, y: usize, p: usize): void {
  field.leave(A, p + 64, modulus);
  inverse(A, A, inverseModulus);
  field.enter(A, A, modulus);
  multiply(B, A, A);
  multiply(A, A, B);
  multiply(B, B, p);
  multiply(A, A, p + 32);
  field.leave(x, B, modulus);
  field.leave(y, A, modulus);
}

/** p = 2p: 8 multiplications. */
export function double(p: usize): void {
  if (isInfinite(p)) return;
  const x = p;
  const y = p + 32;
  const z = p + 64;
  multiply(B, y, y); // γ = y²
  multiply(C, x, B); // β = x·γ
  // α = 3x²
  multiply(A, x, x);
  add(D, A, A);
  add(A, A, D);
  multiply(z, y, z);
  add(z, z, z);
  // x' = α² - 8β, y' = α(4β - x') - 8γ²
  add(C, C, C);
  add(C, C, C);
  multiply(x, A, A);
  subtract(x, x, C);
  subtract(x, x, C);
  subtract(C, C, x);
  multiply(y, A, C);
  multiply(B, B, B);
  add(B, B, B);
  add(B, B, B);
  add(B, B, B);
  subtract(y, y, B);
}

/** The factor by which the latest `addAffine` of two different points changed z. */
export const RATIO = memory.data(32, 8);

/** p = p + q, or p - q if `negated`, q an affine point of two coordinates in Montgomery form: 11 multiplications. */
export function addAffine(p: usize, q: usize, negated: bool): void {
  if (isInfinite(p)) {
    copy(p, q);
    if (negated) field.negate(p + 32, q + 32, modulus);
    else copy(p + 32, q + 32);
    copy(p + 64, modulus + field.ONE);
    return;
  }
  const z = p + 64;
  multiply(A, z, z);
  multiply(B, q, A); // u2
  multiply(A, A, z);
  multiply(C, q + 32, A); // s2
  if (negated) field.negate(C, C, modulus);
  subtract(RATIO, B, p); // h
  subtract(C, C, p + 32); // r
  if (isZero(RATIO)) {
    if (isZero(C)) double(p);
    else setInfinite(p);
    return;
  }
  multiply(z, z, RATIO);
  multiply(A, RATIO, RATIO); // h²
  multiply(B, A, RATIO); // h³
  multiply(A, A, p); // v = x·h²
  // x' = r² - h³ - 2v, y' = r(v - x') - y·h³
  multiply(p, C, C);
  subtract(p, p, B);
  subtract(p, p, A);
  subtract(p, p, A);
  subtract(A, A, p);
  multiply(A, A, C);
  multiply(B, B, p + 32);
  subtract(p + 32, A, B);
}

/** p = p + q, or p - q if `negated`: 16 multiplications. p may be q. */
export function addPoint(p: usize, q: usize, negated: bool): void {
  if (isInfinite(q)) return;
  if (isInfinite(p)) {
    copyPoint(p, q);
    if (negated) field.negate(p + 32, p + 32, modulus);
    return;
  }
  const z1 = p + 64;
  const z2 = q + 64;
  multiply(A, z1, z1);
  multiply(B, z2, z2);
  multiply(C, p, B); // u1
  multiply(D, q, A); // u2
  multiply(E, p + 32, z2);
  multiply(E, E, B); // s1
  multiply(F, q + 32, z1);
  multiply(F, F, A); // s2
  if (negated) field.negate(F, F, modulus);
  subtract(D, D, C); // h
  subtract(F, F, E); // r
  if (isZero(D)) {
    if (isZero(F)) {
      double(p);
    } else {
      setInfinite(p);
    }
    return;
  }
  multiply(G, D, D); // h²
  multiply(H, G, D); // h³
  multiply(G, G, C); // v = u1·h²
  multiply(A, z1, z2);
  multiply(p + 64, A, D);
  // x' = r² - h³ - 2v, y' = r(v - x') - s1·h³
  multiply(p, F, F);
  subtract(p, p, H);
  subtract(p, p, G);
  subtract(p, p, G);
  subtract(G, G, p);
  multiply(G, G, F);
  multiply(H, H, E);
  subtract(p + 32, G, H);
}
