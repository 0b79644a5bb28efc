// The streams of the Brotli decoder: its input bit by bit, its output, and when the reference's reader delivers what was decoded.
//
// Batches before an error in a channel count as far as the rollup node's reader (github.com/andybalholm/brotli v1.1.0)
// delivers them, and that one keeps decoded bytes back: it hands them out when it has used up a piece of input, when its
// ring buffer of the window's size is full, and at the end. An error takes what wasn't handed out with it. The rollup node
// feeds it from a bufio.Reader over the whole channel, so that the first piece is what is left of 4,096 bytes after the
// byte that names the compression, and the others have 32,768.
//
// A piece's end seldom falls on the end of a symbol. The reference's reader keeps the bytes that it has not pulled into its
// bit accumulator in a small buffer then, adds single bytes of the next piece to it and tries again (each try hands out
// too), until a try ends with all bytes pulled; from there it reads the next piece at once. `pulled` follows its
// accumulator, `limit` is how far it can see. Both matter only next to a piece's end, and are kept exactly there only.

import { SPECIAL } from './huffman-table';
import { slideWindow, windowEnd, windowShift } from './input-window';

/** How a decompression ended. */
export const enum BrotliStatus {
  /** The stream is complete. */
  Done,
  /** The input ends before the stream does. */
  Truncated,
  /** The stream breaks a rule of the format. */
  Corrupt,
  /** The stream is longer than the room for its output. */
  OutputFull,
}

// @ts-ignore: decorator
@inline
const FIRST_PIECE: i32 = 4095;
// @ts-ignore: decorator
@inline
const PIECE: i32 = 32768;
/** What a symbol lookup asks for: the longest code. */
// @ts-ignore: decorator
@inline
const LOOKAHEAD: i32 = 15;
/** Index bits of a code's primary table. */
// @ts-ignore: decorator
@inline
export const TABLE_BITS: u32 = 8;

let status: BrotliStatus = BrotliStatus.Done;

// The input, or a window of it (input-window.ts). All positions count from `source`; in bytes, but for `position`.
let source: usize = 0;
/** Input that the window has left behind, and where it ends: the first piece and `PIECE`s count from the input's start. */
let passed: u64 = 0;
/** End of the input, as far as it is at hand. */
let length: i32 = 0;
/** Position in bits of what comes next. */
let position: i32 = 0;
let limit: i32 = 0;
let pulled: i32 = 0;
/** `pulled` before the last symbol lookup: a unit of several reads that fails in a later one goes back to it. */
let pulledBefore: i32 = 0;
/** Bit position up to which 64 bytes can be seen and be read without a check. */
let ampleEnd: i32 = 0;

// The output, by addresses.
let out: usize = 0;
let outStart: usize = 0;
let outEnd: usize = 0;
let handedOut: usize = 0;

/**
 * Starts on `inputLength` < 2^28 bytes at `input`, with room for `capacity` bytes at `target`. With an open window `input`
 * lies in it and the rest of the input goes on behind.
 */
export function startStreams(input: usize, inputLength: u32, target: usize, capacity: u32): void {
  status = BrotliStatus.Done;
  source = input;
  passed = 0;
  length = <i32>inputLength;
  position = 0;
  pulled = 0;
  setLimit(min(FIRST_PIECE, length));
  out = target;
  outStart = target;
  outEnd = target + capacity;
  handedOut = target;
  room = -1;
}

// @ts-ignore: decorator
@inline
export function endingStatus(): BrotliStatus {
  return status;
}

/** Ends the decompression; false, to be passed on. */
export function endWith(reason: BrotliStatus): bool {
  status = reason;
  return false;
}

/** Ends the decompression because the stream breaks a rule; -1, to be passed on. */
export function corrupt(): i32 {
  status = BrotliStatus.Corrupt;
  return -1;
}

// @ts-ignore: decorator
@inline
export function output(): usize {
  return out;
}

// @ts-ignore: decorator
@inline
export function setOutput(value: usize): void {
  out = value;
}

// @ts-ignore: decorator
@inline
export function outputEnd(): usize {
  return outEnd;
}

// @ts-ignore: decorator
@inline
export function outputStart(): usize {
  return outStart;
}

