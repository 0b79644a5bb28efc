// Brotli decompression, RFC 7932: https://www.rfc-editor.org/rfc/rfc7932
//
// One pass over a whole compressed stream into one output buffer, which is also the window: batches that were decoded
// before a truncation or an error count, so the number of bytes produced is meaningful with every status. Large windows
// (an extension of the format) are refused. Everything is in static memory except the tables of prefix codes, whose
// number the stream decides: they live in the current region.
import { buildPrefixCode, CodeKind, ROOT_BITS, singleSymbol, tableCapacity } from './prefix-code';
import { copyWord, WORD_LENGTH_MAX, WORD_LENGTH_MIN, wordBits } from './brotli-words';

/** How a decompression ended. */
export enum BrotliStatus {
  /** The stream is complete. */
  Done,
  /** The input ends before the stream does. */
  Truncated,
  /** The stream breaks a rule of the format. */
  Corrupt,
  /** The stream is longer than the output buffer. */
  OutputFull,
}

let status: BrotliStatus = BrotliStatus.Done;
let consumed: u32 = 0;

/** How the last decompression ended. */
export function brotliStatus(): BrotliStatus {
  return status;
}

/** Input bytes that the last decompression used: with Done, what follows them does not belong to the stream. */
export function brotliConsumed(): u32 {
  return consumed;
}

// The bit reader: `bitCount` bits not used yet are the low bits of `bits`.
let input: usize = 0;
let inputEnd: usize = 0;
let bits: u64 = 0;
let bitCount: u32 = 0;
/** Set by the first read beyond the input's end; such reads give zeros. */
let starved: bool = false;

// The output.
let output: usize = 0;
let outputStart: usize = 0;
let outputEnd: usize = 0;

/** Tops up the bit reader to at least 32 bits, or to what there is. */
// @ts-ignore: decorator
@inline
function fill(): void {
  if (bitCount < 32) {
    if (inputEnd - input >= 4) {
      bits |= (<u64>load<u32>(input)) << bitCount;
      bitCount += 32;
      input += 4;
    } else {
      while (input < inputEnd) {
        bits |= (<u64>load<u8>(input++)) << bitCount;
        bitCount += 8;
      }
    }
  }
}

/** The next `count` (at most 32) bits. */
function take(count: u32): u32 {
  fill();
  if (count > bitCount) {
    starved = true;
    bitCount = 0;
    bits = 0;
    return 0;
  }
  const value = <u32>(bits & (((<u64>1) << count) - 1));
  bits >>= count;
  bitCount -= count;
  return value;
}

/** The next symbol of the prefix code in `table`. */
// @ts-ignore: decorator
@inline
function symbol(table: usize): u32 {
  fill();
  let entry = load<u32>(table + (((<usize>bits) & ((1 << ROOT_BITS) - 1)) << 2));
  let length = entry & 0xff;
  if (length > ROOT_BITS) {
    // A link: the low byte is ROOT_BITS plus the width of the second table, the rest its place.
    const index = (entry >> 8) + ((<u32>(bits >> ROOT_BITS)) & ((1 << (length - ROOT_BITS)) - 1));
    entry = load<u32>(table + ((<usize>index) << 2));
    length = (entry & 0xff) + ROOT_BITS;
  }
  if (length > bitCount) {
    starved = true;
    return 0;
  }
  bits >>= length;
  bitCount -= length;
  return entry >> 8;
}

/** Ends the decompression for a broken rule, or for the input's end if that is what the reader ran into. */
// @ts-ignore: decorator
@inline
function fail(): bool {
  status = starved ? BrotliStatus.Truncated : BrotliStatus.Corrupt;
  return false;
}

