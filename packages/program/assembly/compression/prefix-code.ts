// Tables for decoding canonical prefix codes, as brotli (RFC 7932, section 3.2) and deflate (RFC 1951, section 3.2.2) share
// them, with code lengths up to 15: a root table indexed by the next eight bits, with second tables behind it for the
// longer codes.
//
// An entry is value << 8 | length, where length counts the bits that its own table consumes. A root entry with a length
// above ROOT_BITS is a link: ROOT_BITS plus the width of a second table, and as value the second table's place. An entry
// with length 0 stands for no code.

// @ts-ignore: decorator
@inline
export const ROOT_BITS: u32 = 8;

// @ts-ignore: decorator
@lazy const MAX_LENGTH: u32 = 15;

/**
 * Entries that a table for `alphabet` symbols needs at most: the maxima over all complete codes (402 for up to 32
 * symbols, 436 for 64, … 1080 for 704) lie below this line.
 */
export function tableCapacity(alphabet: u32): u32 {
  return 376 + 33 * ((alphabet + 31) >> 5);
}

/** Number of codes of each length, then the place in SORTED where the next symbol of that length goes. */
// @ts-ignore: decorator
@lazy const COUNTS: usize = memory.data(64, 8);
// @ts-ignore: decorator
@lazy const PLACES: usize = memory.data(64, 8);
/** The symbols with a code, in the order of their codes. */
// @ts-ignore: decorator
@lazy const SORTED: usize = memory.data(2048, 8);

/** What a set of code lengths is. */
export const enum CodeKind {
  /** Every sequence of bits starts with one of the codes. */
  Complete,
  /** No symbol has a code. */
  Empty,
  /** One symbol has a code, of one bit: the other bit stands for nothing. */
  Single,
  /** Too many codes for their lengths, or too few. */
  Wrong,
}

/** The symbol with the only code after `buildPrefixCode` said Single, or was given one symbol of any length. */
export function singleSymbol(): u32 {
  return load<u16>(SORTED);
}

/** Builds the table for the `alphabet` (at most 1024) code lengths, one byte each, at `lengths`; none if Wrong. */
export function buildPrefixCode(lengths: usize, alphabet: u32, table: usize): CodeKind {
  memory.fill(COUNTS, 0, 64);
  for (let i: u32 = 0; i < alphabet; i++) {
    const at = COUNTS + ((<usize>load<u8>(lengths + i)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  store<u32>(COUNTS, 0);
  let total: u32 = 0;
  for (let length: u32 = 1; length <= MAX_LENGTH; length++) {
    store<u32>(PLACES + (length << 2), total);
    total += load<u32>(COUNTS + (length << 2));
  }
  for (let i: u32 = 0; i < alphabet; i++) {
    const length = <u32>load<u8>(lengths + i);
    if (length == 0) continue;
    const at = PLACES + (length << 2);
    const place = load<u32>(at);
    store<u16>(SORTED + (place << 1), <u16>i);
    store<u32>(at, place + 1);
  }

  const rootSize: u32 = 1 << ROOT_BITS;
  const kind = kindOf(total);
  if (kind == CodeKind.Wrong) return kind;
  if (kind != CodeKind.Complete) memory.fill(table, 0, rootSize << 2);

  // Codes are given out in order: lengths ascending, symbols ascending. A code is read from its highest bit on, so its
  // place in a table is the code with its bits reversed.
  let code: u32 = 0;
  let place: u32 = 0;
  let end = rootSize;
  let second: u32 = 0;
  let width: u32 = 0;
  let prefix: u32 = u32.MAX_VALUE;
  for (let length: u32 = 1; length <= MAX_LENGTH; length++) {
    code <<= 1;
    let left = load<u32>(COUNTS + (length << 2));
    for (; left > 0; left--, code++) {
      const value = <u32>load<u16>(SORTED + (place++ << 1));
      const reversed = reverse(code, length);
      if (length <= ROOT_BITS) {
        fillTable(table, reversed, length, ROOT_BITS, (value << 8) | length);
        continue;
      }
      const root = reversed & (rootSize - 1);
      if (root != prefix) {
        prefix = root;
        second = end;
        width = secondWidth(length, left);
        end += 1 << width;
        store<u32>(table + (root << 2), (second << 8) | (ROOT_BITS + width));
      }
      const rest = length - ROOT_BITS;
      fillTable(table + (second << 2), reversed >> ROOT_BITS, rest, width, (value << 8) | rest);
    }
  }
  return kind;
}

/** Kind of the code whose lengths are counted in COUNTS; `total` symbols have one. */
function kindOf(total: u32): CodeKind {
  if (total == 0) return CodeKind.Empty;
  let space: i32 = 1 << MAX_LENGTH;
  for (let length: u32 = 1; length <= MAX_LENGTH; length++) {
    space -= (<i32>load<u32>(COUNTS + (length << 2))) << (MAX_LENGTH - length);
  }
  if (space == 0) return CodeKind.Complete;
  return total == 1 && load<u32>(COUNTS, 4) == 1 ? CodeKind.Single : CodeKind.Wrong;
}

/** Writes `entry` at every index of a table of `width` bits whose low `length` bits are `index`. */
function fillTable(table: usize, index: u32, length: u32, width: u32, entry: u32): void {
  const step: u32 = 1 << length;
  for (let i = index; i < (<u32>1) << width; i += step) store<u32>(table + (i << 2), entry);
}

/**
 * Width of the second table whose first code has `length` bits, with `left` codes of that length to come: as wide as the
 * codes that share its prefix are long.
 */
function secondWidth(length: u32, left: u32): u32 {
  let width = length - ROOT_BITS;
  let space: i32 = (1 << width) - <i32>left;
  while (space > 0 && length < MAX_LENGTH) {
    length += 1;
    width += 1;
    space = (space << 1) - <i32>load<u32>(COUNTS + (length << 2));
  }
  return width;
}

function reverse(code: u32, length: u32): u32 {
  let result: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    result = (result << 1) | (code & 1);
    code >>= 1;
  }
  return result;
}
