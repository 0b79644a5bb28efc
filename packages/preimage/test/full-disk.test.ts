/** A disk that is full, or a file that may not grow: one error that names what could not be written, and a datadir that is good afterwards. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DATA_FORMATS, openDatadir } from '../src/datadir.js';
import { DiskFullError, diskRoom } from '../src/disk-room.js';
import { keccak256 } from '../src/keccak.js';
import { keccak256Key } from '../src/keys.js';

const LARGEST = 40_000;
/** The value of a number: a little longer each. */
const value = (number: number): Uint8Array => new Uint8Array(Math.min(1000 + 500 * number, LARGEST)).fill(number);
const key = (number: number) => keccak256Key(keccak256(value(number)));
const VALUES = 120;

const source = (name: string) => JSON.stringify(new URL(`../src/${name}.js`, import.meta.url).href);
/** Puts one value after the other and says how many there were; what is thrown is printed, with exit code 2. */
const program = (path: string, format: string) => `
  const { openDatadir } = await import(${source('datadir')});
  const { keccak256 } = await import(${source('keccak')});
  const { keccak256Key } = await import(${source('keys')});
  let put = 0;
  try {
    const store = openDatadir({ path: ${JSON.stringify(path)}, format: '${format}', mustExist: false });
    for (; put < ${VALUES}; put++) {
      const value = new Uint8Array(Math.min(1000 + 500 * put, ${LARGEST})).fill(put);
      store.put(keccak256Key(keccak256(value)), value);
    }
    console.log(put);
  } catch (error) {
    console.log(put + ' ' + error.name + ' ' + error.message);
    process.exitCode = 2;
  }`;

for (const format of DATA_FORMATS) {
  // Of a database some mebibytes are kept free, since the library's write that fails may not come back.
  const limits =
    format === 'lmdb' && process.platform !== 'linux' ? [1, 8, 20] : [1, 8, 20, 64, 200, 2000, 6000, 20_000];
  for (const kilobytes of limits) {
    const skip = process.platform === 'win32' ? 'it has no limits of files' : false;
    test(`format ${format}: files of ${kilobytes} KiB at most`, { skip }, (t) => {
      const path = mkdtempSync(join(tmpdir(), 'obelisc-full-'));
      t.after(() => rmSync(path, { recursive: true, force: true }));
      const run = spawnSync(
        'bash',
        [
          '-c',
          `ulimit -f ${kilobytes} && exec "$0" "$@"`,
          process.execPath,
          '--input-type=module',
          '-e',
          program(path, format),
        ],
        { encoding: 'utf8' },
      );
      assert.equal(run.signal, null, run.stderr);
      const [, count = '', said = ''] = /^(\d+) ?(.*)/s.exec(run.stdout) ?? [];
      const put = Number(count);
      if (run.status !== 0) {
        assert.equal(run.status, 2, run.stderr);
        assert.match(said, /^DatadirError .*(?:cannot be (?:opened|written)|full)/);
        assert(said.includes(path), said);
      }
      assert.equal(run.status === 0, put === VALUES);
      assert.deepEqual(
        readdirSync(path, { recursive: true }).filter((name) => String(name).endsWith('.tmp')),
        [],
        'nothing half-written is left',
      );
      const store = openDatadir({ path, format, mustExist: false });
      for (let number = 0; number < VALUES; number++) {
        const found = store.get(key(number));
        if (number < put) assert.deepEqual(found, value(number));
        else assert.equal(found, undefined);
        store.put(key(number), value(number));
      }
      for (let number = 0; number < VALUES; number++) assert.deepEqual(store.get(key(number)), value(number));
    });
  }
}

test('a database is not written to where the disk has hardly any room', () => {
  let [free, asked, time] = [100, 0, 0];
  const mebibyte = 1024 * 1024;
  const take = diskRoom(
    'folder',
    (path) => {
      assert.equal(path, 'folder');
      asked += 1;
      return { bavail: free, blocks: 1000, bsize: mebibyte };
    },
    () => time,
  );
  for (let write = 0; write < 8; write++) take(mebibyte);
  assert.equal(asked, 1, 'twice the bytes were taken from 16 MiB');
  take(1);
  assert.equal(asked, 2);
  time += 2000;
  free = 5;
  take(mebibyte / 4);
  assert.equal(asked, 3);
  assert.throws(() => take(mebibyte), {
    name: 'DiskFullError',
    message: `the disk is full: ${5 * mebibyte} bytes are left`,
  });
  free = 20;
  take(mebibyte);
  take(7 * mebibyte);
  assert.throws(() => take(20 * mebibyte), DiskFullError);
});

test('where a system does not tell how much room there is, the write does', () => {
  diskRoom('folder', () => ({ bavail: 0, blocks: 0, bsize: 4096 }))(1e12);
  diskRoom('folder', () => {
    throw new Error('ENOENT');
  })(1e12);
});
