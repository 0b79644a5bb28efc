// One translation unit to the body of one WebAssembly function, see UNIT_TYPE in module.ts: its blocks, nested as WebAssembly
// has it, and how each ends.
import { Op } from '../interpreter/operations';
import { emitArithmetic, emitExtension } from './arithmetic';
import { Block, block, blockCount, None, ordered } from './control-flow';
import { analyse } from './dataflow';
import { ExitKind, newExit } from './exits';
import { End, isAccess, isLoad, isStore, opOf, operationAt, rdOf, rs1Of, rs2Of } from './instruction';
import { emitCall, emitComputedJump, emitReturn } from './jumps';
import * as knowledge from './knowledge';
import { emitAtomic, emitLoad, emitStore } from './memory-access';
import { beginBody, endBody } from './module';
import { LOCALS } from './scratch';
import { slotFor } from './slots';
import {
  DEPTH,
  endScope,
  FIRST_REGISTER,
  FUEL,
  inScope,
  loadRegisters,
  newMiss,
  newUnit,
  openScope,
  pay,
  push,
  Unit,
} from './unit';
import { branch, close, get, i32Const, i64Const, op, op2, open, set, VOID, W } from './wasm-code';

/** Temporary locals behind the registers'. */
const I64_TEMPORARIES: u32 = 2;
const I32_TEMPORARIES: u32 = 2;
/** Blocks that may be nested in each other: WebAssembly's structure follows them, and so does the emitter's recursion. */
const DEEPEST_NESTING: i32 = 120;
/** Host stack that a function needs besides its locals, in bytes. */
const FRAME_OVERHEAD: u32 = 128;

/** Emits the unit that was found last, behind the last body. */
export function emitUnit(slot: u32): void {
  const unit = newUnit(slot);
  unit.usedRegisters = analyse();
  layOut(unit);
  beginBody();
  const entry = block(ordered(0));
  leaveAtEntry(entry);
  if (unit.hasCalls) {
    get(DEPTH);
    i32Const(unit.frameSize);
    op(W.I32Sub);
    set(DEPTH);
  }
  loadRegisters(entry.live);
  knowledge.reset();
  emitTree(unit, ordered(0));
  op(W.Unreachable);
  endBody(popcnt(unit.usedRegisters) + I64_TEMPORARIES, I32_TEMPORARIES + unit.mostWindowLocals);
}

/** Gives locals to what the unit uses, and measures its frame. */
function layOut(unit: Unit): void {
  let next = FIRST_REGISTER;
  for (let rest = unit.usedRegisters; rest != 0; rest &= rest - 1) {
    store<u8>(LOCALS + ctz(rest), <u8>next);
    next += 1;
  }
  unit.t1 = next;
  unit.t2 = next + 1;
  unit.tlbEntry = next + I64_TEMPORARIES;
  unit.i32Temporary = unit.tlbEntry + 1;
  let accesses: u32 = 0;
  for (let i: u32 = 0; i < blockCount; i++) {
    const at = block(ordered(i));
    if (at.end == End.Call) unit.hasCalls = true;
    for (let k: u32 = 0; k < at.count; k++) if (isAccess(opOf(operationAt(at.first + k)))) accesses += 1;
  }
  // Once optimized or not: locals and windows, and what an exit is given.
  unit.frameSize = FRAME_OVERHEAD + 8 * (unit.i32Temporary + 1 + accesses + popcnt(unit.usedRegisters) + 3);
}

// Structured control flow along the dominator tree: Ramsey, "Beyond Relooper" (ICFP 2022).

function emitTree(unit: Unit, index: u32): void {
  const at = block(index);
  if (unit.depthOfTree == DEEPEST_NESTING) {
    emitScope(unit, index, true);
    return;
  }
  unit.depthOfTree += 1;
  const windowsBefore = unit.windowLocals;
  const mergesBefore = unit.merges;
  collectMerges(unit, at);
  const mergesBehind = unit.merges;
  if (at.isLoop) at.again = open(W.Loop, VOID);
  for (let place = mergesBehind; place > mergesBefore; place -= 4) {
    const merge = block(load<u32>(place - 4));
    merge.before = open(W.Block, VOID);
  }
  emitScope(unit, index, false);
  for (let place = mergesBefore; place < mergesBehind; place += 4) {
    close();
    // What was looked up inside of the block is of no use behind it.
    unit.windowLocals = windowsBefore;
    unit.owed = 0;
    unit.follows = false;
    emitTree(unit, load<u32>(place));
  }
  if (at.isLoop) close();
  unit.merges = mergesBefore;
  unit.windowLocals = windowsBefore;
  unit.depthOfTree -= 1;
}

