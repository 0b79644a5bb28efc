// Inversion modulo an odd 256-bit modulus by divsteps in variable time: Bernstein and Yang, "Fast constant-time gcd
// computation and modular inversion", https://eprint.iacr.org/2019/266, in the arrangement that libsecp256k1 documents
// (doc/safegcd_implementation.md): 62 steps at a time on the lowest words, then one matrix applied to the whole numbers.
// About 11 thousand RISC-V instructions, a fifth of an exponentiation.
import { mulHigh } from '../abi';

// The numbers f, g, d and e are five limbs of 62 bits; the highest limb is signed, the others are not negative.
const F = memory.data(40, 8);
const G = memory.data(40, 8);
const D = memory.data(40, 8);
const E = memory.data(40, 8);
/** The matrix of 62 divsteps, scaled by 2^62: f' = u·f + v·g, g' = q·f + r·g. */
const MATRIX = memory.data(32, 8);

// @ts-ignore: decorator
@inline
const LIMB: u64 = u64.MAX_VALUE >> 2;

/** Bytes of what `inverse` must know of a modulus m: m in five limbs of 62 bits, then m^-1 mod 2^62. */
// @ts-ignore: decorator
@inline
export const INVERSE_MODULUS: i32 = 48;

/**
 * out = a^-1 mod m; both are four little-endian 64-bit limbs with a < m, m is prime (INVERSE_MODULUS bytes at
 * `modulus`). The inverse of 0 is 0. out may be a. Uses static memory: not re-entrant.
 */
export function inverse(out: usize, a: usize, modulus: usize): void {
  for (let i: usize = 0; i != 40; i += 8) {
    store<u64>(D + i, 0);
    store<u64>(E + i, 0);
    store<u64>(F + i, load<u64>(modulus + i));
  }
  store<u64>(E, 1);
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const a2 = load<u64>(a, 16);
  const a3 = load<u64>(a, 24);
  store<u64>(G, a0 & LIMB);
  store<u64>(G, ((a0 >> 62) | (a1 << 2)) & LIMB, 8);
  store<u64>(G, ((a1 >> 60) | (a2 << 4)) & LIMB, 16);
  store<u64>(G, ((a2 >> 58) | (a3 << 6)) & LIMB, 24);
  store<u64>(G, a3 >> 56, 32);

  let eta: i64 = -1;
  /** Offset of the highest limb of f and g that is in use. */
  let top: usize = 32;
  while (true) {
    eta = divsteps(eta, load<u64>(F), load<u64>(G));
    updateCofactors(modulus);
    updateOperands(top);
    let rest: u64 = 0;
    for (let i: usize = 0; i <= top; i += 8) rest |= load<u64>(G + i);
    if (rest == 0) break;
    // A highest limb that is only a sign gives its sign to the limb below.
    const highF = load<i64>(F + top);
    const highG = load<i64>(G + top);
    if (top != 0 && (highF ^ (highF >> 63)) == 0 && (highG ^ (highG >> 63)) == 0) {
      top -= 8;
      store<i64>(F + top, load<i64>(F + top) | (highF << 62));
      store<i64>(G + top, load<i64>(G + top) | (highG << 62));
    }
  }
  normalizeCofactor(load<i64>(F + top) >> 63, modulus);

  const d1 = load<u64>(D, 8);
  const d2 = load<u64>(D, 16);
  const d3 = load<u64>(D, 24);
  store<u64>(out, load<u64>(D) | (d1 << 62));
  store<u64>(out, (d1 >> 2) | (d2 << 60), 8);
  store<u64>(out, (d2 >> 4) | (d3 << 58), 16);
  store<u64>(out, (d3 >> 6) | (load<u64>(D, 32) << 56), 24);
}

