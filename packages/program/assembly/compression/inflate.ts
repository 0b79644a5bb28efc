// DEFLATE streams (RFC 1951, https://www.rfc-editor.org/rfc/rfc1951), decoded to the byte as far as Go's compress/flate
// delivers them: what was decoded before an error or the end of the input counts, because the batches in it do (specs:
// protocol/derivation.md#channel-format). Where the format leaves a choice, such as which incomplete codes pass, it is
// Go's.
import { slideWindow, windowEnd, windowShift } from './input-window';
import { buildTable, END, LINK, LITERAL, SPECIAL } from './huffman-table';

/** How a decoding ended. */
export const enum InflateStatus {
  /** The stream is complete. */
  Done,
  /** The input ends before the stream does. */
  Truncated,
  /** The input can't be continued: a reserved block type, an invalid code or code set, a distance too far back. */
  Corrupt,
  /** The output has more bytes than the room for it. */
  OutputFull,
}

let status: InflateStatus = InflateStatus.Done;
let consumed: u64 = 0;

/** How the last `inflate` ended. */
export function inflateStatus(): InflateStatus {
  return status;
}

/** Bytes of input that the last `inflate` used: with Done, what follows them (a zlib stream's checksum) isn't its own. */
export function inflateConsumed(): u64 {
  return consumed;
}

/** The 4 bytes behind what `inflate` used, as a big-endian number; -1 if the input ends before. */
export function inflateTrailer(): i64 {
  return available(4) ? <i64>bswap<u32>(load<u32>(next)) : -1;
}

// The position in the input: `buffer` holds the `bits` next bits, `next` points at the first byte that isn't in it.
let next: usize = 0;
let inputEnd: usize = 0;
/** Input that the window has left behind. */
let passed: u64 = 0;
let buffer: u64 = 0;
let bits: u32 = 0;
// The position in the output.
let out: usize = 0;
let outStart: usize = 0;
let outEnd: usize = 0;

// @ts-ignore: decorator
@inline
const LITERAL_BITS: u32 = 10;
// @ts-ignore: decorator
@inline
const DISTANCE_BITS: u32 = 8;
// @ts-ignore: decorator
@inline
const LENGTH_CODE_BITS: u32 = 7;

/** Room for the primary entries and the subtables of the worst code (zlib's examples/enough.c for 288 10 15, 32 8 15). */
const LITERAL_TABLE = memory.data(4 * 1334, 8);
const DISTANCE_TABLE = memory.data(4 * 402, 8);
const LENGTH_CODE_TABLE = memory.data(4 * 128, 8);
/** Code lengths of a dynamic block, literals and distances in one row. */
const LENGTHS = memory.data(320, 8);
const LENGTH_CODE_LENGTHS = memory.data(24, 8);
/** Entries without code lengths (huffman-table.ts): literals and lengths, distances, code lengths. */
const LITERAL_SYMBOLS = memory.data(4 * 288, 8);
const DISTANCE_SYMBOLS = memory.data(4 * 32, 8);
const LENGTH_CODE_SYMBOLS = memory.data(4 * 19, 8);
let symbolsReady = false;

