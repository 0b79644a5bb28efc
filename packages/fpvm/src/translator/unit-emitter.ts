// One translation unit to one WebAssembly function (fuel, depth) → address of the next instruction. At its entry and at
// every exit all guest registers are in the register file; inside they are locals. Exits store pc and, where they
// return, the fuel; a tail call passes the fuel on.
import type { DecodedInstruction } from '../instructions.js';
import type { EngineLayout } from '../engine.js';
import { type Block, blockEnd, type Unit } from './control-flow.js';
import { analyse, type BlockFlow, observedWithin } from './dataflow.js';
import { emitArithmetic, emitExtension } from './emit-arithmetic.js';
import { emitAtomic, emitLoad, emitStore } from './emit-memory.js';
import { type ExitKind, exitFunction } from './exits.js';
import { UnitState, type Window } from './unit-state.js';
import { Code, I32, I64, type Label, memoryOp, op } from './wasm-code.js';

/** What the emitter must know of the machine that the unit will run in. */
export interface UnitContext {
  readonly layout: EngineLayout;
  readonly moves: RegisterMoves;
  /** Slot in the function table of the code at an address, translated or not. */
  slotOf(pc: number): number;
  /** Regions that the load or store at an address has met, as bits of the layout's BLOCK_REGIONS. */
  met(pc: number): number;
  /** Where a region is, or the part of it that may be stored to. */
  region(index: number, writable: boolean): Region;
  /** Host address of guest memory at a constant address that may be used directly; undefined if it may not. */
  directAddress(address: number, size: number, store: boolean): number | undefined;
}

/** A stretch of guest addresses that lies in linear memory as it does in the guest's. */
export interface Region {
  /** Guest address, and size in bytes, 0 if there is nothing. */
  readonly start: bigint;
  readonly size: number;
  /** What makes a host address of a guest address, modulo 2^32: from 0 on where it can be, else negative. */
  readonly difference: number;
}

/** That a window is in one region, since its accesses have met no other. */
export interface Assumption {
  /** Address of the access that opens the window. */
  readonly pc: number;
  readonly region: number;
  readonly writable: boolean;
  /** What all accesses of the window have met. */
  readonly met: number;
  /** Guest addresses that the window may be at: the first, and how many from there. */
  readonly start: bigint;
  readonly size: number;
}

/** Parameters and scratch locals; x1 to x31 are locals 2 to 32. */
export const local = {
  fuel: 0,
  depth: 1,
  t0: 33,
  t1: 34,
  t2: 35,
  t3: 36,
  t4: 37,
  entry: 38,
  host: 39,
  miss: 40,
} as const;
const FIRST_WINDOW_LOCAL = 41;
/** Blocks that may be nested in each other: WebAssembly's structure follows them, and so does the emitter's recursion. */
const DEEPEST_NESTING = 120;
/** Host stack that a function needs besides its locals, in bytes. */
const FRAME_OVERHEAD = 128;
/** Imports of a unit's module in front of those for leaving it. */
const OTHER_IMPORTS = 1;

const comparisons: Record<string, readonly [number, number]> = {
  beq: [op.i64Eq, op.i64Ne],
  bne: [op.i64Ne, op.i64Eq],
  blt: [op.i64LtS, op.i64GeS],
  bge: [op.i64GeS, op.i64LtS],
  bltu: [op.i64LtU, op.i64GeU],
  bgeu: [op.i64GeU, op.i64LtU],
};

/** A place in a block from which the interpreter may have to take over: the registers that are dirty there. */
interface MissPoint {
  readonly index: number;
  readonly dirty: number;
}

const noCode = new Uint8Array(0);

/** Code that moves each register between its local and the register file, by register. */
export interface RegisterMoves {
  readonly load: readonly Uint8Array[];
  readonly store: readonly Uint8Array[];
}

/** A third of all code is this: it is made once. */
export function registerMoves({ registers }: EngineLayout): RegisterMoves {
  const all = Array.from({ length: 32 }, (_, register) => register);
  return {
    load: all.map((register) =>
      Code.templateOf((code) => {
        code.i32(0);
        code.memory(memoryOp.i64Load, registers + 8 * register);
        code.set(register + 1);
      }),
    ),
    store: all.map((register) =>
      Code.templateOf((code) => {
        code.i32(0);
        code.get(register + 1);
        code.memory(memoryOp.i64Store, registers + 8 * register);
      }),
    ),
  };
}