// The three categories of blocks: literals, commands (insert and copy lengths), distances.
// @ts-ignore: decorator
@lazy const CATEGORIES: i32 = 3;
const typeCount: StaticArray<u32> = new StaticArray<u32>(CATEGORIES);
const typeCodes: StaticArray<usize> = new StaticArray<usize>(CATEGORIES);
const lengthCodes: StaticArray<usize> = new StaticArray<usize>(CATEGORIES);
const blockType: StaticArray<u32> = new StaticArray<u32>(CATEGORIES);
const previousType: StaticArray<u32> = new StaticArray<u32>(CATEGORIES);
const blockLeft: StaticArray<u32> = new StaticArray<u32>(CATEGORIES);

/** Block count codes 0 to 25: base and number of extra bits (section 6). */
// @ts-ignore: decorator
@lazy const BLOCK_LENGTH_BASE: usize = memory.data<u16>([
  1, 5, 9, 13, 17, 25, 33, 41, 49, 65, 81, 97, 113, 145, 177, 209, 241, 305, 369, 497, 753, 1265, 2289, 4337, 8433,
  16625,
]);
// @ts-ignore: decorator
@lazy const BLOCK_LENGTH_EXTRA: usize = memory.data<u8>([
  2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24,
]);

/** Insert length codes 0 to 23 and copy length codes 0 to 23 (section 5). */
// @ts-ignore: decorator
@lazy const INSERT_BASE: usize = memory.data<u16>([
  0, 1, 2, 3, 4, 5, 6, 8, 10, 14, 18, 26, 34, 50, 66, 98, 130, 194, 322, 578, 1090, 2114, 6210, 22594,
]);
// @ts-ignore: decorator
@lazy const INSERT_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24,
]);
// @ts-ignore: decorator
@lazy const COPY_BASE: usize = memory.data<u16>([
  2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 22, 30, 38, 54, 70, 102, 134, 198, 326, 582, 1094, 2118,
]);
// @ts-ignore: decorator
@lazy const COPY_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24,
]);

/** Insert and copy codes of each of the eleven cells of 64 command codes, as insert << 8 | copy (section 5). */
// @ts-ignore: decorator
@lazy const COMMAND_CELLS: usize = memory.data<u16>([
  0x0000, 0x0008, 0x0000, 0x0008, 0x0800, 0x0808, 0x0010, 0x1000, 0x0810, 0x1008, 0x1010,
]);

// The last four distances, the latest first.
let distance0: u32 = 0;
let distance1: u32 = 0;
let distance2: u32 = 0;
let distance3: u32 = 0;

let windowSize: u32 = 0;

/**
 * Decompresses the `length` bytes at `source` into `target`, at most `capacity` bytes, and returns how many it produced;
 * `brotliStatus` tells how it ended.
 */
export function brotli(source: usize, length: u32, target: usize, capacity: u32): u32 {
  input = source;
  inputEnd = source + length;
  bits = 0;
  bitCount = 0;
  starved = false;
  output = target;
  outputStart = target;
  outputEnd = target + capacity;
  status = BrotliStatus.Done;
  distance0 = 4;
  distance1 = 11;
  distance2 = 15;
  distance3 = 16;
  if (readWindowSize()) {
    while (metaBlock()) {}
  }
  consumed = <u32>(input - source) - (bitCount >> 3);
  return <u32>(output - target);
}

/** WBITS (section 9.1). */
function readWindowSize(): bool {
  let windowBits: u32 = 16;
  if (take(1)) {
    const n = take(3);
    if (n != 0) windowBits = 17 + n;
    else {
      const m = take(3);
      if (m == 1) return fail(); // 10 to 62 bits: the large-window extension
      windowBits = m == 0 ? 17 : 8 + m;
    }
  }
  windowSize = (1 << windowBits) - 16;
  return starved ? fail() : true;
}

