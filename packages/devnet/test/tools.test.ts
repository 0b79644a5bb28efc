// Ordinary tools against the endpoints of a live chain: viem's clients, and requests as cast sends them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  getAddress,
  hexToBigInt,
  http,
  parseAbi,
  parseEther,
  webSocket,
} from 'viem';
import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { initCode } from '../src/contracts/assembler.js';
import { startDevnet } from '../src/devnet.js';
import type { Devnet } from '../src/devnet.js';
import { executeBlock } from '../src/execution/block-executor.js';
import { chainOfGenesis } from '../src/execution/genesis.js';
import { decodeHeader } from '../src/execution/header.js';
import { StateStore } from '../src/state/store.js';
import { TOKEN } from '../src/traffic/contracts.js';

const FORKS = Object.fromEntries(
  ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'].map(
    (fork) => [fork, 0n],
  ),
);
const PORTAL = parseAbi(['function depositTransaction(address,uint256,uint64,bool,bytes) payable']);
const TOKEN_ABI = parseAbi([
  'function mint(uint256)',
  'function transfer(address to, uint256 amount) returns (bool)',
  'event Transfer(address indexed from, address indexed to, uint256 amount)',
]);
const ORACLE = parseAbi([
  'function getL1Fee(bytes) view returns (uint256)',
  'function isJovian() view returns (bool)',
  'function version() view returns (string)',
]);
const ORACLE_ADDRESS = '0x420000000000000000000000000000000000000F';

let devnet: Devnet;
const chainOf = (id: number, url: string): Parameters<typeof createPublicClient>[0]['chain'] => ({
  id,
  name: `chain ${id}`,
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const polling = { pollingInterval: 100 } as const;
const clientsOf = (id: number, url: string) => {
  const [user] = devnet.accounts;
  assert.ok(user !== undefined);
  const account = privateKeyToAccount(user.privateKey);
  const [chain, transport] = [chainOf(id, url), http(url)];
  return {
    account,
    open: createPublicClient({ chain, transport, ...polling }),
    signing: createWalletClient({ chain, transport, account, ...polling }),
  };
};

before(async () => {
  const scenario = { forks: FORKS, l1Forks: { prague: 0n, osaka: 0n }, l1BlockTime: 2n, l2BlockTime: 1n };
  devnet = await startDevnet({ seed: 'tools', l2Blocks: 3, live: true, scenario });
});
after(() => devnet.close());

test('viem sends ether, deploys a contract, calls it, and finds its logs', async () => {
  const { account, open, signing } = clientsOf(901, devnet.l2Url);
  const friend = '0x00000000000000000000000000000000000f71e0' as const;
  const sent = await signing.sendTransaction({ to: friend, value: parseEther('1'), chain: null });
  const receipt = await open.waitForTransactionReceipt({ hash: sent });
  assert.equal(receipt.status, 'success');
  assert.equal(await open.getBalance({ address: friend }), parseEther('1'));

  const code = `0x${Buffer.from(initCode(TOKEN)).toString('hex')}` as const;
  const deployed = await open.waitForTransactionReceipt({
    hash: await signing.sendTransaction({ data: code, chain: null }),
  });
  const token = deployed.contractAddress ?? assert.fail('nothing was deployed');
  // Both at once: the second's nonce is the one after the pending first's.
  const minted = await signing.writeContract({
    address: token,
    abi: TOKEN_ABI,
    functionName: 'mint',
    args: [50n],
    chain: null,
  });
  const data = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'transfer', args: [friend, 20n] });
  const moved = await signing.sendTransaction({ to: token, data, gas: 100_000n, chain: null });
  await open.waitForTransactionReceipt({ hash: minted });
  const { blockNumber } = await open.waitForTransactionReceipt({ hash: moved });
  const logs = await open.getContractEvents({ address: token, abi: TOKEN_ABI, eventName: 'Transfer', fromBlock: 0n });
  assert.deepEqual(
    logs.map(({ args, transactionHash, blockNumber: at }) => [args.from, args.to, args.amount, transactionHash, at]),
    [[account.address, getAddress(friend), 20n, moved, blockNumber]],
  );
  const none = await open.getContractEvents({ address: friend, abi: TOKEN_ABI, eventName: 'Transfer', fromBlock: 0n });
  assert.equal(none.length, 0);
  // Too much: what it would cost can't be told, and why can.
  await assert.rejects(
    open.estimateContractGas({
      address: token,
      abi: TOKEN_ABI,
      functionName: 'transfer',
      args: [friend, 99n],
      account,
    }),
    /revert/,
  );

  const trace = (await rpc(devnet.l2Url, 'debug_traceTransaction', moved, { tracer: 'callTracer' })) as Record<
    string,
    unknown
  >;
  assert.equal(String(trace['to']).toLowerCase(), token.toLowerCase());
  assert.equal(trace['input'], data);
  assert.equal(hexToBigInt(trace['output'] as Hex), 1n);
  const creation = (await rpc(devnet.l2Url, 'debug_traceTransaction', deployed.transactionHash, {
    tracer: 'callTracer',
  })) as Record<string, unknown>;
  assert.deepEqual([creation['type'], String(creation['to']).toLowerCase()], ['CREATE', token.toLowerCase()]);
  const diff = (await rpc(devnet.l2Url, 'debug_traceTransaction', moved, {
    tracer: 'prestateTracer',
    tracerConfig: { diffMode: true },
  })) as {
    pre: Record<string, { storage?: object }>;
    post: Record<string, { storage?: Record<string, Hex>; nonce?: number }>;
  };
  const values = Object.values(diff.post[token.toLowerCase()]?.storage ?? {}).map((value) => hexToBigInt(value));
  assert.deepEqual(new Set(values), new Set([30n, 20n]));
  assert.equal(diff.post[account.address.toLowerCase()]?.nonce, 4);
  const traces = (await rpc(devnet.l2Url, 'debug_traceBlockByNumber', `0x${blockNumber.toString(16)}`, {
    tracer: 'callTracer',
  })) as { txHash: string }[];
  assert.ok(traces.length >= 2 && traces.some(({ txHash }) => txHash === moved));
});

