// Guests made at random from the instruction table, the same for the same seed: every row with every field at random,
// loops, calls, unaligned and leaf-, page- and granule-crossing accesses, atomics, system calls, stores into the code,
// now and then an encoding that reverts.
import { type Instruction, instructions } from '../src/instructions.js';
import { assemble, codeBytes, encode, loadConstant } from './assembler.js';
import { writeElf } from './elf-writer.js';

const CODE = 0x10000n;
const DATA = 0x2f000n;
/** Registers with a purpose: data pointer, loop counter, and where calls go. Random instructions do not write them. */
const [POINTER, COUNTER, TARGET] = [28, 29, 30];
const EXIT = 93n;

/** Numbers from a seed: xorshift32. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** An ELF file. Runs to its end or to a revert, `turns` times around: a few hundred steps each. */
export function randomProgram(seed: number, turns = 3 + (seed % 20)): Uint8Array {
  const random = randomNumbers(seed);
  const edges = [0n, 1n, -1n, 2n, 31n, 63n, 0x7fffffffn, -0x80000000n, 1n << 63n, (1n << 63n) - 1n, 0xffffffffn];
  const value = () => edges[random(2 * edges.length)] ?? (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
  const words: number[] = [];
  for (let rd = 1; rd < 32; rd++) words.push(...loadConstant(rd, value()));
  words.push(...loadConstant(POINTER, DATA), ...loadConstant(COUNTER, BigInt(turns)));
  const loop = words.length;
  const body = 60 + random(240);
  while (words.length < loop + body) words.push(...randomInstructions(random, value));
  words.push(assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }));
  words.push(assemble('branch.never', { rs1: 1, rs2: 2 }));
  words.push(assemble('beq', { rs1: COUNTER, imm: 8 }));
  words.push(assemble('jal', { imm: 4 * (loop - words.length) }));
  words.push(assemble('addi', { rd: 10, imm: random(3) }), ...loadConstant(17, EXIT), assemble('ecall'));
  return writeElf({
    entry: CODE,
    segments: [
      { address: CODE, bytes: codeBytes(words) },
      { address: DATA, bytes: Uint8Array.from({ length: 3000 }, () => random(256)), memorySize: 5000n },
    ],
    symbols: [{ name: 'main', value: CODE, size: BigInt(4 * words.length) }],
  });
}

/** Programs by seed, with the step to stop at: short ones, and long ones that are hot enough to be translated. */
export const families = [
  {
    name: 'short random programs',
    file: 'random-programs.json',
    program: (seed: number) => ({ elf: randomProgram(seed), limit: BigInt(50 + ((seed * 7919) % 6000)) }),
  },
  {
    name: 'long random programs',
    file: 'long-random-programs.json',
    program: (seed: number) => ({ elf: randomProgram(seed, 1500), limit: BigInt(30_000 + ((seed * 7919) % 300_000)) }),
  },
] as const;

/** System calls that need no oracle. */
const calls = [214, 222, 63, 64, 25, 56, 113, 220, 163, 98, 4, 281];

function randomInstructions(random: (below: number) => number, value: () => bigint): number[] {
  const register = () => random(32);
  const target = () => [0, ...Array.from({ length: 27 }, (_, i) => i + 1), 31][random(29)] ?? 0;
  const kind = random(100);
  if (kind < 4) {
    // Near the end of a leaf, a page or a granule, or anywhere
    const places = [
      DATA + 20n,
      DATA + 4090n,
      0x2fff8n + BigInt(random(16)),
      0x7f0000ffffffn - BigInt(random(12)),
      CODE + 400n,
    ];
    return loadConstant(POINTER, random(20) === 0 ? value() : (places[random(places.length)] ?? DATA));
  }
  if (kind < 6) {
    const number = calls[random(calls.length)] ?? 98;
    const descriptor = BigInt(random(8));
    return [
      ...loadConstant(10, number === 163 ? 7n : descriptor === 5n ? 1n : descriptor),
      ...loadConstant(11, DATA + BigInt(random(4000))),
      ...loadConstant(12, BigInt(random(80))),
      ...loadConstant(17, BigInt(number)),
      assemble('ecall'),
    ];
  }
  if (kind < 9) {
    // A call a few words on, by a computed address.
    const skip = random(3);
    return [
      assemble('auipc', { rd: TARGET, imm: 0 }),
      assemble('jalr', { rd: target(), rs1: TARGET, imm: 8 + 4 * skip + random(2) }),
      ...Array.from({ length: skip }, () => assemble('addi', { rd: target(), rs1: register(), imm: random(100) })),
    ];
  }
  const row = instructions[random(instructions.length - 1)];
  if (row === undefined || row.name === 'ecall') return [];
  // Refused encodings end the run: few programs may have one.
  if (row.revert !== undefined || row.name.startsWith('amo.unknown'))
    return random(60) === 0 ? [encode(row, {}, random(2 ** 32))] : [];
  return plain(row, random, { rd: target(), rs1: register(), rs2: register() });
}

function plain(
  row: Instruction,
  random: (below: number) => number,
  { rd, rs1, rs2 }: { rd: number; rs1: number; rs2: number },
): number[] {
  switch (row.format) {
    case 'load':
    case 'store':
      return [encode(row, { rd, rs1: POINTER, rs2, imm: random(64) - 32 })];
    case 'amo': {
      const aligned = random(40) === 0 ? [] : [assemble('andi', { rd: TARGET, rs1: POINTER, imm: -8 })];
      return [...aligned, encode(row, { rd, rs1: TARGET, rs2 })];
    }
    case 'branch':
      // Over one instruction, seldom to an odd place.
      return [encode(row, { rs1, rs2, imm: random(80) === 0 ? 6 : 8 }), assemble('xori', { rd, rs1, imm: 5 })];
    case 'jal':
      return [encode(row, { rd, imm: 8 }), assemble('xori', { rd, rs1, imm: 5 })];
    case 'i':
      if (row.name === 'jalr') return [];
      return [encode(row, { rd, rs1, imm: random(4096) - 2048 })];
    default:
      return [encode(row, { rd, rs1, rs2, imm: random(2 ** 32) | 0 }, random(2 ** 32) & ~0xf80)];
  }
}
