import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMPT, type MerklePatriciaTrie } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { MapDB } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { startModule, toHex, type Harness, type Preimages } from '../execution/module.js';

/** A small generator of numbers that repeat from run to run. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class TestTrie {
  readonly place: number;
  readonly module: Harness;
  constructor(module: Harness, root?: Uint8Array) {
    this.module = module;
    this.place = module.put(new Uint8Array(4));
    if (root) module.call('openTrie', this.place, module.put(root));
  }
  insert(key: Uint8Array, value: Uint8Array): void {
    this.module.call('insert', this.place, this.module.put(key), key.length, this.module.put(value), value.length);
  }
  remove(key: Uint8Array): void {
    this.module.call('remove', this.place, this.module.put(key), key.length);
  }
  find(key: Uint8Array): Uint8Array | null {
    const address = this.module.call('find', this.place, this.module.put(key), key.length);
    return address === 0 ? null : this.module.get(address, this.module.global('foundLength'));
  }
  hash(kept = false): Uint8Array {
    const out = this.module.put(new Uint8Array(32));
    this.module.call('hashTrie', this.place, kept, out);
    return this.module.get(out, 32);
  }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('an empty trie has the root keccak256(0x80)', () => {
  const trie = new TestTrie(startModule());
  assert.deepEqual(trie.hash(), keccak_256(Uint8Array.of(0x80)));
  assert.equal(trie.find(text('a')), null);
});

test('keys that are the start of others, values in branches', () => {
  // ethereum/tests TrieTests/trieanyorder.json: "dogs", "puppy", "foo".
  const trie = new TestTrie(startModule());
  for (const [key, value] of [
    ['doe', 'reindeer'],
    ['dog', 'puppy'],
    ['dogglesworth', 'cat'],
  ] as const) {
    trie.insert(text(key), text(value));
  }
  assert.equal(toHex(trie.hash()), '8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3');
  const puppy = new TestTrie(startModule());
  for (const [key, value] of [
    ['do', 'verb'],
    ['horse', 'stallion'],
    ['doge', 'coin'],
    ['dog', 'puppy'],
  ] as const) {
    puppy.insert(text(key), text(value));
  }
  assert.equal(toHex(puppy.hash()), '5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84');
  assert.deepEqual(puppy.find(text('dog')), text('puppy'));
  assert.deepEqual(puppy.find(text('do')), text('verb'));
  assert.equal(puppy.find(text('d')), null);
  assert.equal(puppy.find(text('dogs')), null);
});

for (const [name, keyLength, alphabet] of [
  ['short keys that share their starts', 3, 4],
  ['keys of 32 random bytes', 32, 256],
  ['keys of differing lengths', 0, 3],
] as const) {
  test(`inserts and removals give the roots of @ethereumjs/mpt: ${name}`, async () => {
    const next = generator(keyLength * 7 + alphabet);
    const bytes = (length: number, of: number): Uint8Array => Uint8Array.from({ length }, () => next(of));
    const trie = new TestTrie(startModule());
    const other = await createMPT();
    const present = new Map<string, Uint8Array>();
    const keys: Uint8Array[] = [];
    for (let round = 0; round < 1500; round++) {
      const known = keys.length > 0 && next(3) > 0 ? keys[next(keys.length)] : undefined;
      const key = known ?? bytes(keyLength === 0 ? 1 + next(5) : keyLength, alphabet);
      keys.push(key);
      if (next(5) < 2) {
        trie.remove(key);
        if (present.delete(toHex(key))) await other.del(key);
      } else {
        const value = bytes(1 + next(next(2) === 0 ? 40 : 3), 256);
        trie.insert(key, value);
        await other.put(key, value);
        present.set(toHex(key), value);
      }
      if (round % 50 === 0) assert.equal(toHex(trie.hash()), toHex(other.root()), `round ${round}`);
      const probe = keys[next(keys.length)] as Uint8Array;
      assert.deepEqual(trie.find(probe), present.get(toHex(probe)) ?? null);
    }
    assert.equal(toHex(trie.hash()), toHex(other.root()));
  });
}

/** A trie of random keys in a database, and the pre-images of its nodes. */
async function storedTrie(count: number): Promise<{ trie: MerklePatriciaTrie; keys: Uint8Array[]; nodes: Preimages }> {
  const next = generator(count);
  const entries = new Map<string, Uint8Array | string>();
  const trie = await createMPT({ db: new MapDB(entries) as never });
  const keys = Array.from({ length: count }, () => Uint8Array.from({ length: 32 }, () => next(256)));
  for (const key of keys) await trie.put(key, RLP.encode(key.subarray(0, 1 + next(31))));
  const nodes: Preimages = new Map();
  for (const value of entries.values()) {
    const node = typeof value === 'string' ? Uint8Array.from(Buffer.from(value, 'hex')) : value;
    nodes.set(toHex(keccak_256(node)), node);
  }
  return { trie, keys, nodes };
}