/** One meta-block (section 9.2); false when the stream ended, well or not. */
function metaBlock(): bool {
  const last = take(1);
  if (starved) return fail();
  if (last) {
    const empty = take(1);
    if (starved) return fail();
    if (empty) return endOfStream();
  }
  const nibbles = take(2) + 4;
  if (starved) return fail();
  if (nibbles == 7) {
    if (last) return fail();
    return metadata();
  }
  const length = take(4 * nibbles) + 1;
  if (starved) return fail();
  if (nibbles > 4 && (length - 1) >> (4 * (nibbles - 1)) == 0) return fail(); // the last nibble must not be zero
  if (!last && take(1)) return stored(length);
  if (starved || !compressed(length)) return status == BrotliStatus.Done ? fail() : false;
  return last ? endOfStream() : true;
}

/** The rest of the last byte must be zero bits. */
function endOfStream(): bool {
  if (take(bitCount & 7) != 0) return fail();
  return false;
}

/** A meta-block whose contents are skipped. */
function metadata(): bool {
  if (take(1)) return fail(); // reserved
  const bytes = take(2);
  const skip: u32 = bytes == 0 ? 0 : take(8 * bytes) + 1;
  if (starved) return fail();
  if (bytes > 1 && (skip - 1) >> (8 * (bytes - 1)) == 0) return fail();
  if (!alignToByte()) return fail();
  if (<u32>(inputEnd - input) < skip) {
    input = inputEnd;
    starved = true;
    return fail();
  }
  input += skip;
  return true;
}

/** An uncompressed meta-block. */
function stored(length: u32): bool {
  if (starved || !alignToByte()) return fail();
  const available = min(length, <u32>(inputEnd - input));
  const room = <u32>(outputEnd - output);
  const count = min(available, room);
  memory.copy(output, input, count);
  output += count;
  input += count;
  if (count < available) {
    status = BrotliStatus.OutputFull;
    return false;
  }
  if (available < length) {
    starved = true;
    return fail();
  }
  return true;
}

/** Drops the bits up to the next byte, which must be zero, and gives whole bytes back to the input. */
function alignToByte(): bool {
  if (take(bitCount & 7) != 0) return false;
  input -= bitCount >> 3;
  bits = 0;
  bitCount = 0;
  return true;
}

