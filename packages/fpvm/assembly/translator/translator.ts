// The translator: code that has become hot to WebAssembly at run time, behind the interpreter. Translated code and
// interpreter call each other through one function table; `slot` is a place in it.
import { cover, existingCodeBlock, uncoverAll } from '../interpreter/code-blocks';
import { ASKED_FOR, BLOCK_REGIONS, DROPPED, HOT, REGIONS, WARM } from '../interpreter/layout';
import { Op } from '../interpreter/operations';
import { forgetDirectStores, isStoredDirectly } from '../interpreter/paging';
import { firstStorable, forgetStoredFrom, noteCode, storableEnd } from '../interpreter/regions';
import { block, blockCount, endPc, expectedLength, findUnit, instructionCount, ordered } from './control-flow';
import { emitUnit } from './emitter';
import { End, endOf, opOf } from './instruction';
import { exitAt, exitsLeft, forgetExits, writeExitModule } from './exits';
import { beginElements, beginFunctions, beginModule, BODIES, joinModule, putInTable, UNIT_TYPE } from './module';
import { OUTPUT_END, QUEUE, STATISTICS } from './scratch';
import {
  addExecutions,
  countAgain,
  countFrom,
  FIRST_UNIT_SLOT,
  forgetSlots,
  INTERPRETER,
  isTranslated,
  revisionsOf,
  setOutdated,
  setTranslated,
  slotAddress,
  slotFor,
} from './slots';

import { here, moveTo, unsigned } from './wasm-code';

/** Instantiates the module at an address; the first is that of the exits. */
@external('env', 'install')
declare function install(start: usize, length: usize): void;
/** Puts the interpreter into all slots from one on. */
@external('env', 'forgetUnits')
declare function removeUnits(first: u32): void;

/** Modules beyond which each costs the host more than it spares not to wait for a full one. */
const MANY_MODULES: u32 = 512;
/** Units that one module may hold. */
const MOST_AT_ONCE: u32 = 16;
/** A guest that overwrites its code this often is interpreted from then on. */
const MOST_DROPS: u32 = 50;
/** A unit is translated anew this often before it takes nothing for granted any more. */
const MOST_REVISIONS: u32 = 6;
/** Failures of one check before its unit is looked at again. */
const MANY_FAILURES: u32 = 500;
/**
 * Instructions of a unit that is translated when it becomes hot; larger ones have to become hot several times, unless an execution takes most
 * of them.
 */
const USUAL_SIZE: u32 = 256;
/** How much the instructions of an execution count beside those of the unit. */
const LENGTH_COUNTS: u32 = 4;
/** Bytes of output, and exits, that the largest unit may need. */
const LARGEST_UNIT: usize = 0x100000;
const MOST_EXITS: u32 = 8000;

/** What has been done so far, 4 bytes each at STATISTICS. */
const enum Statistic {
  Units = 0,
  Modules = 4,
  Instructions = 8,
  Bytes = 12,
  Drops = 16,
  Revisions = 20,
  Misses = 24,
}


@inline
function statistic(at: usize): u32 {
  return load<u32>(STATISTICS + at);
}

function add(at: usize, count: u32): void {
  store<u32>(STATISTICS + at, statistic(at) + count);
}

/** Slots whose units wait for translation, in QUEUE. */
let waiting: u32 = 0;


@inline
function queued(place: u32): u32 {
  return load<u32>(QUEUE + ((<usize>place) << 2));
}


@inline
function setQueued(place: u32, slot: u32): void {
  store<u32>(QUEUE + ((<usize>place) << 2), slot);
}

/** A module's instance costs more than a unit in it: later ones, of code that is less hot, hold more units. */
function batchSize(): u32 {
  const modules = statistic(Statistic.Modules);
  return modules < 8 ? 1 : modules < 24 ? 4 : MOST_AT_ONCE;
}

/** The code at `pc` is hot: it is translated now or with the next few. */
export function request(pc: u64): void {
  if (statistic(Statistic.Drops) > MOST_DROPS) return;
  if (!hasExits) installExits();
  const slot = slotFor(pc);
  if (slot != INTERPRETER) enqueue(slot);
  // All slots are taken: what is hot now begins anew.
  else drop();
  if (waiting >= batchSize() || (statistic(Statistic.Modules) < MANY_MODULES && isLongLine(pc))) flush();
}

/** The code at `pc` is warm: where it runs straight on for long, each execution spares that much more by its translation. */
export function requestIfLong(pc: u64): void {
  if (!isLongLine(pc)) return;
  countFrom(pc, ASKED_FOR);
  request(pc);
}

/** Whether the code there runs straight on for so long that it does not pay to wait until a batch is full. */
function isLongLine(pc: u64): bool {
  const code = existingCodeBlock(pc >> 16);
  if (code == 0) return false;
  let before: u64 = 0;
  for (let i: u32 = 0; i < USUAL_SIZE; i++, pc += 4) {
    const offset = (<usize>pc) & 0xffff;
    const operation = load<u64>(code + (offset << 1));
    if (opOf(operation) == Op.Undecoded || endOf(operation, pc, before) != End.None || offset == 0xfffc) return false;
    before = operation;
  }
  return true;
}

function enqueue(slot: u32): void {
  setQueued(waiting, slot);
  waiting += 1;
  if (waiting == MOST_AT_ONCE) flush();
}

