import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { outcome, readRecordings, withFlippedBit } from './outcomes.js';

const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(readFileSync(new URL('../../test-brotli.wasm', import.meta.url))),
  { env: { abort: (): never => assert.fail('the decoder does not abort') } },
);
const call = (name: string, ...args: number[]): number => {
  const f = exports[name];
  assert.ok(typeof f === 'function');
  return f(...args) as number;
};
const memory = exports['memory'] as WebAssembly.Memory;
const CAPACITY = 1 << 20;
const source = call('allocate', 1 << 17);
const target = call('allocate', CAPACITY);

/** The end of the input is an error or none to the reference by how its last read fell; only the bytes count then. */
const withoutTruncation = (recorded: string): string => recorded.replace(/\.t$/, '.d');

/** What our decoder makes of the stream, in the recordings' form. */
function ours(stream: Uint8Array): string {
  new Uint8Array(memory.buffer, source, stream.length).set(stream);
  const length = call('decompress', source, stream.length, target, CAPACITY);
  const letters = ['d', 't', 'c', 'f'] as const;
  const behind = call('status') === 0 && call('consumed') < stream.length;
  const end = behind ? 'x' : (letters[call('status')] ?? '?');
  return withoutTruncation(outcome(new Uint8Array(memory.buffer, target, length), end));
}

for (const { name, data, truncated, flipped } of readRecordings('brotli.txt')) {
  test(`the stream "${name}" cut short yields what Go's reader delivers`, () => {
    assert.ok(truncated.size > 1);
    for (const [length, expected] of truncated)
      assert.equal(ours(data.subarray(0, length)), withoutTruncation(expected), `${length} bytes`);
  });

  test(`the stream "${name}" with one bit inverted yields what Go's reader delivers`, () => {
    assert.ok(flipped.size > 0);
    for (const [position, expected] of flipped) {
      assert.equal(ours(withFlippedBit(data, position)), withoutTruncation(expected), `bit ${position}`);
    }
  });
}
