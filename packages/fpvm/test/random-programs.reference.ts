// Random programs in our machine and in a reference's: the same end after the same steps.
//   REFERENCE_ASTERISC=… npm run test:reference      (SEEDS=FROM-TO, RECORD=FILE to record what the reference does)
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { randomProgram } from './random-program.js';
import { type Outcome, ourOutcome, referenceOutcome } from './reference.js';

const asterisc = process.env['REFERENCE_ASTERISC'];
const [from = 1, to = 100] = (process.env['SEEDS'] ?? '1-100').split('-').map(Number);

test('random programs end as in the reference machine', { skip: asterisc === undefined }, async () => {
  const recorded: Record<string, Outcome & { limit: string }> = {};
  for (let seed = from; seed <= to; seed++) {
    const elf = randomProgram(seed);
    const limit = BigInt(50 + ((seed * 7919) % 6000));
    const expected = referenceOutcome(asterisc ?? '', elf, limit);
    recorded[seed] = { limit: String(limit), ...expected };
    if (process.env['RECORD'] === undefined) assert.deepEqual(await ourOutcome(elf, limit), expected, `seed ${seed}`);
  }
  if (process.env['RECORD'] !== undefined)
    writeFileSync(process.env['RECORD'], `${JSON.stringify(recorded, null, 2)}\n`);
});
