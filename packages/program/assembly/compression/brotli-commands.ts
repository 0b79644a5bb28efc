// The compressed meta-blocks of Brotli: commands that insert literals and copy (RFC 7932, sections 4 to 7, 9.2, 10).
import { COMMANDS, DISTANCES, LEFT, LITERALS, readBlockTypes, switchBlock, TYPE, TYPE_COUNT } from './brotli-blocks';
import { readCodes, readContextMap } from './brotli-codes';
import { LITERAL_CONTEXTS, prepareLiteralContexts } from './brotli-contexts';
import {
  ampleBits,
  bitPosition,
  bitsFrom,
  BrotliStatus,
  corrupt,
  endWith,
  inputStart,
  output,
  outputEnd,
  outputStart,
  pulledBeforeSymbol,
  readBits,
  readSymbol,
  restartUnit,
  seeMore,
  setBitPosition,
  setOutput,
  symbolEntry,
  tryBits,
  trySymbol,
} from './brotli-streams';
import { copyWord, WORD_LENGTH_MAX, WORD_LENGTH_MIN, wordBits } from './brotli-words';

/** Section 5: base << 8 | extra bits of the insert length codes, then of the copy length codes. */
// prettier-ignore
const INSERT_LENGTHS = memory.data<u32>([
  0x0000, 0x0100, 0x0200, 0x0300, 0x0400, 0x0500, 0x0601, 0x0801, 0x0a02, 0x0e02, 0x1203, 0x1a03, 0x2204, 0x3204,
  0x4205, 0x6205, 0x8206, 0xc207, 0x14208, 0x24209, 0x4420a, 0x8420c, 0x18420e, 0x584218,
]);
// prettier-ignore
const COPY_LENGTHS = memory.data<u32>([
  0x0200, 0x0300, 0x0400, 0x0500, 0x0600, 0x0700, 0x0800, 0x0900, 0x0a01, 0x0c01, 0x0e02, 0x1202, 0x1603, 0x1e03,
  0x2604, 0x3604, 0x4605, 0x6605, 0x8606, 0xc607, 0x14608, 0x24609, 0x4460a, 0x84618,
]);
/** Section 5: first insert and copy length codes of the cells of 64 commands, as insert << 8 | copy. */
// prettier-ignore
const COMMAND_CELLS = memory.data<u16>([
  0x0000, 0x0008, 0x0000, 0x0008, 0x0800, 0x0808, 0x0010, 0x1000, 0x0810, 0x1008, 0x1010,
]);

// The last four distances, the latest first (section 4).
let distance0: i32 = 0;
let distance1: i32 = 0;
let distance2: i32 = 0;
let distance3: i32 = 0;
/** The longest distance: the window less 16. */
let reach: i32 = 0;

/** Starts a stream with a window of `windowSize` bytes. */
export function startCommands(windowSize: i32): void {
  reach = windowSize - 16;
  distance0 = 4;
  distance1 = 11;
  distance2 = 15;
  distance3 = 16;
  prepareLiteralContexts();
}

// The current meta-block's codes and maps.
let literalMap: usize = 0;
let literalCodes: usize = 0;
let literalModes: usize = 0;
let commandCodes: usize = 0;
let distanceMap: usize = 0;
let distanceCodes: usize = 0;
let postfixBits: i32 = 0;
let directDistances: i32 = 0;

// The current literal block's: its part of the map, its pair of context tables, and its only code if it has one.
let literalContexts: usize = 0;
let literalMode: usize = 0;
let onlyLiteralCode: usize = 0;

/** Reads what precedes the commands of a meta-block (section 9.2); false if it fails. */
export function readCommandHeader(): bool {
  for (let category = LITERALS; category <= DISTANCES; category += 4) {
    if (!readBlockTypes(category)) return false;
  }
  const distanceBits = readBits(6);
  if (distanceBits < 0) return false;
  postfixBits = distanceBits & 3;
  directDistances = (distanceBits >> 2) << postfixBits;
  const literalTypes = load<i32>(TYPE_COUNT + LITERALS);
  literalModes = heap.alloc(literalTypes);
  for (let i = 0; i < literalTypes; i++) {
    const mode = readBits(2);
    if (mode < 0) return false;
    store<u8>(literalModes + i, <u8>mode);
  }
  literalMap = heap.alloc(literalTypes << 6);
  const literalTrees = readContextMap(literalMap, literalTypes << 6);
  if (literalTrees < 0) return false;
  const distanceTypes = load<i32>(TYPE_COUNT + DISTANCES);
  distanceMap = heap.alloc(distanceTypes << 2);
  const distanceTrees = readContextMap(distanceMap, distanceTypes << 2);
  if (distanceTrees < 0) return false;
  literalCodes = readCodes(literalTrees, 256);
  if (literalCodes == 0) return false;
  commandCodes = readCodes(load<i32>(TYPE_COUNT + COMMANDS), 704);
  if (commandCodes == 0) return false;
  distanceCodes = readCodes(distanceTrees, 16 + directDistances + (48 << postfixBits));
  if (distanceCodes == 0) return false;
  chooseLiteralBlock();
  return true;
}