/** A compressed meta-block of `length` bytes. */
function compressed(length: u32): bool {
  for (let category = 0; category < CATEGORIES; category++) {
    if (!blockTypes(category)) return false;
  }
  const postfixBits = take(2);
  const directCodes = take(4) << postfixBits;
  const literalTypes = typeCount[0];
  const contextModes = heap.alloc(literalTypes);
  for (let i: u32 = 0; i < literalTypes; i++) store<u8>(contextModes + i, <u8>take(2));
  const literalMap = heap.alloc(literalTypes << 6);
  const literalTrees = contextMap(literalMap, literalTypes << 6);
  if (literalTrees == 0) return fail();
  const distanceTypes = typeCount[2];
  const distanceMap = heap.alloc(distanceTypes << 2);
  const distanceTrees = contextMap(distanceMap, distanceTypes << 2);
  if (distanceTrees == 0) return fail();

  const literalCodes = prefixCodes(literalTrees, 256);
  if (literalCodes == 0) return fail();
  const commandCodes = prefixCodes(typeCount[1], 704);
  if (commandCodes == 0) return fail();
  const distanceCodes = prefixCodes(distanceTrees, 16 + directCodes + (48 << postfixBits));
  if (distanceCodes == 0) return fail();

  let left = length;
  while (left > 0) {
    // A command: insert length, copy length, whether the distance is the last one.
    if (blockLeft[1] == 0 && !switchBlock(1)) return fail();
    blockLeft[1] -= 1;
    const command = symbol(load<usize>(commandCodes + (blockType[1] << 2)));
    if (starved) return fail();
    const cell = <u32>load<u16>(COMMAND_CELLS + ((command >> 6) << 1));
    const insertCode = (cell >> 8) + ((command >> 3) & 7);
    const copyCode = (cell & 0xff) + (command & 7);
    const insertLength = <u32>load<u16>(INSERT_BASE + (insertCode << 1)) + take(load<u8>(INSERT_EXTRA + insertCode));
    const copyLength = <u32>load<u16>(COPY_BASE + (copyCode << 1)) + take(load<u8>(COPY_EXTRA + copyCode));
    if (starved) return fail();

    // The insert: literals.
    if (insertLength > left) return fail();
    for (let i: u32 = 0; i < insertLength; i++) {
      if (blockLeft[0] == 0 && !switchBlock(0)) return fail();
      blockLeft[0] -= 1;
      const type = blockType[0];
      const context = literalContext(load<u8>(contextModes + type));
      const tree = <u32>load<u8>(literalMap + (type << 6) + context);
      const literal = symbol(load<usize>(literalCodes + (tree << 2)));
      if (starved) return fail();
      if (output == outputEnd) {
        status = BrotliStatus.OutputFull;
        return false;
      }
      store<u8>(output++, <u8>literal);
    }
    left -= insertLength;
    if (left == 0) break; // the copy of the last command is not there

    // The copy: a distance, unless the command implies the last one.
    let distanceCode: u32 = 0;
    if (command >= 128) {
      if (blockLeft[2] == 0 && !switchBlock(2)) return fail();
      blockLeft[2] -= 1;
      const context = copyLength > 4 ? 3 : copyLength - 2;
      const tree = <u32>load<u8>(distanceMap + (blockType[2] << 2) + context);
      distanceCode = symbol(load<usize>(distanceCodes + (tree << 2)));
      if (starved) return fail();
    }
    const distance = distanceOf(distanceCode, postfixBits, directCodes);
    if (starved || distance == 0) return fail();

    const produced = <u32>(output - outputStart);
    const reach = min(produced, windowSize);
    if (distance <= reach) {
      if (distanceCode != 0) remember(distance);
      if (copyLength > left) return fail();
      const room = <u32>(outputEnd - output);
      copyWithin(distance, min(copyLength, room));
      if (copyLength > room) {
        status = BrotliStatus.OutputFull;
        return false;
      }
      left -= copyLength;
    } else {
      if (copyLength < WORD_LENGTH_MIN || copyLength > WORD_LENGTH_MAX) return fail();
      const id = distance - reach - 1;
      const width = wordBits(copyLength);
      const transform = id >> width;
      if (width == 0 || transform > 120) return fail();
      const wordLength = copyWord(WORD, copyLength, id & ((1 << width) - 1), transform);
      if (wordLength > left) return fail();
      const room = <u32>(outputEnd - output);
      const count = min(wordLength, room);
      memory.copy(output, WORD, count);
      output += count;
      if (wordLength > room) {
        status = BrotliStatus.OutputFull;
        return false;
      }
      left -= wordLength;
    }
  }
  return true;
}

/** The transformed word: at most 24 bytes with 13 of prefix and suffix. */
// @ts-ignore: decorator
@lazy const WORD: usize = memory.data(64, 8);

/** Copies from `distance` bytes back; source and target may overlap, then the copy repeats what it wrote. */
function copyWithin(distance: u32, count: u32): void {
  if (distance >= count) {
    memory.copy(output, output - distance, count);
    output += count;
    return;
  }
  const end = output + count;
  while (output < end) {
    store<u8>(output, load<u8>(output - distance));
    output++;
  }
}

// @ts-ignore: decorator
@inline
function remember(distance: u32): void {
  distance3 = distance2;
  distance2 = distance1;
  distance1 = distance0;
  distance0 = distance;
}

