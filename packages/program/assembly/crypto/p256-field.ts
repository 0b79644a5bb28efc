// Arithmetic modulo P-256's prime p = 2^256 - 2^224 + 2^192 + 2^96 - 1 in Montgomery form: in the machine in four limbs of 64
// bits, natively in nine of 29. What is in another file's four limbs enters and leaves here. Results may take the place of
// operands. Natively nothing is inlined: a function with so many products inside is too large for V8's better register allocator.
import * as fourLimbs from './limbs256';
import * as machine from './p256-field-machine';
import * as native from './p256-field-native';

/** Bytes of a number. */
// @ts-ignore: decorator
@inline
export const SIZE: i32 = isDefined(NATIVE) ? native.SIZE : 32;

/** Address of 1 in Montgomery form. */
// @ts-ignore: decorator
@inline
export function one(): usize {
  return isDefined(NATIVE) ? native.ONE : machine.ONE;
}

/** out = a + b mod p. */
// @ts-ignore: decorator
@inline
export function add(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) native.add(out, a, b);
  else machine.add(out, a, b);
}

/** out = a - b mod p. */
// @ts-ignore: decorator
@inline
export function subtract(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) native.subtract(out, a, b);
  else machine.subtract(out, a, b);
}

/** out = a/2 mod p. */
// @ts-ignore: decorator
@inline
export function halve(out: usize, a: usize): void {
  if (isDefined(NATIVE)) native.halve(out, a);
  else machine.halve(out, a);
}

/** out = 3·a mod p. */
// @ts-ignore: decorator
@inline
export function triple(out: usize, a: usize): void {
  if (isDefined(NATIVE)) native.triple(out, a);
  else machine.triple(out, a);
}

/** out = a·b mod p. */
// @ts-ignore: decorator
@inline
export function multiply(out: usize, a: usize, b: usize): void {
  if (isDefined(NATIVE)) native.multiply(out, a, b);
  else machine.multiply(out, a, b);
}

/** out = a² mod p. */
// @ts-ignore: decorator
@inline
export function square(out: usize, a: usize): void {
  if (isDefined(NATIVE)) native.square(out, a);
  else machine.square(out, a);
}

/** out = a·b + c·d mod p. */
// @ts-ignore: decorator
@inline
export function sumOfProducts(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  if (isDefined(NATIVE)) native.sumOfProducts(out, a, b, c, d);
  else machine.sumOfProducts(out, a, b, c, d);
}

/** Whether a is 0 modulo p. */
// @ts-ignore: decorator
@inline
export function isZero(a: usize): bool {
  return isDefined(NATIVE) ? native.isZero(a) : fourLimbs.isZero(a);
}

/** Whether a and b are the same modulo p. */
// @ts-ignore: decorator
@inline
export function equals(a: usize, b: usize): bool {
  return isDefined(NATIVE) ? native.equals(a, b) : fourLimbs.equals(a, b);
}

// @ts-ignore: decorator
@inline
export function copy(out: usize, a: usize): void {
  if (isDefined(NATIVE)) memory.copy(out, a, SIZE);
  else fourLimbs.copy(out, a);
}

/** out = a in Montgomery form, for any a below 2^256 in four limbs. */
// @ts-ignore: decorator
@inline
export function enter(out: usize, a: usize): void {
  if (isDefined(NATIVE)) native.enter(out, a);
  else machine.enter(out, a);
}

/** out = a out of Montgomery form, as four limbs below p. */
// @ts-ignore: decorator
@inline
export function leave(out: usize, a: usize): void {
  if (isDefined(NATIVE)) native.leave(out, a);
  else machine.leave(out, a);
}

/** Numbers of the native field at `out` from the `count` ones at `table`, in the form of p256-field-machine.ts. */
export function convert(out: usize, table: usize, count: i32): void {
  for (let i = 0; i < count; i++) native.convert(out + i * SIZE, table + i * 32);
}
