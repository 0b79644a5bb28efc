/** Without endpoints: what a store and the hints themselves give, and what is said when that is not enough. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  blobKey,
  DatadirError,
  formatHint,
  keccak256Key,
  localKey,
  memoryStore,
  MissingPreimageError,
  type PreimageStore,
  sha256Key,
} from '@obelisc/preimage';
import {
  completeBlob,
  layOutBlob,
  createOracle,
  elementPoint,
  FIELD_ELEMENTS,
  findChain,
  type Log,
  storeBlob,
} from '../src/index.js';
import { tolerantStore } from '../src/tolerant-store.js';
import { claimOf, devnetChain, gathered, withoutDevnet } from './devnet-data.js';

const claim = {
  l1Head: new Uint8Array(32).fill(1),
  l2Head: new Uint8Array(32).fill(2),
  l2OutputRoot: new Uint8Array(32).fill(3),
  l2Claim: new Uint8Array(32).fill(4),
  l2BlockNumber: 0x0102030405060708n,
};

function knownChain() {
  const chain = findChain('op-sepolia');
  assert(chain !== undefined);
  return chain;
}

function offline(store: PreimageStore, log?: Log) {
  return createOracle({ claim, chain: knownChain(), store, ...(log === undefined ? {} : { log }) });
}

test('local keys hold claim and chain; a known chain gives its id and no configuration', async () => {
  const oracle = offline(memoryStore());
  assert.deepEqual(await oracle.get(localKey(1)), claim.l1Head);
  assert.deepEqual(await oracle.get(localKey(2)), claim.l2OutputRoot);
  assert.deepEqual(await oracle.get(localKey(3)), claim.l2Claim);
  assert.deepEqual(await oracle.get(localKey(4)), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  assert.equal(Buffer.from(await oracle.get(localKey(5))).readBigUInt64BE(), 11155420n);
  await assert.rejects(oracle.get(localKey(6)), /no local input/);
  await assert.rejects(oracle.get(localKey(8)), MissingPreimageError);
});

test('a custom chain gives the indicator and both configurations', { skip: withoutDevnet }, async () => {
  const chain = devnetChain();
  const oracle = createOracle({ claim, chain, store: memoryStore() });
  assert.deepEqual(Buffer.from(await oracle.get(localKey(5))), Buffer.alloc(8, 0xff));
  assert.equal(Buffer.from(await oracle.get(localKey(6))).toString('utf8'), chain.chainConfig.json);
  assert.equal(Buffer.from(await oracle.get(localKey(7))).toString('utf8'), chain.rollupConfig.json);
});

test('a missing pre-image names key, hint and what to do', async () => {
  const oracle = offline(memoryStore());
  const key = keccak256Key(new Uint8Array(32).fill(9));
  const hint = formatHint({ type: 'l2-code', payload: new Uint8Array(32).fill(9) });
  await oracle.hint(hint);
  await assert.rejects(oracle.get(key), (error) => {
    assert(error instanceof MissingPreimageError);
    assert(error.message.includes(`0x02${'09'.repeat(31)} (keccak256)`) && error.message.includes(hint), error.message);
    assert.match(error.message, /memory does not hold it.*--l1, --l1\.beacon and --l2/);
    return true;
  });
});

test('a store of another chain or claim is recognised at the first question', async () => {
  const oracle = offline(memoryStore());
  await assert.rejects(
    oracle.get(keccak256Key(claim.l2OutputRoot)),
    /does not know the agreed output root, so it was gathered for another chain or another claim/,
  );
  await assert.rejects(oracle.get(keccak256Key(claim.l1Head)), /does not know the L1 head/);
});

test('hints that cannot be read, and types of younger programs, do no harm', async () => {
  const story: string[] = [];
  const oracle = offline(memoryStore(), (level, message) => void story.push(`${level} ${message}`));
  await oracle.hint('l1-block-header 0x00');
  await oracle.hint('nonsense');
  await oracle.hint('l3-secret 0x00');
  assert.match(story.join('\n'), /warn the hint "l1-block-header 0x00" cannot be read: its payload has 1 bytes/);
  assert.match(story.join('\n'), /warn the hint "nonsense" cannot be read/);
  assert.match(story.join('\n'), /debug Hint of an unknown type/);
});

test(
  'precompile results are computed from the hint alone: all that the reference stored',
  { skip: withoutDevnet },
  async () => {
    let results = 0;
    for (const range of ['g10', 'b10', 'b50']) {
      const reference = gathered(range);
      const oracle = offline(memoryStore());
      for (const [key, result] of reference) {
        if (!key.startsWith('06')) continue;
        await oracle.hint(`l1-precompile-v2 0x${reference.get(`02${key.slice(2)}`) ?? ''}`);
        assert.equal(Buffer.from(await oracle.get(Buffer.from(key, 'hex'))).toString('hex'), result);
        results += 1;
      }
    }
    assert(results >= 15, `${results} results`);
  },
);

const commitment = new Uint8Array(48).fill(0xc0);
const versionedHash = new Uint8Array(32).fill(1);
const element = (index: number) =>
  keccak_256(Uint8Array.of(index >> 8, index & 255)).map((byte, at) => (at === 0 ? 0 : byte));
const key = (index: number, form: 'root' | 'index') => blobKey(keccak_256(elementPoint(commitment, index, form)));
const blobHint = formatHint({ type: 'l1-blob', payload: Buffer.concat([versionedHash, new Uint8Array(16)]) });

/** A store as an older host (`index`) or another host of today (`root`) leaves it. */
function storeWith(form: 'root' | 'index'): PreimageStore {
  const store = memoryStore();
  for (let index = 0; index < FIELD_ELEMENTS; index++) store.put(key(index, form), element(index));
  store.put(sha256Key(versionedHash), commitment);
  return store;
}