/** The distance that a code and its extra bits stand for (section 4); 0 when it is not a distance. */
function distanceOf(code: u32, postfixBits: u32, directCodes: u32): u32 {
  if (code < 16) {
    if (code == 0) return distance0;
    if (code == 1) return distance1;
    if (code == 2) return distance2;
    if (code == 3) return distance3;
    // ±1, ±2, ±3 from the last distance (codes 4 to 9) or the one before (10 to 15).
    const base = <i32>(code < 10 ? distance0 : distance1);
    const step = <i32>(code < 10 ? code - 4 : code - 10);
    const delta = (step >> 1) + 1;
    const value = step & 1 ? base + delta : base - delta;
    return value > 0 ? <u32>value : 0;
  }
  if (code < 16 + directCodes) return code - 15;
  const rest = code - directCodes - 16;
  const extraBits = 1 + (rest >> (postfixBits + 1));
  const high = rest >> postfixBits;
  const low = rest & ((1 << postfixBits) - 1);
  const offset = ((2 + (high & 1)) << extraBits) - 4;
  return ((offset + take(extraBits)) << postfixBits) + low + directCodes + 1;
}

/** Reads the number of block types of a category and the codes for switching between them (section 6). */
function blockTypes(category: i32): bool {
  blockType[category] = 0;
  previousType[category] = 1;
  const count = countOfTypes();
  if (starved) return fail();
  typeCount[category] = count;
  if (count == 1) {
    blockLeft[category] = 1 << 24;
    return true;
  }
  typeCodes[category] = prefixCode(count + 2);
  if (typeCodes[category] == 0) return fail();
  lengthCodes[category] = prefixCode(26);
  if (lengthCodes[category] == 0) return fail();
  blockLeft[category] = blockLength(category);
  return starved ? fail() : true;
}

/** A number from 1 to 256 in the code that block types and trees are counted in (section 9.2). */
function countOfTypes(): u32 {
  if (!take(1)) return 1;
  const extra = take(3);
  return 1 + (1 << extra) + take(extra);
}

function blockLength(category: i32): u32 {
  const code = symbol(lengthCodes[category]);
  return <u32>load<u16>(BLOCK_LENGTH_BASE + (code << 1)) + take(load<u8>(BLOCK_LENGTH_EXTRA + code));
}

/** Starts the next block of a category: its type and its length. */
function switchBlock(category: i32): bool {
  const count = typeCount[category];
  if (count == 1) {
    // One type is one block, as long as the longest meta-block.
    blockLeft[category] = 1 << 24;
    return true;
  }
  const code = symbol(typeCodes[category]);
  const current = blockType[category];
  let next = code == 0 ? previousType[category] : code == 1 ? current + 1 : code - 2;
  if (next >= count) next -= count;
  previousType[category] = current;
  blockType[category] = next;
  blockLeft[category] = blockLength(category);
  return !starved;
}

/** Reads a context map (section 7.3) into `map` and returns the number of trees it names, 0 if it is broken. */
function contextMap(map: usize, size: u32): u32 {
  const trees = countOfTypes();
  memory.fill(map, 0, size);
  if (starved) return 0;
  if (trees == 1) return 1;
  const runMax = take(1) ? take(4) + 1 : 0;
  const code = prefixCode(trees + runMax);
  if (code == 0) return 0;
  for (let i: u32 = 0; i < size;) {
    const value = symbol(code);
    if (starved) return 0;
    if (value == 0) i++;
    else if (value <= runMax) {
      const run = (1 << value) + take(value);
      if (starved || i + run > size) return 0;
      i += run;
    } else store<u8>(map + i++, <u8>(value - runMax));
  }
  if (take(1)) inverseMoveToFront(map, size);
  return starved ? 0 : trees;
}

// @ts-ignore: decorator
@lazy const FRONT: usize = memory.data(256, 8);

function inverseMoveToFront(map: usize, size: u32): void {
  for (let i: u32 = 0; i < 256; i++) store<u8>(FRONT + i, <u8>i);
  for (let i: u32 = 0; i < size; i++) {
    const index = <u32>load<u8>(map + i);
    const value = load<u8>(FRONT + index);
    store<u8>(map + i, value);
    for (let j = index; j > 0; j--) store<u8>(FRONT + j, load<u8>(FRONT + j - 1));
    store<u8>(FRONT, value);
  }
}