function chooseLiteralBlock(): void {
  const type = load<i32>(TYPE + LITERALS);
  literalContexts = literalMap + (type << 6);
  literalMode = LITERAL_CONTEXTS + ((<usize>load<u8>(literalModes + type)) << 9);
  // Most blocks have one code for all contexts.
  const first = load<u64>(literalContexts);
  let differences = first ^ rotl(first, 8);
  for (let i: usize = 8; i != 64; i += 8) differences |= load<u64>(literalContexts + i) ^ first;
  onlyLiteralCode = differences == 0 ? <usize>load<u32>(literalCodes + (((<usize>first) & 0xff) << 2)) : 0;
}

/** Decodes the commands of a meta-block of `left` bytes; false if the decompression ended in it. */
export function runCommands(left: i32): bool {
  while (true) {
    if (load<i32>(LEFT + COMMANDS) == 0 && !switchBlock(COMMANDS)) return false;
    const command = readCommand();
    if (command < 0) return false;
    left -= insertLength;
    if (left < 0) return corrupt() >= 0;
    if (insertLength != 0) {
      if (!insertLiterals(insertLength)) return false;
      // The last command may end with its literals.
      if (left == 0) return true;
    }
    let distance = distance0;
    let isNew = false;
    if (command >= 128) {
      if (load<i32>(LEFT + DISTANCES) == 0 && !switchBlock(DISTANCES)) return false;
      const code = readDistance();
      if (code < 0) return false;
      distance = distanceRead;
      isNew = code != 0;
    }
    const start = outputStart();
    const target = output();
    const room = <i32>(outputEnd() - target);
    const longest = min(reach, <i32>(target - start));
    let length = copyLength;
    if (distance <= longest) {
      if (distance <= 0) return corrupt() >= 0;
      if (isNew) {
        distance3 = distance2;
        distance2 = distance1;
        distance1 = distance0;
        distance0 = distance;
      }
      left -= length;
      if (left < 0) return corrupt() >= 0;
      copyMatch(target, distance, min(length, room), room);
    } else {
      if (<u32>length < WORD_LENGTH_MIN || <u32>length > WORD_LENGTH_MAX) return corrupt() >= 0;
      const word = <u32>(distance - longest - 1);
      const bits = wordBits(length);
      const transform = word >> bits;
      if (transform > 120) return corrupt() >= 0;
      const copied = <i32>copyWord(WORD, length, word & ((1 << bits) - 1), transform);
      left -= copied;
      if (left < 0) return corrupt() >= 0;
      length = copied;
      memory.copy(target, WORD, min(length, room));
    }
    setOutput(target + min(length, room));
    if (length > room) return endWith(BrotliStatus.OutputFull);
    if (left == 0) return true;
  }
}

/** A transformed word: at most 24 bytes with 13 of prefix and suffix. */
const WORD = memory.data(64, 8);

/** Copies `length` bytes from `distance` bytes back, by words where the `room` is ample. */
function copyMatch(target: usize, distance: i32, length: i32, room: i32): void {
  let from = target - distance;
  const end = target + length;
  if (room < length + 8) {
    for (; target != end; from++) store<u8>(target++, load<u8>(from));
    return;
  }
  // Words repeat what they wrote when the distance is below 8: each completes `distance` more bytes.
  const step = min(distance, 8);
  while (target < end) {
    store<u64>(target, load<u64>(from));
    target += step;
    from += step;
  }
}

// What `readCommand` read.
let insertLength: i32 = 0;
let copyLength: i32 = 0;

