// Sums of points, each times its factor: the endomorphisms make of a point and a factor two points and factors of 128 bits in G1, four of
// 64 in G2, which share their doublings. Factors are taken five bits at a time, as digits from -16 to 16.
import { U } from '../generated/bls12-381-constants';
import { pointSize, addPoints, copyPoint, doublePoint, negatePoint, setInfinity } from './point';
import { readScalar } from './scalar';
import { endomorphismOfG1, endomorphismOfG2 } from './subgroup';

/** Terms that are summed up at once in either group. */
// @ts-ignore: decorator
@inline
export function mostTerms<F>(): i32 {
  return sizeof<F>() == 1 ? 64 : 32;
}
/** Points of a term, and bytes of their factors. */
// @ts-ignore: decorator
@inline
function parts<F>(): i32 {
  return sizeof<F>() == 1 ? 2 : 4;
}
// @ts-ignore: decorator
@inline
function factorBytes<F>(): i32 {
  return sizeof<F>() == 1 ? 16 : 8;
}

// @ts-ignore: decorator
@inline const WIDTH = 5;
/** Multiples of each point: 1 to 16. */
// @ts-ignore: decorator
@inline const MULTIPLES = 16;

/** The multiples of each part of each term, and its factors, 32 bytes a term and 8 of zeros. */
const TABLES = memory.data(786432, 16);
const FACTORS = memory.data(2056, 8);
const DIGITS = memory.data(32, 8);
const NEGATIVE = memory.data(384, 16);

let terms = 0;

/** Begins a sum of up to `mostTerms` terms. */
export function clearTerms(): void {
  terms = 0;
}

/** The term of a point of the group and a factor of 32 bytes, big-endian. */
export function addTerm<F>(point: usize, factor: usize): void {
  const bytes = pointSize<F>() * MULTIPLES;
  const table = TABLES + bytes * <usize>(parts<F>() * terms);
  copyPoint<F>(table, point);
  for (let i: usize = 1; i != MULTIPLES; i++) {
    const at = table + i * pointSize<F>();
    if ((i & 1) != 0) doublePoint<F>(at, table + (i >> 1) * pointSize<F>());
    else addPoints<F>(at, at - pointSize<F>(), point);
  }
  readScalar(DIGITS, factor);
  const factors = FACTORS + 32 * <usize>terms;
  if (sizeof<F>() == 1) {
    // |x|² is the negative of the endomorphism.
    for (let i: usize = 0; i != MULTIPLES; i++) {
      const at = table + i * pointSize<F>();
      endomorphismOfG1(at + bytes, at);
      negatePoint<F>(at + bytes, at + bytes);
    }
    join(factors, DIGITS);
    join(factors + 16, DIGITS + 16);
  } else {
    // |x| is the negative of the endomorphism.
    for (let i: usize = 0; i != 3 * MULTIPLES; i++) {
      const at = table + i * pointSize<F>();
      endomorphismOfG2(at + bytes, at);
      negatePoint<F>(at + bytes, at + bytes);
    }
    memory.copy(factors, DIGITS, 32);
  }
  terms++;
}

/** Two digits in base |x| as a number of 128 bits. */
function join(out: usize, digits: usize): void {
  const digit = load<u64>(digits, 8);
  const low = (digit & 0xffffffff) * (U & 0xffffffff) + (load<u64>(digits) & 0xffffffff);
  const middle = (digit >> 32) * (U & 0xffffffff) + (low >> 32);
  const other = (digit & 0xffffffff) * (U >> 32) + (middle & 0xffffffff) + (load<u64>(digits) >> 32);
  store<u64>(out, (low & 0xffffffff) | (other << 32));
  store<u64>(out, (digit >> 32) * (U >> 32) + (middle >> 32) + (other >> 32), 8);
}

/** out = the sum of the terms. */
export function sumOfTerms<F>(out: usize): void {
  setInfinity<F>(out);
  const count = parts<F>() * terms;
  let started = false;
  for (let bit = ((factorBytes<F>() * 8) / WIDTH) * WIDTH; bit >= 0; bit -= WIDTH) {
    if (started) for (let i = 0; i != WIDTH; i++) doublePoint<F>(out, out);
    for (let part = 0; part != count; part++) {
      const digit = digitAt(FACTORS + factorBytes<F>() * part, factorBytes<F>() * 8, bit);
      if (digit == 0) continue;
      const multiple = TABLES + pointSize<F>() * <usize>(MULTIPLES * part + abs(digit) - 1);
      if (digit > 0) addPoints<F>(out, out, multiple);
      else {
        negatePoint<F>(NEGATIVE, multiple);
        addPoints<F>(out, out, NEGATIVE);
      }
      started = true;
    }
  }
}

/** Five bits of a factor from `bit` on, less 32 where the highest is set, and one where the bit below is, of a number of `bits`. */
function digitAt(factor: usize, bits: i32, bit: i32): i32 {
  let value = 0;
  for (let i = -1; i != WIDTH; i++) {
    const at = bit + i;
    if (at < 0 || at >= bits) continue;
    if (((load<u8>(factor + (at >> 3)) >> (at & 7)) & 1) == 0) continue;
    value += i < 0 ? 1 : i == WIDTH - 1 ? -(1 << i) : 1 << i;
  }
  return value;
}
