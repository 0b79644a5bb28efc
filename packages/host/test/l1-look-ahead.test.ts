/** L1 fetched ahead of several runs: however they stand to each other, and whatever an earlier run has stored, nothing is asked for twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak256, keccak256Key, memoryStore, type PreimageStore } from '@obelisc/preimage';
import { arrivalsOf } from '../src/arrivals.js';
import type { BeaconSource } from '../src/beacon-source.js';
import { encodeHeader } from '../src/block-encoding.js';
import { blockSource } from '../src/block-source.js';
import { hex } from '../src/bytes.js';
import { l1LookAhead } from '../src/l1-look-ahead.js';
import { silentLog } from '../src/log.js';
import { orderedTrie } from '../src/ordered-trie.js';
import type { RpcEndpoint } from '../src/rpc-endpoint.js';
import { trieBundles } from '../src/trie-bundles.js';
import { devnetChain, withoutDevnet } from './devnet-data.js';

type Block = { hash: Uint8Array; rlp: Uint8Array; json: Record<string, unknown> };

const empty = hex(orderedTrie([]).root);

/** Blocks without transactions, from number 0 on. */
function chainOf(length: number): Block[] {
  const blocks: Block[] = [];
  let parentHash = `0x${'00'.repeat(32)}`;
  for (let number = 0; number < length; number++) {
    const fields = {
      parentHash,
      sha3Uncles: `0x${'1d'.repeat(32)}`,
      miner: `0x${'00'.repeat(20)}`,
      stateRoot: `0x${'11'.repeat(32)}`,
      transactionsRoot: empty,
      receiptsRoot: empty,
      logsBloom: `0x${'00'.repeat(256)}`,
      difficulty: '0x0',
      number: `0x${number.toString(16)}`,
      gasLimit: '0x1',
      gasUsed: '0x0',
      timestamp: `0x${(number * 12).toString(16)}`,
      extraData: '0x',
      mixHash: `0x${'00'.repeat(32)}`,
      nonce: '0x0000000000000000',
    };
    const rlp = encodeHeader(fields);
    const hash = keccak256(rlp);
    blocks.push({ hash, rlp, json: { ...fields, hash: hex(hash), transactions: [] } });
    parentHash = hex(hash);
  }
  return blocks;
}

/** A look-ahead on `blocks`, and what it asked for. */
function setting(blocks: readonly Block[], store: PreimageStore = memoryStore()) {
  const asked: string[] = [];
  const byHash = new Map(blocks.map((block) => [hex(block.hash), block.json]));
  const answer = (method: string, params: readonly unknown[]): unknown => {
    asked.push(`${method} ${JSON.stringify(params)}`);
    return method === 'eth_getBlockByHash' ? byHash.get(String(params[0])) : blocks[Number(params[0])]?.json;
  };
  const endpoint = {
    name: '--l1',
    retry: (task: () => Promise<unknown>) => task(),
    attempt: async (method: string, params: unknown[], accept: (result: unknown) => unknown) =>
      accept(answer(method, params)),
    settleEach: async (method: string, list: unknown[][]) =>
      list.map((params) => ({ status: 'fulfilled', value: answer(method, params) })),
    callEach: async (method: string, list: unknown[][]) => list.map((params) => answer(method, params)),
    get ahead() {
      return endpoint;
    },
  } as unknown as RpcEndpoint;
  const arrivals = arrivalsOf(silentLog);
  arrivals.store = store;
  const l1Blocks = blockSource(endpoint);
  const ahead = l1LookAhead(
    {
      l1: endpoint,
      l1Blocks,
      l1Receipts: async ({ hash }) => {
        asked.push(`receipts ${hex(hash)}`);
        return orderedTrie([]);
      },
      beacon: undefined as unknown as BeaconSource,
      fetchedBlobs: new Set(),
      tries: trieBundles(),
      chain: devnetChain(),
    },
    arrivals,
  );
  const at = (number: number): Block => blocks[number] ?? assert.fail(`no block ${number}`);
  return { ahead, l1Blocks, asked, at, lists: () => asked.filter((request) => request.endsWith(',true]')).length };
}

const twice = (asked: readonly string[]): string[] => asked.filter((request, at) => asked.indexOf(request) !== at);

test(
  'a block that a run asks for before it comes into a window is not fetched again with it',
  { skip: withoutDevnet },
  async () => {
    const { ahead, l1Blocks, asked, at, lists } = setting(chainOf(400));
    const head = await l1Blocks.header(at(399).hash);
    const first = ahead.join(0n, head, 0n);
    await ahead.block(at(399).hash);
    // The headers have come: any block is known by its hash.
    await ahead.block(at(0).hash);
    await ahead.block(at(200).hash);
    const second = ahead.join(100n, head, 100n);
    await ahead.block(at(300).hash);
    for (let number = 0; number < 400; number += 7) {
      first.reached(BigInt(number));
      second.reached(BigInt(Math.min(399, number + 100)));
      await ahead.block(at(number).hash);
    }
    for (let number = 0; number < 400; number++) await ahead.block(at(number).hash);
    assert.deepEqual(twice(asked), []);
    assert.equal(lists(), 400);
  },
);

test('where more headers are read than are remembered, none is asked for again', { skip: withoutDevnet }, async () => {
  const { ahead, l1Blocks, asked, at } = setting(chainOf(4500));
  const reader = ahead.join(0n, await l1Blocks.header(at(4499).hash), 0n);
  for (let number = 0; number < 4500; number += 50) {
    reader.reached(BigInt(number));
    await ahead.block(at(number).hash);
  }
  for (let number = 4450; number < 4500; number++) await ahead.block(at(number).hash);
  assert.deepEqual(twice(asked), []);
});

test('what an earlier run has stored of L1 is not asked for again', { skip: withoutDevnet }, async () => {
  const store = memoryStore();
  const blocks = chainOf(300);
  // It was ended at block 200 of 300.
  for (const { hash, rlp } of blocks) store.put(keccak256Key(hash), rlp);
  const { ahead, l1Blocks, asked, at, lists } = setting(blocks, store);
  const head = await l1Blocks.header(at(299).hash);
  assert.equal(ahead.numberOf(at(200).hash), 200n);
  const reader = ahead.join(0n, head, 200n);
  for (let number = 200; number < 300; number++) {
    reader.reached(BigInt(number));
    await ahead.block(at(number).hash);
  }
  assert.deepEqual(
    asked.filter((request) => request.startsWith('eth_getBlockByNumber')),
    [],
  );
  assert.equal(lists(), 100);
  // A second run goes past what the first has brought.
  const other = ahead.join(0n, head, 0n);
  other.reached(299n);
  await ahead.block(at(299).hash);
  assert.deepEqual(twice(asked), []);
});

test('what is no block has no number and nothing is fetched of it', { skip: withoutDevnet }, async () => {
  const store = memoryStore();
  const { ahead, asked } = setting(chainOf(2), store);
  const node = Uint8Array.of(0xc2, 1, 2);
  store.put(keccak256Key(keccak256(node)), node);
  for (const hash of [keccak256(node), new Uint8Array(32)]) {
    assert.equal(ahead.numberOf(hash), undefined);
    await ahead.block(hash);
  }
  assert.deepEqual(asked, []);
});
