import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { disassemble } from '../src/disassemble.js';
import { instructionOf, instructions } from '../src/instructions.js';
import { assemble } from './assembler.js';
import { type Disassembled } from './disassembly.js';

const packageRoot = new URL('../../', import.meta.url);
const recorded = JSON.parse(
  readFileSync(new URL('test/expectations/disassembly.json', packageRoot), 'utf8'),
) as Disassembled[];

/** Rows whose text objdump cannot confirm: it knows more extensions than the machine, and names CSRs. */
const machineOnly = (name: string) => /^(float\.|branch\.never|ebreak|csr)/.test(name);

test('text is that of objdump, or a note says what the machine does instead', () => {
  let alike = 0;
  for (const { word, pc, text } of recorded) {
    const ours = disassemble(Number(`0x${word}`), BigInt(`0x${pc}`));
    if (ours.includes(' # ')) continue;
    assert.equal(ours, text, word);
    alike += 1;
  }
  assert.ok(alike > 300, `only ${alike} words compared`);
});

test('no note stands where objdump knows the same instruction', () => {
  for (const { word, pc, text } of recorded) {
    const ours = disassemble(Number(`0x${word}`), BigInt(`0x${pc}`));
    const { name, revert } = instructionOf(Number(`0x${word}`));
    if (!ours.includes(' # ') || machineOnly(name) || revert !== undefined) continue;
    assert.notEqual(ours.split(' # ')[0], text, `${word}: ${ours}`);
  }
});

test('every row of the table is among the recorded words', () => {
  const met = new Set(recorded.map(({ word }) => instructionOf(Number(`0x${word}`)).name));
  const missing = instructions.map(({ name }) => name).filter((name) => !met.has(name));
  assert.deepEqual(missing, ['unknown']); // objdump takes those for instructions of other lengths
});

const at = 0x10abcn;
const text = (word: number) => disassemble(word, at);

test('targets are named where symbols are known', () => {
  const symbols = { symbols: [{ name: 'main.run', start: 0x10a7cn, size: 0x80n }] };
  const [call, back] = [assemble('jal', { rd: 1, imm: 0 }), assemble('bne', { rs1: 10, rs2: 11, imm: -64 })];
  assert.equal(disassemble(call, at, symbols), 'jal ra,0x10abc <main.run+0x40>');
  assert.equal(disassemble(back, at, symbols), 'bne a0,a1,0x10a7c <main.run>');
  assert.equal(disassemble(call, 0x20000n, symbols), 'jal ra,0x20000');
});

test('lenient encodings say what the machine does', () => {
  assert.equal(text(0x60b51533), 'sll a0,a0,a1 # reserved bits 0x60000000 ignored');
  assert.equal(text(0x00051067), 'jalr zero,0(a0) # reserved bits 0x00001000 ignored');
  assert.equal(text(0x00b52063), '.word 0x00b52063 # branch with reserved funct3 2, never taken');
  assert.equal(text(0x30051573), 'csrrw a0,0x300,a0 # reads as 0, nothing is written');
  assert.equal(text(0x3002d073), 'csrrwi zero,0x300,5 # reads as 0, nothing is written');
  assert.equal(text(0x00004573), '.word 0x00004573 # system instruction with reserved funct3 4: a0 = 0');
  assert.equal(text(0x00100073), 'ebreak # does nothing');
  assert.equal(text(0x30200073), '.word 0x30200073 # system instruction, does nothing');
  assert.equal(text(0x02b50553), '.word 0x02b50553 # floating point, skipped');
  assert.equal(text(0x000500f3), 'ecall # reserved bits 0x00050080 ignored');
  assert.equal(text(0x0001200f), '.word 0x0001200f # fence with reserved bits, does nothing');
});

test('refused encodings are words with the reason', () => {
  assert.equal(text(0), '.word 0x00000000 # refused, revert f001c0de: unknown opcode');
  assert.equal(text(0x0000007f), '.word 0x0000007f # refused, revert f001c0de: unknown opcode');
  assert.equal(text(0x00007003), '.word 0x00007003 # refused, revert badc0de: reserved encoding');
  assert.equal(text(0x00004023), '.word 0x00004023 # refused, revert bad512e8: store of more than 8 bytes');
  assert.equal(
    text(0x0000002f),
    '.word 0x0000002f # refused, revert bada70: atomic operation of neither 4 nor 8 bytes',
  );
  assert.equal(text(0x2800202f), '.word 0x2800202f # refused, revert f001a70: unknown atomic operation');
});
