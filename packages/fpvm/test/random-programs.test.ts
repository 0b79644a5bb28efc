import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { randomProgram } from './random-program.js';
import { type Outcome, ourOutcome } from './reference.js';

// Recorded from the Go reference machine (ethereum-optimism/asterisc 52519dc6) by random-programs.reference.ts with RECORD.
const recorded = JSON.parse(
  readFileSync(new URL('../../test/expectations/random-programs.json', import.meta.url), 'utf8'),
) as Record<string, Outcome & { limit: string }>;

test('random programs end in the state, or the revert, that the reference machine recorded', async () => {
  for (const [seed, { limit, ...expected }] of Object.entries(recorded)) {
    assert.deepEqual(await ourOutcome(randomProgram(Number(seed)), BigInt(limit)), expected, `seed ${seed}`);
  }
});

test('stopping on the way, at any step, changes nothing', async () => {
  for (const [seed, { limit, ...expected }] of Object.entries(recorded).slice(0, 20)) {
    const outcome = await ourOutcome(randomProgram(Number(seed)), BigInt(limit), [1n, 2n, 40n, 1n, 177n]);
    assert.deepEqual(outcome, expected, `seed ${seed}`);
  }
});