test('fees, estimates and the gas price oracle say what a transaction then pays', async () => {
  const { open, account } = clientsOf(901, devnet.l2Url);
  const history = await open.getFeeHistory({ blockCount: 3, rewardPercentiles: [10, 50] });
  assert.equal(history.baseFeePerGas.length, history.gasUsedRatio.length + 1);
  assert.ok((await open.getGasPrice()) > 0n && (await open.estimateMaxPriorityFeePerGas()) > 0n);
  assert.equal(await open.getBlobBaseFee(), 1n);
  assert.equal(await open.estimateGas({ account, to: account.address, value: 1n }), 21_000n);
  assert.equal(await open.readContract({ address: ORACLE_ADDRESS, abi: ORACLE, functionName: 'isJovian' }), true);
  const fee = await open.readContract({
    address: ORACLE_ADDRESS,
    abi: ORACLE,
    functionName: 'getL1Fee',
    args: ['0x1234'],
  });
  assert.ok(fee > 0n);
  const { accessList } = await open.createAccessList({ account, to: ORACLE_ADDRESS, data: '0x54fd4d50' });
  assert.ok(
    accessList.some(({ storageKeys }) => storageKeys.length > 0),
    'the proxy reads its implementation',
  );
});

test("a deposit on L1 arrives on L2, and L1's fees know of blobs", async () => {
  const l1 = clientsOf(900, devnet.l1Url);
  const l2 = clientsOf(901, devnet.l2Url);
  const to = '0x00000000000000000000000000000000000de901' as const;
  const hash = await l1.signing.writeContract({
    address: devnet.rollupConfig.deposit_contract_address,
    abi: PORTAL,
    functionName: 'depositTransaction',
    args: [to, 7n, 100_000n, false, '0x'],
    value: 9n,
    chain: null,
  });
  assert.equal((await l1.open.waitForTransactionReceipt({ hash })).status, 'success');
  for (let tries = 0; (await l2.open.getBalance({ address: to })) === 0n; tries++) {
    assert.ok(tries < 100, 'the deposit never came');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(await l2.open.getBalance({ address: to }), 7n);
  assert.ok((await l1.open.getBlobBaseFee()) >= 1n);
});

test('what cast asks for is answered', async () => {
  for (const url of [devnet.l1Url, devnet.l2Url]) {
    assert.equal(await rpc(url, 'eth_syncing'), false);
    assert.deepEqual(await rpc(url, 'eth_accounts'), []);
    assert.match(String(await rpc(url, 'web3_clientVersion')), /obelisc/);
    assert.match(String(await rpc(url, 'net_version')), /^90[01]$/);
    const block = (await rpc(url, 'eth_getBlockByNumber', 'latest', false)) as Record<string, unknown>;
    assert.ok('requestsHash' in block && !('totalDifficulty' in block));
    const id = await rpc(url, 'eth_newBlockFilter');
    assert.ok(Array.isArray(await rpc(url, 'eth_getFilterChanges', id)));
    assert.equal(await rpc(url, 'eth_uninstallFilter', id), true);
    await assert.rejects(rpc(url, 'eth_getFilterChanges', id), /filter not found/);
    await assert.rejects(rpc(url, 'eth_sendRawTransaction', '0x02c0'), /signed transaction/);
  }
});

test('a set-code transaction before its fork is refused, and both chains go on', async () => {
  const forks = Object.fromEntries(['regolith', 'canyon', 'delta', 'ecotone', 'fjord'].map((fork) => [fork, 0n]));
  const old = await startDevnet({
    seed: 'old',
    l2Blocks: 1,
    live: true,
    scenario: { forks, l1BlockTime: 2n, l2BlockTime: 1n },
  });
  try {
    const account = privateKeyToAccount(old.accounts[0]?.privateKey ?? assert.fail('no user'));
    for (const [chainId, url] of [
      [900, old.l1Url],
      [901, old.l2Url],
    ] as const) {
      const authorization = await account.signAuthorization({ contractAddress: account.address, chainId, nonce: 1 });
      const raw = await account.signTransaction({
        type: 'eip7702',
        chainId,
        nonce: 0,
        gas: 100_000n,
        maxFeePerGas: 10n ** 10n,
        maxPriorityFeePerGas: 1n,
        to: account.address,
        authorizationList: [authorization],
      });
      await assert.rejects(rpc(url, 'eth_sendRawTransaction', raw), /transaction type not supported/);
      const open = createPublicClient({ chain: chainOf(chainId, url), transport: http(url), ...polling });
      const seen = await open.getBlockNumber();
      while ((await open.getBlockNumber({ cacheTime: 0 })) < seen + 2n)
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await old.close();
  }
});

test('a witness holds all that a block reads: another machine makes the same block of it', async () => {
  const number = '0x2';
  const witness = (await rpc(devnet.l2Url, 'debug_executionWitness', number)) as Record<string, Hex[]>;
  assert.equal(witness['headers']?.[0], await rpc(devnet.l2Url, 'debug_getRawHeader', '0x1'));
  const values = new Map(
    [...(witness['state'] ?? []), ...(witness['codes'] ?? [])].map((value) => {
      const bytes = hexToBytes(value);
      return [bytesToHex(keccak_256(bytes)), bytes];
    }),
  );
  const find = (hash: Uint8Array): Uint8Array => values.get(bytesToHex(hash)) ?? assert.fail('not in the witness');
  const raw = (await rpc(devnet.l2Url, 'debug_getRawBlock', number)) as Hex;
  const [fields, transactions] = RLP.decode(raw) as [Uint8Array[], (Uint8Array | Uint8Array[])[]];
  const expected = decodeHeader(fields);
  const { hash } = await executeBlock({
    chain: chainOfGenesis(devnet.genesis),
    parent: decodeHeader(hexToBytes(witness['headers']?.[0] ?? '0x')),
    attributes: {
      timestamp: expected.timestamp,
      prevRandao: expected.mixHash,
      feeRecipient: expected.coinbase,
      parentBeaconBlockRoot: expected.parentBeaconBlockRoot ?? assert.fail('a block before Ecotone'),
      gasLimit: expected.gasLimit,
      transactions: transactions.map((item) => (item instanceof Uint8Array ? item : RLP.encode(item))),
      eip1559Params: expected.extraData.slice(1, 9),
      minBaseFee: hexToBigInt(bytesToHex(expected.extraData.slice(9))),
    },
    store: new StateStore({ node: find, code: find }),
    ancestorHash: (ancestor) => (ancestor === 1n ? expected.parentHash : assert.fail('no header of that block')),
  });
  const { hash: known } = (await rpc(devnet.l2Url, 'eth_getBlockByNumber', number, false)) as { hash: string };
  assert.equal(bytesToHex(hash), known);
});

test('op-node and beacon tell where the chain stands', async () => {
  const head = devnet.head.l1.number;
  const at = (await rpc(devnet.opNodeUrl, 'optimism_safeHeadAtL1Block', `0x${head.toString(16)}`)) as {
    l1Block: { number: number };
    safeHead: { number: number };
  };
  assert.equal(at.l1Block.number, head);
  assert.ok(at.safeHead.number > 0);
  const genesis = (await rpc(devnet.opNodeUrl, 'optimism_safeHeadAtL1Block', '0x0')) as typeof at;
  assert.equal(genesis.safeHead.number, 0);
  const get = async (path: string): Promise<{ data: Record<string, unknown>[] & Record<string, unknown> }> =>
    (await (await fetch(devnet.beaconUrl + path)).json()) as {
      data: Record<string, unknown>[] & Record<string, unknown>;
    };
  assert.equal((await fetch(`${devnet.beaconUrl}/eth/v1/node/health`)).status, 200);
  assert.equal((await get('/eth/v1/node/syncing')).data['is_syncing'], false);
  const schedule = (await get('/eth/v1/config/fork_schedule')).data;
  assert.deepEqual(
    schedule.map(({ current_version: version }) => version),
    ['0x04000000', '0x05000000', '0x06000000'],
  );
  assert.equal((await get('/eth/v1/beacon/headers/head')).data['canonical'], true);
  assert.ok('finalized' in (await get('/eth/v1/beacon/states/head/finality_checkpoints')).data);
  const preflight = await fetch(devnet.l2Url, { method: 'OPTIONS' });
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
});

async function rpc(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const { result, error } = (await (await fetch(url, { method: 'POST', body })).json()) as {
    result: unknown;
    error?: { message: string };
  };
  if (error !== undefined) throw new Error(error.message);
  return result;
}

test('viem subscribes over WebSocket: to new blocks, pending transactions and logs', async () => {
  const url = devnet.l2Url.replace('http://', 'ws://');
  const open = createPublicClient({
    chain: chainOf(901, devnet.l2Url),
    transport: webSocket(url, { reconnect: false }),
  });
  const { signing } = clientsOf(901, devnet.l2Url);
  assert.equal(await open.getChainId(), 901);
  const blocks: bigint[] = [];
  const pending: Hex[] = [];
  const stopBlocks = open.watchBlockNumber({ onBlockNumber: (number) => blocks.push(number) });
  const stopPending = open.watchPendingTransactions({ onTransactions: (hashes) => pending.push(...hashes) });
  const logs: Hex[] = [];
  const stopLogs = open.watchEvent({
    onLogs: (found) => logs.push(...found.map(({ transactionHash }) => transactionHash)),
  });
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (let tries = 0; !holds(); tries++) {
      assert.ok(tries < 300, `there was no ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await until('new block', () => blocks.length > 0);
  const code = `0x${Buffer.from(initCode(TOKEN)).toString('hex')}` as const;
  const deployed = await open.waitForTransactionReceipt({
    hash: await signing.sendTransaction({ data: code, chain: null }),
  });
  const token = deployed.contractAddress ?? assert.fail('nothing was deployed');
  const mint = { address: token, abi: TOKEN_ABI, functionName: 'mint', args: [5n], chain: null } as const;
  await open.waitForTransactionReceipt({ hash: await signing.writeContract(mint) });
  const data = encodeFunctionData({ abi: TOKEN_ABI, functionName: 'transfer', args: [token, 1n] });
  const moved = await signing.sendTransaction({ to: token, data, gas: 100_000n, chain: null });
  await until('pending transaction', () => pending.includes(moved));
  await until('log', () => logs.includes(moved));
  const many = blocks.length;
  await until('second block', () => blocks.length > many);
  assert.deepEqual(
    blocks,
    blocks.toSorted((a, b) => Number(a - b)),
  );
  for (const stop of [stopBlocks, stopPending, stopLogs]) stop();
  await assert.rejects(
    open.transport.subscribe({ params: ['colours' as 'newHeads'], onData: () => {} }),
    (fault: unknown) => /one of newHeads, logs/.test(JSON.stringify(fault)),
  );
  (await open.transport.getRpcClient()).close();
});
