// The sequencer's and the batcher's rules against a chain made by op-node, op-geth and op-batcher.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { encodeBlob, sealBlob } from '../src/batcher/blob.js';
import { encodeSingularBatch } from '../src/batcher/batch.js';
import type { BatchedBlock } from '../src/batcher/batch.js';
import { batcherData, cutFrames, encodeChannel } from '../src/batcher/channel.js';
import { encodeSpanBatch } from '../src/batcher/span-batch.js';
import { blobBaseFee } from '../src/execution/base-fee.js';
import { BLOB_SCHEDULE } from '../src/execution/blob-schedule.js';
import { evmCommon } from '../src/execution/evm-common.js';
import { decodeHeader } from '../src/execution/header.js';
import { l1AttributesDeposit, userDeposits } from '../src/l2/deposits.js';
import type { RollupConfig } from '../src/l2/rollup-config.js';
import { updateSystemConfig } from '../src/l2/system-config.js';
import type { SystemConfig } from '../src/l2/system-config.js';
import { SeededNumbers } from '../src/seed.js';
import { batchesOf, decodeBlob, framesOf, recordedBatches, recordedL1Blocks, recordedSidecars } from './recorded-l1.js';
import { missing, readLines, readText } from './shared-data.js';

const skip = missing('devnet-a');

interface RecordedL2Block {
  readonly raw: PrefixedHexString;
  readonly l1origin: { readonly number: number; readonly hash: PrefixedHexString };
  readonly seq: number;
}

test("every recorded L2 block's deposits follow from its L1 origin", { skip }, () => {
  const config = JSON.parse(readText('devnet-a/rollup.json')) as RollupConfig;
  const l1Blocks = recordedL1Blocks();
  const portal = createAddressFromString(config.deposit_contract_address);
  const contract = createAddressFromString(config.l1_system_config_address);
  const { batcherAddr, gasLimit, scalar, eip1559Params } = config.genesis.system_config;
  let system: SystemConfig = {
    batcher: hexToBytes(batcherAddr),
    overhead: new Uint8Array(32),
    gasLimit: BigInt(gasLimit),
    scalar: hexToBytes(scalar),
    eip1559Params: hexToBytes(eip1559Params),
    operatorFeeParams: new Uint8Array(12),
    minBaseFee: 0n,
    daFootprintGasScalar: 0,
  };
  let deposited = 0;
  let changes = 0;
  for (const { raw, l1origin, seq } of (readLines('devnet-a/l2-blocks.jsonl.gz') as RecordedL2Block[]).slice(1)) {
    const origin = l1Blocks[l1origin.number] ?? assert.fail(`no L1 block ${l1origin.number}`);
    assert.equal(bytesToHex(origin.hash), l1origin.hash);
    if (seq === 0) {
      const updated = updateSystemConfig(system, origin.receipts, contract, true);
      if (updated !== system) changes++;
      system = updated;
    }
    const expected = [
      l1AttributesDeposit({
        origin,
        blobBaseFee: blobBaseFee(origin.header.excessBlobGas ?? 0n, BLOB_SCHEDULE.cancun),
        sequenceNumber: BigInt(seq),
        config: system,
        form: 'ecotone',
        isRegolith: true,
      }),
      ...(seq === 0 ? userDeposits(origin, portal) : []),
    ];
    const { header, transactions } = decodeBlock(raw);
    assert.deepEqual(
      transactions.slice(0, expected.length),
      expected.map((one) => bytesToHex(one)),
    );
    assert.ok(!transactions.slice(expected.length).some((one) => one.startsWith('0x7e')));
    assert.equal(header.gasLimit, system.gasLimit);
    deposited += expected.length - 1;
  }
  assert.ok(deposited > 10 && changes > 1, `${deposited} deposits and ${changes} changes were compared`);
});

test("op-batcher's span batches are encoded byte for byte", { skip }, () => {
  const config = JSON.parse(readText('devnet-a/rollup.json')) as RollupConfig;
  const blocks = (readLines('devnet-a/l2-blocks.jsonl.gz') as RecordedL2Block[]).map(batchedBlock);
  const common = evmCommon(config.l2_chain_id, { hardfork: 'cancun' });
  const batches = recordedBatches();
  for (const batch of batches) {
    assert.equal(batch[0], 1, 'the recorded batches are span batches');
    const { firstTimestamp, count } = spanOf(batch);
    const first = firstTimestamp / config.block_time;
    const span = blocks.slice(first, first + count);
    assert.equal(bytesToHex(encodeSpanBatch(span, BigInt(config.genesis.l2_time), common)), bytesToHex(batch));
  }
  assert.ok(batches.length > 5);
});

test('recorded blobs are encoded byte for byte, with their commitment and proof', { skip }, () => {
  const [first, ...others] = recordedSidecars();
  assert.ok(first !== undefined && others.length > 0);
  for (const { blob } of [first, ...others]) {
    const bytes = hexToBytes(blob);
    assert.deepEqual(encodeBlob(decodeBlob(bytes)), bytes);
  }
  const sealed = sealBlob(hexToBytes(first.blob));
  assert.equal(bytesToHex(sealed.commitment), first.kzg_commitment);
  assert.equal(bytesToHex(sealed.proof), first.kzg_proof);
});

test('a channel in many frames keeps its batches', () => {
  const block = (timestamp: bigint): BatchedBlock => ({
    parentHash: new Uint8Array(32).fill(1),
    timestamp,
    l1Origin: { number: 7n, hash: new Uint8Array(32).fill(2) },
    startsEpoch: false,
    transactions: [new SeededNumbers('a channel', String(timestamp)).bytes(50)],
  });
  const batches = [3n, 5n, 7n].map((timestamp) => encodeSingularBatch(block(timestamp)));
  for (const compression of ['zlib', 'brotli', 'stored'] as const) {
    const channel = encodeChannel(batches, compression);
    const frames = cutFrames(new Uint8Array(16).fill(9), channel, 40);
    assert.ok(frames.length > 3 && frames.every(({ length }) => length <= 40));
    const read = framesOf(batcherData(frames));
    assert.deepEqual(
      read.map(({ number, isLast }) => [number, isLast]),
      [...frames.keys()].map((i) => [i, i === frames.length - 1]),
    );
    assert.deepEqual(batchesOf(Buffer.concat(read.map(({ data }) => data))), batches);
  }
});

function decodeBlock(raw: PrefixedHexString): { header: ReturnType<typeof decodeHeader>; transactions: string[] } {
  const [items, body] = RLP.decode(hexToBytes(raw)) as [Uint8Array[], (Uint8Array | Uint8Array[])[]];
  const transactions = body.map((item) => bytesToHex(item instanceof Uint8Array ? item : RLP.encode(item)));
  return { header: decodeHeader(items), transactions };
}

function batchedBlock({ raw, l1origin, seq }: RecordedL2Block): BatchedBlock {
  const { header, transactions } = decodeBlock(raw);
  return {
    parentHash: header.parentHash,
    timestamp: header.timestamp,
    l1Origin: { number: BigInt(l1origin.number), hash: hexToBytes(l1origin.hash) },
    startsEpoch: seq === 0,
    transactions: transactions
      .filter((one) => !one.startsWith('0x7e'))
      .map((one) => hexToBytes(one as PrefixedHexString)),
  };
}

/** Where a span batch starts, in seconds since genesis, and how many blocks it has. */
function spanOf(batch: Uint8Array): { firstTimestamp: number; count: number } {
  let at = 1;
  const uvarint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = batch[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const firstTimestamp = uvarint();
  uvarint();
  at += 40;
  return { firstTimestamp, count: uvarint() };
}
