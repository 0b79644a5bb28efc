// Decompression of deflate streams, RFC 1951: https://www.rfc-editor.org/rfc/rfc1951
//
// One pass over a whole stream into one output buffer. Batches that were decoded before a truncation or an error count,
// so what is accepted, and how many bytes come before an error, is exactly what Go's compress/flate has: it delivers all
// that it decoded before it reports the error. Where the format leaves a choice (which incomplete codes pass, how many
// bits must be there before a symbol is looked up), the choice here is Go's.
import { buildPrefixCode, CodeKind, ROOT_BITS, tableCapacity } from './prefix-code';

/** How a decompression ended. */
export enum InflateStatus {
  /** The stream is complete. */
  Done,
  /** The input ends before the stream does. */
  Truncated,
  /** The stream breaks a rule of the format. */
  Corrupt,
  /** The stream is longer than the output buffer. */
  OutputFull,
}

let status: InflateStatus = InflateStatus.Done;
let consumed: u32 = 0;

/** How the last decompression ended. */
export function inflateStatus(): InflateStatus {
  return status;
}

/** Input bytes that the last decompression used: with Done, a zlib stream's checksum follows them. */
export function inflateConsumed(): u32 {
  return consumed;
}

// The bit reader: `bitCount` bits not used yet are the low bits of `bits`.
let input: usize = 0;
let inputEnd: usize = 0;
let bits: u64 = 0;
let bitCount: u32 = 0;

let output: usize = 0;
let outputStart: usize = 0;
let outputEnd: usize = 0;

// @ts-ignore: decorator
@lazy const MAX_LITERAL_CODES: u32 = 286;
// @ts-ignore: decorator
@lazy const MAX_DISTANCE_CODES: u32 = 30;
// @ts-ignore: decorator
@lazy const END_OF_BLOCK: u32 = 256;

/** Code lengths as read, literal codes first; the fixed code has 288 of them. */
// @ts-ignore: decorator
@lazy const LENGTHS: usize = memory.data(352, 8);
// Tables: tableCapacity(288) = 673, tableCapacity(30) = 409, and 256 for the code lengths' code, whose codes are short.
// @ts-ignore: decorator
@lazy const LITERAL_TABLE: usize = memory.data(2752, 8);
// @ts-ignore: decorator
@lazy const DISTANCE_TABLE: usize = memory.data(1664, 8);
// @ts-ignore: decorator
@lazy const LENGTH_TABLE: usize = memory.data(1664, 8);

/** Bits that must be there before a literal or length is looked up: its shortest code, and the end-of-block code. */
let literalMinimum: u32 = 0;
/** Whether the block has the fixed codes, whose distances are five plain bits. */
let fixedCodes: bool = false;

/** Order in which the lengths of the code lengths' code come (section 3.2.7). */
// @ts-ignore: decorator
@lazy const LENGTH_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Length codes 257 to 285 and distance codes 0 to 29 (section 3.2.5): base and extra bits. */
// @ts-ignore: decorator
@lazy const COPY_BASE: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
// @ts-ignore: decorator
@lazy const COPY_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
// @ts-ignore: decorator
@lazy const DISTANCE_BASE: usize = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]);
// @ts-ignore: decorator
@lazy const DISTANCE_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);

/**
 * Decompresses the deflate stream of `length` bytes at `source` into `target`, at most `capacity` bytes, and returns how
 * many it produced; `inflateStatus` tells how it ended.
 */
export function inflate(source: usize, length: u32, target: usize, capacity: u32): u32 {
  input = source;
  inputEnd = source + length;
  bits = 0;
  bitCount = 0;
  output = target;
  outputStart = target;
  outputEnd = target + capacity;
  status = InflateStatus.Done;
  while (block()) {}
  consumed = <u32>(input - source) - (bitCount >> 3);
  return <u32>(output - target);
}

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

function truncated(): bool {
  status = InflateStatus.Truncated;
  return false;
}

