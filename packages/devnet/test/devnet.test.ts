import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ChannelPlanError } from '../src/batcher/plan.js';
import type { ChannelPlan } from '../src/batcher/plan.js';
import { startDevnet } from '../src/devnet.js';
import type { Devnet } from '../src/devnet.js';
import { l1ContractAddress } from '../src/l2/genesis.js';

const SEED = 'devnet test';
const CALLDATA_ONLY = {
  channels: [
    { batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 3 },
    { batches: 'span', compression: 'brotli', carrier: 'calldata', l2Blocks: 4, maxFrameSize: 700 },
  ],
} as const;

type Json = Record<string, unknown>;

let devnet: Devnet;

before(async () => {
  devnet = await startDevnet({ seed: SEED, l2Blocks: 12 });
});
after(() => devnet.close());

test('the same seed and scenario give the same chain, another seed another', async () => {
  const [one, two, other] = await Promise.all(
    [SEED, SEED, 'another'].map((seed) => startDevnet({ seed, l2Blocks: 7, scenario: CALLDATA_ONLY })),
  );
  assert.deepEqual(one?.head, two?.head);
  assert.notEqual(one?.head.l2.hash, other?.head.l2.hash);
  await Promise.all([one?.close(), two?.close(), other?.close()]);
});

test('more blocks are made on request, and all of them are safe', async () => {
  const chain = await startDevnet({ seed: SEED, l2Blocks: 2, scenario: CALLDATA_ONLY });
  await chain.advance(3);
  const status = await rpc(chain.opNodeUrl, 'optimism_syncStatus');
  assert.equal(chain.head.l2.number, 5);
  assert.equal((status['safe_l2'] as Json)['hash'], chain.head.l2.hash);
  assert.equal((status['head_l1'] as Json)['hash'], chain.head.l1.hash);
  await chain.close();
});

test('blocks that are not submitted become safe when the sequencing window has passed', async () => {
  const sequencingWindow = 5;
  const chain = await startDevnet({
    seed: SEED,
    l2Blocks: 4,
    scenario: { sequencingWindow, channels: [{ batches: 'none', l2Blocks: 4 }] },
  });
  const status = await rpc(chain.opNodeUrl, 'optimism_syncStatus');
  const { l1origin, hash } = status['safe_l2'] as { l1origin: { number: number }; hash: string };
  assert.equal(hash, chain.head.l2.hash);
  assert.ok(chain.head.l1.number > l1origin.number + sequencingWindow);
  for (const number of [1, 2, 3, 4]) {
    const block = await rpc(chain.l2Url, 'eth_getBlockByNumber', hex(number), true);
    assert.ok((block['transactions'] as Json[]).every(({ type }) => type === '0x7e'));
  }
  await chain.close();
});

test('plans that contradict themselves are refused', async () => {
  const refused: readonly ChannelPlan[][] = [
    [],
    [{ batches: 'none', l2Blocks: 0 }],
    [{ batches: 'span', compression: 'brotli', carrier: 'calldata', l2Blocks: 1, ending: 'checksum' }],
    [{ batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 1, overlap: 1 }],
  ];
  for (const channels of refused) {
    await assert.rejects(startDevnet({ seed: SEED, l2Blocks: 1, scenario: { channels } }), ChannelPlanError);
  }
});

test('a channel that its fork does not know is refused', async () => {
  const forks = { regolith: 0n, canyon: 0n, delta: 1000n, ecotone: 1000n, fjord: 1000n, granite: 1000n };
  const channel = { batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 1 } as const;
  for (const [change, fork] of [
    [{ batches: 'span' }, 'delta'],
    [{ carrier: 'blobs' }, 'ecotone'],
    [{ compression: 'brotli' }, 'fjord'],
  ] as const) {
    const scenario = { forks, channels: [{ ...channel, ...change }] };
    await assert.rejects(startDevnet({ seed: SEED, l2Blocks: 1, scenario }), new RegExp(`before ${fork}`));
  }
});

