import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  type DataFormat,
  DatadirError,
  keccak256Key,
  keyHex,
  localKey,
  openDatadir,
  PoisonedPreimageError,
} from '../src/index.js';

const value = Buffer.from('a value');

test(
  'a folder that the system does not make is named, with what it says; looking for it ends',
  { skip: process.platform !== 'linux' },
  () => {
    // The parent is there, and the system says that it is not.
    assert.throws(
      () => openDatadir({ path: '/proc/none/of' }),
      (error: Error) => {
        assert.ok(error instanceof DatadirError);
        assert.match(error.message, /^the datadir \/proc\/none\/of cannot be made: ENOENT/);
        return true;
      },
    );
  },
);

const key = keccak256Key(keccak_256(value));

test(
  "pipes, folders and devices in the place of a datadir's files are told of, and not waited for",
  { skip: process.platform !== 'linux' },
  (t) => {
    const path = mkdtempSync(join(tmpdir(), 'datadir-'));
    t.after(() => rmSync(path, { recursive: true }));
    const places: [string, (place: string) => void][] = [
      ['a pipe', (place) => execFileSync('mkfifo', [place])],
      ['a folder', (place) => mkdirSync(place)],
      ['a device', (place) => symlinkSync('/dev/zero', place)],
    ];
    for (const [what, make] of places) {
      for (const format of ['directory', 'lmdb'] as const) {
        const folder = join(path, `${what} ${format}`);
        mkdirSync(folder);
        make(join(folder, 'kvformat'));
        assert.throws(() => openDatadir({ path: folder, mustExist: true }), DatadirError, `${what} as kvformat`);
        rmSync(join(folder, 'kvformat'), { recursive: true });
        writeFileSync(join(folder, 'kvformat'), format);
        if (format === 'lmdb') {
          make(join(folder, 'preimages.lmdb'));
          assert.throws(() => openDatadir({ path: folder, mustExist: true }), DatadirError, `${what} as a database`);
          continue;
        }
        const hex = keyHex(key);
        mkdirSync(join(folder, hex.slice(0, 4)));
        make(join(folder, hex.slice(0, 4), `${hex.slice(4)}.txt`));
        const store = openDatadir({ path: folder, mustExist: true });
        assert.throws(() => store.get(key), Error, `${what} as a value`);
      }
    }
  },
);
const hex = keyHex(key);

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'obelisc-datadir-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const LAYOUTS: { format: DataFormat; file: string }[] = [
  { format: 'directory', file: join(hex.slice(0, 4), `${hex.slice(4)}.txt`) },
  { format: 'file', file: `0x${hex}.txt` },
];

for (const { format, file } of LAYOUTS) {
  test(`format ${format}: values lie in hexadecimal where op-program puts them, with nothing else beside them`, (t) => {
    const path = join(temporary(t), 'new');
    const store = openDatadir({ path, format });
    assert.equal(store.get(key), undefined);
    store.put(key, value);
    assert.equal(readFileSync(join(path, 'kvformat'), 'utf8'), format);
    assert.equal(readFileSync(join(path, file), 'utf8'), value.toString('hex'));
    assert.deepEqual(Buffer.from(store.get(key) ?? []), value);
    const names = readdirSync(path, { recursive: true }).map(String).toSorted();
    assert.deepEqual(
      names,
      [...new Set(['kvformat', file, join(file, '..')])].filter((name) => name !== '.').toSorted(),
    );
  });

  test(`format ${format}: kvformat decides, whatever --data.format says`, (t) => {
    const path = temporary(t);
    openDatadir({ path, format }).put(key, value);
    const reopened = openDatadir({ path, format: format === 'file' ? 'directory' : 'file', mustExist: true });
    assert.equal(reopened.format, format);
    assert.deepEqual(Buffer.from(reopened.get(key) ?? []), value);
  });

  test(`format ${format}: a datadir from before kvformat is recognised by its files`, (t) => {
    const path = temporary(t);
    openDatadir({ path, format }).put(key, value);
    rmSync(join(path, 'kvformat'));
    const reopened = openDatadir({ path, format: format === 'file' ? 'directory' : 'file', mustExist: true });
    assert.equal(reopened.format, format);
    assert.equal(existsSync(join(path, 'kvformat')), false, 'a datadir that is only read is left as it is');
  });

  test(`format ${format}: a poisoned value names key and file`, (t) => {
    const path = temporary(t);
    const store = openDatadir({ path, format });
    store.put(key, value);
    for (const poison of [
      Buffer.from('another value').toString('hex'),
      value.toString('hex').slice(0, -2),
      `${value.toString('hex')}0`,
      'not hexadecimal',
      '',
    ]) {
      writeFileSync(join(path, file), poison);
      assert.equal(store.look(key).state, 'damaged', poison);
      assert.throws(
        () => store.get(key),
        (error) =>
          error instanceof PoisonedPreimageError &&
          error.message.includes(hex) &&
          error.message.includes(join(path, file)),
        poison,
      );
    }
  });
}

