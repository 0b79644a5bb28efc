// System calls made at random, the same for the same seed: every number of the table and others, arguments on every
// edge that the machine looks at.
import { systemCalls } from '../src/system-calls.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { hashedValues, hashKey } from './deterministic-oracle.js';
import { writeElf } from './elf-writer.js';
import { oneOf, type Random, randomBytes, randomNumbers, randomValue } from './random-numbers.js';

const [READ, WRITE, FCNTL, MMAP, GETRLIMIT, EXIT] = [63, 64, 25, 222, 163, 93];
const CODE = 0x10000n;
const KEYS = 0x80000n;
const HINTS = 0x90000n;

interface Surroundings {
  /** Where most calls read and write: two pages. */
  readonly buffer: bigint;
  /** Whether there is anybody to answer reads of pre-images. */
  readonly oracle: boolean;
}

/** The words of one call. Of the calls that end a run there are few: one in some two hundred. */
export function randomSystemCall(random: Random, { buffer, oracle }: Surroundings): number[] {
  const { number, ends } = randomNumber(random);
  const address =
    random(8) === 0 ? randomValue(random) : buffer + BigInt(oneOf(random, [0, 8, 31, 4080])) + BigInt(random(40));
  const wrapping = random(12) === 0 ? -1n - BigInt(random(40)) : address;
  const count = BigInt(oneOf(random, [0, 1, 8, 31, 32, 33, 100]) + random(4));
  const argumentsOf: Record<number, () => bigint[]> = {
    [READ]: () => [descriptor(random, oracle ? [] : [5n]), wrapping, random(10) === 0 ? randomValue(random) : count],
    [WRITE]: () => {
      const to = descriptor(random, oracle ? [] : [4n]);
      // Only the last of these takes a count of any size: the others hand on that many bytes
      return [to, wrapping, random(10) === 0 && (to > 4n || to === 3n) ? randomValue(random) : count];
    },
    [FCNTL]: () => [descriptor(random), oneOf(random, [1n, 3n, 1n, 3n, 0n, 2n, 4n, randomValue(random)])],
    [MMAP]: () => [
      oneOf(random, [0n, 0n, buffer, randomValue(random)]),
      oneOf(random, [0n, 1n, 4095n, 4096n, 4097n, 1n << 40n, randomValue(random)]),
      BigInt(random(8)),
      oneOf(random, [0x22n, 0x20n, 0x02n, randomValue(random)]),
      oneOf(random, [-1n, -1n, -1n, 0n, 0xffffffffn, randomValue(random)]),
    ],
    [GETRLIMIT]: () => [ends ? oneOf(random, [0n, 6n, 8n, -1n, randomValue(random)]) : 7n, wrapping],
    113: () => [randomValue(random), wrapping],
  };
  const values = argumentsOf[number]?.() ?? Array.from({ length: 6 }, () => randomValue(random));
  return systemCall(number, ...values);
}

function descriptor(random: Random, but: readonly bigint[] = []): bigint {
  const chosen = oneOf(random, [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, randomValue(random)]);
  return but.includes(chosen) ? 3n : chosen;
}

function randomNumber(random: Random): { number: number; ends: boolean } {
  const ends = random(200) === 0;
  const refused = ['prlimit64', 'futex', 'nanosleep', 'exit', 'exit_group'];
  const known = systemCalls.filter(({ name }) => refused.includes(name) === ends).map(({ number }) => number);
  if (ends) return { number: oneOf(random, [...known, GETRLIMIT]), ends };
  return { number: random(4) === 0 ? unknownNumber(random) : oneOf(random, known), ends };
}

function unknownNumber(random: Random): number {
  const number = oneOf(random, [0, 98, 4, 281, 178, 124, 134, 135, 172, 233, 278, 260, random(500), random(2 ** 31)]);
  return systemCalls.some((call) => call.number === number) ? 0 : number;
}

