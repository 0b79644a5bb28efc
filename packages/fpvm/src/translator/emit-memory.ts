// Loads, stores and atomics. One check opens a window: the range of offsets around a base register that the code ahead
// uses; accesses within it are single WebAssembly instructions. Where the interpreter has met one region only, the check
// is a comparison with that region's bounds; elsewhere it is a look-up in the TLB. What fails it is the interpreter's.
import type { DecodedInstruction } from '../instructions.js';
import type { Block } from './control-flow.js';
import { writeMask } from './dataflow.js';
import { local, type UnitEmitter } from './unit-emitter.js';
import type { Window } from './unit-state.js';
import { memoryOp, op } from './wasm-code.js';

const loads: Record<string, number> = {
  lb: memoryOp.i64Load8S,
  lh: memoryOp.i64Load16S,
  lw: memoryOp.i64Load32S,
  ld: memoryOp.i64Load,
  lbu: memoryOp.i64Load8U,
  lhu: memoryOp.i64Load16U,
  lwu: memoryOp.i64Load32U,
};
const stores: Record<number, number> = {
  1: memoryOp.i64Store8,
  2: memoryOp.i64Store16,
  4: memoryOp.i64Store32,
  8: memoryOp.i64Store,
};

/** A window wider than this would cross granules too often. */
const WIDEST_WINDOW = 2048;
/** Blocks to look ahead for a window's range. */
const LOOK_AHEAD = 6;

interface Access {
  readonly offset: number;
  readonly size: number;
  readonly store: boolean;
}

function accessOf({ instruction, imm }: DecodedInstruction): Access | undefined {
  const { format, size = 0, name } = instruction;
  if (format === 'load') return { offset: imm, size, store: false };
  if (format === 'store') return { offset: imm, size, store: true };
  if (format === 'amo') return { offset: 0, size, store: !name.startsWith('lr.') };
  return undefined;
}

export function emitLoad(unit: UnitEmitter, decoded: DecodedInstruction, index: number): void {
  const code = loads[decoded.instruction.name];
  const access = accessOf(decoded);
  if (code === undefined || access === undefined) throw new Error(`no load ${decoded.instruction.name}`);
  unit.code.memory(code, pushAddress(unit, decoded, index, access));
  unit.set(decoded.rd);
}

export function emitStore(unit: UnitEmitter, decoded: DecodedInstruction, index: number): void {
  const access = accessOf(decoded);
  const code = stores[access?.size ?? 0];
  if (code === undefined || access === undefined) throw new Error(`no store ${decoded.instruction.name}`);
  const offset = pushAddress(unit, decoded, index, access);
  unit.get(decoded.rs2);
  unit.code.memory(code, offset);
}

/** Pushes a host address and returns the offset to add to it in the access's immediate. */
function pushAddress(unit: UnitEmitter, decoded: DecodedInstruction, index: number, access: Access): number {
  const { code, state, context } = unit;
  const base = state.constant(decoded.rs1);
  if (base !== undefined) {
    const host = context.directAddress(base + access.offset, access.size, access.store);
    if (host !== undefined) {
      if (access.store) {
        for (let page = host >>> 12; page <= (host + access.size - 1) >>> 12; page++) {
          code.i32(0);
          code.i32(1);
          code.memory(memoryOp.i32Store8, context.layout.pageStates + page);
        }
      }
      code.i32(0);
      return host;
    }
  }
  const window = openWindow(unit, decoded, index, access);
  if (access.store) markPages(unit, window, decoded, index);
  return pushHost(unit, window, decoded.rs1, access.offset);
}

/** Pushes where `offset` from the register is, but for the returned number, which is to be added. */
function pushHost(unit: UnitEmitter, { place, low }: Window, register: number, offset: number): number {
  const { code } = unit;
  if ('local' in place) {
    code.get(place.local);
    return offset - low;
  }
  const immediate = place.difference + offset;
  unit.get(register);
  code.op(op.i32WrapI64);
  // V8 folds displacements of 31 bits into the access.
  if (immediate >= 0 && immediate < 2 ** 31) return immediate;
  code.i32(immediate | 0);
  code.op(op.i32Add);
  return 0;
}

/** What is known ahead about the accesses by one value of a register. */
interface Range {
  low: number;
  high: number;
  writable: boolean;
  /** What its loads and stores have met so far: bits as in the layout's BLOCK_REGIONS. */
  met: number;
}

