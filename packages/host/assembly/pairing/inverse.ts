// Inversion modulo the field's prime by divsteps in variable time: Bernstein and Yang, "Fast constant-time gcd computation and modular
// inversion", https://eprint.iacr.org/2019/266. As many steps as a digit has bits are made on the lowest digits, then one matrix is
// applied to the whole numbers.
import { BITS, CUBED_TO_MONTGOMERY, DIGITS, INVERSE, MODULUS_DIGITS } from '../generated/pairing-constants';
import { DIGIT, product, reduce, SIZE, WIDE } from './product';

// Digits are not negative but for the highest, which has the number's sign.
const F = memory.data(<i32>SIZE, 16);
const G = memory.data(<i32>SIZE, 16);
const D = memory.data(<i32>SIZE, 16);
const E = memory.data(<i32>SIZE, 16);
const COLUMNS = memory.data(<i32>WIDE, 16);
/** The matrix of the divsteps, scaled: f' = u·f + v·g, g' = q·f + r·g. */
const MATRIX = memory.data<i64>([0, 0, 0, 0], 8);

// @ts-ignore: decorator
@inline const TOP: usize = 4 * (DIGITS - 1);

/** out = 1/a in Montgomery form, 0 for 0; a is of magnitude 1. */
export function invert(out: usize, a: usize): void {
  memory.copy(F, MODULUS_DIGITS, SIZE);
  memory.fill(D, 0, SIZE);
  memory.fill(E, 0, SIZE);
  store<i32>(E, 1);
  let rest = 0;
  for (let i: usize = 0; i != TOP; i += 4) {
    rest += load<i32>(a + i);
    store<i32>(G + i, rest & (<i32>DIGIT));
    rest >>= <i32>BITS;
  }
  store<i32>(G, rest + load<i32>(a, TOP), TOP);

  let eta = -1;
  // f stays odd, f·1/a = d and g·1/a = e.
  while (!isZero(G)) {
    eta = divsteps(eta, load<i32>(F), load<i32>(G));
    apply(F, G, 0);
    apply(D, E, INVERSE);
  }
  // f is 1 or -1; each application leaves d at most a modulus further from zero.
  if (load<i32>(F, TOP) < 0) for (let i: usize = 0; i != 4 * DIGITS; i += 4) store<i32>(D + i, -load<i32>(D + i));
  product(COLUMNS, D, CUBED_TO_MONTGOMERY);
  reduce(out, COLUMNS);
}

function isZero(a: usize): bool {
  let any = v128.load(a);
  for (let i: usize = 16; i != SIZE; i += 16) any = v128.or(any, v128.load(a + i));
  return !v128.any_true(any);
}

/** Does the steps on the lowest digits, writes MATRIX and returns the new eta = -delta. */
function divsteps(eta: i32, f: i32, g: i32): i32 {
  let u = 1;
  let v = 0;
  let q = 0;
  let r = 1;
  let left = <i32>BITS;
  while (true) {
    // All halvings up to the next odd g at once.
    const zeros = ctz<i32>(g | (-1 << left));
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) break;
    let w: i32;
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
      // w·f cancels up to 6 low bits of g: f·(f² - 2) is -1/f modulo 64.
      w = (f * g * (f * f - 2)) & 63;
    } else {
      // Up to 4 low bits: f + 2((f + 1) & 4) is 1/f modulo 16.
      w = ((f + (((f + 1) & 4) << 1)) * -g) & 15;
    }
    const most = min(eta + 1, left);
    if (most < 6) w &= (1 << most) - 1;
    g += f * w;
    q += u * w;
    r += v * w;
  }
  store<i64>(MATRIX, u);
  store<i64>(MATRIX, v, 8);
  store<i64>(MATRIX, q, 16);
  store<i64>(MATRIX, r, 24);
  return eta;
}

/** (a, b) = MATRIX·(a, b) / 2^BITS: exactly where `inverse` is 0, otherwise modulo the prime, of which it is INVERSE. */
// @ts-ignore: decorator
@inline
function apply(a: usize, b: usize, inverse: i64): void {
  const u = load<i64>(MATRIX);
  const v = load<i64>(MATRIX, 8);
  const q = load<i64>(MATRIX, 16);
  const r = load<i64>(MATRIX, 24);
  let x = <i64>load<i32>(a);
  let y = <i64>load<i32>(b);
  let sumA = u * x + v * y;
  let sumB = q * x + r * y;
  // What is taken of the modulus makes the lowest digit zero.
  const timesA = (sumA * inverse) & DIGIT;
  const timesB = (sumB * inverse) & DIGIT;
  for (let i: usize = 0; i != TOP; i += 4) {
    if (inverse != 0) {
      const p = <i64>load<i32>(MODULUS_DIGITS + i);
      sumA -= timesA * p;
      sumB -= timesB * p;
    }
    if (i != 0) {
      store<i32>(a + i - 4, <i32>(sumA & DIGIT));
      store<i32>(b + i - 4, <i32>(sumB & DIGIT));
    }
    x = load<i32>(a + i + 4);
    y = load<i32>(b + i + 4);
    sumA = (sumA >> BITS) + u * x + v * y;
    sumB = (sumB >> BITS) + q * x + r * y;
  }
  if (inverse != 0) {
    const p = <i64>load<i32>(MODULUS_DIGITS + TOP);
    sumA -= timesA * p;
    sumB -= timesB * p;
  }
  store<i32>(a + TOP - 4, <i32>(sumA & DIGIT));
  store<i32>(b + TOP - 4, <i32>(sumB & DIGIT));
  store<i32>(a + TOP, <i32>(sumA >> BITS));
  store<i32>(b + TOP, <i32>(sumB >> BITS));
}
