// Random programs in our machine and in a reference's: the same end after the same steps.
//   REFERENCE_ASTERISC=… npm run test:reference      (SEEDS=FROM-TO, RECORD=FOLDER to record what the reference does)
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { families } from './random-program.js';
import { engines, type Outcome, ourOutcome, referenceOutcome } from './reference.js';

const asterisc = process.env['REFERENCE_ASTERISC'];
const record = process.env['RECORD'];
const [from = 1, to = 100] = (process.env['SEEDS'] ?? '1-100').split('-').map(Number);

for (const family of families) {
  test(`${family.name} end as in the reference machine`, { skip: asterisc === undefined }, async () => {
    const recorded: Record<string, Outcome> = {};
    for (let seed = from; seed <= to; seed++) {
      const { elf, limit } = family.program(seed);
      const expected = referenceOutcome(asterisc ?? '', elf, limit);
      recorded[seed] = expected;
      if (record !== undefined) continue;
      for (const options of engines) {
        assert.deepEqual(await ourOutcome(elf, limit, options), expected, `seed ${seed}, ${options.engine}`);
      }
    }
    if (record !== undefined) writeFileSync(join(record, family.file), `${JSON.stringify(recorded, null, 2)}\n`);
  });
}
