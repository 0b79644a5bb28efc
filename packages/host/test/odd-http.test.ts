/** HTTP that is not quite HTTP, and that other clients read: of old proxies, of gateways with long headers, of servers that hang up. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { EndpointError, kindOfStatus } from '../src/endpoint-errors.js';
import { type Log, silentLog } from '../src/log.js';
import { restEndpoint } from '../src/rest-endpoint.js';
import { rpcEndpoint } from '../src/rpc-endpoint.js';
import { HttpAnswer, restServer } from './fake-endpoints.js';

const policy = { forMs: 400, firstContactMs: 400, absentMs: 200, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 50 };

/** A server that writes what it likes for each request: `count` is its number on this connection. */
async function rawServer(
  t: TestContext,
  answer: (socket: Socket, body: string, count: number) => void,
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    let text = '';
    let count = 0;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let head = text.indexOf('\r\n\r\n'); head >= 0; head = text.indexOf('\r\n\r\n')) {
        const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
        if (text.length < head + 4 + length) return;
        const id = (JSON.parse(text.slice(head + 4, head + 4 + length)) as { id: number }).id;
        text = text.slice(head + 4 + length);
        count += 1;
        answer(socket, JSON.stringify({ jsonrpc: '2.0', id, result: '0x7' }), count);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const whole = (body: string, header = ''): string =>
  `HTTP/1.1 200 OK\r\n${header}content-length: ${body.length}\r\n\r\n${body}`;

for (const [name, write] of [
  ['of HTTP/1.0, ended by the connection', (socket, body) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${body}`)],
  ['without a length', (socket, body) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`)],
  [
    'with a length beside chunks',
    (socket, body) =>
      socket.write(
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: ${body.length}\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      ),
  ],
  [
    'in chunks with extensions and a trailer',
    (socket, body) =>
      socket.write(
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)};a=b\r\n${body}\r\n0\r\nx: y\r\n\r\n`,
      ),
  ],
  ['with lines without CR', (socket, body) => socket.write(whole(body).replaceAll('\r\n', '\n'))],
  ['with 100 KB of headers', (socket, body) => socket.write(whole(body, `x-policy: ${'a'.repeat(100_000)}\r\n`))],
  ['after a notice', (socket, body) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${whole(body)}`)],
  ['as 203', (socket, body) => socket.write(whole(body).replace('200 OK', '203 Non-Authoritative Information'))],
  ['as 200 without words', (socket, body) => socket.write(whole(body).replace('200 OK', '200'))],
] as const satisfies readonly [string, (socket: Socket, body: string) => unknown][]) {
  test(`an answer ${name} is read`, async (t) => {
    const url = await rawServer(t, (socket, body) => void write(socket, body));
    const endpoint = rpcEndpoint({ flag: '--l1', url, policy, log: silentLog });
    for (let call = 0; call < 3; call++) assert.equal(await endpoint.attempt('eth_x', []), '0x7');
  });
}

for (const [name, hangUp] of [
  ['closes', (socket: Socket) => void socket.end()],
  ['resets', (socket: Socket) => void socket.resetAndDestroy()],
] as const) {
  test(`a request that meets a kept connection which the server ${name} is sent anew, and is no failure`, async (t) => {
    const url = await rawServer(t, (socket, body, count) =>
      count === 1 ? void socket.write(whole(body)) : hangUp(socket),
    );
    const story: string[] = [];
    const log: Log = (_, message) => story.push(message);
    const endpoint = rpcEndpoint({ flag: '--l1', url, policy, log });
    for (let call = 0; call < 4; call++) assert.equal(await endpoint.attempt('eth_x', []), '0x7');
    const many = await Promise.all(Array.from({ length: 6 }, () => endpoint.attempt('eth_x', [])));
    assert.deepEqual(many, Array(6).fill('0x7'));
    assert.deepEqual(story, []);
  });
}

test('a server that closes every connection is an outage; one that speaks no HTTP/1.1 is told so', async (t) => {
  const closing = rpcEndpoint({
    flag: '--l1',
    url: await rawServer(t, (socket) => void socket.end()),
    policy,
    log: silentLog,
  });
  await assert.rejects(
    closing.attempt('eth_x', []),
    (error) => error instanceof EndpointError && error.isOutage && /closed before the answer/.test(error.message),
  );
  // The first frame of HTTP/2.
  const frame = Buffer.from('000006040000000000000300000064', 'hex');
  const http2 = rpcEndpoint({
    flag: '--l1',
    url: await rawServer(t, (socket) => void socket.write(frame)),
    policy,
    log: silentLog,
  });
  await assert.rejects(
    http2.call('eth_x', []),
    /the answer is not HTTP\/1\.1 .*is this a JSON-RPC or beacon endpoint\?/,
  );
});

test('a beacon node behind a proxy that changes its answers (203) is read', async (t) => {
  const { url } = await restServer(t, () => new HttpAnswer(203, {}, '{"data":{"genesis_time":"5"}}'));
  const answer = await restEndpoint({ flag: '--l1.beacon', url, policy, log: silentLog }).attempt(
    '/eth/v1/beacon/genesis',
  );
  assert.deepEqual(answer, { data: { genesis_time: '5' } });
});

test('a limit is a limit by whatever status or word', () => {
  for (const status of [420, 429, 430, 509, 529]) assert.equal(kindOfStatus(status, ''), 'rate-limit', String(status));
  for (const text of [
    'Request was throttled. Expected available in 3 seconds.',
    'Too Many Requests',
    'slow down, please',
  ])
    assert.equal(kindOfStatus(200, text), 'rate-limit', text);
  for (const status of [402, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 530, 598, 999])
    assert.equal(kindOfStatus(status, ''), 'outage', String(status));
});
