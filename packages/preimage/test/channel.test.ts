/** A pipe read by its descriptor: whatever is there already is found at once, and the event loop still has its turns. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type ByteReader, descriptorReader } from '../src/channel.js';

function pipe(t: TestContext): { reader: ByteReader; write: number } {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-pipe-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const name = join(folder, 'pipe');
  execFileSync('mkfifo', [name]);
  const read = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  return { write: openSync(name, constants.O_WRONLY), reader: descriptorReader(read, 'the pipe') };
}

test('messages that are there already leave the event loop its turns', async (t) => {
  const { reader, write } = pipe(t);
  let turns = 0;
  const timer = setInterval(() => undefined, 1);
  const count = (): void => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  for (let i = 0; i < 1000; i++) {
    writeSync(write, Buffer.from([i & 255, i >> 8]));
    assert.deepEqual(await reader.read(2), Uint8Array.of(i & 255, i >> 8));
  }
  clearImmediate(immediate);
  clearInterval(timer);
  assert.ok(turns >= 10, `${turns} turns`);
  reader.close();
  closeSync(write);
});

test('what comes in pieces, late, or not at all', async (t) => {
  const { reader, write } = pipe(t);
  writeSync(write, Buffer.from('ab'));
  const whole = reader.read(4);
  setTimeout(() => writeSync(write, Buffer.from('cdef')), 20);
  assert.equal(Buffer.from((await whole) ?? []).toString(), 'abcd');
  assert.equal(Buffer.from((await reader.read(2)) ?? []).toString(), 'ef');
  const last = reader.read(1);
  closeSync(write);
  assert.equal(await last, undefined);
  assert.equal(await reader.read(1), undefined);
  reader.close();
});