/** Puts the merges that a block dominates directly on the stack, in their order. */
function collectMerges(unit: Unit, at: Block): void {
  const first = unit.merges;
  for (let index = at.dominated; index != None; index = block(index).nextDominated) {
    if (!block(index).isMerge) continue;
    const order = block(index).order;
    let place = unit.merges;
    while (place > first && block(load<u32>(place - 4)).order > order) {
      store<u32>(place, load<u32>(place - 4));
      place -= 4;
    }
    store<u32>(place, index);
    unit.merges += 4;
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
function goTo(unit: Unit, from: Block, index: u32): void {
  const to = block(index);
  if (isBranch(from, to)) {
    pay(unit);
    branch(W.Br, labelFor(from, to));
    return;
  }
  const dirtyBefore = unit.dirty;
  const owedHere = unit.owed;
  const owedThere = unit.owedBefore;
  knowledge.push();
  if (to.isLoop) pay(unit);
  unit.follows = !to.isLoop;
  emitTree(unit, index);
  knowledge.pop();
  unit.here = from;
  unit.dirty = dirtyBefore;
  unit.owed = owedHere;
  unit.owedBefore = owedThere;
  unit.isObserved = false;
}

/** A block, or in its place the way out to it; unless it follows its only predecessor, its exits are its own. */
function emitScope(unit: Unit, index: u32, isOutside: bool): void {
  unit.here = block(index);
  unit.dirty = unit.here.dirty;
  unit.isObserved = false;
  if (unit.follows) {
    emitBlock(unit, unit.here, isOutside);
    return;
  }
  const scopeBefore = unit.scope;
  const givenBefore = unit.scopeGiven;
  const exitBefore = unit.lastExit;
  knowledge.forget();
  openScope(unit);
  emitBlock(unit, unit.here, isOutside);
  endScope(unit);
  unit.scope = scopeBefore;
  unit.scopeGiven = givenBefore;
  unit.lastExit = exitBefore;
}

function emitBlock(unit: Unit, at: Block, isOutside: bool): void {
  if (isOutside) {
    leaveTo(unit, at.pc);
    return;
  }
  if (at.isLoop) leaveIfShort(unit, at);
  unit.owedBefore = unit.owed;
  unit.owed += at.count;
  const ends = at.end == End.Fall || at.end == End.Leave || at.end == End.Interpret;
  const plain = ends ? at.count : at.count - 1;
  for (let k: u32 = 0; k < plain; k++) {
    const operation = operationAt(at.first + k);
    if (k + 1 < plain && emitExtension(unit, operation, operationAt(at.first + k + 1))) k += 1;
    else emitInstruction(unit, operation, k);
  }
  emitEnd(unit, at);
}

function emitInstruction(unit: Unit, operation: u64, index: u32): void {
  const code = opOf(operation);
  if (isLoad(code)) emitLoad(unit, operation, index);
  else if (isStore(code)) emitStore(unit, operation, index);
  else if (code == Op.Atomic) emitAtomic(unit, operation, index);
  else if (rdOf(operation) != 0) emitArithmetic(unit, operation, unit.here.pc + 4 * <u64>index);
}

function emitEnd(unit: Unit, at: Block): void {
  const lastIndex = at.count - 1;
  const last = at.count == 0 ? 0 : operationAt(at.first + lastIndex);
  switch (at.end) {
    case End.Fall:
      goTo(unit, at, at.successor);
      return;
    case End.Branch:
      emitBranch(unit, at, last);
      return;
    case End.Jump:
      goTo(unit, at, at.successor);
      return;
    case End.Call:
      emitCall(unit, at, last);
      goTo(unit, at, at.successor);
      return;
    case End.Return:
      emitReturn(unit, last, lastIndex);
      return;
    case End.Computed:
      emitComputedJump(unit, last, lastIndex);
      return;
    case End.Leave:
      leaveTo(unit, at.pc);
      return;
    default:
      i32Const(newMiss(unit, at.count));
      branch(W.Br, unit.scope);
  }
}

function emitBranch(unit: Unit, at: Block, last: u64): void {
  const taken = block(at.successor);
  const next = block(at.second);
  if (at.successor == at.second) {
    goTo(unit, at, at.second);
    return;
  }
  const branchesTaken = isBranch(at, taken);
  if (branchesTaken || isBranch(at, next)) {
    pay(unit);
    compare(unit, last, branchesTaken);
    branch(W.BrIf, labelFor(at, branchesTaken ? taken : next));
    goTo(unit, at, branchesTaken ? at.second : at.successor);
  } else {
    compare(unit, last, true);
    open(W.If, VOID);
    goTo(unit, at, at.successor);
    op(W.Else);
    goTo(unit, at, at.second);
    close();
  }
}

/** Pushes whether a branch is taken, or whether it is not. */
function compare(unit: Unit, operation: u64, taken: bool): void {
  push(unit, rs1Of(operation));
  push(unit, rs2Of(operation));
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

function leaveIfShort(unit: Unit, at: Block): void {
  i32Const(inScope(unit, newExit(at.pc, ExitKind.Stop, 0, 0), unit.dirty));
  get(FUEL);
  i64Const(at.cost);
  op(W.I64LtS);
  branch(W.BrIf, unit.scope);
  op(W.Drop);
}

/** Goes on at an address outside of the unit. */
function leaveTo(unit: Unit, pc: u64): void {
  i32Const(inScope(unit, newExit(pc, ExitKind.Leave, slotFor(pc), unit.owed), unit.dirty));
  branch(W.Br, unit.scope);
}