test('what is missing and what is damaged are told apart, and what is damaged is put anew', (t) => {
  const path = temporary(t);
  const store = openDatadir({ path });
  const folder = join(path, hex.slice(0, 4));
  const file = join(folder, `${hex.slice(4)}.txt`);
  assert.deepEqual(store.look(key), { state: 'missing' });
  const damages: Record<string, () => void> = {
    empty: () => writeFileSync(file, ''),
    truncated: () => writeFileSync(file, value.toString('hex').slice(0, 6)),
    wrong: () => writeFileSync(file, 'abcd'),
    'a folder with something in it': () => mkdirSync(join(file, 'x'), { recursive: true }),
  };
  mkdirSync(folder);
  for (const [name, damage] of Object.entries(damages)) {
    damage();
    const lookup = store.look(key);
    assert(lookup.state === 'damaged' && lookup.place.includes(file), name);
    store.put(key, value);
    assert.deepEqual(Buffer.from(store.get(key) ?? []), value, name);
    rmSync(file);
  }
});

test('a datadir that is removed under the store is made again', (t) => {
  const path = join(temporary(t), 'datadir');
  const store = openDatadir({ path });
  store.put(key, value);
  rmSync(path, { recursive: true });
  assert.deepEqual(store.look(key), { state: 'missing' });
  store.put(key, value);
  assert.deepEqual(Buffer.from(openDatadir({ path, mustExist: true }).get(key) ?? []), value);
  assert.equal(readFileSync(join(path, 'kvformat'), 'utf8'), 'directory');
});

test('format lmdb: one file, which keeps values as they are and is known by kvformat', (t) => {
  const path = join(temporary(t), 'new');
  const store = openDatadir({ path, format: 'lmdb' });
  assert.deepEqual(store.look(key), { state: 'missing' });
  store.put(key, value);
  const empty = keccak256Key(keccak_256(new Uint8Array(0)));
  store.put(empty, new Uint8Array(0));
  assert.deepEqual(store.get(empty), new Uint8Array(0));
  assert.throws(() => store.put(localKey(1), value), RangeError);
  assert.equal(readFileSync(join(path, 'kvformat'), 'utf8'), 'lmdb');
  const reopened = openDatadir({ path, mustExist: true });
  assert.equal(reopened.format, 'lmdb');
  assert.deepEqual(Buffer.from(reopened.get(key) ?? []), value);
  rmSync(join(path, 'kvformat'));
  assert.equal(openDatadir({ path, mustExist: true }).format, 'lmdb');
});

