/** Answers in shapes that no specification has, and that providers give all the same. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { beaconSource } from '../src/beacon-source.js';
import { EndpointError, type FailureKind, kindOfRpcError } from '../src/endpoint-errors.js';
import { silentLog } from '../src/log.js';
import { restEndpoint } from '../src/rest-endpoint.js';
import { DEFAULT_RETRY_POLICY } from '../src/retry.js';
import { type RpcEndpoint, rpcEndpoint } from '../src/rpc-endpoint.js';
import { integer, MalformedFieldError, quantity } from '../src/rpc-json.js';
import { versionedHashOf } from '../src/versioned-hash.js';
import { kzg } from '../src/kzg-javascript.js';
import { serve } from './fake-endpoints.js';

const policy = { forMs: 20_000, firstContactMs: 20_000, absentMs: 200, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 50 };
/** For what must fail in the end. */
const hurry = { ...policy, forMs: 500, firstContactMs: 300 };
/** A result that must be a number. */
const asNumber = (result: unknown): bigint => integer({ result }, 'result');
type Answer = (response: ServerResponse, body: string, request: IncomingMessage) => void;
type Call = { id: number; method: string; params: unknown[] };

const endpointAt = (url: string, batchSize = 10, patience = policy): RpcEndpoint =>
  rpcEndpoint({ flag: '--l1', url, policy: patience, log: silentLog, batchSize });
const good = (body: string, value: unknown = '0x7') => ({
  jsonrpc: '2.0',
  id: (JSON.parse(body) as Call).id,
  result: value,
});
const send = (response: ServerResponse, value: unknown, status = 200): void =>
  void response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(typeof value === 'string' ? value : JSON.stringify(value));

for (const [name, status, fault] of [
  ['an error that is a text', 200, { id: 1, error: 'rate limited' }],
  ['an error whose code is a text', 200, { id: 1, error: { code: '-32005', message: 'slower' } }],
  ['an error whose code is a word', 200, { id: 1, error: { code: 'TOO_MANY_REQUESTS', message: 'too many requests' } }],
  ['an error inside an error', 200, { id: 1, error: { error: { code: -32005, message: 'exceeded' } } }],
  ['an error without a message', 200, { id: 1, error: { code: 429 } }],
  ['an error with an empty object', 200, { id: 1, error: {} }],
  ['an error that is null, without a result', 200, { jsonrpc: '2.0', id: 1, error: null }],
  ['an error that is a number', 200, { id: 1, error: 429 }],
  ['an error that is a list', 200, { id: 1, error: ['busy'] }],
  ['neither result nor error', 200, { jsonrpc: '2.0', id: 1 }],
  ['a message alone', 200, { message: 'Too Many Requests' }],
  ['a code and a message alone', 200, { code: 429, msg: 'limit reached' }],
  ['a list of one error', 200, [{ id: null, error: { code: -32603, message: 'internal' } }]],
  ['503 with an error in JSON', 503, { id: 1, error: { code: -32603, message: 'no backend' } }],
  ['500 with an error that is a text', 500, { error: 'Internal Server Error' }],
  ['502 with a page', 502, '<html><h1>502 Bad Gateway</h1></html>'],
  ['200 with a page', 200, '<!doctype html><title>maintenance</title>'],
  ['520 of a proxy', 520, 'error code: 520'],
  ['a text in place of JSON', 200, 'upstream connect error'],
  ['the number of a result', 200, '7'],
  ['null', 200, 'null'],
  ['half of an object', 200, '{"jsonrpc":"2.0","id":1,"result":"0x'],
  ['408', 408, ''],
  ['413', 413, 'Request Entity Too Large'],
  ['425', 425, ''],
] as const) {
  test(`${name} is tried again`, async (t) => {
    let requests = 0;
    const url = await serve(t, (response, body) => {
      requests += 1;
      if (requests === 2 || requests === 3) send(response, fault, status);
      else send(response, good(body));
    });
    const endpoint = endpointAt(url);
    for (let call = 0; call < 2; call++) assert.equal(await endpoint.call('eth_x', []), '0x7');
    assert.equal(requests, 4);
  });
}

