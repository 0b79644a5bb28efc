import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from './module.js';
import { executeBlock, readBlocks, skip, startAtGenesis } from './devnet.js';

test('every block of the devnet comes out with its hash and output root', { skip }, (t) => {
  const blocks = readBlocks();
  const { module, stateRoot } = startAtGenesis();
  assert.equal(`0x${stateRoot}`, blocks[0]?.stateRoot);
  const memory = module.call('memoryTaken');
  let time = 0;
  let collected = 0;
  for (const [i, block] of blocks.slice(1).entries()) {
    const start = performance.now();
    const made = executeBlock(module, blocks[i] as (typeof blocks)[0], block);
    time += performance.now() - start;
    // Giving up the nodes of all former states must lose none that this one needs.
    if (block.number % 40 === 0) {
      const bytes = module.global('keptSince') + module.global('keptBefore');
      module.call('collectNodes', module.put(fromHex(block.stateRoot)), 1);
      const left = module.global('keptBefore');
      assert.ok(left > 0 && left < bytes, `${left} of ${bytes} bytes are left after block ${block.number}`);
      collected += bytes - left;
    }
    assert.deepEqual(
      made,
      { hash: block.hash, outputRoot: block.outputRoot },
      `block ${block.number} ${module.log()} ${module.hints.at(-1)}`,
    );
  }
  t.diagnostic(
    `${(time / (blocks.length - 1)).toFixed(2)} ms a block, ${module.call('memoryTaken') - memory} bytes of memory more, ${collected} bytes of nodes given up`,
  );
});