/** Hands out all that was decoded. */
function handOut(): void {
  handedOut = out;
  room = -1;
}

/** Hands out what fits the buffer that the reader's caller passed for this read. */
export function handOutInPart(): void {
  if (room < 0) room = callersBuffer();
  const count = min(room, <i32>(out - handedOut));
  handedOut += count;
  room -= count;
}

/** Room left in the buffer of the current read; -1 while nothing of it is used. */
let room: i32 = -1;

/** The size of a bufio.Reader's buffer. */
// @ts-ignore: decorator
@inline
const BUFFER: i32 = 4096;

/**
 * Bytes that the reader is asked for behind those that it handed out. Its caller is an RLP stream of strings behind a
 * bufio.Reader: that one asks for what fits its buffer, but passes on a request for the rest of a string that is larger.
 */
function callersBuffer(): i32 {
  let item = outStart;
  while (item < handedOut) {
    const prefix = <u32>load<u8>(item);
    let content = item + 1;
    let size: u64 = 0;
    if (prefix >= 0xb8 && prefix < 0xc0) {
      content += prefix - 0xb7;
      if (content > handedOut) return BUFFER;
      for (let i = item + 1; i < content; i++) size = (size << 8) | (<u64>load<u8>(i));
    } else if (prefix >= 0x80 && prefix < 0xb8) {
      size = prefix - 0x80;
    }
    const seen = <u64>(handedOut - content);
    if (size > seen) return max(BUFFER, <i32>min<u64>(size - seen, i32.MAX_VALUE));
    item = content + <usize>size;
  }
  return BUFFER;
}

/** Bytes that the reference's reader has handed out. */
export function handedOutBytes(): u32 {
  return <u32>(handedOut - outStart);
}

function setLimit(value: i32): void {
  limit = value;
  ampleEnd = (value - 64) << 3;
}

/**
 * A read failed for want of input: hands out the output and sees the next piece if the reader pulled all that it saw, else
 * one byte more. Ends the decompression at the input's end.
 */
export function seeMore(): bool {
  handOut();
  if (limit == length && !moveOn()) return endWith(BrotliStatus.Truncated);
  if (pulled < limit) {
    setLimit(limit + 1);
    return true;
  }
  const seen = passed + <u64>limit;
  const next =
    seen < <u64>FIRST_PIECE ? <i32>(<u64>FIRST_PIECE - seen) : PIECE - <i32>((seen - <u64>FIRST_PIECE) % <u64>PIECE);
  while (length - limit < next && moveOn()) {}
  setLimit(min(limit + next, length));
  return true;
}

/** Lets the window move on. What is before the position is never looked at again. False at the input's end. */
function moveOn(): bool {
  const offset = position >> 3;
  const from = source + offset;
  const isMore = slideWindow(from, source + length);
  source = from - windowShift;
  passed += <u64>offset;
  position -= offset << 3;
  pulled -= offset;
  pulledBefore -= offset;
  setLimit(limit - offset);
  length = <i32>(windowEnd - source);
  return isMore;
}

// @ts-ignore: decorator
@inline
export function inputStart(): usize {
  return source;
}

// @ts-ignore: decorator
@inline
export function bitPosition(): i32 {
  return position;
}

// @ts-ignore: decorator
@inline
export function setBitPosition(value: i32): void {
  position = value;
}

// @ts-ignore: decorator
@inline
export function ampleBits(): i32 {
  return ampleEnd;
}

/** Whole bytes of the input that are used. */
export function usedBytes(): u64 {
  return passed + <u64>((<u32>(position + 7)) >> 3);
}

/** At least 57 bits of the input at `base` from bit `at` on, where 8 bytes can be read. */
// @ts-ignore: decorator
@inline
export function bitsFrom(base: usize, at: i32): u64 {
  return load<u64>(base + (at >> 3)) >> u64(at & 7);
}

/** The next bits, at least 57, with zeros for what can't be seen. */
function visibleBits(): u64 {
  if (position <= ampleEnd) return bitsFrom(source, position);
  const first = position >> 3;
  let value: u64 = 0;
  for (let i = min(limit, first + 8) - 1; i >= first; i--) value = (value << 8) | (<u64>load<u8>(source + i));
  return value >> u64(position & 7);
}

