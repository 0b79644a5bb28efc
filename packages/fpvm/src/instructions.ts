// The one instruction table: RV64IMA as Asterisc executes it, leniencies and reverts included.
// Decoder, interpreter, translator, disassembler, step proofs and tests are all fed from here.
// Encodings: RISC-V Unprivileged ISA, chapter "RV32/64G Instruction Set Listings"; which fields the machine ignores and
// which encodings revert: the reference machine's step function (https://github.com/ethereum-optimism/asterisc).

/** How an instruction's operands are laid out in its 32 bits; `none` has no operands that matter. */
export type InstructionFormat =
  | 'r' // rd, rs1, rs2
  | 'i' // rd, rs1, 12-bit immediate
  | 'load' // rd, 12-bit offset(rs1)
  | 'store' // rs2, 12-bit offset(rs1)
  | 'branch' // rs1, rs2, 13-bit offset
  | 'u' // rd, upper 20 bits
  | 'jal' // rd, 21-bit offset
  | 'shift64' // rd, rs1, 6-bit amount
  | 'shift32' // rd, rs1, 5-bit amount
  | 'amo' // rd, rs2, (rs1)
  | 'csr' // rd
  | 'none';

/** One row: an instruction word `w` is this instruction when `(w & mask) === match` and no earlier row fits. */
export interface Instruction {
  readonly name: string;
  readonly mask: number;
  readonly match: number;
  readonly format: InstructionFormat;
  /** Bytes that a load, store or atomic touches. */
  readonly size?: 1 | 2 | 4 | 8;
  /** The encoding is refused: executing it ends the run with this code. */
  readonly revert?: number;
}

/** Codes with which the machine reverts, as the reference numbers them. */
export const revertCodes = {
  unrecognizedResource: 0xf0012,
  unknownAtomicOperation: 0xf001a70,
  unknownOpcode: 0xf001c0de,
  invalidSyscall: 0xf001ca11,
  notAligned: 0xbad10ad0,
  storeExceeds8Bytes: 0xbad512e8,
  unexpectedRightProof: 0xbad22220,
  illegalInstruction: 0xbadc0de,
  badAtomicSize: 0xbada70,
  preimageUnreadable: 0xbadf00d0,
} as const;

const OPCODE = 0x7f;
const FUNCT3 = 0x707f;
const FUNCT7 = 0xfe00707f;
/** SRLI and SRAI carry a 6-bit amount: only the upper six bits tell them apart. */
const FUNCT6 = 0xfc00707f;
const FUNCT5 = 0xf800707f;

const row = (name: string, mask: number, match: number, format: InstructionFormat): Instruction => ({
  name,
  mask: mask >>> 0,
  match: match >>> 0,
  format,
});
const sized = (name: string, match: number, format: InstructionFormat, size: 1 | 2 | 4 | 8): Instruction => ({
  ...row(name, FUNCT3, match, format),
  size,
});
const refused = (name: string, mask: number, match: number, revert: number): Instruction => ({
  ...row(name, mask, match, 'none'),
  revert,
});
/** An R-type row: opcode, funct3, funct7. */
const register = (name: string, opcode: number, funct3: number, funct7: number): Instruction =>
  row(name, FUNCT7, (funct7 << 25) | (funct3 << 12) | opcode, 'r');

/** funct5 of each atomic operation, "A" extension. */
const atomicOperations = {
  lr: 0x02,
  sc: 0x03,
  amoswap: 0x01,
  amoadd: 0x00,
  amoxor: 0x04,
  amoand: 0x0c,
  amoor: 0x08,
  amomin: 0x10,
  amomax: 0x14,
  amominu: 0x18,
  amomaxu: 0x1c,
};

const atomics = ([4, 8] as const).flatMap((size): Instruction[] => {
  const funct3 = size === 4 ? 2 : 3;
  const suffix = size === 4 ? 'w' : 'd';
  const match = (funct5: number) => ((funct5 << 27) | (funct3 << 12) | 0x2f) >>> 0;
  return [
    ...Object.entries(atomicOperations).map(([name, funct5]) => ({
      ...row(`${name}.${suffix}`, FUNCT5, match(funct5), 'amo'),
      size,
    })),
    // Refused only once its address has turned out to be aligned, hence an instruction and not a refused encoding.
    { ...row(`amo.unknown.${suffix}`, FUNCT3, match(0), 'amo'), size },
  ];
});

