// A guest that reads and writes all over the place: more memory than a small limit leaves room for.
import { assemble, codeBytes, loadConstant } from './assembler.js';
import { writeElf } from './elf-writer.js';

const CODE = 0x10000n;
const DATA = 0x4000_0000n;
/** Constant addresses: translated code has those in granules of their own. */
const CONSTANT = 0x3000_0000n;
const FUNCTIONS = [0x100000n, 0x120000n, 0x140000n];
const [RANDOM, POINTER, VALUE, MULTIPLIER, COUNTER, TARGET, BASE, MASK] = [5, 6, 7, 8, 9, 28, 29, 30];

/**
 * Each turn, at a random place in `span` bytes (a power of two): loads and stores, aligned or not, crossing pages and
 * granules, an atomic, a system call that writes, a call to code in another granule, and a store to a constant address.
 */
export function hungryGuest(span: bigint, turns: bigint): Uint8Array {
  const body = [
    assemble('mul', { rd: RANDOM, rs1: RANDOM, rs2: MULTIPLIER }),
    assemble('addi', { rd: RANDOM, rs1: RANDOM, imm: 1 }),
    assemble('srli', { rd: POINTER, rs1: RANDOM, imm: 24 }),
    assemble('and', { rd: POINTER, rs1: POINTER, rs2: MASK }),
    assemble('add', { rd: POINTER, rs1: POINTER, rs2: BASE }),
    assemble('ld', { rd: VALUE, rs1: POINTER, imm: -3 }),
    assemble('add', { rd: VALUE, rs1: VALUE, rs2: RANDOM }),
    assemble('sd', { rs1: POINTER, rs2: VALUE, imm: 5 }),
    assemble('sh', { rs1: POINTER, rs2: VALUE, imm: 2000 }),
    assemble('andi', { rd: POINTER, rs1: POINTER, imm: -8 }),
    assemble('amoadd.d', { rd: VALUE, rs1: POINTER, rs2: RANDOM }),
    assemble('xor', { rd: RANDOM, rs1: RANDOM, rs2: VALUE }),
    // clock_gettime
    assemble('addi', { rd: 11, rs1: POINTER, imm: 64 }),
    ...loadConstant(17, 113n),
    assemble('ecall'),
    ...FUNCTIONS.flatMap((address) => [
      ...loadConstant(TARGET, address),
      assemble('jalr', { rd: 1, rs1: TARGET, imm: 0 }),
    ]),
    ...loadConstant(TARGET, CONSTANT),
    assemble('sd', { rs1: TARGET, rs2: RANDOM, imm: 16 }),
    assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }),
    assemble('beq', { rs1: COUNTER, imm: 8 }),
  ];
  const words = [
    ...loadConstant(MULTIPLIER, 6364136223846793005n),
    ...loadConstant(COUNTER, turns),
    ...loadConstant(BASE, DATA),
    ...loadConstant(MASK, span - 1n),
    ...body,
    assemble('jal', { imm: -4 * body.length }),
    ...loadConstant(17, 93n),
    assemble('ecall'),
  ];
  const back = codeBytes([assemble('addi', { rd: RANDOM, rs1: RANDOM, imm: 7 }), assemble('jalr', { rs1: 1 })]);
  return writeElf({
    entry: CODE,
    segments: [
      { address: CODE, bytes: codeBytes(words) },
      ...FUNCTIONS.map((address) => ({ address, bytes: back })),
      { address: CONSTANT, bytes: new Uint8Array(64) },
    ],
    symbols: [],
  });
}
