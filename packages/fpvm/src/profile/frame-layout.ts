// Where a function keeps its caller's stack pointer and return address, at each of its instructions, found by following
// the code from the function's entry: Go, clang and gcc omit frame pointers, and the metadata has no unwind tables.
// Calling convention: RISC-V ELF psABI; Go's differs only in where ra is saved (0(sp) in place of the frame's top).
import { decode, type DecodedInstruction } from '../instructions.js';

const [RA, SP, T0, S0] = [1, 2, 5, 8];

/** Not known; or, of a place that a register is saved at: it is still in its register. */
export const unknown = -1;
/** Of ra's place: it was overwritten and never saved. */
export const raLost = -2;

/** At one instruction, before it is executed. All are distances downwards from the sp on entry, which is the caller's. */
export interface FrameState {
  /** To sp, or `unknown` (alloca). */
  readonly size: number;
  /** To where ra was saved, `unknown` or `raLost`. */
  readonly ra: number;
  /** To the address in s0 where that serves as a frame pointer, else `unknown`. */
  readonly framePointer: number;
  /** To where the caller's s0 was saved, or `unknown`. */
  readonly savedS0: number;
}

/** What a register is known to hold: a number, or the sp on entry plus a number. */
interface Known {
  readonly onStack: boolean;
  readonly value: number;
}

type Registers = (Known | undefined)[];

/** How far the way to an instruction has been followed. */
interface Path {
  readonly at: number;
  readonly registers: Registers;
  readonly ra: number;
  readonly savedS0: number;
}

/** Frame states of one function. */
export class FrameLayout {
  readonly #words: Uint32Array;
  readonly #states: (FrameState | undefined)[];
  /** 1, or 5 for the few functions (Go's duffzero and the like, -msave-restore) that are called through t0. */
  readonly linkRegister: number;

  /** `words` are the function's instructions. */
  constructor(words: Uint32Array) {
    this.#words = words;
    this.#states = Array.from({ length: words.length });
    this.linkRegister = linkRegisterOf(words);
    const registers: Registers = [];
    registers[SP] = { onStack: true, value: 0 };
    this.#follow({ at: 0, registers, ra: unknown, savedS0: unknown });
    this.#followComputedJumps();
  }

  /** The state before the instruction at a byte offset from the function's start. */
  at(offset: number): FrameState | undefined {
    return this.#states[offset >>> 2];
  }

  /** Code that only jump tables reach is in the function's body, where its frame is largest and ra is saved. */
  #followComputedJumps(): void {
    let body = this.#states[0];
    for (let i = 0; i < this.#words.length; i++) {
      const state = this.#states[i];
      if (body === undefined) return;
      if (state === undefined) {
        const registers: Registers = [];
        if (body.size !== unknown) registers[SP] = { onStack: true, value: -body.size };
        if (body.framePointer !== unknown) registers[S0] = { onStack: true, value: -body.framePointer };
        this.#follow({ at: i, registers, ra: body.ra, savedS0: body.savedS0 });
      } else if (state.size > body.size || (state.size === body.size && state.ra > body.ra)) body = state;
    }
  }

  /** Whether a path has something to add: paths agree where they meet, but for ra that only one of them has lost. */
  #isNews(at: number, ra: number): boolean {
    if (at < 0 || at >= this.#words.length) return false;
    const state = this.#states[at];
    return state === undefined || (state.ra === unknown && ra === raLost);
  }

  #follow(first: Path): void {
    const waiting = [first];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      let { at, registers, ra, savedS0 } = path;
      let last: FrameState | undefined;
      while (this.#isNews(at, ra)) {
        const [size, framePointer] = [below(registers[SP]), below(registers[S0])];
        const same = last?.size === size && last.ra === ra && last.savedS0 === savedS0;
        last = same && last?.framePointer === framePointer ? last : { size, ra, framePointer, savedS0 };
        this.#states[at] = last;
        const word = this.#words[at] ?? 0;
        if (hasNoPart(word, registers)) {
          registers[(word >>> 7) & 31] = undefined;
          at += 1;
          continue;
        }
        const decoded = decode(word);
        const { instruction, rd, rs1, rs2, imm } = decoded;
        if (instruction.revert !== undefined) break;
        if (instruction.format === 'branch') {
          // What constants hold at a branch is not needed behind it, where paths meet.
          waiting.push({ at: at + (imm >> 2), registers: stackPointers(registers), ra, savedS0 });
        } else if (instruction.name === 'jal' || instruction.name === 'jalr') {
          if (rd === 0) {
            if (instruction.name === 'jalr') break;
            at += imm >> 2;
            continue;
          }
          if (rd === RA && ra === unknown) ra = raLost;
          registers = stackPointers(registers);
        } else if (instruction.format === 'store') {
          const base = registers[rs1];
          if (instruction.size === 8 && base?.onStack === true) {
            const place = -(base.value + imm);
            if (rs2 === this.linkRegister && ra === unknown) ra = place;
            if (rs2 === S0 && savedS0 === unknown) savedS0 = place;
          }
        } else compute(registers, decoded);
        at += 1;
      }
    }
  }
}

