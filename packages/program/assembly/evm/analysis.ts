// What execution needs to know of a code, found out as execution comes by: where jumps may land, and for each straight
// run of instructions (a block) the gas they cost in sum and the stack they need, so that these are checked once a
// block and not once an instruction. A block ends before a JUMPDEST and after an instruction that leaves it or looks at
// the gas left (see `ENDS` in opcodes.ts). Charging a block's static gas at its start is exact: execution leaves a
// block early only by an exceptional halt, which takes all gas anyway.
import { Code, initialize, LINE_SHIFT, PADDING, startsSize } from '../state/code';
import {
  emptyTable,
  hasPiece,
  isInPiece,
  isLong,
  markLine,
  movePiece,
  placeTable,
  provideTable,
  tableSize,
} from './block-tables';
import { CHUNK, CHUNK_LINES, rememberedStarts, UNKNOWN } from './long-codes';
import { endsBlock, entryOf, gasOf, givenOf, lengthOf, Op, selectedRevision, takenOf } from './opcodes';

// A block's entry, a u64: gas (32 bits), stack bytes needed (16), most stack bytes that may be in use (16). Stack bytes are
// multiples of 32, so the lowest five bits are free: bit 0 says that the block begins with a JUMPDEST, bit 1 that it is an
// entry at all.

/** A need that no stack can meet. */
// @ts-ignore: decorator
@inline const UNMEETABLE: u32 = 0xffff;

/** Stack bytes of the 1,024 items. */
// @ts-ignore: decorator
@inline export const STACK_SIZE: u32 = 1024 * 32;

/** Bytes that `analyse` writes to for an init code of `length` bytes. */
export function analysisSize(length: u32): usize {
  const withChunk = length + slack(length);
  return bytesOffset() + bytesSize(withChunk) + startsSize(withChunk) + tableSize(length);
}

/** Bytes that a long code may begin later than others, so that its chunks are those of where it comes from. */
// @ts-ignore: decorator
@inline
function slack(length: u32): u32 {
  return isLong(length) ? CHUNK : 0;
}

// @ts-ignore: decorator
@inline
function bytesOffset(): usize {
  return (offsetof<Code>() + 7) & ~7;
}

// @ts-ignore: decorator
@inline
function bytesSize(length: u32): usize {
  return (<usize>length + PADDING + 7) & ~7;
}

/** Copies the init code at `ptr` into the `analysisSize(length)` bytes at `target` and returns it ready to run there. */
export function analyse(target: usize, ptr: usize, length: u32): Code {
  const code = changetype<Code>(target);
  const withChunk = length + slack(length);
  const start = target + bytesOffset();
  const starts = start + bytesSize(withChunk);
  const bytes = isLong(length) ? start + ((ptr - start) & (CHUNK - 1)) : start;
  memory.copy(bytes, ptr, length);
  initialize(code, bytes, length, starts);
  placeTable(code, starts + startsSize(withChunk));
  if (isLong(length)) {
    code.origin = ptr;
    const shift = shiftOf(code);
    code.scanned = ((shift >> LINE_SHIFT) + 1) << LINE_SHIFT;
    store<u8>(starts + (shift >> LINE_SHIFT), <u8>(shift & ((1 << LINE_SHIFT) - 1)));
  }
  return code;
}

/** Bytes from where the lines begin to the code. */
// @ts-ignore: decorator
@inline
function shiftOf(code: Code): u32 {
  return (<u32>code.origin) & (CHUNK - 1);
}

/** Makes one of the state's codes ready to run under the present revision. */
export function prepare(code: Code): void {
  const revision = <i32>selectedRevision();
  if (code.table != 0 && code.revision != revision) emptyTable(code);
  code.revision = revision;
  provideTable(code);
}

/**
 * Sums up the block that starts at `offset` (at most the code's length), which is to be run with `gasLeft`, and returns its
 * entry.
 */
export function analyseBlock(code: Code, offset: u32, gasLeft: u64): u64 {
  // Where an entry may have to be found out again and again, no more is looked at than the gas pays for.
  const limit = hasPiece(code) ? gasLeft : u64.MAX_VALUE;
  let p = code.ptr + offset;
  let gas: u64 = 0;
  let height: i32 = 0;
  let need: i32 = 0;
  let most: i32 = 0;
  let entry = entryOf(load<u8>(p));
  // A STOP stands behind the code and ends a block too.
  for (;;) {
    gas += <u64>gasOf(entry);
    const taken = takenOf(entry);
    if (taken - height > need) need = taken - height;
    height += givenOf(entry) - taken;
    if (height > most) most = height;
    if (endsBlock(entry) || gas > limit) break;
    p += lengthOf(entry);
    const op = <u32>load<u8>(p);
    if (op == Op.JUMPDEST) break;
    entry = entryOf(op);
  }
  // A block that needs more room than there is fails at every height.
  const fits = need <= 1024 && most <= 1024;
  const needed = fits ? <u32>need * 32 : UNMEETABLE;
  const room = fits ? STACK_SIZE - <u32>most * 32 : 0;
  // Whoever gets here comes from a jump or from the instruction before, so a JUMPDEST's byte here is one.
  const flags = 2 | u32(load<u8>(code.ptr + offset) == Op.JUMPDEST);
  const value = (gas << 32) | (<u64>((needed << 16) | room | flags));
  if (hasPiece(code)) {
    // The block after this one begins behind the last instruction, or with the JUMPDEST that is there.
    const end = <u32>(p - code.ptr) + u32(endsBlock(entry));
    movePiece(code, min(end, code.length));
    if (gas > limit || !isInPiece(code, offset)) return value;
  }
  store<u64>(code.table + ((<usize>offset) << 3), value);
  markLine(code, offset);
  return value;
}

