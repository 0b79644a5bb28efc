import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RangeDisplay } from '../../src/validate/range-display.js';

test('a range in segments is shown as a whole, with the time that is left at its pace', () => {
  let now = 0;
  const full = new RangeDisplay(true, false, () => now);
  const native = new RangeDisplay(true, true, () => now);
  assert.equal(full.text(), '');
  const progress = { natively: 60n, inMachine: 20n, blocks: 120n, segmentsDone: 1, segments: 6 };
  for (const display of [full, native]) display.see(progress);
  now = 2_000;
  assert.equal(full.text(), '1 of 6 segments, 60 of 120 blocks natively, 20 in the machine');
  now = 40_000;
  assert.equal(full.text(), '1 of 6 segments, 60 of 120 blocks natively, 20 in the machine, about 1 min left');
  assert.equal(native.text(), '1 of 6 segments, 60 of 120 blocks natively, about 40 s left');
  full.see({ ...progress, natively: 120n, inMachine: 120n, segmentsDone: 6 });
  assert.equal(full.text(), '6 of 6 segments, 120 of 120 blocks natively, 120 in the machine');
  for (const display of [full, native]) display.stop();
});
