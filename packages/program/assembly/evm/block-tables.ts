// Where what is known of codes' blocks lies: for each offset in a code one entry (u64, see analysis.ts), and for each LINE
// of entries a byte that says whether any was written, so that a table is emptied in as many instructions as were spent
// on filling it. Tables of the state's codes are kept, up to MAX_TABLES of them; then one that no frame uses and that was
// not used lately goes to another code. A creation's table lies beside its init code and goes with its frame.
//
// Before Canyon an init code may be as long as its memory can be paid for. Of one longer than any is since then the table
// has a piece only: the entries of those PIECE offsets among which the present block ends, so that the next one is looked up
// there. It moves as execution goes on.
import { useScratch } from '../memory';
import { Code, MAX_CODE_SIZE } from '../state/code';

/** Entries of a line. */
// @ts-ignore: decorator
@inline const LINE_SHIFT: u32 = 6;

// @ts-ignore: decorator
@inline const ENTRIES: usize = <usize>MAX_CODE_SIZE + 1;

/** Longest init code whose table is whole: the longest that there may be since Canyon (EIP-3860). */
// @ts-ignore: decorator
@inline export const MAX_INITCODE_SIZE: u32 = 2 * MAX_CODE_SIZE;

/** Entries of a piece, a power of two. */
// @ts-ignore: decorator
@inline const PIECE: u32 = 8192;

/** Tables that are kept, 97 MiB of them. There are more only while as many codes as that are in execution at a time. */
// @ts-ignore: decorator
@inline const MAX_TABLES: u32 = 512;


@unmanaged
class TableSlot {
  /** The code whose table it is, as long as that says so too. */
  code: Code;
  /** Whether it was used since it was last thought of giving it up. */
  used: u32;
  /** Number of entries from the first on that are zero but for the lines that are marked. */
  cleared: u32;
  /** Next in the circle of all slots. */
  ring: usize;
}

let hand: usize = 0;
let count: u32 = 0;

/** Bytes of the lines' marks and the whole table of a code of `length` bytes. */
function wholeSize(length: u32): usize {
  return linesSize(length) + (<usize>length + 1) * 8;
}

/** Whether an init code of `length` bytes is longer than any is since Canyon: its table is a piece's. */
// @ts-ignore: decorator
@inline
export function isLong(length: u32): bool {
  return length > MAX_INITCODE_SIZE;
}

/** The same of an init code, whose table may be a piece's. */
export function tableSize(length: u32): usize {
  return wholeSize(isLong(length) ? PIECE - 1 : length);
}

// @ts-ignore: decorator
@inline
function linesSize(length: u32): usize {
  return (((<usize>length) >> LINE_SHIFT) + 8) & ~7;
}

/** Makes the `tableSize(length)` bytes at `target` the init code's table, empty. */
export function placeTable(code: Code, target: usize): void {
  if (!isLong(code.length)) {
    placeWhole(code, target);
    return;
  }
  memory.fill(target, 0, tableSize(code.length));
  code.lines = target;
  code.table = target + linesSize(PIECE - 1);
  code.reach = 0;
  code.first = 0;
}

/** Makes the `wholeSize(length)` bytes at `target` the code's table, empty. */
function placeWhole(code: Code, target: usize): void {
  memory.fill(target, 0, wholeSize(code.length));
  code.lines = target;
  code.table = target + linesSize(code.length);
}

/** Whether the code's table is a piece's. */
// @ts-ignore: decorator
@inline
export function hasPiece(code: Code): bool {
  return code.reach != code.length;
}

/** Whether the entry at `offset` is in the piece. */
export function isInPiece(code: Code, offset: u32): bool {
  return offset - code.first < PIECE;
}

/** Moves the piece to where it has the entry at `offset`. */
export function movePiece(code: Code, offset: u32): void {
  if (isInPiece(code, offset)) return;
  const table = code.table + ((<usize>code.first) << 3);
  const lines = code.lines + (code.first >> LINE_SHIFT);
  empty(table, lines, PIECE - 1);
  code.first = offset & ~(PIECE - 1);
  code.table = table - ((<usize>code.first) << 3);
  code.lines = lines - (code.first >> LINE_SHIFT);
}

