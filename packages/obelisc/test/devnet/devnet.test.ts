import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type DevnetCommandOptions, devnetCommand } from '../../src/devnet/devnet.js';
import { l1Schedule, l2Schedule } from '../../src/devnet/schedule.js';
import { UsageError } from '../../src/terminal/failure.js';

test('prints endpoints and files, serves them until stopped, and leaves nothing behind', async () => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running = Promise.resolve();
  const printed = await new Promise<string>((resolve, reject) => {
    running = devnetCommand({ blocks: '14', json: true }, { stdout: resolve, stderr: () => {}, signal });
    running.catch(reject);
  });
  type Heads = Record<'l1' | 'l2', { number: number }>;
  const report = JSON.parse(printed) as Record<string, string> & { head: Heads };
  // All batches stand in the L1 block after the last L2 block.
  assert.deepEqual([report.head.l1.number, report.head.l2.number], [5, 14]);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'optimism_version', params: [] });
  assert.equal((await fetch(report['op-node'] ?? '', { method: 'POST', body })).status, 200);
  assert.ok(existsSync(report['rollup.config'] ?? ''));
  stopping.abort();
  await running;
  assert.equal(existsSync(report['rollup.config'] ?? ''), false);
  await assert.rejects(fetch(report['op-node'] ?? '', { method: 'POST', body }));
});

test('a port or a number of blocks that is none is refused by its flag', async () => {
  await assert.rejects(devnetCommand({ l1Port: '70000' }), UsageError);
  await assert.rejects(devnetCommand({ blocks: 'many' }), /--blocks many/);
});

test('a port in use and a folder that cannot be written are named before a block is made', async (t) => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  t.after(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  const told: string[] = [];
  const quiet = { stdout: (text: string) => void told.push(text), stderr: (text: string) => void told.push(text) };
  const file = fileURLToPath(import.meta.url);
  const mistakes: [DevnetCommandOptions, RegExp][] = [
    [{ l2Port: String(port) }, new RegExp(`^--l2-port ${port} is in use`)],
    [{ l1Port: '9545', opNodePort: '9545' }, /^--l1-port and --op-node-port are the same port, 9545$/],
    [{ out: join(file, 'chain') }, /^--out .*chain: no folder that can be written to \(.*is not a folder/],
    [{ out: file }, /^--out .*: no folder that can be written to/],
    ...(existsSync('/proc/self')
      ? [[{ out: '/proc/chain/of' }, /^--out \/proc\/chain\/of: no folder/] as [DevnetCommandOptions, RegExp]]
      : []),
  ];
  for (const [options, message] of mistakes) {
    await assert.rejects(devnetCommand({ blocks: '5000', ...options }, quiet), { name: 'UsageError', message });
  }
  assert.deepEqual(told, []);
});

test('a schedule of forks is taken as it is written, and refused where it makes none', () => {
  const schedule = l2Schedule('karst', 'jovian=20,karst=40', 2n);
  assert.deepEqual([schedule.isthmus, schedule.jovian, schedule.karst], [0n, 40n, 80n]);
  assert.equal(l2Schedule(undefined, undefined, 2n).karst, 0n);
  assert.equal(l2Schedule(undefined, 'isthmus=3', 2n).jovian, undefined);
  assert.deepEqual(l1Schedule('bpo1', 'osaka=4', 6n), { prague: 0n, osaka: 24n, bpo1: 24n });
  assert.throws(() => l2Schedule('lagoon', undefined, 2n), /--forks lagoon: give one of .*karst/);
  assert.throws(() => l2Schedule('isthmus', 'jovian=4', 2n), /newer than --forks isthmus/);
  assert.throws(() => l2Schedule('karst', 'jovian=9,karst=4', 2n), /--fork-at karst/);
  assert.throws(() => l2Schedule('karst', 'jovian', 2n), /give FORK=BLOCK/);
});

test('a chain in the making is given up when that is asked for, and an interrupt ends it at once', async () => {
  const signal = AbortSignal.timeout(300);
  const quiet = { stdout: () => {}, stderr: () => {} };
  await assert.rejects(devnetCommand({ blocks: '5000' }, { ...quiet, signal }), { name: 'TimeoutError' });

  const bin = fileURLToPath(new URL('../../../../../bin/obelisc', import.meta.url));
  const child = spawn(process.execPath, [bin, 'devnet', '--blocks', '5000'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  const [code, killedBy] = (await ended) as [number | null, string | null];
  assert.deepEqual([code, killedBy], [null, 'SIGINT']);
});