test('a limit at the very first request is waited for longer than an endpoint that is not there', async (t) => {
  const begin = Date.now();
  const url = await serve(t, (response, body) =>
    Date.now() - begin < 700 ? send(response, { message: 'Rate limit exceeded' }) : send(response, good(body)),
  );
  assert.equal(await endpointAt(url, 10, { ...policy, firstContactMs: 300 }).call('eth_x', []), '0x7');
});

for (const [encoding, encode] of [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate (without a header)', deflateRawSync],
  ['br', brotliCompressSync],
  ['deflate, gzip', (text: string) => gzipSync(deflateSync(text))],
] as const) {
  test(`an answer in the encoding ${encoding} is read; a damaged one is tried again`, async (t) => {
    let requests = 0;
    const url = await serve(t, (response, body) => {
      requests += 1;
      const bytes = encode(JSON.stringify(good(body)));
      response
        .writeHead(200, { 'content-encoding': encoding.replace(/ \(.*/, '') })
        .end(requests === 1 ? bytes.subarray(0, bytes.length - 9) : bytes);
    });
    assert.equal(await endpointAt(url).call('eth_x', []), '0x7');
    assert.equal(requests, 2);
  });
}

for (const encoding of ['gzip', 'zstd', 'none', 'utf-8', 'aws-chunked', 'identity', '']) {
  test(`plain JSON is read whatever it is said to be: "${encoding}"`, async (t) => {
    const url = await serve(
      t,
      (response, body) =>
        void response.writeHead(200, { 'content-encoding': encoding }).end(`\n ${JSON.stringify(good(body))}`),
    );
    assert.equal(await endpointAt(url).call('eth_x', []), '0x7');
  });
}

test('an endpoint that answers by changing its protocol is an outage, not an end of the run', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  await assert.rejects(endpointAt(`http://127.0.0.1:${port}`).attempt('eth_chainId', []), (error) => {
    assert(error instanceof EndpointError && error.isOutage);
    assert.match(error.message, /HTTP 101: it wants to speak another protocol/);
    return true;
  });
});

for (const error of [{ code: 0, message: '' }, {}, { code: 0, message: '', data: null }, { code: null, message: null }])
  test(`an error that says nothing (${JSON.stringify(error)}) beside a result is none`, async (t) => {
    const url = await serve(t, (response, body) => send(response, { ...good(body), error }));
    assert.equal(await endpointAt(url).call('eth_chainId', []), '0x7');
  });

test('an error with words beside a result is one', async (t) => {
  const url = await serve(t, (response, body) =>
    send(response, { ...good(body), error: { code: -32602, message: 'invalid params' } }),
  );
  await assert.rejects(endpointAt(url).call('eth_chainId', []), /invalid params/);
});

test('an encoding that is not known is named', async (t) => {
  const url = await serve(t, (response) => void response.writeHead(200, { 'content-encoding': 'lzma' }).end('x'));
  await assert.rejects(
    endpointAt(url, 10, hurry).call('eth_x', []),
    /the content encoding lzma, which was not asked for/,
  );
});

test('a byte order mark, white space and a list of one are no obstacle', async (t) => {
  let requests = 0;
  const url = await serve(t, (response, body) => {
    requests += 1;
    const text = JSON.stringify(good(body));
    send(response, [`\uFEFF${text}`, `\n  ${text}\r\n`, `[${text}]`][requests - 1] ?? '');
  });
  const endpoint = endpointAt(url);
  for (let call = 0; call < 3; call++) assert.equal(await endpoint.call('eth_x', []), '0x7');
  assert.equal(requests, 3);
});

