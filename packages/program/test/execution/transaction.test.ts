import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { RLP, type NestedUint8Array } from '@ethereumjs/rlp';
import { createTx } from '@ethereumjs/tx';
import { fromHex, startModule, toHex } from './module.js';

const CHAIN = 901n;
const common = new Common({
  chain: { ...Mainnet, chainId: Number(CHAIN) },
  hardfork: Hardfork.Prague,
});
const key = fromHex('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80');
const from = 'f39fd6e51aad88f6f4ce6ab8827279cfffb92266';
const to = '0x095e7baea6a6c7c4c2dfeb977efac326af552d87';
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const enum Outcome {
  Valid = 0,
  Malformed = 1,
  Unsigned = 2,
}

const module = startModule();

function senderOf(encoded: Uint8Array, chainId = CHAIN): string | Outcome {
  const out = module.put(new Uint8Array(20));
  const outcome = module.call('sender', module.put(encoded), encoded.length, chainId, out);
  return outcome === Outcome.Valid ? toHex(module.get(out, 20)) : outcome;
}

const access = [
  { address: to as `0x${string}`, storageKeys: [`0x${'07'.repeat(32)}`, `0x${'08'.repeat(32)}`] as `0x${string}`[] },
];
const shared = { nonce: 7n, gasLimit: 100_000n, value: 12345n, data: '0x0001ff02' } as const;
const signed = {
  'legacy with EIP-155': createTx({ type: 0, gasPrice: 5n, to, ...shared }, { common }),
  'legacy creation': createTx({ type: 0, gasPrice: 5n, ...shared }, { common }),
  'EIP-2930': createTx({ type: 1, gasPrice: 5n, to, accessList: access, chainId: CHAIN, ...shared }, { common }),
  'EIP-1559': createTx(
    { type: 2, maxFeePerGas: 9n, maxPriorityFeePerGas: 2n, to, accessList: [], chainId: CHAIN, ...shared },
    { common },
  ),
};

for (const [name, unsigned] of Object.entries(signed)) {
  const transaction = unsigned.sign(key);
  const encoded = transaction.serialize();
  test(`the sender of a transaction is recovered: ${name}`, () => {
    assert.equal(transaction.getSenderAddress().toString(), `0x${from}`);
    assert.equal(senderOf(encoded), from);
  });
  test(`another chain's transaction has no valid signature here: ${name}`, () => {
    assert.equal(senderOf(encoded, CHAIN + 1n), Outcome.Unsigned);
  });
  test(`cut, lengthened and loosely encoded transactions are refused: ${name}`, () => {
    assert.equal(senderOf(Uint8Array.of(...encoded, 0)), Outcome.Malformed);
    assert.equal(senderOf(encoded.subarray(0, encoded.length - 1)), Outcome.Malformed);
    for (const change of [leadingZero, droppedField, addedField, shortRecipient]) {
      assert.equal(senderOf(reencode(encoded, change)), Outcome.Malformed, change.name);
    }
  });
  test(`s in the upper half, parities above 1, r of 0 and out of range are refused: ${name}`, () => {
    for (const change of [highS, otherV, zeroR, hugeR]) {
      assert.equal(senderOf(reencode(encoded, change)), Outcome.Unsigned, change.name);
    }
  });
}

/** The encoded transaction with changed fields. */
function reencode(encoded: Uint8Array, change: (fields: NestedUint8Array) => void): Uint8Array {
  const typed = (encoded[0] as number) < 0xc0;
  const fields = RLP.decode(typed ? encoded.subarray(1) : encoded) as NestedUint8Array;
  change(fields);
  const rlp = RLP.encode(fields);
  return typed ? Uint8Array.of(encoded[0] as number, ...rlp) : rlp;
}

function leadingZero(fields: NestedUint8Array): void {
  const s = fields.length - 1;
  fields[s] = Uint8Array.of(0, ...(fields[s] as Uint8Array));
}
function droppedField(fields: NestedUint8Array): void {
  fields.pop();
}
function addedField(fields: NestedUint8Array): void {
  fields.push(Uint8Array.of(1));
}
function shortRecipient(fields: NestedUint8Array): void {
  const at = fields.length === 9 ? 3 : fields.length === 11 ? 4 : 5;
  fields[at] = new Uint8Array(19).fill(1);
}
/** The same signature's other form: n - s, and the other parity. */
function highS(fields: NestedUint8Array): void {
  const s = fields.length - 1;
  const v = BigInt(`0x${toHex(fields[s - 2] as Uint8Array) || '0'}`);
  const flipped = fields.length === 9 ? (v % 2n === 0n ? v - 1n : v + 1n) : 1n - v;
  fields[s - 2] =
    flipped === 0n ? new Uint8Array(0) : fromHex(flipped.toString(16).padStart(4, '0').replace(/^00/, ''));
  fields[s] = fromHex((ORDER - BigInt(`0x${toHex(fields[s] as Uint8Array)}`)).toString(16).padStart(64, '0'));
}
function otherV(fields: NestedUint8Array): void {
  fields[fields.length - 3] = Uint8Array.of(fields.length === 9 ? 29 : 2);
}
function zeroR(fields: NestedUint8Array): void {
  fields[fields.length - 2] = new Uint8Array(0);
}
function hugeR(fields: NestedUint8Array): void {
  fields[fields.length - 2] = fromHex(ORDER.toString(16));
}

test('a legacy transaction that is bound to no chain is valid on every chain', () => {
  const before155 = new Common({ chain: Mainnet, hardfork: Hardfork.Homestead });
  const transaction = createTx({ type: 0, gasPrice: 5n, to, ...shared }, { common: before155 }).sign(key);
  assert.equal(senderOf(transaction.serialize()), from);
  assert.equal(senderOf(transaction.serialize(), 10n), from);
});

test("types that L2 hasn't, and nothing at all, are no transactions", () => {
  assert.equal(senderOf(new Uint8Array(0)), Outcome.Malformed);
  for (const type of [0, 3, 5, 0x7d, 0x7f, 0x80, 0xbf]) {
    assert.equal(senderOf(Uint8Array.of(type, 0xc0)), Outcome.Malformed, `type ${type}`);
  }
});

test('a deposit names its sender', () => {
  const deposit = [
    new Uint8Array(32).fill(3),
    fromHex(from),
    fromHex(to),
    Uint8Array.of(9),
    new Uint8Array(0),
    Uint8Array.of(0x52, 0x08),
    new Uint8Array(0),
    new Uint8Array(4),
  ];
  const encode = (fields: Uint8Array[]): Uint8Array => Uint8Array.of(0x7e, ...RLP.encode(fields));
  assert.equal(senderOf(encode(deposit)), from);
  assert.equal(senderOf(encode(deposit.with(6, Uint8Array.of(1)))), from);
  assert.equal(senderOf(encode(deposit.with(6, Uint8Array.of(2)))), Outcome.Malformed);
  assert.equal(senderOf(encode(deposit.with(1, new Uint8Array(19)))), Outcome.Malformed);
  assert.equal(senderOf(encode(deposit.slice(0, 7))), Outcome.Malformed);
});
