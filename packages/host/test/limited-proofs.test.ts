/** Nodes whose eth_getProof is bounded: in the slots of a proof, and in how far back it reaches. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../src/log.js';
import { rpcEndpoint } from '../src/rpc-endpoint.js';
import { NoStateError, prove } from '../src/state-proofs.js';
import { HttpAnswer, RpcFault, type RpcHandlers, rpcServer } from './fake-endpoints.js';

/** What goes well in the end has time for it; what is not there is asked for several times, however slow the machine. */
const policy = { forMs: 60_000, firstContactMs: 300, absentMs: 600, wrongTries: 1, firstDelayMs: 1, maxDelayMs: 20 };
const account = (number: number): string => `0x${number.toString(16).padStart(40, '0')}`;
const slot = (number: number): string => `0x${number.toString(16).padStart(64, '0')}`;
const touching = (accounts: Record<number, number>) => ({
  accounts: new Map(
    Object.entries(accounts).map(([number, slots]) => [
      account(Number(number)),
      new Set(Array.from({ length: slots }, (_, index) => slot(index))),
    ]),
  ),
  codes: [],
});

/** An answer that names what it was asked for in place of nodes. */
const answer = (address: unknown, keys: readonly string[]) => ({
  accountProof: [address],
  storageProof: keys.map((key) => ({ key, proof: [key] })),
});

for (const [name, refusal] of [
  ['invalid parameters', new RpcFault(-32602, 'too many keys: 3 is the most')],
  ['words of a rate limit', new RpcFault(-32000, 'storage key limit exceeded')],
  ['words of an outage', new RpcFault(-32603, 'request exceeds defined limit')],
  ['HTTP 413', new HttpAnswer(413, {}, 'payload too large')],
  ['HTTP 504', new HttpAnswer(504, {}, 'upstream request timeout')],
] as const) {
  test(`a proof of more slots than a node takes is asked for in parts, though it refuses them by ${name}`, async (t) => {
    const most: number[] = [];
    const eth_getProof: RpcHandlers['x'] = ([address, keys]) => {
      const list = keys as string[];
      most.push(list.length);
      return list.length > 3 ? refusal : answer(address, list);
    };
    const server = await rpcServer(t, { eth_getProof });
    const endpoint = rpcEndpoint({ flag: '--l2', url: server.url, policy, log: silentLog });
    const touched = touching({ 1: 40, 2: 0, 3: 7, 4: 1 });
    for (const again of [false, true]) {
      most.length = 0;
      const { proofs } = await prove(endpoint, touched, 5n);
      for (const [address, slots] of touched.accounts) {
        const own = proofs.filter((proof) => proof.address === address);
        assert.deepEqual(new Set(own.flatMap((proof) => proof.slot ?? [])), slots);
        for (const { slot: key, nodes } of own)
          assert.deepEqual(
            nodes.map((node) => `0x${Buffer.from(node).toString('hex')}`),
            [key ?? address],
          );
      }
      // How many it takes is remembered.
      assert.equal(Math.max(...most) > 3, !again);
    }
  });
}

for (const [name, refusal] of [
  ['HTTP 429', new HttpAnswer(429, {}, 'no')],
  ['words', new RpcFault(-32005, 'Too Many Requests: 100 per second')],
  ['a time to wait', new HttpAnswer(200, { 'retry-after': '0' }, '{"id":1,"error":{"code":-32005,"message":"no"}}')],
] as const) {
  test(`a limit of requests, told by ${name}, brings no more of them about: the proof is asked for again in whole`, async (t) => {
    const sizes: number[] = [];
    const eth_getProof: RpcHandlers['x'] = ([address, keys]) => {
      const list = keys as string[];
      sizes.push(list.length);
      return sizes.length <= 2 ? refusal : answer(address, list);
    };
    const server = await rpcServer(t, { eth_getProof });
    const endpoint = rpcEndpoint({ flag: '--l2', url: server.url, policy, log: silentLog });
    const { proofs } = await prove(endpoint, touching({ 1: 40 }), 5n);
    assert.equal(proofs.length, 41);
    assert.deepEqual(sizes, [40, 40, 40]);
  });
}

test('that a proof was refused in an outage is forgotten', async (t) => {
  let isOut = true;
  const sizes: number[] = [];
  const eth_getProof: RpcHandlers['x'] = ([address, keys]) => {
    const list = keys as string[];
    sizes.push(list.length);
    return isOut && list.length > 1 ? new HttpAnswer(503, {}, 'maintenance') : answer(address, list);
  };
  const server = await rpcServer(t, { eth_getProof });
  const endpoint = rpcEndpoint({ flag: '--l2', url: server.url, policy, log: silentLog });
  await prove(endpoint, touching({ 1: 40 }), 5n);
  isOut = false;
  for (let round = 0; round < 40; round++) await prove(endpoint, touching({ 1: 40 }), 5n);
  assert.equal(sizes.at(-1), 40);
});

test('a node that proves its newest blocks alone is waited for once, not for each account', async (t) => {
  let isThere = false;
  const server = await rpcServer(t, {
    eth_chainId: () => '0x1',
    eth_getProof: ([address, keys]) =>
      isThere
        ? answer(address, keys as string[])
        : new RpcFault(-32000, 'distance to target block exceeds maximum proof window'),
  });
  const endpoint = rpcEndpoint({ flag: '--l2', url: server.url, policy, log: silentLog });
  await endpoint.call('eth_chainId', []);
  const refused = (error: unknown): boolean =>
    error instanceof NoStateError && error.block === 5n && /exceeds maximum proof window/.test(error.message);
  await assert.rejects(prove(endpoint, touching({ 1: 0 }), 5n), refused);
  assert.ok(server.calls.length > 2, 'it was asked several times: another node may answer');
  for (let number = 2; number < 6; number++) {
    server.calls.length = 0;
    await assert.rejects(prove(endpoint, touching({ [number]: 0 }), 5n), refused);
    assert.deepEqual(server.calls, ['eth_getProof']);
  }
  // Another node behind the same address has it: from then on it is waited for again.
  isThere = true;
  assert.equal((await prove(endpoint, touching({ 7: 2 }), 5n)).proofs.length, 3);
  isThere = false;
  server.calls.length = 0;
  await assert.rejects(prove(endpoint, touching({ 8: 0 }), 5n), refused);
  assert.ok(server.calls.length > 1);
});

for (const [words, code] of [
  ['the method eth_getProof is not supported for blocks older than 128', -32601],
  ['missing trie node 8e5b (path ) state 0x8e5b is not available', -32000],
  ['historical state 8e5b is not available', -32000],
  ['block is not canonical', -32000],
  ['requested block is too old, block must be within 1000 blocks of the head block number (currently 60)', -32000],
  ['distance to target block exceeds maximum proof window', -32602],
  ['No state available for block 0x1234', -32002],
  ['World state unavailable', -32000],
  ['proofs are limited to the latest 128 blocks', -32000],
  ['This block number is too old. Archive data requires a paid plan', -32600],
  ['state at block #4 is pruned', -32000],
  ['required historical state unavailable (reexec=128)', -32000],
  ['pruned history unavailable', 4444],
] as const) {
  test(`"${words}" says that a node has no state of a block`, async (t) => {
    const server = await rpcServer(t, { eth_getProof: () => new RpcFault(code, words) });
    const endpoint = rpcEndpoint({ flag: '--l2', url: server.url, policy, log: silentLog });
    await assert.rejects(prove(endpoint, touching({ 1: 2 }), 5n), NoStateError);
  });
}
