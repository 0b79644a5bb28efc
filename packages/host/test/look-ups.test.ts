/** What `obelisc validate` looks up by itself: output roots, configuration, an L1 head that is late enough. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import {
  ConfigurationError,
  fetchChainConfig,
  fetchL1ChainConfig,
  findChain,
  findL1Head,
  l1HeadCandidates,
  identifyChain,
  opNode,
  parseRollupConfig,
  rollupDifferences,
  rpcEndpoint,
} from '../src/index.js';
import { silentLog } from '../src/log.js';
import { devnetChain, l1Blocks, l2Blocks, withoutDevnet } from './devnet-data.js';
import { HttpAnswer, RpcFault, type RpcHandlers, rpcServer } from './fake-endpoints.js';

const policy = { forMs: 1500, firstContactMs: 1500, absentMs: 100, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 8 };
const skip = withoutDevnet;

const block = (number: number | bigint) => ({
  hash: `0x${number.toString(16).padStart(64, 'a')}`,
  number: Number(number),
});

/** An op-node that has derived block 2 × n of L2 from L1 up to block n, and L1 up to 500. */
function opNodeHandlers(): RpcHandlers {
  return {
    optimism_outputAtBlock: ([number]) => {
      const found = l2Blocks().find((candidate) => BigInt(candidate.number) === BigInt(String(number)));
      if (found === undefined) return new RpcFault(-32000, 'failed to get L2 block ref: not found');
      return {
        version: `0x${'00'.repeat(32)}`,
        outputRoot: found.outputRoot,
        blockRef: {
          hash: found.hash,
          number: found.number,
          parentHash: found.hash,
          timestamp: 1,
          l1origin: block(1),
          sequenceNumber: 0,
        },
        withdrawalStorageRoot: found.withdrawalStorageRoot,
        stateRoot: found.stateRoot,
        syncStatus: {},
      };
    },
    optimism_rollupConfig: () => JSON.parse(devnetChain().rollupConfig.json) as unknown,
    optimism_syncStatus: () => ({
      current_l1: block(500),
      safe_l2: block(1000),
      finalized_l2: block(900),
      unsafe_l2: block(1001),
    }),
    optimism_safeHeadAtL1Block: ([number]) => ({
      l1Block: block(BigInt(String(number))),
      safeHead: block(2n * BigInt(String(number))),
    }),
  };
}

async function node(t: TestContext, change: RpcHandlers = {}) {
  const server = await rpcServer(t, { ...opNodeHandlers(), ...change });
  return { server, node: opNode({ url: server.url, policy }) };
}

test('an output root is given with its block, as the op-node said it', { skip }, async (t) => {
  const { node: opNodeClient } = await node(t);
  const expected = l2Blocks()[10];
  const output = await opNodeClient.outputAtBlock(10n);
  assert.equal(`0x${Buffer.from(output.outputRoot).toString('hex')}`, expected?.outputRoot);
  assert.equal(`0x${Buffer.from(output.blockHash).toString('hex')}`, expected?.hash);
  assert.equal(output.l1Origin.number, 1n);
  assert.deepEqual(output.json, JSON.parse(JSON.stringify(opNodeHandlers().optimism_outputAtBlock?.(['0xa']))));
});

test(
  'a status that leaves out what is not known, and numbers as texts, are read as they are meant',
  { skip },
  async (t) => {
    const status = {
      unsafe_l2: { ...block(1001), number: '1001' },
      local_safe_l2: { ...block(1000), number: '0x3e8' },
    };
    const outputAtBlock = opNodeHandlers().optimism_outputAtBlock;
    assert(outputAtBlock !== undefined);
    const { node: spare } = await node(t, {
      optimism_syncStatus: () => ({ ...status, safe_l2: null, current_l1: null }),
      optimism_outputAtBlock: (params) => {
        const output = outputAtBlock(params) as { blockRef: Record<string, unknown> };
        const { l1origin, ...blockRef } = output.blockRef;
        return { ...output, blockRef: { ...blockRef, l1Origin: l1origin, number: String(blockRef.number) } };
      },
    });
    const { safeL2, finalizedL2, unsafeL2, currentL1 } = await spare.syncStatus();
    assert.deepEqual([safeL2.number, finalizedL2.number, unsafeL2.number, currentL1.number], [1000n, 0n, 1001n, 0n]);
    assert.deepEqual(finalizedL2.hash, new Uint8Array(32));
    assert.equal((await spare.outputAtBlock(10n)).l1Origin.number, 1n);
    const { node: none } = await node(t, {
      optimism_syncStatus: () => ({ startingBlock: '0x0', currentBlock: '0x1' }),
    });
    await assert.rejects(none.syncStatus(), /its field current_l1 is not an object/);
  },
);