test("transactions of every type succeed and fail in the traffic's first blocks", async () => {
  const seen = new Set<string>();
  for (let number = 1; number <= devnet.head.l2.number; number++) {
    const receipts = await rpc(devnet.l2Url, 'eth_getBlockReceipts', hex(number));
    for (const { type, status } of receipts as unknown as Json[]) seen.add(`${String(type)} ${String(status)}`);
  }
  for (const wanted of ['0x0 0x1', '0x1 0x1', '0x2 0x1', '0x7e 0x1', '0x0 0x0', '0x2 0x0']) {
    assert.ok(seen.has(wanted), `no transaction of type and status ${wanted}`);
  }
});

test("a contract's deposits come from its aliased address, one for each event", async () => {
  const forwarder = l1ContractAddress(SEED, 'forwarder').toString();
  const alias = hexOf((BigInt(forwarder) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n);
  const deposits: Json[] = [];
  for (let number = 1; number <= devnet.head.l2.number; number++) {
    const block = await rpc(devnet.l2Url, 'eth_getBlockByNumber', hex(number), true);
    deposits.push(...(block['transactions'] as Json[]).filter(({ from }) => from === alias));
  }
  assert.equal(deposits.length, 2);
  assert.deepEqual(new Set(deposits.map(({ mint }) => mint)), new Set([hex(4_000_000_000)]));
  assert.notEqual(deposits[0]?.['sourceHash'], deposits[1]?.['sourceHash']);
});

test('an L2 transaction is shown with its receipt and L1 fee', async () => {
  const block = await rpc(devnet.l2Url, 'eth_getBlockByNumber', '0x2', true);
  const transactions = block['transactions'] as Json[];
  const [deposit, transfer] = transactions;
  assert.equal(deposit?.['type'], '0x7e');
  assert.equal(deposit?.['from'], '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001');
  assert.equal(transfer?.['type'], '0x0');
  const receipt = await rpc(devnet.l2Url, 'eth_getTransactionReceipt', transfer?.['hash']);
  assert.equal(receipt['transactionIndex'], '0x1');
  assert.equal(receipt['gasUsed'], '0x5208');
  assert.ok(BigInt(receipt['l1Fee'] as string) > 0n);
  assert.deepEqual(await rpc(devnet.l2Url, 'eth_getTransactionByHash', transfer?.['hash']), transfer);
});

test('debug_dbGet serves state nodes by hash and codes by prefixed hash', async () => {
  const block = await rpc(devnet.l2Url, 'eth_getBlockByNumber', 'latest', false);
  const node: unknown = await rpc(devnet.l2Url, 'debug_dbGet', block['stateRoot']);
  const proof = await rpc(devnet.l2Url, 'eth_getProof', L1_BLOCK, ['0x1'], 'latest');
  assert.equal(node, (proof['accountProof'] as string[])[0]);
  const code: unknown = await rpc(devnet.l2Url, 'debug_dbGet', `0x63${(proof['codeHash'] as string).slice(2)}`);
  assert.equal(code, await rpc(devnet.l2Url, 'eth_getCode', L1_BLOCK, 'latest'));
  await assert.rejects(rpc(devnet.l2Url, 'debug_dbGet', `0x${'00'.repeat(32)}`), /not found/);
});

test('the L1Block contract knows the L1 origin', async () => {
  const status = await rpc(devnet.opNodeUrl, 'optimism_syncStatus');
  const { l1origin } = status['unsafe_l2'] as { l1origin: { number: number; hash: string } };
  const origin = await rpc(devnet.l1Url, 'eth_getBlockByHash', l1origin.hash, false);
  // number(), timestamp(), basefee(), hash()
  const calls = ['0x8381f58a', '0xb80777ea', '0x5cf24969', '0x09bd5a60'];
  const results = await Promise.all(
    calls.map((data) => rpc(devnet.l2Url, 'eth_call', { to: L1_BLOCK, data }, 'latest')),
  );
  const [number, timestamp, baseFee, hash] = results as unknown as string[];
  assert.equal(Number(number), l1origin.number);
  assert.equal(Number(timestamp), Number(origin['timestamp']));
  assert.equal(BigInt(baseFee ?? 0), BigInt(origin['baseFeePerGas'] as string));
  assert.equal(hash, l1origin.hash);
});

test('blobs are served by slot and match the versioned hashes of their transactions', async () => {
  const spec = await get('/eth/v1/config/spec');
  const genesis = await get('/eth/v1/beacon/genesis');
  let found = 0;
  for (let number = 1; number <= devnet.head.l1.number; number++) {
    const block = await rpc(devnet.l1Url, 'eth_getBlockByNumber', hex(number), true);
    const hashes = (block['transactions'] as Json[]).flatMap((one) => (one['blobVersionedHashes'] as string[]) ?? []);
    const elapsed = Number(block['timestamp']) - Number(genesis['genesis_time']);
    const slot = elapsed / Number(spec['SECONDS_PER_SLOT']);
    const sidecars = (await get(`/eth/v1/beacon/blob_sidecars/${slot}`)) as unknown as Json[];
    const blobs: unknown = await get(`/eth/v1/beacon/blobs/${slot}`);
    assert.equal(sidecars.length, hashes.length);
    assert.deepEqual(
      sidecars.map(({ blob }) => blob),
      blobs,
    );
    found += sidecars.length;
  }
  assert.ok(found > 0);
});

test('requests come alone or in batches, and errors have codes', async () => {
  const requests = [
    { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] },
    { jsonrpc: '2.0', id: 2, method: 'eth_nonsense', params: [] },
    { jsonrpc: '2.0', id: 3, method: 'eth_getBlockByNumber', params: ['12', true] },
    { jsonrpc: '2.0', id: 4, method: 'eth_getBlockByNumber', params: ['0xffff', true] },
  ];
  const answers = (await post(devnet.l2Url, requests)) as { id: number; result?: unknown; error?: { code: number } }[];
  assert.deepEqual(
    answers.map(({ id, result, error }) => [id, error?.code ?? result]),
    [
      [1, '0x385'],
      [2, -32_601],
      [3, -32_602],
      [4, null],
    ],
  );
});

