// Encoded transactions one after the other, where they lie: a batch may hold a hundred million of them.
import { Bytes } from '../bytes';
import { itemEnd, itemLength, itemPayload } from '../rlp';

/** EIP-7702's transaction type. */
// @ts-ignore: decorator
@inline
export const SET_CODE_TYPE: u32 = 4;

/**
 * The type of Lagoon's post-execution transactions. op-node of April 2026 lets such a batch pass, and the block is then
 * built from its deposits; kona from 1.6.0 on, whose verdict counts in the games since Karst, and later op-nodes drop it.
 */
// @ts-ignore: decorator
@inline
export const POST_EXEC_TYPE: u32 = 0x7d;

export abstract class TransactionSource {
  /** How many there are. */
  count: u32 = 0;

  /** Starts over. */
  abstract rewind(): void;

  /** The next transaction, in place or in the current region. There must be one. */
  abstract next(): Bytes;
}

/** Transactions that are the strings of an RLP list. */
@final
export class EncodedTransactions extends TransactionSource {
  private start: usize = 0;
  private end: usize = 0;
  private position: usize = 0;

  /** Makes them the items of the list's payload from `start` to `end`, `count` strings that were checked. */
  set(start: usize, end: usize, count: u32): void {
    this.start = start;
    this.end = end;
    this.position = start;
    this.count = count;
  }

  rewind(): void {
    this.position = this.start;
  }

  next(): Bytes {
    const end = itemEnd(this.position, this.end);
    if (end == 0) throw new RangeError('no transaction is left');
    this.position = end;
    return new Bytes(itemPayload, itemLength);
  }
}