test('a trie is read node by node from the oracle, each with its hint, none twice', async () => {
  const { trie, keys, nodes } = await storedTrie(300);
  const module = startModule(nodes);
  const mine = new TestTrie(module, trie.root());
  for (const key of keys) assert.deepEqual(mine.find(key), await trie.get(key));
  assert.equal(module.hints.length, module.reads);
  assert.equal(new Set(module.hints).size, module.hints.length);
  assert.equal(module.hints[0], `l2-state-node 0x${toHex(trie.root())}`);
  assert.deepEqual(mine.hash(), trie.root());
});

test('changes of a stored trie need only the nodes on the way and collapsing siblings', async () => {
  const { trie, keys, nodes } = await storedTrie(300);
  const module = startModule(nodes);
  let mine = new TestTrie(module, trie.root());
  const next = generator(9);
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 40; i++) {
      const key = keys[next(keys.length)] as Uint8Array;
      if (next(2) === 0) {
        mine.remove(key);
        await trie.del(key);
      } else {
        const value = Uint8Array.from({ length: 1 + next(33) }, () => 1 + next(255));
        mine.insert(key, value);
        await trie.put(key, value);
      }
    }
    const root = mine.hash(true);
    assert.equal(toHex(root), toHex(trie.root()));
    // The oracle has none of the new nodes: they must be in the module's store.
    mine = new TestTrie(module, root);
  }
  for (const key of keys) assert.deepEqual(mine.find(key), await trie.get(key));
});

test('index-keyed tries are made and read in the order of their indexes', async () => {
  for (const count of [0, 1, 2, 3, 16, 127, 128, 129, 130, 200, 256, 257, 300]) {
    const entries = new Map<string, Uint8Array | string>();
    const other = await createMPT({ db: new MapDB(entries) as never });
    const next = generator(count);
    const values = Array.from({ length: count }, (_, i) =>
      Uint8Array.from({ length: 1 + next(i % 7 === 0 ? 200 : 40) }, () => 1 + next(255)),
    );
    for (const [i, value] of values.entries()) await other.put(RLP.encode(i), value);
    const nodes: Preimages = new Map();
    for (const value of entries.values()) {
      const node = typeof value === 'string' ? Uint8Array.from(Buffer.from(value, 'hex')) : value;
      nodes.set(toHex(keccak_256(node)), node);
    }
    const module = startModule(nodes);
    const list = new Uint32Array(values.flatMap((value) => [module.put(value), value.length]));
    const out = module.put(new Uint8Array(32));
    module.call('orderedRoot', module.put(new Uint8Array(list.buffer)), count, out);
    assert.equal(toHex(module.get(out, 32)), toHex(other.root()), `${count} values`);
    const target = module.put(new Uint8Array(8 * count + 8));
    assert.equal(module.call('orderedValues', module.put(other.root()), target), count);
    const found = new Uint32Array(module.get(target, 8 * count).buffer);
    const read = values.map((_, i) => module.get(found[2 * i] ?? 0, found[2 * i + 1] ?? 0));
    assert.deepEqual(read, values);
  }
});

test('a node that is none ends the program', () => {
  const broken = Uint8Array.from([0xc3, 0x20, 0x90, 0x01]);
  const root = keccak_256(broken);
  const trie = new TestTrie(startModule(new Map([[toHex(root), broken]])), root);
  assert.throws(() => trie.find(root), /exit code 2.*malformed/);
});
