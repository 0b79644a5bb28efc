import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, brotliCompressSync, deflateSync } from 'node:zlib';
import { RLP } from '@ethereumjs/rlp';
import { channelData, concat, fixed, singularBatch, type Compression } from './encoding.js';
import { instantiate, toHex } from './module.js';

const LIMIT = 100_000_000;

/** A batch with one transaction of `length` bytes. */
const batch = (length: number, byte = 0xab): Uint8Array =>
  singularBatch({
    parentHash: fixed(1, 32),
    epoch: 2,
    epochHash: fixed(3, 32),
    timestamp: 4,
    transactions: [new Uint8Array(length).fill(byte)],
  });

const read = (data: Uint8Array, limit = LIMIT, brotli = true, module = instantiate()): string[] =>
  module.ask<string[]>('channelBatches', data, BigInt(limit), brotli ? 1 : 0);

const forms: Compression[] = ['zlib', 'brotli', 'stored zlib', 'stored brotli'];

test('channels are read whatever they are compressed with', () => {
  const batches = [batch(10), batch(3000), batch(50_000), batch(1)];
  for (const form of forms) assert.deepEqual(read(channelData(batches, form)), batches.map(toHex), form);
});

test('levels, windows and strategies of compression make no difference', () => {
  const batches = [batch(10), batch(3000, 0xcd), batch(50_000), batch(1)];
  const content = concat(...batches.map((b) => RLP.encode(b)));
  const expected = batches.map(toHex);
  for (const windowBits of [9, 12, 15]) {
    for (const level of [0, 1, 9]) {
      assert.deepEqual(read(Uint8Array.from(deflateSync(content, { level, windowBits }))), expected);
    }
  }
  for (const quality of [0, 5, 11]) {
    for (const window of [10, 16, 24]) {
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: window };
      assert.deepEqual(read(concat([1], brotliCompressSync(content, { params }))), expected);
    }
  }
});

test('data of no known form holds nothing, and Brotli only since Fjord', () => {
  const good = channelData([batch(5)], 'brotli');
  assert.equal(read(good).length, 1);
  assert.deepEqual(read(good, LIMIT, false), []);
  for (const first of [0, 2, 7, 0x0f, 0x88, 0x79, 0xff]) assert.deepEqual(read(concat([first], good.slice(1))), []);
  assert.deepEqual(read(new Uint8Array(0)), []);
  const zlib = channelData([batch(5)], 'zlib');
  assert.deepEqual(read(concat(zlib.slice(0, 1), [(zlib[1] ?? 0) ^ 1], zlib.slice(2))), [], 'check bits');
});

test('batches before a truncation or an error count', () => {
  const batches = [batch(100), batch(100), batch(100)];
  for (const form of ['stored zlib', 'stored brotli'] as const) {
    const data = channelData(batches, form);
    // One module for all lengths, as one client reads many channels: a fresh one has gigabytes to be set up.
    const module = instantiate();
    const count = (_: unknown, length: number) => read(data.slice(0, length), LIMIT, true, module).length;
    const counts = Array.from({ length: data.length + 1 }, count);
    assert.deepEqual([...new Set(counts)], [0, 1, 2, 3], form);
  }
});

test('what is beyond the limit is cut off', () => {
  const batches = [batch(100), batch(100)];
  const size = RLP.encode(batch(100)).length;
  for (const form of forms) {
    const data = channelData(batches, form);
    assert.equal(read(data, 2 * size).length, 2, form);
    assert.equal(read(data, 2 * size - 1).length, 1, form);
    assert.equal(read(data, size).length, 1, form);
    assert.equal(read(data, size - 1).length, 0, form);
  }
});

// Measured with op-node's BatchReader (github.com/ethereum-optimism/optimism v1.19.6): the reader of batches passes its
// buffer by where 4096 bytes or more are left to read, and then gets the stream's last bytes together with its error.
test('an error that ends the stream takes a large last batch with it, and leaves a small one', () => {
  const broken = (length: number): Uint8Array => {
    const data = channelData([batch(10), batch(length)], 'zlib');
    return concat(data.slice(0, -1), [(data.at(-1) ?? 0) ^ 1]);
  };
  assert.equal(read(broken(3000)).length, 2);
  assert.equal(read(broken(7000)).length, 2);
  assert.equal(read(broken(12_000)).length, 1);
  assert.equal(read(channelData([batch(10), batch(12_000)], 'zlib')).length, 2);
  assert.equal(read(concat(channelData([batch(10), batch(12_000)], 'zlib'), [1, 2, 3])).length, 2);
  assert.equal(read(concat(channelData([batch(10), batch(12_000)], 'brotli'), [1, 2, 3])).length, 1);
});
