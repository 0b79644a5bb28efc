// Our trie against @ethereumjs/mpt, on random entries.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMPT, verifyMerkleProof } from '@ethereumjs/mpt';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { SeededNumbers } from '../src/seed.js';
import { decodeNode, TrieNodeError } from '../src/trie/node.js';
import { orderedTrieRoot, Trie } from '../src/trie/trie.js';

const noNodes = (): never => assert.fail('the trie lies in memory');

test('roots stay equal under insertions, changes and deletions', async () => {
  const numbers = new SeededNumbers('trie', 'entries');
  const keys = Array.from({ length: 60 }, () => key(numbers));
  const ours = new Trie(noNodes);
  const theirs = await createMPT();
  for (let i = 0; i < 600; i++) {
    const at = keys[numbers.below(keys.length)] ?? assert.fail();
    if (numbers.below(5) < 2) {
      ours.delete(at);
      await theirs.del(at);
    } else {
      // Short values make nodes that lie in their parents.
      const value = numbers.bytes(1 + numbers.below(i % 2 === 0 ? 3 : 50));
      ours.put(at, value);
      await theirs.put(at, value);
      assert.deepEqual(ours.get(at), value);
    }
    assert.equal(bytesToHex(ours.hash()), bytesToHex(theirs.root()), `after ${i + 1} operations`);
  }
});

test('a trie is read back from its stored nodes, and changed from there', async () => {
  const numbers = new SeededNumbers('trie', 'stored');
  const entries = Array.from({ length: 80 }, () => [key(numbers), numbers.bytes(40)] as const);
  const nodes = new Map<string, Uint8Array>();
  const first = new Trie(noNodes);
  for (const [at, value] of entries) first.put(at, value);
  const root = first.hash((hash, encoding) => nodes.set(bytesToHex(hash), encoding));
  const read = (hash: Uint8Array): Uint8Array => nodes.get(bytesToHex(hash)) ?? assert.fail('a node is missing');
  const again = new Trie(read, root);
  for (const [at, value] of entries) assert.deepEqual(again.get(at), value);
  assert.equal(again.get(new Uint8Array(32)), undefined);
  const theirs = await createMPT();
  for (const [at, value] of entries.slice(40)) await theirs.put(at, value);
  for (const [at] of entries.slice(0, 40)) again.delete(at);
  assert.equal(bytesToHex(again.hash()), bytesToHex(theirs.root()));
});

test('proofs of presence and absence hold', async () => {
  const numbers = new SeededNumbers('trie', 'proofs');
  const trie = new Trie(noNodes);
  const entries = Array.from({ length: 50 }, () => [key(numbers), numbers.bytes(33)] as const);
  for (const [at, value] of entries) trie.put(at, value);
  const root = trie.hash();
  for (const [at, value] of entries) {
    assert.deepEqual(await verifyMerkleProof(at, trie.prove(at), { root }), value);
  }
  const absent = key(numbers);
  assert.equal(await verifyMerkleProof(absent, trie.prove(absent), { root }), null);
});

test('the trie of a list has the indexes as keys', () => {
  // One entry: a leaf with the path 8, 0 (the RLP of index 0 is 0x80), which is the root though it is short.
  const leaf = hexToBytes('0xc582208081ff');
  assert.equal(bytesToHex(orderedTrieRoot([Uint8Array.of(0xff)])), bytesToHex(keccak_256(leaf)));
});

test('what is no node is refused', () => {
  for (const encoding of ['0x80', '0xc0', '0xc3010203', '0xc2c080', '0xc28080'] as const) {
    assert.throws(() => decodeNode(hexToBytes(encoding)), TrieNodeError, encoding);
  }
});

function key(numbers: SeededNumbers): Uint8Array {
  // Few different leading bytes make long common paths.
  const bytes = numbers.bytes(32);
  bytes.fill(numbers.below(3), 0, 1 + numbers.below(3));
  return bytes;
}
