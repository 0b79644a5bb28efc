// Forks that activate on the way, against what the specifications say their upgrade transactions are and leave.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { startDevnet } from '../src/devnet.js';
import type { Devnet } from '../src/devnet.js';

type Json = Record<string, unknown>;

// With L2 blocks of 2 s the activation blocks are 3 and 5.
const FORKS = { regolith: 0n, canyon: 0n, delta: 0n, ecotone: 6n, fjord: 10n, granite: 10n };
const ECOTONE_BLOCK = '0x3';
const FJORD_BLOCK = '0x5';

let devnet: Devnet;

before(async () => {
  const channels = [{ batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 6 }] as const;
  devnet = await startDevnet({ seed: 'upgrades', l2Blocks: 6, scenario: { forks: FORKS, channels } });
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

async function block(number: string): Promise<Json & { transactions: Json[] }> {
  return (await rpc('eth_getBlockByNumber', number, true)) as Json & { transactions: Json[] };
}

async function rpc(method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return ((await (await fetch(devnet.l2Url, { method: 'POST', body })).json()) as { result: unknown }).result;
}
