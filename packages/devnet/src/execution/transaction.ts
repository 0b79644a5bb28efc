// Transactions as execution sees them, decoded from their envelopes by @ethereumjs/tx; deposits (type 0x7e) by hand.
// Specification of deposits: specs/protocol/deposits.md, "The Deposited Transaction Type".
import type { Common } from '@ethereumjs/common';
import {
  AccessList2930Tx,
  Blob4844Tx,
  createTxFromRLP,
  EOACode7702Tx,
  FeeMarket1559Tx,
  LegacyTx,
} from '@ethereumjs/tx';
import type { TypedTransaction } from '@ethereumjs/tx';
import { Address, bigIntToUnpaddedBytes, bytesToBigInt, concatBytes, hexToBytes } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { decodeAuthorization } from './authorizations.js';
import type { Authorization } from './authorizations.js';

/** What every transaction has. Amounts in wei. */
interface AnyTransaction {
  /** The envelope's bytes. */
  readonly raw: Uint8Array;
  readonly hash: Uint8Array;
  readonly from: Address;
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
}

/** A transaction from outside the chain, paid by its sender. */
export interface SignedTransaction extends AnyTransaction {
  readonly type: 0 | 1 | 2 | 3 | 4;
  readonly nonce: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly accessList: readonly (readonly [address: Uint8Array, slots: readonly Uint8Array[]])[];
  readonly maxFeePerBlobGas: bigint;
  readonly blobVersionedHashes: readonly Uint8Array[];
  /** Of a set-code transaction (EIP-7702). */
  readonly authorizations: readonly Authorization[];
  /** The decoded original, for what only a description of the transaction needs. */
  readonly original: TypedTransaction;
}

/** A transaction that derivation puts in a block on behalf of L1. */
export interface DepositTransaction extends AnyTransaction {
  readonly type: 0x7e;
  readonly sourceHash: Uint8Array;
  readonly mint: bigint;
  readonly isSystemTransaction: boolean;
}

export type Transaction = SignedTransaction | DepositTransaction;

/** Bytes that aren't a transaction of a type that is in force. */
export class TransactionDecodingError extends Error {
  override name = 'TransactionDecodingError';
}

export const DEPOSIT_TYPE = 0x7e;

/** Decodes an envelope and recovers its sender. Throws `TransactionDecodingError`. */
export function decodeTransaction(raw: Uint8Array, common: Common): Transaction {
  return raw[0] === DEPOSIT_TYPE ? decodeDeposit(raw) : decodeSigned(raw, common);
}

/** A deposit's envelope. */
export function encodeDeposit(deposit: Omit<DepositTransaction, 'type' | 'raw' | 'hash'>): Uint8Array {
  const { sourceHash, from, to, mint, value, gasLimit, isSystemTransaction, data } = deposit;
  const fields = [
    sourceHash,
    from.bytes,
    to?.bytes ?? new Uint8Array(0),
    bigIntToUnpaddedBytes(mint),
    bigIntToUnpaddedBytes(value),
    bigIntToUnpaddedBytes(gasLimit),
    isSystemTransaction ? Uint8Array.of(1) : new Uint8Array(0),
    data,
  ];
  return concatBytes(Uint8Array.of(DEPOSIT_TYPE), RLP.encode(fields));
}

function decodeSigned(raw: Uint8Array, common: Common): SignedTransaction {
  let original: TypedTransaction;
  let from: Address;
  try {
    original = createTxFromRLP(raw, { common, freeze: false });
    from = original.getSenderAddress();
  } catch (cause) {
    const other = chainOfSignature(String(cause));
    throw new TransactionDecodingError(
      other === undefined
        ? `not a signed transaction of a type in force (${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)})`
        : `invalid chain id for signer: have ${other} want ${common.chainId()}`,
      { cause },
    );
  }
  return {
    raw,
    hash: keccak_256(raw),
    from,
    to: original.to,
    value: original.value,
    gasLimit: original.gasLimit,
    data: original.data,
    nonce: original.nonce,
    ...fieldsByType(original),
    original,
  };
}

/** The other chain that a transaction was signed for, where that is what @ethereumjs/tx complains of. */
function chainOfSignature(fault: string): bigint | undefined {
  const [, id] = /not matching the derived chain ID (\d+)/.exec(fault) ?? [];
  if (id !== undefined) return BigInt(id);
  const [, v] = /EIP155-based V (\d+)/.exec(fault) ?? [];
  return v === undefined ? undefined : (BigInt(v) - 35n) / 2n;
}

type FieldsByType = Pick<
  SignedTransaction,
  | 'type'
  | 'maxFeePerGas'
  | 'maxPriorityFeePerGas'
  | 'accessList'
  | 'maxFeePerBlobGas'
  | 'blobVersionedHashes'
  | 'authorizations'
>;

function fieldsByType(original: TypedTransaction): FieldsByType {
  const none = { maxFeePerBlobGas: 0n, blobVersionedHashes: [], authorizations: [] };
  if (original instanceof LegacyTx || original instanceof AccessList2930Tx) {
    const { gasPrice } = original;
    const [type, accessList] = original instanceof LegacyTx ? ([0, []] as const) : ([1, original.accessList] as const);
    return { ...none, type, maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice, accessList };
  }
  const { maxFeePerGas, maxPriorityFeePerGas, accessList } = original as FeeMarket1559Tx;
  const shared = { ...none, maxFeePerGas, maxPriorityFeePerGas, accessList };
  if (original instanceof FeeMarket1559Tx) return { ...shared, type: 2 };
  if (original instanceof Blob4844Tx) {
    const { maxFeePerBlobGas } = original;
    const blobVersionedHashes = original.blobVersionedHashes.map((hash) => hexToBytes(hash));
    return { ...shared, type: 3, maxFeePerBlobGas, blobVersionedHashes };
  }
  if (original instanceof EOACode7702Tx) {
    return { ...shared, type: 4, authorizations: original.authorizationList.map((item) => decodeAuthorization(item)) };
  }
  throw new TransactionDecodingError('a transaction of a type that is not covered');
}

function decodeDeposit(raw: Uint8Array): DepositTransaction {
  const items: unknown = RLP.decode(raw.subarray(1));
  if (!Array.isArray(items) || items.length !== 8) throw new TransactionDecodingError('a deposit has eight fields');
  const field = (index: number): Uint8Array => {
    const item: unknown = items[index];
    if (!(item instanceof Uint8Array))
      throw new TransactionDecodingError(`field ${index} of a deposit is no byte string`);
    return item;
  };
  const to = field(2);
  return {
    type: DEPOSIT_TYPE,
    raw,
    hash: keccak_256(raw),
    sourceHash: field(0),
    from: new Address(field(1)),
    to: to.length === 0 ? undefined : new Address(to),
    mint: bytesToBigInt(field(3)),
    value: bytesToBigInt(field(4)),
    gasLimit: bytesToBigInt(field(5)),
    isSystemTransaction: field(6).length > 0,
    data: field(7),
  };
}