const results = (calls: readonly Call[]) => calls.map(({ id, params }) => ({ jsonrpc: '2.0', id, result: params[0] }));
for (const [name, answer] of [
  ['out of order', (calls: Call[]) => results(calls).toReversed()],
  ['with numbers as texts', (calls: Call[]) => results(calls).map((one) => ({ ...one, id: String(one.id) }))],
  ['with one missing', (calls: Call[]) => results(calls).slice(1)],
  [
    'twice, once by failures',
    (calls: Call[]) => [
      ...calls.map(({ id }) => ({ id, error: { code: -32602, message: 'invalid params' } })),
      ...results(calls),
      ...calls.map(({ id }) => ({ id, error: { code: -32601, message: 'method not found' } })),
    ],
  ],
  ['with an object for a list', (calls: Call[]) => Object.fromEntries(results(calls).map((one) => [one.id, one]))],
  ['by its first call alone', (calls: Call[]) => results(calls)[0]],
  ['with strangers among them', (calls: Call[]) => [{ id: 4711, result: 'stranger' }, null, 7, ...results(calls)]],
  ['without numbers', (calls: Call[]) => results(calls).map((one) => ({ ...one, id: null }))],
  ['as one error', () => ({ jsonrpc: '2.0', id: null, error: { code: -32600, message: 'batches are not supported' } })],
  ['as one error that is a text', () => ({ error: 'batch too large' })],
  ['as a list of one error', () => [{ jsonrpc: '2.0', id: null, error: { code: -32600, message: 'batch limit 1' } }]],
  ['as an empty list', () => []],
  [
    'as an error for each',
    (calls: Call[]) => calls.map(({ id }) => ({ id, error: { code: -32005, message: 'limit exceeded' } })),
  ],
  ['as null', () => null],
] as const) {
  test(`a batch that is answered ${name} gives every call its own result`, async (t) => {
    const url = await serve(t, (response, body) => {
      const message = JSON.parse(body) as Call | Call[];
      send(response, Array.isArray(message) ? answer(message) : results([message])[0]);
    });
    const list = Array.from({ length: 23 }, (_, at) => [at]);
    assert.deepEqual(await endpointAt(url).callEach('eth_x', list), list.flat());
  });
}

for (const status of [400, 405, 413, 429, 500, 502] as const) {
  test(`a batch that is answered with HTTP ${status} is sent in parts`, async (t) => {
    const url = await serve(t, (response, body) => {
      const message = JSON.parse(body) as Call | Call[];
      if (Array.isArray(message) && message.length > 3) send(response, 'no', status);
      else send(response, Array.isArray(message) ? results(message) : results([message])[0]);
    });
    const list = Array.from({ length: 23 }, (_, at) => [at]);
    assert.deepEqual(await endpointAt(url).callEach('eth_x', list), list.flat());
  });
}

