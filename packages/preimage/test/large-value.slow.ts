import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MEBIBYTE = 2 ** 20;

test('the longest value that a server may send, 1 GiB, is in memory once', async (context) => {
  const program = spawn(process.execPath, [fileURLToPath(new URL('ask-once.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  let answer = '';
  program.stdout?.on('data', (bytes: Buffer) => (answer += bytes.toString()));
  const descriptors: readonly unknown[] = program.stdio;
  const values = descriptors[5] as Writable;
  const send = async (bytes: Buffer) => {
    if (!values.write(bytes)) await once(values, 'drain');
  };
  await once(descriptors[6] as Readable, 'data');
  const length = Buffer.alloc(8);
  length.writeUInt32BE(1024 * MEBIBYTE, 4);
  await send(length);
  const part = Buffer.alloc(MEBIBYTE, 7);
  for (let i = 0; i < 1024; i++) await send(part);
  const [code] = (await once(program, 'close')) as [number];
  assert.equal(code, 0);
  const { length: got, last, kibibytes } = JSON.parse(answer) as { length: number; last: number; kibibytes: number };
  assert.deepEqual({ got, last }, { got: 1024 * MEBIBYTE, last: 7 });
  context.diagnostic(`${Math.round(kibibytes / 1024)} MiB`);
  assert.ok(kibibytes < 1.25 * 1024 * 1024, `${Math.round(kibibytes / 1024)} MiB`);
});