/** Marks the line of the entry at `offset` as written. */
// @ts-ignore: decorator
@inline
export function markLine(code: Code, offset: u32): void {
  store<u8>(code.lines + (offset >> LINE_SHIFT), 1);
}

/** Empties the code's table. */
export function emptyTable(code: Code): void {
  empty(code.table, code.lines, code.length);
}

function empty(table: usize, lines: usize, length: u32): void {
  const size = (<usize>length + 1) * 8;
  for (let line: usize = 0, n = linesSize(length); line < n; line += 8) {
    if (load<u64>(lines + line) == 0) continue;
    for (let i: usize = line; i < line + 8; i++) {
      if (load<u8>(lines + i) == 0) continue;
      const start = i << (LINE_SHIFT + 3);
      memory.fill(table + start, 0, min<usize>(8 << LINE_SHIFT, size - start));
    }
    store<u64>(lines + line, 0);
  }
}

/** Gives one of the state's codes a table if it has none, and counts it as used. */
export function provideTable(code: Code): void {
  if (code.table == 0) {
    if (code.length > MAX_CODE_SIZE) provideForGood(code);
    else provide(code);
  } else if (code.length <= MAX_CODE_SIZE) {
    slotOf(code.table).used = 1;
  }
}

/** A genesis' codes that are too long for a slot are few. */
function provideForGood(code: Code): void {
  const before = useScratch(false);
  const target = heap.alloc(wholeSize(code.length));
  useScratch(before);
  placeWhole(code, target);
}

// A slot: its fields, the lines' marks, the table.
// @ts-ignore: decorator
@inline
function linesOf(slot: TableSlot): usize {
  return changetype<usize>(slot) + ((offsetof<TableSlot>() + 7) & ~7);
}
// @ts-ignore: decorator
@inline
function tableOf(slot: TableSlot): usize {
  return linesOf(slot) + linesSize(MAX_CODE_SIZE);
}
// @ts-ignore: decorator
@inline
function slotOf(table: usize): TableSlot {
  return changetype<TableSlot>(table - linesSize(MAX_CODE_SIZE) - ((offsetof<TableSlot>() + 7) & ~7));
}

function provide(code: Code): void {
  let slot = count < MAX_TABLES ? newSlot() : giveUp();
  if (changetype<usize>(slot) == 0) slot = newSlot();
  const lines = linesOf(slot);
  const table = tableOf(slot);
  const entries = code.length + 1;
  if (slot.cleared < entries) {
    memory.fill(table + <usize>slot.cleared * 8, 0, <usize>(entries - slot.cleared) * 8);
    slot.cleared = entries;
  }
  slot.code = code;
  slot.used = 1;
  code.lines = lines;
  code.table = table;
}

function newSlot(): TableSlot {
  count++;
  const before = useScratch(false);
  const slot = changetype<TableSlot>(
    heap.alloc(((offsetof<TableSlot>() + 7) & ~7) + linesSize(MAX_CODE_SIZE) + ENTRIES * 8),
  );
  useScratch(before);
  memory.fill(linesOf(slot), 0, linesSize(MAX_CODE_SIZE));
  slot.cleared = 0;
  if (hand == 0) {
    hand = slot.ring = changetype<usize>(slot);
  } else {
    slot.ring = changetype<TableSlot>(hand).ring;
    changetype<TableSlot>(hand).ring = changetype<usize>(slot);
  }
  return slot;
}

/**
 * Takes the first slot from the hand on that no frame uses and that was not used since the hand came by; null where frames
 * use all.
 */
function giveUp(): TableSlot {
  for (let left = 2 * count; left > 0; left--) {
    const slot = changetype<TableSlot>(hand);
    hand = slot.ring;
    const owner = slot.code;
    const isLost = owner.table != tableOf(slot); // the code itself was given up
    if (!isLost && owner.frames != 0) continue;
    if (!isLost && slot.used != 0) {
      slot.used = 0;
      continue;
    }
    if (!isLost) owner.table = 0;
    empty(tableOf(slot), linesOf(slot), slot.cleared - 1);
    return slot;
  }
  return changetype<TableSlot>(0);
}
