// Loads, stores and atomics. One check opens a window: the range of offsets around a base register that the code ahead
// uses; accesses within it are single WebAssembly instructions. Where the interpreter has met one region only, the check
// is a comparison with that region's bounds; elsewhere it is a look-up in the TLB. What fails it is the interpreter's.
import { existingCodeBlock } from '../interpreter/code-blocks';
import { LOAD_RESERVATION, PAGE_STATES, REGIONS, TLB } from '../interpreter/layout';
import { Op } from '../interpreter/operations';
import { storeDirectly } from '../interpreter/paging';
import { firstStorable, hostInRegion, NEAR, noteDirectStores, regionOf, storableEnd } from '../interpreter/regions';
import { storeBound } from './bounds';
import { Block, block, None } from './control-flow';
import { exitAt } from './exits';
import {
  accessOffset,
  accessSize,
  End,
  immOf,
  isAccess,
  isStore,
  mayStore,
  metAt,
  opOf,
  operationAt,
  rdOf,
  rs1Of,
  rs2Of,
  writeMask,
} from './instruction';
import { constant, hasWindow, isConstant, openWindow, Window, windowOf } from './knowledge';
import { beginMiss, endMiss, newWindowLocal, push, setResult, T0, Unit } from './unit';
import { access, get, i32Const, i64Const, loadFrom, op, op2, op3, set, tee, W } from './wasm-code';

/** A window wider than this would cross granules too often. */
const WIDEST_WINDOW: i32 = 2048;
/** Blocks to look ahead for a window's range. */
const LOOK_AHEAD: i32 = 6;

/** The range of the window being opened, whether it is stored to, and what its loads and stores have met so far. */
let low: i32 = 0;
let high: i32 = 0;
let isWritable: bool = false;
let met: u32 = 0;

/** Of the window that was opened by the access at hand: T0 + `startOffset` is what its offset 0 is at in the region. */
let isFresh: bool = false;
let startOffset: i32 = 0;
let startHost: u32 = 0;

export function emitLoad(unit: Unit, operation: u64, index: u32): void {
  const offset = pushAddress(unit, operation, index);
  access(loadCode(opOf(operation)), offset);
  setResult(unit, rdOf(operation));
}

function loadCode(code: i32): W {
  switch (code) {
    case Op.Lb:
      return W.I64Load8S;
    case Op.Lh:
      return W.I64Load16S;
    case Op.Lw:
      return W.I64Load32S;
    case Op.Ld:
      return W.I64Load;
    case Op.Lbu:
      return W.I64Load8U;
    case Op.Lhu:
      return W.I64Load16U;
    default:
      return W.I64Load32U;
  }
}

export function emitStore(unit: Unit, operation: u64, index: u32): void {
  const offset = pushAddress(unit, operation, index);
  push(unit, rs2Of(operation));
  access(storeCode(opOf(operation)), offset);
}

function storeCode(code: i32): W {
  switch (code) {
    case Op.Sb:
      return W.I64Store8;
    case Op.Sh:
      return W.I64Store16;
    case Op.Sw:
      return W.I64Store32;
    default:
      return W.I64Store;
  }
}

/** Pushes a host address and returns the offset to add to it in the access's immediate. */
function pushAddress(unit: Unit, operation: u64, index: u32): u32 {
  const register = rs1Of(operation);
  const offset = accessOffset(operation);
  const isStored = mayStore(operation);
  if (isConstant(register)) {
    const host = directAddress(constant(register) + <u64>(<i64>offset), accessSize(operation), isStored);
    if (host != 0) {
      i32Const(0);
      return host;
    }
  }
  const window = windowFor(unit, operation, index);
  if (isStored) markPages(unit, window, operation, index);
  return pushHost(unit, window, register, offset);
}

/** Host address of a constant guest address, its page marked where it is stored to; 0 if it may not be used directly. */
function directAddress(address: u64, size: i32, isStored: bool): u32 {
  const granule = address >> 16;
  if ((address + (size - 1)) >> 16 != granule) return 0;
  const region = regionOf(granule);
  // Other granules may move.
  if (region == 0) return 0;
  const host = <u32>hostInRegion(region, granule) + ((<u32>address) & 0xffff);
  if (!isStored) return host;
  if (existingCodeBlock(granule) != 0) return 0;
  storeDirectly(granule);
  for (let page = host >> 12; page <= (host + size - 1) >> 12; page++) {
    i32Const(0);
    i32Const(1);
    access(W.I32Store8, <u32>PAGE_STATES + page);
  }
  return host;
}

/** Pushes where `offset` from the register is, but for the returned number, which is to be added. */
function pushHost(unit: Unit, window: Window, register: u32, offset: i32): u32 {
  if (!window.isAdded) {
    get(<u32>window.place);
    return offset - window.low;
  }
  push(unit, register);
  op(W.I32WrapI64);
  return <u32>(window.place + offset);
}

