// Small guests for the command's tests, as ELF files: instruction words by hand.
const [X0, A0, A1, A2, A7, T0] = [0, 10, 11, 12, 17, 5];

const addi = (rd: number, rs1: number, imm: number) => ((imm << 20) | (rs1 << 15) | (rd << 7) | 0x13) >>> 0;
const lui = (rd: number, value: number) => ((value & ~0xfff) | (rd << 7) | 0x37) >>> 0;
const ECALL = 0x73;
const JUMP_TO_SELF = 0x6f;
const CODE = 0x10000;
const DATA = 0x11000;

/** A system call whose second argument is `DATA + offset`. */
const call = (number: number, a0: number, offset: number, a2: number) => [
  addi(A0, X0, a0),
  lui(A1, DATA),
  addi(A1, A1, offset),
  addi(A2, X0, a2),
  addi(A7, X0, number),
  ECALL,
];
const exit = (code: number) => [addi(A0, X0, code), addi(A7, X0, 93), ECALL];

/** Prints "hello\n" and exits with the code. */
export const greeter = (code: number) => elf([...call(64, 1, 0, 6), ...exit(code)]);

/** Sends the hint "greet 0x00", reads the pre-image of its key `reads` times 8 bytes, and exits with 0. */
export const reader = (reads: number) =>
  elf([
    ...call(64, 4, 64, 14),
    ...call(64, 6, 32, 32),
    ...Array.from({ length: reads }, () => call(63, 5, 256, 8)).flat(),
    ...exit(0),
  ]);

/** Asks for two pre-images, one after the other. */
export const twoReader = () =>
  elf([...call(64, 6, 32, 32), ...call(63, 5, 256, 8), ...call(64, 6, 31, 32), ...call(63, 5, 256, 8), ...exit(0)]);

/** Runs for ever. */
export const spinner = () => elf([addi(T0, X0, 1), JUMP_TO_SELF]);

/** Reverts: the instruction word 0. */
export const broken = () => elf([addi(T0, X0, 1), 0]);

function elf(words: readonly number[]): Uint8Array {
  const [header, segment, section] = [64, 56, 64];
  const size = 0x2000;
  const sections = header + segment + size;
  const file = Buffer.alloc(sections + 3 * section + 24 + 1);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(243, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(CODE), 24);
  file.writeBigUInt64LE(BigInt(header), 32);
  file.writeBigUInt64LE(BigInt(sections), 40);
  [header, segment, 1, section, 3].forEach((value, i) => file.writeUInt16LE(value, 52 + 2 * i));
  file.writeUInt32LE(1, header);
  const bytes = [header + segment, CODE, CODE, size, size];
  bytes.forEach((value, i) => file.writeBigUInt64LE(BigInt(value), header + 8 + 8 * i));
  words.forEach((word, i) => file.writeUInt32LE(word, header + segment + 4 * i));
  const data = header + segment + DATA - CODE;
  file.write('hello\n', data);
  // A local key (type 1) that ends in 7.
  file[data + 32] = 1;
  file[data + 63] = 7;
  file.write('\0\0\0\x0agreet 0x00', data + 64, 'latin1');
  // An empty symbol table: section 1, its names: section 2.
  const tables = sections + 3 * section;
  file.writeUInt32LE(2, sections + section + 4);
  [tables, 24].forEach((value, i) => file.writeBigUInt64LE(BigInt(value), sections + section + 24 + 8 * i));
  file.writeUInt32LE(2, sections + section + 40);
  file.writeUInt32LE(3, sections + 2 * section + 4);
  [tables + 24, 1].forEach((value, i) => file.writeBigUInt64LE(BigInt(value), sections + 2 * section + 24 + 8 * i));
  return file;
}
