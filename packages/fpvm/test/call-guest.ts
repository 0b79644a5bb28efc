// A guest whose call stack is known at every step: functions with every kind of frame that the unwinder must read.
import { decode } from '../src/instructions.js';
import { loadElf } from '../src/loader.js';
import type { MachineOptions } from '../src/machine.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';

const CODE = 0x10000;
const SPACING = 0x400;
const [ZERO, RA, SP, T0, T1, S0, A0, A5, S1, T6] = [0, 1, 2, 5, 6, 8, 10, 15, 9, 31];

/** Instruction words, and calls by name (through ra, or t0). */
type Item = number | { readonly call: string; readonly link?: number };

const addi = (rd: number, rs1: number, imm: number) => assemble('addi', { rd, rs1, imm });
const ld = (rd: number, rs1: number, imm: number) => assemble('ld', { rd, rs1, imm });
const sd = (rs2: number, rs1: number, imm: number) => assemble('sd', { rs2, rs1, imm });
const RET = assemble('jalr', { rd: ZERO, rs1: RA });
const call = (name: string): Item => ({ call: name });
/** As clang and gcc: ra at the frame's top. */
const framed = (...body: readonly Item[]): Item[] => [
  addi(SP, SP, -32),
  sd(RA, SP, 24),
  ...body,
  ld(RA, SP, 24),
  addi(SP, SP, 32),
  RET,
];
/** Goes around `turns` times. */
const loop = (counter: number, turns: number, ...body: readonly Item[]): Item[] => [
  ...loadConstant(counter, BigInt(turns)),
  ...body,
  addi(counter, counter, -1),
  assemble('bne', { rs1: counter, imm: -4 * (body.length + 1) }),
];

/** The functions of the guest, by name; the first is where it starts. */
function functions(turns: number): Record<string, readonly Item[]> {
  return {
    start: [...loop(S1, turns, call('outer')), ...systemCall(93, 0n)],
    outer: framed(
      ...['leaf', 'go', 'large', 'dynamic', 'table', 'early'].map(call),
      addi(A0, ZERO, 1),
      call('early'),
      { call: 'duff', link: T0 },
      call('runtime.systemstack'),
    ),
    leaf: [...loop(A5, 20, addi(A0, A0, 3)), addi(A0, ZERO, 0), RET],
    // Go saves ra before and after it makes the frame, at its bottom.
    go: [sd(RA, SP, -24), addi(SP, SP, -24), sd(RA, SP, 0), call('leaf'), ld(RA, SP, 0), addi(SP, SP, 24), RET],
    large: [
      assemble('lui', { rd: T6, imm: -0x2000 }),
      assemble('addiw', { rd: T6, rs1: T6, imm: 0x320 }),
      assemble('add', { rd: SP, rs1: SP, rs2: T6 }),
      sd(RA, SP, 0),
      call('leaf'),
      ld(RA, SP, 0),
      assemble('lui', { rd: T6, imm: 0x2000 }),
      assemble('addiw', { rd: T6, rs1: T6, imm: -0x320 }),
      assemble('add', { rd: SP, rs1: SP, rs2: T6 }),
      RET,
    ],
    // alloca: only s0 knows where the frame is; the callee saves s0 and uses it for something else.
    dynamic: [
      addi(SP, SP, -32),
      sd(RA, SP, 24),
      sd(S0, SP, 16),
      addi(S0, SP, 32),
      addi(A5, ZERO, 160),
      assemble('sub', { rd: SP, rs1: SP, rs2: A5 }),
      call('busy'),
      addi(SP, S0, -32),
      ld(RA, SP, 24),
      ld(S0, SP, 16),
      addi(SP, SP, 32),
      RET,
    ],
    busy: framed(sd(S0, SP, 0), addi(S0, ZERO, 77), call('leaf'), ld(S0, SP, 0)),
    // A computed jump over a return to code that nothing else leads to.
    table: [
      addi(SP, SP, -16),
      sd(RA, SP, 8),
      assemble('auipc', { rd: T1, imm: 0 }),
      assemble('jalr', { rd: ZERO, rs1: T1, imm: 12 }),
      RET,
      call('leaf'),
      ld(RA, SP, 8),
      addi(SP, SP, 16),
      RET,
    ],
    // Two epilogues; the second path's frame is that of before the first.
    early: [
      addi(SP, SP, -16),
      sd(RA, SP, 8),
      assemble('bne', { rs1: A0, imm: 16 }),
      ld(RA, SP, 8),
      addi(SP, SP, 16),
      RET,
      call('leaf'),
      ld(RA, SP, 8),
      addi(SP, SP, 16),
      RET,
    ],
    duff: [addi(A0, A0, 1), addi(A0, A0, 1), assemble('jalr', { rd: ZERO, rs1: T0 })],
    // Changes stacks as Go's does: the caller's is out of sight.
    'runtime.systemstack': [
      addi(S0, SP, 0),
      addi(T6, RA, 0),
      ...loadConstant(SP, 0x400000n),
      call('onOtherStack'),
      addi(SP, S0, 0),
      addi(RA, T6, 0),
      RET,
    ],
    onOtherStack: framed(...loop(A5, 4, addi(A0, A0, 1))),
    recursive: framed(addi(A0, A0, -1), assemble('beq', { rs1: A0, imm: 8 }), call('recursive'), addi(A0, ZERO, 0)),
  };
}