/** The entry of the JUMPDEST at `offset` in a code whose table does not reach there; see `jumpEntry` in interpreter.ts. */
export function entryBeyondReach(code: Code, offset: u64): u64 {
  if (offset >= <u64>code.length) return 0;
  if (isInPiece(code, <u32>offset)) {
    const entry = load<u64>(code.table + ((<usize>offset) << 3));
    if ((entry & 1) != 0) return entry;
  }
  return u64(isJumpdest(code, <u32>offset));
}

/** Whether a jump may land at `offset`, which is below the code's length. */
export function isJumpdest(code: Code, offset: u32): bool {
  const target = code.ptr + offset;
  if (load<u8>(target) != Op.JUMPDEST) return false;
  if (load<u8>(STEPS) == 0) prepareSteps();
  const place = offset + shiftOf(code);
  if (place >= code.scanned) scan(code, place);
  // From an instruction that begins in the target's line or else in the one before.
  let line = (<usize>place) >> LINE_SHIFT;
  let p = startOf(code, line);
  if (p > target) p = startOf(code, line - 1);
  while (p + 1 < target) p += stepAt(p);
  return p == target || (p + 1 == target && !isPush(load<u8>(p)));
}

/** Where the line begins. */
// @ts-ignore: decorator
@inline
function lineAt(code: Code, line: usize): usize {
  return code.ptr - shiftOf(code) + (line << LINE_SHIFT);
}

/** The instruction of the line that is known, in a line that was gone through; in the first it is the code's first. */
// @ts-ignore: decorator
@inline
function startOf(code: Code, line: usize): usize {
  return lineAt(code, line) + load<u8>(code.starts + line);
}

/** Finds an instruction in each line up to that of `place`, which counts as the lines do. */
function scan(code: Code, place: u32): void {
  let line = ((<usize>code.scanned) >> LINE_SHIFT) - 1;
  const last = (<usize>place) >> LINE_SHIFT;
  if (code.origin != 0) {
    // To the end of a chunk that was begun; the first one began before the code.
    if (line < CHUNK_LINES || (line & (CHUNK_LINES - 1)) != 0) {
      const next = (line | (CHUNK_LINES - 1)) + 1;
      scanLines(code, line, next);
      line = next;
    }
    line = scanChunks(code, line, last);
  }
  if (line < last) {
    scanLines(code, line, last);
    line = last;
  }
  code.scanned = <u32>((line + 1) << LINE_SHIFT);
}

/**
 * The same from `line`, where a chunk begins, by whole chunks of the code, until that of `last` or as far as there are any. Returns the
 * line that the last one ends with.
 */
function scanChunks(code: Code, line: usize, last: usize): usize {
  const starts = code.starts;
  const end = code.ptr + code.length;
  const fromOrigin = code.origin - code.ptr;
  for (; line < last; line += CHUNK_LINES) {
    const chunk = lineAt(code, line);
    if (chunk + CHUNK > end) break;
    const remembered = rememberedStarts(chunk, chunk + fromOrigin, load<u8>(starts + line));
    const known = load<u32>(remembered);
    if (known != UNKNOWN) {
      store<u32>(starts + line + 1, known);
    } else {
      scanLines(code, line, line + CHUNK_LINES);
      store<u32>(remembered, load<u32>(starts + line + 1));
    }
  }
  return line;
}

/**
 * Finds an instruction in each of the lines behind `line`, up to `last`: in that the first, so that it depends on nothing in that line
 * or behind it.
 */
function scanLines(code: Code, line: usize, last: usize): void {
  const starts = code.starts;
  let p = startOf(code, line);
  let end = lineAt(code, line);
  do {
    end += 1 << LINE_SHIFT;
    while (p + 1 < end) p += stepAt(p);
    // STEPS would look at the byte behind the line's end.
    if (p < end) p += isPush(load<u8>(p)) ? stepAt(p) : 1;
    line += 1;
    store<u8>(starts + line, <u8>(p - end));
  } while (line < last);
}

// How far the instruction after the next one is, by the next two bytes: or the next one, where that has data.
// @ts-ignore: decorator
@lazy const STEPS: usize = memory.data(65_536, 8);

// @ts-ignore: decorator
@inline
function stepAt(p: usize): usize {
  return <usize>load<u8>(STEPS + load<u16>(p));
}

// @ts-ignore: decorator
@inline
function isPush(op: u32): bool {
  return op - Op.PUSH1 < 32;
}

function prepareSteps(): void {
  for (let op: u32 = 0; op < 256; op++) {
    // The byte at the lower address is the lower one.
    const row = STEPS + (op << 8);
    memory.fill(row, <u8>(isPush(op) ? 2 + op - Op.PUSH0 : 2), 256);
    for (let n: u32 = 1; n <= 32; n++) store<u8>(row + Op.PUSH0 + n, <u8>(1 + n));
  }
}
