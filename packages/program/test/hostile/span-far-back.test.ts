// Span batches that say they begin far back: how many older L2 blocks derivation looks at before it drops them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario, type Outcome } from '../derivation/scenario-run.js';
import { genesisTime, HostileChain, span, type ForkName, type SpanCounts } from './hostile-chain.js';

const WINDOW = 20;
const L1_BLOCKS = 400;
/** Blocks that come of L1 without batches, and where the second run starts. */
const SAFE = 6 * (L1_BLOCKS - WINDOW + 1) - 1;
const AGREED = Math.floor((SAFE * 7) / 8);

/** Derives from block AGREED on, with that span, which reaches beyond the safe head, in the last L1 block but one. */
function derive(fork: ForkName, fields?: Pick<SpanCounts, 'relativeTime' | 'epoch' | 'parent'>): Outcome {
  const chain = new HostileChain({ fork, window: WINDOW });
  while (chain.l1.length < L1_BLOCKS - 1) chain.seal([]);
  if (fields === undefined) chain.seal([]);
  else chain.postChannel(span({ blocks: 3000, ...fields }));
  chain.seal([]);
  const outcome = runScenario({
    name: fork,
    config: chain.config,
    l1: chain.l1.map((hash) => ({
      hash,
      header: chain.preimages.get(`02${Buffer.from(hash).toString('hex').slice(2)}`) ?? new Uint8Array(0),
      transactions: [],
      receipts: [],
    })),
    nodes: [...chain.preimages].map(([key, value]) => [Buffer.from(`00${key.slice(2)}`, 'hex'), value]),
    target: 1_000_000,
    extraAt: (time) => chain.extraAt(time),
    startEighths: 7,
    prague: null,
  });
  if (outcome.again === undefined) throw new Error('there was no second run');
  return outcome.again;
}

for (const fork of ['granite', 'holocene'] satisfies ForkName[]) {
  const quiet = derive(fork);
  const lies: [string, Parameters<typeof derive>[1] & object][] = [
    ['whose sequencing window is over', { relativeTime: 200, epoch: 16 }],
    ['whose epoch is the newest there can be', { relativeTime: 200, epoch: 380 }],
    ['that begins behind the genesis, with the newest epoch', { relativeTime: 2, epoch: 380 }],
    ['whose epoch is still to come', { relativeTime: 200, epoch: 398 }],
  ];
  for (const [name, fields] of lies) {
    test(`no older block is looked at for a span ${name}: ${fork}`, () => {
      const { built, result, l2Headers } = derive(fork, fields);
      assert.deepEqual({ built, result }, { built: quiet.built, result: quiet.result });
      assert.equal(l2Headers, quiet.l2Headers);
    });
  }
  test(`a span that may begin before the agreed block is compared with its parent: ${fork}`, () => {
    const back = 30;
    const { built, result, l2Headers, log } = derive(fork, { relativeTime: 2 * (AGREED - back), epoch: 379 });
    assert.deepEqual({ built, result }, { built: quiet.built, result: quiet.result });
    assert.equal(l2Headers, quiet.l2Headers + back + 1);
    assert.match(log, /the parent check fails/);
  });
}

test('the chains are as long as the spans take them for', () => {
  const { built } = derive('holocene');
  assert.equal(built[0]?.timestamp, genesisTime + 2 * (AGREED + 1));
  assert.equal(built.at(-1)?.number, SAFE);
});
