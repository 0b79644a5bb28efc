import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { createMPT } from '@ethereumjs/mpt';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex } from './module.js';
import { deposit, World } from './world.js';

const B = 'b'.repeat(40);
const order = (address: string): string => toHex(keccak_256(fromHex(address)));
const byte = (i: number): string => i.toString(16).padStart(2, '0');
const slot = (i: number): string => i.toString(16).padStart(64, '0');

test('a code that is the bytes of a trie node, which anyone may deploy, does not hide what is below the node', async () => {
  const slots = Array.from({ length: 40 }, (_, i) => i);
  const trie = await createMPT({ useKeyHashing: true });
  for (const i of slots) await trie.put(fromHex(slot(i)), RLP.encode(i + 1));
  const root = trie.root();
  const node = (await trie.database().db.get(toHex(root))) as unknown;
  const code = node instanceof Uint8Array ? node : fromHex(String(node));
  assert.equal(toHex(keccak_256(code)), toHex(root));
  // An account that a collection comes to before the one with the storage.
  const before = Array.from({ length: 100 }, (_, i) => (i + 1).toString(16).padStart(40, 'a')).find(
    (address) => order(address) < order(B),
  );
  assert.ok(before !== undefined);
  const world = new World('holocene', {
    [before]: { nonce: 1n, code: toHex(code) },
    [B]: {
      nonce: 1n,
      // Adds one to each slot.
      code: slots.map((i) => `60${byte(i)}5460010160${byte(i)}55`).join(''),
      storage: Object.fromEntries(slots.map((i) => [String(i), BigInt(i + 1)])),
    },
  });
  const { module } = world;
  const stateRoot = (RLP.decode(world.head) as Uint8Array[])[3] as Uint8Array;
  module.call('collectNodes', module.put(stateRoot), 1);
  const header = world.execute([deposit({ to: B, gas: 10_000_000n })]);
  assert.ok(header !== null, module.log());
  for (const i of slots) assert.equal(world.storage(B, BigInt(i)), BigInt(i + 2));
});
