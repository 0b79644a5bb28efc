// Random blocks from Bedrock to Karst beside op-geth. REFERENCE_OP_GETH names a program that executes blocks with
// op-geth's packages (github.com/ethereum-optimism/op-geth v1.101702.3: core.ApplyTransaction and what the miner does
// around it), a JSON request a line in and an answer a line out, as op-geth.ts writes and reads them. With
// REFERENCE_RECORD=FILE its answers are recorded there, for op-geth.test.ts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { askOpGeth, type Recorded } from './op-geth.js';
import { accounts, randomWorld, runRandomBlocks, timesFrom } from './random-blocks.js';

const program = process.env['REFERENCE_OP_GETH'];
const file = process.env['REFERENCE_RECORD'];
const runs = Number(process.env['REFERENCE_RUNS'] ?? 4);
const recorded: Recorded[] = [];

for (let seed = 1; seed <= runs; seed++) {
  const skip = program === undefined && 'REFERENCE_OP_GETH names no program that executes blocks as op-geth does';
  test(`random blocks come out as op-geth's (seed ${seed})`, { skip }, async (t) => {
    const times = timesFrom('bedrock');
    const world = randomWorld(times, 'bedrock');
    const blocks: string[] = [];
    const reference = await askOpGeth(program ?? '', times, accounts, world.head, blocks);
    try {
      const { included, refused } = await runRandomBlocks(seed, world, times, reference);
      assert.ok(refused > 5);
      t.diagnostic(`${blocks.length} blocks, ${included} transactions in them, ${refused} refused`);
    } finally {
      reference.close();
    }
    recorded.push({ seed, blocks });
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(recorded, undefined, 2)}\n`);
  });
}
