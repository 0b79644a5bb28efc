import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { instructionOf, instructions } from '../src/instructions.js';
import { encodeStepProof, type StepProof } from '../src/step-proof.js';
import { StepVerificationError, verifyStep } from '../src/verify-step.js';
import { randomNumbers } from './random-numbers.js';
import { randomStep } from './random-steps.js';
import { exitedSteps, stepKinds } from './step-kinds.js';
import { ourStep, provenOrReverted, recorded } from './step-outcome.js';

// Recorded from the Go reference machine (ethereum-optimism/asterisc 52519dc6) by step-kinds.reference.ts.
const expectations = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../test/expectations/${file}`, import.meta.url), 'utf8')) as Record<
    string,
    string
  >;

const outcomes: { readonly name: string; readonly outcome: StepProof | string }[] = [];
/** Of steps that do not revert, and whose pre-image is proved: reads of the zero key come without. */
const proofs: { readonly name: string; readonly proof: StepProof }[] = [];

before(async () => {
  for (const step of [...stepKinds, ...exitedSteps]) {
    const { name } = step;
    const outcome = await provenOrReverted(step);
    outcomes.push({ name, outcome });
    if (typeof outcome !== 'string' && !name.startsWith('zero key')) proofs.push({ name, proof: outcome });
  }
});

test('the catalogue has every row of the instruction table, with the bits that the row ignores set and unset', () => {
  const words = stepKinds.flatMap(({ word }) => (word === undefined ? [] : [word]));
  for (const row of instructions) {
    const found = words.filter((word) => instructionOf(word) === row);
    assert.ok(found.length > 0, row.name);
    if (row.revert !== undefined || row.name.startsWith('amo.unknown')) continue;
    for (let bit = 0; bit < 32; bit++) {
      if (((row.mask >>> bit) & 1) !== 0 || !['r', 'shift32', 'shift64', 'amo'].includes(row.format)) continue;
      const ones = found.filter((word) => ((word >>> bit) & 1) === 1).length;
      const isFixed = ones === 0 || ones === found.length;
      // Operands are the catalogue's to choose, bits 7 to 24
      assert.ok(!isFixed || bit < 25, `${row.name}, bit ${bit} is always the same`);
    }
  }
});

test("every kind of step has the reference machine's proof, or its revert", () => {
  const expected = expectations('step-kinds.json');
  const found = outcomes.slice(0, stepKinds.length).map(({ name, outcome }) => {
    return [name, recorded(typeof outcome === 'string' ? outcome : encodeStepProof(outcome))] as const;
  });
  assert.deepEqual(Object.fromEntries(found), expected);
  assert.equal(found.length, Object.keys(expected).length);
});

test("random steps have the reference machine's proofs, or its reverts", async () => {
  const all = Object.entries(expectations('random-steps.json'));
  for (const [i, [name, expected]] of all.entries()) {
    assert.equal(recorded(await ourStep(randomStep(i + 1))), expected, name);
  }
});

test('the proof of every kind of step is accepted', () => {
  for (const { name, proof } of proofs) assert.doesNotThrow(() => verifyStep(proof), name);
});

test('the proof of every kind of step is rejected with any one bit flipped, too long, too short, or of another step', () => {
  const random = randomNumbers(11);
  const flipped = (bytes: Uint8Array, at: number) => {
    const copy = Uint8Array.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
    return copy;
  };
  for (const { name, proof } of proofs) {
    const rejected = (what: string, change: Partial<StepProof>) =>
      assert.throws(() => verifyStep({ ...proof, ...change }), StepVerificationError, `${name}: ${what}`);
    const { pre, post, stateData, proofData, oracle } = proof;
    for (const [field, bytes] of Object.entries({ pre, post, stateData, proofData })) {
      if (bytes.length === 0) continue;
      const at = random(bytes.length);
      rejected(`${field}, byte ${at}`, { [field]: flipped(bytes, at) });
    }
    // Each leaf itself, besides what was hit anywhere
    for (let leaf = 0; leaf < proofData.length; leaf += 1920) {
      const at = leaf + random(32);
      rejected(`leaf, byte ${at}`, { proofData: flipped(proofData, at) });
    }
    rejected('one memory proof more', { proofData: Buffer.concat([proofData, new Uint8Array(1920)]) });
    if (proofData.length > 0) {
      rejected('one memory proof less', { proofData: proofData.slice(0, -1920) });
      rejected('half a memory proof', { proofData: proofData.slice(0, -960) });
    }
    rejected('another step', { step: proof.step ^ 1n });
    if (oracle === undefined) continue;
    rejected('no pre-image', { oracle: undefined });
    rejected('key', { oracle: { ...oracle, key: flipped(oracle.key, random(32)) } });
    rejected('offset', { oracle: { ...oracle, offset: oracle.offset ^ (1n << BigInt(random(64))) } });
    rejected('length', { oracle: { ...oracle, value: flipped(oracle.value, random(8)) } });
  }
});

test('no bit of a pre-image that its key is the hash of can be flipped', () => {
  let values = 0;
  for (const { name, proof } of proofs) {
    const { oracle } = proof;
    if (oracle === undefined || ![2, 4].includes(oracle.key[0] ?? 0)) continue;
    values += 1;
    for (let bit = values % 7; bit < 8 * oracle.value.length; bit += 7 + (oracle.value.length >> 2)) {
      const value = Uint8Array.from(oracle.value);
      value[bit >> 3] = (value[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(
        () => verifyStep({ ...proof, oracle: { ...oracle, value } }),
        StepVerificationError,
        `${name}, ${bit}`,
      );
    }
  }
  assert.ok(values > 40);
});
