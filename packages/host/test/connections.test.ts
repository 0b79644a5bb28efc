/** What stands between a run and its endpoints: certificates, proxies of the environment, answers that come too slowly. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http, { createServer } from 'node:http';
import https from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { EndpointError } from '../src/endpoint-errors.js';
import { type Log, silentLog } from '../src/log.js';
import { connectionsTo } from '../src/proxy-agent.js';
import { rpcEndpoint } from '../src/rpc-endpoint.js';
import { type Certificate, EXPIRED, OTHER_NAME, OWN_AUTHORITY } from './certificates.js';

const policy = { forMs: 300, firstContactMs: 300, absentMs: 200, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 50 };
const ask = (url: string, log: Log = silentLog): Promise<unknown> =>
  rpcEndpoint({ flag: '--l1', url, policy, log }).call('eth_x', []);

async function listening(t: TestContext, server: http.Server | https.Server): Promise<number> {
  await new Promise<void>((resolve) => (server as Server).listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const answering =
  (value: string, asked: string[] = []): http.RequestListener =>
  (request, response) => {
    asked.push(request.url ?? '');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id: number };
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: value }));
    });
  };

/** Sets variables of the environment, and none of the other proxies', until the test ends. */
function environment(t: TestContext, variables: Record<string, string>): void {
  const names = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) delete process.env[name];
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

test('a certificate of an authority that is not known is told with what helps, and not asked for again', async (t) => {
  let connections = 0;
  const server = https.createServer(OWN_AUTHORITY, answering('0x7')).on('connection', () => (connections += 1));
  const port = await listening(t, server);
  await assert.rejects(ask(`https://127.0.0.1:${port}/key`), (error) => {
    assert(error instanceof EndpointError);
    assert.equal(error.kind, 'tls');
    assert.match(error.message, /--l1 \(https.*not accepted: .*self-signed.*NODE_EXTRA_CA_CERTS$/);
    return true;
  });
  assert.equal(connections, 1);
});

for (const [name, certificate, outcome] of [
  ['of an authority of one’s own is accepted where it is named', OWN_AUTHORITY, /^0x7$/],
  ['for another host says so', OTHER_NAME, /altnames.*give the host name that it is for.*NODE_EXTRA_CA_CERTS/],
  ['that has expired says so', EXPIRED, /expired; its operator must renew it.*NODE_EXTRA_CA_CERTS/],
] as const satisfies readonly [string, Certificate, RegExp][]) {
  test(`a certificate ${name}`, async (t) => {
    const port = await listening(t, https.createServer(certificate, answering('0x7')));
    const file = join(tmpdir(), `obelisc-authority-${process.pid}-${port}.pem`);
    writeFileSync(file, certificate.cert);
    const endpoint = new URL('../src/rpc-endpoint.js', import.meta.url).href;
    const program = `const { rpcEndpoint } = await import(${JSON.stringify(endpoint)});
      const endpoint = rpcEndpoint({ flag: '--l1', url: 'https://127.0.0.1:${port}', policy: ${JSON.stringify(policy)}, log() {} });
      console.log(await endpoint.call('eth_x', []).catch((error) => error.message)); process.exit();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    });
    assert.match(stdout.trim(), outcome);
  });
}

test('an endpoint is reached through the proxy that the environment names, by whatever variable, with or without a scheme', async (t) => {
  const asked: string[] = [];
  const port = await listening(t, createServer(answering('0x9', asked)));
  for (const [variable, value] of [
    ['http_proxy', `http://127.0.0.1:${port}`],
    ['HTTP_PROXY', `127.0.0.1:${port}`],
    ['ALL_PROXY', `http://someone:word@127.0.0.1:${port}/`],
  ] as const) {
    environment(t, { [variable]: value });
    const story: string[] = [];
    const log: Log = (level, message, fields) => story.push(`${level} ${message} ${JSON.stringify(fields)}`);
    for (let client = 0; client < 2; client++) assert.equal(await ask('http://node.invalid:8545/key', log), '0x9');
    assert.equal(story.length, 1, 'it is told once');
    assert.match(story[0] ?? '', new RegExp(`through a proxy .*127\\.0\\.0\\.1:${port}.*${variable}`));
    assert.doesNotMatch(story[0] ?? '', /word|key/);
  }
  assert(asked.every((url) => url === 'http://node.invalid:8545/key'));
});

