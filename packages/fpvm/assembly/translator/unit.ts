// One translation unit to the body of one WebAssembly function, see UNIT_TYPE in module.ts. At its entry and at every exit
// all guest registers are in the register file; inside they are locals.
import { REGISTERS } from '../interpreter/layout';
import { Op } from '../interpreter/operations';
import { emitArithmetic, emitExtension } from './arithmetic';
import { Block, block, blockCount, None, ordered } from './control-flow';
import { analyse, observeWithin, usedRegisters } from './dataflow';
import { exitAt, exitFor, ExitKind, newExit } from './exits';
import { End, isAccess, isLoad, isStore, opOf, operationAt, rdOf, rs1Of, rs2Of } from './instruction';
import { emitCall, emitComputedJump, emitReturn } from './jumps';
import * as knowledge from './knowledge';
import { emitAtomic, emitLoad, emitStore } from './memory-access';
import { beginBody, endBody, exitSize, FIRST_EXIT_TYPE } from './module';
import { LOCALS, OBSERVED, WORK } from './scratch';
import { FIRST_EXIT_SLOT, slotFor } from './slots';
import {
  access,
  branch,
  callIndirect,
  close,
  get,
  I32,
  i32Const,
  i64Const,
  op,
  op2,
  open,
  set,
  VOID,
  W,
} from './wasm-code';

// Parameters, and what is kept in them. The address is of use only to what stands in for code that is not translated.
export const FUEL: u32 = 0;
export const DEPTH: u32 = 1;
export const T0: u32 = 2;
const FIRST_REGISTER: u32 = 3;
/** Temporary locals behind the registers': i64, and the first of i32. */
export let t1: u32 = 0;
export let t2: u32 = 0;
export let tlbEntryLocal: u32 = 0;
export let i32Temporary: u32 = 0;
const I64_TEMPORARIES: u32 = 2;
const I32_TEMPORARIES: u32 = 2;

const NO_EXIT: u32 = 0xffffffff;
/** Blocks that may be nested in each other: WebAssembly's structure follows them, and so does the emitter's recursion. */
const DEEPEST_NESTING: i32 = 120;
/** Host stack that a function needs besides its locals, in bytes. */
const FRAME_OVERHEAD: u32 = 128;

let unitSlot: u32 = 0;
/** At most as many bytes of host stack as a call of this unit takes. */
let frameSize: u32 = 0;
let hasCalls: bool = false;
let depthOfTree: i32 = 0;
let windowLocals: u32 = 0;
let mostWindowLocals: u32 = 0;

// The point at hand.
let here: Block = block(0);
/** Registers whose locals may be newer than the register file. */
let dirty: u32 = 0;
/** Steps of the blocks so far, this one included, that are still to be subtracted; and without this one. */
let owed: u32 = 0;
let owedBefore: u32 = 0;
let isObserved: bool = false;
/** Where exits go, which registers they may have to write back, and the last of them: NO_EXIT if there are none. */
let scope: i32 = 0;
let scopeGiven: u32 = 0;
let lastExit: u32 = NO_EXIT;
/** Whether the block to be emitted next follows its only predecessor: what is known there holds. */
let follows: bool = false;
/** Top of the stack of merges that are being emitted. */
let merges: usize = WORK;

/** Emits the unit that was found last, behind the last body. */
export function emitUnit(slot: u32): void {
  unitSlot = slot;
  analyse();
  layOut();
  beginBody();
  const entry = block(ordered(0));
  leaveAtEntry(entry);
  if (hasCalls) {
    get(DEPTH);
    i32Const(frameSize);
    op(W.I32Sub);
    set(DEPTH);
  }
  loadRegisters(entry.live);
  knowledge.reset();
  depthOfTree = 0;
  windowLocals = 0;
  mostWindowLocals = 0;
  owed = 0;
  follows = false;
  merges = WORK;
  emitTree(ordered(0));
  op(W.Unreachable);
  endBody(popcnt(usedRegisters) + I64_TEMPORARIES, I32_TEMPORARIES + mostWindowLocals);
}

