/** Blocks, transactions and receipts whose JSON leaves out what is empty, the same for all or follows from the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { encodeHeader, encodeReceipt, encodeTransaction } from '../src/block-encoding.js';
import { blockSource } from '../src/block-source.js';
import { silentLog } from '../src/log.js';
import { rpcEndpoint } from '../src/rpc-endpoint.js';
import type { RpcObject } from '../src/rpc-json.js';
import { bytes, l1Blocks, withoutDevnet } from './devnet-data.js';
import { l1Handlers, type RpcHandler, rpcServer, transactionsOf } from './fake-endpoints.js';

const skip = withoutDevnet;
const hex = (value: Uint8Array): string => `0x${Buffer.from(value).toString('hex')}`;

function handler(method: string): RpcHandler {
  const found = l1Handlers()[method];
  assert(found !== undefined);
  return found;
}

test('headers without uncles, nonce and difficulty, and with an author, are the blocks', { skip }, () => {
  const blockByHash = handler('eth_getBlockByHash');
  for (const { hash } of l1Blocks()) {
    const { sha3Uncles: _, nonce: __, difficulty: ___, miner, ...spare } = blockByHash([hash, false]) as RpcObject;
    assert.equal(hex(keccak_256(encodeHeader({ ...spare, author: miner }))), hash);
  }
});

test('transactions without type, and with the names that calls have, are the ones of the blocks', { skip }, () => {
  const blockByHash = handler('eth_getBlockByHash');
  const types = new Set<string>();
  for (const { hash, raw } of l1Blocks()) {
    const { transactions } = blockByHash([hash, true]) as { transactions: RpcObject[] };
    const encoded = transactions.map((tx) => {
      const { type: _, gas, input, ...spare } = tx;
      return hex(encodeTransaction({ ...spare, gasLimit: gas, data: input }));
    });
    assert.deepEqual(encoded, transactionsOf(raw));
    for (const tx of encoded) types.add(tx.slice(0, 4));
  }
  assert(types.size >= 2, [...types].join());
});

test(
  'receipts without blooms and empty lists, and with outcomes as words, are the ones of the blocks',
  { skip },
  () => {
    const receiptsByHash = handler('eth_getBlockReceipts');
    let logged = 0;
    for (const { hash, rawReceipts } of l1Blocks()) {
      const encoded = (receiptsByHash([hash]) as (RpcObject & { logs: RpcObject[] })[]).map((receipt) => {
        const { logsBloom: _, status, logs, ...spare } = receipt;
        logged += logs.length;
        const spareLogs = logs.map((log) => ({ ...log, data: log.data === '0x' ? null : log.data }));
        return hex(encodeReceipt({ ...spare, status: status === '0x1', logs: logs.length === 0 ? null : spareLogs }));
      });
      assert.deepEqual(encoded, rawReceipts);
    }
    assert(logged > 0);
  },
);

test(
  'a list of transactions that is none is the endpoint’s fault; the header does not need it',
  { skip },
  async (t) => {
    const blockByHash = handler('eth_getBlockByHash');
    const policy = { forMs: 300, firstContactMs: 300, absentMs: 50, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 5 };
    const sourceWith = async (transactions: unknown) => {
      const { url } = await rpcServer(t, {
        eth_getBlockByHash: (params) => ({ ...(blockByHash(params) as RpcObject), transactions }),
      });
      return blockSource(rpcEndpoint({ flag: '--l1', url, policy, log: silentLog }));
    };
    const [{ hash } = { hash: '' }] = l1Blocks();
    assert.equal(hex((await (await sourceWith(undefined)).header(bytes(hash))).hash), hash);
    await assert.rejects((await sourceWith('none')).header(bytes(hash)), /--l1 .*transactions is not a list/);
  },
);
