// Powers of field elements by windows of four bits.
import { copy, multiply, size, square } from './coordinate';
import { SIZE2 } from './fp2';

const POWER = memory.data(<i32>SIZE2, 16);
/** Odd powers, first to fifteenth. */
const POWERS = memory.data(8 * <i32>SIZE2, 16);

/** out = a^e for the big-endian exponent of `length` bytes, which is not 0. */
export function power<F>(out: usize, a: usize, exponent: usize, length: i32): void {
  copy<F>(POWERS, a);
  square<F>(POWER, a);
  for (let i: usize = 1; i != 8; i++) multiply<F>(POWERS + size<F>() * i, POWERS + size<F>() * (i - 1), POWER);
  let started = false;
  let bit = 0;
  const bits = 8 * length;
  while (bit != bits) {
    if (!bitOf(exponent, bit)) {
      if (started) square<F>(POWER, POWER);
      bit++;
      continue;
    }
    // A window ends with a one.
    let width = min(4, bits - bit);
    while (!bitOf(exponent, bit + width - 1)) width--;
    let value = 0;
    for (let i = 0; i != width; i++) {
      value = 2 * value + i32(bitOf(exponent, bit + i));
      if (started) square<F>(POWER, POWER);
    }
    const factor = POWERS + size<F>() * <usize>(value >> 1);
    if (started) multiply<F>(POWER, POWER, factor);
    else copy<F>(POWER, factor);
    started = true;
    bit += width;
  }
  copy<F>(out, POWER);
}

function bitOf(bytes: usize, bit: i32): bool {
  return ((load<u8>(bytes + (bit >> 3)) >> (7 - (bit & 7))) & 1) != 0;
}
