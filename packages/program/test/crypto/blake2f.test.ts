import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buffer, call, hex, randomBytes } from './module.js';
import { precompile } from './precompiles.js';

const ADDRESS = 9;

/** What the client's F makes of the 213 bytes; null if it refuses them. */
function compress(data: Uint8Array): Uint8Array | null {
  const out = buffer(0, 64);
  const input = buffer(64, data.length);
  input.bytes.set(data);
  return call('blake2f', input.ptr, out.ptr) === 0 ? null : out.bytes.slice();
}

test('F equals @ethereumjs for every number of rounds up to 25 and both final flags', async () => {
  const random = randomBytes(0xb1a4e);
  for (let rounds = 0; rounds <= 25; rounds++) {
    for (const final of [0, 1]) {
      const data = random(213);
      new DataView(data.buffer).setUint32(0, rounds);
      data[212] = final;
      const [ours, theirs] = [compress(data), await precompile(ADDRESS, data)];
      assert.ok(ours !== null && theirs !== null);
      assert.equal(hex(ours), hex(theirs), `${rounds} rounds, final ${final}`);
    }
  }
});

test('a final flag other than 0 and 1 is refused', () => {
  for (const final of [2, 0x80, 0xff]) {
    const data = new Uint8Array(213);
    data[212] = final;
    assert.equal(compress(data), null);
  }
});

test("one block of BLAKE2b-512 equals Node's", () => {
  // The parameters of unkeyed BLAKE2b-512 are in the first word of the initial state (RFC 7693, section 3.3).
  const initial = [
    0x6a09e667f2bdc948n,
    0xbb67ae8584caa73bn,
    0x3c6ef372fe94f82bn,
    0xa54ff53a5f1d36f1n,
    0x510e527fade682d1n,
    0x9b05688c2b3e6c1fn,
    0x1f83d9abfb41bd6bn,
    0x5be0cd19137e2179n,
  ];
  const text = Buffer.from('abc');
  const data = Buffer.alloc(213);
  data.writeUInt32BE(12, 0);
  initial.forEach((word, i) => data.writeBigUInt64LE(word, 4 + 8 * i));
  text.copy(data, 68);
  data[196] = text.length;
  data[212] = 1;
  const expected = createHash('blake2b512').update(text).digest('hex');
  assert.equal(hex(compress(data) ?? new Uint8Array(0)), expected);
});
