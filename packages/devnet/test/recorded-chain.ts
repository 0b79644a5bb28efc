// A chain made by the Go software (op-geth, op-node): its L2 blocks, one after the other, from genesis.
import assert from 'node:assert/strict';
import { bytesToBigInt, bytesToHex, hexToBytes } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { executeBlock } from '../src/execution/block-executor.js';
import { chainOfGenesis, genesisHeader } from '../src/execution/genesis.js';
import type { Genesis } from '../src/execution/genesis.js';
import { decodeHeader, hashHeader } from '../src/execution/header.js';
import { encodeReceipt } from '../src/execution/receipt.js';
import { outputOf } from '../src/l2/output-root.js';
import { StateStore } from '../src/state/store.js';
import { readLines, readText } from './shared-data.js';

interface RecordedBlock {
  readonly number: number;
  readonly hash: string;
  readonly raw: PrefixedHexString;
  readonly rawReceipts: PrefixedHexString[];
  readonly outputRoot: string;
}

/** Where each recorded chain's genesis lies. */
const GENESIS = { 'devnet-a': 'genesis-l2.json.gz', 'chain-e': 'genesis-l2.json.zst' } as const;

/**
 * Executes the recorded chain's first `count` blocks after genesis; every hash, receipt and output root must be the
 * recorded one.
 */
export async function replayRecordedChain(name: keyof typeof GENESIS, count: number): Promise<void> {
  const genesis = JSON.parse(readText(`${name}/${GENESIS[name]}`)) as Genesis;
  const [first, ...blocks] = readLines(`${name}/l2-blocks.jsonl.gz`) as RecordedBlock[];
  const chain = chainOfGenesis(genesis);
  const store = new StateStore();
  let parent = await genesisHeader(genesis, store);
  assert.equal(bytesToHex(hashHeader(parent)), first?.hash);
  const hashes = [hashHeader(parent)];
  for (const recorded of blocks.slice(0, count)) {
    const [items, transactions] = RLP.decode(hexToBytes(recorded.raw)) as [Uint8Array[], (Uint8Array | Uint8Array[])[]];
    const expected = decodeHeader(items);
    const { header, hash, receipts } = await executeBlock({
      chain,
      parent,
      attributes: {
        timestamp: expected.timestamp,
        prevRandao: expected.mixHash,
        feeRecipient: expected.coinbase,
        parentBeaconBlockRoot: expected.parentBeaconBlockRoot ?? new Uint8Array(32),
        gasLimit: expected.gasLimit,
        ...(expected.extraData.length > 0 && { eip1559Params: expected.extraData.slice(1, 9) }),
        ...(expected.extraData.length > 9 && { minBaseFee: bytesToBigInt(expected.extraData.slice(9)) }),
        // Legacy transactions lie in a block as lists, all others as byte strings.
        transactions: transactions.map((item) => (item instanceof Uint8Array ? item : RLP.encode(item))),
      },
      store,
      ancestorHash: (number) => hashes[Number(number)] ?? assert.fail(`no block ${number}`),
    });
    assert.deepEqual(
      receipts.map((receipt) => bytesToHex(encodeReceipt(receipt))),
      recorded.rawReceipts,
      `receipts of block ${recorded.number}`,
    );
    assert.equal(bytesToHex(hash), recorded.hash, `block ${recorded.number}`);
    const output = outputOf(header, hash, store);
    assert.equal(bytesToHex(output.outputRoot), recorded.outputRoot);
    hashes.push(hash);
    parent = header;
  }
}
