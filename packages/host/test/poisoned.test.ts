/** Stores whose values were changed where the keys do not tell: blobs are checked by their proof, precompile results by computing them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  formatHint,
  memoryStore,
  PoisonedPreimageError,
  precompileKey,
  type PreimageStore,
  sha256Key,
} from '@obelisc/preimage';
import {
  createOracle,
  elementKey,
  FIELD_ELEMENTS,
  findChain,
  layOutBlob,
  storeBlob,
  wholeBlobKey,
} from '../src/index.js';
import { bytes, l1Blocks, type Sidecar, withoutDevnet } from './devnet-data.js';

const zero = new Uint8Array(32);
const claim = { l1Head: zero, l2Head: zero, l2OutputRoot: zero, l2Claim: zero, l2BlockNumber: 1n };

function offline(store: PreimageStore) {
  const chain = findChain('op-sepolia');
  assert(chain !== undefined);
  return createOracle({ claim, chain, store });
}

function realSidecar(): Sidecar {
  const [sidecar] = l1Blocks().flatMap(({ sidecars }) => sidecars ?? []);
  assert(sidecar !== undefined);
  return sidecar;
}

function versioned(commitment: Uint8Array): Uint8Array {
  const hash = sha256(commitment);
  hash[0] = 1;
  return hash;
}

/** Reads a blob to its end as programs do. */
async function readBlob(
  store: PreimageStore,
  commitment: Uint8Array,
  form: 'root' | 'index',
  checked = true,
): Promise<void> {
  const oracle = offline(store);
  await oracle.hint(
    formatHint({ type: 'l1-blob', payload: Buffer.concat([versioned(commitment), new Uint8Array(16)]) }),
  );
  await oracle.get(sha256Key(versioned(commitment)));
  const { blob } = realSidecar();
  for (let index = 0; index < FIELD_ELEMENTS; index++) {
    const element = await oracle.get(elementKey(commitment, index, form));
    if (checked) assert.deepEqual(Buffer.from(element).toString('hex'), blob.slice(2 + 64 * index, 66 + 64 * index));
  }
}

test('a blob read back from a store is checked by its proof, in either form', { skip: withoutDevnet }, async () => {
  const sidecar = realSidecar();
  const commitment = bytes(sidecar.kzg_commitment);
  const store = memoryStore();
  storeBlob(store, versioned(commitment), commitment, bytes(sidecar.blob), bytes(sidecar.kzg_proof));
  await readBlob(store, commitment, 'root');
  await readBlob(store, commitment, 'index');

  for (const form of ['root', 'index'] as const) layOutBlob(store, commitment, form);
  // The blob as a whole stands in for an element that is wrong, and the elements for a blob that is.
  store.put(wholeBlobKey(commitment), new Uint8Array(131_072));
  await readBlob(store, commitment, 'root');
  store.put(wholeBlobKey(commitment), bytes(sidecar.blob));
  store.put(elementKey(commitment, 1234, 'root'), Uint8Array.of(...zero.subarray(1), 5));
  await readBlob(store, commitment, 'root');
  store.put(wholeBlobKey(commitment), bytes(sidecar.blob).fill(1, 32 * 1234, 32 * 1234 + 1));
  await readBlob(store, commitment, 'index');
  await assert.rejects(readBlob(store, commitment, 'root'), (error) => {
    assert(error instanceof PoisonedPreimageError);
    assert.match(error.message, /its field elements are not those of blob 0x01[0-9a-f]{62}; gather the claim again/);
    return true;
  });
});

test('a blob that came without a proof passes unchecked', { skip: withoutDevnet }, async () => {
  const sidecar = realSidecar();
  const commitment = bytes(sidecar.kzg_commitment);
  const store = memoryStore();
  storeBlob(store, versioned(commitment), commitment, bytes(sidecar.blob));
  layOutBlob(store, commitment, 'root');
  store.put(elementKey(commitment, 1234, 'root'), zero);
  store.put(wholeBlobKey(commitment), new Uint8Array(7));
  await readBlob(store, commitment, 'root', false);
});

test('a stored precompile result that the precompile does not give is refused', async () => {
  // ecrecover of a signature that has no signer: nothing, though no failure.
  const payload = Buffer.concat([Buffer.from(`${'00'.repeat(19)}01`, 'hex'), new Uint8Array(8), new Uint8Array(128)]);
  const key = precompileKey(keccak_256(payload));
  const hint = formatHint({ type: 'l1-precompile-v2', payload });
  const store = memoryStore();
  store.put(key, Uint8Array.of(1));
  const good = offline(store);
  await good.hint(hint);
  assert.deepEqual(await good.get(key), Uint8Array.of(1));
  store.put(key, Uint8Array.of(1, ...zero));
  const poisoned = offline(store);
  await poisoned.hint(hint);
  await assert.rejects(poisoned.get(key), /the precompile gives 0x01, not 0x0100/);
});

test('the first hint of kona’s client tells how it names precompiles', async () => {
  // Address, gas and input under the name that op-program gives to address and input alone.
  const payload = Buffer.concat([Buffer.from(`${'00'.repeat(19)}01`, 'hex'), new Uint8Array(8), new Uint8Array(128)]);
  const plain = Buffer.from(payload).toString('hex');
  for (const [first, text] of [
    [`starting-l2-output 0x${'12'.repeat(32)}`, `l1-precompile 0x${plain}`],
    [`starting-l2-output ${'12'.repeat(32)}`, `l1-precompile ${plain}`],
  ] as const) {
    const oracle = offline(memoryStore());
    await oracle.hint(first);
    await oracle.hint(text);
    assert.deepEqual(await oracle.get(precompileKey(keccak_256(payload))), Uint8Array.of(1));
  }
});
