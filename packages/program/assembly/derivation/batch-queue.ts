// The batch queue before Holocene: batches may come in any order and wait for their turn; a span batch is valid as a whole
// or not at all (specs: protocol/derivation.md#batch-queue).
import { FailureKind } from '../failure';
import { RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { detail } from '../log';
import { PriorityQueue } from '../priority-queue';
import { BatchReader } from './batch-reader';
import { BatchSource } from './batch-source';
import {
  BatchContext,
  canBecomeValid,
  checkSingularBatch,
  checkSpanBatch,
  checkSpanPrefix,
  Validity,
} from './batch-validity';
import { ChannelReader } from './channel-reader';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { mostWaiting } from './memory-limits';
import { SpanBatch } from './span-batch';
import { fail, Pull } from './stage';
import { WaitingBatch, WaitingBatches } from './waiting-batch';
import { WaitingChannel } from './waiting-channel';


@final
export class BatchQueue extends BatchSource {
  /** Batches whose time has come, by the order in which they came, and batches of the future, by time. */
  private readonly due: PriorityQueue = new PriorityQueue();
  private readonly future: PriorityQueue = new PriorityQueue();
  /** How many batches there were. */
  private given: u64 = 0;

  /**
   * The first batch whose time had come when it was left in its channel, by its place in the order, and the time of the first
   * one that was left there for the future; u64.MAX_VALUE for none.
   */
  private awayFrom: u64 = u64.MAX_VALUE;
  private awayTime: u64 = u64.MAX_VALUE;

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
  /** The same of the spans that are left in their channels. */
  private readonly spansAway: StaticArray<u64>;
  private readonly lowestEpoch: u64;

  // What the first batch was undecided by: as long as nothing of it changes, it stays so.
  private undecided: u64 = 0;
  private undecidedParent: L2Block | null = null;
  private undecidedAt: L1Block | null = null;
  private undecidedOrigin: L1Block | null = null;

  private readonly batches: WaitingBatches;

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
    previous.keepsChannels = true;
    this.batches = new WaitingBatches(config, l1);
    this.lowestEpoch = origin.number;
    const head = l1.head.number;
    const epochs = head > origin.number ? <i32>(head - origin.number) : 0;
    this.beyond = new StaticArray<u64>(epochs);
    this.spansAway = new StaticArray<u64>(epochs);
  }

  next(parent: L2Block): Pull {
    const cached = this.fromSpan(parent);
    if (cached !== null) return this.ready(cached, !this.hasSpan);
    this.updateOrigins(parent);
    const behind = this.originBehind(parent);
    const pulled = this.previous.next();
    if (pulled == Pull.Again || pulled == Pull.Failed) return pulled;
    const outOfData = pulled == Pull.Empty;
    if (!outOfData) this.given += 1;
    if (behind) return outOfData ? Pull.Empty : Pull.Again;
    if (!outOfData) this.add(parent);
    const derived = this.derive(outOfData, parent);
    return derived == Pull.Empty && !outOfData ? Pull.Again : derived;
  }

  /** Before Holocene nothing is dropped with an invalid block but the span that it came from. */
  flush(): void {}

  /** Gives all batches back: it is not asked any more. */
  free(): void {
    const batches = this.batches;
    const due = this.due;
    for (; !due.isEmpty; due.shift()) batches.drop(changetype<WaitingBatch>(<usize>due.value));
    const future = this.future;
    for (; !future.isEmpty; future.shift()) batches.drop(changetype<WaitingBatch>(<usize>future.value));
    batches.free();
  }

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
    const time = span !== null ? span.timestamp(0) : singular !== null ? singular.timestamp : 0;
    if (time > this.latest) {
      if (span !== null) this.noteSpan(this.beyond, span);
      return;
    }
    const reader = this.previous.batches;
    const channel = this.batches.channelOf(this.previous.channel, this.at, this.given - (reader.count - 1));
    const isDue = time <= context.nextTime;
    if (isDue && this.due.length >= mostWaiting) this.awayFrom = min(this.awayFrom, this.given);
    if (isDue ? this.awayFrom < u64.MAX_VALUE : time >= this.awayTime) {
      this.batches.keepAway(channel, this.given, time, span !== null);
      if (span !== null) this.noteSpan(this.spansAway, span);
      return;
    }
    this.keep(context, reader, channel, this.given);
  }

  /** Keeps in memory the batch that `reader` gave last. */
  private keep(context: BatchContext, reader: BatchReader, channel: WaitingChannel, sequence: u64): void {
    const singular = reader.singularBatch;
    const mayBeValid = singular === null || canBecomeValid(context, singular);
    this.place(this.batches.keep(reader, channel, sequence, mayBeValid), context.safeHead);
    if (this.future.length > mostWaiting) this.sendFutureAway();
  }

  /** Notes the first span of its epoch, by the order in which they came. */
  private noteSpan(firsts: StaticArray<u64>, span: SpanBatch): void {
    this.noteFirst(firsts, span.firstEpoch, this.given);
  }

  private noteFirst(firsts: StaticArray<u64>, epoch: u64, sequence: u64): void {
    // Wraps where the epoch is too low.
    const i = epoch - this.lowestEpoch - 1;
    if (i >= <u64>firsts.length || (firsts[<i32>i] != 0 && firsts[<i32>i] <= sequence)) return;
    firsts[<i32>i] = sequence;
    if (epoch == this.barrierEpoch + 1) this.barrier = min(this.barrier, sequence);
  }

  /** Puts a waiting batch where its time says. */
  private place(waiting: WaitingBatch, parent: L2Block): void {
    const at = <u32>changetype<usize>(waiting);
    if (waiting.timestamp <= parent.time + this.config.blockTime) {
      this.due.add(waiting.sequence, at);
      return;
    }
    this.future.add(waiting.timestamp, at);
    if (waiting.isSpan && waiting.epochNumber == this.barrierEpoch + 1) {
      this.barrier = min(this.barrier, waiting.sequence);
    }
  }

  /** Moves the batches of the future whose time has come. */
  private ripen(parent: L2Block): void {
    const future = this.future;
    while (!future.isEmpty && future.key <= parent.time + this.config.blockTime) {
      const waiting = changetype<WaitingBatch>(<usize>future.value);
      future.shift();
      if (waiting.sequence == this.barrier) this.barrierEpoch = u64.MAX_VALUE;
      this.place(waiting, parent);
    }
  }

  /** Leaves the later half of the batches of the future, or more, in their channels. */
  private sendFutureAway(): void {
    this.awayTime = min(this.awayTime, this.sendHalfAway(this.future));
  }

  /** The same of the batches whose time has come, by the order in which they came. */
  private sendDueAway(): void {
    this.awayFrom = min(this.awayFrom, this.sendHalfAway(this.due));
  }

  /** Leaves those batches of a queue in their channels whose keys are as high as the result or higher. */
  private sendHalfAway(queue: PriorityQueue): u64 {
    const from = queue.upperHalf;
    for (let i: u32 = 0; i < queue.length; i++) {
      if (queue.keyAt(i) >= from) this.sendAway(changetype<WaitingBatch>(<usize>queue.valueAt(i)));
    }
    queue.cut(from);
    this.batches.parkAll();
    return from;
  }

  private sendAway(waiting: WaitingBatch): void {
    if (waiting.isSpan) this.noteFirst(this.spansAway, waiting.epochNumber, waiting.sequence);
    this.batches.sendAway(waiting);
  }

  /**
   * Reads the channels again for batches that were left in them: of those whose time has come the first ones, of those of the
   * future the next.
   */
  private reload(parent: L2Block): void {
    const due = this.due;
    for (let i: u32 = 0; i < due.length; i++) this.sendAway(changetype<WaitingBatch>(<usize>due.valueAt(i)));
    due.cut(0);
    const future = this.future;
    for (let i: u32 = 0; i < future.length; i++) this.sendAway(changetype<WaitingBatch>(<usize>future.valueAt(i)));
    future.cut(0);
    this.awayFrom = u64.MAX_VALUE;
    this.awayTime = u64.MAX_VALUE;
    this.barrierEpoch = u64.MAX_VALUE;
    for (let i = 0; i < this.spansAway.length; i++) this.spansAway[i] = 0;
    const batches = this.batches;
    const next = parent.time + this.config.blockTime;
    batches.beginPass();
    while (true) {
      const at = batches.nextChannel(next, this.awayFrom, this.awayTime);
      if (at == 0) return;
      const channel = changetype<WaitingChannel>(at);
      const reader = batches.reopen(channel);
      channel.clearTimes();
      for (let left = channel.away; left > 0;) {
        if (!reader.isOpen) throw new Error('a waiting batch is not in its channel any more');
        if (reader.next(channel.block) != Pull.Ready || !channel.isAway(reader.count - 1)) continue;
        left -= 1;
        this.offer(reader, channel, parent);
      }
      batches.leave(channel);
    }
  }

  /** Takes into memory the batch that `reader` gave last and that was left in `channel`, if it is its turn. */
  private offer(reader: BatchReader, channel: WaitingChannel, parent: L2Block): void {
    const sequence = channel.first + reader.count - 1;
    const singular = reader.singularBatch;
    const span = reader.spanBatch;
    const time = span !== null ? span.timestamp(0) : singular !== null ? singular.timestamp : 0;
    const isDue = time <= parent.time + this.config.blockTime;
    if (isDue ? sequence >= this.awayFrom : time >= this.awayTime) {
      channel.noteTime(time, span !== null);
      if (span !== null) this.noteFirst(this.spansAway, span.firstEpoch, sequence);
      return;
    }
    this.batches.takeAway(channel, sequence);
    this.keep(this.context(parent, channel.block), reader, channel, sequence);
    if (this.due.length > mostWaiting) this.sendDueAway();
  }

  /** Ready with the first batch that is valid now, or an empty one whose time has come. */
  private derive(outOfData: bool, parent: L2Block): Pull {
    if (this.blocks.length == 0)
      return fail(FailureKind.Critical, 'no L1 block is known to derive the next batch from');
    if (!this.fits(parent)) return this.misfit(parent);
    this.ripen(parent);
    if (this.awayTime <= parent.time + this.config.blockTime) this.reload(parent);
    const due = this.due;
    while (true) {
      if (due.isEmpty ? this.awayFrom < u64.MAX_VALUE : due.key > this.awayFrom) this.reload(parent);
      const barrier = this.findBarrier();
      if (due.isEmpty) return barrier < u64.MAX_VALUE ? Pull.Empty : this.emptyBatch(parent, outOfData);
      const waiting = changetype<WaitingBatch>(<usize>due.value);
      if (waiting.sequence > barrier || this.staysUndecided(waiting, parent)) return Pull.Empty;
      const validity = this.judge(waiting, parent);
      if (validity == Validity.Undecided) {
        this.noteUndecided(waiting, parent);
        return Pull.Empty;
      }
      due.shift();
      if (validity == Validity.Accept) return this.accept(waiting, parent);
      if (validity == Validity.Future) this.place(waiting, parent);
      else this.batches.drop(waiting);
    }
  }

  private findBarrier(): u64 {
    if (this.blocks.length >= 2) return u64.MAX_VALUE;
    const epoch = this.blocks[0].number;
    if (this.barrierEpoch == epoch) return this.barrier;
    this.barrierEpoch = epoch;
    const i = epoch - this.lowestEpoch;
    this.barrier = u64.MAX_VALUE;
    if (i < <u64>this.beyond.length) {
      if (this.beyond[<i32>i] != 0) this.barrier = this.beyond[<i32>i];
      if (this.spansAway[<i32>i] != 0) this.barrier = min(this.barrier, this.spansAway[<i32>i]);
    }
    for (let i: u32 = 0; i < this.future.length; i++) {
      const waiting = changetype<WaitingBatch>(<usize>this.future.valueAt(i));
      if (waiting.isSpan && waiting.epochNumber == epoch + 1) this.barrier = min(this.barrier, waiting.sequence);
    }
    return this.barrier;
  }

  private noteUndecided(waiting: WaitingBatch, parent: L2Block): void {
    this.undecided = waiting.sequence;
    this.undecidedParent = parent;
    this.undecidedAt = this.at;
    this.undecidedOrigin = this.blocks[0];
  }

  private staysUndecided(waiting: WaitingBatch, parent: L2Block): bool {
    return (
      this.undecided == waiting.sequence &&
      this.undecidedParent === parent &&
      this.undecidedAt === this.at &&
      this.undecidedOrigin === this.blocks[0]
    );
  }

  private judge(waiting: WaitingBatch, parent: L2Block): Validity {
    const context = this.context(parent, waiting.inclusion);
    const batches = this.batches;
    if (!waiting.isSpan) return checkSingularBatch(context, batches.outlineOf(waiting));
    const prefix = checkSpanPrefix(context, batches.spanOutlineOf(waiting));
    if (prefix != Validity.Accept) return prefix;
    batches.restore(waiting, context.nextTime);
    return checkSpanBatch(context, batches.span);
  }

  private accept(waiting: WaitingBatch, parent: L2Block): Pull {
    const batches = this.batches;
    batches.restore(waiting, parent.time + this.config.blockTime);
    const isSpan = waiting.isSpan;
    batches.drop(waiting);
    if (!isSpan) {
      const singular = batches.singular;
      detail('Found next batch')
        .number('batch_timestamp', singular.timestamp)
        .number('batch_epoch', singular.epochNumber)
        .number('txs', singular.transactionCount)
        .end();
      return this.ready(singular, true);
    }
    const span = batches.span;
    if (!this.beginSpan(span, parent)) {
      return fail(FailureKind.Critical, 'a valid span batch has a block whose L1 origin is not known');
    }
    detail('Found next batch')
      .number('batch_timestamp', span.timestamp(0))
      .number('block_count', span.blockCount)
      .end();
    const first = this.fromSpan(parent);
    if (first === null) return fail(FailureKind.Critical, 'a valid span batch does not follow the safe head');
    return this.ready(first, !this.hasSpan);
  }
}
