// The proof of every kind of step and of random steps, from our machine and from a reference's: byte for byte, or the
// same revert at the same place.
//   REFERENCE_ASTERISC=… npm run test:reference      (SEEDS=FROM-TO, RECORD=FOLDER to record what the reference does)
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { referenceBinary, seeds, severalAtOnce } from './reference.js';
import { randomStep } from './random-steps.js';
import { stepKinds } from './step-kinds.js';
import { ourStep, recorded, referenceStep } from './step-outcome.js';

const record = process.env['RECORD'];

for (const [name, file, steps] of [
  ['every kind of step', 'step-kinds.json', stepKinds],
  ['random steps', 'random-steps.json', seeds.map((seed) => randomStep(seed))],
] as const) {
  test(`${name} is proved as by the reference machine`, { skip: referenceBinary === undefined }, async () => {
    const expected = await severalAtOnce(steps, referenceStep);
    if (record !== undefined) {
      const outcomes = Object.fromEntries(steps.map((step, i) => [step.name, recorded(expected[i] ?? '')]));
      writeFileSync(join(record, file), `${JSON.stringify(outcomes, null, 2)}\n`);
      return;
    }
    for (const [i, step] of steps.entries()) assert.equal(await ourStep(step), expected[i], step.name);
  });
}