test('format lmdb: a run without endpoints may add what it computes; who may only read is told so, and reads', (t) => {
  const path = temporary(t);
  openDatadir({ path, format: 'lmdb' }).put(key, value);
  const other = keccak256Key(keccak_256(Buffer.from('another')));
  const offline = openDatadir({ path, mustExist: true });
  offline.put(other, Buffer.from('another'));
  assert.deepEqual(Buffer.from(offline.get(other) ?? []), Buffer.from('another'));
  // The library keeps a database open for its process; this user comes to one of its own.
  const foreign = temporary(t);
  chmodSync(foreign, 0o755);
  for (const name of ['kvformat', 'preimages.lmdb']) {
    writeFileSync(join(foreign, name), readFileSync(join(path, name)));
    chmodSync(join(foreign, name), 0o444);
  }
  const restore = becomeReader(foreign);
  try {
    const store = openDatadir({ path: foreign, mustExist: true });
    assert.deepEqual(Buffer.from(store.get(key) ?? []), value);
    assert.throws(
      () => store.put(keccak256Key(keccak_256(Buffer.from('a third'))), Buffer.from('a third')),
      (error) =>
        error instanceof DatadirError &&
        error.cause instanceof Error &&
        'code' in error.cause &&
        error.cause.code === 'EROFS',
    );
  } finally {
    restore();
  }
});

/** Takes away the right to write into `folder`: from root by being somebody else, from others by the folder's mode. */
function becomeReader(folder: string): () => void {
  if (process.getuid?.() === 0) {
    process.seteuid?.(65534);
    return () => process.seteuid?.(0);
  }
  chmodSync(folder, 0o555);
  return () => chmodSync(folder, 0o755);
}

test('format lmdb: what is damaged is told from what is missing, and put anew', (t) => {
  const path = temporary(t);
  const store = openDatadir({ path, format: 'lmdb' });
  const other = keccak256Key(keccak_256(Buffer.from('another')));
  store.put(other, value);
  const lookup = store.look(other);
  assert(lookup.state === 'damaged' && lookup.place.includes('preimages.lmdb'));
  assert.throws(() => store.get(other), PoisonedPreimageError);
  store.put(other, Buffer.from('another'));
  assert.deepEqual(Buffer.from(store.get(other) ?? []), Buffer.from('another'));
});

test('format lmdb: a file that is no database, or cut short, is a DatadirError that names it', (t) => {
  const file = (path: string) => join(path, 'preimages.lmdb');
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), Buffer.alloc(8192, 7)]) {
    const path = temporary(t);
    writeFileSync(file(path), bytes);
    assert.throws(() => openDatadir({ path, mustExist: true }), /preimages\.lmdb cannot be opened/);
  }
  const path = temporary(t);
  const store = openDatadir({ path, format: 'lmdb' });
  for (let i = 0; i < 100; i++) store.put(keccak256Key(keccak_256(Buffer.alloc(1000, i))), Buffer.alloc(1000, i));
  const whole = readFileSync(file(path));
  const cut = temporary(t);
  writeFileSync(file(cut), whole.subarray(0, whole.length - 4096));
  assert.throws(() => openDatadir({ path: cut, mustExist: true }), DatadirError);
  const second = temporary(t);
  writeFileSync(file(second), whole);
  assert.equal(openDatadir({ path: second, mustExist: true }).format, 'lmdb');
});