export class UnitEmitter {
  readonly code = new Code();
  readonly context: UnitContext;
  state = new UnitState();
  /** Registers whose locals may be newer than the register file. */
  dirty = 0;
  /** What stores of the block at hand have marked as written, by window, as offsets from its register. */
  readonly marked = new Map<Window, { low: number; high: number }>();
  /** Accesses whose window is in one region, by the address of the instruction that opened it. */
  readonly assumptions: Assumption[] = [];
  readonly #unit: Unit;
  readonly #inherited = new Map<Block, UnitState>();
  #labels = new Map<Block, { before: Label; again: Label }>();
  #windowLocals = 0;
  #mostWindowLocals = 0;
  #nesting = 0;
  /** At most as many bytes of host stack as a call of this unit takes. */
  readonly #frameSize: number;
  #block: Block;
  #misses: MissPoint[] = [];
  /** What is observed before each instruction of the block at hand, once that is of interest. */
  #observed: readonly number[] | undefined;
  #missLabel: Label = {};

  constructor(unit: Unit, context: UnitContext) {
    this.#unit = unit;
    this.context = context;
    analyse(unit);
    this.#block = unit.entry;
    let accesses = 0;
    for (const { instructions } of unit.blocks) {
      for (const { instruction } of instructions) if (instruction.size !== undefined) accesses += 1;
    }
    this.#frameSize = FRAME_OVERHEAD + 8 * (FIRST_WINDOW_LOCAL + accesses);
  }

  /** The function's body. */
  emit(): Uint8Array {
    this.#load(this.#unit.entry.flow.live);
    this.#tree(this.#unit.entry);
    this.code.op(op.unreachable);
    return this.code.finish([
      [36, I64], // x1 to x31, t0 to t4
      [3 + this.#mostWindowLocals, I32], // entry, host, miss, windows
    ]);
  }

  /** Pushes a register's value. */
  get(register: number): void {
    const constant = this.state.constant(register);
    if (constant === undefined) this.code.get(register + 1);
    else this.code.i64(constant);
  }

  /** Pops a register's new value. */
  set(register: number, constant?: number): void {
    this.code.set(register + 1);
    this.dirty |= 1 << register;
    this.state.written(register, constant);
  }

  newWindowLocal(): number {
    const index = this.#windowLocals++;
    this.#mostWindowLocals = Math.max(this.#mostWindowLocals, this.#windowLocals);
    return FIRST_WINDOW_LOCAL + index;
  }

  /** The block at hand and those that follow it without a choice of predecessor: where windows stay valid. */
  get block(): Block {
    return this.#block;
  }

  /** The condition (i32) on the stack: hand the block over to the interpreter before instruction `index`. */
  missIf(index: number): void {
    this.#observed ??= observedWithin(this.#block);
    this.#misses.push({ index, dirty: this.dirty & (this.#observed[index] ?? ~0) });
    this.code.i32(4 * index);
    this.code.set(local.miss);
    this.code.brIf(this.#missLabel);
  }

  /** A window opened at instruction `index` of the block is in one region. */
  assume(index: number, assumption: Omit<Assumption, 'pc'>): void {
    this.assumptions.push({ ...assumption, pc: this.#block.pc + 4 * index });
  }

  // Structured control flow along the dominator tree: Ramsey, "Beyond Relooper" (ICFP 2022).

  #labelsOf(block: Block): { before: Label; again: Label } {
    let labels = this.#labels.get(block);
    if (labels === undefined) {
      labels = { before: {}, again: {} };
      this.#labels.set(block, labels);
    }
    return labels;
  }

  #tree(block: Block): void {
    if (this.#nesting === DEEPEST_NESTING) {
      this.#leave(block, block.flow.dirty);
      return;
    }
    this.#nesting += 1;
    const windowLocals = this.#windowLocals;
    const merges = block.dominated.filter(({ isMerge }) => isMerge).sort((a, b) => b.order - a.order);
    const body = () => this.#nested(block, merges, 0);
    if (block.isLoop) this.code.loop(this.#labelsOf(block).again, body);
    else body();
    // What a block has looked up is of use to the blocks inside of it only.
    this.#windowLocals = windowLocals;
    this.#nesting -= 1;
  }

  /** Goes on at a block's address outside of the unit. */
  #leave(block: Block, dirty: number): void {
    const { code } = this;
    code.get(local.fuel);
    this.#exit('leave', dirty, { pc: () => code.i64(block.pc), slot: this.context.slotOf(block.pc) });
  }

  /** Leaves the unit; the fuel is on the stack. Of the registers given, `dirty` pushes which are written back. */
  #exit(
    kind: ExitKind,
    given: number,
    { pc, slot = 0, dirty = () => this.code.i32(given) }: { pc: () => void; slot?: number; dirty?: () => void },
  ): void {
    const { code } = this;
    code.get(local.depth);
    pc();
    code.i32(slot);
    code.i32(given);
    dirty();
    let count = 0;
    for (let rest = given; rest !== 0; rest &= rest - 1) {
      code.get(32 - Math.clz32(rest & -rest));
      count += 1;
    }
    const { index, size } = exitFunction(kind, count);
    for (; count < size; count++) code.i64(0);
    code.tailCall(OTHER_IMPORTS + index);
  }

  #nested(block: Block, merges: readonly Block[], from: number): void {
    const merge = merges[from];
    if (merge === undefined) {
      this.#emitBlock(block);
      return;
    }
    this.code.block(this.#labelsOf(merge).before, () => this.#nested(block, merges, from + 1));
    this.#tree(merge);
  }

  /** Whether going there is a branch; otherwise the block is emitted in place. */
  #isBranch(from: Block, to: Block): boolean {
    return to.order <= from.order || to.isMerge;
  }

