import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { devnetCommand } from '../../src/devnet/devnet.js';
import { UsageError } from '../../src/terminal/failure.js';

test('prints endpoints and files, serves them until stopped, and leaves nothing behind', async () => {
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  let running = Promise.resolve();
  const printed = await new Promise<string>((resolve, reject) => {
    running = devnetCommand({ blocks: '2', json: true }, { stdout: resolve, stderr: () => {}, stopped });
    running.catch(reject);
  });
  const report = JSON.parse(printed) as Record<string, string> & { head: { l2: { number: number } } };
  assert.equal(report.head.l2.number, 2);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'optimism_version', params: [] });
  assert.equal((await fetch(report['op-node'] ?? '', { method: 'POST', body })).status, 200);
  assert.ok(existsSync(report['rollup.config'] ?? ''));
  stop();
  await running;
  assert.equal(existsSync(report['rollup.config'] ?? ''), false);
  await assert.rejects(fetch(report['op-node'] ?? '', { method: 'POST', body }));
});

test('a port or a number of blocks that is none is refused by its flag', async () => {
  await assert.rejects(devnetCommand({ l1Port: '70000' }), UsageError);
  await assert.rejects(devnetCommand({ blocks: 'many' }), /--blocks many/);
});
