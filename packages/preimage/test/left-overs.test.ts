/** What a killed run leaves of the file that it was writing: no data, and removed by the next run that writes, but never under a run that lives. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DATA_FORMATS, type DataFormat, keccak256, keccak256Key, openDatadir } from '../src/index.js';

const [first, second] = [Buffer.from('the first'), Buffer.from('the second')];
const keyOf = (value: Uint8Array) => keccak256Key(keccak256(value));

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'obelisc-left-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const temporaries = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));

/** Puts the second value; before it calls `method` of `node:fs` for the temporary file of `what`, `then` is done. */
const writer = (path: string, format: DataFormat, method: string, what: string, then: string): string[] => [
  '--input-type=module',
  '-e',
  `import fs from 'node:fs';
   import { syncBuiltinESMExports } from 'node:module';
   const original = fs.${method};
   fs.${method} = (file, ...more) => {
     if (String(file).includes(${JSON.stringify(what)}) && String(file).endsWith('.tmp')) { ${then} }
     return original(file, ...more);
   };
   syncBuiltinESMExports();
   const { openDatadir, keccak256, keccak256Key } =
     await import(${JSON.stringify(new URL('../src/index.js', import.meta.url).href)});
   const value = Buffer.from(${JSON.stringify(second.toString())});
   openDatadir({ path: ${JSON.stringify(path)}, format: '${format}' }).put(keccak256Key(keccak256(value)), value);`,
];

/** A folder in which a run was killed over the file of `what`. */
function killedIn(path: string, format: DataFormat, method: string, what: string): void {
  const killed = spawnSync(
    process.execPath,
    writer(path, format, method, what, "process.kill(process.pid, 'SIGKILL'); for (;;);"),
    { encoding: 'utf8' },
  );
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
  assert.equal(temporaries(path).length, 1);
}

for (const format of ['file', 'directory'] as const) {
  test(`format ${format}: the value that a killed run was writing is no data, and the next run that writes removes it`, (t) => {
    const path = temporary(t);
    openDatadir({ path, format }).put(keyOf(first), first);
    killedIn(path, format, 'renameSync', '.txt.');
    const offline = openDatadir({ path, mustExist: true });
    assert.deepEqual(offline.look(keyOf(second)), { state: 'missing' });
    assert.deepEqual(
      [...(offline.keys?.() ?? [])].map((key) => Buffer.from(key)),
      [Buffer.from(keyOf(first))],
    );
    assert.equal(temporaries(path).length, 1, 'who only reads leaves the datadir as it is');
    openDatadir({ path }).put(keyOf(first), first);
    assert.deepEqual(temporaries(path), []);
    assert.deepEqual(Buffer.from(openDatadir({ path, mustExist: true }).get(keyOf(first)) ?? []), first);
  });

  test(`format ${format}: what a run that lives is writing is left to it`, async (t) => {
    const path = temporary(t);
    openDatadir({ path, format }).put(keyOf(first), first);
    const wait = 'process.stdout.write("here"); fs.readSync(0, Buffer.alloc(1));';
    const living: ChildProcess = spawn(process.execPath, writer(path, format, 'renameSync', '.txt.', wait), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.after(() => living.kill('SIGKILL'));
    const ended = once(living, 'exit');
    assert.ok(living.stdout !== null);
    await Promise.race([once(living.stdout, 'data'), ended]);
    assert.equal(temporaries(path).length, 1);
    openDatadir({ path }).put(keyOf(first), first);
    assert.equal(temporaries(path).length, 1);
    living.stdin?.end('\n');
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(temporaries(path), []);
    assert.deepEqual(Buffer.from(openDatadir({ path }).get(keyOf(second)) ?? []), second);
  });
}

test('a run that was killed while it began a datadir leaves nothing that the next one keeps', (t) => {
  for (const format of DATA_FORMATS) {
    const path = temporary(t);
    killedIn(path, format, 'renameSync', 'kvformat');
    openDatadir({ path, format });
    assert.deepEqual(temporaries(path), [], format);
    assert.equal(readFileSync(join(path, 'kvformat'), 'utf8'), format);
  }
  const path = temporary(t);
  killedIn(path, 'lmdb', 'rmSync', 'preimages.lmdb');
  openDatadir({ path }).put(keyOf(first), first);
  assert.deepEqual(temporaries(path), []);
});

test('of other hosts, and of an earlier process with the same id, only what nobody can be writing is removed', (t) => {
  const path = temporary(t);
  killedIn(path, 'file', 'renameSync', '.txt.');
  const [left = ''] = temporaries(path);
  const [, value, host, more] = /^(.*\.txt)\.([0-9a-f]{8})-\d+-(.*\.tmp)$/.exec(left) ?? [];
  assert.ok(value !== undefined && host !== undefined && more !== undefined, left);
  const ago = (seconds: number) => Date.now() / 1000 - seconds;
  const sinceStart = process.uptime();
  const dead = /\d+-(?=\d+-)/.exec(left.slice(value.length + 10))?.[0] ?? '';
  const cases: [name: string, seconds: number, isRemoved: boolean][] = [
    [`${value}.${host}-${process.pid}-${more}`, 0, false],
    [`${value}.${host}-${process.pid}-${more}`, sinceStart + 60, true],
    [`${value}.00000000-${dead}${more}`, sinceStart + 60, false],
    [`${value}.00000000-${dead}${more}`, 25 * 60 * 60, true],
    [`${value}.${dead}${more}`, sinceStart + 60, false],
    [`${value}.${dead}${more}`, 25 * 60 * 60, true],
    [`notes.${host}-${dead}${more}`, 25 * 60 * 60, false],
    [`${value}.tmp`, 25 * 60 * 60, false],
  ];
  renameSync(join(path, left), join(path, 'it'));
  for (const [name, seconds, isRemoved] of cases) {
    const file = join(path, name);
    writeFileSync(file, 'ab');
    utimesSync(file, ago(seconds), ago(seconds));
    openDatadir({ path });
    assert.equal(existsSync(file), !isRemoved, `${name} of ${seconds} seconds ago`);
    rmSync(file, { force: true });
  }
});

test('a value whose temporary file is removed under it is written again', (t) => {
  for (const format of ['file', 'directory'] as const) {
    const path = temporary(t);
    const remove = 'if (!globalThis.removed) { globalThis.removed = true; fs.rmSync(file); }';
    const run = spawnSync(process.execPath, writer(path, format, 'renameSync', '.txt.', remove), { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    assert.deepEqual(Buffer.from(openDatadir({ path }).get(keyOf(second)) ?? []), second);
  }
});
