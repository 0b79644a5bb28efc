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
import { dirname, join } from 'node:path';
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
  const made = join(rooms, 'obelisc/dist/commands/terminal/command-process.js');
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
  write('obelisc/dist/commands/terminal/command-process.js', run);
  write('obelisc/dist/commands/obelisc/main.js', main('together'));
  utimesSync(made, 1001, 1001);
  assert.equal(loaded(), 'together');
  for (const flag of ['--debug', '--debug=true', '-debug']) assert.equal(loaded(flag), 'single', flag);
  compiled('host', 1002);
  assert.equal(loaded(), 'single', 'a room was compiled later');
  utimesSync(made, 1003, 1003);
  assert.equal(loaded(), 'together');
});

test('every file that a module names beside itself is where what was put together looks for it', () => {
  const target = join(root, 'packages/obelisc/dist/commands');
  let count = 0;
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const text = readFileSync(join(target, file), 'utf8');
    const at = pathToFileURL(join(target, file));
    for (const [, place = ''] of text.matchAll(/new URL\("([^"]+)", import\.meta\.url\)\.href/g)) {
      const module = new URL(place, at);
      assert.ok(existsSync(module), `${file} names ${fileURLToPath(module)}`);
      count += 1;
    }
    for (const [, name = '', place = ''] of text.matchAll(
      /new URL\("([^"]+)", new URL\("([^"]+)", import\.meta\.url\)/g,
    )) {
      const beside = new URL(name, new URL(place, at));
      assert.ok(existsSync(beside), `${file} reads ${fileURLToPath(beside)}`);
    }
  }
  assert.ok(count > 20, `${count} modules name their place`);
});
