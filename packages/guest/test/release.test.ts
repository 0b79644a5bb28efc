// The released ELF and what prestates.json says of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadElf } from '@obelisc/fpvm';
import { currentRelease, prestateHash, releasedElf } from '../src/release/released.js';

test('the released ELF is the one that prestates.json lists, and so is its prestate', () => {
  // releasedElf compares the ELF's own hash.
  assert.equal(prestateHash(releasedElf()), currentRelease().prestate);
});

test('the released ELF names the functions of the client, each once', () => {
  const { symbols } = loadElf(releasedElf()).metadata;
  const functions = symbols.filter(({ start }) => start >= 0x7e000000n);
  assert.ok(functions.some(({ name }) => name === 'trie/node/decodeNode'));
  assert.equal(new Set(functions.map(({ name }) => name)).size, functions.length);
  assert.ok(functions.every(({ name }) => !name.startsWith('$')));
});
