// Factors of points, as digits in base |x| for the curve's parameter x: the order is below |x|⁴, and multiplication by x or x² is an
// endomorphism (subgroup.ts).
import { ORDER, U } from '../../generated/bls12-381-constants';

/** The factor: four words of 64 bits, lowest first. */
const WORDS = memory.data(32, 8);

/** The four digits of a big-endian number of 32 bytes modulo the order, lowest first, to `out`. */
export function readScalar(out: usize, bytes: usize): void {
  for (let i: usize = 0; i != 4; i++) store<u64>(WORDS + 8 * i, bswap(load<u64>(bytes + 24 - 8 * i)));
  // 2^256 is not three times the order.
  while (!isBelowOrder()) subtractOrder();
  for (let i: usize = 0; i != 3; i++) store<u64>(out + 8 * i, divide());
  store<u64>(out, load<u64>(WORDS), 24);
}

/** Whether 32 bytes are a number below the order. */
export function isScalar(bytes: usize): bool {
  for (let i: usize = 0; i != 4; i++) store<u64>(WORDS + 8 * i, bswap(load<u64>(bytes + 24 - 8 * i)));
  return isBelowOrder();
}

function isBelowOrder(): bool {
  let at: usize = 24;
  while (at != 0 && load<u64>(WORDS + at) == load<u64>(ORDER + at)) at -= 8;
  return load<u64>(WORDS + at) < load<u64>(ORDER + at);
}

function subtractOrder(): void {
  let borrow: u64 = 0;
  for (let i: usize = 0; i != 32; i += 8) {
    const a = load<u64>(WORDS + i);
    const b = load<u64>(ORDER + i);
    const difference = a - b - borrow;
    store<u64>(WORDS + i, difference);
    borrow = u64(a < b || (a == b && borrow != 0));
  }
}

/** Divides WORDS by |x| and gives the remainder. */
function divide(): u64 {
  let rest: u64 = 0;
  for (let at: i32 = 24; at >= 0; at -= 8) {
    let word = load<u64>(WORDS + at);
    let quotient: u64 = 0;
    for (let bit = 0; bit != 64; bit++) {
      const carry = rest >> 63;
      rest = (rest << 1) | (word >> 63);
      word <<= 1;
      quotient <<= 1;
      if (carry == 0 && rest < U) continue;
      rest -= U;
      quotient |= 1;
    }
    store<u64>(WORDS + at, quotient);
  }
  return rest;
}
