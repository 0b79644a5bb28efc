import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';

const DONE = 0;
const TRUNCATED = 1;
const CORRUPT = 2;
const OUTPUT_FULL = 3;
const CAPACITY = 4 << 20;

const unused = (): never => assert.fail('the decoder calls nothing outside');
const env = {
  preimage_open: unused,
  preimage_read: unused,
  hint: unused,
  write: unused,
  exit: unused,
  abort: unused,
};
const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(readFileSync(new URL('../../test-brotli.wasm', import.meta.url))),
  { env },
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

function compress(data: Uint8Array, quality: number, windowBits: number, mode = 0): Buffer {
  return brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: windowBits,
      [constants.BROTLI_PARAM_MODE]: mode,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
}

/** Deterministic bytes: hashes of a counter. */
function noise(length: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) parts.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

const english = Buffer.from(
  Array.from(
    { length: 400 },
    (_, i) => `The time of the ${i}th Download, Information and the people: "${i * 7919}".\n`,
  ).join(''),
);
const utf8 = Buffer.from('Пример текста на русском языке, обычные слова — 日本語のテキスト、普通の言葉。'.repeat(40));
const transactions = Buffer.concat(
  Array.from({ length: 800 }, (_, i) =>
    Buffer.concat([Buffer.from('02f8720a', 'hex'), Buffer.alloc(9), noise(i % 7 === 0 ? 68 : 20, `tx ${i}`)]),
  ),
);
const samples: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('x')],
  ['text with words of the dictionary', english],
  ['text beyond ASCII', utf8],
  ['transactions', transactions],
  ['noise', noise(70_000, 'noise')],
  ['zeros', Buffer.alloc(300_000)],
  ['all of it', Buffer.concat([english, transactions, utf8, noise(5000, 'tail'), english])],
];

for (const [name, data] of samples) {
  test(`streams of every quality and mode decompress: ${name}`, () => {
    for (let quality = 0; quality <= 11; quality++) {
      for (const [windowBits, mode] of [
        [10, constants.BROTLI_MODE_GENERIC],
        [16, constants.BROTLI_MODE_TEXT],
        [18, constants.BROTLI_MODE_FONT],
        [22, constants.BROTLI_MODE_GENERIC],
        [24, constants.BROTLI_MODE_TEXT],
      ] as const) {
        const stream = compress(data, quality, windowBits, mode);
        const { status, bytes, consumed } = decompress(stream);
        assert.equal(status, DONE, `quality ${quality}, window ${windowBits}`);
        assert.equal(consumed, stream.length);
        assert.ok(bytes.equals(data), `quality ${quality}, window ${windowBits}`);
      }
    }
  });
}

test('bytes behind the stream are not consumed', () => {
  const stream = compress(english, 9, 18);
  const { status, consumed, bytes } = decompress(Buffer.concat([stream, Buffer.from('more')]));
  assert.equal(status, DONE);
  assert.equal(consumed, stream.length);
  assert.ok(bytes.equals(english));
});

test('a truncated stream gives what can be decoded of it, and never less for more input', () => {
  const stream = compress(samples[7]?.[1] ?? english, 9, 18);
  let before = 0;
  for (let length = 0; length < stream.length; length += 13) {
    const { status, bytes } = decompress(stream.subarray(0, length));
    assert.equal(status, TRUNCATED);
    assert.ok(bytes.equals((samples[7]?.[1] ?? english).subarray(0, bytes.length)));
    assert.ok(bytes.length >= before);
    before = bytes.length;
  }
  assert.ok(before > 0);
});

test('output stops at the capacity', () => {
  const { status, bytes } = decompress(compress(english, 9, 18), 1000);
  assert.equal(status, OUTPUT_FULL);
  assert.ok(bytes.equals(english.subarray(0, 1000)));
  assert.equal(decompress(compress(english, 9, 18), english.length).status, DONE);
});

test('streams that break the format are refused', () => {
  // Section 9.1: the pattern for large windows; 9.2: a reserved bit; a distance beyond window and dictionary.
  assert.equal(decompress(Buffer.from([0x11, 0])).status, CORRUPT);
  assert.equal(decompress(Buffer.from([0x1c, 0xff])).status, CORRUPT);
  const stream = compress(english, 11, 22);
  let corrupt = 0;
  for (let at = 0; at < stream.length * 8; at += 11) {
    const flipped = Buffer.from(stream);
    flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
    const { status } = decompress(flipped, 1 << 20);
    if (status === CORRUPT) corrupt++;
  }
  assert.ok(corrupt > 10);
});
