// Files that a user names: read whole, or refused for what they are before they take memory.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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
    const bytes = Buffer.alloc(length, '{abc');
    writeFileSync(file, bytes);
    assert.deepEqual(readGiven(file, 70_000), bytes);
  }
  assert.throws(() => readGiven(file, 69_999), refused(/file holds more than 0 MiB, as no file of its kind does$/));
});

test('what is no file is refused in words, and what is no JSON object read no further than its first megabyte', async () => {
  assert.throws(() => readGiven(folder, 1), refused(/ is a folder$/));
  assert.equal(readGiven('/dev/zero', 2 ** 40).length, 1 << 20);
  const endless = join(folder, 'endless');
  writeFileSync(endless, Buffer.alloc(3 << 20, ' '));
  assert.equal(readGiven(endless, 4 << 20).length, 3 << 20);
  assert.throws(() => readGiven(join(folder, 'absent'), 1), refused(/^there is no .*absent$/));
  assert.throws(() => readGiven(join(endless, 'x'), 1), refused(/not a folder/));
  assert.throws(() => readGiven(join(folder, 'x'.repeat(300)), 1), refused(/too long$/));
  const circle = join(folder, 'circle');
  symlinkSync(circle, circle);
  assert.throws(() => readGiven(circle, 1), refused(/lead in a circle$/));
  const socket = join(folder, 'socket');
  const server = createServer();
  await once(server.listen(socket), 'listening');
  assert.throws(() => readGiven(socket, 1), refused(/is a socket/));
  server.close();
});

test('a pipe is read to its end; one that nobody writes to is given up', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  assert.throws(() => readGiven(pipe, 100), refused(/is a pipe that nobody writes to$/));
  // As in a shell, by a writer that takes its time: --rollup.config <(…)
  const module = new URL('../src/given-file.js', import.meta.url).href;
  const script = `import('${module}').then(({ readGiven }) => console.log(readGiven(process.argv[1], 1e6).length))`;
  const line = `exec "$0" --eval "$1" <(printf '{'; sleep 0.3; head -c 400000 /dev/zero)`;
  assert.equal(execFileSync('bash', ['-c', line, process.execPath, script], { encoding: 'utf8' }), '400001\n');
});
