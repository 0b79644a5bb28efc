import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateSync } from 'node:zlib';
import { buffer, call, hex, randomBytes } from '../crypto/module.js';
import { outcome, readRecordings, withFlippedBit } from './outcomes.js';

const STATUS = ['done', 'truncated', 'corrupt', 'output full', 'bad header'] as const;

function inflate(data: Uint8Array, capacity: number): { output: Uint8Array; status: string; checksumFits: boolean } {
  const target = buffer(0, capacity + 16);
  const source = buffer(capacity + 16, data.length);
  source.bytes.set(data);
  target.bytes.fill(0xa5);
  const produced = call('inflateZlib', source.ptr, data.length, target.ptr, capacity);
  const status = STATUS[call('zlibStatus')] ?? 'unknown';
  assert.equal(hex(target.bytes.subarray(capacity)), 'a5'.repeat(16), 'nothing is written beyond the capacity');
  const checksumFits = status === 'done' && call('adler32', target.ptr, produced) >>> 0 === call('zlibChecksum') >>> 0;
  return { output: target.bytes.slice(0, produced), status, checksumFits };
}

const random = randomBytes(0x1f1a7e);
const words = Buffer.from('frame channel batch span singular deposit output root claim '.repeat(40));
const sources: [string, Uint8Array][] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['words', words],
  ['a run', Buffer.alloc(70_000, 'z')],
  ['random bytes', random(40_000)],
  ['numbers', Buffer.from(Array.from({ length: 9000 }, (_, i) => String(i * i)).join(','))],
  ['random bytes repeated beyond the window', Buffer.concat([random(32_768), words, random(5000)])],
  ['short periods', Buffer.concat([2, 3, 4, 5, 6, 7, 8, 9].map((n) => Buffer.concat(Array(300).fill(random(n)))))],
];

for (const [name, source] of sources) {
  test(`zlib's own streams of ${name}, at all levels, strategies and window sizes`, () => {
    for (const level of [0, 1, 5, 9]) {
      for (const strategy of [0, constants.Z_FILTERED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE, constants.Z_FIXED]) {
        for (const windowBits of [9, 15]) {
          for (const memLevel of [1, 9]) {
            const data = deflateSync(source, { level, strategy, windowBits, memLevel });
            const { output, status, checksumFits } = inflate(data, source.length + 1000);
            assert.equal(status, 'done');
            assert.ok(checksumFits);
            assert.ok(Buffer.from(source).equals(output));
          }
        }
      }
    }
  });

  test(`a limit on the output of ${name} stops at exactly that many bytes`, () => {
    for (const level of [0, 6]) {
      const data = deflateSync(source, { level });
      const exact = inflate(data, source.length);
      assert.equal(exact.status, 'done');
      for (const capacity of [0, 1, 2, 100, 257, 258, 300, source.length >> 1, source.length - 1]) {
        if (capacity < 0 || capacity >= source.length) continue;
        const { output, status } = inflate(data, capacity);
        assert.equal(status, 'output full');
        assert.ok(Buffer.from(source.subarray(0, capacity)).equals(output));
      }
    }
  });
}

for (const { name, data, truncated, flipped } of readRecordings('zlib.txt')) {
  const letter = {
    done: 'd',
    truncated: 't',
    corrupt: 'c',
    'output full': 'f',
    'bad header': 'h',
    unknown: '?',
  } as const;
  const ours = (damaged: Uint8Array): string => {
    const { output, status, checksumFits } = inflate(damaged, 400_000);
    const end = status === 'done' && !checksumFits ? 'k' : letter[status as keyof typeof letter];
    return outcome(output, end);
  };

  test(`the stream "${name}" cut at every length yields what Go's reader delivers`, () => {
    assert.ok(truncated.size === data.length + 1);
    for (const [length, expected] of truncated)
      assert.equal(ours(data.subarray(0, length)), expected, `${length} bytes`);
  });

  test(`the stream "${name}" with one bit inverted yields what Go's reader delivers`, () => {
    assert.ok(flipped.size > 0);
    for (const [position, expected] of flipped) {
      // Which of two faults is seen first decides only the name of the error, not the bytes before it.
      const result = ours(withFlippedBit(data, position));
      assert.equal(result.replace(/\.[tc]$/, ''), expected.replace(/\.[tc]$/, ''), `bit ${position}`);
    }
  });
}