function openWindow(unit: UnitEmitter, decoded: DecodedInstruction, index: number, access: Access): Window {
  const { state, block } = unit;
  const register = decoded.rs1;
  const end = access.offset + access.size;
  const open = state.window(register);
  const fits = open !== undefined && access.offset >= open.low && end <= open.high;
  if (fits && (open.writable || !access.store)) return open;
  const range = { low: access.offset, high: end, writable: access.store, met: 0 };
  widen(unit, range, block, index, register, 0);
  const place = openInRegion(unit, range, register, index);
  const { low, high, writable } = range;
  const window = { low, high, writable, place: place ?? { local: openInTlb(unit, range, register, index) } };
  state.setWindow(register, window);
  return window;
}

const regionBits: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/** Checks that the range is in the one region that its accesses have met; undefined if there is no such region. */
function openInRegion(unit: UnitEmitter, range: Range, register: number, index: number): Window['place'] | undefined {
  const { code, context } = unit;
  const { met, writable } = range;
  const region = regionBits.indexOf(met);
  if (region < 0) return undefined;
  const { start, size, difference } = context.region(region, writable);
  // The register itself is in the region too: only so does its low half stand for it.
  const low = Math.min(range.low, 0);
  const high = Math.max(range.high, 1);
  if (size < high - low) return undefined;
  unit.get(register);
  code.bigI64(BigInt(low) - start);
  code.op(op.i64Add);
  if (writable) {
    code.i32(0);
    code.memory(memoryOp.i64Load, context.layout.guarded);
    code.op(op.i64Or);
  }
  code.i64(size - (high - low));
  code.op(op.i64GtU);
  unit.missIf(index);
  unit.assume(index, { region, writable, met, start, size });
  return { difference };
}

/** Looks the range up in the TLB; returns the local with the host address of its start. */
function openInTlb(unit: UnitEmitter, { low, high, writable }: Range, register: number, index: number): number {
  const { code, context } = unit;
  const window = unit.newWindowLocal();
  unit.get(register);
  if (low !== 0) {
    code.i64(low);
    code.op(op.i64Add);
  }
  code.tee(local.t0);
  // The TLB entry of the first byte; see assembly/interpreter/memory.ts.
  code.i64(16);
  code.op(op.i64ShrU);
  code.get(local.t0);
  code.i64(33);
  code.op(op.i64ShrU, op.i64Add, op.i32WrapI64);
  code.i32(5);
  code.op(op.i32Shl);
  code.i32(1023 * 32);
  code.op(op.i32And);
  code.tee(local.entry);
  code.memory(memoryOp.i64Load, context.layout.tlb + (writable ? 8 : 0));
  code.get(local.t0);
  if (high - low > 1) {
    code.i64(high - low - 1);
    code.op(op.i64Add);
  }
  code.i64(16);
  code.op(op.i64ShrU, op.i64Ne);
  unit.missIf(index);
  code.get(local.entry);
  code.memory(memoryOp.i32Load, context.layout.tlb + 16);
  code.get(local.t0);
  code.op(op.i32WrapI64, op.i32Add);
  code.set(window);
  return window;
}

/** Widens a range by the accesses ahead that use the same value of the register, on every way without a merge. */
function widen(unit: UnitEmitter, range: Range, block: Block, from: number, register: number, depth: number): void {
  for (let i = from; i < block.instructions.length; i++) {
    const decoded = block.instructions[i];
    if (decoded === undefined) return;
    const access = accessOf(decoded);
    if (access !== undefined && decoded.rs1 === register) {
      const low = Math.min(range.low, access.offset);
      const high = Math.max(range.high, access.offset + access.size);
      if (high - low > WIDEST_WINDOW) return;
      [range.low, range.high] = [low, high];
      range.writable ||= access.store;
      range.met |= unit.context.met(block.pc + 4 * i);
    }
    if (((writeMask(decoded) >>> register) & 1) !== 0) return;
  }
  if (block.end === 'call' || depth === LOOK_AHEAD) return;
  for (const next of block.successors) {
    if (next.order > block.order && !next.isMerge && !next.isLoop) widen(unit, range, next, 0, register, depth + 1);
  }
}

/**
 * Marks the pages of a store as written, together with those of the stores behind it that will be done too: the block's
 * further stores by the same value of the register. They are within two pages, since a window is narrower than one.
 */
