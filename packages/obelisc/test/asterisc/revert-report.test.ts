import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Machine, RevertError } from '@obelisc/fpvm';
import { revertListing } from '../../src/asterisc/revert-report.js';

const metadata = { symbols: [{ name: 'main.run', start: 0x1000n, size: 0x100n }] };
const [ADD_ONE, BACK] = [0x00150513, 0xffdff06f]; // addi a0,a0,1; jal zero,-4

function stopped(pc: bigint): Machine {
  const machine = new Machine();
  machine.memory.load(0x1000n, new Uint8Array(new Uint32Array([ADD_ONE, BACK, 0]).buffer));
  machine.pc = pc;
  return machine;
}
const failure = (step: bigint, pc: bigint) => new RevertError(0xf001c0de, step, pc, 'unknown');

test('with a history, the last 16 instructions are those executed, in their order', () => {
  const steps = Array.from({ length: 40 }, (_, i) => ({
    step: 60n + BigInt(i),
    pc: i % 2 === 0 ? 0x1004n : 0x1000n,
    word: i % 2 === 0 ? BACK : ADD_ONE,
  }));
  const [title, ...lines] = revertListing(failure(100n, 0x1008n), stopped(0x1008n), metadata, steps);
  assert.equal(title, 'the last 16 instructions, as executed:');
  assert.equal(lines.length, 16);
  assert.equal(lines[0], '   85  00001000  main.run      00150513  addi a0,a0,1');
  assert.equal(lines[13], '   98  00001004  main.run+0x4  ffdff06f  jal zero,0x1000 <main.run>');
  assert.equal(
    lines[15],
    '> 100  00001008  main.run+0x8  00000000  .word 0x00000000 # refused, revert f001c0de: unknown opcode',
  );
});

test('a history that is shorter, or that holds the failing step too, is shown as it is', () => {
  const steps = [
    { step: 0n, pc: 0x1000n, word: ADD_ONE },
    { step: 1n, pc: 0x1008n, word: 0 },
  ];
  const lines = revertListing(failure(1n, 0x1008n), stopped(0x1008n), metadata, steps);
  assert.equal(lines[0], 'the last 2 instructions, as executed:');
  assert.equal(lines.length, 3);
});

test('without one they are those before pc in memory, and said to be that', () => {
  const [title, ...lines] = revertListing(failure(9n, 0x1008n), stopped(0x1008n), metadata);
  assert.match(title ?? '', /in the order of their addresses/);
  assert.deepEqual(
    lines.map((line) => line.slice(0, 10)),
    ['  00001000', '  00001004', '> 00001008'],
  );
});

test('a jump into the void is shown too', () => {
  const lines = revertListing(failure(9n, 0x4n), stopped(0x4n), metadata);
  assert.equal(lines.length, 2);
  assert.equal(lines[1], '> 00000004  00000000  .word 0x00000000 # refused, revert f001c0de: unknown opcode');
});
