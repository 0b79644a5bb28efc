import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Engine } from '../src/engine.js';
import { Pager } from '../src/paging/pager.js';
import { decode, instructions, operationNumber, revertCodes } from '../src/instructions.js';

const packageRoot = new URL('../../', import.meta.url);

test('the interpreter numbers its operations as the instruction table does', () => {
  const source = readFileSync(new URL('assembly/interpreter/operations.ts', packageRoot), 'utf8');
  const [operations = ''] = source.split('enum Format');
  const numbers = new Map([...operations.matchAll(/^ {2}(\w+) = (\d+),$/gm)].map(([, name, n]) => [name, Number(n)]));
  const named = instructions.filter(
    ({ format, revert }) => revert === undefined && format !== 'amo' && format !== 'none',
  );
  for (const instruction of named) {
    const name = instruction.name.replace(/(^|\.)(.)/g, (_, _dot, letter: string) => letter.toUpperCase());
    assert.equal(numbers.get(name), operationNumber(instruction), instruction.name);
  }
});

test('every word is the first row that it fits', () => {
  let seed = 99;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
  for (let i = 0; i < 100_000; i++) {
    const row = instructions[random() % instructions.length];
    const word = i % 2 === 0 || row === undefined ? random() : ((random() & ~row.mask) | row.match) >>> 0;
    const expected = instructions.find(({ mask, match }) => (word & mask) >>> 0 === match);
    assert.equal(decode(word).instruction, expected, word.toString(16));
  }
});

test('every word decodes alike in the table and in the engine', () => {
  const engine = new Engine({
    ...new Pager().calls,
    systemCall: () => 0,
    install: () => {},
    makeSlots: () => 0,
    forgetUnits: () => {},
  });
  let seed = 12345;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
  for (let i = 0; i < 200_000; i++) {
    // Every second word is given an opcode of the table, so that each row is met often.
    const row = instructions[random() % instructions.length];
    const word = i % 2 === 0 || row === undefined ? random() : ((random() & ~row.mask) | row.match) >>> 0;
    const { instruction, rd, imm } = decode(word);
    const operation = engine.exports.decode(word, 0x1000n);
    const number = Number(operation & 0xffn);
    const immediate = Number(BigInt.asIntN(32, operation >> 32n));
    const hex = word.toString(16);
    if (instruction.revert !== undefined) {
      assert.equal(number, 130, hex);
      assert.equal(immediate >>> 0, instruction.revert, hex);
    } else if (number < 128) {
      assert.equal(number, operationNumber(instruction), hex);
      const expected = instruction.format === 'branch' || instruction.format === 'jal' ? imm * 2 : imm;
      assert.equal(immediate, expected, hex);
    } else if (number === 128) {
      assert.ok(rd === 0 || instruction.format === 'none' || instruction.name === 'branch.never', hex);
    }
  }
});

test('reserved encodings carry the code of their revert', () => {
  const codeOf = (word: number) => decode(word).instruction.revert;
  assert.equal(codeOf(0x00000000), revertCodes.unknownOpcode);
  assert.equal(codeOf(0x0000_7003), revertCodes.illegalInstruction); // load, funct3 7
  assert.equal(codeOf(0x0000_4023), revertCodes.storeExceeds8Bytes); // store of 16 bytes
  assert.equal(codeOf(0x0200_101b), revertCodes.illegalInstruction); // SLLIW with shamt[5]
  assert.equal(codeOf(0x0000_002f), revertCodes.badAtomicSize); // AMO of one byte
  assert.equal(codeOf(0xfe00_1033), undefined); // SLL with any funct7
});
