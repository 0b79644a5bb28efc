import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { LineBatch } from '../../src/terminal/line-batch.js';

test('lines are written together at the next turn of the event loop, in their order', async () => {
  const writes: string[] = [];
  const batch = new LineBatch((text) => writes.push(text));
  for (const line of ['one\n', 'two\n']) batch.write(line);
  assert.deepEqual(writes, []);
  await setImmediate();
  assert.deepEqual(writes, ['one\ntwo\n']);
  batch.write('three\n');
  batch.flush();
  await setImmediate();
  batch.write('four\n');
  await setImmediate();
  assert.deepEqual(writes, ['one\ntwo\n', 'three\n', 'four\n']);
});

test('a flood is written piece by piece and never waits for its end', () => {
  const writes: string[] = [];
  const batch = new LineBatch((text) => writes.push(text));
  const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} ${'x'.repeat(90)}\n`);
  for (const line of lines) batch.write(line);
  assert.ok(writes.length > 2 && writes.length < 10, `${writes.length} writes`);
  batch.flush();
  assert.equal(writes.join(''), lines.join(''));
});
