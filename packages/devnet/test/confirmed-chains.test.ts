import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDevnet } from '../src/devnet.js';
import { CONFIRMED_CHAINS } from './confirmed-chains.js';

for (const { name, scenario, l2Blocks, lastHash } of CONFIRMED_CHAINS) {
  test(`${name}: the chain that independent judges confirmed is made again`, async () => {
    const devnet = await startDevnet({ seed: 'confirmed', l2Blocks, scenario });
    try {
      assert.equal(devnet.head.l2.hash, lastHash);
    } finally {
      await devnet.close();
    }
  });
}