/** Reads `count` prefix codes over `alphabet` symbols; returns an array of their tables, 0 if one is broken. */
function prefixCodes(count: u32, alphabet: u32): usize {
  const tables = heap.alloc(count << 2);
  for (let i: u32 = 0; i < count; i++) {
    const table = prefixCode(alphabet);
    if (table == 0) return 0;
    store<usize>(tables + (i << 2), table);
  }
  return tables;
}

/** Code lengths of the alphabet being read: 704 symbols at most, or 16 + 120 + 384 distances. */
// @ts-ignore: decorator
@lazy const LENGTHS: usize = memory.data(1024, 8);
// @ts-ignore: decorator
@lazy const LENGTH_LENGTHS: usize = memory.data(24, 8);
// @ts-ignore: decorator
@lazy const LENGTH_TABLE: usize = memory.data(1024, 8);
/** Order of the code length code's lengths (section 3.5). */
// @ts-ignore: decorator
@lazy const LENGTH_ORDER: usize = memory.data<u8>([1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

/** Reads a prefix code over `alphabet` symbols (section 3.4 and 3.5) and returns its table, 0 if it is broken. */
function prefixCode(alphabet: u32): usize {
  const kind = take(2);
  if (starved) return 0;
  memory.fill(LENGTHS, 0, alphabet);
  if (kind == 1 ? !simpleLengths(alphabet) : !complexLengths(kind, alphabet)) return 0;
  const table = heap.alloc(tableCapacity(alphabet) << 2);
  build(LENGTHS, alphabet, table);
  return table;
}

/** Builds the table of lengths that were checked: in brotli a lone symbol's code has no bits. */
function build(lengths: usize, alphabet: u32, table: usize): void {
  if (buildPrefixCode(lengths, alphabet, table) == CodeKind.Complete) return;
  const entry = singleSymbol() << 8;
  for (let i: u32 = 0; i < 1 << ROOT_BITS; i++) store<u32>(table + (i << 2), entry);
}

/** A simple prefix code: one to four symbols. */
function simpleLengths(alphabet: u32): bool {
  const symbolBits = 32 - <u32>clz(alphabet - 1);
  const count = take(2) + 1;
  for (let i: u32 = 0; i < count; i++) {
    const value = take(symbolBits);
    if (starved || value >= alphabet || load<u8>(LENGTHS + value) != 0) return false;
    // Lengths by place: {1} is the code without bits; {1,1}, {1,2,2}, {2,2,2,2} or {1,2,3,3}.
    store<u8>(LENGTHS + value, <u8>(count == 1 ? 1 : count == 2 ? 1 : count == 3 ? (i == 0 ? 1 : 2) : 2));
    store<u16>(SIMPLE + (i << 1), <u16>value);
  }
  if (count == 4 && take(1)) {
    store<u8>(LENGTHS + load<u16>(SIMPLE), 1);
    store<u8>(LENGTHS + load<u16>(SIMPLE, 4), 3);
    store<u8>(LENGTHS + load<u16>(SIMPLE, 6), 3);
  }
  return !starved;
}

// @ts-ignore: decorator
@lazy const SIMPLE: usize = memory.data(8, 8);

/** A complex prefix code: code lengths in a code of their own, with runs. `skip` of that code's lengths are zero. */
function complexLengths(skip: u32, alphabet: u32): bool {
  memory.fill(LENGTH_LENGTHS, 0, 18);
  let space: i32 = 32;
  let used: u32 = 0;
  for (let i = skip; i < 18 && space > 0; i++) {
    const length = lengthOfLength();
    if (starved) return false;
    store<u8>(LENGTH_LENGTHS + load<u8>(LENGTH_ORDER + i), <u8>length);
    if (length != 0) {
      space -= 32 >> length;
      used += 1;
    }
  }
  if (space != 0 && used != 1) return false;
  build(LENGTH_LENGTHS, 18, LENGTH_TABLE);

  space = 32768;
  let previous: u32 = 8;
  let repeat: u32 = 0;
  let repeated: u32 = 0;
  for (let i: u32 = 0; i < alphabet && space > 0;) {
    const code = symbol(LENGTH_TABLE);
    if (starved) return false;
    if (code < 16) {
      repeat = 0;
      store<u8>(LENGTHS + i++, <u8>code);
      if (code != 0) {
        previous = code;
        space -= 32768 >> code;
      }
      continue;
    }
    // 16 repeats the last length that isn't zero, 17 repeats zero; one after the other of its kind multiplies.
    const extra = code - 14;
    const length = code == 16 ? previous : 0;
    if (repeated != length) repeat = 0;
    repeated = length;
    const before = repeat;
    if (repeat > 0) repeat = (repeat - 2) << extra;
    repeat += take(extra) + 3;
    if (starved) return false;
    const run = repeat - before;
    if (i + run > alphabet) return false;
    memory.fill(LENGTHS + i, <u8>length, run);
    i += run;
    if (length != 0) space -= (<i32>run) << (15 - length);
  }
  return space == 0;
}

/** The code length code's lengths are in this fixed code: 00 0, 1110 1, 110 2, 01 3, 10 4, 1111 5 (bits as parsed). */
function lengthOfLength(): u32 {
  switch (take(2)) {
    case 0:
      return 0;
    case 1:
      return 4;
    case 2:
      return 3;
    default: {
      if (!take(1)) return 2;
      return take(1) ? 5 : 1;
    }
  }
}

/** Context of the next literal from the two before it (section 7.1). */
// @ts-ignore: decorator
@inline
function literalContext(mode: u32): u32 {
  const produced = output - outputStart;
  const last: u32 = produced > 0 ? <u32>load<u8>(output - 1) : 0;
  if (mode == 0) return last & 0x3f;
  if (mode == 1) return last >> 2;
  const before: u32 = produced > 1 ? <u32>load<u8>(output - 2) : 0;
  if (mode == 2) return utf8First(last) | utf8Second(before);
  return (signedClass(last) << 3) | signedClass(before);
}

/** Lut0 of section 7.1: the context of the last byte in UTF8 mode. */
function utf8First(byte: u32): u32 {
  return load<u8>(UTF8_FIRST + byte);
}

/** Lut1: of the byte before it. */
function utf8Second(byte: u32): u32 {
  if (byte < 0x80) {
    if (byte <= 0x20) return 0;
    if (byte >= 0x61 && byte <= 0x7a) return 3;
    if ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a)) return 2;
    return byte == 0x7f ? 0 : 1;
  }
  return byte < 0xe0 ? 0 : 2;
}

/** Lut2: magnitude class of a signed byte. */
function signedClass(byte: u32): u32 {
  if (byte == 0) return 0;
  if (byte < 16) return 1;
  if (byte < 64) return 2;
  if (byte < 128) return 3;
  if (byte < 192) return 4;
  if (byte < 240) return 5;
  return byte < 255 ? 6 : 7;
}

// @ts-ignore: decorator
@lazy const UTF8_FIRST: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 12, 16, 12, 12, 20,
  12, 16, 24, 28, 12, 12, 32, 12, 36, 12, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 32, 32, 24, 40, 28, 12, 12, 48, 52,
  52, 52, 48, 52, 52, 52, 48, 52, 52, 52, 52, 52, 48, 52, 52, 52, 52, 52, 48, 52, 52, 52, 52, 52, 24, 12, 28, 12, 12,
  12, 56, 60, 60, 60, 56, 60, 60, 60, 56, 60, 60, 60, 60, 60, 56, 60, 60, 60, 60, 60, 56, 60, 60, 60, 60, 60, 24, 12,
  28, 12, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2,
  3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3,
  2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3,
]);
