/** An endpoint that could not be asked is never taken for one that lacks something; a method that fails alone is done without. */
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { formatHint, keccak256Key, memoryStore, type Oracle, type PreimageKey, sha256Key } from '@obelisc/preimage';
import {
  createOracle,
  type Endpoints,
  networkFetcher,
  noLookAhead,
  type RetryPolicy,
  silentLog,
} from '../src/index.js';
import { bytes, claimOf, devnetChain, l1Blocks, withoutDevnet } from './devnet-data.js';
import { devnetServers, HttpAnswer, l2Handlers, RpcFault, type RpcHandlers } from './fake-endpoints.js';
import { rootsOf } from './list-roots.js';

const hurry = { forMs: 400, firstContactMs: 400, absentMs: 200, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 20 };
/** For what must succeed in the end, however slow the machine is. */
const patience = { ...hurry, forMs: 20_000, firstContactMs: 20_000 };
const skip = withoutDevnet;

function oracleOf(endpoints: Endpoints, policy: RetryPolicy = hurry): Oracle {
  const [claim, chain] = [claimOf('g10'), devnetChain()];
  const fetcher = { ...networkFetcher({ endpoints, claim, chain, log: silentLog, policy }), ahead: noLookAhead };
  return createOracle({ claim, chain, store: memoryStore(), fetcher, log: silentLog });
}

async function endpointsWith(t: TestContext, l1: RpcHandlers, l2: RpcHandlers): Promise<Endpoints> {
  return (await devnetServers(t, { l1, l2 })).urls;
}

async function ask(oracle: Oracle, [hint, key]: readonly [string, PreimageKey]): Promise<Uint8Array> {
  await oracle.hint(hint);
  return oracle.get(key);
}

const request = (type: string, hash: string) =>
  [formatHint({ type, payload: bytes(hash) }), keccak256Key(bytes(hash))] as const;
/** What a program asks for, with the flag of the endpoint that has it. */
function requests(): [flag: 'l1' | 'l2' | 'beacon', what: string, request: readonly [string, PreimageKey]][] {
  const at = l1Blocks().find(({ rawReceipts, sidecars }) => rawReceipts.length > 1 && (sidecars ?? []).length > 0);
  assert(at !== undefined);
  const { receipts, transactions } = rootsOf(at.raw);
  const listOf = (type: string, root: string) => [request(type, at.hash)[0], keccak256Key(bytes(root))] as const;
  const code = Buffer.from(keccak_256(bytes('0x6001')));
  const payload = Buffer.concat([Buffer.from(`01${'ab'.repeat(31)}`, 'hex'), Buffer.alloc(16)]);
  payload.writeBigUInt64BE(BigInt(0x6b03a4de + 3 * at.number), 40);
  return [
    ['l1', 'a header', request('l1-block-header', at.hash)],
    ['l1', 'transactions', listOf('l1-transactions', transactions)],
    ['l1', 'receipts', listOf('l1-receipts', receipts)],
    ['beacon', 'a blob', [formatHint({ type: 'l1-blob', payload }), sha256Key(payload.subarray(0, 32))]],
    ['l2', 'a block', request('l2-block-header', `0x${Buffer.from(claimOf('g10').l2Head).toString('hex')}`)],
    ['l2', 'an output', request('l2-output', `0x${Buffer.from(claimOf('g10').l2OutputRoot).toString('hex')}`)],
    ['l2', 'a state node', request('l2-state-node', `0x${'ee'.repeat(32)}`)],
    ['l2', 'a code', request('l2-code', `0x${code.toString('hex')}`)],
  ];
}

