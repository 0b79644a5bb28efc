import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MachineMemoryError } from '../src/engine.js';
import { loadElf } from '../src/loader.js';
import { assemble, codeBytes, loadConstant } from './assembler.js';
import { writeElf } from './elf-writer.js';
import { engines } from './reference.js';

test('a guest that touches more than the machine can hold ends with an error that says so', async () => {
  // One byte in each 64 KiB, without end.
  const words = [
    ...loadConstant(5, 0x40_0000_0000n),
    ...loadConstant(6, 0x10000n),
    assemble('sb', { rs1: 5, rs2: 6 }),
    assemble('add', { rd: 5, rs1: 5, rs2: 6 }),
    assemble('jal', { imm: -8 }),
  ];
  const elf = writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: codeBytes(words) }], symbols: [] });
  for (const options of engines) {
    const { machine } = loadElf(elf, options);
    await assert.rejects(machine.run(1n << 40n), (error: unknown) => {
      assert.ok(error instanceof MachineMemoryError, String(error));
      assert.match(error.message, /more memory than the machine can hold \(40\d\d MiB in use, the limit is 4096 MiB\)/);
      return true;
    });
  }
});
