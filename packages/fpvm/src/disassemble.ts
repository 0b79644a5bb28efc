// Instruction words as text, in the form of `objdump -M no-aliases`, from the instruction table. Behind ` # ` stands what
// the machine does where that is not what the ISA says: reserved bits ignored, CSRs that read as 0, refused encodings.
// Syntax: RISC-V Assembly Programmer's Manual (https://github.com/riscv-non-isa/riscv-asm-manual).
import { decode, type DecodedInstruction, revertCodes } from './instructions.js';
import { type Metadata, placeOf } from './metadata.js';

/** ABI names of x0 to x31. */
export const registerNames: readonly string[] =
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(' ');

const MASK64 = (1n << 64n) - 1n;
const FUNCT7 = 0xfe000000;
const AMOUNT_PREFIX = 0xfc000000;

/** Bits that the machine ignores in a row's words although the ISA fixes them to 0. */
const ignoredBits: Readonly<Record<string, number>> = {
  sll: FUNCT7,
  slt: FUNCT7,
  sltu: FUNCT7,
  xor: FUNCT7,
  or: FUNCT7,
  and: FUNCT7,
  sllw: FUNCT7,
  slli: AMOUNT_PREFIX,
  slliw: AMOUNT_PREFIX,
  jalr: 0x7000,
  'lr.w': 0x01f00000,
  'lr.d': 0x01f00000,
  ecall: 0x000f8f80,
};

/** Why a refused encoding is refused. */
const refusals: Readonly<Record<number, string>> = {
  [revertCodes.unknownOpcode]: 'unknown opcode',
  [revertCodes.illegalInstruction]: 'reserved encoding',
  [revertCodes.storeExceeds8Bytes]: 'store of more than 8 bytes',
  [revertCodes.badAtomicSize]: 'atomic operation of neither 4 nor 8 bytes',
  [revertCodes.unknownAtomicOperation]: 'unknown atomic operation',
};

/**
 * The text of an instruction word that stands at `pc`: mnemonic, a blank, operands, and maybe ` # ` and a note. With
 * symbols, targets of branches and JAL are named. Never fails: refused encodings become `.word` with the reason.
 */
export function disassemble(word: number, pc: bigint, symbols?: Metadata): string {
  const decoded = decode(word);
  const { instruction, rd, rs1, rs2, imm } = decoded;
  if (instruction.revert !== undefined) return refused(word, instruction.revert);
  const [d, a, b] = [register(rd), register(rs1), register(rs2)];
  const line = (operands: string) => `${instruction.name} ${operands}${ignored(decoded)}`;
  const target = () => targetOf((pc + BigInt(imm)) & MASK64, symbols);
  switch (instruction.format) {
    case 'r':
      return line(`${d},${a},${b}`);
    case 'i':
      return line(instruction.name === 'jalr' ? `${d},${imm}(${a})` : `${d},${a},${imm}`);
    case 'load':
      return line(`${d},${imm}(${a})`);
    case 'store':
      return line(`${b},${imm}(${a})`);
    case 'branch':
      if (instruction.name !== 'branch.never') return line(`${a},${b},${target()}`);
      return noted(word, `branch with reserved funct3 ${(word >>> 12) & 7}, never taken`);
    case 'u':
      return line(`${d},0x${(word >>> 12).toString(16)}`);
    case 'jal':
      return line(`${d},${target()}`);
    case 'shift64':
    case 'shift32':
      return line(`${d},${a},0x${imm.toString(16)}`);
    case 'amo':
      return atomic(decoded);
    case 'csr':
      return csr(decoded);
    case 'none':
      return withoutOperands(decoded);
  }
}

function register(index: number): string {
  return registerNames[index] ?? `x${index}`;
}

function noted(word: number, note: string): string {
  return `.word 0x${(word >>> 0).toString(16).padStart(8, '0')} # ${note}`;
}

function refused(word: number, code: number): string {
  return noted(word, `refused, revert ${code.toString(16)}: ${refusals[code] ?? 'not an instruction'}`);
}

/** The note on reserved bits that are set, empty if there are none. */
function ignored({ instruction: { name }, word }: DecodedInstruction): string {
  const mask = ignoredBits[name] ?? 0;
  const bits = (word & mask) >>> 0;
  if (bits === 0) return '';
  return ` # reserved bits 0x${bits.toString(16).padStart(8, '0')} ignored`;
}

function targetOf(address: bigint, symbols: Metadata | undefined): string {
  const place = symbols === undefined ? undefined : placeOf(symbols, address);
  return `0x${address.toString(16)}${place === undefined ? '' : ` <${place}>`}`;
}

function atomic(decoded: DecodedInstruction): string {
  const { instruction, word, rd, rs1, rs2 } = decoded;
  if (instruction.name.startsWith('amo.unknown')) return refused(word, revertCodes.unknownAtomicOperation);
  const order = ['', '.rl', '.aq', '.aqrl'][(word >>> 25) & 3] ?? '';
  const value = instruction.name.startsWith('lr.') ? '' : `${register(rs2)},`;
  return `${instruction.name}${order} ${register(rd)},${value}(${register(rs1)})${ignored(decoded)}`;
}

/** No CSR exists: they are numbered here, and the note says so. */
function csr({ word, rd, rs1 }: DecodedInstruction): string {
  const funct3 = (word >>> 12) & 7;
  const name = ['', 'csrrw', 'csrrs', 'csrrc', '', 'csrrwi', 'csrrsi', 'csrrci'][funct3] ?? '';
  const effect = `reads as 0, nothing is written`;
  if (name === '') return noted(word, `system instruction with reserved funct3 4: ${register(rd)} = 0`);
  const source = funct3 > 4 ? String(rs1) : register(rs1);
  return `${name} ${register(rd)},0x${(word >>> 20).toString(16)},${source} # ${effect}`;
}

function withoutOperands(decoded: DecodedInstruction): string {
  const { instruction, word } = decoded;
  switch (instruction.name) {
    case 'ecall':
      return `ecall${ignored(decoded)}`;
    case 'ebreak':
      return word === 0x00100073 ? 'ebreak # does nothing' : noted(word, 'system instruction, does nothing');
    case 'fence':
      return fence(word);
    default:
      return noted(word, 'floating point, skipped');
  }
}

function fence(word: number): string {
  if (word === 0x0000100f) return 'fence.i';
  if (word === 0x8330000f >>> 0) return 'fence.tso';
  if ((word & 0xf00fff80) !== 0) return noted(word, 'fence with reserved bits, does nothing');
  return `fence ${fenceSet(word >>> 24)},${fenceSet(word >>> 20)}`;
}

function fenceSet(bits: number): string {
  const letters = ['i', 'o', 'r', 'w'].filter((_, i) => (bits & (8 >> i)) !== 0).join('');
  return letters === '' ? 'unknown' : letters;
}