function windowFor(unit: Unit, operation: u64, index: u32): Window {
  const register = rs1Of(operation);
  const offset = accessOffset(operation);
  const end = offset + accessSize(operation);
  const isStored = mayStore(operation);
  isFresh = false;
  if (hasWindow(register)) {
    const window = windowOf(register);
    if (offset >= window.low && end <= window.high && (window.isWritable || !isStored)) return window;
  }
  low = offset;
  high = end;
  isWritable = isStored;
  met = 0;
  widen(unit.here, index, register, 0);
  const place = checkRegion(unit, register, index);
  const window = openWindow(register);
  // What cannot be folded into each access is added once.
  window.isAdded = isFresh && place + low >= 0 && place + high <= NEAR;
  window.place = window.isAdded ? place : isFresh ? addOnce(unit, register, place) : checkTlb(unit, register, index);
  window.low = low;
  window.high = high;
  window.isWritable = isWritable;
  window.markedLow = 0;
  window.markedHigh = 0;
  return window;
}

/**
 * Checks that the range is in the one region that its accesses have met, and returns what makes a host address of a guest
 * address there; `isFresh` stays false if there is no such region.
 */
function checkRegion(unit: Unit, register: u32, index: u32): i64 {
  if (popcnt(met) != 1 || met >= 0x80) return 0;
  const number = ctz(met);
  const region = REGIONS + ((<usize>number) << 5);
  // The register itself is in the region too: only so does its low half stand for it.
  const first = min(low, 0);
  const span = <u32>(max(high, 1) - first);
  const granules = load<u32>(region, 12);
  const from = isWritable ? firstStorable(region) : 0;
  const bound = isWritable ? storeBound(region, span) : 0;
  if (isWritable ? bound == 0 : (<u64>granules) << 16 < <u64>span) return 0;
  const start = (load<u64>(region) + from) << 16;
  const exit = exitAt(beginMiss(unit, index));
  exit.met = <u8>met;
  exit.region = <u8>(number + 1);
  exit.isWritable = <u8>isWritable;
  exit.from = <u16>from;
  exit.end = <u16>(isWritable ? storableEnd(region) : granules);
  push(unit, register);
  i64Const(<i64>first - <i64>start);
  op(W.I64Add);
  if (isWritable) {
    noteDirectStores(region);
    tee(T0);
    loadFrom(W.I64Load, bound);
    op(W.I64GeU);
  } else {
    i64Const(((<i64>granules) << 16) - <i64>span);
    op(W.I64GtU);
  }
  endMiss(unit);
  isFresh = true;
  startOffset = -first;
  startHost = load<u32>(region, 8) + (from << 16);
  return <i64>startHost - <i64>(<u32>start);
}

/** Returns a local with the host address of the range's start in its region. */
function addOnce(unit: Unit, register: u32, place: i64): i64 {
  const window = newWindowLocal(unit);
  push(unit, register);
  op(W.I32WrapI64);
  i32Const(<i32>(place + low));
  op(W.I32Add);
  set(window);
  return <i64>window;
}

/** Looks the range up in the TLB (interpreter/tlb.ts); returns the local with the host address of its start. */
function checkTlb(unit: Unit, register: u32, index: u32): i64 {
  const window = newWindowLocal(unit);
  push(unit, register);
  if (low != 0) {
    i64Const(low);
    op(W.I64Add);
  }
  set(T0);
  beginMiss(unit, index);
  // The entry of the first byte.
  get(T0);
  i64Const(16);
  op(W.I64ShrU);
  get(T0);
  i64Const(33);
  op3(W.I64ShrU, W.I64Add, W.I32WrapI64);
  i32Const(5);
  op(W.I32Shl);
  i32Const(1023 * 32);
  op(W.I32And);
  tee(unit.tlbEntry);
  access(W.I64Load, <u32>TLB + (isWritable ? 8 : 0));
  get(T0);
  if (high - low > 1) {
    i64Const(high - low - 1);
    op(W.I64Add);
  }
  i64Const(16);
  op2(W.I64ShrU, W.I64Ne);
  endMiss(unit);
  get(unit.tlbEntry);
  access(W.I32Load, <u32>TLB + 16);
  get(T0);
  op2(W.I32WrapI64, W.I32Add);
  set(window);
  return <i64>window;
}

/** Widens the range by the accesses ahead that use the same value of the register, on every way without a merge. */
function widen(at: Block, from: u32, register: u32, depth: i32): void {
  for (let i = from; i < at.count; i++) {
    const operation = operationAt(at.first + i);
    if (rs1Of(operation) == register && isAccess(opOf(operation))) {
      const offset = accessOffset(operation);
      const newLow = min(low, offset);
      const newHigh = max(high, offset + accessSize(operation));
      if (newHigh - newLow > WIDEST_WINDOW) return;
      low = newLow;
      high = newHigh;
      isWritable = isWritable || mayStore(operation);
      met |= metAt(at.first + i);
    }
    if (((writeMask(operation) >> register) & 1) != 0) return;
  }
  if (at.end == End.Call || depth == LOOK_AHEAD) return;
  widenInto(at, at.successor, register, depth);
  widenInto(at, at.second, register, depth);
}