function corrupt(): bool {
  status = InflateStatus.Corrupt;
  return false;
}

function outputFull(): bool {
  status = InflateStatus.OutputFull;
  return false;
}

/** Whether `count` (at most 32) bits are there to `take`. */
// @ts-ignore: decorator
@inline
function has(count: u32): bool {
  fill();
  return bitCount >= count;
}

/** The next `count` bits, which are there. */
// @ts-ignore: decorator
@inline
function take(count: u32): u32 {
  const value = <u32>(bits & (((<u64>1) << count) - 1));
  bits >>= count;
  bitCount -= count;
  return value;
}

// @ts-ignore: decorator
@lazy const NO_SYMBOL: u32 = 0xffffffff;

/** The next symbol of the code in `table`, looked up from `minimum` bits on; NO_SYMBOL when that fails. */
// @ts-ignore: decorator
@inline
function symbol(table: usize, minimum: u32): u32 {
  fill();
  let entry = load<u32>(table + (((<usize>bits) & ((1 << ROOT_BITS) - 1)) << 2));
  let length = entry & 0xff;
  if (length > ROOT_BITS) {
    const index = (entry >> 8) + ((<u32>(bits >> ROOT_BITS)) & ((1 << (length - ROOT_BITS)) - 1));
    entry = load<u32>(table + ((<usize>index) << 2));
    length = (entry & 0xff) + ROOT_BITS;
  }
  if (bitCount < max(length, minimum)) {
    truncated();
    return NO_SYMBOL;
  }
  if (length == 0) {
    corrupt();
    return NO_SYMBOL;
  }
  bits >>= length;
  bitCount -= length;
  return entry >> 8;
}

/** One block (section 3.2.3); false when the stream ended, well or not. */
function block(): bool {
  if (!has(3)) return truncated();
  const last = take(1);
  let more: bool;
  switch (take(2)) {
    case 0:
      more = stored();
      break;
    case 1:
      more = readFixedCodes() && compressed();
      break;
    case 2:
      more = readCodes() && compressed();
      break;
    default:
      more = corrupt();
  }
  return more && !last;
}

/** A stored block (section 3.2.4). */
function stored(): bool {
  bitCount &= ~7; // the rest of the byte is dropped: bits are taken from the low end
  input -= bitCount >> 3;
  bits = 0;
  bitCount = 0;
  if (inputEnd - input < 4) return truncated();
  const length = <u32>load<u16>(input);
  if ((length ^ 0xffff) != <u32>load<u16>(input, 2)) return corrupt();
  input += 4;
  const available = min(length, <u32>(inputEnd - input));
  const count = min(available, <u32>(outputEnd - output));
  memory.copy(output, input, count);
  input += count;
  output += count;
  if (count < available) return outputFull();
  return available < length ? truncated() : true;
}

/** The fixed codes (section 3.2.6). */
function readFixedCodes(): bool {
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  buildPrefixCode(LENGTHS, 288, LITERAL_TABLE);
  literalMinimum = 7;
  fixedCodes = true;
  return true;
}