test('an output root that is not made of its parts, or of another block, is refused', { skip }, async (t) => {
  const answer = opNodeHandlers().optimism_outputAtBlock?.(['0xa']);
  const wrong = await node(t, {
    optimism_outputAtBlock: () => ({ ...(answer as object), stateRoot: `0x${'11'.repeat(32)}` }),
  });
  await assert.rejects(wrong.node.outputAtBlock(10n), /--op-node .*is not made of the parts it came with/);
  const other = await node(t, { optimism_outputAtBlock: () => answer });
  await assert.rejects(other.node.outputAtBlock(11n), /or is of block 10/);
  const { node: opNodeClient } = await node(t);
  await assert.rejects(
    opNodeClient.outputAtBlock(100000n),
    /optimism_outputAtBlock: error -32000: failed to get L2 block ref: not found/,
  );
});

test('an op-node that is busy is asked again; an endpoint that is none is told', { skip }, async (t) => {
  let busy = 2;
  const { node: slow } = await node(t, {
    optimism_syncStatus: (params) =>
      busy-- > 0 ? new HttpAnswer(503) : opNodeHandlers().optimism_syncStatus?.(params),
  });
  assert.equal((await slow.syncStatus()).safeL2.number, 1000n);
  const { node: none } = await node(t, { optimism_syncStatus: () => 'hello' });
  await assert.rejects(none.syncStatus(), /is this an op-node\?/);
  const { node: partial } = await node(t, { optimism_syncStatus: () => ({}) });
  await assert.rejects(partial.syncStatus(), /its field current_l1 is not an object/);
});

test('the rollup configuration comes through byte for byte; an unknown field is refused', { skip }, async (t) => {
  const { node: opNodeClient } = await node(t);
  assert.equal((await opNodeClient.rollupConfig()).json, devnetChain().rollupConfig.json);
  const { node: unset } = await node(t, {
    optimism_rollupConfig: () => ({ ...(JSON.parse(devnetChain().rollupConfig.json) as object), zebra_time: null }),
  });
  assert.equal((await unset.rollupConfig()).json, devnetChain().rollupConfig.json);
  const { node: newer } = await node(t, {
    optimism_rollupConfig: () => ({ ...(JSON.parse(devnetChain().rollupConfig.json) as object), zebra_time: 1 }),
  });
  await assert.rejects(newer.rollupConfig(), /fields that this version does not know: zebra_time/);
  const { node: endless } = await node(t, {
    optimism_syncStatus: () => ({ current_l1: { hash: `0x${'11'.repeat(32)}`, number: `0x${'a'.repeat(3_000_000)}` } }),
  });
  await assert.rejects(endless.syncStatus(), /is not a hexadecimal quantity/);
  let deep: object = {};
  for (let i = 0; i < 1000; i++) deep = { deep };
  const { node: nested } = await node(t, { optimism_rollupConfig: () => deep });
  await assert.rejects(nested.rollupConfig(), /rollup configuration of .* has more than 64 levels/);
});

