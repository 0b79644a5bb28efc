import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Channel } from '../src/messages.js';

const address = new URL('../src/messages.js', import.meta.url).href;

test('a notification that comes late is not taken for the next answer', async () => {
  const memory = Channel.memory();
  const host = new Channel(memory);
  const text = `const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(address)}).then(({ Channel }) => {
      const channel = new Channel(workerData);
      parentPort.postMessage('asleep');
      channel.sleep();
      parentPort.postMessage(channel.readAnswer()[0]);
    });`;
  const worker = new Worker(text, { eval: true, workerData: memory });
  const said: unknown[] = [];
  const awake = new Promise((resolve) => worker.on('message', (what) => said.push(what) === 2 && resolve(what)));
  // Notified until one notification has met a sleeper, without an answer.
  while (Atomics.notify(host.state, 0) === 0) await setTimeout(1);
  await setTimeout(50);
  assert.deepEqual(said, ['asleep']);
  host.writeAnswer(Uint8Array.of(77));
  host.answered();
  assert.equal(await awake, 77);
  await worker.terminate();
});

test('computed answers wait in the thread while the other has sixteen of its messages to take', async () => {
  const memory = Channel.memory();
  const host = new Channel(memory);
  const text = `const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(address)}).then(({ Channel }) => {
      const channel = new Channel(workerData);
      for (let sent = 0; sent < 18; sent++) {
        channel.waitForRoom();
        parentPort.postMessage(sent);
      }
    });`;
  const worker = new Worker(text, { eval: true, workerData: memory });
  const said: number[] = [];
  const all = new Promise<void>((resolve) => worker.on('message', (what) => said.push(what) === 18 && resolve()));
  // Woken without room until it has met a sleeper, twice: it sleeps again.
  for (let woken = 0; woken < 2;) {
    woken += Atomics.notify(host.state, 2);
    await setTimeout(1);
  }
  assert.deepEqual(
    said,
    Array.from({ length: 16 }, (_, i) => i),
  );
  host.taken();
  host.taken();
  await all;
  assert.equal(Atomics.load(host.state, 2), 16);
  await worker.terminate();
});

/** The two ends of one channel. */
function ends(): [Channel, Channel] {
  const memory = Channel.memory();
  return [new Channel(memory), new Channel(memory)];
}

const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);

test('a request and its hints arrive as they were written', () => {
  const [worker, host] = ends();
  for (const hints of [[], ['l1-blob 0xff'], ['', 'a b\nc', 'ÿ\0'], ['x'.repeat(131_000)]]) {
    assert.ok(worker.fits(hints));
    worker.writeRequest(key, hints);
    assert.deepEqual(host.readRequest(), { key, hints });
  }
  assert.ok(!worker.fits(['x'.repeat(131_040)]));
  assert.ok(!worker.fits(Array.from({ length: 256 }, () => 'x'.repeat(510))));
});

test('an answer arrives where it has room', () => {
  const [worker, host] = ends();
  for (const length of [0, 1, 131_072]) {
    const value = Uint8Array.from({ length }, (_, i) => i % 251);
    assert.ok(host.writeAnswer(value));
    assert.deepEqual(Uint8Array.from(worker.readAnswer() ?? []), value);
  }
  assert.ok(!host.writeAnswer(new Uint8Array(131_073)));
  assert.equal(worker.readAnswer(), undefined);
});
