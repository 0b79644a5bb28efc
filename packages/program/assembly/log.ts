// The client's log: logfmt lines on stdout. No line holds a wall-clock time, so that two runs of a claim, native or in
// the machine, print the same bytes.
import { write, exit } from './abi';
import { Bytes } from './bytes';

// @ts-ignore: decorator
@lazy const CAPACITY: usize = 4096;
// @ts-ignore: decorator
@lazy const LINE: usize = memory.data(4096, 8);

let used: usize = 0;

/** Whether the line being written is one too many. */
let muted: bool = false;

/** Lines that data on L1 brings about, of which there may be millions, are written up to this many for an L1 block. */
// @ts-ignore: decorator
@inline
const MOST_LINES: u32 = 256;

let linesLeft: u32 = MOST_LINES;
let linesMuted: u64 = 0;

/** Whether such lines are not wanted now: they were written before. */
let areKnown: bool = false;

function put(byte: u32): void {
  if (used < CAPACITY - 1) store<u8>(LINE + used++, <u8>byte);
}

function putText(text: string): void {
  if (muted) return;
  const length = text.length;
  for (let i = 0; i < length; i++) put(text.charCodeAt(i) & 0x7f);
}

function putHex(ptr: usize, length: u32): void {
  if (muted) return;
  put(0x30);
  put(0x78);
  for (let i: u32 = 0; i < length; i++) {
    const byte = <u32>load<u8>(ptr + i);
    put(hexDigit(byte >> 4));
    put(hexDigit(byte & 15));
  }
}

/** ASCII code of the lower-case hex digit of `value` (0 to 15). */
export function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

/** The 32 bytes at `ptr` as 0x-hex text. */
export function hex32(ptr: usize): string {
  let text = '0x';
  for (let i: usize = 0; i < 32; i++) {
    const byte = <u32>load<u8>(ptr + i);
    text += String.fromCharCode(hexDigit(byte >> 4), hexDigit(byte & 15));
  }
  return text;
}

function putDecimal(value: u64): void {
  if (muted) return;
  if (value >= 10) putDecimal(value / 10);
  put(<u32>(0x30 + (value % 10)));
}

function putKey(key: string): void {
  put(0x20);
  putText(key);
  put(0x3d);
}

function quoted(text: string): void {
  if (muted) return;
  put(0x22);
  for (let i = 0, n = text.length; i < n; i++) {
    const code = text.charCodeAt(i) & 0x7f;
    if (code == 0x22 || code == 0x5c) put(0x5c);
    put(code < 0x20 ? 0x20 : code);
  }
  put(0x22);
}

/**
 * The line being written: start it with `info`, `warn` or `error`, add fields, close it with `end()`. There is one
 * line at a time and it allocates nothing.
 */
@final
class Line {
  text(key: string, value: string): Line {
    putKey(key);
    quoted(value);
    return this;
  }
  number(key: string, value: u64): Line {
    putKey(key);
    putDecimal(value);
    return this;
  }
  /** 32 bytes at `ptr` as 0x-hex. */
  hash(key: string, ptr: usize): Line {
    return this.hex(key, ptr, 32);
  }
  hex(key: string, ptr: usize, length: u32): Line {
    putKey(key);
    putHex(ptr, length);
    return this;
  }
  /** A block as `hash:number`. */
  blockId(key: string, hash: usize, number: u64): Line {
    this.hash(key, hash);
    put(0x3a);
    putDecimal(number);
    return this;
  }
  bytes(key: string, value: Bytes): Line {
    return this.hex(key, value.ptr, value.length);
  }
  end(): void {
    if (muted) {
      muted = false;
      used = 0;
      return;
    }
    store<u8>(LINE + used++, 0x0a);
    write(1, LINE, <u32>used);
    used = 0;
  }
}

const line = new Line();

function start(level: string, message: string): Line {
  used = 0;
  muted = false;
  return begin(level, message);
}

function startLimited(level: string, message: string): Line {
  used = 0;
  muted = areKnown || linesLeft == 0;
  if (!muted) linesLeft -= 1;
  else if (!areKnown) linesMuted += 1;
  return begin(level, message);
}

function begin(level: string, message: string): Line {
  putText('lvl=');
  putText(level);
  putText(' msg=');
  quoted(message);
  return line;
}

export function info(message: string): Line {
  return start('info', message);
}

/** Information on one of the many things that a batcher can do. */
export function detail(message: string): Line {
  return startLimited('info', message);
}

export function warn(message: string): Line {
  return startLimited('warn', message);
}

/** Says whether what is read now was read before, so that what it brings about has its lines already. */
export function readAgain(value: bool): void {
  areKnown = value;
}

/** Begins the lines for another L1 block, or ends the last one's: says how many lines were too many. */
export function renewLines(): void {
  if (linesMuted > 0) start('warn', 'more lines like these were left out').number('count', linesMuted).end();
  linesMuted = 0;
  linesLeft = MOST_LINES;
}

/** Lets there be at least `count` more lines: derivation has come further. */
export function allowLines(count: u32): void {
  linesLeft = max(linesLeft, count);
}

export function error(message: string): Line {
  return start('error', message);
}

/** Writes a line of plain text to stdout. */
export function print(text: string): void {
  used = 0;
  muted = false;
  putText(text);
  line.end();
}

/** Every `throw` and failed check of the client ends here: says why and exits with code 2. */
export function abort(message: string | null, file: string | null, row: u32, column: u32): void {
  start('crit', message === null ? 'the program failed' : message);
  if (file !== null) line.text('at', file);
  line.number('line', row).end();
  exit(2);
  unreachable();
}
