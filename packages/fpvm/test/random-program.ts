// Guests made at random from the instruction table, the same for the same seed: every row with every field at random,
// ignored bits included; loops, calls, code that overwrites itself, unaligned accesses, accesses across leaves, pages,
// granules and the end of the address space, reservations, system calls, now and then an encoding that reverts.
import { type Instruction, instructions } from '../src/instructions.js';
import { anyWord, assemble, codeBytes, encode, loadConstant } from './assembler.js';
import { writeElf } from './elf-writer.js';
import { oneOf, type Random, randomBytes, randomNumbers, randomValue } from './random-numbers.js';
import { randomSystemCall } from './random-system-calls.js';

const CODE = 0x10000n;
const DATA = 0x2f000n;
/** Words that can be executed anywhere, for code that changes. */
const SPARE = 0x60000n;
/** Two words each, a spare one and the way back: functions that are rewritten while the program runs. */
const FUNCTIONS = 0x70000n;
const SPARES = 32;
/** Registers with a purpose: data pointer, loop counter, and where calls go. Random instructions do not write them. */
const [POINTER, COUNTER, TARGET] = [28, 29, 30];
const EXIT = 93n;

/** An ELF file. Runs to its end or to a revert, `turns` times around: a few hundred steps each. */
export function randomProgram(seed: number, turns = 3 + (seed % 20)): Uint8Array {
  const random = randomNumbers(seed);
  // In some only: what is overwritten is interpreted from then on.
  const rewrites = random(3) === 0;
  const words: number[] = [];
  for (let rd = 1; rd < 32; rd++) words.push(...loadConstant(rd, randomValue(random)));
  words.push(...loadConstant(POINTER, DATA), ...loadConstant(COUNTER, BigInt(turns)));
  const loop = words.length;
  const body = 60 + random(240);
  while (words.length < loop + body) words.push(...randomInstructions(random, rewrites));
  words.push(assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }));
  words.push(assemble('branch.never', { rs1: 1, rs2: 2 }));
  words.push(assemble('beq', { rs1: COUNTER, imm: 8 }));
  words.push(assemble('jal', { imm: 4 * (loop - words.length) }));
  words.push(assemble('addi', { rd: 10, imm: random(3) }), ...loadConstant(17, EXIT), assemble('ecall'));
  const spare = Array.from({ length: SPARES }, () => spareWord(random));
  const functions = spare.flatMap((word) => [word, assemble('jalr', { rs1: TARGET })]);
  return writeElf({
    entry: CODE,
    segments: [
      { address: CODE, bytes: codeBytes(words) },
      { address: DATA, bytes: randomBytes(random, 3000), memorySize: 5000n },
      { address: SPARE, bytes: codeBytes(spare) },
      { address: FUNCTIONS, bytes: codeBytes(functions) },
    ],
    symbols: [{ name: 'main', value: CODE, size: BigInt(4 * words.length) }],
  });
}

/** A register that random instructions may write. */
const target = (random: Random) => oneOf(random, [0, ...Array.from({ length: 27 }, (_, i) => i + 1), 31]);

function randomInstructions(random: Random, rewrites: boolean): number[] {
  const kind = random(100);
  if (kind < 4) return loadConstant(POINTER, random(20) === 0 ? randomValue(random) : randomPlace(random));
  if (kind < 6) return randomSystemCall(random, { buffer: DATA, oracle: false });
  if (kind < 9) return call(random);
  if (kind < 11) return reservation(random);
  if (kind < 13) return rewrites ? rewrite(random) : functionCall(random);
  const chosen = oneOf(random, instructions);
  if (chosen.name === 'ecall') return [];
  // Refused encodings end the run: few programs may have one.
  const refused = chosen.revert !== undefined || chosen.name.startsWith('amo.unknown');
  if (refused && random(100) > 0) return [];
  return plain(chosen, random);
}

/** An address near the end of a leaf, a page, a granule or the address space, or in a page that is executed. */
function randomPlace(random: Random): bigint {
  return oneOf(random, [
    DATA + 20n,
    DATA + 4090n,
    0x2fff8n + BigInt(random(16)),
    0x7f0000ffffffn - BigInt(random(12)),
    CODE + 400n,
    FUNCTIONS + 0x800n + BigInt(random(64)),
    -1n - BigInt(random(40)),
    BigInt(random(40)),
  ]);
}

/** A call a few words on, by a computed address; seldom to an odd one. */
function call(random: Random): number[] {
  const skip = random(3);
  const rd = target(random);
  const offset = 8 + 4 * skip + random(2) + (random(120) === 0 ? 2 : 0);
  return [
    assemble('auipc', { rd: TARGET, imm: 0 }),
    anyWord(rowNamed('jalr'), { rd, rs1: TARGET, imm: offset }, random),
    ...Array.from({ length: skip }, () => assemble('addi', { rd: target(random), rs1: random(32), imm: random(100) })),
  ];
}