/** A machine with the guest loaded, and its metadata. It goes through all functions but `recursive`, `turns` times. */
export function callGuest(turns: number, options: MachineOptions = {}) {
  const bodies = Object.entries(functions(turns));
  const addresses = new Map(bodies.map(([name], i) => [name, CODE + SPACING * i]));
  const bytes = new Uint8Array(SPACING * bodies.length);
  for (const [name, items] of bodies) {
    const at = addressOf(addresses, name);
    const words = items.map((item, i) =>
      typeof item === 'number'
        ? item
        : assemble('jal', { rd: item.link ?? RA, imm: addressOf(addresses, item.call) - at - 4 * i }),
    );
    bytes.set(codeBytes(words), at - CODE);
  }
  const symbols = bodies.map(([name, items]) => ({
    name,
    value: BigInt(addressOf(addresses, name)),
    size: BigInt(4 * items.length),
  }));
  // What assemblers add: a mark in the middle of a function is none.
  symbols.push({ name: '$x', value: BigInt(addressOf(addresses, 'go') + 8), size: 0n });
  const elf = writeElf({ entry: BigInt(CODE), segments: [{ address: BigInt(CODE), bytes }], symbols });
  return { ...loadElf(elf, options), address: (name: string) => BigInt(addressOf(addresses, name)) };
}

function addressOf(addresses: ReadonlyMap<string, number>, name: string): number {
  const found = addresses.get(name);
  if (found === undefined) throw new Error(`the guest has no ${name}`);
  return found;
}

/** The stack of calls as one step after the other makes it: names, outermost first. */
export class ShadowStack {
  readonly #addresses: bigint[];
  readonly #nameOf: (address: bigint) => string;

  constructor(entry: bigint, nameOf: (address: bigint) => string) {
    this.#addresses = [entry];
    this.#nameOf = nameOf;
  }

  /** Names from the outermost function in, nothing beyond a change of stacks. */
  names(): string[] {
    const names = this.#addresses.map(this.#nameOf);
    return names.slice(Math.max(0, names.indexOf('runtime.systemstack')));
  }

  /** Follows an instruction that goes to `target`. */
  follow(word: number, target: bigint): void {
    const { instruction, rd, rs1 } = decode(word);
    if (instruction.name !== 'jal' && instruction.name !== 'jalr') return;
    if (rd === RA || rd === T0) this.#addresses.push(target);
    else if (instruction.name === 'jalr' && (rs1 === RA || rs1 === T0)) this.#addresses.pop();
  }
}
