import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { createTx } from '@ethereumjs/tx';
import { Common, createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { addressOf, concat, fixed, integer, sign, type Item } from './encoding.js';
import { fromHex, instantiate, ProgramExit, toHex } from './module.js';

const key = fixed(0xc0ffee, 32);
const sender = toHex(addressOf(key));
const to = fixed(0xaa, 20);
const chainId = 901;
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

interface Read {
  type: string;
  to: string | null;
  data: string;
  blobHashes: string[];
  sender: string | null;
}

const read = (encoded: Uint8Array, chain = chainId): Read =>
  instantiate().ask<Read>('l1Transaction', encoded, BigInt(chain));

/** A typed transaction of the given fields, signed. `spoil` changes the signature's parity, r and s. */
function typed(type: number, fields: Item[], spoil = (...rs: [number, bigint, bigint]) => rs): Uint8Array {
  const { parity, r, s } = sign(key, concat([type], RLP.encode(fields)));
  const [p, x, y] = spoil(parity, r, s);
  return concat([type], RLP.encode([...fields, integer(p), integer(x), integer(y)]));
}

const head = [integer(chainId), integer(5), integer(1), integer(2), integer(21000)];
const tail = [integer(9), Uint8Array.of(1, 2, 3)];
const accessList: Item = [[to, [fixed(1, 32)]]];
const dynamicFee: Item[] = [...head, to, ...tail, accessList];
const hashes = [fixed(1n << 248n, 32), fixed((1n << 248n) + 7n, 32)];

function legacy(protectedBy: number | null): Uint8Array {
  const fields: Item[] = [integer(5), integer(1), integer(21000), to, ...tail];
  const signed = protectedBy === null ? fields : [...fields, integer(protectedBy), integer(0), integer(0)];
  const { parity, r, s } = sign(key, RLP.encode(signed));
  const v = protectedBy === null ? 27 + parity : 35 + 2 * protectedBy + parity;
  return RLP.encode([...fields, integer(v), integer(r), integer(s)]);
}

test('transactions of every type are read, and their senders recovered', () => {
  const expected = { to: toHex(to), data: '0x010203', blobHashes: [], sender };
  assert.deepEqual(read(legacy(chainId)), { type: '0', ...expected });
  assert.deepEqual(read(legacy(null)), { type: '0', ...expected });
  const withAccessList: Item[] = [integer(chainId), integer(5), integer(1), integer(21000), to, ...tail, accessList];
  assert.deepEqual(read(typed(1, withAccessList)), { type: '1', ...expected });
  assert.deepEqual(read(typed(2, dynamicFee)), { type: '2', ...expected });
  const blob = typed(3, [...dynamicFee, integer(3), hashes]);
  assert.deepEqual(read(blob), { type: '3', ...expected, blobHashes: hashes.map(toHex) });
  const creation = typed(2, [...head, new Uint8Array(0), ...tail, []]);
  assert.deepEqual(read(creation), { type: '2', ...expected, to: null });
});

test('senders are those that @ethereumjs recovers', () => {
  const common: Common = createCustomCommon({ chainId }, Mainnet, { hardfork: Hardfork.Cancun });
  for (const type of [0, 1, 2]) {
    const prices = type === 2 ? { maxFeePerGas: 2, maxPriorityFeePerGas: 1 } : { gasPrice: 7 };
    const signed = createTx(
      { type, chainId, nonce: 7, gasLimit: 90000, to: to, data: '0xabcd', ...prices },
      { common },
    ).sign(key);
    assert.equal(read(signed.serialize()).sender, signed.getSenderAddress().toString(), `type ${type}`);
  }
});

test('a signature that is not valid on the chain has no sender', () => {
  assert.equal(read(legacy(chainId), chainId + 1).sender, null);
  assert.equal(read(legacy(null), chainId + 1).sender, sender, 'unprotected: any chain');
  assert.equal(read(typed(2, dynamicFee), chainId + 1).sender, null);
  assert.equal(read(typed(2, dynamicFee, (p, r, s) => [p, r, order - s])).sender, null, 'a high s');
  assert.equal(read(typed(2, dynamicFee, (p, r, s) => [p + 2, r, s])).sender, null, 'a parity above 1');
  assert.equal(read(typed(2, dynamicFee, (p, _r, s) => [p, 0n, s])).sender, null, 'r is 0');
  assert.equal(read(typed(2, dynamicFee, (p, r) => [p, r, 0n])).sender, null, 's is 0');
  assert.equal(read(typed(2, dynamicFee, (p, _r, s) => [p, order, s])).sender, null, 'r is the order');
  for (const v of [0, 1, 29, 34, 2 ** 40]) {
    const fields = RLP.decode(legacy(null)) as Uint8Array[];
    assert.equal(read(RLP.encode(fields.with(6, integer(v)))).sender, null, `v is ${v}`);
  }
});

test('set-code transactions have no sender: the batcher may not send them', () => {
  const fields: Item[] = [...dynamicFee, [[integer(chainId), to, integer(0), integer(0), integer(1), integer(2)]]];
  const transaction = read(typed(4, fields));
  assert.deepEqual([transaction.type, transaction.to, transaction.sender], ['4', toHex(to), null]);
});

test('transactions of types that the batcher may not send go to nobody, whatever they hold', () => {
  for (const type of [5, 0x7e, 0x7f]) {
    for (const encoded of [
      concat([type], typed(2, dynamicFee).slice(1)),
      Uint8Array.of(type),
      Uint8Array.of(type, 1),
    ]) {
      const transaction = read(encoded);
      assert.deepEqual([transaction.to, transaction.data], [null, '0x']);
    }
  }
});

test('malformed transactions end the program', () => {
  const good = typed(2, dynamicFee);
  assert.throws(() => read(concat([0], good.slice(1))), ProgramExit);
  assert.throws(() => read(good.slice(0, -1)), /malformed L1 transaction/);
  assert.throws(() => read(concat(good, [0])), /malformed L1 transaction/);
  assert.throws(() => read(fromHex('c0')), ProgramExit);
});
