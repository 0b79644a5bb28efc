// Decoding tables for the canonical prefix codes of DEFLATE (RFC 1951, section 3.2.2) and Brotli (RFC 7932, section 3.2).
//
// A table has 2^bits primary entries, indexed by the next bits of the stream, and behind them the subtables of longer
// codes. An entry is a 32-bit word:
//   bits 0–7   bits to consume: the code's length, and the extra bits of a length or distance with it;
//              in a link to a subtable, the primary index bits
//   bits 8–11  the code's length; in a link, the subtable's index bits
//   bit 13     END, bit 14 LINK, bit 15 SPECIAL (set with END, LINK, and alone where no valid code is)
//   bits 16–30 the literal, the base of the length or distance, or the link's first entry
//   bit 31     LITERAL

// @ts-ignore: decorator
@inline
export const LITERAL: u32 = 1 << 31;
// @ts-ignore: decorator
@inline
export const SPECIAL: u32 = 1 << 15;
// @ts-ignore: decorator
@inline
export const LINK: u32 = 1 << 14;
// @ts-ignore: decorator
@inline
export const END: u32 = 1 << 13;

/** The longest code of both. */
// @ts-ignore: decorator
@inline
const LONGEST: u32 = 15;

/** The largest alphabet: Brotli's commands. */
// @ts-ignore: decorator
@inline
const MOST_SYMBOLS: i32 = 704;

/** How many codes have each length; then the first index in SORTED of each. */
const COUNTS = memory.data(64, 8);
const OFFSETS = memory.data(64, 8);
/** Symbols in the order of their codes. */
const SORTED = memory.data(MOST_SYMBOLS * 2, 8);

/**
 * Builds the table at `table` of the code whose `count` lengths (bytes, 0 for no code) are at `lengths`; `symbols` holds
 * each symbol's entry without its code's length, or is 0 where that is symbol << 16. `bits` is the number of primary
 * index bits; the table has room for the subtables. Returns false if the code is over-subscribed or incomplete; as in Go
 * and zlib a single code of length 1, and no code at all, are let through: their missing codes decode as a bare SPECIAL.
 */
export function buildTable(table: usize, bits: u32, lengths: usize, count: u32, symbols: usize): bool {
  for (let i: usize = 0; i != 64; i += 8) store<u64>(COUNTS + i, 0);
  for (let i: u32 = 0; i < count; i++) {
    const slot = COUNTS + ((<usize>load<u8>(lengths + i)) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  const uncoded = load<u32>(COUNTS);
  let longest = LONGEST;
  while (longest != 0 && load<u32>(COUNTS + (longest << 2)) == 0) longest--;
  const size: usize = 1 << bits;

  // Kraft's sum in units of 2^-15 tells whether the code is complete.
  let space: u32 = 0;
  let first: u32 = 0;
  for (let length: u32 = 1; length <= longest; length++) {
    const here = load<u32>(COUNTS + (length << 2));
    store<u32>(OFFSETS + (length << 2), first);
    first += here;
    space += here << (LONGEST - length);
  }
  if (space != 1 << LONGEST) {
    const degenerate = longest == 0 || (longest == 1 && count - uncoded == 1);
    if (!degenerate) return false;
    for (let i: usize = 0; i != size << 2; i += 4) store<u32>(table + i, SPECIAL);
    if (longest == 0) return true;
  }

  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const length = <usize>load<u8>(lengths + symbol);
    if (length == 0) continue;
    const slot = OFFSETS + (length << 2);
    const index = load<u32>(slot);
    store<u32>(slot, index + 1);
    store<u16>(SORTED + (index << 1), <u16>symbol);
  }

  // Codes in order, bit-reversed: counting up from the top bit. A code of up to `bits` bits is repeated over the table.
  let code: u32 = 0;
  let sorted = SORTED;
  let subtable: u32 = 1 << bits;
  let subtableBits: u32 = 0;
  let prefix: u32 = u32.MAX_VALUE;
  for (let length: u32 = 1; length <= longest; length++) {
    let left = load<u32>(COUNTS + (length << 2));
    for (; left != 0; left--) {
      const symbol = <usize>load<u16>(sorted);
      const plain = symbols == 0 ? (<u32>symbol) << 16 : load<u32>(symbols + (symbol << 2));
      const entry = plain + length * 0x101;
      sorted += 2;
      if (length <= bits) {
        const step: usize = 4 << length;
        const end = table + (size << 2);
        for (let slot = table + (code << 2); slot < end; slot += step) store<u32>(slot, entry);
      } else {
        const primary = code & ((1 << bits) - 1);
        if (primary != prefix) {
          prefix = primary;
          if (subtableBits != 0) subtable += 1 << subtableBits;
          // As many index bits as the codes with this prefix need: they fill the subtable.
          subtableBits = length - bits;
          let room = (1 << subtableBits) - left;
          while (<i32>room > 0 && subtableBits + bits < longest) {
            subtableBits++;
            room = (room << 1) - load<u32>(COUNTS + ((subtableBits + bits) << 2));
          }
          store<u32>(table + (primary << 2), (subtable << 16) | SPECIAL | LINK | (subtableBits << 8) | bits);
        }
        const step: usize = 4 << (length - bits);
        const start = table + ((<usize>subtable) << 2);
        const end = start + ((<usize>4) << subtableBits);
        for (let slot = start + ((<usize>(code >> bits)) << 2); slot < end; slot += step) store<u32>(slot, entry);
      }
      // Next code of this length: add 1 to the reversed number.
      let bit: u32 = 1 << (length - 1);
      while (code & bit) bit >>= 1;
      code = bit == 0 ? 0 : (code & (bit - 1)) + bit;
    }
  }
  return true;
}
