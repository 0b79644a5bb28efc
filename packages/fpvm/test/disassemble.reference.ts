// The disassembler beside GNU objdump, with words that differ for each seed.
//   OBJDUMP=riscv64-linux-gnu-objdump npm run test:reference -- fpvm/disassemble     (SEEDS=FROM-TO; RECORD=FOLDER
//   writes the expectations that `npm test` reads)
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { disassemble } from '../src/disassemble.js';
import { type Disassembled, objdumpText, wordsOfEveryRow } from './disassembly.js';

/** As the formatter leaves it. */
const spaced = ({ word, pc, text }: Disassembled) => `{ "word": "${word}", "pc": "${pc}", "text": "${text}" }`;
const objdump = process.env['OBJDUMP'];
const record = process.env['RECORD'];
const [from = 1, to = 20] = (process.env['SEEDS'] ?? '1-20').split('-').map(Number);

test('text without a note is that of objdump', { skip: objdump === undefined }, () => {
  for (let seed = from; seed <= to; seed++) {
    const words = objdumpText(objdump ?? '', wordsOfEveryRow(record === undefined ? 100 : 8, seed));
    if (record !== undefined) {
      const rows = words.map((row) => `  ${spaced(row)}`).join(',\n');
      return writeFileSync(join(record, 'disassembly.json'), `[\n${rows}\n]\n`);
    }
    for (const { word, pc, text } of words) {
      const ours = disassemble(Number(`0x${word}`), BigInt(`0x${pc}`));
      if (!ours.includes(' # ')) assert.equal(ours, text, `seed ${seed}, word ${word}`);
    }
  }
});
