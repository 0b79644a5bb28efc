// Isthmus and Jovian: specs/protocol/isthmus/exec-engine.md, jovian/exec-engine.md, EIPs 2935, 7623 and 7702.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex } from './module.js';
import {
  addressOf,
  BASE_FEE_VAULT,
  CHAIN_ID,
  COINBASE,
  deposit,
  HISTORY_STORAGE,
  L1_BLOCK,
  L1_FEE_VAULT,
  MESSAGE_PASSER,
  OPERATOR_FEE_VAULT,
  sender,
  sign,
  signed,
  World,
  type WorldAccount,
} from './world.js';

const other = '77'.repeat(20);
const scalar = 2_000_000n;
const constant = 77n;
const rich = 10n ** 18n;
/** The L1 cost of 100 bytes, which is the least, at 16 · base fee 1,000 · scalar 1 (in millionths). */
const l1Cost = 1_600_000n;
/** EIP-2935's contract. */
const history =
  '3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff900654' +
  '5f5260205ff35b5f5ffd5b5f35611fff60014303065500';

const accounts: Record<string, WorldAccount> = {
  [sender]: { balance: rich, nonce: 3n },
  [COINBASE]: { balance: 1n },
  [L1_BLOCK]: {
    nonce: 1n,
    storage: { 1: 1000n, 3: 1_000_000n << 96n, 7: 1n, 8: (400n << 96n) | (scalar << 64n) | constant },
  },
  [MESSAGE_PASSER]: { nonce: 1n, storage: { 5: 6n } },
  [HISTORY_STORAGE]: { nonce: 1n, code: history },
};

