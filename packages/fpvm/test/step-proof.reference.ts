// Proof files of a reference binary against ours, for every step: --proof-at always, since the reference's tree goes
// stale when several leaves of a page are written between two proofs.
//   REFERENCE_ASTERISC=… npm run test:reference      (RECORD_PROOFS=FILE to record)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import { encodeStepProof, proveStep } from '../src/step-proof.js';
import { randomProgram } from './random-program.js';

const asterisc = process.env['REFERENCE_ASTERISC'];
/** Beyond the 150 or so that set up the registers. */
const STEPS = 900;
/** Programs that run that long. */
const seeds = [2, 4, 5, 6, 7, 8, 10, 11];

test("proof files equal the reference's", { skip: asterisc === undefined }, async () => {
  const hashes: Record<string, string> = {};
  for (const seed of seeds) {
    const elf = randomProgram(seed);
    const theirs = referenceProofs(asterisc ?? '', elf);
    const { machine } = loadElf(elf);
    for (const [step, proof] of theirs.entries()) {
      assert.equal(encodeStepProof((await proveStep(machine)).proof), proof, `seed ${seed}, step ${step}`);
    }
    hashes[seed] = createHash('sha256').update(theirs.join('')).digest('hex');
  }
  const record = process.env['RECORD_PROOFS'];
  if (record !== undefined) writeFileSync(record, `${JSON.stringify(hashes, null, 2)}\n`);
});

function referenceProofs(binary: string, elf: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-reference-'));
  try {
    const at = (name: string) => join(folder, name);
    writeFileSync(at('guest.elf'), elf);
    execFileSync(binary, ['load-elf', '--path', at('guest.elf'), '--out', at('pre.json'), '--meta', '']);
    const flags = ['--meta', '', '--info-at', 'never', '--proof-at', 'always', '--proof-fmt', at('%d.json')];
    const stop = ['--stop-at', `=${STEPS}`, '--output', ''];
    execFileSync(binary, ['run', '--input', at('pre.json'), ...flags, ...stop], { stdio: 'ignore' });
    return Array.from({ length: STEPS }, (_, step) => readFileSync(at(`${step}.json`), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