/** Translates what waits for a batch to become full. To be called now and then. */
export function flush(): void {
  for (let done: u32 = 0; done < waiting;) done = translateFrom(done);
  waiting = 0;
}

/** Translates what waits from a place in the queue on, as far as there is room for it; returns how far that was. */
function translateFrom(first: u32): u32 {
  let translated: u32 = 0;
  let next = first;
  moveTo(BODIES);
  // Exits are full: what is hot now begins anew.
  if (!hasRoom()) drop();
  for (; next < waiting && hasRoom(); next++) {
    const slot = queued(next);
    if (!emitUnitOf(slot)) continue;
    // What is behind in the queue stays there.
    setQueued(first + translated, slot);
    translated += 1;
  }
  if (translated == 0) return next;
  const end = here();
  // No functions: the host would compile a wrapper for each of them, for each module.
  beginModule(0);
  beginFunctions(translated);
  for (let i: u32 = 0; i < translated; i++) unsigned(UNIT_TYPE);
  beginElements(translated);
  for (let i: u32 = 0; i < translated; i++) putInTable(queued(first + i), i);
  const start = joinModule(translated, end);
  install(start, end - start);
  for (let i: u32 = 0; i < translated; i++) setTranslated(queued(first + i));
  add(Statistic.Units, translated);
  hasUnits = true;
  add(Statistic.Modules, 1);
  add(Statistic.Bytes, <u32>(end - start));
  return next;
}

/** Whether any unit can be emitted. */
function hasRoom(): bool {
  return OUTPUT_END - here() >= LARGEST_UNIT && exitsLeft() >= MOST_EXITS;
}

/** Emits the body of a slot's unit, if there is one to be had and it is worth it. */
function emitUnitOf(slot: u32): bool {
  if (isTranslated(slot)) return false;
  if (!findUnit(slotAddress(slot), revisionsOf(slot) >= MOST_REVISIONS)) return false;
  if (!isWorthIt(slot)) {
    countAgain(slot);
    return false;
  }
  emitUnit(slot);
  coverCode();
  hastenRest();
  add(Statistic.Instructions, instructionCount);
  return true;
}

/**
 * What a unit costs grows with its size, which is not known when its code becomes hot; what it saves, with the instructions that an
 * execution takes.
 */
function isWorthIt(slot: u32): bool {
  if (revisionsOf(slot) > 0) return true;
  const hot = load<u32>(HOT);
  return (
    <u64>addExecutions(slot, hot) * max(USUAL_SIZE, LENGTH_COUNTS * expectedLength()) >= <u64>hot * instructionCount
  );
}

/** Where the unit was cut, the rest is as hot: it need not be executed as often once more. */
function hastenRest(): void {
  const hot = load<u32>(HOT);
  const warm = hot >> WARM;
  for (let i: u32 = 0; i < blockCount; i++) {
    const at = block(ordered(i));
    if (at.end == End.Leave) countFrom(at.pc, isLongLine(at.pc) && warm > 0 ? warm - 1 : hot - warm);
  }
}

let hasExits: bool = false;
/** Whether there are units since the last drop. */
let hasUnits: bool = false;

function installExits(): void {
  const start = writeExitModule();
  install(start, here() - start);
  removeUnits(FIRST_UNIT_SLOT);
  hasExits = true;
}

/** Has writes to the unit's instructions reported, and to those that blocks end before. */
function coverCode(): void {
  for (let i: u32 = 0; i < blockCount; i++) {
    const at = block(ordered(i));
    const end = endPc(at) + 4;
    for (let from = at.pc; from != end;) {
      // A block may run into the next granule.
      const left = min(end - from, 0x10000 - (from & 0xffff));
      cover(from, <u32>left);
      from += left;
    }
  }
}

/** Translated code was left at an exit: if that was a check that fails often, and no longer need be, its unit is made anew. */
export function missed(number: u32): void {
  add(Statistic.Misses, 1);
  const exit = exitAt(number);
  if (exit.region == 0) return;
  exit.failures += 1;
  if (<u32>exit.failures < MANY_FAILURES) return;
  exit.failures = 0;
  const pc = exit.pc;
  const region = REGIONS + ((<usize>exit.region - 1) << 5);
  const code = existingCodeBlock(pc >> 16);
  const met = load<u8>(code + BLOCK_REGIONS + (((<usize>pc) & 0xffff) >> 2));
  const hasMetMore = (met & ~exit.met) != 0;
  const from = exit.isWritable ? firstStorable(region) : 0;
  const end = exit.isWritable ? storableEnd(region) : load<u32>(region, 12);
  if (!hasMetMore && from >= <u32>exit.from && end <= <u32>exit.end) return;
  const slot = <u32>exit.slot;
  if (!isTranslated(slot)) return;
  setOutdated(slot);
  add(Statistic.Revisions, 1);
  enqueue(slot);
  flush();
}

/** A granule has become code: direct stores to it would not be noticed. */
export function codeFound(granule: u64): void {
  const wasStoredTo = noteCode(granule) || isStoredDirectly(granule);
  if (wasStoredTo) drop();
}

/** Drops all translations: code that they come from was overwritten, or there is no room for more. */
export function drop(): void {
  if (!hasUnits) return;
  hasUnits = false;
  waiting = 0;
  forgetSlots();
  removeUnits(FIRST_UNIT_SLOT);
  forgetExits();
  uncoverAll();
  forgetStoredFrom();
  forgetDirectStores();
  store<u32>(DROPPED, 1);
  add(Statistic.Drops, 1);
}
