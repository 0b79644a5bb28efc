// Blocks, transactions and receipts as JSON-RPC shows them; OP Stack fields as op-geth names them.
import { bigIntToHex, bytesToHex } from '@ethereumjs/util';
import { Blob4844Tx, FeeMarket1559Tx, LegacyTx } from '@ethereumjs/tx';
import { encodeBlock } from '../chain/blocks.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import type { BlockHeader } from '../execution/header.js';
import { DEPOSIT_RECEIPT_VERSION } from '../execution/receipt.js';
import type { L1FeeCharge } from '../execution/receipt.js';
import { DEPOSIT_TYPE } from '../execution/transaction.js';
import type { DepositTransaction, SignedTransaction } from '../execution/transaction.js';

export type Json = Record<string, unknown>;

/** A header's fields. */
export function headerJson(header: BlockHeader): Json {
  const { baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas, parentBeaconBlockRoot } = header;
  return {
    number: bigIntToHex(header.number),
    parentHash: bytesToHex(header.parentHash),
    sha3Uncles: bytesToHex(header.ommersHash),
    miner: bytesToHex(header.coinbase),
    stateRoot: bytesToHex(header.stateRoot),
    transactionsRoot: bytesToHex(header.transactionsRoot),
    receiptsRoot: bytesToHex(header.receiptsRoot),
    logsBloom: bytesToHex(header.logsBloom),
    difficulty: bigIntToHex(header.difficulty),
    gasLimit: bigIntToHex(header.gasLimit),
    gasUsed: bigIntToHex(header.gasUsed),
    timestamp: bigIntToHex(header.timestamp),
    extraData: bytesToHex(header.extraData),
    mixHash: bytesToHex(header.mixHash),
    nonce: bytesToHex(header.nonce),
    ...(baseFeePerGas !== undefined && { baseFeePerGas: bigIntToHex(baseFeePerGas) }),
    ...(withdrawalsRoot !== undefined && { withdrawalsRoot: bytesToHex(withdrawalsRoot) }),
    ...(blobGasUsed !== undefined && { blobGasUsed: bigIntToHex(blobGasUsed) }),
    ...(excessBlobGas !== undefined && { excessBlobGas: bigIntToHex(excessBlobGas) }),
    ...(parentBeaconBlockRoot !== undefined && { parentBeaconBlockRoot: bytesToHex(parentBeaconBlockRoot) }),
  };
}

/** A block, with whole transactions or their hashes. */
export function blockJson(block: ExecutedBlock, whole: boolean): Json {
  return {
    ...headerJson(block.header),
    hash: bytesToHex(block.hash),
    size: bigIntToHex(BigInt(encodeBlock(block).length)),
    totalDifficulty: '0x0',
    uncles: [],
    withdrawals: [],
    transactions: block.transactions.map(({ hash }, index) =>
      whole ? transactionJson(block, index) : bytesToHex(hash),
    ),
  };
}

/** The transaction at an index of a block. */
export function transactionJson(block: ExecutedBlock, index: number): Json {
  const { transaction, receipt } = entry(block, index);
  const shared = {
    ...place(block, index),
    hash: bytesToHex(transaction.hash),
    type: bigIntToHex(BigInt(transaction.type)),
    from: transaction.from.toString(),
    to: transaction.to?.toString() ?? null,
    value: bigIntToHex(transaction.value),
    gas: bigIntToHex(transaction.gasLimit),
    input: bytesToHex(transaction.data),
  };
  if (transaction.type === DEPOSIT_TYPE) return { ...shared, ...depositJson(transaction, receipt.depositNonce ?? 0n) };
  return { ...shared, ...signedJson(transaction, receipt.effectiveGasPrice) };
}