/** Does 62 divsteps on the low words of f and g, writes MATRIX and returns the new eta = -delta. */
function divsteps(eta: i64, f: u64, g: u64): i64 {
  let u: u64 = 1;
  let v: u64 = 0;
  let q: u64 = 0;
  let r: u64 = 1;
  let left: i64 = 62;
  while (true) {
    // All halvings up to the next odd g at once.
    const zeros = <i64>ctz<u64>(g | (u64.MAX_VALUE << (<u64>left)));
    g >>= <u64>zeros;
    u <<= <u64>zeros;
    v <<= <u64>zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) break;
    let w: u64;
    if (eta < 0) {
      eta = -eta;
      let swap = f;
      f = g;
      g = -swap;
      swap = u;
      u = q;
      q = -swap;
      swap = v;
      v = r;
      r = -swap;
      // w·f cancels up to 6 low bits of g: f·(f² - 2) is -f^-1 modulo 64.
      const limit = min(eta + 1, left);
      w = (f * g * (f * f - 2)) & (u64.MAX_VALUE >> (<u64>(64 - limit))) & 63;
    } else {
      // Up to 4 low bits: f + 2((f+1) & 4) is f^-1 modulo 16.
      const limit = min(eta + 1, left);
      w = ((f + (((f + 1) & 4) << 1)) * -g) & (u64.MAX_VALUE >> (<u64>(64 - limit))) & 15;
    }
    g += f * w;
    q += u * w;
    r += v * w;
  }
  store<u64>(MATRIX, u);
  store<u64>(MATRIX, v, 8);
  store<u64>(MATRIX, q, 16);
  store<u64>(MATRIX, r, 24);
  return eta;
}

/** High half of the product of the signed `a` and `b`. */
// @ts-ignore: decorator
@inline
function signedHigh(a: u64, b: u64): u64 {
  return mulHigh(a, b) - ((<u64>((<i64>a) >> 63)) & b) - ((<u64>((<i64>b) >> 63)) & a);
}

/** High half of the product of the signed `a`, whose sign mask is `sign`, and the not negative `b`. */
// @ts-ignore: decorator
@inline
function halfSignedHigh(a: u64, sign: u64, b: u64): u64 {
  return mulHigh(a, b) - (sign & b);
}

/** (f, g) = MATRIX·(f, g) / 2^62 on the limbs up to offset `top`. The division is exact. */
function updateOperands(top: usize): void {
  const u = load<u64>(MATRIX);
  const v = load<u64>(MATRIX, 8);
  const q = load<u64>(MATRIX, 16);
  const r = load<u64>(MATRIX, 24);
  const signU = <u64>((<i64>u) >> 63);
  const signV = <u64>((<i64>v) >> 63);
  const signQ = <u64>((<i64>q) >> 63);
  const signR = <u64>((<i64>r) >> 63);
  // 128-bit sums in two words each; carry beyond 62 bits goes to the next limb.
  let lowF: u64 = 0;
  let highF: u64 = 0;
  let lowG: u64 = 0;
  let highG: u64 = 0;
  for (let i: usize = 0; i != top; i += 8) {
    const f = load<u64>(F + i);
    const g = load<u64>(G + i);
    let product = u * f;
    lowF += product;
    highF += halfSignedHigh(u, signU, f) + u64(lowF < product);
    product = v * g;
    lowF += product;
    highF += halfSignedHigh(v, signV, g) + u64(lowF < product);
    product = q * f;
    lowG += product;
    highG += halfSignedHigh(q, signQ, f) + u64(lowG < product);
    product = r * g;
    lowG += product;
    highG += halfSignedHigh(r, signR, g) + u64(lowG < product);
    if (i != 0) {
      store<u64>(F + i - 8, lowF & LIMB);
      store<u64>(G + i - 8, lowG & LIMB);
    }
    lowF = (lowF >> 62) | (highF << 2);
    highF = <u64>((<i64>highF) >> 62);
    lowG = (lowG >> 62) | (highG << 2);
    highG = <u64>((<i64>highG) >> 62);
  }
  const f = load<u64>(F + top);
  const g = load<u64>(G + top);
  let product = u * f;
  lowF += product;
  highF += signedHigh(u, f) + u64(lowF < product);
  product = v * g;
  lowF += product;
  highF += signedHigh(v, g) + u64(lowF < product);
  product = q * f;
  lowG += product;
  highG += signedHigh(q, f) + u64(lowG < product);
  product = r * g;
  lowG += product;
  highG += signedHigh(r, g) + u64(lowG < product);
  if (top != 0) {
    store<u64>(F + top - 8, lowF & LIMB);
    store<u64>(G + top - 8, lowG & LIMB);
  }
  store<u64>(F + top, (lowF >> 62) | (highF << 2));
  store<u64>(G + top, (lowG >> 62) | (highG << 2));
}

