// Blocks, transactions and receipts as JSON-RPC shows them; OP Stack fields as op-geth names them.
import { bigIntToHex, bytesToHex } from '@ethereumjs/util';
import { AccessList2930Tx, Blob4844Tx, LegacyTx } from '@ethereumjs/tx';
import { encodeBlock } from '../chain/blocks.js';
import type { Authorization } from '../execution/authorizations.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import type { BlockHeader } from '../execution/header.js';
import type { L1FeeCharge, Receipt } from '../execution/receipt.js';
import { DEPOSIT_TYPE } from '../execution/transaction.js';
import type { DepositTransaction, SignedTransaction, Transaction } from '../execution/transaction.js';

export type Json = Record<string, unknown>;

/** A header's fields. */
export function headerJson(header: BlockHeader): Json {
  const { baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas, parentBeaconBlockRoot, requestsHash } = header;
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
    ...(requestsHash !== undefined && { requestsHash: bytesToHex(requestsHash) }),
  };
}

/** A block, with whole transactions or their hashes. */
export function blockJson(block: ExecutedBlock, whole: boolean): Json {
  return {
    ...headerJson(block.header),
    hash: bytesToHex(block.hash),
    size: bigIntToHex(BigInt(encodeBlock(block).length)),
    uncles: [],
    ...(block.header.withdrawalsRoot !== undefined && { withdrawals: [] }),
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
    blockTimestamp: bigIntToHex(block.header.timestamp),
    ...sharedJson(transaction),
  };
  if (transaction.type === DEPOSIT_TYPE) return { ...shared, ...depositJson(transaction, receipt) };
  return { ...shared, ...signedJson(transaction, receipt.effectiveGasPrice) };
}

/** A transaction that is in no block yet. */
export function pendingTransactionJson(transaction: SignedTransaction): Json {
  return {
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    ...sharedJson(transaction),
    ...signedJson(transaction, transaction.maxFeePerGas),
  };
}

/** The receipt at an index of a block. */
export function receiptJson(block: ExecutedBlock, index: number): Json {
  const { transaction, receipt } = entry(block, index);
  const { contractAddress, blobGasUsed, blobGasPrice } = receipt;
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
      blockTimestamp: bigIntToHex(block.header.timestamp),
      transactionHash,
      address: bytesToHex(address),
      topics: topics.map((topic) => bytesToHex(topic)),
      data: bytesToHex(data),
      logIndex: bigIntToHex(BigInt(earlierLogs + i)),
      removed: false,
    })),
    ...rollupJson(receipt),
    ...(blobGasUsed !== undefined && { blobGasUsed: bigIntToHex(blobGasUsed) }),
    ...(blobGasPrice !== undefined && { blobGasPrice: bigIntToHex(blobGasPrice) }),
  };
}

function sharedJson(transaction: Transaction): Json {
  return {
    hash: bytesToHex(transaction.hash),
    type: bigIntToHex(BigInt(transaction.type)),
    from: transaction.from.toString(),
    to: transaction.to?.toString() ?? null,
    value: bigIntToHex(transaction.value),
    gas: bigIntToHex(transaction.gasLimit),
    input: bytesToHex(transaction.data),
  };
}

/** What an L2's receipts say besides. */
function rollupJson({ depositNonce, depositReceiptVersion, l1Fee, operatorFee, footprint }: Receipt): Json {
  const hasOperatorFee = operatorFee !== undefined && (operatorFee.scalar !== 0n || operatorFee.constant !== 0n);
  return {
    ...(depositNonce !== undefined && { depositNonce: bigIntToHex(depositNonce) }),
    ...(depositReceiptVersion !== undefined && { depositReceiptVersion: bigIntToHex(depositReceiptVersion) }),
    ...(l1Fee !== undefined && l1FeeJson(l1Fee)),
    ...(hasOperatorFee && {
      operatorFeeScalar: bigIntToHex(operatorFee.scalar),
      operatorFeeConstant: bigIntToHex(operatorFee.constant),
    }),
    ...(footprint !== undefined && {
      daFootprintGasScalar: bigIntToHex(footprint.scalar),
      blobGasUsed: bigIntToHex(footprint.gas),
    }),
  };
}

function l1FeeJson(charge: L1FeeCharge): Json {
  const { fee, gasUsed, baseFee, scalar, blobBaseFee, baseFeeScalar, blobBaseFeeScalar } = charge;
  return {
    l1Fee: bigIntToHex(fee),
    l1GasUsed: bigIntToHex(gasUsed),
    l1GasPrice: bigIntToHex(baseFee),
    // geth's ten digits of the scalar as a fraction.
    ...(scalar !== undefined && { l1FeeScalar: String(Number((Number(scalar) / 1_000_000).toPrecision(10))) }),
    ...(blobBaseFee !== undefined && { l1BlobBaseFee: bigIntToHex(blobBaseFee) }),
    ...(baseFeeScalar !== undefined && { l1BaseFeeScalar: bigIntToHex(baseFeeScalar) }),
    ...(blobBaseFeeScalar !== undefined && { l1BlobBaseFeeScalar: bigIntToHex(blobBaseFeeScalar) }),
  };
}

/** As op-geth shows it: nothing is minted, and it is no system transaction, where the fields are absent. */
function depositJson(deposit: DepositTransaction, { depositNonce = 0n, depositReceiptVersion }: Receipt): Json {
  return {
    sourceHash: bytesToHex(deposit.sourceHash),
    ...(deposit.mint > 0n && { mint: bigIntToHex(deposit.mint) }),
    ...(deposit.isSystemTransaction && { isSystemTx: true }),
    nonce: bigIntToHex(depositNonce),
    ...(depositReceiptVersion !== undefined && { depositReceiptVersion: bigIntToHex(depositReceiptVersion) }),
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
    ...(!legacy &&
      !(original instanceof AccessList2930Tx) && {
        maxFeePerGas: bigIntToHex(transaction.maxFeePerGas),
        maxPriorityFeePerGas: bigIntToHex(transaction.maxPriorityFeePerGas),
      }),
    ...(original instanceof Blob4844Tx && {
      maxFeePerBlobGas: bigIntToHex(transaction.maxFeePerBlobGas),
      blobVersionedHashes: original.blobVersionedHashes,
    }),
    ...(transaction.type === 4 && { authorizationList: transaction.authorizations.map(authorizationJson) }),
  };
}

function authorizationJson({ chainId, address, nonce, yParity, r, s }: Authorization): Json {
  return {
    chainId: bigIntToHex(chainId),
    address: bytesToHex(address),
    nonce: bigIntToHex(nonce),
    yParity: bigIntToHex(yParity),
    r: bigIntToHex(r),
    s: bigIntToHex(s),
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