test('a known chain must be configured as known; a custom one is taken as it is', { skip }, async (t) => {
  const custom = devnetChain();
  const no = async () => undefined;
  const own = await identifyChain(custom.rollupConfig, 'the op-node', async () => custom.chainConfig, no);
  assert.equal(own.custom, true);

  const known = findChain('op-sepolia');
  assert(known !== undefined);
  const never = () => Promise.reject(new Error('not asked for'));
  assert.equal(
    (await identifyChain(parseRollupConfig(known.rollupConfig.json, 'x'), 'the op-node', never, never)).custom,
    false,
  );
  const changed = parseRollupConfig(
    known.rollupConfig.json.replace('"granite_time":1723478400', '"granite_time":1723478401'),
    'x',
  );
  assert.deepEqual(rollupDifferences(known.rollupConfig, changed), [
    'granite_time: 1723478400 is known, 1723478401 given',
  ]);
  await assert.rejects(
    identifyChain(changed, 'the op-node', never, never),
    (error) =>
      error instanceof ConfigurationError &&
      /the op-node says it is op-sepolia \(chain 11155420\).*granite_time/.test(error.message),
  );
  const later = parseRollupConfig(known.rollupConfig.json.replace(/,"karst_time":\d+/, ''), 'x');
  assert.match(rollupDifferences(known.rollupConfig, later).join(), /karst_time: 1781712001 is known, nothing given/);
  const older = parseRollupConfig(known.rollupConfig.json.replace(',"keep_karst_upgrade_gas":true', ''), 'x');
  assert.deepEqual(rollupDifferences(known.rollupConfig, older), []);
  assert.match(
    rollupDifferences(older, known.rollupConfig).join(),
    /keep_karst_upgrade_gas: nothing is known, true given/,
  );
  // A fork that the registry does not know yet is held against each claim.
  const lagoon = parseRollupConfig(
    known.rollupConfig.json.replace(',"batch_inbox', ',"interop_time":1900000000,"batch_inbox'),
    'x',
  );
  const soon = await identifyChain(lagoon, 'the op-node', never, never);
  assert.deepEqual([soon.custom, soon.rollupConfig.lagoonTime], [false, 1900000000n]);

  const server = await rpcServer(t, { debug_chainConfig: () => JSON.parse(custom.chainConfig.json) as unknown });
  const endpoint = (url: string) => rpcEndpoint({ flag: '--l2', url, policy, log: silentLog });
  assert.equal((await fetchChainConfig(endpoint(server.url), 901n)).json, custom.chainConfig.json);
  await assert.rejects(fetchChainConfig(endpoint(server.url), 5n), /is of chain 901, not 5/);
  const chainId = { eth_chainId: () => '0x385' };
  for (const refusal of [new HttpAnswer(404, {}, 'no'), new HttpAnswer(504, {}, ''), null]) {
    const refusing = await rpcServer(t, { ...chainId, debug_chainConfig: () => refusal });
    const asked = rpcEndpoint({ flag: '--l1', url: refusing.url, policy, log: silentLog });
    assert.equal(
      await fetchL1ChainConfig(asked, 900n),
      undefined,
      'a method that fails alone is one that is not there',
    );
  }
  const down = await rpcServer(t, {
    eth_chainId: () => new HttpAnswer(500, {}, 'no'),
    debug_chainConfig: () => new HttpAnswer(500, {}, 'no'),
  });
  await assert.rejects(
    fetchL1ChainConfig(rpcEndpoint({ flag: '--l1', url: down.url, policy, log: silentLog }), 900n),
    /HTTP 500/,
  );
  const silent = await rpcServer(t, {});
  await assert.rejects(fetchChainConfig(endpoint(silent.url), 901n), /give --l2\.genesis/);
});

test('the first L1 block late enough is found in the record of safe heads', { skip }, async (t) => {
  const l1 = await rpcServer(t, { eth_getBlockByNumber: ([number]) => ({ hash: l1Blocks()[Number(number)]?.hash }) });
  const { node: opNodeClient, server } = await node(t);
  const options = { opNode: opNodeClient, l1: l1.url, l1Origin: 20n, seqWindowSize: 100n, policy };
  for (const [l2Block, expected] of [
    [201n, 101],
    [200n, 100],
    [43n, 22],
    [41n, 21],
  ] as const) {
    const head = await findL1Head({ ...options, l2Block });
    assert.equal(head.number, BigInt(expected));
    assert.equal(head.how, 'safe head record');
    assert.equal(`0x${Buffer.from(head.hash).toString('hex')}`, l1Blocks()[expected]?.hash);
  }
  assert(server.calls.length < 60, 'a binary search');
});

