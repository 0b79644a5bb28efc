import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { concat, fixed, hashOf, integer } from './encoding.js';
import { fromHex, instantiate, toHex, utf8 } from './module.js';

// Hashes of the transactions, in order, as op-node makes them (github.com/ethereum-optimism/optimism v1.19.6).
// prettier-ignore
const hashes: Record<string, string[]> = {
  ecotone: ['0x50549bed9a83ba7238893970780b458ed3d543f299d6f69f7a5d0b32d7cd71a7', '0xf8e8dd83c100c9eb137fa372cdda2cf854f79b6e8cfc604c5e54d970c05cb6dc', '0x9f2b2d34dfa2cb55cceb9860cade0cb03cfbd7ff1dd07d48b4708b29a46b4a24', '0xedbfdad1f44ea830b863eac45eca4408398351b30511826012882059625963d2', '0x91f762393442ac507c6852211b62445d82c9b58bae34726ecef2f10b4156f027', '0x5b7915f2a55ce67519e6d8f65248918f4e62f545706af2bf02549bb9782c03f3'],
  fjord: ['0xaafd55b14e021a2c04628606e42dbe58cc9c86b6ed695a8b9ccf258e28963e5e', '0x2f63bbe08a66796dde569281a58a53e0b0f64b7aa067297e9c70455fb8e375bc', '0x7cedc4f1c428928cdfb9b340bda3060102c71ad23f982678471b222ba8a756e1'],
  isthmus: ['0x4557f1142fedd52d571b070a290aa8683a03f7aac7929967858af7aab48cd4cc', '0x9412bd3fa72eb1dbec94fd2297d44a8b86cb1f55966324e6cc7d57decc92c1f6', '0xa9e6286eadd53ecf7bb2bff668c4fcb62305a8b3e4b584c30f7d4f90046ee75e', '0xe992e00998b34075506d2726a274db07a62af6cdd9d527bfda9128114603cfbd', '0xb6560306ccb0e772b132a8a6dd78244c0d7ac270c80baba40f95006184926c30', '0xf162acc8ebbaf9237755736b62331a4817fe27bbbe3712f473ecfa8fee499f7c', '0xbf2fef09f73279373fce8acd2968ca4fd1d10ba88bf10993b6a69c33d913f01b', '0xf3ddde30514a8d00b0b92f14b9ce6b3170ea30f5f45b1afdc0905801134ffefe'],
  jovian: ['0x0bad46dcef609affe3d306a9ce6239a1f3ec59673943a4c533eb20459950f542', '0xcd60191626fa3124e7031235c52f0adf6be545ebbd7cf55641bd9dabcbedaf6a', '0x675febfc848d9b30f27dce1aabb6572d1de80c9eaa75773ac2106eeea7ff3aff', '0xc7c01d75d0b6950fcd30b448cba848e9841ab9ebb6b46eed9ecde4ba05ad0fd9', '0x159d785e90a42f3b9a4d3b9fd4ab69e7c0edec3122cb2e767f3a66aba8f3e664'],
};
const forks = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];

/** A configuration in which `fork` comes into force at time 1001, earlier ones at genesis. */
function config(fork: string): Uint8Array {
  const times = forks
    .slice(0, forks.indexOf(fork) + 1)
    .map((name) => [`${name}_time`, name === fork ? 1001 : 0] as const);
  const address = `0x${'11'.repeat(20)}`;
  const word = `0x${'22'.repeat(32)}`;
  return utf8(
    JSON.stringify({
      genesis: {
        l1: { hash: word, number: 0 },
        l2: { hash: word, number: 0 },
        l2_time: 900,
        system_config: { batcherAddr: address, overhead: word, scalar: word, gasLimit: 1 },
      },
      block_time: 2,
      max_sequencer_drift: 10,
      seq_window_size: 10,
      channel_timeout: 10,
      l1_chain_id: 1,
      l2_chain_id: 2,
      ...Object.fromEntries(times),
      batch_inbox_address: address,
      deposit_contract_address: address,
      l1_system_config_address: address,
    }),
  );
}

const upgrades = (fork: string, time: number): string[] =>
  instantiate()
    .ask<string[]>('upgrades', config(fork), BigInt(time))
    .map((transaction) => toHex(hashOf(fromHex(transaction))));

test('the block that activates a fork has the transactions that op-node gives it, and no other block has', () => {
  for (const fork of Object.keys(hashes)) {
    assert.deepEqual(upgrades(fork, 1000), [], fork);
    assert.deepEqual(upgrades(fork, 1002), hashes[fork], fork);
    assert.deepEqual(upgrades(fork, 1004), [], fork);
  }
});

test('forks that change no contract have no upgrade transactions', () => {
  for (const fork of ['canyon', 'delta', 'granite', 'holocene']) assert.deepEqual(upgrades(fork, 1002), [], fork);
});

/** Karst's bundle as its authors publish it. */
interface Bundle {
  metadata: { version: string };
  transactions: { intent: string; from: string; to: string | null; data: string; gasLimit: number }[];
}

test("Karst's transactions are those of its bundle, in order, with the fork's name and their place in each source", () => {
  const file = readFileSync(new URL('../../../data/karst-upgrade-bundle.json', import.meta.url));
  // The hash that op-core/nuts/fork_lock.toml of the monorepo locks the bundle by.
  assert.equal(
    createHash('sha256').update(file).digest('hex'),
    '08f5df36f7ff29a9421ab84beebe96684a7455df9a5d234a2468613a4008ad91',
  );
  const { metadata, transactions } = JSON.parse(file.toString('utf8')) as Bundle;
  assert.equal(metadata.version, '1.0.0');
  const expected = transactions.map(({ intent, from, to, data, gasLimit }, i) => {
    const source = hashOf(concat(fixed(2, 32), hashOf(utf8(`Karst ${i}: ${intent}`))));
    const none = new Uint8Array(0);
    const fields = [
      source,
      fromHex(from),
      to === null ? none : fromHex(to),
      none,
      none,
      integer(gasLimit),
      none,
      fromHex(data),
    ];
    return toHex(hashOf(concat([0x7e], RLP.encode(fields))));
  });
  assert.equal(expected.length, 31);
  assert.deepEqual(upgrades('karst', 1000), []);
  assert.deepEqual(upgrades('karst', 1002), expected);
  assert.deepEqual(upgrades('karst', 1004), []);
  assert.equal(
    transactions.reduce((sum, { gasLimit }) => sum + gasLimit, 0),
    55_370_657,
  );
});
