/** Datadirs that are damaged: with endpoints they are put right before anything wrong is handed out, without all of it is named. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  formatHint,
  keccak256Key,
  keyHex,
  memoryStore,
  openDatadir,
  type Oracle,
  type PreimageKey,
  type PreimageStore,
  sha256Key,
  storeFrom,
} from '@obelisc/preimage';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  createOracle,
  DEFAULT_RETRY_POLICY,
  elementKey,
  FIELD_ELEMENTS,
  type Log,
  networkFetcher,
  openHost,
  storeBlob,
  wholeBlobKey,
} from '../src/index.js';
import { bytes, claimOf, devnetChain, l1Blocks, type Sidecar, withoutDevnet } from './devnet-data.js';
import { devnetServers, type FakeEndpoint } from './fake-endpoints.js';

const skip = withoutDevnet;
const claim = claimOf('g10');
const chain = devnetChain();
const GENESIS_TIME = 0x6b03a4de;

/** A blob of the recorded chain, with the time of its L1 block. */
function recordedBlob(): { sidecar: Sidecar; timestamp: number; versionedHash: Uint8Array; blob: Uint8Array } {
  for (const { number, sidecars } of l1Blocks()) {
    const [sidecar] = sidecars ?? [];
    if (sidecar === undefined) continue;
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes(sidecar.kzg_commitment));
    const versionedHash = Uint8Array.from(hash.digest());
    versionedHash[0] = 1;
    return { sidecar, timestamp: GENESIS_TIME + 3 * number, versionedHash, blob: bytes(sidecar.blob) };
  }
  throw new Error('no blob was recorded');
}

/** An oracle with endpoints whose store `damage` has changed, after the blob was put into it. */
async function damagedBlob(
  t: TestContext,
  damage: (store: PreimageStore, commitment: Uint8Array) => void,
): Promise<{ oracle: Oracle; beacon: FakeEndpoint; story: string[]; commitment: Uint8Array }> {
  const { sidecar, versionedHash, blob } = recordedBlob();
  const { beacon, urls: endpoints } = await devnetServers(t);
  const commitment = bytes(sidecar.kzg_commitment);
  const kept = memoryStore();
  storeBlob(kept, versionedHash, commitment, blob, bytes(sidecar.kzg_proof));
  damage(kept, commitment);
  const story: string[] = [];
  const log = (level: string, message: string) => void story.push(`${level} ${message}`);
  const fetcher = networkFetcher({ endpoints, claim, chain, log, policy: DEFAULT_RETRY_POLICY });
  t.after(() => fetcher.ahead.stop());
  return { oracle: createOracle({ claim, chain, store: kept, fetcher, log }), beacon, story, commitment };
}

/** Reads the blob as programs do: the hint, the commitment, then the elements in their order. */
async function readBlob(oracle: Oracle, commitment: Uint8Array, form: 'root' | 'index'): Promise<Uint8Array> {
  const { versionedHash, timestamp } = recordedBlob();
  const payload = new Uint8Array(48);
  payload.set(versionedHash);
  new DataView(payload.buffer).setBigUint64(40, BigInt(timestamp));
  await oracle.hint(formatHint({ type: 'l1-blob', payload }));
  assert.deepEqual(await oracle.get(sha256Key(versionedHash)), commitment);
  const read = new Uint8Array(32 * FIELD_ELEMENTS);
  for (let index = 0; index < FIELD_ELEMENTS; index++)
    read.set(await oracle.get(elementKey(commitment, index, form)), 32 * index);
  return read;
}

const five = Uint8Array.of(...new Uint8Array(31), 5);
const without = (store: PreimageStore, gone: PreimageKey): void => {
  const { look } = store;
  let isGone = true;
  store.get = (key) => (isGone && Buffer.compare(key, gone) === 0 ? undefined : storeFrom({ ...store, look }).get(key));
  const { put } = store;
  store.put = (key, value) => {
    if (Buffer.compare(key, gone) === 0) isGone = false;
    put(key, value);
  };
};

for (const form of ['root', 'index'] as const) {
  test(
    `an element that is wrong but in range is put right before anything is read, in the ${form} form`,
    { skip },
    async (t) => {
      const { oracle, story, beacon, commitment } = await damagedBlob(t, (store, at) => {
        store.put(wholeBlobKey(at), new Uint8Array(32 * FIELD_ELEMENTS));
        store.put(elementKey(at, 4000, form), five);
      });
      assert.deepEqual(Buffer.from(await readBlob(oracle, commitment, form)), Buffer.from(recordedBlob().blob));
      assert.equal(story.filter((line) => /warn A blob of the datadir is fetched again/.test(line)).length, 1);
      assert(beacon.calls.some((path) => path.includes('blob_sidecars')));
    },
  );
}