/** Base << 8 | extra bits of the command's insert length. */
// @ts-ignore: decorator
@inline
function insertCode(command: i32): i32 {
  const first = <i32>load<u8>(COMMAND_CELLS + ((command >> 6) << 1), 1);
  return load<i32>(INSERT_LENGTHS + ((first + ((command >> 3) & 7)) << 2));
}

/** Base << 8 | extra bits of the command's copy length. */
// @ts-ignore: decorator
@inline
function copyCode(command: i32): i32 {
  const first = <i32>load<u8>(COMMAND_CELLS + ((command >> 6) << 1));
  return load<i32>(COPY_LENGTHS + ((first + (command & 7)) << 2));
}

/** Reads a command (section 5): its symbol, -1 if it fails. */
function readCommand(): i32 {
  const left = load<i32>(LEFT + COMMANDS) - 1;
  const table = <usize>load<u32>(commandCodes + (load<usize>(TYPE + COMMANDS) << 2));
  let at = bitPosition();
  if (at <= ampleBits()) {
    const entry = symbolEntry(table, bitsFrom(inputStart(), at));
    const symbol = <i32>(entry >> 16);
    const insert = insertCode(symbol);
    const copy = copyCode(symbol);
    const insertExtra = insert & 0xff;
    const copyExtra = copy & 0xff;
    at += entry & 15;
    // At most 48 extra bits.
    const bits = bitsFrom(inputStart(), at);
    insertLength = (insert >> 8) + ((<i32>bits) & ((1 << insertExtra) - 1));
    copyLength = (copy >> 8) + ((<i32>(bits >> u64(insertExtra))) & ((1 << copyExtra) - 1));
    setBitPosition(at + insertExtra + copyExtra);
    store<i32>(LEFT + COMMANDS, left);
    return symbol;
  }
  while (true) {
    const start = bitPosition();
    const symbol = trySymbol(table);
    if (symbol >= 0) {
      const pulled = pulledBeforeSymbol();
      const insert = insertCode(symbol);
      const copy = copyCode(symbol);
      const insertExtra = tryBits(insert & 0xff);
      if (insertExtra >= 0) {
        const copyExtra = tryBits(copy & 0xff);
        if (copyExtra >= 0) {
          insertLength = (insert >> 8) + insertExtra;
          copyLength = (copy >> 8) + copyExtra;
          store<i32>(LEFT + COMMANDS, left);
          return symbol;
        }
      }
      restartUnit(start, pulled);
    }
    if (!seeMore()) return -1;
  }
}

/** What `readDistance` read; 0 or less where the symbol leads to no distance. */
let distanceRead: i32 = 0;

/** Reads a distance (section 4) to `distanceRead`; returns its symbol, -1 if it fails. */
function readDistance(): i32 {
  const context = min(copyLength, 5) - 2;
  const tree = <usize>load<u8>(distanceMap + (load<usize>(TYPE + DISTANCES) << 2) + context);
  const table = <usize>load<u32>(distanceCodes + (tree << 2));
  const left = load<i32>(LEFT + DISTANCES) - 1;
  const at = bitPosition();
  if (at <= ampleBits()) {
    const bits = bitsFrom(inputStart(), at);
    const entry = symbolEntry(table, bits);
    const symbol = <i32>(entry >> 16);
    const width = extraDistanceBits(symbol);
    setDistance(symbol, (<i32>(bits >> u64(entry & 15))) & ((1 << width) - 1));
    setBitPosition(at + (entry & 15) + width);
    store<i32>(LEFT + DISTANCES, left);
    return symbol;
  }
  while (true) {
    const start = bitPosition();
    const symbol = trySymbol(table);
    if (symbol >= 0) {
      const extra = tryBits(extraDistanceBits(symbol));
      if (extra >= 0) {
        setDistance(symbol, extra);
        store<i32>(LEFT + DISTANCES, left);
        return symbol;
      }
      restartUnit(start, pulledBeforeSymbol());
    }
    if (!seeMore()) return -1;
  }
}

/** Number of extra bits behind a distance's symbol. */
// @ts-ignore: decorator
@inline
function extraDistanceBits(symbol: i32): i32 {
  const group = symbol - 16 - directDistances;
  return group < 0 ? 0 : (group >> (postfixBits + 1)) + 1;
}