/** Gives locals to what the unit uses, and measures its frame. */
function layOut(): void {
  let next = FIRST_REGISTER;
  for (let rest = usedRegisters; rest != 0; rest &= rest - 1) {
    store<u8>(LOCALS + ctz(rest), <u8>next);
    next += 1;
  }
  t1 = next;
  t2 = next + 1;
  tlbEntryLocal = next + I64_TEMPORARIES;
  i32Temporary = tlbEntryLocal + 1;
  let accesses: u32 = 0;
  hasCalls = false;
  for (let i: u32 = 0; i < blockCount; i++) {
    const at = block(ordered(i));
    if (at.end == End.Call) hasCalls = true;
    for (let k: u32 = 0; k < at.count; k++) if (isAccess(opOf(operationAt(at.first + k)))) accesses += 1;
  }
  // Once optimized or not: locals and windows, and what an exit is given.
  frameSize = FRAME_OVERHEAD + 8 * (i32Temporary + 1 + accesses + popcnt(usedRegisters) + 3);
}


@inline
function localOf(register: u32): u32 {
  return load<u8>(LOCALS + register);
}

/** The block at hand. */
export function currentBlock(): Block {
  return here;
}

/** Pushes a register's value. */
export function push(register: u32): void {
  if (knowledge.isConstant(register)) i64Const(knowledge.constant(register));
  else get(localOf(register));
}

/** Pops a register's new value. */
export function setResult(register: u32): void {
  set(localOf(register));
  dirty |= 1 << register;
  knowledge.written(register);
}

export function setConstant(register: u32, value: u64): void {
  i64Const(value);
  set(localOf(register));
  dirty |= 1 << register;
  knowledge.writtenConstant(register, value);
}

export function newWindowLocal(): u32 {
  windowLocals += 1;
  mostWindowLocals = max(mostWindowLocals, windowLocals);
  return i32Temporary + windowLocals;
}

/**
 * Begins a condition under which the interpreter takes over before instruction `index` of the block: between this and
 * `endMiss` it is pushed (i32). Returns the number of the exit.
 */
export function beginMiss(index: u32): u32 {
  const number = newMiss(index);
  i32Const(number);
  return number;
}

export function endMiss(): void {
  branch(W.BrIf, scope);
  op(W.Drop);
}

function newMiss(index: u32): u32 {
  if (!isObserved) observeWithin(here);
  isObserved = true;
  const written = dirty & load<u32>(OBSERVED + ((<usize>index) << 2));
  return inScope(newExit(here.pc + 4 * <u64>index, ExitKind.Miss, unitSlot, owedBefore + index), written);
}

/** Has an exit that writes these registers back be left by through the scope: by branching there with its number. */
function inScope(number: u32, written: u32): u32 {
  const exit = exitAt(number);
  exit.dirty = written;
  scopeGiven |= written;
  // Which registers are given is known only when the scope ends: until then its exits are a list.
  exit.given = lastExit;
  lastExit = number;
  return number;
}

function endScope(): void {
  op(W.Unreachable);
  close();
  if (lastExit == NO_EXIT) {
    op(W.Unreachable);
    return;
  }
  for (let number = lastExit; number != NO_EXIT;) {
    const exit = exitAt(number);
    number = exit.given;
    exit.given = scopeGiven;
  }
  exitWith(scopeGiven);
}

// Structured control flow along the dominator tree: Ramsey, "Beyond Relooper" (ICFP 2022).

function emitTree(index: u32): void {
  const at = block(index);
  if (depthOfTree == DEEPEST_NESTING) {
    emitScope(index, true);
    return;
  }
  depthOfTree += 1;
  const windowsBefore = windowLocals;
  const mergesBefore = merges;
  collectMerges(at);
  const mergesBehind = merges;
  if (at.isLoop) at.again = open(W.Loop, VOID);
  for (let place = mergesBehind; place > mergesBefore; place -= 4) {
    const merge = block(load<u32>(place - 4));
    merge.before = open(W.Block, VOID);
  }
  emitScope(index, false);
  for (let place = mergesBefore; place < mergesBehind; place += 4) {
    close();
    // What was looked up inside of the block is of no use behind it.
    windowLocals = windowsBefore;
    owed = 0;
    follows = false;
    emitTree(load<u32>(place));
  }
  if (at.isLoop) close();
  merges = mergesBefore;
  windowLocals = windowsBefore;
  depthOfTree -= 1;
}

