// The batch queue before Holocene: batches may come in any order and wait for their turn; a span batch is valid as a whole
// or not at all (specs: protocol/derivation.md#batch-queue).
import { Bytes, copy32 } from '../bytes';
import { giveBlock, giveChain, copyChain, storeChain, takeBlock } from '../block-store';
import { FailureKind } from '../failure';
import { RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { info } from '../log';
import { mark, release, useScratch } from '../memory';
import { PriorityQueue } from '../priority-queue';
import { EncodedTransactions } from '../transaction/transaction-source';
import { readSingularBatch, SingularBatch } from './batch';
import { BatchSource } from './batch-source';
import { checkSingularBatch, checkSpanBatch, Validity } from './batch-validity';
import { ChannelReader } from './channel-reader';
import { ContentBuffer } from './content-buffer';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { SpanBatch } from './span-batch';
import { fail, Pull } from './stage';

/** A batch that waits, and the L1 block that held its end. Of a singular one, all that it is judged by is here. */
@unmanaged
class Waiting {
  /** The next one in the order in which they came. */
  next: u32;
  /** Chain of blocks with its encoding (block-store.ts), and how long that is. */
  encoding: u32;
  length: u32;
  inclusion: u32;
  isSpan: bool;
  hasEmpty: bool;
  hasDeposit: bool;
  hasSetCode: bool;
  hasPostExec: bool;
  transactionCount: u32;
  sequence: u64;
  /** Time of the (first) block. */
  timestamp: u64;
  epochNumber: u64;
  // Behind it: the hashes of the parent and the epoch.
}

// @ts-ignore: decorator
@inline
const PARENT_HASH: usize = 56;
// @ts-ignore: decorator
@inline
const EPOCH_HASH: usize = 88;


@final
export class BatchQueue extends BatchSource {
  /** Batches whose time has come, in the order in which they came. */
  private first: usize = 0;
  private last: usize = 0;
  /** Batches of the future, by time. */
  private readonly future: PriorityQueue = new PriorityQueue();
  private added: u64 = 0;

  /**
   * The first span of the future whose epoch is the one after `barrierEpoch`, the only L1 block known: nothing behind it is
   * looked at before there is another. u64.MAX_VALUE where there is none, or where it isn't known whether there is.
   */
  private barrier: u64 = u64.MAX_VALUE;
  private barrierEpoch: u64 = u64.MAX_VALUE;

  /**
   * The first span beyond `latest`, which is not kept, for each epoch from the one after `lowestEpoch` on, as far as L1 goes;
   * 0 for none. Such a one is never judged otherwise than undecided, and so matters for the barrier alone.
   */
  private readonly beyond: StaticArray<u64>;
  private readonly lowestEpoch: u64;

  // What the first batch was undecided by: as long as nothing of it changes, it stays so.
  private undecided: u64 = 0;
  private undecidedParent: L2Block | null = null;
  private undecidedAt: L1Block | null = null;
  private undecidedOrigin: L1Block | null = null;

  /** A waiting batch by what it is judged by, and the one that was read again from its encoding. */
  private readonly judged: SingularBatch = new SingularBatch();
  private readonly readSingular: SingularBatch = new SingularBatch();
  private readonly readTransactions: EncodedTransactions = new EncodedTransactions();
  private readonly readSpan: SpanBatch = new SpanBatch();
  private readonly buffer: ContentBuffer = new ContentBuffer();
  /** Which waiting batch is in `buffer`; 0 for none. */
  private restored: u64 = 0;

  /** No batch is needed for a block after the time `latest`. */
  constructor(
    config: RollupConfig,
    previous: ChannelReader,
    l1: L1Chain,
    l2: L2Chain,
    origin: L1Block,
    private readonly latest: u64,
  ) {
    super(config, previous, l1, l2, origin);
    this.lowestEpoch = origin.number;
    const head = l1.head.number;
    this.beyond = new StaticArray<u64>(head > origin.number ? <i32>(head - origin.number) : 0);
  }

  next(parent: L2Block): Pull {
    const cached = this.fromSpan(parent);
    if (cached !== null) return this.ready(cached, !this.hasSpan);
    this.updateOrigins(parent);
    const behind = this.originBehind(parent);
    const pulled = this.previous.next();
    if (pulled == Pull.Again || pulled == Pull.Failed) return pulled;
    const outOfData = pulled == Pull.Empty;
    if (behind) return outOfData ? Pull.Empty : Pull.Again;
    if (!outOfData) this.add(parent);
    const derived = this.derive(outOfData, parent);
    return derived == Pull.Empty && !outOfData ? Pull.Again : derived;
  }

  /** Before Holocene nothing is dropped with an invalid block but the span that it came from. */
  flush(): void {}

  /** Takes the batch that the reader gave, unless it can't become valid any more. */
  private add(parent: L2Block): void {
    if (this.blocks.length == 0) throw new Error('a batch before any L1 block is known');
    const singular = this.previous.singularBatch;
    const span = this.previous.spanBatch;
    const context = this.context(parent, this.at);
    const validity =
      singular !== null
        ? checkSingularBatch(context, singular)
        : span !== null
          ? checkSpanBatch(context, span)
          : Validity.Drop;
    if (validity == Validity.Drop) return;
    const sequence = ++this.added;
    if (span !== null && span.timestamp(0) > this.latest) return this.noteBeyond(span, sequence);
    if (singular !== null && singular.timestamp > this.latest) return;
    const waiting = changetype<Waiting>(takeBlock());
    const encoded = this.previous.encodedBatch;
    waiting.encoding = <u32>storeChain(encoded.ptr, encoded.length);
    waiting.length = encoded.length;
    waiting.inclusion = <u32>changetype<usize>(this.at);
    waiting.sequence = sequence;
    waiting.isSpan = span !== null;
    if (singular !== null) {
      waiting.hasEmpty = singular.hasEmpty;
      waiting.hasDeposit = singular.hasDeposit;
      waiting.hasSetCode = singular.hasSetCode;
      waiting.hasPostExec = singular.hasPostExec;
      waiting.transactionCount = singular.transactionCount;
      waiting.timestamp = singular.timestamp;
      waiting.epochNumber = singular.epochNumber;
      copy32(changetype<usize>(waiting) + PARENT_HASH, singular.parentHash);
      copy32(changetype<usize>(waiting) + EPOCH_HASH, singular.epochHash);
    } else if (span !== null) {
      waiting.timestamp = span.timestamp(0);
      waiting.epochNumber = span.firstEpoch;
    }
    this.place(waiting, parent);
  }

  private noteBeyond(span: SpanBatch, sequence: u64): void {
    const epoch = span.firstEpoch;
    // Wraps where the epoch is too low.
    const i = epoch - this.lowestEpoch - 1;
    if (i >= <u64>this.beyond.length || this.beyond[<i32>i] != 0) return;
    this.beyond[<i32>i] = sequence;
    if (epoch == this.barrierEpoch + 1) this.barrier = min(this.barrier, sequence);
  }

  /** Puts a waiting batch where its time says. */
  private place(waiting: Waiting, parent: L2Block): void {
    if (waiting.timestamp > parent.time + this.config.blockTime) {
      this.future.add(waiting.timestamp, <u32>changetype<usize>(waiting));
      if (waiting.isSpan && waiting.epochNumber == this.barrierEpoch + 1) {
        this.barrier = min(this.barrier, waiting.sequence);
      }
      return;
    }
    // Nearly always it is the newest.
    let before: usize = 0;
    if (this.last != 0 && changetype<Waiting>(this.last).sequence < waiting.sequence) {
      before = this.last;
    } else {
      let at = this.first;
      while (at != 0 && changetype<Waiting>(at).sequence < waiting.sequence) {
        before = at;
        at = <usize>changetype<Waiting>(at).next;
      }
    }
    const place = changetype<usize>(waiting);
    if (before == 0) {
      waiting.next = <u32>this.first;
      this.first = place;
    } else {
      waiting.next = changetype<Waiting>(before).next;
      changetype<Waiting>(before).next = <u32>place;
    }
    if (waiting.next == 0) this.last = place;
  }

  /** Moves the batches of the future whose time has come. */
  private ripen(parent: L2Block): void {
    const future = this.future;
    while (!future.isEmpty && future.key <= parent.time + this.config.blockTime) {
      const waiting = changetype<Waiting>(<usize>future.value);
      future.shift();
      if (waiting.sequence == this.barrier) this.barrierEpoch = u64.MAX_VALUE;
      this.place(waiting, parent);
    }
  }

  /** Ready with the first batch that is valid now, or an empty one whose time has come. */
  private derive(outOfData: bool, parent: L2Block): Pull {
    if (this.blocks.length == 0)
      return fail(FailureKind.Critical, 'no L1 block is known to derive the next batch from');
    if (!this.fits(parent)) return this.misfit(parent);
    this.ripen(parent);
    const barrier = this.findBarrier();
    while (this.first != 0) {
      const waiting = changetype<Waiting>(this.first);
      if (waiting.sequence > barrier || this.staysUndecided(waiting, parent)) return Pull.Empty;
      const validity = this.judge(waiting, parent);
      if (validity == Validity.Undecided) {
        this.noteUndecided(waiting, parent);
        return Pull.Empty;
      }
      this.first = <usize>waiting.next;
      if (this.first == 0) this.last = 0;
      if (validity == Validity.Accept) return this.accept(waiting, parent);
      if (validity == Validity.Future) this.place(waiting, parent);
      else this.drop(waiting);
    }
    return barrier < u64.MAX_VALUE ? Pull.Empty : this.emptyBatch(parent, outOfData);
  }

  private findBarrier(): u64 {
    if (this.blocks.length >= 2) return u64.MAX_VALUE;
    const epoch = this.blocks[0].number;
    if (this.barrierEpoch == epoch) return this.barrier;
    this.barrierEpoch = epoch;
    const i = epoch - this.lowestEpoch;
    const beyond = i < <u64>this.beyond.length ? this.beyond[<i32>i] : 0;
    this.barrier = beyond == 0 ? u64.MAX_VALUE : beyond;
    for (let i: u32 = 0; i < this.future.length; i++) {
      const waiting = changetype<Waiting>(<usize>this.future.valueAt(i));
      if (waiting.isSpan && waiting.epochNumber == epoch + 1) this.barrier = min(this.barrier, waiting.sequence);
    }
    return this.barrier;
  }

  private noteUndecided(waiting: Waiting, parent: L2Block): void {
    this.undecided = waiting.sequence;
    this.undecidedParent = parent;
    this.undecidedAt = this.at;
    this.undecidedOrigin = this.blocks[0];
  }

  private staysUndecided(waiting: Waiting, parent: L2Block): bool {
    return (
      this.undecided == waiting.sequence &&
      this.undecidedParent === parent &&
      this.undecidedAt === this.at &&
      this.undecidedOrigin === this.blocks[0]
    );
  }

  private judge(waiting: Waiting, parent: L2Block): Validity {
    const context = this.context(parent, changetype<L1Block>(<usize>waiting.inclusion));
    if (waiting.isSpan) {
      this.restore(waiting);
      return checkSpanBatch(context, this.readSpan);
    }
    const batch = this.judged;
    const at = changetype<usize>(waiting);
    batch.set(at + PARENT_HASH, waiting.epochNumber, at + EPOCH_HASH, waiting.timestamp);
    batch.transactionCount = waiting.transactionCount;
    batch.hasEmpty = waiting.hasEmpty;
    batch.hasDeposit = waiting.hasDeposit;
    batch.hasSetCode = waiting.hasSetCode;
    batch.hasPostExec = waiting.hasPostExec;
    return checkSingularBatch(context, batch);
  }

  private accept(waiting: Waiting, parent: L2Block): Pull {
    this.restore(waiting);
    const isSpan = waiting.isSpan;
    this.drop(waiting);
    if (!isSpan) {
      const singular = this.readSingular;
      info('Found next batch')
        .number('batch_timestamp', singular.timestamp)
        .number('batch_epoch', singular.epochNumber)
        .number('txs', singular.transactionCount)
        .end();
      return this.ready(singular, true);
    }
    const span = this.readSpan;
    if (!this.beginSpan(span, parent)) {
      return fail(FailureKind.Critical, 'a valid span batch has a block whose L1 origin is not known');
    }
    info('Found next batch').number('batch_timestamp', span.timestamp(0)).number('block_count', span.blockCount).end();
    const first = this.fromSpan(parent);
    if (first === null) return fail(FailureKind.Critical, 'a valid span batch does not follow the safe head');
    return this.ready(first, !this.hasSpan);
  }

  /** Reads a waiting batch from its encoding. */
  private restore(waiting: Waiting): void {
    if (this.restored == waiting.sequence) return;
    this.restored = waiting.sequence;
    this.buffer.reserve(waiting.length);
    const ptr = this.buffer.ptr;
    copyChain(<usize>waiting.encoding, waiting.length, ptr);
    const before = useScratch(true);
    const start = mark();
    const encoded = new Bytes(ptr + 1, waiting.length - 1);
    const config = this.config;
    const isRead = waiting.isSpan
      ? this.readSpan.read(encoded, config.blockTime, config.genesisTime, config.l2ChainId)
      : readSingularBatch(encoded, this.readSingular, this.readTransactions);
    release(start);
    useScratch(before);
    if (!isRead) throw new Error('a waiting batch that cannot be read any more');
  }

  /** Gives a waiting batch back, which is in no list any more. */
  private drop(waiting: Waiting): void {
    giveChain(<usize>waiting.encoding);
    giveBlock(changetype<usize>(waiting));
  }
}