function widenInto(at: Block, successor: u32, register: u32, depth: i32): void {
  if (successor == None) return;
  const next = block(successor);
  if (next.order > at.order && !next.isMerge && !next.isLoop) widen(next, 0, register, depth + 1);
}

/**
 * Marks the pages of a store as written, together with those of the stores behind it that will be done too: the block's
 * next ones, by the same value of the register. They are within two pages, since a window is narrower than one. A store
 * elsewhere might be to the code that follows, so what is behind that may be done or not.
 */
function markPages(unit: Unit, window: Window, operation: u64, index: u32): void {
  const register = rs1Of(operation);
  const at = unit.here;
  let first = accessOffset(operation);
  let end = first + accessSize(operation);
  if (first >= window.markedLow && end <= window.markedHigh) return;
  for (let i = index; i < at.count; i++) {
    const ahead = operationAt(at.first + i);
    if (i > index && mayStore(ahead)) {
      // An atomic may not store after all; it marks its page itself.
      if (rs1Of(ahead) != register || !isStore(opOf(ahead))) break;
      const offset = immOf(ahead);
      const behind = offset + accessSize(ahead);
      if (offset < window.low || behind > window.high) break;
      first = min(first, offset);
      end = max(end, behind);
    }
    if (((writeMask(ahead) >> register) & 1) != 0) break;
  }
  if (isStore(opOf(operation))) {
    window.markedLow = first;
    window.markedHigh = end;
  }
  mark(unit, window, register, first);
  if (end - first > 1) mark(unit, window, register, end - 1);
}

function mark(unit: Unit, window: Window, register: u32, offset: i32): void {
  if (isFresh) {
    // The check has left where it is in the region, which begins with a page.
    const rest = startOffset + offset;
    get(T0);
    if (rest != 0) {
      i64Const(rest);
      op(W.I64Add);
    }
    i64Const(12);
    op2(W.I64ShrU, W.I32WrapI64);
    i32Const(1);
    access(W.I32Store8, <u32>PAGE_STATES + (startHost >> 12));
    return;
  }
  const rest = pushHost(unit, window, register, offset);
  if (rest != 0) {
    i32Const(rest);
    op(W.I32Add);
  }
  i32Const(12);
  op(W.I32ShrU);
  i32Const(1);
  access(W.I32Store8, <u32>PAGE_STATES);
}

/** The interpreter takes over where an atomic is refused, and where an SC would fail: nothing is allocated or marked then. */
export function emitAtomic(unit: Unit, operation: u64, index: u32): void {
  const register = rs1Of(operation);
  const funct5 = immOf(operation) & 0xff;
  const isWide = accessSize(operation) == 8;
  beginMiss(unit, index);
  push(unit, register);
  op(W.I32WrapI64);
  i32Const(isWide ? 7 : 3);
  op(W.I32And);
  endMiss(unit);
  const loadOp = isWide ? W.I64Load : W.I64Load32S;
  const storeOp = isWide ? W.I64Store : W.I64Store32;
  if (funct5 == 0x02) {
    access(loadOp, pushAddress(unit, operation, index));
    set(unit.t1);
    i32Const(0);
    push(unit, register);
    access(W.I64Store, <u32>LOAD_RESERVATION);
  } else if (funct5 == 0x03) {
    beginMiss(unit, index);
    push(unit, register);
    loadFrom(W.I64Load, LOAD_RESERVATION);
    op(W.I64Ne);
    endMiss(unit);
    const offset = pushAddress(unit, operation, index);
    push(unit, rs2Of(operation));
    access(storeOp, offset);
    i32Const(0);
    i64Const(0);
    access(W.I64Store, <u32>LOAD_RESERVATION);
    i64Const(0);
    set(unit.t1);
  } else {
    const host = unit.i32Temporary;
    const offset = pushAddress(unit, operation, index);
    tee(host);
    access(loadOp, offset);
    set(unit.t1);
    push(unit, rs2Of(operation));
    if (!isWide) op2(W.I32WrapI64, W.I64ExtendI32S);
    set(unit.t2);
    get(host);
    combine(unit, funct5);
    access(storeOp, offset);
  }
  if (rdOf(operation) == 0) return;
  get(unit.t1);
  setResult(unit, rdOf(operation));
}

/** Pushes what an AMO stores, of the value in t1 and the operand in t2. */
function combine(unit: Unit, funct5: i32): void {
  if (funct5 == 0x01) {
    get(unit.t2);
    return;
  }
  if (funct5 < 0x10) {
    get(unit.t1);
    get(unit.t2);
    op(funct5 == 0x00 ? W.I64Add : funct5 == 0x04 ? W.I64Xor : funct5 == 0x08 ? W.I64Or : W.I64And);
    return;
  }
  // The operand takes the place of the value where it is less, or greater.
  get(unit.t2);
  get(unit.t1);
  get(unit.t2);
  get(unit.t1);
  op2(funct5 == 0x10 ? W.I64LtS : funct5 == 0x14 ? W.I64GtS : funct5 == 0x18 ? W.I64LtU : W.I64GtU, W.Select);
}