test('rollup.json, genesis-l2.json and l1-chainconfig.json are written', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'devnet-'));
  await devnet.writeConfig(directory);
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(directory, name), 'utf8'));
  // The file goes without chain_op_config, which op-program of 2024 refuses to read.
  const { chain_op_config: parameters, ...config } = await rpc(devnet.opNodeUrl, 'optimism_rollupConfig');
  assert.deepEqual(await read('rollup.json'), config);
  assert.deepEqual(parameters, devnet.genesis.config.optimism);
  assert.deepEqual(await read('genesis-l2.json'), devnet.genesis);
  const { blobSchedule } = (await read('l1-chainconfig.json')) as { blobSchedule: unknown };
  assert.deepEqual(blobSchedule, { cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 } });
  await rm(directory, { recursive: true });
});

const L1_BLOCK = '0x4200000000000000000000000000000000000015';

async function post(url: string, body: unknown): Promise<unknown> {
  return (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json();
}

async function rpc(url: string, method: string, ...params: unknown[]): Promise<Json> {
  const { result, error } = (await post(url, { jsonrpc: '2.0', id: 1, method, params })) as {
    result: Json;
    error?: { message: string };
  };
  if (error !== undefined) throw new Error(error.message);
  return result;
}

async function get(path: string): Promise<Json> {
  return ((await (await fetch(`${devnet.beaconUrl}${path}`)).json()) as { data: Json }).data;
}

function hexOf(address: bigint): string {
  return `0x${address.toString(16).padStart(40, '0')}`;
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}
