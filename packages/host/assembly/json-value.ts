// Passes over an object or a list of JSON, in pieces: a genesis file has megabytes of accounts that nobody reads, and JavaScript that has
// only just begun takes ten times as long for them.

const PIECE: u32 = 65536;
const MOST_LEVELS: u32 = 4096;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;

/** What `pass` has come to. */
const GOES_ON: u32 = 0;
const ENDED: u32 = 1;
const UNEXPECTED: u32 = 2;
const TOO_DEEP: u32 = 3;

const INPUT = memory.data(65536, 16);
/** By level, what closes it. */
const CLOSERS = memory.data(4096, 8);

let levels: u32 = 0;
let isString = false;
let isEscaped = false;
let outcome: u32 = GOES_ON;

/** Where the caller writes the next piece, of at most `pieceLength` bytes. */
export function input(): usize {
  return INPUT;
}

export function pieceLength(): u32 {
  return PIECE;
}

/** Most levels of a value. */
export function mostLevels(): u32 {
  return MOST_LEVELS;
}

/** Begins a value, whose first byte opens an object or a list. */
export function begin(): void {
  levels = 0;
  isString = false;
  isEscaped = false;
}

/** Of the last piece: 0 the value goes on behind it, 1 it ended, 2 a bracket closes what is not open, 3 it has too many levels. */
export function came(): u32 {
  return outcome;
}

/** Passes over the `length` bytes of a piece. Returns the place in it behind the value, or that of the byte which is wrong. */
export function pass(length: u32): u32 {
  const end = INPUT + length;
  let at: usize = INPUT;
  while (at < end) {
    if (isString) {
      at = inString(at, end);
      continue;
    }
    const byte = load<u8>(at);
    if (byte == QUOTE) {
      isString = true;
    } else if (byte == OPEN_OBJECT || byte == OPEN_LIST) {
      if (levels == MOST_LEVELS) return stop(TOO_DEEP, at);
      store<u8>(CLOSERS + levels, byte == OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
      levels += 1;
    } else if (byte == CLOSE_OBJECT || byte == CLOSE_LIST) {
      if (levels == 0 || load<u8>(CLOSERS + levels - 1) != byte) return stop(UNEXPECTED, at);
      levels -= 1;
      if (levels == 0) return stop(ENDED, at + 1);
    }
    at += 1;
  }
  return stop(GOES_ON, end);
}

function stop(how: u32, at: usize): u32 {
  outcome = how;
  return <u32>(at - INPUT);
}

/** Goes on in a string; returns the place behind it, or `end`. */
function inString(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    if (!isEscaped) at = afterPlain(at, end);
    if (at == end) return at;
    const byte = load<u8>(at);
    at += 1;
    if (isEscaped) {
      isEscaped = false;
    } else if (byte == BACKSLASH) {
      isEscaped = true;
    } else if (byte == QUOTE) {
      isString = false;
      return at;
    }
  }
  return at;
}

/** The place of the next quote or backslash, or one before it from where less than 16 bytes are left. */
function afterPlain(from: usize, end: usize): usize {
  const quotes = i8x16.splat(<i8>QUOTE);
  const backslashes = i8x16.splat(<i8>BACKSLASH);
  let at = from;
  for (; at + 16 <= end; at += 16) {
    const bytes = v128.load(at);
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes)));
    if (found != 0) return at + <usize>ctz<i32>(found);
  }
  return at;
}