test('format lmdb: a damaged tree is told, or begun anew where it can be fetched, and never ends the process', (t) => {
  const path = temporary(t);
  const file = (folder: string) => join(folder, 'preimages.lmdb');
  const store = openDatadir({ path, format: 'lmdb' });
  const values = Array.from({ length: 120 }, (_, i) => Buffer.alloc(i % 40 === 0 ? 9000 : 300, i));
  values.forEach((bytes, i) => bytes.writeUInt32BE(i));
  for (const bytes of values) store.put(keccak256Key(keccak_256(bytes)), bytes);
  const whole = readFileSync(file(path));
  const pageSize = whole.readUInt32LE(48);
  const pages = whole.length / pageSize;
  let refused = 0;
  for (let page = 2; page < pages; page++) {
    // As a crash leaves a page that was never written, and as a wrong one.
    const damage = Buffer.alloc(pageSize, page % 2 === 0 ? 0 : 0xa5);
    const folder = temporary(t);
    writeFileSync(
      file(folder),
      Buffer.concat([whole.subarray(0, page * pageSize), damage, whole.subarray((page + 1) * pageSize)]),
    );
    try {
      const damaged = openDatadir({ path: folder, mustExist: true });
      // A page that is in no tree, or of values alone: what is read is right or refused.
      for (const bytes of values) {
        const found = damaged.look(keccak256Key(keccak_256(bytes)));
        assert(found.state === 'damaged' || (found.state === 'found' && Buffer.compare(found.value, bytes) === 0));
      }
    } catch (error) {
      assert(error instanceof DatadirError);
      assert.match(
        error.message,
        /preimages\.lmdb cannot be opened: .*damaged; delete it, or the folder .*--l1\.beacon/,
      );
      refused += 1;
      if (refused > 1) continue;
      const told: string[] = [];
      const anew = openDatadir({ path: folder, onDamage: (what) => told.push(what) });
      assert.match(told.join('\n'), /^the database .*preimages\.lmdb is damaged \(.*\); it is .*\.damaged now$/);
      assert.equal(anew.format, 'lmdb');
      anew.put(key, value);
      assert.deepEqual(Buffer.from(anew.get(key) ?? []), value);
    }
  }
  assert(refused > pages / 2, `${refused} of ${pages} pages`);
});

