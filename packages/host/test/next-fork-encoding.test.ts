/** Encodings of what L1 may hold later, or elsewhere: headers of Amsterdam, receipts of deposits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { encodeHeader, encodeReceipt } from '../src/block-encoding.js';

const hash = (byte: string) => `0x${byte.repeat(32)}`;
const prague = {
  parentHash: hash('01'),
  sha3Uncles: hash('02'),
  miner: `0x${'03'.repeat(20)}`,
  stateRoot: hash('04'),
  transactionsRoot: hash('05'),
  receiptsRoot: hash('06'),
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: '0x0',
  number: '0x7',
  gasLimit: '0x8',
  gasUsed: '0x9',
  timestamp: '0xa',
  extraData: '0x',
  mixHash: hash('0b'),
  nonce: `0x${'00'.repeat(8)}`,
  baseFeePerGas: '0xc',
  withdrawalsRoot: hash('0d'),
  blobGasUsed: '0x0',
  excessBlobGas: '0x0',
  parentBeaconBlockRoot: hash('0e'),
  requestsHash: hash('0f'),
};

test('a header of Amsterdam has its two fields after those of Prague, under either name of the first', () => {
  const fields = (header: object) => RLP.decode(encodeHeader(header as Record<string, unknown>)) as Uint8Array[];
  assert.equal(fields(prague).length, 21);
  for (const name of ['blockAccessListHash', 'balHash']) {
    const amsterdam = fields({ ...prague, [name]: hash('10'), slotNumber: '0x2b' });
    assert.equal(amsterdam.length, 23);
    assert.deepEqual(Buffer.from(amsterdam[21] ?? []).toString('hex'), '10'.repeat(32));
    assert.deepEqual([...(amsterdam[22] ?? [])], [0x2b]);
  }
});

test('a deposit’s receipt ends with its nonce and version', () => {
  const receipt = {
    type: '0x7e',
    status: '0x1',
    cumulativeGasUsed: '0x5208',
    logsBloom: `0x${'00'.repeat(256)}`,
    logs: [],
  };
  const last = (more: object) => {
    const encoded = encodeReceipt({ ...receipt, ...more });
    assert.equal(encoded[0], 0x7e);
    return (RLP.decode(encoded.subarray(1)) as Uint8Array[])
      .slice(4)
      .map((field) => Buffer.from(field).toString('hex'));
  };
  assert.deepEqual(last({}), []);
  assert.deepEqual(last({ depositNonce: '0x9' }), ['09']);
  assert.deepEqual(last({ depositNonce: '0x9', depositReceiptVersion: '0x1' }), ['09', '01']);
});
