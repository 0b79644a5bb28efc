import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOf, configure, execute, headerOf, lastHeader } from './blocks.js';
import { fromHex, startModule, toHex, type Preimages } from './module.js';
import { readBlock, skip } from './op-sepolia-blocks.js';

for (const number of [26207960, 26207961, 26208384, 26211680]) {
  test(`OP Sepolia block ${number} comes out with its hash`, { skip }, (t) => {
    const vector = readBlock(number);
    const preimages: Preimages = new Map();
    for (const [hash, value] of Object.entries(vector.preimages)) preimages.set(hash.slice(2), fromHex(value));
    const module = startModule(preimages);
    configure(module, chainOf(vector.rollup_config));
    const payload = vector.executing_payload;
    const start = performance.now();
    const hash = execute(module, headerOf(vector.parent_header), {
      timestamp: BigInt(payload.timestamp),
      prevRandao: fromHex(payload.prevRandao),
      feeRecipient: fromHex(payload.suggestedFeeRecipient),
      parentBeaconBlockRoot: fromHex(payload.parentBeaconBlockRoot),
      transactions: payload.transactions.map(fromHex),
      gasLimit: BigInt(payload.gasLimit),
      eip1559Params: BigInt(payload.eip1559Params),
    });
    t.diagnostic(`${(performance.now() - start).toFixed(1)} ms, ${module.reads} pre-images`);
    assert.equal(`0x${hash}`, vector.expected_block_hash, `${module.log()} ${toHex(lastHeader(module))}`);
  });
}
