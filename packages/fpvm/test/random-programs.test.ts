import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { families } from './families.js';
import { engines, type Outcome, ourOutcome } from './reference.js';

for (const { name, file, guest } of families) {
  // Recorded from the Go reference machine (ethereum-optimism/asterisc 52519dc6) by random-programs.reference.ts.
  const recorded = JSON.parse(
    readFileSync(new URL(`../../test/expectations/${file}`, import.meta.url), 'utf8'),
  ) as Record<string, Outcome>;

  for (const options of engines) {
    test(`${name} end in the recorded state or revert (${options.engine})`, async () => {
      for (const [seed, expected] of Object.entries(recorded)) {
        assert.deepEqual(await ourOutcome(guest(Number(seed)), options), expected, `seed ${seed}`);
      }
    });

    test(`stopping ${name} on the way changes nothing (${options.engine})`, async () => {
      for (const [seed, expected] of Object.entries(recorded).slice(0, 20)) {
        const run = guest(Number(seed));
        const slices = [1n, 2n, 40n, 1n, 177n, run.limit / 5n, run.limit / 3n];
        assert.deepEqual(await ourOutcome(run, options, slices), expected, `seed ${seed}`);
      }
    });
  }
}
