// Proof files of a reference binary against ours, for every step of a program: --proof-at always, since the reference's
// tree goes stale when several leaves of a page are written between two proofs.
//   REFERENCE_ASTERISC=… npm run test:reference      (RECORD=FOLDER to record)
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import { encodeStepProof, proveStep } from '../src/step-proof.js';
import { randomProgram } from './random-program.js';
import { inFolder, ourOutcome, reference, referenceBinary, referenceRun } from './reference.js';

/** Beyond the 150 or so that set up the registers. */
const STEPS = 900;
const PROGRAMS = 8;

test("proof files equal the reference's", { skip: referenceBinary === undefined }, async () => {
  const hashes: Record<string, string> = {};
  for (let seed = 1; Object.keys(hashes).length < PROGRAMS; seed++) {
    const elf = randomProgram(seed);
    const end = await ourOutcome({ elf, limit: BigInt(STEPS) }, { engine: 'interpreter' });
    if (Number(end.step) < STEPS) continue;
    const theirs = await referenceProofs(elf);
    const { machine } = loadElf(elf);
    for (const [step, proof] of theirs.entries()) {
      assert.equal(encodeStepProof((await proveStep(machine)).proof), proof, `seed ${seed}, step ${step}`);
    }
    hashes[seed] = createHash('sha256').update(theirs.join('')).digest('hex');
  }
  const record = process.env['RECORD'];
  if (record !== undefined) writeFileSync(join(record, 'step-proofs.json'), `${JSON.stringify(hashes, null, 2)}\n`);
});

function referenceProofs(elf: Uint8Array): Promise<string[]> {
  return inFolder(async (at) => {
    writeFileSync(at('guest.elf'), elf);
    await reference('load-elf', '--path', at('guest.elf'), '--out', at('pre.json'), '--meta', '');
    const proofs = ['--proof-at', 'always', '--proof-fmt', at('%d.json')];
    const { revert } = await referenceRun(
      '--input',
      at('pre.json'),
      ...proofs,
      '--stop-at',
      `=${STEPS}`,
      '--output',
      '',
    );
    assert.equal(revert, undefined);
    return Array.from({ length: STEPS }, (_, step) => readFileSync(at(`${step}.json`), 'utf8'));
  });
}
