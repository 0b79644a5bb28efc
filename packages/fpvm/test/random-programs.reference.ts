// Random programs in our machine and in a reference's: the same end after the same steps.
//   REFERENCE_ASTERISC=… npm run test:reference      (SEEDS=FROM-TO, RECORD=FOLDER to record what the reference does)
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { families } from './families.js';
import { engines, ourOutcome, referenceBinary, referenceOutcome, seeds, severalAtOnce } from './reference.js';

const record = process.env['RECORD'];

for (const family of families) {
  test(`${family.name} end as in the reference machine`, { skip: referenceBinary === undefined }, async () => {
    const expected = await severalAtOnce(seeds, (seed) => referenceOutcome(family.guest(seed)));
    if (record !== undefined) {
      const recorded = Object.fromEntries(seeds.map((seed, i) => [seed, expected[i]]));
      writeFileSync(join(record, family.file), `${JSON.stringify(recorded, null, 2)}\n`);
      return;
    }
    for (const [i, seed] of seeds.entries()) {
      for (const options of engines) {
        assert.deepEqual(await ourOutcome(family.guest(seed), options), expected[i], `seed ${seed}, ${options.engine}`);
      }
    }
  });
}
