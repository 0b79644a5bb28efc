// Our proofs before the reference's contract: it must come to our post-state hash, and revert where we do.
//   REFERENCE_RISCV_SOL=…/RISCV.sol npm run test:reference      (SEEDS=FROM-TO for the random ones)
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { decode } from '../src/instructions.js';
import { keccak256 } from '../src/keccak.js';
import { loadElf } from '../src/loader.js';
import { type Machine, RevertError } from '../src/machine.js';
import { proveStep, type StepProof } from '../src/step-proof.js';
import { StepVerificationError, verifyStep } from '../src/verify-step.js';
import { stateHash } from '../src/witness.js';
import { DeterministicOracle } from './deterministic-oracle.js';
import { randomNumbers } from './random-numbers.js';
import { randomProgram } from './random-program.js';
import { randomStep } from './random-steps.js';
import { systemCallProgram } from './random-system-calls.js';
import { seeds } from './reference.js';
import { type ChainStep, RiscvContract } from './riscv-contract.js';
import { machineOf } from './step-case.js';
import { exitedSteps, stepKinds } from './step-kinds.js';

const file = process.env['REFERENCE_RISCV_SOL'];
const skip = file === undefined;
const client = new URL('../../../../bin/op-program-client-riscv.elf', import.meta.url);
const clientMissing = existsSync(client) ? false : 'bin/op-program-client-riscv.elf is missing: run npm install';

let contract: RiscvContract;
before(async () => {
  if (file !== undefined) contract = await RiscvContract.compile(file);
});

/** Takes one step of a machine, proves it, and has the contract execute it: the same hash, or the same revert. */
async function compareStep(machine: Machine, name: string): Promise<StepProof | undefined> {
  const unproved = unprovedStep(machine);
  let proof;
  try {
    ({ proof } = await proveStep(machine));
  } catch (error) {
    if (!(error instanceof RevertError)) throw error;
    assert.deepEqual(await contract.step(unproved), { revert: error.code }, name);
    return undefined;
  }
  // The zero key is no pre-image's: a chain has none for it.
  if (name.startsWith('zero key')) return undefined;
  const answer = await contract.step(proof);
  assert.deepEqual(hexOf(answer), hexOf({ post: proof.post }), name);
  return proof;
}

/** What a chain is given of a step that has no proof since it reverts: the leaves that it may come to look at. */
function unprovedStep(machine: Machine): ChainStep {
  const { rs1 } = decode(machine.instruction());
  const leaves = [machine.pc, machine.register(rs1)].map((address) => machine.tree.proof(address & ~31n));
  return { stateData: machine.witness(), proofData: Buffer.concat(leaves), oracle: undefined };
}

const hexOf = (answer: { post: Uint8Array } | { revert: number }) =>
  'post' in answer ? Buffer.from(answer.post).toString('hex') : answer;

test('the contract executes every kind of step as we do', { skip }, async () => {
  for (const step of [...stepKinds, ...exitedSteps]) await compareStep(machineOf(step), step.name);
});

test('the contract executes random steps as we do', { skip }, async () => {
  for (const seed of seeds) await compareStep(machineOf(randomStep(seed)), `seed ${seed}`);
});

test('the contract executes stretches of random programs as we do', { skip }, async () => {
  for (const seed of seeds.filter((_, i) => i % 10 === 0)) {
    const { machine } = loadElf(randomProgram(seed));
    await machine.run(170n);
    for (let step = 0; step < 50 && !machine.exited; step++) {
      if ((await compareStep(machine, `seed ${seed}, step ${step}`)) === undefined) break;
    }
  }
});

test('the contract executes random system calls and pre-image reads as we do', { skip }, async () => {
  let reads = 0;
  for (const seed of seeds.filter((_, i) => i % 10 === 0)) {
    const { machine } = loadElf(systemCallProgram(seed), { oracle: new DeterministicOracle() });
    for (let calls = 0; calls < 50 && !machine.exited; calls++) {
      while (decode(machine.instruction()).instruction.name !== 'ecall') await machine.run(1n);
      const proof = await compareStep(machine, `seed ${seed}, step ${machine.step}`);
      if (proof === undefined) break;
      if (proof.oracle !== undefined) reads += 1;
    }
  }
  assert.ok(reads > 10, `${reads} pre-images were read`);
});

test('the contract executes stretches of the client program as we do', { skip: skip || clientMissing }, async () => {
  const { machine } = loadElf(readFileSync(client), { oracle: new DeterministicOracle() });
  const random = randomNumbers(1);
  let steps = 0;
  for (let stretch = 0; stretch < 10 && !machine.exited; stretch++) {
    for (let step = 0; step < 20 && !machine.exited; step++) {
      assert.notEqual(await compareStep(machine, `step ${machine.step}`), undefined, 'the client reverts');
      steps += 1;
    }
    await machine.run(BigInt(1 + random(300)));
  }
  assert.ok(steps > 50, `${steps} steps`);
});

test('the contract and the verifier accept and reject the same proofs with a bit flipped', { skip }, async () => {
  const random = randomNumbers(3);
  let [accepted, rejected] = [0, 0];
  for (const [i, step] of stepKinds.entries()) {
    if (i % 3 !== 0) continue;
    const machine = machineOf(step);
    let proof: StepProof;
    try {
      ({ proof } = await proveStep(machine));
    } catch (error) {
      if (error instanceof RevertError) continue;
      throw error;
    }
    if (step.name.startsWith('zero key')) continue;
    const flipped: StepProof = i % 4 === 0 ? flipProof(proof, random) : flipState(proof, random);
    const answer = await contract.step(flipped);
    const chainAccepts = 'post' in answer && Buffer.compare(answer.post, proof.post) === 0;
    assert.equal(isAccepted(flipped), chainAccepts, step.name);
    if (chainAccepts) accepted += 1;
    else rejected += 1;
  }
  // Some registers are overwritten: what they held before is of no consequence.
  assert.ok(accepted > 0 && rejected > 200, `${accepted} accepted, ${rejected} rejected`);
});

function flip(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

function flipProof(proof: StepProof, random: (below: number) => number): StepProof {
  return { ...proof, proofData: flip(proof.proofData, random(proof.proofData.length), random(8)) };
}

/** A pre-state with a bit flipped, claimed for what it is: only its execution can tell. */
function flipState(proof: StepProof, random: (below: number) => number): StepProof {
  const stateData = flip(proof.stateData, random(proof.stateData.length), random(8));
  const step = Buffer.from(stateData).readBigUInt64BE(82);
  return { ...proof, step, stateData, pre: stateHash(stateData, keccak256) };
}

function isAccepted(proof: StepProof): boolean {
  try {
    verifyStep(proof);
    return true;
  } catch (error) {
    if (error instanceof StepVerificationError) return false;
    throw error;
  }
}
