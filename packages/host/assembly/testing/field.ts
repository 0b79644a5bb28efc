// The field's arithmetic for tests, on places of 64 bytes in the module's memory: one module for each curve.
import { BITS, DIGITS } from '../generated/pairing-constants';
import * as field from '../pairing/fp';

const PLACES = memory.data(512, 16);

/** Where place number i is. */
export function place(i: i32): usize {
  return PLACES + 64 * i;
}
export function digits(): i32 {
  return <i32>DIGITS;
}
export function bits(): i32 {
  return <i32>BITS;
}
export function multiply(out: usize, a: usize, b: usize): void {
  field.multiply(out, a, b);
}
export function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  field.sumOfProducts(out, a, b, c, d);
}
export function differenceOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  field.differenceOfProducts(out, a, b, c, d);
}
export function normalize(out: usize, a: usize): void {
  field.normalize(out, a);
}
export function invert(out: usize, a: usize): void {
  field.invert(out, a);
}
export function isZero(a: usize): bool {
  return field.isZero(a);
}
export function isOdd(a: usize): bool {
  return field.isOdd(a);
}
export function read(out: usize, bytes: usize): bool {
  return field.read(out, bytes);
}
export function write(bytes: usize, a: usize): void {
  field.write(bytes, a);
}