/** The table, in order of precedence. The last row takes every word. */
export const instructions: readonly Instruction[] = [
  // RV64I: loads and stores
  sized('lb', 0x0003, 'load', 1),
  sized('lh', 0x1003, 'load', 2),
  sized('lw', 0x2003, 'load', 4),
  sized('ld', 0x3003, 'load', 8),
  sized('lbu', 0x4003, 'load', 1),
  sized('lhu', 0x5003, 'load', 2),
  sized('lwu', 0x6003, 'load', 4),
  refused('load.reserved', OPCODE, 0x0003, revertCodes.illegalInstruction),
  sized('sb', 0x0023, 'store', 1),
  sized('sh', 0x1023, 'store', 2),
  sized('sw', 0x2023, 'store', 4),
  sized('sd', 0x3023, 'store', 8),
  refused('store.reserved', OPCODE, 0x0023, revertCodes.storeExceeds8Bytes),
  // RV64I: control transfer
  row('beq', FUNCT3, 0x0063, 'branch'),
  row('bne', FUNCT3, 0x1063, 'branch'),
  row('blt', FUNCT3, 0x4063, 'branch'),
  row('bge', FUNCT3, 0x5063, 'branch'),
  row('bltu', FUNCT3, 0x6063, 'branch'),
  row('bgeu', FUNCT3, 0x7063, 'branch'),
  row('branch.never', OPCODE, 0x0063, 'branch'), // funct3 2 and 3
  row('jal', OPCODE, 0x006f, 'jal'),
  row('jalr', OPCODE, 0x0067, 'i'), // any funct3
  // RV64I: immediates
  row('addi', FUNCT3, 0x0013, 'i'),
  row('slli', FUNCT3, 0x1013, 'shift64'), // upper immediate bits ignored
  row('slti', FUNCT3, 0x2013, 'i'),
  row('sltiu', FUNCT3, 0x3013, 'i'),
  row('xori', FUNCT3, 0x4013, 'i'),
  row('srli', FUNCT6, 0x00005013, 'shift64'),
  row('srai', FUNCT6, 0x40005013, 'shift64'),
  row('ori', FUNCT3, 0x6013, 'i'),
  row('andi', FUNCT3, 0x7013, 'i'),
  refused('shift.reserved', OPCODE, 0x0013, revertCodes.illegalInstruction),
  row('addiw', FUNCT3, 0x001b, 'i'),
  row('slliw', FUNCT3 | (1 << 25), 0x101b, 'shift32'), // upper immediate bits but bit 5 ignored
  row('srliw', FUNCT7, 0x0000501b, 'shift32'),
  row('sraiw', FUNCT7, 0x4000501b, 'shift32'),
  refused('immediate32.reserved', OPCODE, 0x001b, revertCodes.illegalInstruction),
  row('lui', OPCODE, 0x0037, 'u'),
  row('auipc', OPCODE, 0x0017, 'u'),
  // "M" extension, before the base rows that ignore funct7
  register('mul', 0x33, 0, 1),
  register('mulh', 0x33, 1, 1),
  register('mulhsu', 0x33, 2, 1),
  register('mulhu', 0x33, 3, 1),
  register('div', 0x33, 4, 1),
  register('divu', 0x33, 5, 1),
  register('rem', 0x33, 6, 1),
  register('remu', 0x33, 7, 1),
  register('mulw', 0x3b, 0, 1),
  refused('multiply32.reserved1', FUNCT7, 0x0200103b, revertCodes.illegalInstruction),
  refused('multiply32.reserved2', FUNCT7, 0x0200203b, revertCodes.illegalInstruction),
  refused('multiply32.reserved3', FUNCT7, 0x0200303b, revertCodes.illegalInstruction),
  register('divw', 0x3b, 4, 1),
  register('divuw', 0x3b, 5, 1),
  register('remw', 0x3b, 6, 1),
  register('remuw', 0x3b, 7, 1),
  // RV64I: registers
  register('add', 0x33, 0, 0x00),
  register('sub', 0x33, 0, 0x20),
  row('sll', FUNCT3, 0x1033, 'r'), // funct7 ignored, here and below where the mask lacks it
  row('slt', FUNCT3, 0x2033, 'r'),
  row('sltu', FUNCT3, 0x3033, 'r'),
  row('xor', FUNCT3, 0x4033, 'r'),
  register('srl', 0x33, 5, 0x00),
  register('sra', 0x33, 5, 0x20),
  row('or', FUNCT3, 0x6033, 'r'),
  row('and', FUNCT3, 0x7033, 'r'),
  refused('register.reserved', OPCODE, 0x0033, revertCodes.illegalInstruction),
  register('addw', 0x3b, 0, 0x00),
  register('subw', 0x3b, 0, 0x20),
  row('sllw', FUNCT3, 0x103b, 'r'),
  register('srlw', 0x3b, 5, 0x00),
  register('sraw', 0x3b, 5, 0x20),
  refused('register32.reserved', OPCODE, 0x003b, revertCodes.illegalInstruction),
  // Environment
  row('ecall', 0xfff0707f, 0x0073, 'none'), // any rd, rs1
  row('ebreak', FUNCT3, 0x0073, 'none'), // every other funct3 0: ignored
  row('csr', OPCODE, 0x0073, 'csr'), // reads as 0
  row('fence', OPCODE, 0x000f, 'none'),
  // Floating point is skipped: enough for the Go runtime's checks
  row('float.load', OPCODE, 0x0007, 'none'),
  row('float.store', OPCODE, 0x0027, 'none'),
  row('float.op', OPCODE, 0x0053, 'none'),
  // "A" extension
  ...atomics,
  refused('amo.reserved', OPCODE, 0x002f, revertCodes.badAtomicSize),
  // Every other word
  refused('unknown', 0, 0, revertCodes.unknownOpcode),
];