test('an Isthmus header commits to the message passer and to no requests', async () => {
  const world = new World('isthmus', accounts);
  const header = world.execute([deposit({ to: other })]);
  const storage = await createMPT();
  await storage.put(keccak_256(fromHex('5'.padStart(64, '0'))), Uint8Array.of(6));
  assert.equal(header?.withdrawalsRoot, toHex(storage.root()));
  assert.equal(header?.requestsHash, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(header?.blobGasUsed, 0n);
});

test("the parent's hash is stored by number", () => {
  const world = new World('isthmus', accounts);
  const parent = keccak_256(world.head);
  world.execute([]);
  // Block 42's parent is 41.
  assert.equal(world.storage(HISTORY_STORAGE, 41n), BigInt(`0x${toHex(parent)}`));
});

for (const [fork, fee] of [
  ['granite', () => 0n],
  ['isthmus', (gas: bigint) => (gas * scalar) / 1_000_000n + constant],
  ['jovian', (gas: bigint) => gas * scalar * 100n + constant],
] as const) {
  test(`vaults get what the sender pays in ${fork}`, () => {
    const world = new World(fork, accounts);
    const header = world.execute([signed({ nonce: 3n, to: other, value: 5n, gasLimit: 50_000n })]);
    const baseFee = header?.baseFee ?? 0n;
    assert.equal(header?.gasUsed, 21_000n);
    assert.equal(world.balance(BASE_FEE_VAULT), 21_000n * baseFee);
    assert.equal(world.balance(COINBASE), 1n + 21_000n * 3n);
    assert.equal(world.balance(L1_FEE_VAULT), l1Cost);
    assert.equal(world.balance(OPERATOR_FEE_VAULT), fee(21_000n));
    assert.equal(world.balance(sender), rich - 5n - 21_000n * (baseFee + 3n) - l1Cost - fee(21_000n));
  });
}

test('the operator fee for all of the gas must be there beforehand', () => {
  const cost = 21_000n * 2000n + 5n + l1Cost + (21_000n * scalar) / 1_000_000n + constant;
  const transaction = signed({ nonce: 3n, to: other, value: 5n });
  const poor = (balance: bigint): World => new World('isthmus', { ...accounts, [sender]: { balance, nonce: 3n } });
  assert.equal(poor(cost - 1n).execute([transaction]), null);
  assert.notEqual(poor(cost).execute([transaction]), null);
});

test('data has a floor price since Isthmus', () => {
  const data = new Uint8Array(100).fill(1);
  // 21,000 + 100 · 16 by the old price, 21,000 + 100 · 40 by the floor.
  assert.equal(
    new World('granite', accounts).execute([signed({ nonce: 3n, to: other, data, gasLimit: 50_000n })])?.gasUsed,
    22_600n,
  );
  const world = new World('isthmus', accounts);
  assert.equal(world.execute([signed({ nonce: 3n, to: other, data, gasLimit: 24_999n })]), null);
  assert.match(world.module.log(), /intrinsic gas too low/);
  assert.equal(world.execute([signed({ nonce: 3n, to: other, data, gasLimit: 50_000n })])?.gasUsed, 25_000n);
  // Deposits too: one with less than the floor fails, and is in the block.
  assert.equal(world.execute([deposit({ to: other, data, gas: 24_999n })])?.gasUsed, 24_999n);
  assert.equal(world.execute([deposit({ to: other, data, gas: 50_000n })])?.gasUsed, 25_000n);
});

const authorityKey = keccak_256(Uint8Array.of(2));
const authority = addressOf(authorityKey);
const integer = (value: bigint): Uint8Array =>
  value === 0n ? new Uint8Array(0) : fromHex(value.toString(16).padStart(value < 256n ? 2 : 4, '0'));

function authorization(chainId: bigint, address: string, nonce: bigint, privateKey = authorityKey): Uint8Array[] {
  const items = [integer(chainId), fromHex(address), integer(nonce)];
  return [...items, ...sign(keccak_256(Uint8Array.of(5, ...RLP.encode(items))), privateKey)];
}

const delegation = (address: string): string => toHex(keccak_256(fromHex(`ef0100${address}`)));

test('authorizations set delegations, those that are not valid are passed over (EIP-7702)', () => {
  const world = new World('isthmus', { ...accounts, [authority]: { balance: 1n } });
  const second = keccak_256(Uint8Array.of(3));
  const header = world.execute([
    signed({
      nonce: 3n,
      to: other,
      gasLimit: 500_000n,
      authorizations: [
        authorization(CHAIN_ID, '11'.repeat(20), 0n),
        authorization(CHAIN_ID, '22'.repeat(20), 0n), // its nonce is used up
        authorization(CHAIN_ID + 1n, '33'.repeat(20), 1n), // another chain's
        authorization(0n, '44'.repeat(20), 1n), // any chain's
        authorization(0n, '55'.repeat(20), 0n, second), // an account that wasn't there
      ],
    }),
  ]);
  assert.notEqual(header, null, world.module.log());
  assert.equal(world.nonce(authority), 2n);
  assert.equal(world.codeHash(authority), delegation('44'.repeat(20)));
  assert.equal(world.nonce(addressOf(second)), 1n);
  assert.equal(world.codeHash(addressOf(second)), delegation('55'.repeat(20)));
  // 25,000 for each; of two whose account was there 12,500 come back.
  assert.equal(header?.gasUsed, 21_000n + 5n * 25_000n - 2n * 12_500n);
});

test('an authorization for the zero address takes the delegation away', () => {
  const world = new World('isthmus', { ...accounts, [authority]: { nonce: 4n, code: `ef0100${'11'.repeat(20)}` } });
  world.execute([
    signed({ nonce: 3n, to: other, gasLimit: 100_000n, authorizations: [authorization(0n, '00'.repeat(20), 4n)] }),
  ]);
  assert.equal(world.nonce(authority), 5n);
  assert.equal(world.codeHash(authority), toHex(keccak_256(new Uint8Array(0))));
});

test('accounts that delegate send transactions since Isthmus', () => {
  const delegating = { ...accounts, [authority]: { balance: rich, code: `ef0100${'11'.repeat(20)}` } };
  const transaction = signed({ to: other }, authorityKey);
  assert.notEqual(new World('isthmus', delegating).execute([transaction]), null);
  assert.equal(new World('holocene', delegating).execute([transaction]), null);
});

test('EIP-7702 transactions are none before Isthmus, to nobody, or without authorizations', () => {
  const authorizations = [authorization(0n, '11'.repeat(20), 0n)];
  const transaction = { nonce: 3n, gasLimit: 100_000n, to: other, authorizations };
  assert.equal(new World('holocene', accounts).execute([signed(transaction)]), null);
  const world = new World('isthmus', accounts);
  assert.equal(world.execute([signed({ ...transaction, authorizations: [] })]), null);
  assert.equal(world.execute([signed({ nonce: 3n, gasLimit: 100_000n, authorizations })]), null);
  assert.notEqual(world.execute([signed(transaction)]), null);
});

test("Jovian's header holds the minimum base fee and the data availability footprint", () => {
  const world = new World('jovian', accounts);
  const header = world.execute([deposit({ to: other }), signed({ nonce: 4n, to: other })], {
    eip1559Params: (7n << 32n) | 3n,
    minBaseFee: 0x0102n,
  });
  assert.equal(header?.extraData, '0100000007000000030000000000000102');
  // The least size of 100 bytes at 400 gas a byte, deposits not counted.
  assert.equal(header?.blobGasUsed, 40_000n);
});

test('parameters that the chain has not set are the configured ones in the header', () => {
  assert.equal(new World('holocene', accounts).execute([])?.extraData, '00000000fa00000006');
  assert.equal(new World('jovian', accounts).execute([])?.extraData, '01000000fa000000060000000000000000');
});

test('a block whose data availability footprint passes its gas limit is none', () => {
  const world = new World('jovian', accounts);
  const two = [signed({ nonce: 3n, to: other }), signed({ nonce: 4n, to: other })];
  assert.equal(world.execute(two, { gasLimit: 79_999n }), null);
  assert.match(world.module.log(), /transaction 1 cannot be in the block: the data availability footprint/);
  assert.notEqual(world.execute(two, { gasLimit: 80_000n }), null);
});