/** The receipt at an index of a block. */
export function receiptJson(block: ExecutedBlock, index: number): Json {
  const { transaction, receipt } = entry(block, index);
  const { contractAddress, depositNonce, l1Fee, blobGasUsed, blobGasPrice } = receipt;
  const earlierLogs = block.receipts.slice(0, index).reduce((count, { logs }) => count + logs.length, 0);
  const where = place(block, index);
  const transactionHash = bytesToHex(transaction.hash);
  return {
    ...where,
    transactionHash,
    type: bigIntToHex(BigInt(receipt.type)),
    status: receipt.succeeded ? '0x1' : '0x0',
    from: transaction.from.toString(),
    to: transaction.to?.toString() ?? null,
    contractAddress: contractAddress === undefined ? null : bytesToHex(contractAddress),
    gasUsed: bigIntToHex(receipt.gasUsed),
    cumulativeGasUsed: bigIntToHex(receipt.cumulativeGasUsed),
    effectiveGasPrice: bigIntToHex(receipt.effectiveGasPrice),
    logsBloom: bytesToHex(receipt.logsBloom),
    logs: receipt.logs.map(([address, topics, data], i) => ({
      ...where,
      transactionHash,
      address: bytesToHex(address),
      topics: topics.map((topic) => bytesToHex(topic)),
      data: bytesToHex(data),
      logIndex: bigIntToHex(BigInt(earlierLogs + i)),
      removed: false,
    })),
    ...(depositNonce !== undefined && {
      depositNonce: bigIntToHex(depositNonce),
      depositReceiptVersion: bigIntToHex(DEPOSIT_RECEIPT_VERSION),
    }),
    ...(l1Fee !== undefined && l1FeeJson(l1Fee)),
    ...(blobGasUsed !== undefined && { blobGasUsed: bigIntToHex(blobGasUsed) }),
    ...(blobGasPrice !== undefined && { blobGasPrice: bigIntToHex(blobGasPrice) }),
  };
}

function l1FeeJson({ fee, gasUsed, baseFee, blobBaseFee, baseFeeScalar, blobBaseFeeScalar }: L1FeeCharge): Json {
  return {
    l1Fee: bigIntToHex(fee),
    l1GasUsed: bigIntToHex(gasUsed),
    l1GasPrice: bigIntToHex(baseFee),
    ...(blobBaseFee !== undefined && { l1BlobBaseFee: bigIntToHex(blobBaseFee) }),
    ...(baseFeeScalar !== undefined && { l1BaseFeeScalar: bigIntToHex(baseFeeScalar) }),
    ...(blobBaseFeeScalar !== undefined && { l1BlobBaseFeeScalar: bigIntToHex(blobBaseFeeScalar) }),
  };
}

function depositJson(deposit: DepositTransaction, nonce: bigint): Json {
  return {
    sourceHash: bytesToHex(deposit.sourceHash),
    mint: deposit.mint === 0n ? null : bigIntToHex(deposit.mint),
    isSystemTx: deposit.isSystemTransaction,
    nonce: bigIntToHex(nonce),
    depositReceiptVersion: bigIntToHex(DEPOSIT_RECEIPT_VERSION),
    gasPrice: '0x0',
    v: '0x0',
    r: '0x0',
    s: '0x0',
  };
}

function signedJson(transaction: SignedTransaction, effectiveGasPrice: bigint): Json {
  const { original } = transaction;
  const { v = 0n, r = 0n, s = 0n } = original;
  const legacy = original instanceof LegacyTx;
  // An unprotected legacy transaction names no chain.
  const chainId = legacy && v < 35n ? undefined : original.common.chainId();
  return {
    nonce: bigIntToHex(transaction.nonce),
    gasPrice: bigIntToHex(effectiveGasPrice),
    v: bigIntToHex(v),
    r: bigIntToHex(r),
    s: bigIntToHex(s),
    ...(chainId !== undefined && { chainId: bigIntToHex(chainId) }),
    ...(!legacy && { yParity: bigIntToHex(v), accessList: accessListJson(transaction) }),
    ...((original instanceof FeeMarket1559Tx || original instanceof Blob4844Tx) && {
      maxFeePerGas: bigIntToHex(transaction.maxFeePerGas),
      maxPriorityFeePerGas: bigIntToHex(transaction.maxPriorityFeePerGas),
    }),
    ...(original instanceof Blob4844Tx && {
      maxFeePerBlobGas: bigIntToHex(transaction.maxFeePerBlobGas),
      blobVersionedHashes: original.blobVersionedHashes,
    }),
  };
}

function accessListJson({ accessList }: SignedTransaction): Json[] {
  return accessList.map(([address, slots]) => ({
    address: bytesToHex(address),
    storageKeys: slots.map((slot) => bytesToHex(slot)),
  }));
}

function place(block: ExecutedBlock, index: number): Json {
  return {
    blockHash: bytesToHex(block.hash),
    blockNumber: bigIntToHex(block.header.number),
    transactionIndex: bigIntToHex(BigInt(index)),
  };
}

function entry(
  block: ExecutedBlock,
  index: number,
): { transaction: ExecutedBlock['transactions'][number]; receipt: ExecutedBlock['receipts'][number] } {
  const transaction = block.transactions[index];
  const receipt = block.receipts[index];
  if (transaction === undefined || receipt === undefined) throw new Error(`no transaction ${index} in the block`);
  return { transaction, receipt };
}