/** A process with these lines, which ends with the test. */
function script(t: TestContext, lines: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', lines], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

const moduleAt = (name: string): string => JSON.stringify(new URL(`../src/${name}.js`, import.meta.url).href);

/** A process that puts values that begin with `name` and are counted, without end; `last`: the number up to which it has said so. */
function writerTo(t: TestContext, path: string, name: string) {
  const child = script(
    t,
    `
    import { openDatadir, keccak256Key, keccak256 } from ${moduleAt('index')};
    const store = openDatadir({ path: ${JSON.stringify(path)} });
    for (let i = 0; ; i++) {
      const value = Buffer.from(${JSON.stringify(name)} + i);
      store.put(keccak256Key(keccak256(value)), value);
      if (i % 100 === 99) process.stdout.write(i + '\\n');
    }`,
  );
  let last = 0;
  child.stdout.on('data', (text: Buffer) => void (last = Number(text.toString().trim().split('\n').at(-1))));
  return { name, child, last: () => last };
}

/** Kills the writers; all that they said they had put is there. */
async function nothingIsLost(path: string, writers: readonly ReturnType<typeof writerTo>[]): Promise<void> {
  for (const { child } of writers) child.kill('SIGKILL');
  await Promise.all(writers.map(({ child }) => once(child, 'close')));
  const store = openDatadir({ path, mustExist: true });
  for (const { name, last } of writers) {
    for (let i = 0; i <= last(); i++) {
      const written = Buffer.from(name + i);
      assert.deepEqual(Buffer.from(store.get(keccak256Key(keccak_256(written))) ?? []), written, name + i);
    }
  }
}

test('format lmdb: a process opens it again and again while another writes, and nothing that was put is lost', async (t) => {
  // In memory a write takes microseconds, and one of them falls into the opening of nearly every database.
  const path = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/obelisc-datadir-') : temporary(t);
  t.after(() => rmSync(path, { recursive: true, force: true }));
  openDatadir({ path, format: 'lmdb' });
  const writer = writerTo(t, path, 'a');
  await once(writer.child.stdout, 'data');
  const opener = script(
    t,
    `
    import { openDatabase } from ${moduleAt('lmdb-store')};
    for (let i = 0; i < 800; i++) await openDatabase(${JSON.stringify(join(path, 'preimages.lmdb'))}).database.close();`,
  );
  assert.deepEqual(await once(opener, 'close'), [0, null]);
  assert.equal(writer.child.exitCode, null);
  await nothingIsLost(path, [writer]);
});

test('format lmdb: the gate of a database is made anew where it is missing or damaged', (t) => {
  const path = temporary(t);
  openDatadir({ path, format: 'lmdb' }).put(key, value);
  const gate = join(path, 'preimages.lmdb-gate');
  const whole = readFileSync(gate);
  const damages = [
    new Uint8Array(0),
    new Uint8Array(whole.length),
    whole.subarray(0, 4096),
    Buffer.from('no database'),
  ];
  for (const [number, bytes] of [undefined, ...damages].entries()) {
    const copy = join(temporary(t), String(number));
    mkdirSync(copy);
    for (const name of ['kvformat', 'preimages.lmdb']) writeFileSync(join(copy, name), readFileSync(join(path, name)));
    if (bytes !== undefined) writeFileSync(join(copy, 'preimages.lmdb-gate'), bytes);
    const store = openDatadir({ path: copy, mustExist: true });
    assert.deepEqual(Buffer.from(store.get(key) ?? []), value);
    assert.equal(readFileSync(join(copy, 'preimages.lmdb-gate')).length, whole.length);
  }
});

test('format lmdb: two processes write at once, one is killed, and nothing that was put before is lost', async (t) => {
  const path = temporary(t);
  openDatadir({ path, format: 'lmdb' });
  const writers = ['a', 'b'].map((name) => writerTo(t, path, name));
  // Who opens it in the meantime finds a file that grows, and it is whole.
  while (writers.some(({ last }) => last() < 500)) {
    openDatadir({ path, mustExist: true });
    assert.deepEqual(
      writers.map(({ child }) => child.exitCode),
      [null, null],
    );
    await delay(5);
  }
  await nothingIsLost(path, writers);
});

test('an empty value is a value', (t) => {
  const store = openDatadir({ path: temporary(t) });
  const empty = keccak256Key(keccak_256(new Uint8Array(0)));
  store.put(empty, new Uint8Array(0));
  assert.deepEqual(store.get(empty), new Uint8Array(0));
});

test('a datadir that must be there is not created', (t) => {
  const path = join(temporary(t), 'absent');
  assert.throws(
    () => openDatadir({ path, mustExist: true }),
    (error) =>
      error instanceof DatadirError &&
      error.message.includes('does not exist') &&
      error.message.includes('--l1.beacon'),
  );
  assert.equal(existsSync(path), false);
  mkdirSync(path);
  assert.throws(() => openDatadir({ path, mustExist: true }), /is empty/);
});

test('pebble and unknown formats are refused by name, before anything is written', (t) => {
  const path = temporary(t);
  assert.throws(
    () => openDatadir({ path: join(path, 'new'), format: 'pebble' }),
    /--data.format=pebble is not available/,
  );
  assert.equal(existsSync(join(path, 'new')), false);
  writeFileSync(join(path, 'kvformat'), 'pebble');
  assert.throws(() => openDatadir({ path }), /pebble database.*gather the same claim again/s);
  writeFileSync(join(path, 'kvformat'), 'sqlite');
  assert.throws(() => openDatadir({ path }), /names the format "sqlite"/);
  writeFileSync(join(path, 'CURRENT'), 'MANIFEST-000001\n');
  writeFileSync(join(path, 'MANIFEST-000001'), '');
  rmSync(join(path, 'kvformat'));
  assert.throws(() => openDatadir({ path }), /pebble database/);
});

test('local pre-images are never stored', (t) => {
  const store = openDatadir({ path: temporary(t) });
  assert.throws(() => store.put(localKey(1), value), RangeError);
});

test('a value that cannot be written leaves no trace of itself', (t) => {
  const path = temporary(t);
  const store = openDatadir({ path });
  writeFileSync(join(path, hex.slice(0, 4)), 'a file where the folder should be');
  assert.throws(() => store.put(key, value), DatadirError);
  assert.deepEqual(readdirSync(path).toSorted(), [hex.slice(0, 4), 'kvformat']);
});
