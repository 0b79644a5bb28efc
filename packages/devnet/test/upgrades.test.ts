// Forks that activate on the way, against what the specifications say their upgrade transactions are and leave.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { wordOf } from '../src/contracts/assembler.js';
import { startDevnet } from '../src/devnet.js';
import type { Devnet } from '../src/devnet.js';

type Json = Record<string, unknown>;

// L2 blocks of 2 s: Ecotone activates in the third.
const FORKS = {
  regolith: 0n,
  canyon: 0n,
  delta: 0n,
  ecotone: 6n,
  fjord: 10n,
  granite: 10n,
  holocene: 10n,
  isthmus: 14n,
  jovian: 18n,
  karst: 22n,
};
const ECOTONE_BLOCK = '0x3';
const FJORD_BLOCK = '0x5';
const ISTHMUS_BLOCK = '0x7';
const JOVIAN_BLOCK = '0x9';
const KARST_BLOCK = '0xb';

let devnet: Devnet;

before(async () => {
  const channels = [{ batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 6 }] as const;
  devnet = await startDevnet({ seed: 'upgrades', l2Blocks: 12, scenario: { forks: FORKS, channels } });
});
after(() => devnet.close());

test("Ecotone's and Fjord's first blocks hold the specified upgrade transactions", async () => {
  assert.deepEqual(await upgradesIn(ECOTONE_BLOCK), [
    '0x877a6077205782ea15a6dc8699fa5ebcec5e0f4389f09cb8eda09488231346f8',
    '0xa312b4510adf943510f05fcc8f15f86995a5066bd83ce11384688ae20e6ecf42',
    '0x18acb38c5ff1c238a7460ebc1b421fa49ec4874bdf1e0a530d234104e5e67dbc',
    '0xee4f9385eceef498af0be7ec5862229f426dec41c8d42397c7257a5117d9230a',
    '0x0c1cb38e99dbc9cbfab3bb80863380b0905290b37eb3d6ab18dc01c1f3e75f93',
    '0x69b763c48478b9dc2f65ada09b3d92133ec592ea715ec65ad6e7f3dc519dc00c',
  ]);
  assert.deepEqual(await upgradesIn(FJORD_BLOCK), [
    '0x86122c533fdcb89b16d8713174625e44578a89751d96c098ec19ab40a51a8ea3',
    '0x1e6bb0c28bfab3dc9b36ffb0f721f00d6937f33577606325692db0965a7d58c6',
    '0xbac7bb0d5961cad209a345408b0280a0d4686b1b20665e1b0f9cdafd73b19b6b',
  ]);
});

test("Isthmus's, Jovian's and Karst's too, and every one of them succeeds", async () => {
  // specs/protocol/isthmus/derivation.md and jovian/derivation.md.
  assert.deepEqual(await upgradesIn(ISTHMUS_BLOCK), [
    '0x3b2d0821ca2411ad5cd3595804d1213d15737188ae4cbd58aa19c821a6c211bf',
    '0xfc70b48424763fa3fab9844253b4f8d508f91eb1f7cb11a247c9baec0afb8035',
    '0x107a570d3db75e6110817eb024f09f3172657e920634111ce9875d08a16daa96',
    '0xebe8b5cb10ca47e0d8bda8f5355f2d66711a54ddeb0ef1d30e29418c9bf17a0e',
    '0xecf2d9161d26c54eda6b7bfdd9142719b1e1199a6e5641468d1bf705bc531ab0',
    '0xad74e1adb877ccbe176b8fa1cc559388a16e090ddbe8b512f5b37d07d887a927',
    '0x3ddf4b1302548dd92939826e970f260ba36167f4c25f18390a5e8b194b295319',
    '0xbfb734dae514c5974ddf803e54c1bc43d5cdb4a48ae27e1d9b875a5a150b553a',
  ]);
  // The hashes of op-node's transactions (op-node/rollup/derive/jovian_upgrade_transactions.go).
  const jovian = (await block(JOVIAN_BLOCK)).transactions.slice(-5);
  assert.deepEqual(
    jovian.map(({ hash }) => hash),
    [
      '0x0bad46dcef609affe3d306a9ce6239a1f3ec59673943a4c533eb20459950f542',
      '0xcd60191626fa3124e7031235c52f0adf6be545ebbd7cf55641bd9dabcbedaf6a',
      '0x675febfc848d9b30f27dce1aabb6572d1de80c9eaa75773ac2106eeea7ff3aff',
      '0xc7c01d75d0b6950fcd30b448cba848e9841ab9ebb6b46eed9ecde4ba05ad0fd9',
      '0x159d785e90a42f3b9a4d3b9fd4ab69e7c0edec3122cb2e767f3a66aba8f3e664',
    ],
  );
  // op-core/nuts/README.md: 31 transactions; the source hashes are of "Karst 0: …" and so on.
  const karst = (await block(KARST_BLOCK)).transactions.slice(-31);
  const intent = (text: string): string =>
    bytesToHex(keccak_256(concatBytes(wordOf(2n), keccak_256(new TextEncoder().encode(text)))));
  assert.equal(karst[0]?.['sourceHash'], intent('Karst 0: ConditionalDeployer Deployment'));
  assert.equal(karst[30]?.['sourceHash'], intent('Karst 30: L2ProxyAdmin Upgrade Predeploys'));
  for (const number of [ECOTONE_BLOCK, FJORD_BLOCK, ISTHMUS_BLOCK, JOVIAN_BLOCK, KARST_BLOCK]) {
    const receipts = (await rpc('eth_getBlockReceipts', number)) as Json[];
    assert.deepEqual(
      receipts.filter(({ from }) => !isUsers(from)).map(({ status }) => status),
      receipts.filter(({ from }) => !isUsers(from)).map(() => '0x1'),
      `block ${number}`,
    );
  }
});

