// The value of a blob's polynomial at a point, for the host: what a blob's KZG proof is about. Numbers of JavaScript without bounds take
// ten times as long.
// https://github.com/ethereum/consensus-specs/blob/master/specs/deneb/polynomial-commitments.md, evaluate_polynomial_in_evaluation_form
import { copy, fromBigEndian, isZero, setSmall, toBigEndian } from '../../program/assembly/crypto/limbs256';
import { add, enter, multiply, ONE, square, subtract } from '../../program/assembly/crypto/montgomery256';

const COUNT: u32 = 4096;
const BITS: u32 = 12;
const LENGTH: usize = 32;

/** The scalar field of BLS12-381, as montgomery256.ts has a modulus; and its size less two and one 4096th of its size less one. */
const FIELD = memory.data<u64>([
  0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48, 0xfffffffeffffffff,
  0x00000001fffffffe, 0x5884b7fa00034802, 0x998c4fefecbc4ff5, 0x1824b159acc5056f, 0xc999e990f3f29c6d,
  0x2b6cedcb87925c23, 0x05d314967254398f, 0x0748d9d99f59ff11,
]);
const SIZE_LESS_TWO = memory.data<u64>([
  0xfffffffeffffffff, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48,
]);
const COFACTOR = memory.data<u64>([0xbfeffffffff00000, 0x80553bda402fffe5, 0xd483339d80809a1d, 0x00073eda753299d7]);

const ELEMENTS = memory.data(131072, 8);
const POINT = memory.data(32, 8);
const VALUE = memory.data(32, 8);
/** In Montgomery form: the roots of unity in bit-reversed order, what the point is beyond each, and the products of those before. */
const ROOTS = memory.data(131072, 8);
const DISTANCES = memory.data(131072, 8);
const PRODUCTS = memory.data(131072, 8);

const Z = memory.data(32, 8);
const A = memory.data(32, 8);
const B = memory.data(32, 8);
const REST = memory.data(32, 8);
const SUM = memory.data(32, 8);

let hasRoots: bool = false;

/** Where the caller writes the blob: 4096 field elements of 32 bytes, big endian, each below the modulus. */
export function elements(): usize {
  return ELEMENTS;
}

/** Where the caller writes the point: 32 bytes, big endian, below the modulus. */
export function point(): usize {
  return POINT;
}

/** Returns where the value at the point is: 32 bytes, big endian. */
export function value(): usize {
  if (!hasRoots) makeRoots();
  fromBigEndian(A, POINT);
  enter(Z, A, FIELD);
  // One inversion for all distances: what the last product is the inverse of is taken apart from the end on.
  copy(REST, FIELD + ONE);
  for (let at: usize = 0; at != LENGTH * COUNT; at += LENGTH) {
    subtract(DISTANCES + at, Z, ROOTS + at, FIELD);
    // At a root of unity the value is the blob's own.
    if (isZero(DISTANCES + at)) return ELEMENTS + at;
    copy(PRODUCTS + at, REST);
    multiply(REST, REST, DISTANCES + at, FIELD);
  }
  power(REST, REST, SIZE_LESS_TWO);
  setSmall(SUM, 0);
  for (let at: usize = LENGTH * COUNT; at != 0;) {
    at -= LENGTH;
    multiply(B, REST, PRODUCTS + at, FIELD);
    multiply(B, B, ROOTS + at, FIELD);
    multiply(REST, REST, DISTANCES + at, FIELD);
    // An element as it is times a factor in Montgomery form: a term as it is.
    fromBigEndian(A, ELEMENTS + at);
    multiply(A, A, B, FIELD);
    add(SUM, SUM, A, FIELD);
  }
  // (z^4096 - 1) / 4096.
  copy(A, Z);
  for (let bit: u32 = 0; bit < BITS; bit++) square(A, A, FIELD);
  subtract(A, A, FIELD + ONE, FIELD);
  setSmall(B, COUNT);
  enter(B, B, FIELD);
  power(B, B, SIZE_LESS_TWO);
  multiply(A, A, B, FIELD);
  multiply(SUM, SUM, A, FIELD);
  toBigEndian(VALUE, SUM);
  return VALUE;
}

/** 7 generates the field's multiplicative group (PRIMITIVE_ROOT_OF_UNITY). */
function makeRoots(): void {
  setSmall(B, 7);
  enter(B, B, FIELD);
  power(B, B, COFACTOR);
  copy(A, FIELD + ONE);
  for (let exponent: u32 = 0; exponent < COUNT; exponent++) {
    copy(ROOTS + LENGTH * <usize>reversed(exponent), A);
    multiply(A, A, B, FIELD);
  }
  hasRoots = true;
}

function reversed(index: u32): u32 {
  let result: u32 = 0;
  for (let bit: u32 = 0; bit < BITS; bit++) result |= ((index >> bit) & 1) << (BITS - 1 - bit);
  return result;
}

/** out = base to the power of `exponent` (four limbs), in Montgomery form. out may be base. */
function power(out: usize, base: usize, exponent: usize): void {
  copy(FACTOR, base);
  copy(out, FIELD + ONE);
  for (let bit = 255; bit >= 0; bit--) {
    square(out, out, FIELD);
    if (((load<u64>(exponent + (((<usize>bit) >> 6) << 3)) >> (bit & 63)) & 1) != 0) multiply(out, out, FACTOR, FIELD);
  }
}

const FACTOR = memory.data(32, 8);
