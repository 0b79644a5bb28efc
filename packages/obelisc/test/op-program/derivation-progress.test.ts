// What is said of how far a derivation is.
import assert from 'node:assert/strict';
import type { GatheringProgress } from '@obelisc/host';
import { test } from 'node:test';
import { DerivationProgress, duration } from '../../src/op-program/derivation-progress.js';

test('blocks of how many, time left at the pace so far, pre-images, what was fetched and is waited for', () => {
  let now = 0;
  let preimages = 0;
  let gathering: GatheringProgress | undefined;
  const progress = new DerivationProgress({ progress: () => gathering, preimages: () => preimages }, () => now);
  assert.equal(progress.text(), '');
  for (const line of [
    'lvl=info msg="Bootstrapped" l1Head=0x11 block=20 chain=901',
    'lvl=info msg="L1 head loaded" hash=0x11 number=9',
    'lvl=info msg="Loaded L2 head" hash=0x22 number=10',
    'Derived safe block number=15, in no log line',
  ])
    progress.see(line);
  assert.equal(progress.text(), 'L1 up to block 9, L2 block 10 of 20');
  progress.see('lvl=info msg="Starting derivation"');
  progress.see('lvl=info msg="Advancing bq origin" origin=3');
  progress.see('lvl=info msg="Derived safe block" hash=0x33 number=12');
  [now, preimages] = [1_000, 1_234];
  assert.equal(
    progress.text(),
    'L1 block 3 of 9, L2 block 12 of 20, 1,234 pre-images (1234/s)',
    'too soon for the time left',
  );
  now = 10_000;
  gathering = {
    l1Blocks: { done: 9, total: 9 },
    l2Blocks: { done: 4, total: 10 },
    blobs: { done: 0, total: 0 },
    inFlight: 1,
    waitingFor: 'L2 state',
  };
  assert.equal(
    progress.text(),
    'L1 block 3 of 9, L2 block 12 of 20, about 40 s left, 1,234 pre-images (123/s), ' +
      'fetched 9 of 9 L1 blocks and 4 of 10 L2 blocks, waiting for L2 state (1 request)',
  );
  progress.see('lvl=info msg="Derived safe block" hash=0x44 number=20');
  assert.doesNotMatch(progress.text(), /left/);
});

test('durations', () => {
  assert.deepEqual([1, 59_000, 61_000, 3_600_000, 8_100_000, 432_000_000].map(duration), [
    '1 s',
    '59 s',
    '1 min',
    '1 h 0 min',
    '2 h 15 min',
    '5 days',
  ]);
});
