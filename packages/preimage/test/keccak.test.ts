// Keccak-256 of the client's sources beside that of @noble/hashes: every length up to some rates, and those about a piece's end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { keccak256 } from '../src/keccak.js';

const RATE = 136;
/** Values are hashed in pieces of as many whole rates as 64 KiB hold. */
const PIECE = 481 * RATE;

test('values of every length have the hash that another implementation gives them', () => {
  const around = [1, 2, 3].flatMap((pieces) => [-RATE, -1, 0, 1, RATE - 1, RATE].map((more) => pieces * PIECE + more));
  const lengths = [...Array.from({ length: 4 * RATE + 2 }, (_, length) => length), ...around];
  const bytes = Uint8Array.from({ length: Math.max(...lengths) }, (_, i) => (i * 131 + (i >> 8) * 7) & 0xff);
  for (const length of lengths) {
    // One that lies anywhere in its buffer.
    const value = bytes.subarray(bytes.length - length);
    assert.deepEqual(keccak256(value), keccak_256(value), `${length} bytes`);
  }
});

test('a hash is its own, whatever is hashed afterwards', () => {
  const first = keccak256(Buffer.from('first'));
  keccak256(Buffer.from('second'));
  assert.deepEqual(first, keccak_256(Buffer.from('first')));
});
