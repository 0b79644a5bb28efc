// Random blocks from Bedrock to Karst, as op-geth (v1.101702.3, LGPL-3.0 software; its results are facts) executed them:
// see op-geth.reference.ts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { replay, type Recorded } from './op-geth.js';
import { randomWorld, runRandomBlocks, timesFrom } from './random-blocks.js';

const file = new URL('../../../test/execution/op-geth-blocks.json', import.meta.url);

for (const recorded of JSON.parse(readFileSync(file, 'utf8')) as Recorded[]) {
  test(`random blocks come out as op-geth recorded (seed ${recorded.seed})`, async () => {
    const times = timesFrom('bedrock');
    const { blocks } = await runRandomBlocks(recorded.seed, randomWorld(times, 'bedrock'), times, replay(recorded));
    assert.equal(blocks, recorded.blocks.length);
  });
}
