import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { startModule, toHex } from '../execution/module.js';

for (const length of [20, 32, 64]) {
  test(`hashes of ${length} bytes that come again, and that take each other's place, are Keccak-256`, () => {
    const module = startModule();
    const data = module.put(new Uint8Array(length));
    const out = module.put(new Uint8Array(32));
    const check = (input: Uint8Array): void => {
      module.set(data, input);
      module.call(`hash${length}`, data, out);
      assert.equal(toHex(module.get(out, 32)), toHex(keccak_256(input)));
    };
    // Nothing but zeros is an input like any other, though the table begins with zeros.
    check(new Uint8Array(length));
    check(new Uint8Array(length));
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 3000; i++) {
        const input = new Uint8Array(length);
        new DataView(input.buffer).setUint32((i % (length / 4)) * 4, i);
        check(input);
      }
    }
    // Inputs that differ in one byte anywhere.
    for (let i = 0; i < length; i++) {
      const input = new Uint8Array(length).fill(0xaa);
      input[i] = 0xab;
      check(input);
      check(new Uint8Array(length).fill(0xaa));
    }
  });
}
