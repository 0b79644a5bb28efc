import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';

const DONE = 0;
const TRUNCATED = 1;
const OUTPUT_FULL = 3;
const CAPACITY = 4 << 20;

const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(readFileSync(new URL('../../test-inflate.wasm', import.meta.url))),
  { env: { abort: (): never => assert.fail('the decoder does not abort') } },
);
const call = (name: string, ...args: number[]): number => {
  const f = exports[name];
  assert.ok(typeof f === 'function');
  return f(...args) as number;
};
const memory = exports.memory as WebAssembly.Memory;
const source = call('allocate', 4 << 20);
const target = call('allocate', CAPACITY);

function decompress(stream: Uint8Array, capacity = CAPACITY) {
  new Uint8Array(memory.buffer, source, stream.length).set(stream);
  const length = call('decompress', source, stream.length, target, capacity);
  return {
    status: call('status'),
    consumed: call('consumed'),
    bytes: Buffer.from(memory.buffer.slice(target, target + length)),
  };
}

/** Deterministic bytes: hashes of a counter. */
function noise(length: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) parts.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

const text = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * 7919} of ${i % 13}\n`).join(''));
const samples: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('x')],
  ['text', text],
  ['noise', noise(200_000, 'noise')],
  ['zeros', Buffer.alloc(1_000_000)],
  ['a mixture', Buffer.concat([text, noise(70_000, 'mixture'), text])],
];

for (const [name, data] of samples) {
  test(`streams of every level and strategy decompress: ${name}`, () => {
    for (let level = 0; level <= 9; level++) {
      for (const strategy of [
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_RLE,
        constants.Z_FIXED,
      ]) {
        const stream = deflateRawSync(data, { level, strategy });
        const { status, bytes, consumed } = decompress(stream);
        assert.equal(status, DONE, `level ${level}, strategy ${strategy}`);
        assert.equal(consumed, stream.length);
        assert.ok(bytes.equals(data), `level ${level}, strategy ${strategy}`);
      }
    }
  });
}

test('bytes behind the stream are not consumed', () => {
  const stream = deflateRawSync(text);
  assert.equal(decompress(Buffer.concat([stream, Buffer.from('more')])).consumed, stream.length);
});

test('a truncated stream gives what can be decoded of it', () => {
  for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED]) {
    const stream = deflateRawSync(text, { strategy });
    let before = 0;
    for (let length = 0; length < stream.length; length += 7) {
      const { status, bytes } = decompress(stream.subarray(0, length));
      assert.equal(status, TRUNCATED);
      assert.ok(bytes.equals(text.subarray(0, bytes.length)));
      assert.ok(bytes.length >= before);
      before = bytes.length;
    }
    assert.ok(before > text.length - 100);
  }
});

test('output stops at the capacity', () => {
  const { status, bytes } = decompress(deflateRawSync(text), 1000);
  assert.equal(status, OUTPUT_FULL);
  assert.ok(bytes.equals(text.subarray(0, 1000)));
  assert.equal(decompress(deflateRawSync(text), text.length).status, DONE);
});

test("damaged streams give as many bytes as Go's compress/flate before its error", () => {
  // Recorded with Go 1.22: each entry is a stream, and for the streams that flipping a bit or cutting it makes of it,
  // the number of bytes read and the SHA-256 of all outcomes.
  const recorded = JSON.parse(
    readFileSync(new URL('../../../test/compression/go-flate.json', import.meta.url), 'utf8'),
  ) as {
    stream: string;
    flips: number[];
    cuts: number[];
    digest: string;
  }[];
  assert.equal(recorded.length, 4);
  for (const { stream, flips, cuts, digest } of recorded) {
    const bytes = Buffer.from(stream, 'base64');
    const all = createHash('sha256');
    flips.forEach((expected, bit) => {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const outcome = decompress(damaged);
      assert.equal(outcome.bytes.length, expected, `bit ${bit}`);
      all.update(outcome.bytes);
    });
    cuts.forEach((expected, length) => {
      const outcome = decompress(bytes.subarray(0, length));
      assert.equal(outcome.bytes.length, expected, `cut to ${length}`);
      all.update(outcome.bytes);
    });
    assert.equal(all.digest('hex'), digest);
  }
});
