import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import { encodeStepProof, proveStep } from '../src/step-proof.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';
import { randomProgram } from './random-program.js';

// SHA-256 over the proof files of the first steps (--proof-at always), from the Go reference machine
// (ethereum-optimism/asterisc 52519dc6); step-proof.reference.ts records them.
const recorded = JSON.parse(
  readFileSync(new URL('../../test/expectations/step-proofs.json', import.meta.url), 'utf8'),
) as Record<string, string>;

test("proof files equal the reference machine's byte for byte", async () => {
  for (const [seed, expected] of Object.entries(recorded)) {
    const { machine } = loadElf(randomProgram(Number(seed)));
    const hash = createHash('sha256');
    for (let i = 0; i < 900; i++) hash.update(encodeStepProof((await proveStep(machine)).proof));
    assert.equal(hash.digest('hex'), expected, `seed ${seed}`);
  }
});

test('proofs of many steps at a time are those of single steps', async () => {
  for (const [seed, expected] of Object.entries(recorded)) {
    const { machine } = loadElf(randomProgram(Number(seed)));
    const hash = createHash('sha256');
    const steps: bigint[] = [];
    for (const count of [1, 2, 255, 642]) {
      await machine.prover.prove(count, ({ firstStep, bytes, ends }) => {
        hash.update(bytes);
        ends.forEach((_, i) => steps.push(firstStep + BigInt(i)));
      });
    }
    assert.equal(hash.digest('hex'), expected, `seed ${seed}`);
    assert.deepEqual(
      steps,
      Array.from({ length: 900 }, (_, i) => BigInt(i)),
    );
  }
});

test('after proofs, runs without them and writes from outside, the tree is that of the memory', async () => {
  const { machine } = loadElf(randomProgram(2));
  const { machine: other } = loadElf(randomProgram(2));
  for (let turn = 0; turn < 6; turn++) {
    await machine.prover.prove(70, () => undefined);
    await machine.run(50n);
    machine.memory.write(0x1_2345n, Uint8Array.of(turn));
  }
  for (let turn = 0; turn < 6; turn++) {
    await other.run(120n);
    other.memory.write(0x1_2345n, Uint8Array.of(turn));
  }
  assert.deepEqual(machine.stateHash(), other.stateHash());
});

test('a step that reverts ends the proofs behind the one before it', async () => {
  const words = [assemble('addi', { rd: 5, rs1: 0, imm: 0x102 }), assemble('jalr', { rd: 5, rs1: 5 })];
  const { machine } = loadElf(
    writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: codeBytes(words) }], symbols: [] }),
  );
  let proofs = 0;
  const proving = machine.prover.prove(10, ({ ends }) => void (proofs += ends.length));
  await assert.rejects(proving, { name: 'RevertError', step: 1n, pc: 0x1004n });
  assert.equal(proofs, 1);
});

test('a proof reads a leaf as it is: every sibling hashes up to the memory root', async () => {
  const words = [...loadConstant(5, 0x7f00_0000_0ffcn), assemble('sd', { rs1: 5, rs2: 5 }), ...systemCall(93, 0n)];
  const { machine } = loadElf(
    writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: codeBytes(words) }], symbols: [] }),
  );
  while (!machine.exited) {
    const address = machine.pc & ~31n;
    const { proof } = await proveStep(machine);
    let node: Uint8Array = proof.proofData.slice(0, 32);
    for (let level = 0; level < 59; level++) {
      const sibling = proof.proofData.slice(32 * (level + 1), 32 * (level + 2));
      const left = ((address >> 5n) >> BigInt(level)) & 1n;
      node = machine.tree.keccak256(Buffer.concat(left === 1n ? [sibling, node] : [node, sibling]));
    }
    assert.deepEqual(Buffer.from(node), Buffer.from(proof.stateData.slice(0, 32)));
  }
});
