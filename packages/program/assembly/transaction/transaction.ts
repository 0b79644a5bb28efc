// L2 transactions: legacy, EIP-2930, EIP-1559, EIP-7702 and deposits (specs: protocol/deposits.md). Decoding is strict
// as in go-ethereum; what it refuses is no valid transaction of any block.
import { Bytes } from '../bytes';
import { RlpReader } from '../rlp';
import { fromBytesOf, setU64 } from '../u256';

export const enum TransactionType {
  Legacy = 0x00,
  AccessList = 0x01,
  DynamicFee = 0x02,
  SetCode = 0x04,
  Deposit = 0x7e,
}

/** Addresses point into the encoded transaction or to memory of the region that was current at decoding. */
@final
export class Transaction {
  constructor(
    public readonly type: TransactionType,
    public readonly encoded: Bytes,
  ) {
    const words = heap.alloc(128);
    this.value = words;
    this.feeCap = words + 32;
    this.tipCap = words + 64;
    this.mint = words + 96;
    memory.fill(words, 0, 128);
  }
  nonce: u64 = 0;
  gas: u64 = 0;
  /** 20 bytes, or 0 for a creation. */
  to: usize = 0;
  /** u256s: most that is paid for a unit of gas, and most of it that goes to the block's fee recipient. */
  value: usize;
  feeCap: usize;
  tipCap: usize;
  data: Bytes = new Bytes(0, 0);
  /** The access list, an RLP list; empty where the type has none. */
  accessList: Bytes = new Bytes(0, 0);
  accessAddresses: u32 = 0;
  accessKeys: u32 = 0;
  /** The authorization list (EIP-7702), an RLP list. */
  authorizations: Bytes = new Bytes(0, 0);
  authorizationCount: u32 = 0;
  /** Whether the signature binds it to a chain: all but legacy transactions before EIP-155. */
  isProtected: bool = true;
  /** The chain that the transaction names; for protected legacy ones, it is part of v. */
  chainId: u64 = 0;
  /** What is signed: the fields as they lie in the encoded transaction. */
  signed: Bytes = new Bytes(0, 0);
  /** Parity of the signature's point, r and s as minimal big-endian bytes. */
  parity: u32 = 0;
  r: Bytes = new Bytes(0, 0);
  s: Bytes = new Bytes(0, 0);
  /** Deposits: the sender, 20 bytes; what is minted to it (u256; nothing and 0 differ in nothing); system transaction. */
  from: usize = 0;
  mint: usize;
  isSystem: bool = false;

  // @ts-ignore: decorator
  @inline
  get isDeposit(): bool {
    return this.type == TransactionType.Deposit;
  }
}

/**
 * Decodes a transaction, or returns null where it is malformed or of a type that L2 has not. Signature and fork are not
 * looked at: see `recoverSender`.
 */
export function decodeTransaction(encoded: Bytes): Transaction | null {
  if (encoded.length == 0) return null;
  const first = encoded[0];
  if (first >= 0xc0) return decodeLegacy(encoded);
  switch (first) {
    case TransactionType.AccessList:
    case TransactionType.DynamicFee:
    case TransactionType.SetCode:
      return decodeTyped(<TransactionType>first, encoded);
    case TransactionType.Deposit:
      return decodeDeposit(encoded);
    default:
      return null;
  }
}

function decodeLegacy(encoded: Bytes): Transaction | null {
  const transaction = new Transaction(TransactionType.Legacy, encoded);
  const outer = new RlpReader(encoded);
  const fields = outer.list();
  const start = encoded.length - fields.remaining;
  transaction.nonce = fields.u64();
  readU256(fields, transaction.feeCap);
  memory.copy(transaction.tipCap, transaction.feeCap, 32);
  transaction.gas = fields.u64();
  transaction.to = readTo(fields);
  readU256(fields, transaction.value);
  transaction.data = fields.bytes();
  const end = encoded.length - fields.remaining;
  const v = fields.integer();
  transaction.r = fields.integer();
  transaction.s = fields.integer();
  if (!outer.complete || !fields.complete) return null;
  transaction.signed = encoded.slice(start, end);
  readLegacyV(transaction, v);
  return transaction;
}

