// Hexadecimal and decimal text.

/** The 16 digits. */
const DIGITS = memory.data<u8>(
  [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66],
  16,
);

/** Writes `size` bytes as 2 × `size` digits at `target`, and up to 30 more characters of no meaning behind them. */
export function hex(source: usize, size: usize, target: usize): usize {
  const digits = v128.load(DIGITS);
  const low = i8x16.splat(15);
  for (let i: usize = 0; i < size; i += 16) {
    const bytes = v128.load(source + i);
    const high = i8x16.swizzle(digits, i8x16.shr_u(bytes, 4));
    const rest = i8x16.swizzle(digits, v128.and(bytes, low));
    const at = target + (i << 1);
    v128.store(at, i8x16.shuffle(high, rest, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(at, i8x16.shuffle(high, rest, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
  return target + (size << 1);
}

/** Writes a number; gives the address behind it. */
export function decimal(value: u64, target: usize): usize {
  let size: usize = 1;
  for (let rest = value; rest > 9; rest /= 10) size++;
  for (let at = target + size; at > target; value /= 10) {
    at--;
    store<u8>(at, <u8>(0x30 + (value % 10)));
  }
  return target + size;
}