test('which failures are settled and which are not, by the words of many', () => {
  const kinds: [FailureKind, number, string][] = [
    ['rate-limit', -32097, 'Your app has exceeded its compute units per second capacity'],
    ['rate-limit', -32000, 'project ID request rate exceeded: rate limit'],
    ['rate-limit', -32029, 'Too Many Requests'],
    ['rate-limit', -32005, 'block range exceeded'],
    ['absent', -32602, 'Unknown block number'],
    ['absent', -32602, 'block number 0x10 is beyond the latest block'],
    ['absent', -32001, 'Resource not found'],
    ['absent', -32000, 'header for hash not found'],
    ['absent', -32000, 'missing trie node 12ab (path ) state 0x12ab is not available'],
    ['absent', -32000, 'required historical state unavailable (reexec=128): historical state not available'],
    ['absent', -39001, 'Unknown block'],
    ['invalid', -32602, 'invalid argument 0: hex string has length 3, want 64'],
    ['invalid', -32602, 'invalid params'],
    ['unsupported', -32601, 'Method not found'],
    ['unsupported', -32600, 'Unsupported method: debug_dbGet'],
    ['unsupported', -32004, 'This request method is not supported'],
    ['unsupported', -32000, 'the method debug_executionWitness does not exist/is not available'],
    ['unsupported', -32600, 'debug_dbGet is not available on the Free tier - upgrade to Pay As You Go'],
    ['unsupported', -32002, 'Archive, Debug and Trace requests are not available on your current plan.'],
    ['unsupported', -32000, 'debug_dbGet is not supported on your plan'],
    ['unsupported', 35, 'method is not available on freetier, please upgrade to paid tier'],
    ['unsupported', -32600, 'The method debug_dbGet is not whitelisted'],
    ['unsupported', -32601, 'the method "eth_getBlockReceipts" has been disabled'],
    ['unsupported', -32000, 'debug_traceBlockByNumber is disabled'],
    ['unsupported', -32000, 'method debug_dbGet not permitted'],
    ['unsupported', -32600, "Module 'debug' is disabled. Consider adding module 'debug' to JsonRpc.EnabledModules"],
    ['unsupported', -32000, 'eth_getBlockReceipts requires a paid plan'],
    ['invalid', -32602, 'invalid method parameter(s)'],
    ['forbidden', 401, 'no'],
    ['forbidden', 403, 'no'],
    ['forbidden', -32000, 'Must be authenticated!'],
    ['forbidden', -32052, 'API key disabled, reason: unpaid'],
    ['forbidden', -32000, 'Unauthorized: You must authenticate your request with an API key'],
    ['absent', -32602, 'distance to target block exceeds maximum proof window'],
    ['absent', -32000, "proofs are available only for the 'latest' block"],
    ['absent', -32000, 'requested block is too old, block must be within 1000 blocks of the head block number'],
    ['absent', -32000, 'old data not available due to pruning'],
    ['absent', -32000, 'World state unavailable'],
    ['absent', -32602, 'Archive requests require a personal token'],
    ['absent', 4444, 'pruned history unavailable'],
    ['absent', -32603, 'Error executing method eth_getBlockByHash: header not found'],
    ['absent', -32000, 'method eth_getProof failed: missing trie node'],
    // What a contract says of itself is its own.
    ['reverted', 3, 'execution reverted: rate limit exceeded'],
    ['reverted', 3, 'execution reverted: Unauthorized'],
    [
      'reverted',
      -32000,
      'execution reverted: the method eth_call is not available on your plan, header not found, try again',
    ],
    ['reverted', -32015, 'VM execution error.'],
    ['reverted', -32603, 'VM Exception while processing transaction: reverted with reason string "too many requests"'],
    ['reverted', -32000, 'Reverted 0x08c379a0'],
    ['reverted', -32000, 'out of gas'],
    ['reverted', -32003, 'EVM error: OutOfGas'],
    ['reverted', -32000, 'stack underflow (0 <=> 2)'],
    ['reverted', -32000, 'invalid opcode: INVALID'],
    ['rate-limit', -32005, 'daily request count exceeded, request rate limited'],
    ['outage', 30, 'Request timeout on the free tier, please upgrade your tier to the paid one'],
    ['outage', -32004, 'the method timed out'],
    ['outage', -32603, 'Internal error'],
    ['outage', -32000, 'execution aborted (timeout = 5s)'],
    ['outage', -32011, 'no backends available'],
    ['outage', -32601, 'method handler is temporarily unavailable, try again'],
    ['outage', 19, 'Temporary internal error. Please retry, trace-id: 1'],
  ];
  for (const [kind, code, text] of kinds) assert.equal(kindOfRpcError(code, text, 200), kind, `${code} ${text}`);
});

