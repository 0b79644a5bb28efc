// The translation unit that is being emitted: what is known of it as a whole and of the point that emission has come to, and
// what all emitters do with that. At a unit's entry and at every exit all guest registers are in the register file; inside
// they are locals.
import { REGISTERS } from '../interpreter/layout';
import { Block } from './control-flow';
import { observeWithin } from './dataflow';
import { exitAt, exitFor, ExitKind, newExit } from './exits';
import * as knowledge from './knowledge';
import { exitSize, FIRST_EXIT_TYPE } from './module';
import { LOCALS, OBSERVED, UNIT, WORK } from './scratch';
import { FIRST_EXIT_SLOT } from './slots';
import { access, branch, callIndirect, close, get, I32, i32Const, i64Const, op, open, set, W } from './wasm-code';

// Parameters, and what is kept in them. The address is of use only to what stands in for code that is not translated.
export const FUEL: u32 = 0;
export const DEPTH: u32 = 1;
export const T0: u32 = 2;
export const FIRST_REGISTER: u32 = 3;

const NO_EXIT: u32 = 0xffffffff;


@unmanaged
export class Unit {
  slot: u32;
  /** Registers that it reads or writes; each has a local. */
  usedRegisters: u32;
  /** Temporary locals behind the registers': two i64, the TLB entry's i32, and the first of the other i32. */
  t1: u32;
  t2: u32;
  tlbEntry: u32;
  i32Temporary: u32;
  /** Locals with the host addresses of windows: those in use, and the most that ever were. */
  windowLocals: u32;
  mostWindowLocals: u32;
  /** At most as many bytes of host stack as a call of this unit takes. */
  frameSize: u32;
  hasCalls: bool;

  // Where emission is in the tree of blocks.
  depthOfTree: i32;
  /** Top of the stack of merges that are being emitted. */
  merges: usize;
  /** Whether the block to be emitted next follows its only predecessor: what is known there holds. */
  follows: bool;

  // The point at hand.
  here: Block;
  /** Registers whose locals may be newer than the register file. */
  dirty: u32;
  /** Steps of the blocks so far, this one included, that are still to be subtracted; and without this one. */
  owed: u32;
  owedBefore: u32;
  /** Whether OBSERVED is filled in for the block. */
  isObserved: bool;
  /** Where exits go, which registers they may have to write back, and the last of them: NO_EXIT if there are none. */
  scope: i32;
  scopeGiven: u32;
  lastExit: u32;
}

/** The record of the unit for a slot, in the place of the last one's. */
export function newUnit(slot: u32): Unit {
  memory.fill(UNIT, 0, offsetof<Unit>());
  const unit = changetype<Unit>(UNIT);
  unit.slot = slot;
  unit.merges = WORK;
  unit.lastExit = NO_EXIT;
  return unit;
}


@inline
function localOf(register: u32): u32 {
  return load<u8>(LOCALS + register);
}

/** Pushes a register's value. */
export function push(unit: Unit, register: u32): void {
  if (knowledge.isConstant(register)) i64Const(knowledge.constant(register));
  else get(localOf(register));
}

/** Pops a register's new value. */
export function setResult(unit: Unit, register: u32): void {
  set(localOf(register));
  unit.dirty |= 1 << register;
  knowledge.written(register);
}

export function setConstant(unit: Unit, register: u32, value: u64): void {
  i64Const(value);
  set(localOf(register));
  unit.dirty |= 1 << register;
  knowledge.writtenConstant(register, value);
}

export function newWindowLocal(unit: Unit): u32 {
  unit.windowLocals += 1;
  unit.mostWindowLocals = max(unit.mostWindowLocals, unit.windowLocals);
  return unit.i32Temporary + unit.windowLocals;
}

/**
 * Begins a condition under which the interpreter takes over before instruction `index` of the block: between this and
 * `endMiss` it is pushed (i32). Returns the number of the exit.
 */
export function beginMiss(unit: Unit, index: u32): u32 {
  const number = newMiss(unit, index);
  i32Const(number);
  return number;
}

export function endMiss(unit: Unit): void {
  branch(W.BrIf, unit.scope);
  op(W.Drop);
}

/** As `beginMiss`, for what is reached always: returns the number of the exit and pushes nothing. */
export function newMiss(unit: Unit, index: u32): u32 {
  if (!unit.isObserved) observeWithin(unit.here);
  unit.isObserved = true;
  const written = unit.dirty & load<u32>(OBSERVED + ((<usize>index) << 2));
  return inScope(
    unit,
    newExit(unit.here.pc + 4 * <u64>index, ExitKind.Miss, unit.slot, unit.owedBefore + index),
    written,
  );
}

/** Has an exit that writes these registers back be left by through the scope: by branching there with its number. */
export function inScope(unit: Unit, number: u32, written: u32): u32 {
  const exit = exitAt(number);
  exit.dirty = written;
  unit.scopeGiven |= written;
  // Which registers are given is known only when the scope ends: until then its exits are a list.
  exit.given = unit.lastExit;
  unit.lastExit = number;
  return number;
}

/** Begins the exits of the blocks that follow. */
export function openScope(unit: Unit): void {
  unit.scope = open(W.Block, I32);
  unit.scopeGiven = 0;
  unit.lastExit = NO_EXIT;
}

/** Behind the scope's blocks: what is branched here with an exit's number leaves by it. */
export function endScope(unit: Unit): void {
  op(W.Unreachable);
  close();
  if (unit.lastExit == NO_EXIT) {
    op(W.Unreachable);
    return;
  }
  for (let number = unit.lastExit; number != NO_EXIT;) {
    const exit = exitAt(number);
    number = exit.given;
    exit.given = unit.scopeGiven;
  }
  exitWith(unit, unit.scopeGiven);
}

/** Subtracts what is owed from the steps left. */
export function pay(unit: Unit): void {
  if (unit.owed == 0) return;
  get(FUEL);
  i64Const(unit.owed);
  op(W.I64Sub);
  set(FUEL);
  unit.owed = 0;
}

/** Pushes the bytes of the host's stack that a function called in the place of this one may use. */
export function pushDepth(unit: Unit): void {
  get(DEPTH);
  if (!unit.hasCalls) return;
  i32Const(unit.frameSize);
  op(W.I32Add);
}

/** Leaves by the exit whose number is on the stack, giving the values of registers. */
function exitWith(unit: Unit, given: u32): void {
  get(FUEL);
  pushDepth(unit);
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

/** Takes registers from the register file. */
export function loadRegisters(mask: u32): void {
  for (let rest = mask; rest != 0; rest &= rest - 1) {
    const register = ctz(rest);
    i32Const(0);
    access(W.I64Load, <u32>REGISTERS + 8 * register);
    set(localOf(register));
  }
}

/** The guest has been elsewhere: takes what a block needs from the register file. */
export function reload(unit: Unit, to: Block): void {
  loadRegisters(to.live);
  knowledge.forget();
  unit.dirty = 0;
}

/** Writes back what may be newer than the register file. */
export function spill(unit: Unit): void {
  for (let rest = unit.dirty; rest != 0; rest &= rest - 1) {
    const register = ctz(rest);
    i32Const(0);
    get(localOf(register));
    access(W.I64Store, <u32>REGISTERS + 8 * register);
  }
}
