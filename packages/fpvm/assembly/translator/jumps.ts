// Calls, returns and computed jumps: how units go on in other units. The register file is up to date then.
import { BLOCK_SLOTS, CODE_CACHE, RETURN_RESERVE } from '../interpreter/layout';
import { Block, block, endPc } from './control-flow';
import { immOf, rdOf, rs1Of } from './instruction';
import { constant, isConstant } from './knowledge';
import { UNIT_TYPE } from './module';
import { slotFor } from './slots';
import { beginMiss, DEPTH, endMiss, FUEL, pay, push, pushDepth, reload, setConstant, spill, T0, Unit } from './unit';
import {
  access,
  callIndirect,
  close,
  get,
  I32,
  i32Const,
  i64Const,
  op,
  op2,
  op3,
  open,
  set,
  tee,
  VOID,
  W,
} from './wasm-code';

/** A call, up to where its block's successor goes on. */
export function emitCall(unit: Unit, at: Block, last: u64): void {
  let isKnown = at.hasTarget;
  let callee = at.target;
  if (!isKnown && isConstant(rs1Of(last))) {
    callee = (constant(rs1Of(last)) + <u64>(<i64>immOf(last))) & ~1;
    isKnown = (callee & 3) == 0;
  }
  if (!isKnown) {
    setTarget(unit, last, at.count - 1);
  }
  const behind = endPc(at);
  setConstant(unit, rdOf(last), behind);
  spill(unit);
  pay(unit);
  get(FUEL);
  get(DEPTH);
  if (isKnown) {
    i64Const(callee);
    i32Const(slotFor(callee));
  } else {
    get(T0);
    pushDynamicSlot(unit);
  }
  callIndirect(W.CallIndirect, UNIT_TYPE);
  set(FUEL);
  tee(T0);
  i64Const(behind);
  op(W.I64Ne);
  // A switch of stacks, or too few steps to go on: those below may know the place.
  open(W.If, VOID);
  get(T0);
  get(FUEL);
  op(W.Return);
  close();
  reload(unit, block(at.successor));
}

/** A jump by ra, the `index`-th instruction of its block: back to the caller. */
export function emitReturn(unit: Unit, operation: u64, index: u32): void {
  toTarget(unit, operation, index);
  get(T0);
  // Too few steps for a caller to go on with: an odd address has all frames left.
  get(FUEL);
  i64Const(RETURN_RESERVE);
  op3(W.I64LtS, W.I64ExtendI32U, W.I64Or);
  get(FUEL);
  op(W.Return);
}

/** Any other computed jump, the `index`-th instruction of its block. */
export function emitComputedJump(unit: Unit, operation: u64, index: u32): void {
  toTarget(unit, operation, index);
  get(FUEL);
  pushDepth(unit);
  get(T0);
  pushDynamicSlot(unit);
  callIndirect(W.ReturnCallIndirect, UNIT_TYPE);
}

/** Has T0 be where a JALR goes, and all else be as it is there. */
function toTarget(unit: Unit, operation: u64, index: u32): void {
  setTarget(unit, operation, index);
  spill(unit);
  pay(unit);
}

/** Sets T0 to where a JALR goes. What is no multiple of 4 is the interpreter's to refuse, before the jump has any effect. */
function setTarget(unit: Unit, operation: u64, index: u32): void {
  push(unit, rs1Of(operation));
  if (immOf(operation) != 0) {
    i64Const(immOf(operation));
    op(W.I64Add);
  }
  i64Const(-2);
  op(W.I64And);
  set(T0);
  beginMiss(unit, index);
  get(T0);
  op(W.I32WrapI64);
  i32Const(2);
  op(W.I32And);
  endMiss(unit);
}

/** Pushes the slot of the code at T0: the interpreter's, unless its granule is in the engine's code cache. */
function pushDynamicSlot(unit: Unit): void {
  get(T0);
  i64Const(16);
  op(W.I64ShrU);
  tee(unit.t1);
  op(W.I32WrapI64);
  i32Const(255);
  op(W.I32And);
  i32Const(4);
  op(W.I32Shl);
  tee(unit.i32Temporary);
  access(W.I64Load, <u32>CODE_CACHE);
  get(unit.t1);
  i64Const(1);
  op2(W.I64Add, W.I64Eq);
  open(W.If, I32);
  get(unit.i32Temporary);
  access(W.I32Load, <u32>CODE_CACHE + 8);
  get(T0);
  op(W.I32WrapI64);
  i32Const(0xfffc);
  op2(W.I32And, W.I32Add);
  access(W.I32Load16U, <u32>BLOCK_SLOTS);
  op(W.Else);
  i32Const(0);
  close();
}
