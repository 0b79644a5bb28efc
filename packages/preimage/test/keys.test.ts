import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  blobKey,
  describeKey,
  formatHint,
  integrityFault,
  keccak256Key,
  keyHex,
  localIndex,
  localKey,
  MalformedHintError,
  parseHint,
  precompileKey,
  sha256Key,
} from '../src/index.js';

const text = Buffer.from('a pre-image');

test('a local key holds its index big endian in the last eight bytes', () => {
  assert.equal(keyHex(localKey(5)), `01${'00'.repeat(30)}05`);
  assert.equal(keyHex(localKey(2n ** 64n - 1n)), `01${'00'.repeat(23)}${'ff'.repeat(8)}`);
  assert.equal(localIndex(localKey(7)), 7n);
  assert.equal(localIndex(keccak256Key(new Uint8Array(32))), undefined);
});

test('a hash key is the hash with the type in its first byte', () => {
  const hash = keccak_256(text);
  const tail = Buffer.from(hash.subarray(1)).toString('hex');
  assert.equal(keyHex(keccak256Key(hash)), `02${tail}`);
  assert.equal(keyHex(sha256Key(hash)), `04${tail}`);
  assert.equal(keyHex(blobKey(hash)), `05${tail}`);
  assert.equal(keyHex(precompileKey(hash)), `06${tail}`);
  assert.match(describeKey(keccak256Key(hash)), /^0x02[0-9a-f]{62} \(keccak256\)$/);
  assert.throws(() => keccak256Key(text), RangeError);
});

test('values of keccak256 and sha256 keys are checked in full', () => {
  assert.equal(integrityFault(keccak256Key(keccak_256(text)), text), undefined);
  assert.equal(integrityFault(sha256Key(sha256(text)), text), undefined);
  assert.match(integrityFault(keccak256Key(keccak_256(text)), Buffer.from('another')) ?? '', /keccak256/);
  assert.match(integrityFault(sha256Key(sha256(text)), Buffer.from('another')) ?? '', /sha256/);
});

test('field elements and precompile results are checked as far as they can be', () => {
  const hash = keccak_256(text);
  assert.equal(integrityFault(blobKey(hash), new Uint8Array(32)), undefined);
  assert.match(integrityFault(blobKey(hash), new Uint8Array(31)) ?? '', /32 bytes/);
  assert.match(integrityFault(blobKey(hash), new Uint8Array(32).fill(0xff)) ?? '', /modulus/);
  assert.equal(integrityFault(precompileKey(hash), Uint8Array.of(1, 2)), undefined);
  assert.match(integrityFault(precompileKey(hash), new Uint8Array(0)) ?? '', /0 or 1/);
});

test('a hint is its type, a space and hexadecimal, which some programs write without 0x', () => {
  assert.equal(formatHint({ type: 'l2-code', payload: Uint8Array.of(1, 0xab) }), 'l2-code 0x01ab');
  assert.deepEqual(parseHint('l2-code 0x01AB'), { type: 'l2-code', payload: Uint8Array.of(1, 0xab) });
  assert.deepEqual(parseHint('empty 0x'), { type: 'empty', payload: new Uint8Array(0) });
  assert.deepEqual(parseHint('l2-code 01AB'), parseHint('l2-code 0x01ab'));
  for (const bad of ['l2-code', 'l2-code 0x01a', 'l2-code 0xzz', 'l2-code 0x00 ']) {
    assert.throws(() => parseHint(bad), MalformedHintError, bad);
  }
});