/** Sets `distanceRead` to what the symbol and its extra bits mean. */
// @ts-ignore: decorator
@inline
function setDistance(symbol: i32, extra: i32): void {
  const group = symbol - 16 - directDistances;
  if (group < 0) {
    distanceRead = symbol < 16 ? recentDistance(symbol) : symbol - 15;
    return;
  }
  const high = group >> postfixBits;
  const offset = ((2 + (high & 1)) << ((high >> 1) + 1)) - 4;
  const low = group & ((1 << postfixBits) - 1);
  distanceRead = ((offset + extra) << postfixBits) + low + directDistances + 1;
}

/** The distance of the symbols 0 to 15: one of the last four, or next to one of the last two. */
function recentDistance(symbol: i32): i32 {
  if (symbol == 0) return distance0;
  if (symbol == 1) return distance1;
  if (symbol == 2) return distance2;
  if (symbol == 3) return distance3;
  const base = symbol < 10 ? distance0 : distance1;
  const step = symbol < 10 ? symbol - 4 : symbol - 10;
  const difference = (step >> 1) + 1;
  return step & 1 ? base + difference : base - difference;
}

/** Decodes `count` > 0 literals; false if the decompression ended among them. */
function insertLiterals(count: i32): bool {
  const room = <i32>(outputEnd() - output());
  const isCut = count > room;
  if (isCut) count = room;
  while (count > 0) {
    const left = load<i32>(LEFT + LITERALS);
    if (left == 0) {
      if (!switchBlock(LITERALS)) return false;
      chooseLiteralBlock();
      continue;
    }
    const run = min(count, left);
    let decoded = onlyLiteralCode != 0 ? plainLiterals(run) : literalsInContext(run);
    if (decoded == 0) {
      const literal = readSymbol(onlyLiteralCode != 0 ? onlyLiteralCode : contextCode(lastByte(1), lastByte(2)));
      if (literal < 0) return false;
      store<u8>(output(), <u8>literal);
      setOutput(output() + 1);
      decoded = 1;
    }
    store<i32>(LEFT + LITERALS, left - decoded);
    count -= decoded;
  }
  return !isCut || endWith(BrotliStatus.OutputFull);
}

/** The `n`th last byte of the output, 0 before its start. */
function lastByte(n: usize): usize {
  return output() - outputStart() >= n ? <usize>load<u8>(output() - n) : 0;
}

/** The code for the literal behind the bytes `last` and, before it, `before` (section 7.1). */
// @ts-ignore: decorator
@inline
function contextCode(last: usize, before: usize): usize {
  const context = <usize>(load<u8>(literalMode + last) | load<u8>(literalMode + before, 256));
  const tree = <usize>load<u8>(literalContexts + context);
  return <usize>load<u32>(literalCodes + (tree << 2));
}

/** Decodes up to `count` literals of one code while the input is ample; returns how many. */
function plainLiterals(count: i32): i32 {
  const input = inputStart();
  const ample = ampleBits();
  const table = onlyLiteralCode;
  const start = output();
  const end = start + count;
  let at = bitPosition();
  let out = start;
  // The bits at hand are enough for three codes.
  while (out + 3 <= end && at <= ample) {
    let bits = bitsFrom(input, at);
    let entry = symbolEntry(table, bits);
    store<u8>(out, <u8>(entry >> 16));
    at += entry & 15;
    bits >>= u64(entry & 15);
    entry = symbolEntry(table, bits);
    store<u8>(out, <u8>(entry >> 16), 1);
    at += entry & 15;
    bits >>= u64(entry & 15);
    entry = symbolEntry(table, bits);
    store<u8>(out, <u8>(entry >> 16), 2);
    at += entry & 15;
    out += 3;
  }
  while (out < end && at <= ample) {
    const entry = symbolEntry(table, bitsFrom(input, at));
    store<u8>(out, <u8>(entry >> 16));
    at += entry & 15;
    out += 1;
  }
  setBitPosition(at);
  setOutput(out);
  return <i32>(out - start);
}

/** Decodes up to `count` literals with codes by context while the input is ample; returns how many. */
function literalsInContext(count: i32): i32 {
  const input = inputStart();
  const ample = ampleBits();
  const start = output();
  const end = start + count;
  let at = bitPosition();
  let out = start;
  let last = lastByte(1);
  let before = lastByte(2);
  while (out < end && at <= ample) {
    const entry = symbolEntry(contextCode(last, before), bitsFrom(input, at));
    before = last;
    last = <usize>(entry >> 16);
    store<u8>(out, <u8>last);
    at += entry & 15;
    out += 1;
  }
  setBitPosition(at);
  setOutput(out);
  return <i32>(out - start);
}
