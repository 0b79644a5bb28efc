// A recorded chain made again: the hash of its last block must be the recorded one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDevnet } from '../src/devnet.js';
import type { ConfirmedChain } from './confirmed-chains.js';

/** A test for each chain. */
export function remakeChains(chains: readonly ConfirmedChain[]): void {
  for (const { name, scenario, l2Blocks, lastHash } of chains) {
    test(`${name}: the chain that independent judges confirmed is made again`, async () => {
      const devnet = await startDevnet({ seed: 'confirmed', l2Blocks, scenario });
      try {
        assert.equal(devnet.head.l2.hash, lastHash);
      } finally {
        await devnet.close();
      }
    });
  }
}