test('without a record: the end of the sequencing window, or how far the op-node has derived', { skip }, async (t) => {
  const l1 = await rpcServer(t, { eth_getBlockByNumber: ([number]) => ({ hash: l1Blocks()[Number(number)]?.hash }) });
  for (const answer of [
    new RpcFault(-32601, 'the method optimism_safeHeadAtL1Block does not exist/is not available'),
    new RpcFault(-32000, 'safe head database is not enabled'),
    { l1Block: null, safeHead: null },
    new RpcFault(-32000, 'not found'),
    new HttpAnswer(403),
    new HttpAnswer(404, {}, 'no'),
    new HttpAnswer(500, {}, 'no'),
    null,
  ]) {
    const { node: opNodeClient } = await node(t, { optimism_safeHeadAtL1Block: () => answer });
    const options = { opNode: opNodeClient, l1: l1.url, l2Block: 100n, seqWindowSize: 100n, policy };
    const inWindow = await findL1Head({ ...options, l1Origin: 20n });
    assert.equal(inWindow.number, 120n);
    assert.equal(inWindow.how, 'end of the sequencing window');
    const derived = await findL1Head({ ...options, l1Origin: 450n });
    assert.equal(derived.number, 500n);
    assert.equal(derived.how, 'how far the op-node has derived');
  }
});

test('without a record near L1 heads are tried before the certain one', { skip }, async (t) => {
  const l1 = await rpcServer(t, { eth_getBlockByNumber: () => ({ hash: `0x${'11'.repeat(32)}` }) });
  const numbers = async (l1Origin: bigint, seqWindowSize: bigint, recorded: boolean): Promise<bigint[]> => {
    const unsupported = { optimism_safeHeadAtL1Block: () => new RpcFault(-32601, 'the method does not exist') };
    const { node: opNodeClient } = await node(t, recorded ? {} : unsupported);
    const options = { opNode: opNodeClient, l1: l1.url, l2Block: 100n, l1Origin, seqWindowSize, policy };
    const found: bigint[] = [];
    for await (const head of l1HeadCandidates(options)) found.push(head.number);
    return found;
  };
  assert.deepEqual(await numbers(20n, 400n, false), [40n, 180n, 420n]);
  assert.deepEqual(await numbers(20n, 100n, false), [40n, 120n]);
  assert.deepEqual(await numbers(20n, 40n, false), [60n]);
  assert.equal((await numbers(20n, 400n, true)).length, 1);
});

test('an op-node that has just begun anew names no L1 head: those of L1 are tried', { skip }, async (t) => {
  const l1 = await rpcServer(t, {
    eth_getBlockByNumber: ([tag]) => ({ hash: `0x${'11'.repeat(32)}`, number: tag === 'safe' ? '0x96' : '0xc8' }),
  });
  for (const number of [0, 70, 100]) {
    const currentL1 = { hash: `0x${(number === 0 ? '00' : '22').repeat(32)}`, number };
    const { node: opNodeClient } = await node(t, {
      optimism_safeHeadAtL1Block: () => new RpcFault(-32000, 'not found'),
      optimism_syncStatus: () => ({ ...(opNodeHandlers().optimism_syncStatus?.([]) as object), current_l1: currentL1 }),
    });
    const options = { opNode: opNodeClient, l1: l1.url, l2Block: 100n, l1Origin: 100n, seqWindowSize: 3600n, policy };
    const found: string[] = [];
    for await (const head of l1HeadCandidates(options)) found.push(`${head.number} ${head.how}`);
    assert.deepEqual(found, ['150 L1 safe block', '200 L1 latest block']);
  }
});

test('a block above the derivable head is told before anything is gathered', { skip }, async (t) => {
  const { node: opNodeClient } = await node(t);
  await assert.rejects(
    findL1Head({
      opNode: opNodeClient,
      l1: 'http://127.0.0.1:9',
      l2Block: 1001n,
      l1Origin: 499n,
      seqWindowSize: 100n,
      policy,
    }),
    /L2 block 1001 cannot be derived from L1 yet: its safe head is block 1000/,
  );
});
