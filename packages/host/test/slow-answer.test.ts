import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { httpEndpoint } from '../src/http-exchange.js';
import { silentLog } from '../src/log.js';

test('requests without an answer are spoken of after five seconds, in one line for each endpoint', async (t) => {
  const waiting: (() => void)[] = [];
  const server = createServer((_, response) => void waiting.push(() => response.end('{}')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const told: [string, string, unknown][] = [];
  const { port } = server.address() as AddressInfo;
  const endpoint = httpEndpoint({
    flag: '--l1',
    url: `http://127.0.0.1:${port}/secret-key`,
    log: (level, message, fields) => void told.push([level, message, fields?.request]),
  });
  t.mock.timers.enable({ apis: ['setInterval'] });
  const requests = ['eth_chainId', 'eth_blockNumber'].map((what) => endpoint.exchange({ body: '{}', what }));
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(4_999);
  assert.deepEqual(told, []);
  t.mock.timers.tick(1);
  assert.deepEqual(told, [['warn', 'Waiting for an answer', 'eth_chainId']]);
  for (const answer of waiting) answer();
  await Promise.all(requests);
  t.mock.timers.tick(60_000);
  assert.equal(told.length, 1);
});

test('an answer of which nothing but headers comes, one after the other, is given up', async (t) => {
  let tell: (socket: Socket) => void;
  const asked = new Promise<Socket>((resolve) => (tell = resolve));
  const server = createSocketServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n');
      tell(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const endpoint = httpEndpoint({ flag: '--l1', url: `http://127.0.0.1:${port}`, log: silentLog });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answer = endpoint.exchange({ body: '{}', what: 'eth_chainId' });
  const socket = await asked;
  for (let second = 0; second < 120; second++) {
    socket.write(`X-Header-${second}: a\r\n`);
    t.mock.timers.tick(1000);
  }
  await assert.rejects(answer, /eth_chainId: the answer did not begin within 120 s/);
});