/** The codes of a block with codes of its own (section 3.2.7). */
function readCodes(): bool {
  if (!has(14)) return truncated();
  const literals = take(5) + 257;
  if (literals > MAX_LITERAL_CODES) return corrupt();
  const distances = take(5) + 1;
  if (distances > MAX_DISTANCE_CODES) return corrupt();
  const lengths = take(4) + 4;
  memory.fill(LENGTHS, 0, 19);
  for (let i: u32 = 0; i < lengths; i++) {
    if (!has(3)) return truncated();
    store<u8>(LENGTHS + load<u8>(LENGTH_ORDER + i), <u8>take(3));
  }
  if (buildPrefixCode(LENGTHS, 19, LENGTH_TABLE) == CodeKind.Wrong) return corrupt();
  const lengthMinimum = shortest(19);

  const total = literals + distances;
  for (let i: u32 = 0; i < total;) {
    const code = symbol(LENGTH_TABLE, lengthMinimum);
    if (code == NO_SYMBOL) return false;
    if (code < 16) {
      store<u8>(LENGTHS + i++, <u8>code);
      continue;
    }
    // 16 repeats the length before, 17 and 18 repeat zero.
    if (code == 16 && i == 0) return corrupt();
    const extra: u32 = code == 16 ? 2 : code == 17 ? 3 : 7;
    if (!has(extra)) return truncated();
    const run = take(extra) + (code == 18 ? 11 : 3);
    if (i + run > total) return corrupt();
    memory.fill(LENGTHS + i, code == 16 ? load<u8>(LENGTHS + i - 1) : 0, run);
    i += run;
  }
  literalMinimum = max(shortest(literals), <u32>load<u8>(LENGTHS + END_OF_BLOCK));
  if (buildPrefixCode(LENGTHS + literals, distances, DISTANCE_TABLE) == CodeKind.Wrong) return corrupt();
  distanceMinimum = shortestOf(LENGTHS + literals, distances);
  if (buildPrefixCode(LENGTHS, literals, LITERAL_TABLE) == CodeKind.Wrong) return corrupt();
  fixedCodes = false;
  return true;
}

/** Bits that must be there before a distance code is looked up. */
let distanceMinimum: u32 = 0;

function shortest(count: u32): u32 {
  return shortestOf(LENGTHS, count);
}

/** The smallest length that is not zero of the `count` lengths; 0 if there is none. */
function shortestOf(lengths: usize, count: u32): u32 {
  let result: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const length = <u32>load<u8>(lengths + i);
    if (length != 0 && (result == 0 || length < result)) result = length;
  }
  return result;
}

/** The data of a block with codes (section 3.2.3): literals and copies up to the end-of-block code. */
function compressed(): bool {
  while (true) {
    const code = symbol(LITERAL_TABLE, literalMinimum);
    if (code < END_OF_BLOCK) {
      if (output == outputEnd) return outputFull();
      store<u8>(output++, <u8>code);
      continue;
    }
    if (code == END_OF_BLOCK) return true;
    if (code == NO_SYMBOL) return false;
    if (code >= MAX_LITERAL_CODES) return corrupt();
    const copyExtra = <u32>load<u8>(COPY_EXTRA + (code - 257));
    if (!has(copyExtra)) return truncated();
    const length = <u32>load<u16>(COPY_BASE + ((code - 257) << 1)) + take(copyExtra);

    let distanceCode: u32;
    if (fixedCodes) {
      if (!has(5)) return truncated();
      distanceCode = reverse5(take(5));
    } else {
      distanceCode = symbol(DISTANCE_TABLE, distanceMinimum);
      if (distanceCode == NO_SYMBOL) return false;
    }
    if (distanceCode >= MAX_DISTANCE_CODES) return corrupt();
    const distanceExtra = <u32>load<u8>(DISTANCE_EXTRA + distanceCode);
    if (!has(distanceExtra)) return truncated();
    const distance = <u32>load<u16>(DISTANCE_BASE + (distanceCode << 1)) + take(distanceExtra);
    if (distance > <u32>(output - outputStart)) return corrupt();
    if (!copyWithin(distance, length)) return outputFull();
  }
}

function reverse5(value: u32): u32 {
  return ((value & 1) << 4) | ((value & 2) << 2) | (value & 4) | ((value >> 2) & 2) | (value >> 4);
}

/** Copies from `distance` bytes back, as far as there is room; the copy may overlap what it writes. */
function copyWithin(distance: u32, length: u32): bool {
  const count = min(length, <u32>(outputEnd - output));
  if (distance >= count) {
    memory.copy(output, output - distance, count);
    output += count;
  } else {
    const end = output + count;
    while (output < end) {
      store<u8>(output, load<u8>(output - distance));
      output++;
    }
  }
  return count == length;
}