/** LR and SC, as a pair or nearly one: another size, another place, a store or a second SC between. */
function reservation(random: Random): number[] {
  const size = () => oneOf(random, ['w', 'd']);
  const one = size();
  const between = [
    [],
    [],
    [assemble('sd', { rs1: TARGET, rs2: random(32) })],
    [assemble('addi', { rd: TARGET, rs1: TARGET, imm: 8 })],
    [assemble(`sc.${size()}`, { rd: target(random), rs1: TARGET, rs2: random(32) })],
  ];
  return [
    assemble('andi', { rd: TARGET, rs1: POINTER, imm: -8 }),
    assemble(`lr.${one}`, { rd: target(random), rs1: TARGET }),
    ...oneOf(random, between),
    assemble(`sc.${random(4) === 0 ? size() : one}`, { rd: target(random), rs1: TARGET, rs2: random(32) }),
  ];
}

/** Now and then overwrites an instruction that follows at once, or one of a function that is called then. */
function rewrite(random: Random): number[] {
  const seldom = oneOf(random, [1, 7, 63, 255]);
  const fence = random(2) === 0 ? [encode(rowNamed('fence'), {}, 0x100f)] : [];
  const value = target(random) || 5;
  const spare = [
    ...loadConstant(TARGET, SPARE + 4n * BigInt(random(SPARES))),
    assemble('lw', { rd: value, rs1: TARGET }),
  ];
  const skip = (words: readonly number[]) => [
    assemble('andi', { rd: TARGET, rs1: COUNTER, imm: seldom }),
    assemble('bne', { rs1: TARGET, imm: 4 + 4 * words.length }),
    ...words,
  ];
  if (random(2) === 0) {
    // The place counts from the AUIPC: that and the store, the fence, and a word or two that run before it
    const before = Array.from({ length: random(3) }, () => spareWord(random));
    const store = [
      ...spare,
      assemble('auipc', { rd: TARGET, imm: 0 }),
      assemble('sw', { rs1: TARGET, rs2: value, imm: 8 + 4 * (fence.length + before.length) }),
    ];
    return [...skip(store), ...fence, ...before, spareWord(random)];
  }
  const called = randomFunction(random);
  const store = [...spare, ...loadConstant(TARGET, called), assemble('sw', { rs1: TARGET, rs2: value }), ...fence];
  return [...skip(store), ...functionCall(random, called)];
}

const randomFunction = (random: Random) => FUNCTIONS + 8n * BigInt(random(SPARES));

function functionCall(random: Random, called = randomFunction(random)): number[] {
  return [...loadConstant(TARGET, called), assemble('jalr', { rd: TARGET, rs1: TARGET })];
}

/** An instruction that neither jumps nor touches memory nor the registers with a purpose. */
function spareWord(random: Random): number {
  const rows = instructions.filter(
    ({ format, name, revert }) =>
      revert === undefined && name !== 'jalr' && ['r', 'i', 'u', 'shift64', 'shift32', 'csr'].includes(format),
  );
  return plain(oneOf(random, rows), random)[0] ?? 0;
}

function rowNamed(name: string): Instruction {
  const found = instructions.find((instruction) => instruction.name === name);
  if (found === undefined) throw new Error(`no instruction ${name}`);
  return found;
}

function plain(row: Instruction, random: Random): number[] {
  const [rd, rs1, rs2] = [target(random), random(32), random(32)];
  switch (row.format) {
    case 'load':
    case 'store':
      return [anyWord(row, { rd, rs1: POINTER, rs2, imm: random(64) - 32 }, random)];
    case 'amo': {
      const aligned = random(40) === 0 ? [] : [assemble('andi', { rd: TARGET, rs1: POINTER, imm: -8 })];
      return [...aligned, anyWord(row, { rd, rs1: TARGET, rs2 }, random)];
    }
    case 'branch':
      // Over one instruction, seldom to an odd place.
      return [anyWord(row, { rs1, rs2, imm: random(80) === 0 ? 6 : 8 }, random), assemble('xori', { rd, rs1, imm: 5 })];
    case 'jal':
      return [anyWord(row, { rd, imm: random(80) === 0 ? 6 : 8 }, random), assemble('xori', { rd, rs1, imm: 5 })];
    case 'i':
      if (row.name === 'jalr') return call(random);
      return [anyWord(row, { rd, rs1, imm: random(4096) - 2048 }, random)];
    default:
      return [anyWord(row, { rd, rs1, rs2, imm: random(2 ** 32) | 0 }, random)];
  }
}
