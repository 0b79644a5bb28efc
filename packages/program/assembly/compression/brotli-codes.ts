// Prefix codes and context maps of Brotli (RFC 7932, sections 3.3 to 3.5 and 7.3). Where a function fails, the
// decompression has ended (`endingStatus`); tables are allocated in the current region.
import {
  corrupt,
  peekBits,
  readBits,
  readShortSymbol,
  readSymbol,
  setBitPosition,
  bitPosition,
  TABLE_BITS,
} from './brotli-streams';
import { buildTable } from './huffman-table';

/** Lengths of the codes of the largest alphabet, the commands (distances have at most 16 + 120 + 384). */
const LENGTHS = memory.data(704, 8);

/**
 * Bytes of the table of a code over `alphabet` symbols. For complete codes of up to 15 bits with 8 primary index bits the
 * greatest numbers of entries are 402 for 32 symbols, 436 for 64, … 1080 for 704 (zlib's examples/enough.c).
 */
function tableSize(alphabet: i32): usize {
  return (376 + 33 * ((alphabet + 31) >> 5)) << 2;
}

/** Reads `count` codes over `alphabet` symbols; returns the address of their tables' addresses, 0 if it fails. */
export function readCodes(count: i32, alphabet: i32): usize {
  const tables = heap.alloc(count << 2);
  for (let i = 0; i < count; i++) {
    const table = readCode(alphabet);
    if (table == 0) return 0;
    store<u32>(tables + (i << 2), <u32>table);
  }
  return tables;
}

/** Reads a code over `alphabet` symbols (section 3.3); returns its table's address, 0 if it fails. */
export function readCode(alphabet: i32): usize {
  const kind = readBits(2);
  if (kind < 0) return 0;
  for (let i = 0; i < alphabet; i += 8) store<u64>(LENGTHS + i, 0);
  if (kind != 1) {
    if (!readComplexCode(kind, alphabet)) return 0;
  } else {
    const symbols = readSimpleCode(alphabet);
    if (symbols < 0) return 0;
    if (symbols == 1) {
      const lone = heap.alloc(4 << TABLE_BITS);
      fillTable(lone, TABLE_BITS, <u32>load<u16>(SIMPLE));
      return lone;
    }
  }
  const table = heap.alloc(tableSize(alphabet));
  buildTable(table, TABLE_BITS, LENGTHS, alphabet, 0);
  return table;
}

/** The table of a code with a single symbol, which takes no bits. */
function fillTable(table: usize, indexBits: u32, symbol: u32): void {
  const end = table + ((<usize>4) << indexBits);
  for (let slot = table; slot != end; slot += 4) store<u32>(slot, symbol << 16);
}

/** The symbols of a simple code. */
const SIMPLE = memory.data(8, 8);

/** Section 3.4: one to four symbols, whose lengths go to LENGTHS. Returns how many, -1 if it fails. */
function readSimpleCode(alphabet: i32): i32 {
  const width = 32 - clz(alphabet - 1);
  const last = readBits(2);
  if (last < 0) return -1;
  for (let i = 0; i <= last; i++) {
    const symbol = readBits(width);
    if (symbol < 0) return -1;
    if (symbol >= alphabet) return corrupt();
    store<u16>(SIMPLE + (i << 1), <u16>symbol);
  }
  for (let i = 0; i < last; i++) {
    for (let j = i + 1; j <= last; j++) {
      if (load<u16>(SIMPLE + (i << 1)) == load<u16>(SIMPLE + (j << 1))) return corrupt();
    }
  }
  // Lengths 1 1, 1 2 2, 2 2 2 2 or 1 2 3 3; four bits each.
  let lengths: u32 = last == 1 ? 0x11 : last == 2 ? 0x221 : 0x2222;
  if (last == 3) {
    const isSkewed = readBits(1);
    if (isSkewed < 0) return -1;
    if (isSkewed) lengths = 0x3321;
  }
  for (let i = 0; i <= last; i++) {
    store<u8>(LENGTHS + load<u16>(SIMPLE + (i << 1)), <u8>(lengths & 15));
    lengths >>= 4;
  }
  return last + 1;
}

