import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, CHAIN_ID, COINBASE, L1_BLOCK, sender, signed, World } from './world.js';

const other = '77'.repeat(20);
const contractKey = new Uint8Array(32).fill(9);
const accounts = {
  // Gas at 2,000 wei, a value of 5 and the minimum L1 cost of 100 bytes at 16 · 1,000.
  [sender]: { balance: 21_000n * 2000n + 5n + 1_600_000n, nonce: 3n },
  [addressOf(contractKey)]: { balance: 10n ** 18n, code: '00' },
  [COINBASE]: { balance: 1n },
  [L1_BLOCK]: { nonce: 1n, storage: { 1: 1000n, 3: 1_000_000n << 96n, 7: 1n } },
};
const base = { nonce: 3n, to: other, value: 5n };

test('a transaction that its sender can just pay is valid', () => {
  const world = new World('granite', accounts);
  assert.notEqual(world.execute([signed(base)]), null, world.module.log());
  // Paid is the base fee of 1,000 and a tip of 3, not the highest price.
  assert.equal(world.balance(sender), 21_000n * 997n);
  assert.equal(world.balance(COINBASE), 1n + 21_000n * 3n);
});

for (const [problem, fields] of [
  ['nonce too low', { ...base, nonce: 2n }],
  ['nonce too high', { ...base, nonce: 4n }],
  ['insufficient funds for gas \\* price \\+ value', { ...base, value: 6n }],
  ['insufficient funds for gas \\* price \\+ value', { ...base, value: 2n ** 256n - 1n }],
  ['max fee per gas less than block base fee', { ...base, maxFeePerGas: 999n }],
  ['intrinsic gas too low', { ...base, gasLimit: 20_999n, value: 0n }],
  ['intrinsic gas too low', { nonce: 3n, gasLimit: 21_000n, value: 0n }],
  ['invalid signature', { ...base, chainId: CHAIN_ID + 1n }],
] as const) {
  test(`a block with a transaction that isn't valid is none: ${problem} (${Object.keys(fields).join(', ')})`, () => {
    const world = new World('granite', accounts);
    assert.equal(world.execute([signed(fields)]), null);
    assert.match(world.module.log(), new RegExp(`transaction 0 cannot be in the block: ${problem}`));
    // The state is as it was: the next block is built on it.
    assert.notEqual(world.execute([signed(base)]), null, world.module.log());
  });
}

test('contracts send no transactions', () => {
  const world = new World('granite', accounts);
  assert.equal(world.execute([signed({ to: other }, contractKey)]), null);
  assert.match(world.module.log(), /sender not an eoa/);
});

test("a transaction that passes the block's gas makes no block", () => {
  const world = new World('granite', { ...accounts, [sender]: { balance: 10n ** 18n, nonce: 3n } });
  assert.equal(world.execute([signed(base), signed({ ...base, nonce: 4n, gasLimit: 29_979_001n })]), null);
  assert.match(world.module.log(), /transaction 1 cannot be in the block: gas limit reached/);
  assert.notEqual(world.execute([signed(base), signed({ ...base, nonce: 4n, gasLimit: 29_979_000n })]), null);
});

test('bytes that are no transaction make no block', () => {
  const world = new World('granite', accounts);
  for (const bytes of [new Uint8Array(0), Uint8Array.of(3, 0xc0), signed(base).subarray(1), Uint8Array.of(0x7e)]) {
    assert.equal(world.execute([bytes]), null);
  }
  assert.match(world.module.log(), /transaction 0 cannot be in the block: it is malformed or of an unknown type/);
});

test('init code of more than 49,152 bytes makes no block from Canyon on, and one before', () => {
  const rich = { ...accounts, [sender]: { balance: 10n ** 18n, nonce: 3n } };
  const long = signed({ nonce: 3n, gasLimit: 29_000_000n, data: new Uint8Array(49_153) });
  const world = new World('granite', rich);
  assert.equal(world.execute([long]), null);
  assert.match(world.module.log(), /max initcode size exceeded/);
  assert.notEqual(new World('regolith', rich).execute([long]), null);
});

test('from Karst on a transaction has at most 2^24 gas', () => {
  const rich = { ...accounts, [sender]: { balance: 10n ** 18n, nonce: 3n } };
  for (const [fork, gasLimit, valid] of [
    ['jovian', 2n ** 24n + 1n, true],
    ['karst', 2n ** 24n, true],
    ['karst', 2n ** 24n + 1n, false],
  ] as const) {
    const world = new World(fork, rich);
    assert.equal(world.execute([signed({ ...base, gasLimit })]) !== null, valid, `${fork} ${gasLimit}`);
  }
});
