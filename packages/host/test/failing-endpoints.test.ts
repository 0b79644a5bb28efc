/** What providers do, one kind after the other: what is tried again, what is settled, and what is said of it. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { beaconSource } from '../src/beacon-source.js';
import { EndpointError } from '../src/endpoint-errors.js';
import { type Log, silentLog } from '../src/log.js';
import { requestGate } from '../src/request-gate.js';
import { restEndpoint } from '../src/rest-endpoint.js';
import { retryFor } from '../src/retry.js';
import { rpcEndpoint } from '../src/rpc-endpoint.js';
import { versionedHashOf } from '../src/versioned-hash.js';
import { kzg } from '../src/kzg-javascript.js';
import { HttpAnswer, restServer, RpcFault, rpcServer } from './fake-endpoints.js';

const policy = { forMs: 3000, firstContactMs: 600, absentMs: 300, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 50 };

/** A server that answers each request by hand. */
async function handServer(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  port = 0,
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a-secret-key`, server };
}

const json = (response: ServerResponse, value: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const result = (body: string, value: unknown) => ({
  jsonrpc: '2.0',
  id: (JSON.parse(body) as { id: number }).id,
  result: value,
});

const endpointAt = (url: string, log: Log = silentLog) => rpcEndpoint({ flag: '--l1', url, policy, log });

for (const [code, message] of [
  [-32005, 'daily request count exceeded, request rate limited'],
  [-32007, '50/second request limit reached - reduce calls per second'],
  [-32012, 'credits limited to 6000/sec'],
  [-32016, 'over rate limit'],
  [15, 'Too many request, try again later'],
  [19, 'Temporary internal error. Please retry'],
  [429, 'slow'],
  [-32603, 'Internal error'],
  [-32000, 'header not found'],
  [-32077, 'something that no table has'],
] as const) {
  test(`error ${code} (${message}) is tried again`, async (t) => {
    let failures = 3;
    const server = await rpcServer(t, {
      eth_chainId: () => '0x1',
      eth_x: () => (failures-- > 0 ? new RpcFault(code, message) : '0x7'),
    });
    const endpoint = endpointAt(server.url);
    await endpoint.call('eth_chainId', []);
    assert.equal(await endpoint.call('eth_x', []), '0x7');
    assert.equal(server.calls.length, 5);
  });
}

for (const [name, answer] of [
  ['cut short', '{"jsonrpc":"2.0","id":1,"resu'],
  ['empty', ''],
  ['a page', '<html>one moment</html>'],
  ['neither result nor error', '{"jsonrpc":"2.0","id":1}'],
] as const) {
  test(`an answer that is ${name} is tried again`, async (t) => {
    let requests = 0;
    const { url } = await handServer(t, (_, response, body) => {
      requests += 1;
      if (requests % 3 === 2) response.writeHead(200).end(answer);
      else json(response, result(body, '0x7'));
    });
    const endpoint = endpointAt(url);
    for (let call = 0; call < 4; call++) assert.equal(await endpoint.call('eth_x', []), '0x7');
    assert.equal(requests, 6);
  });
}

for (const [name, fault] of [
  ['method not found', new RpcFault(-32601, 'the method eth_x does not exist/is not available')],
  ['not whitelisted', new RpcFault(-32000, 'rpc method is not whitelisted')],
  ['invalid parameters', new RpcFault(-32602, 'invalid argument 0: hex string without 0x prefix')],
  ['HTTP 401', new HttpAnswer(401)],
  ['HTTP 403', new HttpAnswer(403)],
] as const) {
  test(`${name} is settled at once`, async (t) => {
    const server = await rpcServer(t, { eth_x: () => fault });
    await assert.rejects(
      endpointAt(server.url).call('eth_x', []),
      (error) => error instanceof EndpointError && !error.isTransient,
    );
    assert.equal(server.calls.length, 1);
  });
}

test('an endpoint that never answered is given up after seconds, one that was restarted is waited for', async (t) => {
  const first = await handServer(t, (_, response, body) => json(response, result(body, '0x7')));
  const port = Number(new URL(first.url).port);
  const story: string[] = [];
  const endpoint = endpointAt(first.url, (level, message, fields) =>
    story.push(`${level} ${message} ${fields?.because}`),
  );
  assert.equal(await endpoint.call('eth_x', []), '0x7');
  first.server.closeAllConnections();
  await new Promise((closed) => first.server.close(closed));
  const restart = setTimeout(
    () => void handServer(t, (_, response, body) => json(response, result(body, '0x8')), port),
    1200,
  );
  t.after(() => clearTimeout(restart));
  assert.equal(await endpoint.call('eth_x', []), '0x8', 'longer away than a first contact may take');
  assert(story.some((line) => /warn Trying again .*ECONN/.test(line)));
  assert(story.length < 6, `said at growing intervals: ${story.length}`);

  const begin = Date.now();
  await assert.rejects(endpointAt('http://127.0.0.1:9/a-secret-key').call('eth_x', []), (error) => {
    assert(error instanceof EndpointError);
    assert.match(error.message, /^--l1 \(http:\/\/127\.0\.0\.1:9\): eth_x: .*ECONNREFUSED.*tried \d+ times/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert(Date.now() - begin < 2500);
});

test('--retry.for 0 is for ever, also at first; a shorter time bounds everything', () => {
  assert.equal(retryFor(0).forMs, Number.POSITIVE_INFINITY);
  assert.equal(retryFor(0).firstContactMs, Number.POSITIVE_INFINITY);
  assert.deepEqual([retryFor(500).forMs, retryFor(500).firstContactMs, retryFor(500).absentMs], [500, 500, 500]);
});

test('a redirect is named with its target, and a certificate with what helps; neither is tried again', async (t) => {
  let requests = 0;
  const { url } = await handServer(t, (_, response) => {
    requests += 1;
    response.writeHead(301, { location: 'https://elsewhere.example/v2/x?key=secret' }).end();
  });
  await assert.rejects(
    endpointAt(url).call('eth_x', []),
    /HTTP 301: it redirects to https:\/\/elsewhere\.example\/v2\/x; give/,
  );
  assert.equal(requests, 1);
  const plain = await handServer(t, (_, response) => response.end());
  await assert.rejects(
    endpointAt(plain.url.replace('http:', 'https:')).call('eth_x', []),
    /TLS failed: .*http:\/\/ endpoint\?.*NODE_EXTRA_CA_CERTS/s,
  );
});

test('a batch that fails is halved, down to single calls, and the size is remembered', async (t) => {
  for (const largest of [1, 3, 8]) {
    const sizes: number[] = [];
    const { url } = await handServer(t, (_, response, body) => {
      const message = JSON.parse(body) as { id: number; params: number[] }[] | { id: number; params: number[] };
      const list = Array.isArray(message) ? message : [message];
      sizes.push(Array.isArray(message) ? list.length : 1);
      if (Array.isArray(message) && (list.length > largest || largest === 1))
        return json(response, { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'batch too large' } }, 400);
      const answers = list.map(({ id, params }) => ({ jsonrpc: '2.0', id, result: params[0] })).toReversed();
      return json(response, Array.isArray(message) ? answers : answers[0]);
    });
    const endpoint = rpcEndpoint({
      flag: '--l1',
      url,
      policy,
      log: silentLog,
      gate: requestGate({ concurrency: 1, rate: undefined }),
    });
    const list = Array.from({ length: 40 }, (_, index) => [index]);
    assert.deepEqual(await endpoint.callEach('eth_x', list), list.flat());
    sizes.length = 0;
    assert.deepEqual(await endpoint.callEach('eth_x', list), list.flat());
    assert(Math.max(...sizes) <= largest, `batches of ${Math.max(...sizes)} where ${largest} go`);
  }
});

test('the calls of a batch that fail are asked for again by themselves', async (t) => {
  let limited = 5;
  const server = await rpcServer(t, { eth_x: ([n]) => (limited-- > 0 ? new RpcFault(-32005, 'limit exceeded') : n) });
  const list = Array.from({ length: 10 }, (_, index) => [index]);
  assert.deepEqual(await endpointAt(server.url).callEach('eth_x', list), list.flat());
});

test('the gate bounds requests in flight and calls a second, and lets what is waited for go first', async () => {
  const gate = requestGate({ concurrency: 3, rate: undefined });
  let [now, most] = [0, 0];
  const order: string[] = [];
  const task = (name: string) => async () => {
    now += 1;
    most = Math.max(most, now);
    order.push(name);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now -= 1;
  };
  const ahead = Array.from({ length: 9 }, (_, index) => gate.pass('ahead', 1, task(`ahead ${index}`)));
  await Promise.all([...ahead, gate.pass('demand', 1, task('demand'))]);
  assert.equal(most, 3);
  assert.equal(order.indexOf('demand'), 3);

  const slow = requestGate({ concurrency: 16, rate: 20 });
  assert.equal(slow.largestBatch, 20);
  const begin = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => slow.pass('demand', 1, async () => undefined)));
  assert(performance.now() - begin >= 340, 'seven intervals of 50 ms');
});

const BLOB = Buffer.alloc(131072, 0);
BLOB[40] = 7;

async function aBlob() {
  const scheme = await kzg();
  const commitment = Buffer.from(scheme.blobToKzgCommitment(`0x${BLOB.toString('hex')}`).slice(2), 'hex');
  return { commitment, versionedHash: versionedHashOf(commitment), text: `0x${BLOB.toString('hex')}` };
}

const genesis = { data: { genesis_time: '1000' } };
const spec = { data: { SECONDS_PER_SLOT: '12' } };

test('a blob comes from whichever resource of whichever endpoint has it', async (t) => {
  const { commitment, versionedHash, text } = await aBlob();
  const good = { index: '1', blob: text, kzg_commitment: `0x${commitment.toString('hex')}`, kzg_proof: '0x00' };
  const foreign = { index: '0', blob: '0x12', kzg_commitment: `0x${'ab'.repeat(48)}`, kzg_proof: null };
  const broken = { blob: 7 };
  const { index: _, ...withoutIndex } = good;
  const configuration = (path: string): unknown =>
    path.endsWith('genesis') ? genesis : path.endsWith('spec') ? spec : undefined;
  const settings: [string, (path: string, query: URLSearchParams) => unknown][] = [
    ['sidecars 500', (path) => (path.includes('sidecars') ? new HttpAnswer(500) : { data: [text] })],
    ['sidecars 403', (path) => (path.includes('sidecars') ? new HttpAnswer(403) : { data: [text] })],
    ['blobs 500', (path) => (path.includes('sidecars') ? { data: [good] } : new HttpAnswer(500))],
    [
      'out of order, foreign and broken neighbours',
      (path) => path.includes('sidecars') && { data: [broken, foreign, null, good] },
    ],
    ['without index', (path) => path.includes('sidecars') && { data: [withoutIndex] }],
    [
      'a filter that finds nothing',
      (path, query) => path.includes('sidecars') && { data: query.has('indices') ? [] : [good] },
    ],
  ];
  for (const [name, answer] of settings) {
    const server = await restServer(t, (path, query) => configuration(path) ?? (answer(path, query) || undefined));
    const endpoint = restEndpoint({ flag: '--l1.beacon', url: server.url, policy, log: silentLog });
    const found = await beaconSource([endpoint]).blob(versionedHash, 1n, 1012n);
    assert.deepEqual(Buffer.from(found.blob), BLOB, name);
  }
  // Pruned at the first, kept by an archive that knows nothing but sidecars.
  const pruned = await restServer(
    t,
    (path) => configuration(path) ?? (path.includes('sidecars') ? { data: [] } : undefined),
  );
  const archive = await restServer(t, (path) => (path.includes('sidecars') ? { data: [good] } : undefined));
  const endpoints = [
    restEndpoint({ flag: '--l1.beacon', url: pruned.url, policy, log: silentLog }),
    restEndpoint({ flag: '--l1.beacon-archiver', url: archive.url, policy, log: silentLog }),
  ];
  assert.deepEqual(Buffer.from((await beaconSource(endpoints).blob(versionedHash, 1n, 1012n)).blob), BLOB);
});

test('where no resource has a blob, the words of both are told', async (t) => {
  const { versionedHash } = await aBlob();
  const { url } = await handServer(t, (request, response) => {
    const path = request.url ?? '';
    if (path.includes('genesis')) return json(response, genesis);
    if (path.includes('spec')) return json(response, spec);
    const words = path.includes('sidecars') ? 'insufficient data columns; use --supernode' : 'no such blobs here';
    return json(response, { code: 400, message: words }, 400);
  });
  const source = beaconSource([restEndpoint({ flag: '--l1.beacon', url, policy, log: silentLog })]);
  await assert.rejects(
    source.blob(versionedHash, undefined, 1012n),
    /insufficient data columns; use --supernode.*no such blobs here/s,
  );
});

test('a slot has milliseconds or seconds, as text or as a number, or is told by the user', async (t) => {
  const { versionedHash } = await aBlob();
  const slotWith = async (answer: unknown, slotDurationMs?: bigint): Promise<string> => {
    const server = await restServer(t, (path) =>
      path.endsWith('genesis') ? { data: { genesis_time: 1000 } } : path.endsWith('spec') ? answer : undefined,
    );
    const endpoint = restEndpoint({ flag: '--l1.beacon', url: server.url, policy, log: silentLog });
    const source = beaconSource([endpoint], { slotDurationMs });
    const failure = await source.blob(versionedHash, undefined, 1024n).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert(failure instanceof Error);
    return /of slot (\d+)/.exec(failure.message)?.[1] ?? failure.message;
  };
  assert.equal(await slotWith({ data: { SECONDS_PER_SLOT: '12' } }), '2');
  assert.equal(await slotWith({ data: { SECONDS_PER_SLOT: 12 } }), '2');
  assert.equal(await slotWith({ data: { SLOT_DURATION_MS: '2500' } }), '9');
  assert.equal(await slotWith({ data: { SLOT_DURATION_MS: 12000, SECONDS_PER_SLOT: '6' } }), '2');
  assert.equal(await slotWith(undefined, 12000n), '2');
  for (const answer of [
    { data: {} },
    undefined,
    new HttpAnswer(500, {}, 'no'),
    { error: 'not found' },
    { data: { SECONDS_PER_SLOT: null } },
  ])
    assert.match(await slotWith(answer), /--l1\.beacon\.slot-duration/);
});
