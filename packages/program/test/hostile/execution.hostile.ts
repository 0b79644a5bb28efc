// The worst that blocks may hold: `npm run test:hostile`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attacks } from './attacks.js';
import { runAttack } from './run-attack.js';

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

for (const limit of [30_000_000, 500_000_000]) {
  for (const name of Object.keys(attacks)) {
    // What L1 answers about these takes the time of the test, and all that is kept of it goes with the call.
    const gas = /^(BLS12-381|point evaluations)/.test(name) ? Math.min(limit, 60_000_000) : limit;
    test(`${name}, ${gas / 1e6} million gas: no more memory than the gas pays for`, (t) => {
      const { regions, frames, taken, budget, milliseconds } = runAttack(name, gas);
      t.diagnostic(
        `${mib(taken)} MiB (frames ${mib(frames)}, the rest ${mib(regions)}) of ${mib(budget)}, ${(milliseconds / 1000).toFixed(1)} s`,
      );
      assert.ok(taken < budget, `${taken} bytes, ${budget} are the budget`);
    });
  }
}

for (const name of [
  'creations of 49,152 JUMPDESTs',
  'calls of many codes',
  'TSTORE of distinct keys',
  'logs of 100,000 bytes',
]) {
  test(`${name}: what one block takes, the next ones use again`, (t) => {
    const gas = 30_000_000;
    const one = runAttack(name, gas);
    const many = runAttack(name, gas, 6);
    t.diagnostic(`one block ${mib(one.taken)} MiB, six ${mib(many.taken)} MiB`);
    assert.ok(many.taken - one.taken < 2 ** 20, `${many.taken - one.taken} bytes more`);
  });
}
