// Sums of points, each times its factor: the endomorphisms make of a point and a factor four points and factors of 64 bits, which share
// their doublings. Factors are taken five bits at a time, as digits from -16 to 16.
import { G1_GENERATOR } from '../../generated/bls12-381-constants';
import { addPoints, completeAffine, copyPoint, doublePoint, negatePoint, pointSize, setInfinity } from '../point';
import { readScalar } from './scalar';
import { endomorphismOfG1, endomorphismOfG2, multiplyByParameter } from './subgroup';

/** Terms that are summed up at once in either group. */
// @ts-ignore: decorator
@inline
export function mostTerms<F>(): i32 {
  return sizeof<F>() == 1 ? 64 : 32;
}

/** Points of a term, of which the next is the one before times |x|. */
// @ts-ignore: decorator
@inline const PARTS = 4;
// @ts-ignore: decorator
@inline const WIDTH = 5;
/** Multiples of each point: 1 to 16. */
// @ts-ignore: decorator
@inline const MULTIPLES = 16;
/** Bytes of a term's factors. */
// @ts-ignore: decorator
@inline const FACTOR_BYTES: usize = 32;

/** The multiples of each part of each term, and its factors. The first term is always the generator of G1, which has its place. */
const TABLES = memory.data(811008, 16);
const FACTORS = memory.data(2080, 8);
const GENERATOR = memory.data(192, 16);
const MULTIPLE = memory.data(192, 16);
const NEGATIVE = memory.data(384, 16);

let terms = 0;
let generatorIsKnown = false;

// @ts-ignore: decorator
@inline
function tableOf<F>(part: i32): usize {
  return TABLES + pointSize<F>() * MULTIPLES * <usize>part;
}

/** Begins a sum of up to `mostTerms` terms, and the generator of G1 times a factor of 32 bytes, big-endian. */
export function beginWithGenerator(factor: usize): void {
  if (!generatorIsKnown) {
    memory.copy(GENERATOR, G1_GENERATOR, 128);
    completeAffine<u8>(GENERATOR);
    multiplyByParameter<u8>(MULTIPLE, GENERATOR);
    fillTables<u8>(0, GENERATOR, MULTIPLE);
    generatorIsKnown = true;
  }
  readScalar(FACTORS, factor);
  terms = 1;
}

/** Begins a sum of up to `mostTerms` terms. */
export function begin(): void {
  memory.fill(FACTORS, 0, FACTOR_BYTES);
  terms = 1;
}

/** The term of a point of the group, of which `multiple` is |x| times it, and a factor of 32 bytes, big-endian. */
export function addTerm<F>(point: usize, multiple: usize, factor: usize): void {
  fillTables<F>(PARTS * terms, point, multiple);
  readScalar(FACTORS + FACTOR_BYTES * <usize>terms, factor);
  terms++;
}

/** The tables from that part on. */
function fillTables<F>(part: i32, point: usize, multiple: usize): void {
  fillTable<F>(tableOf<F>(part), point);
  if (sizeof<F>() == 1) {
    // Times |x|² is the negative of the endomorphism.
    fillTable<F>(tableOf<F>(part + 1), multiple);
    for (let at = tableOf<F>(part); at != tableOf<F>(part + 2); at += pointSize<F>()) {
      const image = at + 2 * pointSize<F>() * MULTIPLES;
      endomorphismOfG1(image, at);
      negatePoint<F>(image, image);
    }
  } else {
    // Times |x| is the negative of the endomorphism.
    for (let at = tableOf<F>(part); at != tableOf<F>(part + 3); at += pointSize<F>()) {
      const image = at + pointSize<F>() * MULTIPLES;
      endomorphismOfG2(image, at);
      negatePoint<F>(image, image);
    }
  }
}

function fillTable<F>(table: usize, point: usize): void {
  copyPoint<F>(table, point);
  for (let i: usize = 1; i != MULTIPLES; i++) {
    const at = table + i * pointSize<F>();
    if ((i & 1) != 0) doublePoint<F>(at, table + (i >> 1) * pointSize<F>());
    else addPoints<F>(at, at - pointSize<F>(), point);
  }
}

/** out = the sum of the terms. */
export function sumOfTerms<F>(out: usize): void {
  setInfinity<F>(out);
  let started = false;
  for (let bit = 60; bit >= 0; bit -= WIDTH) {
    if (started) for (let i = 0; i != WIDTH; i++) doublePoint<F>(out, out);
    for (let part = 0; part != PARTS * terms; part++) {
      const digit = digitAt(load<u64>(FACTORS + 8 * <usize>part), bit);
      if (digit == 0) continue;
      const multiple = tableOf<F>(part) + pointSize<F>() * <usize>(abs(digit) - 1);
      if (digit > 0) addPoints<F>(out, out, multiple);
      else {
        negatePoint<F>(NEGATIVE, multiple);
        addPoints<F>(out, out, NEGATIVE);
      }
      started = true;
    }
  }
}

/** Five bits of a factor from `bit` on, less 32 where the highest is set, and one more where the bit below them is set. */
// @ts-ignore: decorator
@inline
function digitAt(factor: u64, bit: i32): i32 {
  const bits = (<i32>(factor >> bit)) & 31;
  const below = bit == 0 ? 0 : (<i32>(factor >> (bit - 1))) & 1;
  return bits - ((bits >> 4) << 5) + below;
}