// @ts-ignore: decorator
@inline
function canSee(count: i32): bool {
  return position + count <= limit << 3;
}

/** The next `count` ≤ 24 bits, not used up; -1 if they can't all be seen: then the reader pulled all. */
function tryPeek(count: i32): i32 {
  if (!canSee(count)) {
    pulled = limit;
    return -1;
  }
  pulled = max(pulled, (position + count + 7) >> 3);
  return (<i32>visibleBits()) & ((1 << count) - 1);
}

/** The next `count` ≤ 24 bits; -1 if they can't all be seen. */
export function tryBits(count: i32): i32 {
  const value = tryPeek(count);
  if (value >= 0) position += count;
  return value;
}

/** The next symbol of the code whose table is at `table`; -1 if it can't be seen whole: then the reader pulled all. */
export function trySymbol(table: usize): i32 {
  pulledBefore = pulled;
  pulled = max(pulled, min(limit, (position + LOOKAHEAD + 7) >> 3));
  return tryShortSymbol(table);
}

/** `trySymbol` where the reader doesn't look further ahead than the symbol. */
function tryShortSymbol(table: usize): i32 {
  const entry = symbolEntry(table, visibleBits());
  const used = (<i32>entry) & 15;
  if (!canSee(used)) {
    pulled = limit;
    return -1;
  }
  position += used;
  pulled = max(pulled, (position + 7) >> 3);
  return <i32>(entry >> 16);
}

/** `pulled` as `trySymbol` found it. */
// @ts-ignore: decorator
@inline
export function pulledBeforeSymbol(): i32 {
  return pulledBefore;
}

/** Goes back to where a unit began, because its later bits can't be seen: its first symbol is read again. */
export function restartUnit(start: i32, pulledThen: i32): void {
  position = start;
  pulled = pulledThen;
}

/** The next `count` ≤ 24 bits, over the ends of pieces; -1 at the input's end. */
export function readBits(count: i32): i32 {
  while (true) {
    const value = tryBits(count);
    if (value >= 0 || !seeMore()) return value;
  }
}

/** `readBits` that leaves the bits to be read again. */
export function peekBits(count: i32): i32 {
  while (true) {
    const value = tryPeek(count);
    if (value >= 0 || !seeMore()) return value;
  }
}

/** The next symbol of the code at `table`, over the ends of pieces; -1 at the input's end. */
export function readSymbol(table: usize): i32 {
  while (true) {
    const symbol = trySymbol(table);
    if (symbol >= 0 || !seeMore()) return symbol;
  }
}

/** `readSymbol` for the codes of code lengths, where the reader doesn't look further ahead than the symbol. */
export function readShortSymbol(table: usize): i32 {
  while (true) {
    const symbol = tryShortSymbol(table);
    if (symbol >= 0 || !seeMore()) return symbol;
  }
}

/** Skips to the next whole byte; false if a bit skipped isn't zero. */
export function skipToByte(): bool {
  const rest = -position & 7;
  if (rest == 0) return true;
  const padding = visibleBits() & ((1 << rest) - 1);
  position += rest;
  return padding == 0;
}

/** Takes up to `count` whole bytes that can be seen; returns how many. */
export function takeBytes(count: i32): i32 {
  const seen = limit - (position >> 3);
  const taken = min(count, seen);
  position += taken << 3;
  pulled = taken < count ? limit : max(pulled, position >> 3);
  return taken;
}

/** The entry (value << 16 | bits) of the symbol that begins with `bits` in the code at `table`; see huffman-table.ts. */
// @ts-ignore: decorator
@inline
export function symbolEntry(table: usize, bits: u64): u32 {
  const entry = load<u32>(table + (((<usize>bits) & ((1 << TABLE_BITS) - 1)) << 2));
  return entry & SPECIAL ? linkedEntry(table, entry, bits) : entry;
}

function linkedEntry(table: usize, link: u32, bits: u64): u32 {
  const index = (<u32>(bits >> TABLE_BITS)) & ((1 << ((link >> 8) & 15)) - 1);
  return load<u32>(table + ((<usize>(link >> 16) + index) << 2));
}
