import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import { RevertError } from '../src/machine.js';
import { decodeStepProof, encodeStepProof, proveStep, type StepProof } from '../src/step-proof.js';
import { StepVerificationError, verifyStep } from '../src/verify-step.js';
import { codeBytes, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';
import { randomNumbers } from './random-numbers.js';
import { randomProgram } from './random-program.js';

/** Proofs of the first steps of random programs, behind the set-up of their registers. */
async function* randomProofs(seeds: readonly number[], count: number): AsyncGenerator<StepProof> {
  for (const seed of seeds) {
    const { machine } = loadElf(randomProgram(seed));
    await machine.run(170n);
    try {
      for (let i = 0; i < count && !machine.exited; i++) yield (await proveStep(machine)).proof;
    } catch (error) {
      if (!(error instanceof RevertError)) throw error;
    }
  }
}

test('right proofs are accepted, as written to their files too', async () => {
  let steps = 0;
  for await (const proof of randomProofs([2, 4, 5, 6, 7, 8, 10, 11], 250)) {
    verifyStep(proof);
    if (steps++ % 50 === 0) verifyStep(decodeStepProof(encodeStepProof(proof)));
  }
  assert.ok(steps > 1000);
});

test('a proof with any one bit flipped is rejected', async () => {
  const random = randomNumbers(7);
  let flips = 0;
  for await (const proof of randomProofs([4, 6, 10], 40)) {
    for (const field of ['pre', 'post', 'stateData', 'proofData'] as const) {
      const bytes = Uint8Array.from(proof[field]);
      const at = random(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      assert.throws(() => verifyStep({ ...proof, [field]: bytes }), StepVerificationError, `${field}, byte ${at}`);
      flips += 1;
    }
    assert.throws(() => verifyStep({ ...proof, step: proof.step ^ 1n }), StepVerificationError);
    const longer = Buffer.concat([proof.proofData, proof.proofData.slice(-1920)]);
    assert.throws(() => verifyStep({ ...proof, proofData: longer }), StepVerificationError);
    assert.throws(() => verifyStep({ ...proof, proofData: proof.proofData.slice(0, -1920) }), StepVerificationError);
  }
  assert.ok(flips > 300);
});

test('pre-image reads are checked: key, offset, length, and the hash where the key is one', async () => {
  const value = Buffer.from('the pre-image of its own hash, and some more to read');
  const { machine: hasher } = loadElf(randomProgram(1));
  const key = Uint8Array.from([2, ...hasher.tree.keccak256(value).subarray(1)]);
  const words = [
    ...systemCall(64, 6n, 0x8000n, 32n),
    ...systemCall(63, 5n, 0x8043n, 20n),
    ...systemCall(63, 5n, 0x8060n, 99n),
  ];
  const segments = [
    { address: 0x1000n, bytes: codeBytes(words) },
    { address: 0x8000n, bytes: key },
  ];
  const oracle = { hint: () => undefined, get: () => value };
  const { machine } = loadElf(writeElf({ entry: 0x1000n, segments, symbols: [] }), { oracle });
  let reads = 0;
  for (let i = 0; i < words.length; i++) {
    const { proof } = await proveStep(machine);
    verifyStep(proof);
    if (proof.oracle === undefined) continue;
    reads += 1;
    const { oracle: read } = proof;
    const wrong = (change: Partial<typeof read>) =>
      assert.throws(() => verifyStep({ ...proof, oracle: { ...read, ...change } }), StepVerificationError);
    wrong({ offset: read.offset + 1n });
    for (let at = 0; at < read.value.length; at++) {
      const flipped = Uint8Array.from(read.value);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      wrong({ value: flipped });
    }
    wrong({ key: Uint8Array.from(read.key, (byte, at) => (at === 31 ? byte ^ 1 : byte)) });
    assert.throws(() => verifyStep({ ...proof, oracle: undefined }), StepVerificationError);
  }
  assert.equal(reads, 2);
});