/** v is 27 or 28, or since EIP-155 35 or 36 plus twice the chain's id. */
function readLegacyV(transaction: Transaction, v: Bytes): void {
  let value: u64 = 0;
  for (let i: u32 = 0; i < v.length; i++) value = (value << 8) | (<u64>v[i]);
  // What is neither is given a parity that no signature has.
  transaction.parity = 2;
  if (v.length > 8) return;
  if (value == 27 || value == 28) {
    transaction.isProtected = false;
    transaction.parity = <u32>(value - 27);
  } else if (value >= 35) {
    transaction.chainId = (value - 35) / 2;
    transaction.parity = <u32>((value - 35) & 1);
  }
}

function decodeTyped(type: TransactionType, encoded: Bytes): Transaction | null {
  const transaction = new Transaction(type, encoded);
  const outer = new RlpReader(encoded.after(1));
  const fields = outer.list();
  const start = encoded.length - fields.remaining;
  const chainId = fields.integer();
  transaction.nonce = fields.u64();
  readU256(fields, transaction.tipCap);
  if (type == TransactionType.AccessList) memory.copy(transaction.feeCap, transaction.tipCap, 32);
  else readU256(fields, transaction.feeCap);
  transaction.gas = fields.u64();
  transaction.to = readTo(fields);
  readU256(fields, transaction.value);
  transaction.data = fields.bytes();
  readAccessList(fields, transaction);
  if (type == TransactionType.SetCode) readAuthorizations(fields, transaction);
  const end = encoded.length - fields.remaining;
  const parity = fields.integer();
  transaction.r = fields.integer();
  transaction.s = fields.integer();
  if (!outer.complete || !fields.complete || (type == TransactionType.SetCode && transaction.to == 0)) return null;
  transaction.signed = encoded.slice(start, end);
  transaction.parity = parity.length == 0 ? 0 : parity.length == 1 ? parity[0] : 2;
  // A chain id of more than 64 bits is no chain's: the parity says that no signature is valid.
  if (chainId.length > 8) transaction.parity = 2;
  else
    for (let i: u32 = 0; i < chainId.length; i++) transaction.chainId = (transaction.chainId << 8) | (<u64>chainId[i]);
  return transaction;
}

function decodeDeposit(encoded: Bytes): Transaction | null {
  const transaction = new Transaction(TransactionType.Deposit, encoded);
  const outer = new RlpReader(encoded.after(1));
  const fields = outer.list();
  fields.fixed(32); // source hash
  transaction.from = fields.fixed(20);
  transaction.to = readTo(fields);
  readU256(fields, transaction.mint);
  readU256(fields, transaction.value);
  transaction.gas = fields.u64();
  const system = fields.u64();
  transaction.data = fields.bytes();
  if (!outer.complete || !fields.complete || system > 1) return null;
  transaction.isSystem = system == 1;
  return transaction;
}

/** The recipient: 20 bytes, or nothing for a creation. */
function readTo(fields: RlpReader): usize {
  const to = fields.bytes();
  if (to.length == 20) return to.ptr;
  if (to.length != 0) fields.failed = true;
  return 0;
}

function readU256(fields: RlpReader, out: usize): void {
  const value = fields.integer();
  if (value.length == 0) setU64(out, 0);
  else fromBytesOf(out, value.ptr, value.length);
}

/** A list of [address, [key…]]. */
function readAccessList(fields: RlpReader, transaction: Transaction): void {
  transaction.accessList = fields.raw();
  const list = new RlpReader(transaction.accessList).list();
  while (!list.atEnd && !list.failed) {
    const entry = list.list();
    entry.fixed(20);
    const keys = entry.list();
    while (!keys.atEnd && !keys.failed) {
      keys.fixed(32);
      transaction.accessKeys++;
    }
    if (keys.failed || !entry.complete) fields.failed = true;
    transaction.accessAddresses++;
    if (fields.failed) return;
  }
  if (list.failed) fields.failed = true;
}

/** A list of [chain id, address, nonce, parity, r, s], not empty. */
function readAuthorizations(fields: RlpReader, transaction: Transaction): void {
  transaction.authorizations = fields.raw();
  const list = new RlpReader(transaction.authorizations).list();
  if (list.atEnd) fields.failed = true;
  while (!list.atEnd && !list.failed) {
    const entry = list.list();
    entry.integer();
    entry.fixed(20);
    entry.u64();
    const parity = entry.u64();
    entry.integer();
    entry.integer();
    transaction.authorizationCount++;
    if (!entry.complete || parity > 255) {
      fields.failed = true;
      return;
    }
  }
  if (list.failed) fields.failed = true;
}
