import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { buffer, call, digest, hex, randomBytes } from './module.js';

const hashes = [
  ['keccak256', keccak_256, 32],
  ['sha256', sha256, 32],
  ['ripemd160', ripemd160, 20],
] as const;

for (const [name, reference, length] of hashes) {
  test(`${name} of every length around its blocks equals @noble/hashes`, () => {
    const random = randomBytes(0x5eed);
    for (let n = 0; n <= 600; n++) {
      const data = random(n);
      assert.equal(hex(digest(name, data, length)), hex(reference(data)), `${n} bytes`);
    }
  });

  test(`${name} of 100,003 bytes equals @noble/hashes`, () => {
    const data = randomBytes(7)(100_003);
    assert.equal(hex(digest(name, data, length)), hex(reference(data)));
  });

  test(`${name} may write its result over its input`, () => {
    const data = randomBytes(9)(200);
    const input = buffer(0, 200);
    input.bytes.set(data);
    call(name, input.ptr, 200, input.ptr);
    assert.equal(hex(input.bytes.subarray(0, length)), hex(reference(data)));
  });
}

test('published vectors', () => {
  // The empty string: Ethereum's empty-code hash; FIPS 180-4's examples of NIST.
  assert.equal(
    hex(digest('keccak256', new Uint8Array(0), 32)),
    'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  );
  assert.equal(
    hex(digest('sha256', Buffer.from('abc'), 32)),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
