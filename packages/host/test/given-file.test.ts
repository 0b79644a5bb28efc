// Files that a user names: read whole, or refused for what they are before they take memory.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { GivenFileError, readGiven } from '../src/given-file.js';

const folder = mkdtempSync(join(tmpdir(), 'given-file-'));
after(() => rmSync(folder, { recursive: true }));

const refused =
  (pattern: RegExp) =>
  (error: unknown): boolean =>
    error instanceof GivenFileError && pattern.test(error.message);

test('a file is read whole up to its limit', () => {
  const file = join(folder, 'file');
  for (const length of [0, 1, 4095, 70_000]) {
    const bytes = Buffer.alloc(length, 'abc');
    writeFileSync(file, bytes);
    assert.deepEqual(readGiven(file, 70_000), bytes);
  }
  assert.throws(() => readGiven(file, 69_999), refused(/file holds more than 0 MiB, as no file of its kind does$/));
});

test('folders and devices without end are refused, and what is not there', () => {
  assert.throws(() => readGiven(folder, 1), refused(/ is a folder$/));
  assert.throws(() => readGiven('/dev/zero', 3 << 20), refused(/^\/dev\/zero holds more than 3 MiB/));
  assert.throws(() => readGiven(join(folder, 'absent'), 1), { code: 'ENOENT' });
});

test('a pipe is read to its end; one that nobody writes to is empty', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  assert.equal(readGiven(pipe, 100).length, 0);
  // As in a shell, by a writer that takes its time: --rollup.config <(…)
  const module = new URL('../src/given-file.js', import.meta.url).href;
  const script = `import('${module}').then(({ readGiven }) => console.log(readGiven(process.argv[1], 1e6).length))`;
  const line = `exec "$0" --eval "$1" <(head -c 200000 /dev/zero; sleep 0.3; head -c 200001 /dev/zero)`;
  assert.equal(execFileSync('bash', ['-c', line, process.execPath, script], { encoding: 'utf8' }), '400001\n');
});
