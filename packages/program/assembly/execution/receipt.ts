// Receipts (yellow paper 4.3.1, EIP-2718; specs: protocol/deposits.md#deposit-receipt).
import { Bytes } from '../bytes';
import { Fork } from '../config/rollup';
import { RlpWriter } from '../rlp';
import { Transaction, TransactionType } from '../transaction/transaction';

/** The deposit receipt version that Canyon introduced. */
// @ts-ignore: decorator
@inline const DEPOSIT_RECEIPT_VERSION: u64 = 1;

/**
 * The encoded receipt as the receipts' trie holds it, in the current region; `writer` is what it is written with. `gas`
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
  if (transaction.type != TransactionType.Legacy) writer.byte(<u8>transaction.type);
  const list = writer.open();
  writer.u64(u64(success));
  writer.u64(gas);
  writer.bytes(bloom, 256);
  const logList = writer.open();
  writer.raw(logs.ptr, logs.length);
  writer.close(logList);
  // Regolith's receipts have the nonce too, but the receipts' root did not commit to it before Canyon.
  if (transaction.isDeposit && fork >= Fork.Canyon) {
    writer.u64(depositNonce);
    writer.u64(DEPOSIT_RECEIPT_VERSION);
  }
  writer.close(list);
  return writer.written.copy();
}