/** Puts the merges that a block dominates directly on the stack, in their order. */
function collectMerges(at: Block): void {
  const first = merges;
  for (let index = at.dominated; index != None; index = block(index).nextDominated) {
    if (!block(index).isMerge) continue;
    const order = block(index).order;
    let place = merges;
    while (place > first && block(load<u32>(place - 4)).order > order) {
      store<u32>(place, load<u32>(place - 4));
      place -= 4;
    }
    store<u32>(place, index);
    merges += 4;
  }
}

/** Whether going there is a branch; otherwise the block is emitted in place. */
function isBranch(from: Block, to: Block): bool {
  return to.order <= from.order || to.isMerge;
}


@inline
function labelFor(from: Block, to: Block): i32 {
  return to.order <= from.order ? to.again : to.before;
}

/** Goes on at a block of the unit. */
export function goTo(from: Block, index: u32): void {
  const to = block(index);
  if (isBranch(from, to)) {
    pay();
    branch(W.Br, labelFor(from, to));
    return;
  }
  const dirtyBefore = dirty;
  const owedHere = owed;
  const owedThere = owedBefore;
  knowledge.push();
  if (to.isLoop) pay();
  follows = !to.isLoop;
  emitTree(index);
  knowledge.pop();
  here = from;
  dirty = dirtyBefore;
  owed = owedHere;
  owedBefore = owedThere;
  isObserved = false;
}

/** Subtracts what is owed from the steps left. */
export function pay(): void {
  if (owed == 0) return;
  get(FUEL);
  i64Const(owed);
  op(W.I64Sub);
  set(FUEL);
  owed = 0;
}

/** A block, or in its place the way out to it; unless it follows its only predecessor, its exits are its own. */
function emitScope(index: u32, isOutside: bool): void {
  here = block(index);
  dirty = here.dirty;
  isObserved = false;
  if (follows) {
    emitBlock(here, isOutside);
    return;
  }
  const scopeBefore = scope;
  const givenBefore = scopeGiven;
  const exitBefore = lastExit;
  knowledge.forget();
  scope = open(W.Block, I32);
  scopeGiven = 0;
  lastExit = NO_EXIT;
  emitBlock(here, isOutside);
  endScope();
  scope = scopeBefore;
  scopeGiven = givenBefore;
  lastExit = exitBefore;
}

function emitBlock(at: Block, isOutside: bool): void {
  if (isOutside) {
    leaveTo(at.pc);
    return;
  }
  if (at.isLoop) leaveIfShort(at);
  owedBefore = owed;
  owed += at.count;
  const ends = at.end == End.Fall || at.end == End.Leave || at.end == End.Interpret;
  const plain = ends ? at.count : at.count - 1;
  for (let k: u32 = 0; k < plain; k++) {
    const operation = operationAt(at.first + k);
    if (k + 1 < plain && emitExtension(operation, operationAt(at.first + k + 1))) k += 1;
    else emitInstruction(operation, k);
  }
  emitEnd(at);
}

function emitInstruction(operation: u64, index: u32): void {
  const code = opOf(operation);
  if (isLoad(code)) emitLoad(operation, index);
  else if (isStore(code)) emitStore(operation, index);
  else if (code == Op.Atomic) emitAtomic(operation, index);
  else if (rdOf(operation) != 0) emitArithmetic(operation, here.pc + 4 * <u64>index);
}

function emitEnd(at: Block): void {
  const lastIndex = at.count - 1;
  const last = at.count == 0 ? 0 : operationAt(at.first + lastIndex);
  switch (at.end) {
    case End.Fall:
      goTo(at, at.successor);
      return;
    case End.Branch:
      emitBranch(at, last);
      return;
    case End.Jump:
      goTo(at, at.successor);
      return;
    case End.Call:
      emitCall(at, last);
      return;
    case End.Return:
      emitReturn(last, lastIndex);
      return;
    case End.Computed:
      emitComputedJump(last, lastIndex);
      return;
    case End.Leave:
      leaveTo(at.pc);
      return;
    default:
      i32Const(newMiss(at.count));
      branch(W.Br, scope);
  }
}

