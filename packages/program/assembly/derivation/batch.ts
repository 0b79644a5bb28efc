// Batches: what the sequencer put into L2 blocks (specs: protocol/derivation.md#batch-format, protocol/delta/span-batches.md).
// They stay where they were decompressed to.
import { Bytes } from '../bytes';
import { DEPOSIT_TYPE } from '../l1/deposit';
import { mark, release, useScratch } from '../memory';
import { itemEnd, itemLength, itemPayload, RlpReader } from '../rlp';
import {
  EncodedTransactions,
  POST_EXEC_TYPE,
  SET_CODE_TYPE,
  TransactionSource,
} from '../transaction/transaction-source';

/** First byte of an encoded batch. */
export const enum BatchType {
  Singular = 0,
  Span = 1,
}

/** The contents of one L2 block. */
@final
export class SingularBatch {
  /** Address of the 32-byte hash of the parent L2 block. */
  parentHash: usize = 0;
  /** The L1 origin's number and the address of its 32-byte hash. */
  epochNumber: u64 = 0;
  epochHash: usize = 0;
  timestamp: u64 = 0;
  transactionCount: u32 = 0;
  /** Whether among the transactions is an empty one, a deposit, a set-code transaction. */
  hasEmpty: bool = false;
  hasDeposit: bool = false;
  hasSetCode: bool = false;
  /** Whether there is a post-execution transaction. */
  hasPostExec: bool = false;
  /** The encoded transactions; null where there are none. */
  transactions: TransactionSource | null = null;

  /** Makes it an empty one. */
  set(parentHash: usize, epochNumber: u64, epochHash: usize, timestamp: u64): void {
    this.parentHash = parentHash;
    this.epochNumber = epochNumber;
    this.epochHash = epochHash;
    this.timestamp = timestamp;
    this.transactionCount = 0;
    this.hasEmpty = false;
    this.hasDeposit = false;
    this.hasSetCode = false;
    this.hasPostExec = false;
    this.transactions = null;
  }
}

/**
 * Reads a singular batch from what follows its type byte: RLP of parent hash, epoch number, epoch hash, timestamp and list
 * of transactions, which `transactions` is set to. False where it's malformed; bytes behind the list don't matter.
 */
export function readSingularBatch(encoded: Bytes, batch: SingularBatch, transactions: EncodedTransactions): bool {
  const before = useScratch(true);
  const start = mark();
  const fields = new RlpReader(encoded).list();
  const parentHash = fields.fixed(32);
  const epochNumber = fields.u64();
  const epochHash = fields.fixed(32);
  const timestamp = fields.u64();
  const list = fields.list();
  const ok = fields.complete && !list.failed;
  const payload = list.unread;
  if (ok) {
    batch.set(parentHash, epochNumber, epochHash, timestamp);
    batch.transactions = transactions;
  }
  release(start);
  useScratch(before);
  return ok && readTransactions(payload.ptr, payload.ptr + payload.length, batch, transactions);
}

/** Looks at the transactions that are the strings from `start` to `end`; false where they are not. */
function readTransactions(start: usize, end: usize, batch: SingularBatch, transactions: EncodedTransactions): bool {
  let count: u32 = 0;
  let at = start;
  while (at < end) {
    const first = <u32>load<u8>(at);
    if (first >= 0xc0) return false;
    let type = first;
    if (first < 0x80) {
      at += 1;
    } else {
      at = itemEnd(at, end);
      if (at == 0) return false;
      if (itemLength == 0) batch.hasEmpty = true;
      type = itemLength == 0 ? 0 : <u32>load<u8>(itemPayload);
    }
    if (type == DEPOSIT_TYPE) batch.hasDeposit = true;
    if (type == SET_CODE_TYPE) batch.hasSetCode = true;
    if (type == POST_EXEC_TYPE) batch.hasPostExec = true;
    count += 1;
  }
  batch.transactionCount = count;
  transactions.set(start, end, count);
  return true;
}
