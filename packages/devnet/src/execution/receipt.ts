// Receipts and log blooms. Yellow Paper, section 4.4.1; deposits' receipts: specs/protocol/deposits.md and
// specs/protocol/{regolith,canyon}/overview.md.
import type { Log } from '@ethereumjs/evm';
import { bigIntToUnpaddedBytes, concatBytes } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Transaction } from './transaction.js';

/** A transaction's outcome. The first five fields are under consensus, the others explain. */
export interface Receipt {
  readonly type: Transaction['type'];
  readonly succeeded: boolean;
  readonly cumulativeGasUsed: bigint;
  readonly logs: readonly Log[];
  readonly logsBloom: Uint8Array;
  readonly gasUsed: bigint;
  /** Price paid per gas, in wei. */
  readonly effectiveGasPrice: bigint;
  readonly contractAddress?: Uint8Array;
  /** A deposit's nonce: its sender's when it began; told since Regolith. */
  readonly depositNonce?: bigint;
  /** Set since Canyon: makes the nonce part of the receipt's hash. */
  readonly depositReceiptVersion?: bigint;
  /** What an L2 transaction paid for its data on L1. */
  readonly l1Fee?: L1FeeCharge;
  /** By what the operator's fee was computed, since Isthmus. */
  readonly operatorFee?: { readonly scalar: bigint; readonly constant: bigint };
  /** Gas that the transaction's data counted as, and a byte of it, since Jovian. */
  readonly footprint?: { readonly gas: bigint; readonly scalar: bigint };
  readonly blobGasUsed?: bigint;
  readonly blobGasPrice?: bigint;
}

/** An L1 data fee (wei), with what it was computed from. */
export interface L1FeeCharge {
  readonly fee: bigint;
  readonly gasUsed: bigint;
  readonly baseFee: bigint;
  /** Before Ecotone: an overhead and a scalar in millionths. */
  readonly overhead?: bigint;
  readonly scalar?: bigint;
  readonly blobBaseFee?: bigint;
  readonly baseFeeScalar?: bigint;
  readonly blobBaseFeeScalar?: bigint;
}

/** Of deposits' receipts since Canyon. */
export const DEPOSIT_RECEIPT_VERSION = 1n;

const SUCCEEDED = Uint8Array.of(1);
const FAILED = new Uint8Array(0);

/** The receipt's envelope, as it lies in the receipts trie. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const items: (Uint8Array | Log[])[] = [
    receipt.succeeded ? SUCCEEDED : FAILED,
    bigIntToUnpaddedBytes(receipt.cumulativeGasUsed),
    receipt.logsBloom,
    [...receipt.logs],
  ];
  // Regolith's receipts have a nonce that their hash inadvertently left out.
  const { depositNonce, depositReceiptVersion } = receipt;
  if (depositNonce !== undefined && depositReceiptVersion !== undefined) {
    items.push(bigIntToUnpaddedBytes(depositNonce), bigIntToUnpaddedBytes(depositReceiptVersion));
  }
  const encoding = RLP.encode(items);
  return receipt.type === 0 ? encoding : concatBytes(Uint8Array.of(receipt.type), encoding);
}

/** The 2048-bit bloom filter of logs' addresses and topics. */
export function bloomOf(logs: readonly Log[]): Uint8Array {
  const bloom = new Uint8Array(256);
  for (const [address, topics] of logs) for (const entry of [address, ...topics]) addToBloom(bloom, entry);
  return bloom;
}

/** The union of blooms. */
export function joinBlooms(blooms: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(256);
  for (const bloom of blooms) bloom.forEach((byte, i) => (joined[i] = (joined[i] ?? 0) | byte));
  return joined;
}

function addToBloom(bloom: Uint8Array, entry: Uint8Array): void {
  const hash = keccak_256(entry);
  for (let i = 0; i < 6; i += 2) {
    const bit = (((hash[i] ?? 0) << 8) | (hash[i + 1] ?? 0)) & 2047;
    const byte = 255 - (bit >> 3);
    bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7));
  }
}