/** (d, e) = MATRIX·(d, e) / 2^62 modulo m; d and e stay between -2m and m. */
function updateCofactors(modulus: usize): void {
  const u = load<u64>(MATRIX);
  const v = load<u64>(MATRIX, 8);
  const q = load<u64>(MATRIX, 16);
  const r = load<u64>(MATRIX, 24);
  const signU = <u64>((<i64>u) >> 63);
  const signV = <u64>((<i64>v) >> 63);
  const signQ = <u64>((<i64>q) >> 63);
  const signR = <u64>((<i64>r) >> 63);
  const inverse = load<u64>(modulus, 40);
  const d0 = load<u64>(D);
  const e0 = load<u64>(E);
  const signD = <u64>(load<i64>(D, 32) >> 63);
  const signE = <u64>(load<i64>(E, 32) >> 63);
  // Multiples of m that make the results divisible by 2^62: first one m for each negative operand, which keeps the
  // range, then what cancels the lowest limb.
  let timesD = (u & signD) + (v & signE);
  let timesE = (q & signD) + (r & signE);
  timesD -= (inverse * (u * d0 + v * e0) + timesD) & LIMB;
  timesE -= (inverse * (q * d0 + r * e0) + timesE) & LIMB;
  const signTimesD = <u64>((<i64>timesD) >> 63);
  const signTimesE = <u64>((<i64>timesE) >> 63);

  let lowD: u64 = 0;
  let highD: u64 = 0;
  let lowE: u64 = 0;
  let highE: u64 = 0;
  for (let i: usize = 0; i != 32; i += 8) {
    const d = load<u64>(D + i);
    const e = load<u64>(E + i);
    const m = load<u64>(modulus + i);
    let product = u * d;
    lowD += product;
    highD += halfSignedHigh(u, signU, d) + u64(lowD < product);
    product = v * e;
    lowD += product;
    highD += halfSignedHigh(v, signV, e) + u64(lowD < product);
    product = m * timesD;
    lowD += product;
    highD += halfSignedHigh(timesD, signTimesD, m) + u64(lowD < product);
    product = q * d;
    lowE += product;
    highE += halfSignedHigh(q, signQ, d) + u64(lowE < product);
    product = r * e;
    lowE += product;
    highE += halfSignedHigh(r, signR, e) + u64(lowE < product);
    product = m * timesE;
    lowE += product;
    highE += halfSignedHigh(timesE, signTimesE, m) + u64(lowE < product);
    if (i != 0) {
      store<u64>(D + i - 8, lowD & LIMB);
      store<u64>(E + i - 8, lowE & LIMB);
    }
    lowD = (lowD >> 62) | (highD << 2);
    highD = <u64>((<i64>highD) >> 62);
    lowE = (lowE >> 62) | (highE << 2);
    highE = <u64>((<i64>highE) >> 62);
  }
  const d = load<u64>(D, 32);
  const e = load<u64>(E, 32);
  const m = load<u64>(modulus, 32);
  let product = u * d;
  lowD += product;
  highD += signedHigh(u, d) + u64(lowD < product);
  product = v * e;
  lowD += product;
  highD += signedHigh(v, e) + u64(lowD < product);
  product = m * timesD;
  lowD += product;
  highD += halfSignedHigh(timesD, signTimesD, m) + u64(lowD < product);
  product = q * d;
  lowE += product;
  highE += signedHigh(q, d) + u64(lowE < product);
  product = r * e;
  lowE += product;
  highE += signedHigh(r, e) + u64(lowE < product);
  product = m * timesE;
  lowE += product;
  highE += halfSignedHigh(timesE, signTimesE, m) + u64(lowE < product);
  store<u64>(D, lowD & LIMB, 24);
  store<u64>(E, lowE & LIMB, 24);
  store<u64>(D, (lowD >> 62) | (highD << 2), 32);
  store<u64>(E, (lowE >> 62) | (highE << 2), 32);
}

/** Brings d, between -2m and m, into [0, m), negated if `sign` (all ones or zero) says so. */
function normalizeCofactor(sign: i64, modulus: usize): void {
  addToCofactor(load<i64>(D, 32) >> 63, sign, modulus);
  addToCofactor(load<i64>(D, 32) >> 63, 0, modulus);
}

/** d = d + m if the mask `adds` is set, then -d if `negates` is. */
function addToCofactor(adds: i64, negates: i64, modulus: usize): void {
  let carry: i64 = 0;
  for (let i: usize = 0; i != 40; i += 8) {
    const limb = load<i64>(D + i) + (load<i64>(modulus + i) & adds);
    carry += (limb ^ negates) - negates;
    if (i == 32) {
      store<i64>(D, carry, 32);
    } else {
      store<i64>(D + i, carry & (<i64>LIMB));
      carry >>= 62;
    }
  }
}