/** Loads, and additions to what is not known: most of the code, told apart before it is decoded. */
function hasNoPart(word: number, registers: Registers): boolean {
  const opcode = word & 0x7f;
  if (opcode === 0x03) return (word & 0x7000) !== 0x7000;
  return (
    opcode === 0x13 &&
    (word & 0x7000) === 0 &&
    ((word >>> 15) & 31) !== 0 &&
    registers[(word >>> 15) & 31] === undefined
  );
}

/** How far below the sp on entry an address lies. */
function below(known: Known | undefined): number {
  return known?.onStack === true && known.value <= 0 ? -known.value : unknown;
}

function stackPointers(registers: Registers): Registers {
  const kept: Registers = [];
  kept[SP] = registers[SP];
  kept[S0] = registers[S0];
  return kept;
}

/** Follows what the instructions of prologues and epilogues compute; whatever else is written is not known. */
function compute(registers: Registers, { instruction, rd, rs1, rs2, imm }: DecodedInstruction): void {
  if (instruction.format === 'none' || rd === 0) return;
  const a: Known | undefined = rs1 === 0 ? { onStack: false, value: 0 } : registers[rs1];
  const b: Known | undefined = rs2 === 0 ? { onStack: false, value: 0 } : registers[rs2];
  registers[rd] = computed(instruction.name, a, b, imm);
}

function computed(name: string, a: Known | undefined, b: Known | undefined, imm: number): Known | undefined {
  switch (name) {
    case 'lui':
      return { onStack: false, value: imm };
    case 'addi':
      return a && { onStack: a.onStack, value: a.value + imm };
    case 'addiw':
      return a && !a.onStack ? { onStack: false, value: (a.value + imm) | 0 } : undefined;
    case 'slli':
      return a && !a.onStack ? { onStack: false, value: a.value * 2 ** imm } : undefined;
    case 'add':
      return a && b && !(a.onStack && b.onStack)
        ? { onStack: a.onStack || b.onStack, value: a.value + b.value }
        : undefined;
    case 'sub':
      return a && b && !b.onStack ? { onStack: a.onStack, value: a.value - b.value } : undefined;
    default:
      return undefined;
  }
}

/** t0 where a function returns through t0, which it neither writes nor has from anywhere else. */
function linkRegisterOf(words: Uint32Array): number {
  let throughT0 = false;
  for (const word of words) {
    if ((word & 0x7f) === 0x67 && ((word >>> 7) & 31) === 0) {
      if (word >>> 15 === RA) return RA;
      throughT0 ||= word >>> 15 === T0;
    } else if (((word >>> 7) & 31) === T0 && writesRegister(word)) return RA;
  }
  return throughT0 ? T0 : RA;
}

function writesRegister(word: number): boolean {
  const { format } = decode(word).instruction;
  return format !== 'store' && format !== 'branch' && format !== 'none';
}
