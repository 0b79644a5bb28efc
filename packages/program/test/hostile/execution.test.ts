import assert from 'node:assert/strict';
import { test } from 'node:test';
import { u256 } from '../execution/devnet.js';
import { startModule } from '../execution/module.js';
import { attacks } from './attacks.js';
import { runAttack } from './run-attack.js';

const GAS = 2_500_000;
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

for (const [name, make] of Object.entries(attacks)) {
  test(`${name}: no more memory than the gas pays for`, (t) => {
    const { asked, regions, frames, taken, budget, gasUsed } = runAttack(name, GAS);
    t.diagnostic(`${mib(regions)} MiB, frames ${mib(frames)} MiB, ${(gasUsed / 1e6).toFixed(1)} million gas`);
    const { asks = false, nests = false } = make(GAS);
    // Calls of calls leave much of their gas behind; all others use theirs up.
    assert.ok(gasUsed > (nests ? GAS / 20 : GAS / 2), `${gasUsed} gas`);
    assert.equal(asked > 5, asks, `${asked} questions to L1`);
    assert.ok(taken < budget, `${taken} bytes, ${budget} are the budget`);
  });
}

test('init codes and what is known of them go with their frames: block after block takes no more', () => {
  const one = runAttack('creations of 49,152 JUMPDESTs', GAS);
  const many = runAttack('creations of 49,152 JUMPDESTs', GAS, 8);
  assert.ok(many.taken - one.taken < 2 ** 20, `${many.taken - one.taken} bytes more`);
});

/** a with a × factor ≡ value (mod 2^64), for an odd factor. */
function divided(value: bigint, factor: bigint): bigint {
  let inverse = factor;
  for (let i = 0; i < 6; i++) inverse = BigInt.asUintN(64, inverse * (2n - factor * inverse));
  return BigInt.asUintN(64, value * inverse);
}

test('keys that meet in one bucket under the factors that anyone knows do not under those of a run', () => {
  const module = startModule();
  const [a, b] = [0x9e3779b97f4a7c15n, 0xc2b2ae3d27d4eb4fn];
  const spread = (): number => {
    const seen = new Set<number>();
    for (let i = 1n; i <= 1000n; i++) seen.add(module.call('mixWords', 1, divided(-(i * b), a), i, 0n, 0n));
    return seen.size;
  };
  assert.equal(spread(), 1);
  module.call('seedTables', module.put(u256(0x1234567890abcdefn)));
  assert.ok(spread() > 990);
});

test('hashes whose first bits are the same, which take no time to find, are spread by all of their first 64', () => {
  const module = startModule();
  module.call('seedTables', module.put(u256(0x1234567890abcdefn)));
  const seen = new Set<number>();
  for (let i = 0n; i < 1000n; i++) seen.add(module.call('mixHash', (i << 32n) | 0xdeadbeefn) & 8191);
  assert.ok(seen.size > 850, `${seen.size} of 1000`);
});