/** RFC 1951, section 3.2.7: the order in which a block gives the lengths of the code length code. */
const LENGTH_CODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** RFC 1951, section 3.2.5. */
function prepareSymbols(): void {
  for (let i: u32 = 0; i < 256; i++) store<u32>(LITERAL_SYMBOLS + (i << 2), LITERAL | (i << 16));
  store<u32>(LITERAL_SYMBOLS, SPECIAL | END, 256 << 2);
  let base: u32 = 3;
  for (let i: u32 = 257; i < 285; i++) {
    const extra: u32 = i < 265 ? 0 : (i - 261) >> 2;
    store<u32>(LITERAL_SYMBOLS + (i << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(LITERAL_SYMBOLS, 258 << 16, 285 << 2);
  store<u32>(LITERAL_SYMBOLS, SPECIAL, 286 << 2);
  store<u32>(LITERAL_SYMBOLS, SPECIAL, 287 << 2);
  base = 1;
  for (let i: u32 = 0; i < 30; i++) {
    const extra: u32 = i < 4 ? 0 : (i - 2) >> 1;
    store<u32>(DISTANCE_SYMBOLS + (i << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(DISTANCE_SYMBOLS, SPECIAL, 30 << 2);
  store<u32>(DISTANCE_SYMBOLS, SPECIAL, 31 << 2);
  for (let i: u32 = 0; i < 19; i++) store<u32>(LENGTH_CODE_SYMBOLS + (i << 2), i << 16);
  symbolsReady = true;
}

/**
 * Decodes the DEFLATE stream in the `sourceLength` bytes at `source` into the `capacity` bytes at `target` (capacity up
 * to 2^31; neither overlaps the other) and returns how many bytes it wrote: exactly those that Go's reader delivers
 * before it ends or fails. `inflateStatus` then says how it ended. Room behind the output may be overwritten. Uses static
 * memory: not re-entrant. With an open window (input-window.ts), `source` lies in it and the input goes on behind.
 */
export function inflate(source: usize, sourceLength: u32, target: usize, capacity: u32): u32 {
  if (!symbolsReady) prepareSymbols();
  next = source;
  inputEnd = source + sourceLength;
  passed = 0;
  buffer = 0;
  bits = 0;
  out = target;
  outStart = target;
  outEnd = target + capacity;
  status = InflateStatus.Done;
  let isLast: bool;
  do {
    const header = readBits(3);
    if (header < 0) {
      status = InflateStatus.Truncated;
      break;
    }
    isLast = (header & 1) != 0;
    status = decodeBlock(header >> 1);
    if (status != InflateStatus.Done) break;
  } while (!isLast);
  alignToByte();
  consumed = passed + <u64>(next - source);
  return <u32>(out - outStart);
}

/** Puts back the whole bytes in `buffer` and drops the rest of the current one. */
function alignToByte(): void {
  next -= bits >> 3;
  bits = 0;
  buffer = 0;
}

/** Bytes before `next` that may be put back. */
// @ts-ignore: decorator
@inline
const PUT_BACK: usize = 8;

/** Lets the window move on; false at the input's end. */
function more(): bool {
  const isMore = slideWindow(next - PUT_BACK, inputEnd);
  passed += <u64>windowShift;
  next -= windowShift;
  inputEnd = windowEnd;
  return isMore;
}

/** Whether `count` bytes of the input, a few, are there from `next` on. */
function available(count: usize): bool {
  while (inputEnd - next < count) {
    if (!more()) return false;
  }
  return true;
}

/** Fills `buffer` byte by byte as far as the input goes. */
function refill(): void {
  while (bits <= 56 && (next != inputEnd || more())) {
    buffer |= (<u64>load<u8>(next)) << bits;
    next += 1;
    bits += 8;
  }
}

/** The next `count` ≤ 16 bits; -1 if the input ends before. */
function readBits(count: u32): i32 {
  if (bits < count) {
    refill();
    if (bits < count) return -1;
  }
  const value = (<i32>buffer) & ((1 << count) - 1);
  buffer >>= count;
  bits -= count;
  return value;
}

/** Decodes one block of the type `kind`. */
function decodeBlock(kind: i32): InflateStatus {
  switch (kind) {
    case 0:
      return copyStored();
    case 1:
      prepareFixed();
      return decodeSymbols(7);
    case 2: {
      const failure = readDynamic();
      if (failure != InflateStatus.Done) return failure;
      return decodeSymbols(<u32>load<u8>(LENGTHS, 256));
    }
    default:
      return InflateStatus.Corrupt;
  }
}

/** RFC 1951, section 3.2.4. */
function copyStored(): InflateStatus {
  alignToByte();
  if (!available(4)) return InflateStatus.Truncated;
  let length = <u32>load<u16>(next);
  const complement = <u32>load<u16>(next, 2);
  next += 4;
  if ((length ^ complement) != 0xffff) return InflateStatus.Corrupt;
  while (length > 0) {
    const here = <u32>(inputEnd - next);
    if (here == 0) {
      if (!more()) return InflateStatus.Truncated;
      continue;
    }
    const room = <u32>(outEnd - out);
    const count = min(min(length, here), room);
    memory.copy(out, next, count);
    out += count;
    next += count;
    length -= count;
    if (count == room && length > 0 && (count < here || more())) return InflateStatus.OutputFull;
  }
  return InflateStatus.Done;
}

/** RFC 1951, section 3.2.6. */
function prepareFixed(): void {
  for (let i: usize = 0; i != 144; i += 8) store<u64>(LENGTHS + i, 0x0808080808080808);
  for (let i: usize = 144; i != 256; i += 8) store<u64>(LENGTHS + i, 0x0909090909090909);
  for (let i: usize = 256; i != 280; i += 8) store<u64>(LENGTHS + i, 0x0707070707070707);
  store<u64>(LENGTHS, 0x0808080808080808, 280);
  buildTable(LITERAL_TABLE, LITERAL_BITS, LENGTHS, 288, LITERAL_SYMBOLS);
  for (let i: usize = 288; i != 320; i += 8) store<u64>(LENGTHS + i, 0x0505050505050505);
  buildTable(DISTANCE_TABLE, DISTANCE_BITS, LENGTHS + 288, 32, DISTANCE_SYMBOLS);
}

/** RFC 1951, section 3.2.7, with Go's checks. */
function readDynamic(): InflateStatus {
  const counts = readBits(14);
  if (counts < 0) return InflateStatus.Truncated;
  const literals = <u32>(counts & 31) + 257;
  const distances = <u32>((counts >> 5) & 31) + 1;
  const lengthCodes = <u32>(counts >> 10) + 4;
  if (literals > 286 || distances > 30) return InflateStatus.Corrupt;

  for (let i: usize = 0; i != 24; i += 8) store<u64>(LENGTH_CODE_LENGTHS + i, 0);
  for (let i: u32 = 0; i < lengthCodes; i++) {
    const length = readBits(3);
    if (length < 0) return InflateStatus.Truncated;
    store<u8>(LENGTH_CODE_LENGTHS + <usize>load<u8>(LENGTH_CODE_ORDER + i), <u8>length);
  }
  if (!buildTable(LENGTH_CODE_TABLE, LENGTH_CODE_BITS, LENGTH_CODE_LENGTHS, 19, LENGTH_CODE_SYMBOLS)) {
    return InflateStatus.Corrupt;
  }

  const total = literals + distances;
  let previous: u32 = 0;
  for (let i: u32 = 0; i < total;) {
    if (bits < LENGTH_CODE_BITS) refill();
    const entry = load<u32>(LENGTH_CODE_TABLE + (((<usize>buffer) & ((1 << LENGTH_CODE_BITS) - 1)) << 2));
    if (entry & SPECIAL) return InflateStatus.Corrupt;
    const consumed = entry & 15;
    if (consumed > bits) return InflateStatus.Truncated;
    buffer >>= consumed;
    bits -= consumed;
    const symbol = entry >> 16;
    if (symbol < 16) {
      store<u8>(LENGTHS + i, <u8>symbol);
      previous = symbol;
      i += 1;
      continue;
    }
    let repeat: i32;
    if (symbol == 16) {
      if (i == 0) return InflateStatus.Corrupt;
      repeat = readBits(2);
    } else {
      previous = 0;
      repeat = readBits(symbol == 17 ? 3 : 7);
    }
    if (repeat < 0) return InflateStatus.Truncated;
    const end = i + <u32>repeat + (symbol == 18 ? 11 : 3);
    if (end > total) return InflateStatus.Corrupt;
    for (; i < end; i++) store<u8>(LENGTHS + i, <u8>previous);
  }
  if (
    !buildTable(LITERAL_TABLE, LITERAL_BITS, LENGTHS, literals, LITERAL_SYMBOLS) ||
    !buildTable(DISTANCE_TABLE, DISTANCE_BITS, LENGTHS + literals, distances, DISTANCE_SYMBOLS)
  ) {
    return InflateStatus.Corrupt;
  }
  return InflateStatus.Done;
}

/** The `entry & 63` low bits of `from` without the `entry >> 8 & 15` lowest: the extra bits behind a code. */
// @ts-ignore: decorator
@inline
function extraBits(from: u64, entry: u32): u32 {
  return <u32>((from & ~(u64.MAX_VALUE << u64(entry & 63))) >> u64((entry >> 8) & 15));
}

// @ts-ignore: decorator
@inline
function literalEntry(window: u64): u32 {
  return load<u32>(LITERAL_TABLE + (((<usize>window) & ((1 << LITERAL_BITS) - 1)) << 2));
}

/** Follows a LINK entry. */
// @ts-ignore: decorator
@inline
function linkedEntry(table: usize, link: u32, primaryBits: u32, window: u64): u32 {
  const index = (<u32>(window >> primaryBits)) & ~(u32.MAX_VALUE << ((link >> 8) & 15));
  return load<u32>(table + ((<usize>(link >> 16) + index) << 2));
}

/** Not how a decoding ended: there is more to decode. */
// @ts-ignore: decorator
@inline
const MORE: InflateStatus = <InflateStatus>-1;

/**
 * Decodes a block's symbols with LITERAL_TABLE and DISTANCE_TABLE up to its end. Go's reader looks at no literal with
 * fewer bits left than the end code's `endLength`: a truncated block's last short literals don't count.
 */
function decodeSymbols(endLength: u32): InflateStatus {
  if (endLength == 0) endLength = 1;
  while (true) {
    const status = decodeAmple();
    if (status != MORE) return status;
    // The input at hand is about to end, or the room for the output.
    if (inputEnd - next >= 16 || !more()) return decodeLastSymbols(endLength);
  }
}

/** `decodeSymbols` as long as input and room are ample; MORE where they are not any more. */
function decodeAmple(): InflateStatus {
  let window = buffer;
  // Of `left` only the 6 low bits count: entries are subtracted whole.
  let left = <u64>bits;
  let input = next;
  let output = out;
  // Where 8 bytes can be read at once; and the longest match, in words, written.
  const wholeWords = inputEnd - next >= 8 ? inputEnd - 8 : 0;
  const wholeMatches = outEnd - out >= 272 ? outEnd - 272 : 0;

  while (input <= wholeWords && output <= wholeMatches) {
    window |= load<u64>(input) << left;
    input += (((<usize>left) & 63) ^ 63) >> 3;
    left |= 56;
    let entry = literalEntry(window);
    if (entry & LITERAL) {
      window >>= <u64>entry;
      left -= <u64>entry;
      store<u8>(output, <u8>(entry >> 16));
      output += 1;
      entry = literalEntry(window);
      if (entry & LITERAL) {
        window >>= <u64>entry;
        left -= <u64>entry;
        store<u8>(output, <u8>(entry >> 16));
        output += 1;
        entry = literalEntry(window);
        if (entry & LITERAL) {
          window >>= <u64>entry;
          left -= <u64>entry;
          store<u8>(output, <u8>(entry >> 16));
          output += 1;
          continue;
        }
      }
      // Up to 20 bits are used; a match needs 48. This reads at most 7 bytes past `wholeWords`, which are in the input.
      if (input > wholeWords) continue;
      window |= load<u64>(input) << left;
      input += (((<usize>left) & 63) ^ 63) >> 3;
      left |= 56;
    }
    if (entry & SPECIAL) {
      if (entry & LINK) {
        entry = linkedEntry(LITERAL_TABLE, entry, LITERAL_BITS, window);
        if (entry & LITERAL) {
          window >>= <u64>entry;
          left -= <u64>entry;
          store<u8>(output, <u8>(entry >> 16));
          output += 1;
          continue;
        }
      }
      if (entry & SPECIAL) {
        if (entry & END) {
          saveInput(input, window >> (<u64>entry), ((<u32>left) & 63) - (entry & 15));
          out = output;
          return InflateStatus.Done;
        }
        out = output;
        return InflateStatus.Corrupt;
      }
    }
    const length = (entry >> 16) + extraBits(window, entry);
    window >>= <u64>entry;
    left -= <u64>entry;
    entry = load<u32>(DISTANCE_TABLE + (((<usize>window) & ((1 << DISTANCE_BITS) - 1)) << 2));
    if (entry & SPECIAL) {
      if (entry & LINK) entry = linkedEntry(DISTANCE_TABLE, entry, DISTANCE_BITS, window);
      if (entry & SPECIAL) {
        out = output;
        return InflateStatus.Corrupt;
      }
    }
    const distance = <usize>((entry >> 16) + extraBits(window, entry));
    window >>= <u64>entry;
    left -= <u64>entry;
    if (distance > output - outStart) {
      out = output;
      return InflateStatus.Corrupt;
    }
    output = copyMatch(output, distance, length);
  }
  saveInput(input, window, (<u32>left) & 63);
  out = output;
  return MORE;
}

/** Keeps the position in the input in the globals. The bits beyond `count` are of bytes from `input` on. */
// @ts-ignore: decorator
@inline
function saveInput(input: usize, window: u64, count: u32): void {
  next = input;
  bits = count;
  buffer = window & ~(u64.MAX_VALUE << u64(count));
}

/** Copies a match by words, up to 7 bytes beyond its end; returns the end. */
// @ts-ignore: decorator
@inline
function copyMatch(output: usize, distance: usize, length: u32): usize {
  const end = output + length;
  let from = output - distance;
  if (distance >= 8) {
    do {
      store<u64>(output, load<u64>(from));
      from += 8;
      output += 8;
    } while (output < end);
  } else if (distance == 1) {
    const word = <u64>load<u8>(from) * 0x0101010101010101;
    do {
      store<u64>(output, word);
      output += 8;
    } while (output < end);
  } else {
    // Each word completes `distance` more bytes.
    do {
      store<u64>(output, load<u64>(from));
      from += distance;
      output += distance;
    } while (output < end);
  }
  return end;
}

/** `decodeSymbols` where the input or the room for the output is about to end: every step is checked. */
function decodeLastSymbols(endLength: u32): InflateStatus {
  while (true) {
    if (bits < 48) refill();
    if (bits < endLength) return InflateStatus.Truncated;
    let entry = literalEntry(buffer);
    if (entry & LINK) entry = linkedEntry(LITERAL_TABLE, entry, LITERAL_BITS, buffer);
    let consumed = entry & 63;
    if (consumed > bits) return InflateStatus.Truncated;
    if (entry & SPECIAL) {
      if ((entry & END) == 0) return InflateStatus.Corrupt;
      buffer >>= <u64>consumed;
      bits -= consumed;
      return InflateStatus.Done;
    }
    const window = buffer;
    buffer >>= <u64>consumed;
    bits -= consumed;
    if (entry & LITERAL) {
      if (out == outEnd) return InflateStatus.OutputFull;
      store<u8>(out, <u8>(entry >> 16));
      out += 1;
      continue;
    }
    const length = (entry >> 16) + extraBits(window, entry);
    entry = load<u32>(DISTANCE_TABLE + (((<usize>buffer) & ((1 << DISTANCE_BITS) - 1)) << 2));
    if (entry & LINK) entry = linkedEntry(DISTANCE_TABLE, entry, DISTANCE_BITS, buffer);
    consumed = entry & 63;
    if (consumed > bits) return InflateStatus.Truncated;
    if (entry & SPECIAL) return InflateStatus.Corrupt;
    const distance = <usize>((entry >> 16) + extraBits(buffer, entry));
    buffer >>= <u64>consumed;
    bits -= consumed;
    if (distance > out - outStart) return InflateStatus.Corrupt;
    const room = <u32>(outEnd - out);
    const end = out + min(length, room);
    for (let from = out - distance; out != end; from++) {
      store<u8>(out, load<u8>(from));
      out += 1;
    }
    if (room < length) return InflateStatus.OutputFull;
  }
}
