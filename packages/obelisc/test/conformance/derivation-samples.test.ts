// Odd streams, frames, RLP, spans, blobs, receipts and updates of the settings: the blocks are those that op-program's Go client
// derives, natively and in the machine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { outputOf, sampleOf } from './derivation-samples.js';
import { inMachine, natively } from './in-machine.js';

const recorded = JSON.parse(
  readFileSync(new URL('../../../test/conformance/derivation-samples.json', import.meta.url), 'utf8'),
) as { outputs: Record<string, string | null> };
const all = Object.entries(recorded.outputs).map(([seed, output]) => ({ seed: Number(seed), output }));

test('samples of odd data derive natively to what the Go client derives', async () => {
  assert.ok(all.length >= 64);
  for (const { seed, output } of all) {
    const { name, claim } = sampleOf(seed);
    assert.equal(outputOf(await natively(claim())), output, name);
  }
});

test('one of each kind does so in the machine, and says the same', async () => {
  for (const { seed, output } of all.slice(8, 16)) {
    const { name, claim } = sampleOf(seed);
    const { ending } = await inMachine(claim());
    assert.equal(outputOf(ending), output, name);
    assert.deepEqual(ending, await natively(claim()), name);
  }
});
