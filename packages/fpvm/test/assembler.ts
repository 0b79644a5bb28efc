// Instruction words from the instruction table, for guests written in tests.
import { type Instruction, type InstructionFormat, instructionOf, instructions } from '../src/instructions.js';

export interface Operands {
  readonly rd?: number;
  readonly rs1?: number;
  readonly rs2?: number;
  readonly imm?: number;
}

/** The word of a named instruction. */
export function assemble(name: string, operands: Operands = {}): number {
  const instruction = instructions.find((row) => row.name === name);
  if (instruction === undefined) throw new Error(`no instruction ${name}`);
  return encode(instruction, operands);
}

/** Bits that a format's operands take: rd 7–11, rs1 15–19, rs2 or an immediate above. */
const operandBits: Readonly<Record<InstructionFormat, number>> = {
  r: 0x01ff8f80,
  i: 0xffff8f80,
  load: 0xffff8f80,
  store: 0xffff8f80,
  branch: 0xffff8f80,
  u: 0xffffff80,
  jal: 0xffffff80,
  shift64: 0x03ff8f80,
  shift32: 0x01ff8f80,
  amo: 0x01ff8f80,
  csr: 0xffff8f80,
  none: 0,
};

/** The word of a table row; fields that its mask fixes are kept, `free` fills the bits that nothing else does. */
export function encode(
  { format, mask, match }: Instruction,
  { rd = 0, rs1 = 0, rs2 = 0, imm = 0 }: Operands,
  free = 0,
): number {
  const fields = {
    r: (rd << 7) | (rs1 << 15) | (rs2 << 20),
    i: (rd << 7) | (rs1 << 15) | (imm << 20),
    load: (rd << 7) | (rs1 << 15) | (imm << 20),
    store: ((imm & 31) << 7) | (rs1 << 15) | (rs2 << 20) | ((imm >> 5) << 25),
    branch:
      (((imm >> 11) & 1) << 7) |
      (((imm >> 1) & 15) << 8) |
      (rs1 << 15) |
      (rs2 << 20) |
      (((imm >> 5) & 63) << 25) |
      (((imm >> 12) & 1) << 31),
    u: (rd << 7) | (imm & ~0xfff),
    jal:
      (rd << 7) |
      (((imm >> 12) & 255) << 12) |
      (((imm >> 11) & 1) << 20) |
      (((imm >> 1) & 1023) << 21) |
      (((imm >> 20) & 1) << 31),
    shift64: (rd << 7) | (rs1 << 15) | ((imm & 63) << 20),
    shift32: (rd << 7) | (rs1 << 15) | ((imm & 31) << 20),
    amo: (rd << 7) | (rs1 << 15) | (rs2 << 20),
    csr: (rd << 7) | (rs1 << 15) | (imm << 20),
    none: 0,
  };
  const taken = operandBits[format];
  return ((((fields[format] & taken) | (free & ~taken)) & ~mask) | match) >>> 0;
}

/** A word of a table row with the bits that the machine ignores, or that make the encoding a refused one, at random. */
export function anyWord(row: Instruction, operands: Operands, random: (below: number) => number): number {
  for (;;) {
    const word = encode(row, operands, random(2 ** 32));
    if (instructionOf(word) === row) return word;
  }
}

/** Sets a register to any 64-bit value. */
export function loadConstant(rd: number, value: bigint): number[] {
  const signed = BigInt.asIntN(64, value);
  if (signed >= -2048n && signed < 2048n) return [assemble('addi', { rd, imm: Number(signed) })];
  const low = Number(BigInt.asIntN(12, signed));
  const high = (signed - BigInt(low)) >> 12n;
  if (high >= -(1n << 19n) && high < 1n << 19n) {
    return [assemble('lui', { rd, imm: Number(high) << 12 }), assemble('addiw', { rd, rs1: rd, imm: low })];
  }
  return [
    ...loadConstant(rd, high),
    assemble('slli', { rd, rs1: rd, imm: 12 }),
    assemble('addi', { rd, rs1: rd, imm: low }),
  ];
}

/** A system call; the arguments go to a0, a1, … */
export function systemCall(number: number, ...args: readonly bigint[]): number[] {
  return [
    ...args.flatMap((value, i) => loadConstant(10 + i, value)),
    ...loadConstant(17, BigInt(number)),
    assemble('ecall'),
  ];
}

/** Instruction words as bytes. */
export function codeBytes(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
  return bytes;
}