test('quantities may be numbers or decimal', () => {
  for (const [value, number] of [
    ['0x0', 0n],
    ['0x0010', 16n],
    ['0X1F', 31n],
    ['10', 10n],
    [10, 10n],
    ['0', 0n],
  ] as const) {
    assert.equal(integer({ value }, 'value'), number);
    const text = number === 0n ? '' : number.toString(16).padStart(2, '0');
    assert.equal(Buffer.from(quantity({ value }, 'value')).toString('hex'), text);
  }
  for (const value of ['', '0x', 'ten', '-1', -1, 1.5, 2 ** 60, null, undefined, {}, '0xzz'])
    assert.throws(() => integer({ value }, 'value'), MalformedFieldError, String(value));
});

test('odd answers of beacon nodes and archives', async (t) => {
  const blob = Buffer.alloc(131_072);
  blob[31] = 7;
  const commitment = Buffer.from((await kzg()).blobToKzgCommitment(`0x${blob.toString('hex')}`).slice(2), 'hex');
  const versionedHash = versionedHashOf(commitment);
  const text = `0x${blob.toString('hex')}`;
  const other = `0x${'00'.repeat(131_072)}`;
  const sidecar = { blob: text, kzg_commitment: `0x${commitment.toString('hex')}` };
  const settings: Record<string, (path: string, count: number) => unknown> = {
    'a filter by hash that is ignored': (path) => (path.includes('sidecars') ? undefined : { data: [other, text] }),
    'blobs as objects': (path) => (path.includes('sidecars') ? undefined : { data: [{ blob: text }] }),
    'a list without data around it': (path) => (path.includes('sidecars') ? [sidecar] : undefined),
    'a list inside of data': (path) => (path.includes('sidecars') ? { data: { blob_sidecars: [sidecar] } } : undefined),
    'hexadecimal without 0x': (path) =>
      path.includes('sidecars')
        ? { data: [{ blob: text.slice(2).toUpperCase(), kzg_commitment: sidecar.kzg_commitment.slice(2) }] }
        : undefined,
    'the same sidecar twice, once cut short': (path) =>
      path.includes('sidecars') ? { data: [{ ...sidecar, blob: text.slice(0, 100) }, sidecar, sidecar] } : undefined,
    'a sidecar without a commitment': (path) =>
      path.includes('sidecars') ? { data: [{ blob: text }] } : { data: [text] },
    'null in place of the list': (path) => (path.includes('sidecars') ? { data: null } : { data: [text] }),
    'a fault that came as a success': (path, count) =>
      count < 4 ? { code: 503, message: 'syncing' } : path.includes('sidecars') ? { data: [sidecar] } : undefined,
    'an error that came as a success': (path, count) =>
      count < 4
        ? { error: 'syncing' }
        : path.includes('sidecars')
          ? { error: { message: 'not found' } }
          : { data: [text] },
    'a limit that came as a success': (path, count) =>
      count < 4 ? { message: 'rate limit exceeded' } : path.includes('sidecars') ? { data: [sidecar] } : undefined,
  };
  for (const [name, answer] of Object.entries(settings)) {
    let count = 0;
    const url = await serve(t, (response, _, { url: path = '' }) => {
      if (path.endsWith('genesis')) return send(response, { data: { genesis_time: 1000 } });
      if (path.endsWith('spec')) return send(response, { data: { SLOT_DURATION_MS: '', SECONDS_PER_SLOT: '12' } });
      count += 1;
      const found = answer(path, count);
      return found === undefined ? send(response, { code: 404, message: 'NOT_FOUND' }, 404) : send(response, found);
    });
    const endpoint = restEndpoint({ flag: '--l1.beacon', url, policy, log: silentLog });
    const found = await beaconSource([endpoint]).blob(versionedHash, 1n, 1012n);
    assert(Buffer.from(found.blob).equals(blob), name);
  }
});

/** As it is by default, without its pauses. */
const usual = { ...DEFAULT_RETRY_POLICY, firstDelayMs: 1, maxDelayMs: 1 };

