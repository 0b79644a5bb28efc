// Receipts (yellow paper 4.3.1, EIP-2718; specs: protocol/deposits.md#deposit-receipt).
import { Bytes } from '../bytes';
import { Fork } from '../config/rollup';
import { headerLength, RlpWriter, storeHeader } from '../rlp';
import { Transaction, TransactionType } from '../transaction/transaction';

/** The deposit receipt version that Canyon introduced. */
// @ts-ignore: decorator
@inline const DEPOSIT_RECEIPT_VERSION: u64 = 1;

/**
 * The encoded receipt as the receipts' trie holds it, in the current region; `writer` is used for its small parts. `gas`
 * is the block's up to and with this transaction, `bloom` 256 bytes, `logs` the encoded logs one after the other.
 */
export function encodeReceipt(
  writer: RlpWriter,
  transaction: Transaction,
  fork: Fork,
  success: bool,
  gas: u64,
  bloom: usize,
  logs: Bytes,
  depositNonce: u64,
): Bytes {
  writer.reset();
  writer.u64(u64(success));
  writer.u64(gas);
  writer.bytes(bloom, 256);
  const head = writer.written.copy();
  writer.reset();
  // Regolith's receipts have the nonce too, but the receipts' root did not commit to it before Canyon.
  if (transaction.isDeposit && fork >= Fork.Canyon) {
    writer.u64(depositNonce);
    writer.u64(DEPOSIT_RECEIPT_VERSION);
  }
  const tail = writer.written;
  // Logs may be most of a receipt's many megabytes: they are copied once.
  const typed: u32 = u32(transaction.type != TransactionType.Legacy);
  const payload = head.length + headerLength(logs.length) + logs.length + tail.length;
  const length = typed + headerLength(payload) + payload;
  const receipt = heap.alloc(length);
  let p = receipt;
  if (typed != 0) store<u8>(p++, <u8>transaction.type);
  p += storeHeader(p, 0xc0, payload);
  head.copyTo(p);
  p += head.length;
  p += storeHeader(p, 0xc0, logs.length);
  logs.copyTo(p);
  tail.copyTo(p + logs.length);
  return new Bytes(receipt, length);
}