/**
 * Operation number of every word whose low bits are 11, by opcode bits 2–6, funct3 and funct7; ECALL's for all words of
 * its funct3, since bits 20–24 are left out.
 */
export const operationTable: Uint8Array = makeOperationTable();

function makeOperationTable(): Uint8Array {
  const table = new Uint8Array(1 << 15).fill(instructions.length);
  // Row by row, each over its opcode's words only: word by word took 30 ms of every start.
  for (let number = instructions.length - 1; number > 0; number--) {
    const { mask, match } = rowOf(number);
    const opcode = (match & OPCODE) >> 2;
    for (let key = opcode << 10; key < (opcode + 1) << 10; key++) {
      const word = ((key & 127) << 25) | (((key >> 7) & 7) << 12) | (opcode << 2) | 3;
      if ((word & mask) >>> 0 === match) table[key] = number;
    }
  }
  return table;
}

const last = rowOf(instructions.length);
const ecall = rowOf(1 + instructions.findIndex(({ name }) => name === 'ecall'));
const ebreak = rowOf(1 + instructions.findIndex(({ name }) => name === 'ebreak'));

function rowOf(operation: number): Instruction {
  const found = instructions[operation - 1];
  if (found === undefined) throw new Error(`the instruction table has no row ${operation}`);
  return found;
}

/** The row of an instruction word (32 bits, as fetched little endian). */
export function instructionOf(word: number): Instruction {
  if ((word & 3) !== 3) return last;
  const key = (((word >>> 2) & 31) << 10) | (((word >>> 12) & 7) << 7) | (word >>> 25);
  const found = rowOf(operationTable[key] ?? 0);
  return found === ecall && word >>> 20 !== 0 ? ebreak : found;
}

/** An instruction word with its fields. `imm` is the format's immediate, sign-extended; 0 where there is none. */
export interface DecodedInstruction {
  readonly instruction: Instruction;
  readonly word: number;
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly imm: number;
}

/** Decodes one instruction word; never fails (refused encodings have `instruction.revert`). */
export function decode(word: number): DecodedInstruction {
  const instruction = instructionOf(word);
  const [rd, rs1, rs2] = [(word >>> 7) & 31, (word >>> 15) & 31, (word >>> 20) & 31];
  const imm = immediateOf(instruction.format, word);
  return { instruction, word: word >>> 0, rd, rs1, rs2, imm };
}

function immediateOf(format: InstructionFormat, word: number): number {
  switch (format) {
    case 'i':
    case 'load':
      return word >> 20;
    case 'store':
      return ((word >> 25) << 5) | ((word >>> 7) & 31);
    case 'branch':
      return (
        ((word >> 31) << 12) | (((word >>> 7) & 1) << 11) | (((word >>> 25) & 63) << 5) | (((word >>> 8) & 15) << 1)
      );
    case 'u':
      return word & ~0xfff;
    case 'jal':
      return (
        ((word >> 31) << 20) |
        (((word >>> 12) & 255) << 12) |
        (((word >>> 20) & 1) << 11) |
        (((word >>> 21) & 1023) << 1)
      );
    case 'shift64':
      return (word >>> 20) & 63;
    case 'shift32':
      return (word >>> 20) & 31;
    default:
      return 0;
  }
}

/** Number under which the engines know a row: its place in the table, from 1; 0 means "not decoded yet". */
export function operationNumber(instruction: Instruction): number {
  return instructions.indexOf(instruction) + 1;
}