test("Karst's upgrade reaches every predeploy, and its gas is gone from the limit of the block after", async () => {
  const [previous, at, next] = await Promise.all(['0xa', KARST_BLOCK, '0xc'].map(block));
  const limit = (one: Json | undefined): number => Number(one?.['gasLimit']);
  assert.equal(limit(at) - 55_370_657, limit(previous));
  assert.ok(limit(previous) < 31_000_000 && limit(next) < 31_000_000);
  const implementation = async (proxy: string, number: string): Promise<unknown> =>
    rpc('eth_getStorageAt', proxy, '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc', number);
  const upgraded = [
    '07',
    '0f',
    '10',
    '11',
    '12',
    '14',
    '15',
    '16',
    '17',
    '18',
    '19',
    '1a',
    '1b',
    '20',
    '21',
    '2c',
    '2d',
  ];
  for (const last of upgraded) {
    const proxy = `0x42${last.padStart(38, '0')}`;
    const [earlier, later] = [await implementation(proxy, '0xa'), await implementation(proxy, KARST_BLOCK)];
    assert.notEqual(earlier, later, proxy);
    const code = await rpc('eth_getCode', `0x${String(later).slice(26)}`, KARST_BLOCK);
    assert.ok(String(code).length > 500, `${proxy} has an implementation`);
  }
});

test('they deploy contracts of the specified codes', async () => {
  for (const [address, codeHash] of [
    [
      '0x07dbe8500fc591d1852B76feE44d5a05e13097Ff',
      '0xc88a313aa75dc4fbf0b6850d9f9ae41e04243b7008cf3eadb29256d4a71c1dfd',
    ],
    [
      '0xb528D11cC114E026F138fE568744c6D45ce6Da7A',
      '0x8b71360ea773b4cfaf1ae6d2bd15464a4e1e2e360f786e475f63aeaed8da0ae5',
    ],
    [
      '0xFf256497D61dcd71a9e9Ff43967C13fdE1F72D12',
      '0x8e3fe7a416d3e5f3b7be74ddd4e7e58e516fa3f80b67c6d930e3cd7297da4a4b',
    ],
    [
      '0x93e57A196454CB919193fa9946f14943cf733845',
      '0x4d195a9d7caf9fb6d4beaf80de252c626c853afd5868c4f4f8d19c9d301c2679',
    ],
    [
      '0x4fa2Be8cd41504037F1838BcE3bCC93bC68Ff537',
      '0x57dc55c9c09ca456fa728f253fe7b895d3e6aae0706104935fe87c7721001971',
    ],
    [
      '0xa919894851548179A0750865e7974DA599C0Fac7',
      '0xa88fa50a2745b15e6794247614b5298483070661adacb8d32d716434ed24c6b2',
    ],
  ] as const) {
    const code = (await rpc('eth_getCode', address, 'latest')) as `0x${string}`;
    assert.equal(bytesToHex(keccak_256(hexToBytes(code))), codeHash);
  }
  const beaconRoots = '0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02';
  assert.equal(await rpc('eth_getCode', beaconRoots, '0x2'), '0x');
  assert.notEqual(await rpc('eth_getCode', beaconRoots, ECOTONE_BLOCK), '0x');
});

test("headers and L1 attributes take the forks' forms", async () => {
  const earlier = await block('0x2');
  const first = await block(ECOTONE_BLOCK);
  const second = await block('0x4');
  assert.deepEqual(
    ['withdrawalsRoot', 'blobGasUsed', 'parentBeaconBlockRoot'].map((name) => name in earlier),
    [true, false, false],
  );
  assert.ok('blobGasUsed' in first && 'parentBeaconBlockRoot' in first);
  const selectors = [earlier, first, second].map(({ transactions }) =>
    transactions[0]?.['input']?.toString().slice(0, 10),
  );
  assert.deepEqual(selectors, ['0x015d8eb9', '0x015d8eb9', '0x440a5e20']);
});

async function upgradesIn(number: string): Promise<unknown[]> {
  const { transactions } = await block(number);
  const users = transactions.filter(({ type }) => type !== '0x7e');
  assert.equal(users.length, 0, 'the sequencer adds nothing to an activation block');
  const first = transactions.findIndex(({ from }) => String(from).startsWith('0x4210'));
  return transactions.slice(first).map(({ sourceHash }) => sourceHash);
}

/** Whether a deposit's sender is one of L1's users, who let some of their deposits fail. */
function isUsers(from: unknown): boolean {
  const systems = ['0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001', `0x${'0'.repeat(40)}`];
  return !systems.includes(String(from)) && !String(from).startsWith('0x4210');
}

async function block(number: string): Promise<Json & { transactions: Json[] }> {
  return (await rpc('eth_getBlockByNumber', number, true)) as Json & { transactions: Json[] };
}

async function rpc(method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return ((await (await fetch(devnet.l2Url, { method: 'POST', body })).json()) as { result: unknown }).result;
}
