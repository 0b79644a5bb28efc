// Deposits: specs/protocol/deposits.md#execution, specs/protocol/regolith/overview.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { createMPT } from '@ethereumjs/mpt';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex } from './module.js';
import { COINBASE, deposit, sender, World } from './world.js';

const other = '77'.repeat(20);
const reverting = '88'.repeat(20);
const accounts = {
  [sender]: { balance: 1000n, nonce: 3n },
  [COINBASE]: { balance: 1n },
  [reverting]: { nonce: 1n, code: '60006000fd' },
};

/** The receipts' root of a block with one deposit. */
async function receiptsRoot(success: boolean, gas: number, tail: number[]): Promise<string> {
  const trie = await createMPT();
  const fields = [success ? 1 : 0, gas, new Uint8Array(256), [], ...tail];
  await trie.put(RLP.encode(0), Uint8Array.of(0x7e, ...RLP.encode(fields)));
  return toHex(trie.root());
}

test('a deposit mints, moves value, takes no fee and counts the nonce', async () => {
  const world = new World('granite', accounts);
  const header = world.execute([deposit({ to: other, mint: 500n, value: 1200n })]);
  assert.equal(world.balance(sender), 300n);
  assert.equal(world.balance(other), 1200n);
  assert.equal(world.balance(COINBASE), 1n);
  assert.equal(world.nonce(sender), 4n);
  assert.equal(header?.gasUsed, 21000n);
  // Canyon's receipts commit to the nonce before and to a version.
  assert.equal(header?.receiptsRoot, await receiptsRoot(true, 21000, [3, 1]));
});

test("before Canyon a deposit's receipt is committed to without nonce and version", async () => {
  const world = new World('regolith', accounts);
  const header = world.execute([deposit({ to: other, value: 1n })], { parentBeaconBlockRoot: null });
  assert.equal(header?.gasUsed, 21000n);
  assert.equal(header?.receiptsRoot, await receiptsRoot(true, 21000, []));
});

test('before Regolith a deposit takes all of its gas, a system transaction none', () => {
  const world = new World('bedrock', accounts);
  assert.equal(world.execute([deposit({ to: other, value: 1n })], { parentBeaconBlockRoot: null })?.gasUsed, 100_000n);
  assert.equal(world.execute([deposit({ to: other, value: 1n, system: true })])?.gasUsed, 0n);
  assert.equal(world.balance(other), 2n);
  assert.equal(world.nonce(sender), 5n);
});

for (const [why, fields] of [
  ['its sender cannot pay its value', { to: other, mint: 5n, value: 1006n }],
  ['its gas does not cover what it takes at least', { to: other, mint: 5n, gas: 20_999n }],
  ['its init code is too long', { mint: 5n, gas: 5_000_000n, data: new Uint8Array(49_153) }],
  ['it is a system transaction, of which there are none since Regolith', { to: other, mint: 5n, system: true }],
] as const) {
  test(`a deposit fails but mints and counts when ${why}`, async () => {
    const world = new World('granite', accounts);
    const header = world.execute([deposit(fields)]);
    const gas = 'gas' in fields ? fields.gas : 100_000n;
    assert.equal(world.balance(sender), 1005n);
    assert.equal(world.balance(other), 0n);
    assert.equal(world.nonce(sender), 4n);
    assert.equal(header?.gasUsed, gas);
    assert.equal(header?.receiptsRoot, await receiptsRoot(false, Number(gas), [3, 1]));
  });
}

test('a deposit whose call reverts keeps its mint and pays the gas used', () => {
  const world = new World('granite', accounts);
  const header = world.execute([deposit({ to: reverting, mint: 5n, value: 7n })]);
  assert.equal(world.balance(sender), 1005n);
  assert.equal(world.nonce(sender), 4n);
  assert.equal(header?.gasUsed, 21_006n);
});

test('a deposit without recipient creates a contract', () => {
  const world = new World('granite', accounts);
  // Returns one byte of code, STOP.
  world.execute([deposit({ data: fromHex('60016000f3'), value: 9n })]);
  const created = toHex(keccak_256(RLP.encode([fromHex(sender), 3])).subarray(12));
  assert.equal(world.codeHash(created), toHex(keccak_256(Uint8Array.of(0))));
  assert.equal(world.balance(created), 9n);
  assert.equal(world.nonce(sender), 4n);
  assert.equal(world.balance(sender), 991n);
});

test('deposits that together pass the gas limit make no block', () => {
  const world = new World('granite', accounts);
  const one = deposit({ to: other, gas: 16_000_000n });
  assert.equal(world.execute([one, deposit({ to: reverting, gas: 30_000_000n })]), null);
  assert.match(world.module.log(), /transaction 1 cannot be in the block: gas limit reached/);
  // What the first one did not use is there for the second.
  assert.notEqual(world.execute([one, one]), null);
});