function storeOfOurs(): PreimageStore {
  const store = memoryStore();
  storeBlob(
    store,
    versionedHash,
    commitment,
    Buffer.concat(Array.from({ length: FIELD_ELEMENTS }, (_, index) => element(index))),
  );
  return store;
}

/** Reads the blob as programs do: hint, commitment, elements from 0 on. */
async function readBlob(store: PreimageStore, form: 'root' | 'index'): Promise<void> {
  const oracle = offline(store);
  await oracle.hint(blobHint);
  assert.deepEqual(await oracle.get(sha256Key(versionedHash)), commitment);
  for (let index = 0; index < FIELD_ELEMENTS; index++) {
    assert.deepEqual(Buffer.from(await oracle.get(key(index, form))), Buffer.from(element(index)), `${form} ${index}`);
  }
}

for (const form of ['root', 'index'] as const) {
  test(`a program that reads blobs in the ${form} form finds them, whoever gathered them`, async () => {
    await readBlob(storeWith('index'), form);
    await readBlob(storeWith('root'), form);
    await readBlob(storeOfOurs(), form);
    const completed = storeWith('index');
    assert.equal(completeBlob(completed, versionedHash), true);
    await readBlob(completed, form);
  });
}

test('the two forms share one key: the root of unity of element 0 is 1', () => {
  assert.deepEqual(elementPoint(commitment, 0, 'root'), elementPoint(commitment, 1, 'index'));
  const ours = storeOfOurs();
  for (const form of ['root', 'index', 'root'] as const) {
    layOutBlob(ours, commitment, form);
    assert.deepEqual(Buffer.from(ours.get(key(0, 'root')) ?? []), Buffer.from(element(form === 'root' ? 0 : 1)), form);
  }
  const old = storeWith('index');
  completeBlob(old, versionedHash);
  assert.deepEqual(
    Buffer.from(old.get(key(1, 'index')) ?? []),
    Buffer.from(element(1)),
    'what an older host stored is left as it is',
  );
});

test('an incomplete blob is not completed', async () => {
  const store = memoryStore();
  for (let index = 0; index < FIELD_ELEMENTS; index++) if (index !== 77) store.put(key(index, 'index'), element(index));
  store.put(sha256Key(versionedHash), commitment);
  assert.equal(completeBlob(store, versionedHash), false);
  assert.equal(completeBlob(memoryStore(), versionedHash), false);
  const oracle = offline(store);
  await oracle.hint(blobHint);
  await oracle.get(sha256Key(versionedHash));
  await assert.rejects(oracle.get(key(1, 'root')), MissingPreimageError);
  await assert.rejects(oracle.get(key(77, 'index')), MissingPreimageError);
});

test('roots of unity are those of EIP-4844: the second is -1, each is a 4096th root of 1', () => {
  const modulus = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
  const root = (index: number) =>
    BigInt(`0x${Buffer.from(elementPoint(commitment, index, 'root').subarray(48)).toString('hex')}`);
  assert.equal(root(0), 1n);
  assert.equal(root(1), modulus - 1n);
  const seen = new Set(Array.from({ length: FIELD_ELEMENTS }, (_, index) => root(index)));
  assert.equal(seen.size, FIELD_ELEMENTS);
  for (const index of [2, 3, 1000, 4095]) {
    let power = root(index);
    for (let square = 0; square < 12; square++) power = (power * power) % modulus;
    assert.equal(power, 1n);
  }
});

test('a claim of a range is read from local keys', { skip: withoutDevnet }, async () => {
  const g10 = claimOf('g10');
  const oracle = createOracle({ claim: g10, chain: devnetChain(), store: memoryStore() });
  assert.deepEqual(await oracle.get(localKey(2)), g10.l2OutputRoot);
});

test('a datadir that cannot be written serves all the same; other failures to write do not pass', () => {
  const added = localKey(8);
  const story: string[] = [];
  const log: Log = (level, message) => void story.push(`${level} ${message}`);
  const refusing = (code: string): PreimageStore => ({
    ...memoryStore(),
    put() {
      throw new DatadirError('the file cannot be written', { cause: Object.assign(new Error(code), { code }) });
    },
  });
  const store = tolerantStore(refusing('EROFS'), log);
  store.put(added, claim.l1Head);
  store.put(localKey(9), claim.l2Head);
  assert.deepEqual(store.get(added), claim.l1Head);
  assert.deepEqual(story, ['warn The datadir cannot be written; new pre-images are kept in memory']);
  assert.throws(() => tolerantStore(refusing('ENOSPC'), log).put(added, claim.l1Head), DatadirError);
});