/** A program of system calls, pre-images and hints among them: some hundred calls, then its exit. */
export function systemCallProgram(seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const buffer = 0xa0000n;
  const calls = 60 + random(120);
  const hints = hintStream(random);
  let hinted = 0;
  const words: number[] = [];
  for (let i = 0; i < calls; i++) {
    const kind = random(10);
    if (kind < 2) words.push(...readPreimage(random, buffer));
    else if (kind < 4) {
      const length = Math.min(1 + random(oneOf(random, [4, 40, 200])), hints.length - hinted);
      words.push(...systemCall(WRITE, 4n, HINTS + BigInt(hinted), BigInt(length)));
      hinted += length;
    } else words.push(...randomSystemCall(random, { buffer, oracle: false }));
    // Results stay in memory, so that each is in the state hash of the end.
    words.push(...loadConstant(5, buffer + 0x1800n + 16n * BigInt(i % 100)));
    words.push(assemble('sd', { rs1: 5, rs2: 10 }), assemble('sd', { rs1: 5, rs2: 11, imm: 8 }));
  }
  words.push(...systemCall(EXIT, BigInt(random(400))));
  return writeElf({
    entry: CODE,
    segments: [
      { address: CODE, bytes: codeBytes(words) },
      { address: KEYS, bytes: randomKeys(random) },
      { address: HINTS, bytes: hints },
      { address: buffer, bytes: randomBytes(random, 0x2000) },
    ],
    symbols: [],
  });
}

const KEY_COUNT = 16;

/** Keys of every type, half of them hashes of what they stand for. */
function randomKeys(random: Random): Uint8Array {
  return Buffer.concat(
    Array.from({ length: KEY_COUNT }, (_, i) =>
      i % 2 === 0
        ? hashKey(random(2) === 0 ? 2 : 4, oneOf(random, hashedValues))
        : Uint8Array.from([1 + random(7), ...randomBytes(random, 31)]),
    ),
  );
}

/** Writes a key, whole or in pieces or a bit of one, and reads its pre-image: to its end, not beyond, or nearly so. */
function readPreimage(random: Random, buffer: bigint): number[] {
  const words: number[] = [];
  const key = KEYS + 32n * BigInt(random(KEY_COUNT));
  const pieces = oneOf(random, [[32], [32], [32], [8, 24], [1, 30, 1], [5, 40, 3]]);
  let at = 0;
  for (const size of pieces) {
    words.push(...systemCall(WRITE, 6n, key + BigInt(at), BigInt(size)));
    at = Math.min(32, at + size);
  }
  const to = buffer + BigInt(random(0x1000));
  if (random(3) === 0) return [...words, ...systemCall(READ, 5n, to, BigInt(random(9)))];
  return [...words, ...readToTheEnd(random, to & ~7n), ...(random(120) === 0 ? systemCall(READ, 5n, to, 8n) : [])];
}

/** Reads the length, then all that follows, in steps of one size to an address that moves on by each step and a bit. */
function readToTheEnd(random: Random, to: bigint): number[] {
  const [left, next, low] = [6, 7, 9];
  const loop = [
    assemble('addi', { rd: 10, imm: 5 }),
    assemble('addi', { rd: 11, rs1: next }),
    assemble('addi', { rd: 12, imm: 1 + random(60) }),
    assemble('ecall'),
    assemble('sub', { rd: left, rs1: left, rs2: 10 }),
    assemble('add', { rd: next, rs1: next, rs2: 10 }),
    assemble('addi', { rd: next, rs1: next, imm: random(3) }),
  ];
  return [
    ...systemCall(READ, 5n, to, 8n),
    ...loadConstant(next, to),
    assemble('lbu', { rd: left, rs1: next, imm: 6 }),
    assemble('lbu', { rd: low, rs1: next, imm: 7 }),
    assemble('slli', { rd: left, rs1: left, imm: 8 }),
    assemble('or', { rd: left, rs1: left, rs2: low }),
    assemble('beq', { rs1: left, imm: 4 * (loop.length + 2) }),
    ...loop,
    assemble('jal', { imm: -4 * (loop.length + 1) }),
  ];
}

/** Whole hints one after the other, of every length, the last one cut. */
function hintStream(random: Random): Uint8Array {
  const hints = Array.from({ length: 40 }, () => {
    const text = `hint-${random(1000)} ${'0123456789abcdef'.repeat(random(12))}`.slice(0, random(150));
    const bytes = new Uint8Array(4 + text.length);
    new DataView(bytes.buffer).setUint32(0, text.length);
    bytes.set(Buffer.from(text), 4);
    return bytes;
  });
  return Buffer.concat(hints);
}
