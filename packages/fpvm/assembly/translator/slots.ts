// Places in the function table, each for the code at one address, translated or not. The interpreter stands in for code
// that is not.
import { existingCodeBlock } from '../interpreter/code-blocks';
import { BLOCK_COUNTS, BLOCK_SLOTS, CALL_SLOT, RESERVED_SLOT } from '../interpreter/layout';
import { Op } from '../interpreter/operations';
import { opOf } from './instruction';
import { EXIT_SIZES } from './module';
import { SLOTS } from './scratch';

/** Gives the function table more slots, the interpreter in all of them; returns how many it has. */
@external('env', 'makeSlots')
declare function makeSlots(): u32;

/** Slots of the interpreter, and of the exits behind the one that the interpreter calls translated code with. */
export const INTERPRETER: u32 = 0;
export const FIRST_EXIT_SLOT: u32 = CALL_SLOT + 1;
export const FIRST_UNIT_SLOT: u32 = FIRST_EXIT_SLOT + EXIT_SIZES;
/** Blocks keep slots in 16 bits. */
const END: u32 = 0x10000;

let next: u32 = FIRST_UNIT_SLOT;
/** Slots that the function table has. */
let capacity: u32 = 0;

/** A slot's entry: address (8 bytes), times that its unit was translated anew (1), whether there is one (1), executions (4). */
@inline
function entry(slot: u32): usize {
  return SLOTS + ((<usize>slot) << 4);
}

/** Slot of the code at an address; the interpreter's if there is none to be had. */
export function slotFor(pc: u64): u32 {
  const block = existingCodeBlock(pc >> 16);
  if (block == 0) return INTERPRETER;
  const place = block + BLOCK_SLOTS + ((<usize>pc) & 0xfffc);
  const known = load<u32>(place);
  if (known != 0) return known & 0xffff;
  if (next == END) return INTERPRETER;
  if (next >= capacity) capacity = makeSlots();
  const slot = next++;
  store<u32>(place, slot | RESERVED_SLOT);
  store<u64>(entry(slot), pc);
  return slot;
}


@inline
export function slotAddress(slot: u32): u64 {
  return load<u64>(entry(slot));
}


@inline
export function revisionsOf(slot: u32): u32 {
  return load<u8>(entry(slot), 8);
}


@inline
export function isTranslated(slot: u32): bool {
  return load<u8>(entry(slot), 9) != 0;
}

/** Adds to how often the code was executed, as far as that was counted; returns the sum. */
export function addExecutions(slot: u32, count: u32): u32 {
  const sum = load<u32>(entry(slot), 12) + count;
  store<u32>(entry(slot), sum, 12);
  return sum;
}

/** Has the interpreter count executions of the code from 0 on, and ask for its translation again. */
export function countAgain(slot: u32): void {
  const pc = slotAddress(slot);
  store<u16>(existingCodeBlock(pc >> 16) + BLOCK_COUNTS + (((<usize>pc) & 0xffff) >> 1), 0);
}

/** Has code that was executed before count as executed so often. */
export function countFrom(pc: u64, count: u32): void {
  const block = existingCodeBlock(pc >> 16);
  const offset = (<usize>pc) & 0xffff;
  if (block == 0 || opOf(load<u64>(block + (offset << 1))) == Op.Undecoded) return;
  const counter = block + BLOCK_COUNTS + (offset >> 1);
  if (<u32>load<u16>(counter) < count) store<u16>(counter, <u16>count);
}

/** What the interpreter finds the code of a slot by: 0, the slot, or the slot reserved. */
function setFound(slot: u32, found: u32): void {
  const pc = slotAddress(slot);
  store<u32>(existingCodeBlock(pc >> 16) + BLOCK_SLOTS + ((<usize>pc) & 0xffff), found);
}

/** The slot's unit is there: the interpreter enters it from now on. */
export function setTranslated(slot: u32): void {
  store<u8>(entry(slot), 1, 9);
  setFound(slot, slot);
}

/** The slot's unit is to be translated anew, but is good enough until then. */
export function setOutdated(slot: u32): void {
  store<u8>(entry(slot), 0, 9);
  store<u8>(entry(slot), <u8>(revisionsOf(slot) + 1), 8);
}

/** There are no units any more, nor slots. What is hot then becomes hot again. */
export function forgetSlots(): void {
  for (let slot = FIRST_UNIT_SLOT; slot < next; slot++) {
    setFound(slot, 0);
    countAgain(slot);
  }
  memory.fill(entry(FIRST_UNIT_SLOT), 0, entry(next) - entry(FIRST_UNIT_SLOT));
  next = FIRST_UNIT_SLOT;
}