test('where an element is missing, a wrong one before it is not handed out', { skip }, async (t) => {
  const { oracle, commitment } = await damagedBlob(t, (store, at) => {
    store.put(wholeBlobKey(at), new Uint8Array(32 * FIELD_ELEMENTS));
    store.put(elementKey(at, 0, 'root'), five);
    store.put(elementKey(at, 7, 'root'), five);
    without(store, elementKey(at, 4000, 'root'));
  });
  assert.deepEqual(Buffer.from(await readBlob(oracle, commitment, 'root')), Buffer.from(recordedBlob().blob));
});

test('the blob as a whole stands in for an element that is wrong', { skip }, async (t) => {
  const { oracle, beacon, commitment } = await damagedBlob(t, (store, at) =>
    store.put(elementKey(at, 4000, 'root'), five),
  );
  assert.deepEqual(Buffer.from(await readBlob(oracle, commitment, 'root')), Buffer.from(recordedBlob().blob));
  assert.deepEqual(beacon.calls, []);
});

test('a blob that is whole and right is not fetched again', { skip }, async (t) => {
  const { oracle, beacon, commitment } = await damagedBlob(t, () => undefined);
  assert.deepEqual(Buffer.from(await readBlob(oracle, commitment, 'root')), Buffer.from(recordedBlob().blob));
  assert.deepEqual(beacon.calls, []);
});

const FORMATS = ['directory', 'lmdb'] as const;
for (const format of FORMATS) {
  test(`without endpoints all that is bad in a datadir is named at once (${format})`, { skip }, async (t) => {
    const datadir = mkdtempSync(join(tmpdir(), 'obelisc-damaged-'));
    t.after(() => rmSync(datadir, { recursive: true, force: true }));
    const store = openDatadir({ path: datadir, mustExist: false, format });
    const keys = Array.from({ length: 6 }, (_, index) => {
      const key = keccak256Key(keccak_256(Uint8Array.of(index)));
      store.put(key, Uint8Array.of(index));
      return key;
    });
    const [good, ...bad] = keys;
    assert(good !== undefined);
    for (const [index, key] of bad.entries()) {
      const file = join(datadir, keyHex(key).slice(0, 4), `${keyHex(key).slice(4)}.txt`);
      if (format === 'directory') writeFileSync(file, ['', '0', 'zz', '00', '0102'][index] ?? '');
      else store.put(key, Uint8Array.of(1, index));
    }
    const host = await openHost({ claim, chain, datadir });
    assert.equal((await host.oracle.get(good)).length, 1);
    for (const asked of bad) {
      await assert.rejects(host.oracle.get(asked), (error: Error) => {
        for (const key of bad) {
          const name = format === 'directory' ? `${keyHex(key).slice(4)}.txt` : `0x${keyHex(key)}`;
          assert(error.message.includes(name), `${name} is named in: ${error.message}`);
        }
        assert(!error.message.includes(keyHex(good).slice(4)));
        return true;
      });
    }
  });
}

test(
  'without endpoints an error names ten more bad entries, and the lines before it each of the others',
  { skip },
  async (t) => {
    const datadir = mkdtempSync(join(tmpdir(), 'obelisc-damaged-'));
    t.after(() => rmSync(datadir, { recursive: true, force: true }));
    const store = openDatadir({ path: datadir, format: 'file' });
    const keys = Array.from({ length: 40 }, (_, index) => keccak256Key(keccak_256(Uint8Array.of(index))));
    const fileOf = (key: PreimageKey) => join(datadir, `0x${keyHex(key)}.txt`);
    for (const [index, key] of keys.entries()) {
      store.put(key, Uint8Array.of(index));
      writeFileSync(fileOf(key), 'zz');
    }
    const lines: string[] = [];
    const log: Log = (level, message, fields) => {
      if (level === 'error') lines.push(`${message}: ${String(fields?.what)} (${String(fields?.because)})`);
    };
    const host = await openHost({ claim, chain, datadir, log });
    const [asked] = keys;
    assert(asked !== undefined);
    await assert.rejects(host.oracle.get(asked), (error: Error) => {
      assert.match(
        error.message,
        /\n39 more of its entries are damaged, 29 of them named in the lines before this one:\n/,
      );
      const named = error.message.split('\n');
      assert.equal(named.length, 1 + 1 + 10 + 1);
      assert.equal(lines.length, 29);
      for (const key of keys)
        assert.equal([...named, ...lines].filter((line) => line.includes(fileOf(key))).length, 1, fileOf(key));
      return true;
    });
  },
);