test('an https endpoint is reached by a tunnel, also through a proxy without a scheme', async (t) => {
  const target = await listening(t, https.createServer(OWN_AUTHORITY, answering('0x7')));
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const up = connect(target, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    up.on('error', () => socket.destroy()).pipe(socket);
    socket.on('error', () => up.destroy()).pipe(up);
  });
  environment(t, { HTTPS_PROXY: `127.0.0.1:${await listening(t, proxy)}` });
  await assert.rejects(ask('https://node.invalid/key'), /certificate is not accepted/);
  assert.deepEqual(asked, ['node.invalid:443']);
});

test('an endpoint on this machine is not reached through a proxy, and that is said', async (t) => {
  const port = await listening(t, createServer(answering('0x7')));
  environment(t, { http_proxy: 'http://127.0.0.1:1' });
  const story: string[] = [];
  const log: Log = (level, message) => story.push(`${level} ${message}`);
  assert.equal(await ask(`http://127.0.0.1:${port}`, log), '0x7');
  assert.deepEqual(story, ['warn http_proxy is not used for an endpoint on this machine']);
});

test('NO_PROXY takes hosts, domains, networks and all', async (t) => {
  for (const [exempt, url, isProxied] of [
    ['node.invalid', 'http://node.invalid/', false],
    ['.invalid', 'http://node.invalid/', false],
    ['node.invalid', 'http://deep.node.invalid/', false],
    ['invalid:99', 'http://node.invalid/', true],
    ['other.invalid, 10.0.0.0/8', 'http://node.invalid/', true],
    ['*', 'http://node.invalid/', false],
    ['192.0.2.0/24', 'http://192.0.2.1:1/', false],
    ['192.0.3.0/24,192.0.2.1/33,/8,x/8', 'http://192.0.2.1:1/', true],
    ['2001:db8::/32', 'http://[2001:db8::1]:1/', false],
  ] as const) {
    environment(t, { HTTP_PROXY: 'http://proxy.invalid:1', NO_PROXY: exempt });
    const { through } = await connectionsTo(new URL(url), '--l1', silentLog);
    assert.equal(through, isProxied ? 'HTTP_PROXY' : undefined, `${exempt} ${url}`);
  }
});

test('what goes wrong at a proxy names its variable', async (t) => {
  const refusing = createServer((_, response) => response.writeHead(407).end('who?'));
  const port = await listening(t, refusing);
  for (const [value, kind, said] of [
    ['http://127.0.0.1:1', 'outage', /ECONNREFUSED.*through the proxy that HTTP_PROXY names/],
    [`http://someone:hidden@127.0.0.1:${port}`, 'forbidden', /HTTP 407: the proxy that HTTP_PROXY names/],
    ['http://[bad', 'invalid', /HTTP_PROXY names a proxy that is no http:\/\/ URL/],
  ] as const) {
    environment(t, { HTTP_PROXY: value });
    await assert.rejects(ask('http://node.invalid/key'), (error) => {
      assert(error instanceof EndpointError);
      assert.equal(error.kind, kind);
      assert.match(error.message, said);
      assert.doesNotMatch(error.message, /hidden/);
      return true;
    });
  }
});

test('an answer that drips, or stops, is given up and asked for anew', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let requests = 0;
  let dripped = (): void => undefined;
  const hasDripped = new Promise<void>((resolve) => (dripped = resolve));
  const good = answering('0x7');
  const port = await listening(
    t,
    createServer((request, response) => {
      requests += 1;
      if (requests > 1) return good(request, response);
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write('{');
      request.resume();
      dripped();
    }),
  );
  const answer = ask(`http://127.0.0.1:${port}`);
  await hasDripped;
  // Until the answer's head has come nothing is measured.
  for (let isAnswered = false; !isAnswered;) {
    if (requests === 1) t.mock.timers.tick(60_000);
    const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
    isAnswered = await Promise.race([answer.then(() => true), later]);
  }
  assert.equal(await answer, '0x7');
  assert.equal(requests, 2);
});
