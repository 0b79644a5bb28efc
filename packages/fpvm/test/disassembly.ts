// What objdump says of instruction words, for comparison and for recording expectations.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Instruction, instructions } from '../src/instructions.js';
import { codeBytes } from './assembler.js';
import { randomNumbers } from './random-numbers.js';

/** An instruction word, the address that it stands at, and objdump's text without its remarks. */
export interface Disassembled {
  readonly word: string;
  readonly pc: string;
  readonly text: string;
}

/** Words of every row but those that objdump takes for longer or shorter instructions; the same for the same seed. */
export function wordsOfEveryRow(perRow: number, seed: number): number[] {
  const random = randomNumbers(seed);
  const fourBytes = (word: number) => (word & 3) === 3 && (word & 0x1c) !== 0x1c;
  const wordOf = ({ mask, match }: Instruction) => ((random(2 ** 32) & ~mask) | match) >>> 0;
  return instructions.flatMap((row) => Array.from({ length: perRow }, () => wordOf(row)).filter(fourBytes));
}

/** Runs objdump (its path) over words that stand one after the other from address 0. */
export function objdumpText(objdump: string, words: readonly number[]): Disassembled[] {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-objdump-'));
  try {
    const file = join(folder, 'words.bin');
    writeFileSync(file, codeBytes(words));
    const args = ['-D', '-b', 'binary', '-m', 'riscv:rv64', '-M', 'no-aliases', file];
    const listing = execFileSync(objdump, args, { encoding: 'utf8' });
    return [...listing.matchAll(/^ *([0-9a-f]+):\t([0-9a-f]{8}) *\t(.*)$/gm)].map(
      ([, pc = '', word = '', text = '']) => ({
        word,
        pc,
        text: text.replace(/\s*#.*$/, '').replace('\t', ' '),
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