function emitBranch(at: Block, last: u64): void {
  const taken = block(at.successor);
  const next = block(at.second);
  if (at.successor == at.second) {
    goTo(at, at.second);
    return;
  }
  const branchesTaken = isBranch(at, taken);
  if (branchesTaken || isBranch(at, next)) {
    pay();
    compare(last, branchesTaken);
    branch(W.BrIf, labelFor(at, branchesTaken ? taken : next));
    goTo(at, branchesTaken ? at.second : at.successor);
  } else {
    compare(last, true);
    open(W.If, VOID);
    goTo(at, at.successor);
    op(W.Else);
    goTo(at, at.second);
    close();
  }
}

/** Pushes whether a branch is taken, or whether it is not. */
function compare(operation: u64, taken: bool): void {
  push(rs1Of(operation));
  push(rs2Of(operation));
  switch (opOf(operation)) {
    case Op.Beq:
      op(taken ? W.I64Eq : W.I64Ne);
      return;
    case Op.Bne:
      op(taken ? W.I64Ne : W.I64Eq);
      return;
    case Op.Blt:
      op(taken ? W.I64LtS : W.I64GeS);
      return;
    case Op.Bge:
      op(taken ? W.I64GeS : W.I64LtS);
      return;
    case Op.Bltu:
      op(taken ? W.I64LtU : W.I64GeU);
      return;
    default:
      op(taken ? W.I64GeU : W.I64LtU);
  }
}

/** Pushes the bytes of the host's stack that a function called in the place of this one may use. */
export function pushDepth(): void {
  get(DEPTH);
  if (!hasCalls) return;
  i32Const(frameSize);
  op(W.I32Add);
}

/** Too few steps left to come to the next check, or the host's stack is deep enough. */
function leaveAtEntry(entry: Block): void {
  get(FUEL);
  i64Const(entry.cost);
  op(W.I64LtS);
  get(DEPTH);
  i32Const(0);
  op2(W.I32LtS, W.I32Or);
  open(W.If, VOID);
  i64Const(entry.pc | 1);
  get(FUEL);
  op(W.Return);
  close();
}

function leaveIfShort(at: Block): void {
  i32Const(inScope(newExit(at.pc, ExitKind.Stop, 0, 0), dirty));
  get(FUEL);
  i64Const(at.cost);
  op(W.I64LtS);
  branch(W.BrIf, scope);
  op(W.Drop);
}

/** Goes on at an address outside of the unit. */
function leaveTo(pc: u64): void {
  i32Const(inScope(newExit(pc, ExitKind.Leave, slotFor(pc), owed), dirty));
  branch(W.Br, scope);
}

/** Leaves by the exit whose number is on the stack, giving the values of registers. */
function exitWith(given: u32): void {
  get(FUEL);
  pushDepth();
  let count = 0;
  for (let rest = given; rest != 0; rest &= rest - 1) {
    get(localOf(ctz(rest)));
    count += 1;
  }
  const place = exitFor(count);
  for (; count < exitSize(place); count++) {
    i64Const(0);
  }
  i32Const(FIRST_EXIT_SLOT + place);
  callIndirect(W.ReturnCallIndirect, FIRST_EXIT_TYPE + place);
}

function loadRegisters(mask: u32): void {
  for (let rest = mask; rest != 0; rest &= rest - 1) {
    const register = ctz(rest);
    i32Const(0);
    access(W.I64Load, <u32>REGISTERS + 8 * register);
    set(localOf(register));
  }
}

/** The guest has been elsewhere: takes what a block needs from the register file. */
export function reload(to: Block): void {
  loadRegisters(to.live);
  knowledge.forget();
  dirty = 0;
}

/** Writes back what may be newer than the register file. */
export function spill(): void {
  for (let rest = dirty; rest != 0; rest &= rest - 1) {
    const register = ctz(rest);
    i32Const(0);
    get(localOf(register));
    access(W.I64Store, <u32>REGISTERS + 8 * register);
  }
}