  #labelFor(from: Block, to: Block): Label {
    return to.order <= from.order ? this.#labelsOf(to).again : this.#labelsOf(to).before;
  }

  #goto(from: Block, to: Block): void {
    if (this.#isBranch(from, to)) {
      this.code.br(this.#labelFor(from, to));
      return;
    }
    const saved = [this.state, this.dirty, this.#block, this.#misses, this.#missLabel, this.#observed] as const;
    if (!to.isLoop) this.#inherited.set(to, new UnitState(this.state));
    this.#tree(to);
    [this.state, this.dirty, this.#block, this.#misses, this.#missLabel, this.#observed] = saved;
  }

  #emitBlock(block: Block): void {
    const { flow } = block;
    const { code } = this;
    this.#block = block;
    this.#observed = undefined;
    this.state = this.#inherited.get(block) ?? new UnitState();
    this.dirty = flow.dirty;
    this.marked.clear();
    if (flow.checked) this.#leaveIfShort(block, flow);
    const misses: MissPoint[] = [];
    const missLabel: Label = {};
    this.#misses = misses;
    this.#missLabel = missLabel;
    const count = block.instructions.length;
    const emitBody = () => {
      if (count > 0) {
        code.get(local.fuel);
        code.i64(count);
        code.op(op.i64Sub);
        code.set(local.fuel);
      }
      const hasTerminator = block.end === 'branch' || block.end === 'jump' || block.end === 'call';
      const terminated = hasTerminator || block.end === 'return' || block.end === 'computed';
      const plain = terminated ? count - 1 : count;
      for (let index = 0; index < plain; index++) {
        const decoded = block.instructions[index];
        if (decoded === undefined) break;
        if (index + 1 < plain && emitExtension(this, decoded, block.instructions[index + 1])) index += 1;
        else this.#instruction(decoded, index);
      }
      this.#end(block, block.instructions[count - 1]);
    };
    code.block(missLabel, emitBody);
    this.#missExit(block, misses);
  }

  #instruction(decoded: DecodedInstruction, index: number): void {
    switch (decoded.instruction.format) {
      case 'load':
        if (decoded.rd !== 0) emitLoad(this, decoded, index);
        break;
      case 'store':
        emitStore(this, decoded, index);
        break;
      case 'amo':
        emitAtomic(this, decoded, index);
        break;
      case 'branch':
      case 'none':
        break;
      default:
        if (decoded.rd !== 0) emitArithmetic(this, decoded, this.#block.pc + 4 * index);
    }
  }

  #end(block: Block, last: DecodedInstruction | undefined): void {
    const { code } = this;
    const [first, second] = block.successors;
    switch (block.end) {
      case 'fall':
        if (first === undefined) throw new Error('a block falls into another');
        this.#goto(block, first);
        return;
      case 'branch':
        if (first === undefined || second === undefined || last === undefined)
          throw new Error('a branch has two sides');
        this.#branch(block, last, first, second);
        return;
      case 'jump':
        if (first === undefined || last === undefined) throw new Error('a jump goes somewhere');
        this.#link(block, last);
        this.#goto(block, first);
        return;
      case 'call':
        if (first === undefined || last === undefined) throw new Error('a call comes back somewhere');
        this.#call(block, last, first);
        return;
      case 'return':
      case 'computed':
        if (last === undefined) throw new Error('a computed jump has its instruction');
        this.#jumpTarget(last);
        code.tee(local.t0);
        this.#missIfOdd(block.instructions.length - 1);
        this.#spill(this.dirty);
        this.#storePc(() => code.get(local.t0));
        if (block.end === 'return') {
          this.#storeFuel();
          code.get(local.t0);
          code.op(op.return);
        } else {
          code.get(local.fuel);
          code.get(local.depth);
          this.#dynamicSlot();
          code.tailCallIndirect();
        }
        return;
      case 'leave':
        this.#leave(block, this.dirty);
        return;
      case 'interpret':
        code.i32(1);
        this.missIf(block.instructions.length);
        code.op(op.unreachable);
        return;
    }
  }

  #branch(block: Block, last: DecodedInstruction, taken: Block, next: Block): void {
    const { code } = this;
    const [holds, fails] = comparisons[last.instruction.name] ?? [];
    if (holds === undefined || fails === undefined) throw new Error(`no comparison for ${last.instruction.name}`);
    if (taken === next) {
      this.#goto(block, next);
      return;
    }
    this.get(last.rs1);
    this.get(last.rs2);
    if (this.#isBranch(block, taken)) {
      code.op(holds);
      code.brIf(this.#labelFor(block, taken));
      this.#goto(block, next);
    } else if (this.#isBranch(block, next)) {
      code.op(fails);
      code.brIf(this.#labelFor(block, next));
      this.#goto(block, taken);
    } else {
      code.op(holds);
      code.if(
        () => this.#goto(block, taken),
        () => this.#goto(block, next),
      );
    }
  }

  #link(block: Block, { rd }: DecodedInstruction): void {
    if (rd === 0) return;
    const link = blockEnd(block);
    this.code.i64(link);
    this.set(rd, link);
  }

  #call(block: Block, last: DecodedInstruction, behind: Block): void {
    const { code } = this;
    const known = block.target ?? this.#constantTarget(last);
    if (known === undefined) {
      this.#jumpTarget(last);
      code.tee(local.t0);
      this.#missIfOdd(block.instructions.length - 1);
    }
    this.#link(block, last);
    this.#spill(this.dirty);
    this.#storePc(() => (known === undefined ? code.get(local.t0) : code.i64(known)));
    code.get(local.fuel);
    code.get(local.depth);
    code.i32(this.#frameSize);
    code.op(op.i32Sub);
    if (known === undefined) this.#dynamicSlot();
    else code.i32(this.context.slotOf(known));
    code.callIndirect();
    code.tee(local.t0);
    code.i64(behind.pc);
    code.op(op.i64Ne);
    code.if(() => {
      code.get(local.t0);
      code.op(op.return);
    });
    code.i32(0);
    code.memory(memoryOp.i64Load, this.context.layout.fuel);
    code.set(local.fuel);
    const { checked, cost, live } = behind.flow;
    if (!checked) {
      code.get(local.fuel);
      code.i64(cost);
      code.op(op.i64LtS);
      code.if(() => {
        this.#storePc(() => code.i64(behind.pc));
        code.i64(behind.pc);
        code.op(op.return);
      });
    }
    this.#load(live);
    this.state = new UnitState();
    this.dirty = 0;
    this.#goto(block, behind);
  }

  /** A target (on the stack) that is no multiple of 4 is the interpreter's to refuse, before the jump has any effect. */
  #missIfOdd(index: number): void {
    this.code.i64(2);
    this.code.op(op.i64And, op.i64Eqz, op.i32Eqz);
    this.missIf(index);
  }

  #constantTarget({ instruction, rs1, imm }: DecodedInstruction): number | undefined {
    if (instruction.name !== 'jalr') return undefined;
    const base = this.state.constant(rs1);
    if (base === undefined) return undefined;
    const target = base + imm - ((base + imm) % 2);
    return target >= 0 && target % 4 === 0 ? target : undefined;
  }

  /** Pushes where a JALR goes. */
  #jumpTarget({ rs1, imm }: DecodedInstruction): void {
    this.get(rs1);
    if (imm !== 0) {
      this.code.i64(imm);
      this.code.op(op.i64Add);
    }
    this.code.i64(-2);
    this.code.op(op.i64And);
  }

  /** Pushes the slot of the code at t0: 0, the interpreter, unless its granule is in the engine's code cache. */
  #dynamicSlot(): void {
    const { code } = this;
    const { codeCache, blockSlots } = this.context.layout;
    code.get(local.t0);
    code.i64(16);
    code.op(op.i64ShrU);
    code.tee(local.t1);
    code.op(op.i32WrapI64);
    code.i32(255);
    code.op(op.i32And);
    code.i32(4);
    code.op(op.i32Shl);
    code.tee(local.entry);
    code.memory(memoryOp.i64Load, codeCache);
    code.get(local.t1);
    code.i64(1);
    code.op(op.i64Add, op.i64Eq);
    code.if(
      () => {
        code.get(local.entry);
        code.memory(memoryOp.i32Load, codeCache + 8);
        code.get(local.t0);
        code.op(op.i32WrapI64);
        code.i32(0xfffc);
        code.op(op.i32And, op.i32Add);
        code.memory(memoryOp.i32Load, blockSlots);
      },
      () => code.i32(0),
      I32,
    );
  }

  /** At the start of a block: too few steps left to come to the next check, or the host's stack is deep enough. */
  #leaveIfShort(block: Block, { cost, dirty }: BlockFlow): void {
    const { code } = this;
    code.get(local.fuel);
    code.i64(cost);
    code.op(op.i64LtS);
    if (block === this.#unit.entry) {
      code.get(local.depth);
      code.i32(0);
      code.op(op.i32LtS, op.i32Or);
    }
    code.if(() => {
      code.get(local.fuel);
      this.#exit('stop', dirty, { pc: () => code.i64(block.pc) });
    });
  }

  /** The shared exit of a block's misses: write back what was dirty at the miss, and interpret from there. */
  #missExit(block: Block, misses: readonly MissPoint[]): void {
    const { code } = this;
    const [first] = misses;
    if (first === undefined) {
      code.op(op.unreachable);
      return;
    }
    let given = 0;
    for (const { dirty } of misses) given |= dirty;
    // The block was paid for as a whole: what it did not do is given back.
    code.get(local.fuel);
    code.i64(block.instructions.length);
    code.op(op.i64Add);
    code.get(local.miss);
    code.i32(2);
    code.op(op.i32ShrU, op.i64ExtendI32U, op.i64Sub);
    const pc = () => {
      code.get(local.miss);
      code.op(op.i64ExtendI32U);
      code.i64(block.pc);
      code.op(op.i64Add);
    };
    const dirty = () => {
      code.i32(first.dirty);
      let known = first.dirty;
      for (const { index, dirty: later } of misses) {
        const more = later & ~known;
        if (more === 0) continue;
        known |= more;
        code.get(local.miss);
        code.i32(4 * index);
        code.op(op.i32GeS);
        code.i32(more);
        code.op(op.i32Mul, op.i32Or);
      }
    };
    this.#exit('miss', given, { pc, dirty });
  }

  #load(mask: number): void {
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      this.code.paste(this.context.moves.load[31 - Math.clz32(rest & -rest)] ?? noCode);
    }
  }

  #spill(mask: number): void {
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      this.code.paste(this.context.moves.store[31 - Math.clz32(rest & -rest)] ?? noCode);
    }
  }

  #storePc(push: () => void): void {
    this.code.i32(0);
    push();
    this.code.memory(memoryOp.i64Store, this.context.layout.pc);
  }

  #storeFuel(): void {
    this.code.i32(0);
    this.code.get(local.fuel);
    this.code.memory(memoryOp.i64Store, this.context.layout.fuel);
  }
}
