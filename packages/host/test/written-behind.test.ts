// What a run stores is written by a thread: it is there at once for the run, and on the disk when the run is settled.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type DataFormat, DatadirError, keccak256, keccak256Key, openDatadir, sha256Key } from '@obelisc/preimage';
import { elementKey, elementPoint, FIELD_ELEMENTS, layOutBlob, storeBlob, wholeBlobKey } from '../src/index.js';
import { keptBlobs } from '../src/kept-blobs.js';
import { writtenBehind } from '../src/written-behind.js';

const entry = (number: number): [Uint8Array, Uint8Array] => {
  const value = Buffer.from(`value ${number} ${'x'.repeat(number % 700)}`);
  return [keccak256Key(keccak256(value)), value];
};
const commitment = new Uint8Array(48).fill(0xc0);
const versionedHash = Uint8Array.from(
  process.getBuiltinModule('node:crypto').createHash('sha256').update(commitment).digest(),
);
const blob = Buffer.concat(
  Array.from({ length: FIELD_ELEMENTS }, (_, at) => keccak256(Buffer.of(at >> 8, at & 255)).fill(0, 0, 1)),
);

function opened(t: TestContext, format: DataFormat) {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-behind-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'data');
  const open = () => openDatadir({ path, format });
  const lines: string[] = [];
  const log = (_level: string, message: string, fields = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { path, open, lines, store: writtenBehind(open(), { path, isForOthers: format !== 'lmdb', log }) };
}

for (const format of ['directory', 'file', 'lmdb'] as const) {
  test(`few values and many are answered at once and found when the store is settled (${format})`, async (t) => {
    const { open, store } = opened(t, format);
    let from = 0;
    for (const count of [1, 40, 3000, 2]) {
      for (let number = from; number < from + count; number++) store.put(...entry(number));
      for (let number = 0; number < from + count; number += 37) {
        const [key, value] = entry(number);
        assert.deepEqual(Buffer.from(store.get(key) ?? []), value, `${number} of ${from + count}`);
      }
      from += count;
      await store.settle?.();
      const other = open();
      for (let number = 0; number < from; number++) {
        const [key, value] = entry(number);
        assert.deepEqual(Buffer.from(other.get(key) ?? []), value, `${number} of ${from}`);
      }
    }
  });
}

test('the last of several values for one key is the one that stays', async (t) => {
  const { open, store } = opened(t, 'directory');
  const key = elementKey(commitment, 7, 'root');
  for (let round = 0; round < 50; round++) {
    store.put(key, new Uint8Array(32).fill(round));
    for (let number = 0; number < 40; number++) store.put(...entry(100 * round + number));
    assert.equal(store.get(key)?.[0], round);
    if (round % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 6));
  }
  await store.settle?.();
  assert.equal(open().get(key)?.[0], 49);
});

test('a blob is laid out in the form that is said, where other hosts read the datadir', async (t) => {
  assert.equal(opened(t, 'lmdb').store.layOut, undefined);
  const { open, store } = opened(t, 'directory');
  storeBlob(store, versionedHash, commitment, blob);
  await store.settle?.();
  assert.equal(open().get(elementKey(commitment, 5, 'root')), undefined, 'nobody has read it');
  assert.deepEqual(Buffer.from(open().get(sha256Key(versionedHash)) ?? []), Buffer.from(commitment));
  for (const form of ['index', 'root'] as const) {
    store.layOut?.({ commitment, form, anew: false });
    await store.settle?.();
    const other = open();
    for (let at = 0; at < FIELD_ELEMENTS; at++) {
      const point = elementPoint(commitment, at, form);
      assert.deepEqual(
        Buffer.from(other.get(keccak256Key(keccak256(point))) ?? []),
        Buffer.from(point),
        `${form} ${at}`,
      );
      const element = blob.subarray(32 * at, 32 * at + 32);
      assert.deepEqual(Buffer.from(other.get(elementKey(commitment, at, form)) ?? []), element, `${form} ${at}`);
    }
  }
  // What is wrong though it is there is replaced where that is known.
  store.put(elementKey(commitment, 9, 'root'), new Uint8Array(32));
  store.layOut?.({ commitment, form: 'root', anew: true });
  await store.settle?.();
  assert.deepEqual(Buffer.from(open().get(elementKey(commitment, 9, 'root')) ?? []), blob.subarray(288, 320));
});

test('a run that ends with blobs to be laid out says what it waits for, once', async (t) => {
  const { path, store, lines } = opened(t, 'directory');
  storeBlob(store, versionedHash, commitment, blob);
  await store.settle?.();
  assert.deepEqual(lines, []);
  for (const form of ['root', 'index'] as const) store.layOut?.({ commitment, form, anew: false });
  await store.settle?.();
  const fields = JSON.stringify({ blobs: 2, in: `the datadir ${path}` });
  assert.deepEqual(lines, [`The blobs' elements are being written, a file each, as other hosts read them ${fields}`]);
});

test('elements and points of a blob that nobody announced are found in either form', (t) => {
  const { open } = opened(t, 'directory');
  const plain = open();
  storeBlob(plain, versionedHash, commitment, blob);
  const kept = keptBlobs(plain);
  for (const form of ['root', 'index'] as const) {
    const found = kept.search(elementKey(commitment, 4000, form));
    assert.deepEqual(Buffer.from(found?.value ?? []), blob.subarray(32 * 4000, 32 * 4001));
    assert.equal(found?.form, form);
    const point = elementPoint(commitment, 4000, form);
    assert.deepEqual(Buffer.from(kept.search(keccak256Key(keccak256(point)))?.value ?? []), Buffer.from(point));
  }
  assert.equal(kept.search(elementKey(new Uint8Array(48), 1, 'root')), undefined);
});

test('a whole blob that is damaged is told by its file', (t) => {
  const { path, open } = opened(t, 'file');
  storeBlob(open(), versionedHash, commitment, blob);
  const file = join(path, `0x${Buffer.from(wholeBlobKey(commitment)).toString('hex')}.txt`);
  assert(existsSync(file));
  const wrong = Buffer.concat([blob, keccak256(blob)]);
  wrong[70_000] = (wrong[70_000] ?? 0) ^ 1;
  writeFileSync(file, wrong.toString('hex'));
  const kept = keptBlobs(open());
  kept.expect(commitment);
  const found = kept.look(elementKey(commitment, 3, 'root'));
  assert(found.state === 'damaged' && found.place.includes(file) && /does not end with its hash/.test(found.fault));
  // Laid out before, the elements stand in for it.
  storeBlob(open(), versionedHash, commitment, blob);
  layOutBlob(open(), commitment, 'root');
  writeFileSync(file, wrong.toString('hex'));
  assert.deepEqual(Buffer.from(kept.get(elementKey(commitment, 3, 'root')) ?? []), blob.subarray(96, 128));
});

test('what cannot be written is told by the next put and by settle, and is answered still', async (t) => {
  const { path, store } = opened(t, 'directory');
  const [key, value] = entry(1);
  // A file where the folder of the first value's key should be.
  writeFileSync(join(path, Buffer.from(key).toString('hex').slice(0, 4)), '');
  store.put(key, value);
  for (let number = 2; number < 100; number++) store.put(...entry(number));
  await assert.rejects(async () => store.settle?.(), DatadirError);
  assert.throws(() => store.put(...entry(100)), DatadirError);
  assert.deepEqual(Buffer.from(store.get(key) ?? []), value);
});
