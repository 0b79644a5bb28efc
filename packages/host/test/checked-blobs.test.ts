/** What one has checked of a datadir's blobs counts for others, for the same blob and no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore, type PreimageStore } from '@obelisc/preimage';
import { blobCheck } from '../src/blob-check.js';
import { elementKey, storeBlob } from '../src/blob-preimages.js';
import { blobDigest, checkedBlobs } from '../src/checked-blobs.js';
import { keptBlobs } from '../src/kept-blobs.js';
import { versionedHashOf } from '../src/versioned-hash.js';
import { l1Blocks, withoutDevnet } from './devnet-data.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));

const [sidecar] = withoutDevnet === false ? l1Blocks().flatMap(({ sidecars }) => sidecars ?? []) : [];
const { blob, commitment, proof } = {
  blob: bytes(sidecar?.blob ?? '0x'),
  commitment: bytes(sidecar?.kzg_commitment ?? '0x'),
  proof: bytes(sidecar?.kzg_proof ?? '0x'),
};
const versionedHash = versionedHashOf(commitment);
const other = Uint8Array.from(blob, (byte, index) => (index === 40 ? byte ^ 1 : byte));

function storeWith(content: Uint8Array): PreimageStore {
  const store = memoryStore();
  storeBlob(store, versionedHash, commitment, content, proof);
  return store;
}

test(
  'a right blob is checked once, a wrong one vouched for by nobody until it was replaced',
  { skip: withoutDevnet },
  async () => {
    const checked = checkedBlobs();
    const store = storeWith(other);
    assert.equal(await checked.digestOf(versionedHash, store), undefined);
    storeBlob(store, versionedHash, commitment, blob, proof);
    assert.deepEqual(await checked.digestOf(versionedHash, store), blobDigest(blob));
    // Nothing is looked at again.
    assert.deepEqual(await checked.digestOf(versionedHash, memoryStore()), blobDigest(blob));
    assert.equal(await checkedBlobs().digestOf(versionedHash, memoryStore()), undefined);
  },
);

test('a word for another blob than the one that lies there counts for nothing', { skip: withoutDevnet }, async () => {
  const elementOf = async (content: Uint8Array, vouched: Uint8Array | undefined) => {
    const store = keptBlobs(storeWith(content));
    const get = store.get.bind(store);
    const check = blobCheck({ store, get, onForm: () => {}, vouched: () => Promise.resolve(vouched) });
    store.expect(commitment);
    await check.expect(versionedHash, commitment);
    const key = elementKey(commitment, 0, 'root');
    await check.served(key, content.slice(0, 32));
    return check.takeAll()?.values.length;
  };
  const rest = blob.length - 32;
  assert.equal(await elementOf(blob, undefined), rest);
  assert.equal(await elementOf(blob, blobDigest(blob)), rest);
  assert.equal(await elementOf(blob, blobDigest(other)), rest);
  // The wrong one is not handed out.
  assert.equal(await elementOf(other, undefined), undefined);
  assert.equal(await elementOf(other, blobDigest(blob)), undefined);
  // Who gathers is believed about what it has seen.
  assert.equal(await elementOf(other, blobDigest(other)), rest);
});
