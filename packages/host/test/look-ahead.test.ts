/** What is fetched before it is asked for: bounded, harmless when it fails, and no more believed than what is asked for. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { formatHint, keccak256Key, keyHex, memoryStore } from '@obelisc/preimage';
import { createOracle, networkFetcher, noLookAhead } from '../src/index.js';
import { healingStore } from '../src/healing-store.js';
import { bytes, claimOf, devnetChain, l1Blocks, withoutDevnet } from './devnet-data.js';
import {
  beaconHandler,
  HttpAnswer,
  l1Handlers,
  l2Handlers,
  restServer,
  type RpcHandlers,
  rpcServer,
} from './fake-endpoints.js';
import { rootsOf } from './list-roots.js';

const skip = withoutDevnet;
const policy = { forMs: 1500, firstContactMs: 1500, absentMs: 300, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 50 };
const claim = claimOf('g10');
const chain = devnetChain();

async function setting(t: TestContext, change: { l1?: RpcHandlers; ahead?: boolean } = {}) {
  const [l1, l2, beacon] = await Promise.all([
    rpcServer(t, { ...l1Handlers(), ...change.l1 }),
    rpcServer(t, l2Handlers('g10')),
    restServer(t, beaconHandler()),
  ]);
  const store = memoryStore();
  const fetcher = networkFetcher({ endpoints: { l1: l1.url, l2: l2.url, beacon: beacon.url }, claim, chain, policy });
  t.after(() => fetcher.ahead.stop());
  const used = change.ahead === false ? { ...fetcher, ahead: noLookAhead } : fetcher;
  return { oracle: createOracle({ claim, chain, store, fetcher: used }), store, l1, fetcher };
}

/** Reads L1 as the program does: back to the start, then transactions and receipts forwards. */
async function readL1(oracle: Awaited<ReturnType<typeof setting>>['oracle']): Promise<Map<string, string>> {
  const read = new Map<string, string>();
  const head = `0x${Buffer.from(claim.l1Head).toString('hex')}`;
  const last = l1Blocks().find(({ hash }) => hash === head)?.number ?? 0;
  const ask = async (type: string, hash: string, key: string): Promise<void> => {
    await oracle.hint(formatHint({ type, payload: bytes(hash) }));
    read.set(key, Buffer.from(await oracle.get(keccak256Key(bytes(key)))).toString('hex'));
  };
  const blocks = l1Blocks().filter(({ number }) => number <= last);
  for (const { hash } of blocks.toReversed()) await ask('l1-block-header', hash, hash);
  for (const { hash, raw } of blocks) {
    const { transactions, receipts } = rootsOf(raw);
    await ask('l1-transactions', hash, transactions);
    await ask('l1-receipts', hash, receipts);
  }
  return read;
}

test('with and without looking ahead the program reads the same', { skip }, async (t) => {
  const [ahead, plain] = [await setting(t), await setting(t, { ahead: false })];
  assert.deepEqual(await readL1(ahead.oracle), await readL1(plain.oracle));
  assert(ahead.l1.calls.includes('eth_getBlockByNumber'), 'headers came by number, many at a time');
});

test('progress counts the L1 blocks, the L2 blocks and the blobs of a claim', { skip }, async (t) => {
  const { oracle, fetcher } = await setting(t);
  const nothing = { done: 0, total: 0 };
  const before = { l1Blocks: nothing, l2Blocks: nothing, blobs: nothing, inFlight: 0, waitingFor: undefined };
  assert.deepEqual(fetcher.progress(), before);
  const reading = readL1(oracle);
  let sawWaiting = false;
  const watch = setInterval(() => {
    const { inFlight, waitingFor } = fetcher.progress();
    sawWaiting ||= inFlight > 0 && waitingFor !== undefined;
  }, 1);
  await reading;
  clearInterval(watch);
  assert(sawWaiting, 'what is waited for is told');
  // The last of it is on its way, or not yet counted.
  const isDone = () => {
    const { l1Blocks: l1, l2Blocks: l2, blobs, inFlight } = fetcher.progress();
    return inFlight === 0 && [l1, l2, blobs].every(({ done, total }) => done === total);
  };
  for (const end = Date.now() + 20_000; !isDone() && Date.now() < end;) await new Promise(setImmediate);
  const { l1Blocks: seen, l2Blocks: loaded, blobs, inFlight, waitingFor } = fetcher.progress();
  const head = `0x${Buffer.from(claim.l1Head).toString('hex')}`;
  const count = 1 + (l1Blocks().find(({ hash }) => hash === head)?.number ?? 0);
  assert.deepEqual(seen, { done: count, total: count });
  const toDerive = Number(claim.l2BlockNumber);
  assert.deepEqual(loaded, { done: toDerive, total: toDerive });
  assert.deepEqual(blobs, { done: 1, total: 1 });
  assert.deepEqual([inFlight, waitingFor], [0, undefined]);
});

test('a look-ahead that fails or is lied to changes nothing', { skip }, async (t) => {
  const expected = await readL1((await setting(t, { ahead: false })).oracle);
  const handlers = l1Handlers();
  const others: RpcHandlers['x'][] = [
    () => new HttpAnswer(500),
    () => 'nonsense',
    ([number]) => handlers.eth_getBlockByNumber?.([Number(number) + 1, false]),
    ([number]) => ({ ...(handlers.eth_getBlockByNumber?.([number, false]) as object), gasUsed: '0x1' }),
  ];
  for (const eth_getBlockByNumber of others) {
    assert(eth_getBlockByNumber !== undefined);
    const { oracle, store } = await setting(t, { l1: { eth_getBlockByNumber } });
    assert.deepEqual(await readL1(oracle), expected);
    for (const key of store.keys?.() ?? []) assert.equal(store.look(key).state, 'found', keyHex(key));
  }
});

test('what is damaged in a store counts as missing and is replaced; it is told once, and counted', async () => {
  const [key, value] = [keccak256Key(bytes(`0x${'12'.repeat(32)}`)), Uint8Array.of(1)];
  const kept = memoryStore();
  const story: string[] = [];
  let isDamaged = true;
  const store = healingStore(
    {
      ...kept,
      look: (at) =>
        isDamaged ? { state: 'damaged', place: `the file ${keyHex(at)}`, fault: 'it is empty' } : kept.look(at),
      put(at, put) {
        isDamaged = false;
        kept.put(at, put);
      },
    },
    (level, message) => story.push(`${level} ${message}`),
  );
  assert.equal(store.get(key), undefined);
  assert.equal(store.get(key), undefined);
  store.put(key, value);
  assert.deepEqual(store.get(key), value);
  assert.deepEqual([story.length, store.damaged], [1, 1]);
});
