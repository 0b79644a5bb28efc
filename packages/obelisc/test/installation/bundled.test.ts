// The commands' modules put together in a few files: when bin/command.cjs loads these, and that they find what lies beside a module.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from '@obelisc/guest';

test('what was put together is loaded unless something was compiled later, or a stack is to name its modules', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-bundled-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bin'));
  for (const file of ['obelisc', 'start.cjs', 'command.cjs', 'package.json'])
    cpSync(join(root, 'bin', file), join(folder, 'bin', file));
  const rooms = join(folder, 'packages');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(rooms, path)), { recursive: true });
    writeFileSync(join(rooms, path), text);
  };
  const compiled = (room: string, time: number): void => {
    write(`${room}/dist/tsconfig.tsbuildinfo`, '');
    utimesSync(join(rooms, room, 'dist/tsconfig.tsbuildinfo'), time, time);
  };
  const made = join(rooms, 'obelisc/dist/commands/licences.txt');
  const loaded = (...args: string[]): string =>
    execFileSync(process.execPath, [join(folder, 'bin/obelisc'), ...args], { encoding: 'utf8' }).trim();
  write('obelisc/package.json', '{"type":"module"}');
  const main = (name: string): string => `export const main = () => console.log('${name}')`;
  const run = 'export const runAsProcess = async ({ load }) => { (await load()).main(); process.exit(0); }';
  write('obelisc/dist/src/terminal/command-process.js', run);
  write('obelisc/dist/src/obelisc/main.js', main('single'));
  compiled('obelisc', 1000);
  compiled('host', 1000);
  assert.equal(loaded(), 'single', 'nothing was put together');
  // The command as a module, and as CommonJS.
  const load = "load: async () => ({ main: () => console.log('together') })";
  write('obelisc/dist/commands/obelisc/main.js', `${run}\nexport const load = ${load.slice('load: '.length)};`);
  write('obelisc/dist/commands/licences.txt', '');
  utimesSync(made, 1001, 1001);
  assert.equal(loaded(), 'together');
  rmSync(join(rooms, 'obelisc/dist/commands/obelisc/main.js'));
  write(
    'obelisc/dist/commands/obelisc/main.cjs',
    `${run.replace('export const runAsProcess', 'const runAsProcess')}
    module.exports = { runAsProcess, ${load} };`,
  );
  assert.equal(loaded(), 'together');
  for (const flag of ['--debug', '--debug=true', '-debug']) assert.equal(loaded(flag), 'single', flag);
  compiled('host', 1002);
  assert.equal(loaded(), 'single', 'a room was compiled later');
  utimesSync(made, 1003, 1003);
  assert.equal(loaded(), 'together');
});

test('every file that a module names beside itself, and each that runs on its own, is where what was put together looks for it', () => {
  const target = join(root, 'packages/obelisc/dist/commands');
  const [places, alone] = [new Set<string>(), new Set<string>()];
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (!/\.c?js$/.test(file)) continue;
    const text = readFileSync(join(target, file), 'utf8');
    const at = pathToFileURL(join(target, file));
    for (const [, place = ''] of text.matchAll(/new URL\("([^"]+)",bundledAt\)/g)) {
      const module = fileURLToPath(new URL(place, at));
      assert.ok(existsSync(module), `${file} names ${module}`);
      (module.startsWith(target) ? alone : places).add(module);
    }
    for (const [, name = '', place = ''] of text.matchAll(/new URL\("([^"]+)",new URL\("([^"]+)",bundledAt\)/g)) {
      const beside = new URL(name, new URL(place, at));
      assert.ok(existsSync(beside), `${file} reads ${fileURLToPath(beside)}`);
    }
  }
  assert.ok(places.size > 10, `${places.size} modules name their place`);
  const folders = [...alone].map((file) => basename(dirname(file))).toSorted();
  assert.deepEqual(folders, [
    'claims-segment-process',
    'fpvm-page-hash-worker',
    'host-datadir-writer',
    'host-kzg-worker',
    'host-precompiles-beside',
    'preimage-nearby-datadir',
    'preimage-nearby-values',
    'program-worker',
    'watch-judge-process',
  ]);
});

test('the licences of the packages in them stand beside them, and none is loaded that has files of its own', () => {
  const target = join(root, 'packages/obelisc/dist/commands');
  const licences = readFileSync(join(target, 'licences.txt'), 'utf8');
  for (const name of ['@ethereumjs/rlp', '@noble/hashes', 'commander'])
    assert.match(licences, new RegExp(`^${name} \\d`, 'm'));
  for (const name of ['lmdb', 'pg', '@electric-sql/pglite', '@crate-crypto/node-eth-kzg'])
    assert.doesNotMatch(licences, new RegExp(`^${name} \\d`, 'm'));
  assert.match(licences, /Mozilla Public License/i);
  assert.match(licences, /Permission is hereby granted/);
});