/** Section 3.5: the order in which the lengths of the code for lengths come. */
const LENGTH_ORDER = memory.data<u8>([1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
const LENGTH_LENGTHS = memory.data(24, 8);
/** Codes for lengths have up to 5 bits. */
const LENGTH_TABLE = memory.data(4 << TABLE_BITS, 8);

/** Section 3.5: a code whose lengths are coded themselves. The first `skipped` lengths of that code aren't there. */
function readComplexCode(skipped: i32, alphabet: i32): bool {
  if (!readLengthCode(skipped)) return false;
  let space: i32 = 1 << 15;
  let previous: i32 = 8;
  let repeat: i32 = 0;
  let repeated: i32 = 0;
  // An oversubscribed code is read on to its end, as in the reference, and refused then.
  for (let i = 0; i < alphabet && space != 0;) {
    const code = readLengthSymbol();
    if (code < 0) return false;
    const length = code & 15;
    if (code < 16) {
      repeat = 0;
      if (length != 0) {
        store<u8>(LENGTHS + i, <u8>length);
        previous = length;
        space -= 32768 >> length;
      }
      i++;
      continue;
    }
    // 16 repeats the last length that isn't zero, 17 repeats zero. A repetition right behind one of the same length
    // multiplies it.
    const isZero = (code & 31) == 17;
    const repeatedLength = isZero ? 0 : previous;
    if (repeated != repeatedLength) {
      repeat = 0;
      repeated = repeatedLength;
    }
    const before = repeat;
    if (repeat > 0) repeat = (repeat - 2) << (isZero ? 3 : 2);
    repeat += (code >> 5) + 3;
    const count = repeat - before;
    if (i + count > alphabet) return corrupt() >= 0;
    if (repeatedLength == 0) {
      i += count;
    } else {
      for (const end = i + count; i < end; i++) store<u8>(LENGTHS + i, <u8>repeatedLength);
      space -= count << (15 - repeatedLength);
    }
  }
  return space == 0 || corrupt() >= 0;
}

/** The code for lengths: up to 18 lengths in a fixed code, until they fill the space. Builds LENGTH_TABLE. */
function readLengthCode(skipped: i32): bool {
  for (let i: usize = 0; i != 24; i += 8) store<u64>(LENGTH_LENGTHS + i, 0);
  let space: i32 = 32;
  let codes = 0;
  let lone: u32 = 0;
  for (let i = skipped; i < 18 && space > 0; i++) {
    const length = readLengthLength();
    if (length < 0) return false;
    if (length == 0) continue;
    lone = <u32>load<u8>(LENGTH_ORDER + i);
    store<u8>(LENGTH_LENGTHS + lone, <u8>length);
    space -= 32 >> length;
    codes++;
  }
  if (codes == 1) {
    fillTable(LENGTH_TABLE, TABLE_BITS, lone);
    return true;
  }
  if (space != 0) return corrupt() >= 0;
  return buildTable(LENGTH_TABLE, TABLE_BITS, LENGTH_LENGTHS, 18, 0);
}

/** The fixed code of the lengths of the code for lengths, by four bits as read: length << 4 | bits used. */
const LENGTH_LENGTH_CODE = memory.data<u8>([
  0x02, 0x42, 0x32, 0x23, 0x02, 0x42, 0x32, 0x14, 0x02, 0x42, 0x32, 0x23, 0x02, 0x42, 0x32, 0x54,
]);

function readLengthLength(): i32 {
  // The code is complete: two bits tell whether a third counts, three whether a fourth does.
  let known = peekBits(2);
  if (known < 0) return -1;
  let code = <i32>load<u8>(LENGTH_LENGTH_CODE + known);
  if ((code & 15) > 2) {
    known = peekBits(3);
    if (known < 0) return -1;
    code = <i32>load<u8>(LENGTH_LENGTH_CODE + known);
    if ((code & 15) > 3) {
      known = peekBits(4);
      if (known < 0) return -1;
      code = <i32>load<u8>(LENGTH_LENGTH_CODE + known);
    }
  }
  setBitPosition(bitPosition() + (code & 15));
  return code >> 4;
}

/** A length 0 to 15, or 16 or 17 with its extra bits from bit 5 on; -1 if it fails. */
function readLengthSymbol(): i32 {
  const symbol = readShortSymbol(LENGTH_TABLE);
  if (symbol < 16) return symbol;
  const extra = readBits(symbol - 14);
  return extra < 0 ? -1 : symbol | (extra << 5);
}

/** The number of block types or trees, 1 to 256 (section 9.2); -1 if it fails. */
export function readCount(): i32 {
  const isMore = readBits(1);
  if (isMore < 0) return -1;
  if (isMore == 0) return 1;
  const width = readBits(3);
  if (width < 0) return -1;
  const rest = readBits(width);
  return rest < 0 ? -1 : (1 << width) + rest + 1;
}

/** Reads a context map of `size` bytes (section 7.3) to `map`; returns the number of trees in it, -1 if it fails. */
export function readContextMap(map: usize, size: i32): i32 {
  const trees = readCount();
  if (trees < 0) return -1;
  memory.fill(map, 0, size);
  if (trees == 1) return 1;
  // The reference looks at five bits at once: a code, which follows, has more.
  const runs = peekBits(5);
  if (runs < 0) return -1;
  const longest = runs & 1 ? (runs >> 1) + 1 : 0;
  setBitPosition(bitPosition() + (runs & 1 ? 5 : 1));
  const code = readCode(trees + longest);
  if (code == 0) return -1;
  for (let i = 0; i < size;) {
    const symbol = readSymbol(code);
    if (symbol < 0) return -1;
    if (symbol > longest) {
      store<u8>(map + i, <u8>(symbol - longest));
      i++;
    } else if (symbol == 0) {
      i++;
    } else {
      const extra = readBits(symbol);
      if (extra < 0) return -1;
      i += (1 << symbol) + extra;
      if (i > size) return corrupt();
    }
  }
  const isMoved = readBits(1);
  if (isMoved < 0) return -1;
  if (isMoved) inverseMoveToFront(map, size);
  return trees;
}

const FRONT = memory.data(256, 8);

function inverseMoveToFront(map: usize, size: i32): void {
  for (let i: usize = 0; i < 256; i++) store<u8>(FRONT + i, <u8>i);
  for (let i = 0; i < size; i++) {
    const index = <usize>load<u8>(map + i);
    const value = load<u8>(FRONT + index);
    store<u8>(map + i, value);
    for (let j = index; j != 0; j--) store<u8>(FRONT + j, load<u8>(FRONT + j - 1));
    store<u8>(FRONT, value);
  }
}
