// The worst of everything in one claim, natively: it has an answer, within the memory of docs/limits.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as WorstClaims from '../../../program/test/hostile/worst-claim.js';
import { natively } from './in-machine.js';

const address = new URL('../../../../program/dist/test/hostile/worst-claim.js', import.meta.url).href;
const { worstClaim } = (await import(address)) as typeof WorstClaims;

/** MiB of both parts at most, and of this process: the worker, what the oracle makes up meanwhile. */
const BUDGET = 1_021 + 66 + 1_287 + 512 + 292 + 200;

test('2,000 blocks, one of 500 million gas, 600 MB of small frames, five million channels, three million batches that wait: an answer', async (t) => {
  const oracle = worstClaim(2_000, 'balances in a deep state', 500_000_000);
  const resident = (): number => process.memoryUsage().rss / 2 ** 20;
  const before = resident();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, resident())), 50);
  const { code, log } = await natively(oracle);
  clearInterval(watch);
  t.diagnostic(`${(most - before).toFixed(0)} MiB of ${BUDGET}`);
  assert.equal(code, 1, log.slice(-1000));
  assert.match(log, /The claim for L2 block #2300 is wrong: .* derived 0x[0-9a-f]{64}/);
  assert.ok(most - before < BUDGET, `${most - before} MiB`);
});
