// Scalars as sparse signed digits (wNAF): fewer additions of points.
import { copy } from './limbs256';

/** Positions of digits of a 256-bit scalar: 257, rounded up to whole words. One byte each. */
// @ts-ignore: decorator
@inline
export const POSITIONS: i32 = 264;

/** The scalar with zeros behind it, so that any 8 bytes from one of its own can be read. */
const SCALAR = memory.data(48, 8);

/**
 * Recodes a 256-bit scalar to odd signed digits below 2^(width-1) and zeros, POSITIONS bytes at `digits`, the lowest
 * first: the sum of digit·2^position is the scalar. After a digit that is not 0 at least width - 1 are. Width is at
 * most 8.
 */
export function recode(digits: usize, scalar: usize, width: u32): void {
  copy(SCALAR, scalar);
  for (let i = 0; i < POSITIONS; i += 8) store<u64>(digits + i, 0);
  const mask = ((<u32>1) << width) - 1;
  let carry: u32 = 0;
  for (let position: u32 = 0; position <= 256;) {
    const window = (<u32>(load<u64>(SCALAR + (position >> 3)) >> u64(position & 7))) & mask;
    if ((window & 1) == carry) {
      position++;
      continue;
    }
    let digit = <i32>(window + carry);
    carry = (<u32>digit) >> (width - 1);
    digit -= carry << width;
    store<i8>(digits + position, <i8>digit);
    position += width;
  }
}
