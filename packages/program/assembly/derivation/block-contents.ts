// What a block holds behind its deposits, for comparison with span batches that overlap it.
import { Rope, RopeComparison } from '../block-store';
import { Bytes, copy32, equal32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { mark, release } from '../memory';

/** Bytes of transactions, of all blocks together, from which on a block's digest is kept in place of them. */
// @ts-ignore: decorator
@inline
const MOST_KEPT: u64 = 16 << 20;

let kept: u64 = 0;

// @ts-ignore: decorator
@lazy const LENGTH: usize = memory.data(4, 8);
// @ts-ignore: decorator
@lazy const STEP: usize = memory.data(64, 8);
// @ts-ignore: decorator
@lazy const COMPARED: usize = memory.data(32, 8);

const comparison = new RopeComparison();

/**
 * The transactions themselves as long as they fit: hashing them costs forty times what copying does, and most blocks are
 * never compared. Beyond that a hash chain of them, each link keccak256(digest so far ++ keccak256(transaction)).
 * Lives in PERSISTENT.
 */
@final
export class BlockContents {
  count: u32 = 0;
  /** Transactions, each behind its length; empty once there is a digest. */
  private readonly transactions: Rope = new Rope();
  private readonly digest: usize = heap.alloc(32);
  private digested: bool = false;

  /** Adds the next transaction. SCRATCH must be current. */
  add(transaction: Bytes): void {
    this.count += 1;
    const size = 4 + <u64>transaction.length;
    if (!this.digested && kept + size > MOST_KEPT) this.condense();
    if (this.digested) {
      addTo(this.digest, transaction.ptr, transaction.length);
      return;
    }
    kept += size;
    store<u32>(LENGTH, transaction.length);
    this.transactions.append(LENGTH, 4);
    this.transactions.append(transaction.ptr, transaction.length);
  }

  /** Puts a digest in the place of the transactions. In SCRATCH. */
  private condense(): void {
    memory.fill(this.digest, 0, 32);
    const rope = this.transactions;
    kept -= rope.length;
    while (rope.length > 0) {
      const start = mark();
      rope.take(LENGTH, 4);
      const length = load<u32>(LENGTH);
      const copy = heap.alloc(length);
      rope.take(copy, length);
      addTo(this.digest, copy, length);
      release(start);
    }
    this.digested = true;
  }

  /** Begins a comparison with other transactions, one at a time. */
  beginComparison(): void {
    if (this.digested) memory.fill(COMPARED, 0, 32);
    else comparison.open(this.transactions);
  }

  /** False where `transaction` is known to be another one than the next. */
  compare(transaction: Bytes): bool {
    if (this.digested) {
      addTo(COMPARED, transaction.ptr, transaction.length);
      return true;
    }
    store<u32>(LENGTH, transaction.length);
    return comparison.next(LENGTH, 4) && comparison.next(transaction.ptr, transaction.length);
  }

  /** Whether the transactions that were compared, `count` of them, are all the same. */
  endComparison(): bool {
    return !this.digested || equal32(COMPARED, this.digest);
  }

  /** Gives back what is kept of a block that is undone. */
  free(): void {
    kept -= this.transactions.length;
    this.transactions.free();
  }
}

function addTo(digest: usize, transaction: usize, length: u32): void {
  copy32(STEP, digest);
  keccak256(transaction, length, STEP + 32);
  keccak256(STEP, 64, digest);
}