/** A server of bytes: what each connection gets. */
async function rawServer(t: TestContext, serve: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

const answering = (text: string) => (socket: Socket) => socket.once('data', () => socket.end(text));
for (const [name, serve, said] of [
  ['takes no connection', undefined, /ECONNREFUSED/],
  ['closes connections', (socket: Socket) => socket.destroy(), /closed before the answer|ECONNRESET/],
  [
    'answers 502',
    answering('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbad'),
    /HTTP 502: bad/,
  ],
  [
    'answers with half a page',
    answering('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<html>'),
    /middle of the answer|closed/,
  ],
  ['speaks no HTTP', answering('SSH-2.0-OpenSSH_9.6\r\n'), /Parse Error|HPE_/],
] as const) {
  test(`an endpoint that ${name} is told so, and never as lacking what was asked for`, { skip }, async (t) => {
    const good = await endpointsWith(t, {}, {});
    let broken = await rawServer(t, serve ?? ((socket) => socket.destroy()));
    if (serve === undefined) broken = 'http://127.0.0.1:1';
    await Promise.all(
      requests().map(async ([flag, what, wanted]) => {
        const oracle = oracleOf({ ...good, [flag]: broken });
        await assert.rejects(ask(oracle, wanted), (error) => {
          assert(error instanceof Error);
          assert.match(error.message, said, what);
          assert.match(error.message, flag === 'beacon' ? /--l1\.beacon \(/ : new RegExp(`--${flag} \\(`), what);
          assert.doesNotMatch(error.message, /archive|archiver|pruned|does not offer|does not know|gather anew/, what);
          return true;
        });
      }),
    );
  });
}

test('an endpoint that goes down after it answered is not taken for one without the state', { skip }, async (t) => {
  for (const fault of [
    new HttpAnswer(503, {}, 'no'),
    new RpcFault(-32603, 'internal error'),
    new RpcFault(-32005, 'limit'),
  ]) {
    let answered = 0;
    const down = Object.fromEntries(
      Object.entries(l2Handlers('g10')).map(([method, handler]) => [
        method,
        (params: unknown[]) => (answered++ < 2 ? handler(params) : fault),
      ]),
    );
    const oracle = oracleOf(await endpointsWith(t, {}, down));
    assert(
      (await ask(oracle, request('l2-block-header', `0x${Buffer.from(claimOf('g10').l2Head).toString('hex')}`)))
        .length > 500,
    );
    await assert.rejects(ask(oracle, request('l2-state-node', `0x${'ee'.repeat(32)}`)), (error) => {
      assert(error instanceof Error);
      assert.match(error.message, /HTTP 503|internal error|limit/);
      assert.doesNotMatch(error.message, /archive|does not offer/);
      return true;
    });
  }
});

const code = Buffer.from('6001600155', 'hex');
const wantedCode = request('l2-code', `0x${Buffer.from(keccak_256(code)).toString('hex')}`);
const refusals = {
  'HTTP 404': new HttpAnswer(404, {}, 'no'),
  'HTTP 405': new HttpAnswer(405, {}, 'no'),
  'HTTP 500': new HttpAnswer(500, {}, 'no'),
  'HTTP 504': new HttpAnswer(504, {}, 'no'),
  'an internal error': new RpcFault(-32603, 'Internal error'),
  'an error of its plan': new RpcFault(-32600, 'debug_dbGet is not available on the Free tier'),
};
for (const [name, refusal] of Object.entries(refusals)) {
  test(`debug_dbGet that always answers with ${name} is done without`, { skip }, async (t) => {
    const witness = { state: [], codes: [code.toString('hex')] };
    const l2 = { debug_dbGet: () => refusal, debug_executionWitness: () => witness };
    assert.deepEqual(Buffer.from(await ask(oracleOf(await endpointsWith(t, {}, l2), patience), wantedCode)), code);
  });

  test(`debug_executionWitness that always answers with ${name} is done without`, { skip }, async (t) => {
    const touched = [{ result: { [`0x${'11'.repeat(20)}`]: { code: `0x${code.toString('hex')}` } } }];
    const l2 = {
      debug_dbGet: () => new RpcFault(-32601, 'the method debug_dbGet does not exist/is not available'),
      debug_executionWitness: () => refusal,
      debug_traceBlockByNumber: () => touched,
      eth_getProof: () => ({ accountProof: ['0xc0'], storageProof: [] }),
      eth_getCode: () => '0x',
    };
    assert.deepEqual(Buffer.from(await ask(oracleOf(await endpointsWith(t, {}, l2), patience), wantedCode)), code);
  });
}
