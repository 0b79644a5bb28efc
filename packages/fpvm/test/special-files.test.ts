// Names of what is no file: nothing is waited for without end, and each has one error in words.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readFault } from '../src/input-file.js';
import { OutputFileError } from '../src/output-target.js';
import { readStateFile } from '../src/state-file.js';
import { FIRST_BYTES, readWhole, writeSmallFile, writeWhole } from '../src/whole-file.js';

const folder = mkdtempSync(join(tmpdir(), 'special-files-'));
const at = (name: string): string => join(folder, name);
const server = createServer();

before(async () => {
  symlinkSync(at('circle'), at('circle'));
  execFileSync('mkfifo', [at('pipe'), at('pipe.gz')]);
  await once(server.listen(at('socket')), 'listening');
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const faults: [string, RegExp][] = [
  [at('pipe'), /^it is a pipe that nobody writes to$/],
  [at('pipe.gz'), /^it is a pipe that nobody writes to$/],
  [at('socket'), /^it is a socket, or a device that is not there$/],
  [at('circle'), /^its symbolic links lead in a circle$/],
  [at('x'.repeat(300)), /^its name is too long$/],
  [at('absent'), /^there is no such file$/],
  [folder, /^it is a folder$/],
];

test('what cannot be read as a file is said to be what it is', async () => {
  for (const [path, fault] of faults) {
    const why = await readWhole(path, 1000).then(() => 'read', readFault);
    assert.match(why, fault, path);
    await assert.rejects(readStateFile(path), (error: Error) => fault.test(error.message.replace(/^.*: /, '')), path);
  }
});

test('what cannot be written as a file is said to be what it is', async () => {
  const unwritten: [string, RegExp][] = [
    [at('pipe'), /pipe: it is a pipe that nobody reads$/],
    [at('socket'), /socket: it is a socket/],
    [at('circle'), /circle: its symbolic links lead in a circle$/],
    [at('x'.repeat(300)), /: its name is too long$/],
    ['/dev/full', /full: no space is left on the device$/],
  ];
  for (const [path, fault] of unwritten) {
    const isRefused = (error: unknown): boolean => error instanceof OutputFileError && fault.test(error.message);
    assert.throws(() => writeSmallFile(path, 'text'), isRefused, path);
    await assert.rejects(writeWhole(path, [Buffer.from('text')]), isRefused, path);
  }
});

test('the first bytes of what has no end are judged before more is read', async () => {
  const judge = (first: Uint8Array): void => {
    throw new Error(`${first.length} bytes`);
  };
  await assert.rejects(readWhole('/dev/zero', 2 ** 45, judge), { message: `${FIRST_BYTES} bytes` });
  writeFileSync(at('short'), 'abc');
  await assert.rejects(readWhole(at('short'), 2 ** 45, judge), { message: '3 bytes' });
});

test('pipes that somebody writes to, or reads, are files like any other', async () => {
  const long = Buffer.alloc(300_000, 'abc');
  // Open at both ends, so that it does not matter when the other process has begun.
  const open = (): number => openSync(at('pipe'), 'r+');
  let held = open();
  const writer = spawn('sh', ['-c', 'exec > "$0"; printf first; sleep 0.1; printf second', at('pipe')]);
  void once(writer, 'close').then(() => closeSync(held));
  assert.equal((await readWhole(at('pipe'), 100)).toString(), 'firstsecond');
  for (const write of [
    (path: string) => writeWhole(path, [long]),
    async (path: string) => writeSmallFile(path, long),
  ]) {
    held = open();
    const reader = spawn('sh', ['-c', 'cat "$0" > "$1"', at('pipe'), at('copy')], { stdio: 'ignore' });
    const isRead = once(reader, 'close');
    await write(at('pipe'));
    closeSync(held);
    await isRead;
    assert.deepEqual(readFileSync(at('copy')), long);
  }
});