function markPages(unit: UnitEmitter, window: Window, decoded: DecodedInstruction, index: number): void {
  const { code, context, block, marked } = unit;
  const own = accessOf(decoded);
  if (own === undefined) throw new Error('only stores mark pages');
  const done = marked.get(window);
  if (done !== undefined && own.offset >= done.low && own.offset + own.size <= done.high) return;
  const range = { low: own.offset, high: own.offset + own.size };
  for (let i = index; i < block.instructions.length; i++) {
    const ahead = block.instructions[i];
    if (ahead === undefined) break;
    const access = accessOf(ahead);
    // An atomic may not store after all; it marks its page itself.
    if (access !== undefined && ahead.instruction.format === 'store' && ahead.rs1 === decoded.rs1) {
      if (access.offset >= window.low && access.offset + access.size <= window.high) {
        range.low = Math.min(range.low, access.offset);
        range.high = Math.max(range.high, access.offset + access.size);
      }
    }
    if (((writeMask(ahead) >>> decoded.rs1) & 1) !== 0) break;
  }
  if (decoded.instruction.format === 'store') marked.set(window, range);
  const mark = (offset: number) => {
    const rest = pushHost(unit, window, decoded.rs1, offset);
    if (rest !== 0) {
      code.i32(rest);
      code.op(op.i32Add);
    }
    code.i32(12);
    code.op(op.i32ShrU);
    code.i32(1);
    code.memory(memoryOp.i32Store8, context.layout.pageStates);
  };
  mark(range.low);
  if (range.high - range.low > 1) mark(range.high - 1);
}

const combined: Record<string, number> = {
  amoadd: op.i64Add,
  amoxor: op.i64Xor,
  amoor: op.i64Or,
  amoand: op.i64And,
};
/** When the operand takes the place of the value in memory. */
const replacing: Record<string, number> = {
  amomin: op.i64LtS,
  amomax: op.i64GtS,
  amominu: op.i64LtU,
  amomaxu: op.i64GtU,
};

export function emitAtomic(unit: UnitEmitter, decoded: DecodedInstruction, index: number): void {
  const { code, context } = unit;
  const { rd, rs1, rs2, instruction } = decoded;
  const access = accessOf(decoded);
  if (access === undefined) throw new Error(`no atomic ${instruction.name}`);
  const wide = access.size === 8;
  const [name = ''] = instruction.name.split('.');
  const reservation = context.layout.loadReservation;
  unit.get(rs1);
  code.i64(access.size - 1);
  code.op(op.i64And, op.i64Eqz, op.i32Eqz);
  unit.missIf(index);
  if (name === 'lr') {
    const offset = pushAddress(unit, decoded, index, access);
    code.memory(wide ? memoryOp.i64Load : memoryOp.i64Load32S, offset);
    code.set(local.t3);
    code.i32(0);
    unit.get(rs1);
    code.memory(memoryOp.i64Store, reservation);
  } else if (name === 'sc') {
    storeConditional(unit, decoded, index, access);
  } else {
    const offset = pushAddress(unit, decoded, index, access);
    code.tee(local.host);
    code.memory(wide ? memoryOp.i64Load : memoryOp.i64Load32S, offset);
    code.set(local.t3);
    unit.get(rs2);
    if (!wide) code.op(op.i32WrapI64, op.i64ExtendI32S);
    code.set(local.t4);
    code.get(local.host);
    const combine = combined[name];
    const replace = replacing[name];
    if (combine !== undefined) {
      code.get(local.t3);
      code.get(local.t4);
      code.op(combine);
    } else {
      code.get(local.t4);
      if (replace !== undefined) {
        code.get(local.t3);
        code.get(local.t4);
        code.get(local.t3);
        code.op(replace, op.select);
      } else if (name !== 'amoswap') throw new Error(`no atomic ${instruction.name}`);
    }
    code.memory(wide ? memoryOp.i64Store : memoryOp.i64Store32, offset);
  }
  if (rd === 0) return;
  code.get(local.t3);
  unit.set(rd);
}

/** The interpreter takes over where it would fail: nothing is allocated or marked then. */
function storeConditional(unit: UnitEmitter, decoded: DecodedInstruction, index: number, access: Access): void {
  const { code, context } = unit;
  const reservation = context.layout.loadReservation;
  unit.get(decoded.rs1);
  code.i32(0);
  code.memory(memoryOp.i64Load, reservation);
  code.op(op.i64Ne);
  unit.missIf(index);
  const offset = pushAddress(unit, decoded, index, access);
  unit.get(decoded.rs2);
  code.memory(access.size === 8 ? memoryOp.i64Store : memoryOp.i64Store32, offset);
  code.i32(0);
  code.i64(0);
  code.memory(memoryOp.i64Store, reservation);
  code.i64(0);
  code.set(local.t3);
}