test('wrong answers among right ones, and among outages, end nothing', async (t) => {
  let requests = 0;
  const url = await serve(t, (response, body) => {
    requests += 1;
    // Of seven nodes two are broken, and five in a row are down.
    if (requests % 7 < 2) send(response, good(body, 'junk'));
    else if (requests > 100 && requests <= 105) send(response, 'no backend', 503);
    else send(response, good(body));
  });
  const endpoint = endpointAt(url, 10, usual);
  const many = Array.from({ length: 40 }, (_, i) =>
    Promise.all([i, i + 1].map(() => endpoint.call('eth_x', [], asNumber))),
  );
  assert.deepEqual(new Set((await Promise.all(many)).flat()), new Set([7n]));
});

test('an answer that is wrong again and again is given up, whatever else the endpoint answers, and outages are not counted', async (t) => {
  let [asked, wrong] = [0, 0];
  const url = await serve(t, (response, body) => {
    const { method } = JSON.parse(body) as Call;
    if (method === 'eth_right') return send(response, good(body));
    asked += 1;
    if (asked % 4 === 3) return send(response, 'no backend', 503);
    wrong += 1;
    send(response, good(body, 'junk'));
  });
  const endpoint = endpointAt(url, 10, usual);
  await assert.rejects(
    endpoint.retry(async () => {
      await endpoint.attempt('eth_right', [], asNumber);
      await endpoint.attempt('eth_wrong', [], asNumber);
    }),
    /eth_wrong: its field result is not a hexadecimal quantity \(tried \d+ times in/,
  );
  assert.equal(wrong, DEFAULT_RETRY_POLICY.wrongTries);
});

test('an endpoint that never says anything sensible is given up with what it said', async (t) => {
  const url = await serve(t, (response) => send(response, '<html>who are you?</html>'));
  await assert.rejects(endpointAt(url, 10, hurry).call('eth_x', []), (error) => {
    assert(error instanceof EndpointError);
    assert.match(
      error.message,
      /--l1 \(http.*not JSON-RPC; is this a JSON-RPC endpoint\? It begins with "<html>who are you\?/,
    );
    return true;
  });
});

test('a limit that names its pause in its data is waited for as long', async (t) => {
  const asked: number[] = [];
  const limit = { code: -32005, message: 'exceeded', data: { rate: { backoff_seconds: 0.4 } } };
  const url = await serve(t, (response, body) => {
    asked.push(performance.now());
    send(response, asked.length === 1 ? { id: 1, error: limit } : good(body));
  });
  assert.equal(await endpointAt(url).call('eth_x', []), '0x7');
  assert((asked[1] ?? 0) - (asked[0] ?? 0) >= 390);
});

test('what an answer quotes of the endpoint’s URL is not shown: it may be a key', async (t) => {
  const answers: Answer[] = [
    (response, _, { url: path }) => send(response, `The requested URL ${path} was not found on this server`, 404),
    (response, _, { url: path }) => send(response, { error: `invalid key in ${path}` }, 401),
    (response, _, { url: path }) => send(response, { error: { code: -32601, message: `method not found at ${path}` } }),
    (response, _, { url: path }) =>
      void response.writeHead(301, { location: `https://elsewhere.example${path?.replace('v2', 'v3')}` }).end(),
    (response, _, { headers }) => {
      const account = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString('utf8');
      send(response, { error: `${account} is not known` }, 403);
    },
  ];
  for (const answer of answers) {
    const { host } = new URL(await serve(t, answer));
    const url = `http://someone:pass%40word%zz@${host}/v2/k3y-of-mine/?token=to%20ken`;
    for (const ask of [
      () => endpointAt(url, 10, hurry).call('eth_x', []),
      () => restEndpoint({ flag: '--l1.beacon', url, policy, log: silentLog }).attempt('/eth/v1/x'),
    ]) {
      await assert.rejects(ask, (error) => {
        assert(error instanceof EndpointError);
        assert(error.message.includes(host) && error.message.includes('…'), error.message);
        assert.doesNotMatch(error.message, /k3y-of|someone|pass@|pass%40|to.{1,3}ken/);
        return true;
      });
    }
  }
});
