// What execution needs to know of a code, found out as execution comes by: where jumps may land, and for each straight
// run of instructions (a block) the gas they cost in sum and the stack they need, so that these are checked once a
// block and not once an instruction. A block ends before a JUMPDEST and after an instruction that leaves it or looks at
// the gas left (see `ENDS` in opcodes.ts). Charging a block's static gas at its start is exact: execution leaves a
// block early only by an exceptional halt, which takes all gas anyway.
import { useScratch } from '../memory';
import { endsBlock, entryOf, gasOf, givenOf, lengthOf, Op, selectedRevision, takenOf } from './opcodes';
import { Revision } from './revisions';

/** A code with what is known of it. All addresses; an object of this layout lives beside the code's table. */
@unmanaged
export class Analysis {
  /** The code's bytes, followed by at least 33 zero bytes: a PUSH32 at its end reads them, then finds a STOP. */
  code: usize;
  length: u32;
  /**
   * One u32 for each offset 0…length: 0 or the address of the block's record that starts there, with the lowest bit
   * set where the offset is a JUMPDEST.
   */
  table: usize;
  /** Offset up to which JUMPDESTs are marked in the table. */
  scanned: u32;
  /** The revision that the records hold for. */
  revision: Revision;
}

/** Bytes of a block's record: gas (u64), stack bytes needed (u32), most stack bytes that may be in use (u32). */
// @ts-ignore: decorator
@inline const RECORD_SIZE: usize = 16;

/** Stack bytes of the 1,024 items. */
// @ts-ignore: decorator
@inline export const STACK_SIZE: u32 = 1024 * 32;

/** Zero bytes after a code. */
// @ts-ignore: decorator
@inline const PADDING: u32 = 40;

/** Bytes that `analyse` writes to for a code of `length` bytes. */
export function analysisSize(length: u32): usize {
  return tableOffset(length) + (<usize>length + 1) * 4;
}

// @ts-ignore: decorator
@inline
function tableOffset(length: u32): usize {
  return (offsetof<Analysis>() + length + PADDING + 7) & ~7;
}

/** Copies the code at `ptr` into the `analysisSize(length)` bytes at `target` and returns its fresh analysis there. */
export function analyse(target: usize, ptr: usize, length: u32): Analysis {
  const analysis = changetype<Analysis>(target);
  const code = target + offsetof<Analysis>();
  analysis.code = code;
  analysis.length = length;
  analysis.table = target + tableOffset(length);
  memory.copy(code, ptr, length);
  memory.fill(code + length, 0, PADDING);
  reset(analysis);
  return analysis;
}

/** Forgets the blocks of an analysis made under another revision. */
export function refresh(analysis: Analysis): void {
  if (analysis.revision != selectedRevision()) reset(analysis);
}

function reset(analysis: Analysis): void {
  analysis.scanned = 0;
  analysis.revision = selectedRevision();
  memory.fill(analysis.table, 0, (<usize>analysis.length + 1) * 4);
}

// Records come in pages from PERSISTENT, as an analysis lives as long as its code.
let records: usize = 0;
let recordsEnd: usize = 0;

function newRecord(): usize {
  if (records == recordsEnd) {
    const before = useScratch(false);
    records = heap.alloc(256 * RECORD_SIZE);
    useScratch(before);
    recordsEnd = records + 256 * RECORD_SIZE;
  }
  const record = records;
  records += RECORD_SIZE;
  return record;
}

/** Sums up the block that starts at `offset` (at most the code's length) and returns its table entry. */
export function analyseBlock(analysis: Analysis, offset: u32): u32 {
  let p = analysis.code + offset;
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
    if (endsBlock(entry)) break;
    p += lengthOf(entry);
    const op = <u32>load<u8>(p);
    if (op == Op.JUMPDEST) break;
    entry = entryOf(op);
  }
  const record = newRecord();
  store<u64>(record, gas);
  store<u32>(record, need > 1024 ? u32.MAX_VALUE : <u32>need * 32, 8);
  // A block that needs more room than there is fails at every height: a need that no stack can meet says so.
  store<u32>(record, most > 1024 ? 0 : STACK_SIZE - <u32>most * 32, 12);
  if (most > 1024) store<u32>(record, u32.MAX_VALUE, 8);
  const slot = analysis.table + ((<usize>offset) << 2);
  // Whoever gets here comes from a jump or from the instruction before, so a JUMPDEST's byte here is one.
  const value = (<u32>record) | u32(load<u8>(analysis.code + offset) == Op.JUMPDEST);
  store<u32>(slot, value);
  return value;
}

/** Whether a jump may land at `offset`. */
export function isJumpdest(analysis: Analysis, offset: u64): bool {
  if (offset >= <u64>analysis.length) return false;
  const at = <u32>offset;
  if (at >= analysis.scanned) scan(analysis, at);
  return (load<u32>(analysis.table + ((<usize>at) << 2)) & 1) != 0;
}

/** Marks the JUMPDESTs up to and including `offset`. */
function scan(analysis: Analysis, offset: u32): void {
  const code = analysis.code;
  const table = analysis.table;
  const limit = code + offset;
  let p = code + analysis.scanned;
  while (p <= limit) {
    const op = <u32>load<u8>(p);
    p += 1;
    if (op < <u32>Op.JUMPDEST || op > <u32>Op.PUSH32) continue;
    if (op == Op.JUMPDEST) {
      const slot = table + ((p - 1 - code) << 2);
      store<u32>(slot, load<u32>(slot) | 1);
    } else if (op >= <u32>Op.PUSH1) {
      p += op - Op.PUSH0;
    }
  }
  analysis.scanned = <u32>(p - code);
}
