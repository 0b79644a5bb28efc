// `obelisc doctor` on an embedded chain whose endpoints lack now this and now that.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { runCommand } from '../../src/demo/commands.js';
import { examine } from '../../src/doctor/doctor.js';
import type { Finding } from '../../src/doctor/findings.js';
import { depths, reach } from '../../src/doctor/depth.js';
import { readNetworkFlags } from '../../src/endpoints/network-flags.js';

/** What a proxy does in an endpoint's place: an answer of its own, or undefined to pass the request on. */
type Meddle = (
  method: string,
  params: unknown[],
) => { result: unknown } | { code: number; message: string } | undefined;

const absent = { code: -32601, message: 'the method does not exist/is not available' };

const without =
  (...methods: string[]): Meddle =>
  (method) =>
    methods.includes(method) ? absent : undefined;

describe('doctor', () => {
  let devnet: Devnet;
  const servers: Server[] = [];
  before(async () => {
    devnet = await startDevnet({ seed: 'doctor', l2Blocks: 12 });
  });
  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await devnet.close();
  });

  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  /** A JSON-RPC endpoint before another. `mostCalls`: larger batches are refused. */
  const meddling = (url: string, meddle: Meddle, mostCalls = Number.POSITIVE_INFINITY): Promise<string> =>
    listen(
      createServer((request, response) => {
        void (async () => {
          const message = JSON.parse(await bodyOf(request)) as Call | Call[];
          const answer = async (call: Call): Promise<unknown> => {
            const own = meddle(call.method, call.params);
            if (own === undefined) return (await ask(url, call)) as unknown;
            return { jsonrpc: '2.0', id: call.id, ...('code' in own ? { error: own } : own) };
          };
          const isTooLarge = Array.isArray(message) && message.length > mostCalls;
          const body = isTooLarge
            ? { jsonrpc: '2.0', id: null, error: { code: -32600, message: `batch limit ${mostCalls} exceeded` } }
            : Array.isArray(message)
              ? await Promise.all(message.map(answer))
              : await answer(message);
          response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
        })();
      }),
    );

  /** A beacon API before the chain's, without the paths that begin so. */
  const beaconWithout = (...prefixes: string[]): Promise<string> =>
    listen(
      createServer((request, response) => {
        void (async () => {
          const path = request.url ?? '';
          if (prefixes.some((prefix) => path.startsWith(prefix)))
            return response.writeHead(404).end('{"code":404,"message":"not found"}');
          const answer = await fetch(`${devnet.beaconUrl}${path}`);
          return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
        })();
      }),
    );

  const doctor = async (changed: { l1?: string; beacon?: string; l2?: string; opNode?: string } = {}) => {
    const findings = await examine({
      l1: changed.l1 ?? devnet.l1Url,
      beacon: [changed.beacon ?? devnet.beaconUrl],
      l2: changed.l2 ?? devnet.l2Url,
      opNode: changed.opNode ?? devnet.opNodeUrl,
      settings: readNetworkFlags(() => undefined),
      log: () => undefined,
      now: 1_756_684_800n + 30n,
    });
    return (endpoint: string, check: string): Finding => {
      const found = findings.find((one) => one.endpoint.startsWith(`${endpoint} (`) && one.check === check);
      assert.ok(found, `${endpoint} ${check} is not among ${JSON.stringify(findings, undefined, 1)}`);
      return found;
    };
  };

  test('what the embedded chain serves will do: exit code 0, as text and as JSON', async () => {
    const flags = ['--l1', devnet.l1Url, '--l1.beacon', devnet.beaconUrl, '--l2', devnet.l2Url];
    const outcome = await runCommand('obelisc', ['doctor', ...flags, '--op-node', devnet.opNodeUrl], () => undefined);
    assert.equal(outcome.code, 0, outcome.stdout);
    assert.match(outcome.stdout, /^--l2 \(http.*\)\n {2}ok {7}chain: chain 901$/m);
    assert.match(outcome.stdout, /^These endpoints will do/m);
    const json = await runCommand(
      'obelisc',
      ['doctor', ...flags, '--op-node', devnet.l2Url, '--json'],
      () => undefined,
    );
    assert.equal(json.code, 2);
    const report = JSON.parse(json.stdout) as { ok: boolean; checks: Finding[] };
    assert.equal(report.ok, false);
    assert.equal(report.checks[0]?.outcome, 'failure');
    assert.match(report.checks[0]?.advice ?? '', /is this an op-node/);
  });

  test('the wrong chain is told for each endpoint', async () => {
    const swapped = await doctor({ l1: devnet.l2Url, l2: devnet.l1Url });
    assert.match(swapped('--l1', 'chain').found, /it is chain 901, the op-node's is 900/);
    assert.match(swapped('--l2', 'chain').found, /it is chain 900, the op-node's is 901/);
    const other = `0x${'12'.repeat(32)}`;
    const forked = await doctor({
      l1: await meddling(devnet.l1Url, (method) =>
        method === 'eth_getBlockByNumber'
          ? { result: { number: '0x1', hash: other, timestamp: '0x68b4e180', transactions: [] } }
          : undefined,
      ),
    });
    assert.equal(forked('--l1', 'same chain as the op-node').outcome, 'failure');
    assert.match(forked('--l1', 'same chain as the op-node').found, new RegExp(other));
  });

  test('receipts: by the block, encoded, one by one, or not at all', async () => {
    const finding = async (...methods: string[]) =>
      (await doctor({ l1: await meddling(devnet.l1Url, without(...methods)) }))('--l1', 'receipts');
    assert.match((await finding('eth_getBlockReceipts')).found, /debug_getRawReceipts|eth_getTransactionReceipt/);
    const one = await finding('eth_getBlockReceipts', 'debug_getRawReceipts');
    assert.deepEqual(
      [one.outcome, one.found],
      ['warning', 'eth_getTransactionReceipt alone: a call for each transaction'],
    );
    const none = await finding('eth_getBlockReceipts', 'debug_getRawReceipts', 'eth_getTransactionReceipt');
    assert.equal(none.outcome, 'failure');
    assert.match(none.advice ?? '', /eth_getBlockReceipts/);
  });

  test('state: by key, by witness, by trace and proof, or not at all', async () => {
    const finding = async (...methods: string[]) =>
      (await doctor({ l2: await meddling(devnet.l2Url, without(...methods)) }))('--l2', 'state');
    const witness = await finding('debug_dbGet');
    assert.deepEqual([witness.outcome, witness.found], ['ok', 'debug_executionWitness (it has no debug_dbGet)']);
    const trace = await finding('debug_dbGet', 'debug_executionWitness');
    assert.equal(trace.outcome, 'warning');
    assert.match(trace.found, /^debug_traceBlockByNumber with eth_getProof/);
    const proofs = await finding('debug_dbGet', 'debug_executionWitness', 'debug_traceBlockByNumber');
    assert.equal(proofs.outcome, 'warning');
    assert.match(
      proofs.found,
      /^eth_getProof and eth_getCode \(it has no debug_dbGet, no debug_executionWitness, no debug_trace/,
    );
    const none = await finding('debug_dbGet', 'debug_executionWitness', 'debug_traceBlockByNumber', 'eth_getProof');
    assert.equal(none.outcome, 'failure');
    assert.match(none.advice ?? '', /enable the debug namespace/);
  });

  test('history that is not kept is told by its age', async () => {
    const old = (params: unknown[]): boolean => BigInt(String(params[0])) <= 3n;
    const pruned = await doctor({
      l1: await meddling(devnet.l1Url, (method, params) =>
        method === 'eth_getBlockByNumber' && params[0] !== 'latest' && old(params) ? { result: null } : undefined,
      ),
      l2: await meddling(devnet.l2Url, (method, params) =>
        method === 'debug_dbGet' && params[0] !== undefined ? { code: -32000, message: 'not found' } : undefined,
      ),
    });
    assert.equal(pruned('--l1', 'old blocks').outcome, 'warning');
    assert.match(pruned('--l1', 'old blocks').found, /the chain's beginning \(#1\)/);
    assert.match(pruned('--l2', 'state').found, /^debug_executionWitness/);
  });

  test('blobs: one of the two resources is enough, none is a failure', async () => {
    const one = await doctor({ beacon: await beaconWithout('/eth/v1/beacon/blob_sidecars') });
    assert.match(one('--l1.beacon', 'blobs').found, /by blobs$/);
    const other = await doctor({ beacon: await beaconWithout('/eth/v1/beacon/blobs') });
    assert.match(other('--l1.beacon', 'blobs').found, /by blob_sidecars$/);
    const none = await doctor({ beacon: await beaconWithout('/eth/v1/beacon/blob') });
    assert.equal(none('--l1.beacon', 'blobs').outcome, 'failure');
    const noSpec = await doctor({ beacon: await beaconWithout('/eth/v1/config/spec') });
    assert.match(noSpec('--l1.beacon', 'slot length').advice ?? '', /--l1\.beacon\.slot-duration/);
    const noBeacon = await doctor({ beacon: devnet.l1Url });
    assert.match(noBeacon('--l1.beacon', 'genesis').advice ?? '', /is this a beacon API/);
  });

  test('limits of batches and of requests at once', async () => {
    const batches = await doctor({ l1: await meddling(devnet.l1Url, () => undefined, 5) });
    assert.deepEqual(
      [batches('--l1', 'batches').outcome, batches('--l1', 'batches').advice],
      ['warning', 'set --rpc.batch-size 5'],
    );
    let calls = 0;
    const limited = await doctor({
      l2: await meddling(devnet.l2Url, (method) =>
        method === 'eth_chainId' && (calls += 1) > 9 ? { code: -32005, message: 'rate limit exceeded' } : undefined,
      ),
    });
    assert.equal(limited('--l2', 'requests at once').outcome, 'warning');
    assert.match(limited('--l2', 'requests at once').advice ?? '', /--fetch\.concurrency 8, or --fetch\.rate/);
  });

  test('an op-node without a record of safe heads, one that is not there, and clocks', async () => {
    const unrecorded = await doctor({
      opNode: await meddling(devnet.opNodeUrl, without('optimism_safeHeadAtL1Block')),
    });
    assert.match(unrecorded('--op-node', 'safe heads').advice ?? '', /--safedb\.path/);
    assert.equal(unrecorded('--op-node', 'age').outcome, 'ok');
    const gone = await doctor({ opNode: 'http://127.0.0.1:1' });
    assert.equal(gone('--op-node', 'configuration').outcome, 'failure');
    assert.equal(gone('--l1', 'chain').outcome, 'ok', 'the others are examined all the same');
  });
});

test('depths are ages within the chain, and the first that is missing ends the search', async () => {
  const list = depths(1_000_000n, 0n, 12n, [1n, 30n, 365n], true);
  assert.deepEqual(
    list.map(({ name, number }) => [name, number]),
    [
      ['now', 1_000_000n],
      ['a day ago', 992_800n],
      ['30 days ago', 784_000n],
      ["the chain's beginning", 0n],
    ],
  );
  const { oldest, missing } = await reach(list, ({ number }) => Promise.resolve(number > 800_000n));
  assert.deepEqual([oldest?.name, missing?.name], ['a day ago', '30 days ago']);
});

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function ask(url: string, call: unknown): Promise<unknown> {
  const body = JSON.stringify(call);
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return answer.json();
}
