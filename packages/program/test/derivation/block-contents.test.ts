// What is kept of a block's transactions for span batches that overlap it: themselves, or beyond 16 MiB their digest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantiate } from './module.js';

const MIB = 1 << 20;
const NONE = 0xffffffff;

for (const [name, count, size] of [
  ['kept themselves', 40, 333],
  ['one byte each', 300, 1],
  ['just kept themselves', 15, MIB],
  ['by their digest', 18, MIB],
] as const) {
  test(`${name}: the same transactions are the same, and no others`, () => {
    const module = instantiate();
    module.call('makeContents', count, size);
    const same = (changed: number, by = 0): unknown => module.call('sameContents', count, size, changed, by);
    assert.equal(same(NONE), 1);
    for (const changed of [0, count >> 1, count - 1]) {
      assert.equal(same(changed), 0, `another ${changed}`);
      assert.equal(same(changed, 1), 0, `a longer ${changed}`);
      if (size > 1) assert.equal(same(changed, -1), 0, `a shorter ${changed}`);
    }
    assert.equal(same(NONE), 1, 'once more');
    assert.equal(module.call('sameContents', count + 1, size, NONE, 0), 0, 'one more');
    assert.equal(module.call('sameContents', count - 1, size, NONE, 0), 0, 'one less');
  });
}

test('what a digest or a block that is undone leaves is room for others', () => {
  const module = instantiate();
  const held = (count: number, size: number): number => Number(module.call('makeContents', count, size));
  assert.ok(held(15, MIB) >= 15 * MIB);
  assert.equal(held(18, MIB), 0, 'the digest took the place of all');
  assert.ok(held(15, MIB) >= 15 * MIB, 'kept again');
  assert.ok(held(2, 100) < 1024);
});
