import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDevnet } from '@obelisc/devnet';
import { impliedChainConfig, opNode, parseGenesisChainConfig, parseRollupConfig } from '@obelisc/host';

test("the op-node's configuration implies the execution parameters of the genesis file", async () => {
  const devnet = await startDevnet({ seed: 'chain', l2Blocks: 1 });
  try {
    const rollup = await opNode({ url: devnet.opNodeUrl }).rollupConfig();
    const genesis = parseGenesisChainConfig(JSON.stringify(devnet.genesis), 'genesis-l2.json');
    assert.equal(impliedChainConfig(rollup)?.json, genesis.json);
    // rollup.json as op-nodes before Holocene have it does not say them.
    assert.equal(impliedChainConfig(parseRollupConfig(JSON.stringify(devnet.rollupConfig), 'rollup.json')), undefined);
  } finally {
    await devnet.close();
  }
});
