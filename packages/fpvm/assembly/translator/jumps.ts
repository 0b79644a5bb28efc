// Calls, returns and computed jumps: how units go on in other units. The register file is up to date then.
import { BLOCK_SLOTS, CODE_CACHE, RETURN_RESERVE } from '../interpreter/layout';
import { Block, block, endPc } from './control-flow';
import { immOf, rdOf, rs1Of } from './instruction';
import { constant, isConstant } from './knowledge';
import { UNIT_TYPE } from './module';
import { slotFor } from './slots';
import {
  beginMiss,
  DEPTH,
  endMiss,
  FUEL,
  goTo,
  i32Temporary,
  pay,
  push,
  pushDepth,
  reload,
  setConstant,
  spill,
  T0,
  t1,
} from './unit';
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

/** A call, and what is behind it. */
export function emitCall(at: Block, last: u64): void {
  let isKnown = at.hasTarget;
  let callee = at.target;
  if (!isKnown && isConstant(rs1Of(last))) {
    callee = (constant(rs1Of(last)) + <u64>(<i64>immOf(last))) & ~1;
    isKnown = (callee & 3) == 0;
  }
  if (!isKnown) {
    setTarget(last, at.count - 1);
  }
  const behind = endPc(at);
  setConstant(rdOf(last), behind);
  spill();
  pay();
  get(FUEL);
  get(DEPTH);
  if (isKnown) {
    i64Const(callee);
    i32Const(slotFor(callee));
  } else {
    get(T0);
    pushDynamicSlot();
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
  reload(block(at.successor));
  goTo(at, at.successor);
}

/** A jump by ra, the `index`-th instruction of its block: back to the caller. */
export function emitReturn(operation: u64, index: u32): void {
  toTarget(operation, index);
  get(T0);
  // Too few steps for a caller to go on with: an odd address has all frames left.
  get(FUEL);
  i64Const(RETURN_RESERVE);
  op3(W.I64LtS, W.I64ExtendI32U, W.I64Or);
  get(FUEL);
  op(W.Return);
}

/** Any other computed jump, the `index`-th instruction of its block. */
export function emitComputedJump(operation: u64, index: u32): void {
  toTarget(operation, index);
  get(FUEL);
  pushDepth();
  get(T0);
  pushDynamicSlot();
  callIndirect(W.ReturnCallIndirect, UNIT_TYPE);
}

/** Has T0 be where a JALR goes, and all else be as it is there. */
function toTarget(operation: u64, index: u32): void {
  setTarget(operation, index);
  spill();
  pay();
}

/** Sets T0 to where a JALR goes. What is no multiple of 4 is the interpreter's to refuse, before the jump has any effect. */
function setTarget(operation: u64, index: u32): void {
  push(rs1Of(operation));
  if (immOf(operation) != 0) {
    i64Const(immOf(operation));
    op(W.I64Add);
  }
  i64Const(-2);
  op(W.I64And);
  set(T0);
  beginMiss(index);
  get(T0);
  op(W.I32WrapI64);
  i32Const(2);
  op(W.I32And);
  endMiss();
}

/** Pushes the slot of the code at T0: the interpreter's, unless its granule is in the engine's code cache. */
function pushDynamicSlot(): void {
  get(T0);
  i64Const(16);
  op(W.I64ShrU);
  tee(t1);
  op(W.I32WrapI64);
  i32Const(255);
  op(W.I32And);
  i32Const(4);
  op(W.I32Shl);
  tee(i32Temporary);
  access(W.I64Load, <u32>CODE_CACHE);
  get(t1);
  i64Const(1);
  op2(W.I64Add, W.I64Eq);
  open(W.If, I32);
  get(i32Temporary);
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
