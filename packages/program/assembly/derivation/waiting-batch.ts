// Batches that wait for their turn before Holocene. Of each there is what it is judged by; of its transactions a copy as long
// as all of them take little, else the channel that it came in, which is decompressed again when the batch is due. What can
// never be valid has no transactions: it is there for the order in which batches are judged. Where too many wait for memory,
// nothing is there of them but their numbers in their channels.
import { copyChain, giveBlock, giveChain, storeChain, takeBlock } from '../block-store';
import { Bytes, copy32 } from '../bytes';
import { RollupConfig } from '../config/rollup';
import { freeNumbers } from '../index-bits';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { readAgain } from '../log';
import { mark, release, useScratch } from '../memory';
import { PriorityQueue } from '../priority-queue';
import { EncodedTransactions } from '../transaction/transaction-source';
import { readSingularBatch, SingularBatch } from './batch';
import { BatchReader } from './batch-reader';
import { Channel } from './channel';
import { readChannel } from './channel-opening';
import { ChannelData } from './channel-data';
import { ContentBuffer } from './content-buffer';
import { mostEncoded, mostTakenAlong } from './memory-limits';
import { ParkedChannels } from './parked-channels';
import { SpanBatch } from './span-batch';
import { WaitingChannel } from './waiting-channel';

/** A batch that waits: all that it is judged by, but for the blocks of a span. */
@unmanaged
export class WaitingBatch {
  /** The channel that it came in. */
  owner: u32;
  /** Chain of blocks with its encoding (block-store.ts), 0 for none, and how long that is. */
  encoding: u32;
  length: u32;
  /** Where it begins in what the channel decompresses to. */
  position: u32;
  isSpan: bool;
  hasEmpty: bool;
  hasDeposit: bool;
  hasSetCode: bool;
  hasPostExec: bool;
  /** Whether its transactions can be asked for. */
  mayBeValid: bool;
  /** Whether its encoding was taken along with another's. */
  isTakenAlong: bool;
  /** Number of a singular batch's transactions, or of a span's blocks. */
  count: u32;
  sequence: u64;
  /** Time of the (first) block. */
  timestamp: u64;
  /** The L1 origin's number of the (first) block. */
  epochNumber: u64;
  /** Its neighbours among those of its channel that are in memory. */
  older: u32;
  newer: u32;

  get channel(): WaitingChannel {
    return changetype<WaitingChannel>(<usize>this.owner);
  }

  /** The L1 block that held its end. */
  get inclusion(): L1Block {
    return this.channel.block;
  }

  // Behind it: of a singular batch the hashes of the parent and the epoch, of a span its two checks and its last epoch.
}

// @ts-ignore: decorator
@inline
const FIRST_HASH: usize = 64;
// @ts-ignore: decorator
@inline
const SECOND_HASH: usize = 96;
// @ts-ignore: decorator
@inline
const ORIGIN_CHECK: usize = 84;
// @ts-ignore: decorator
@inline
const LAST_EPOCH: usize = 104;

/** Numbers of batches in a channel have fewer bits. */
// @ts-ignore: decorator
@inline
const NUMBER_BITS: u64 = 27;


@final
export class WaitingBatches {
  /** The batch that was read again. */
  readonly singular: SingularBatch = new SingularBatch();
  readonly span: SpanBatch = new SpanBatch();

  private readonly transactions: EncodedTransactions = new EncodedTransactions();
  private readonly outline: SingularBatch = new SingularBatch();
  private readonly spanOutline: SpanBatch = new SpanBatch();
  private kept: u64 = 0;
  /** Bytes that were taken along, and about how much all channels decompress to of which there may be more to take. */
  private takenAlong: u64 = 0;
  private weight: u64 = 0;
  private readonly next: PriorityQueue = new PriorityQueue();
  /** Which batch is in `singular` or `span`, and the first batch of the channel that is in `buffer`; 0 for none. */
  private restored: u64 = 0;
  private decompressed: u64 = 0;
  private readonly buffer: ContentBuffer = new ContentBuffer();
  private readonly data: ChannelData;
  private readonly reader: BatchReader;
  /** The channels that wait and are not parked, in no order. */
  private firstChannel: usize = 0;
  private lastChannel: usize = 0;
  /** Those of them that stay as they are: the one that is being read, and the one that is read again; 0 for none. */
  private current: usize = 0;
  private reopened: usize = 0;
  /** Whether a pass through all channels has the one that is being read still before it. */
  private passesCurrent: bool = false;
  private readonly parked: ParkedChannels;

  constructor(
    private readonly config: RollupConfig,
    l1: L1Chain,
  ) {
    this.data = new ChannelData(l1);
    this.reader = new BatchReader(config);
    this.parked = new ParkedChannels(l1);
  }

  /** `channel`, which is being read in the L1 block `inclusion`; `first` is the sequence of its first batch. */
  channelOf(channel: Channel, inclusion: L1Block, first: u64): WaitingChannel {
    const block = changetype<usize>(channel);
    const fresh = changetype<WaitingChannel>(block);
    const before = this.current;
    if (before == block) return fresh;
    this.current = block;
    if (before != 0) this.park(changetype<WaitingChannel>(before));
    channel.hold();
    fresh.inclusion = <u32>changetype<usize>(inclusion);
    fresh.first = first;
    fresh.waiting = 0;
    fresh.away = 0;
    fresh.numbers = 0;
    fresh.isCounted = false;
    fresh.batches = 0;
    this.link(fresh);
    return fresh;
  }

  private link(channel: WaitingChannel): void {
    const at = this.lastChannel;
    const block = changetype<usize>(channel);
    channel.newer = 0;
    channel.older = <u32>at;
    if (at == 0) this.firstChannel = block;
    else changetype<WaitingChannel>(at).newer = <u32>block;
    this.lastChannel = block;
  }

  private unlink(channel: WaitingChannel): void {
    const older = <usize>channel.older;
    const newer = <usize>channel.newer;
    if (older == 0) this.firstChannel = newer;
    else changetype<WaitingChannel>(older).newer = <u32>newer;
    if (newer == 0) this.lastChannel = older;
    else changetype<WaitingChannel>(newer).older = <u32>older;
    if (this.current == changetype<usize>(channel)) this.current = 0;
    if (channel.isCounted) this.weight -= channel.weight;
    channel.isCounted = false;
  }

  /** Lets go of a channel none of whose batches wait any more. */
  private settle(channel: WaitingChannel): void {
    if (channel.waiting > 0) return;
    this.unlink(channel);
    freeNumbers(channel.numbersPlace);
    channel.channel.release();
  }

  /** Parks a channel, if none of its batches is in memory and it may be. */
  private park(channel: WaitingChannel): void {
    const at = changetype<usize>(channel);
    if (channel.away == 0 || channel.away < channel.waiting || at == this.current || at == this.reopened) return;
    this.parked.add(channel);
    this.unlink(channel);
    channel.channel.release();
  }

  /** Parks all channels of whose batches none is in memory. */
  parkAll(): void {
    let at = this.firstChannel;
    while (at != 0) {
      const channel = changetype<WaitingChannel>(at);
      at = <usize>channel.newer;
      this.park(channel);
    }
  }

  /** Lets the batch of that sequence wait in its channel alone. */
  keepAway(channel: WaitingChannel, sequence: u64, time: u64, isSpan: bool): void {
    channel.waiting += 1;
    channel.addAway(<u32>(sequence - channel.first), time, isSpan);
  }

  /** Takes a batch out of memory: it waits in its channel alone. */
  sendAway(waiting: WaitingBatch): void {
    const channel = waiting.channel;
    channel.addAway(<u32>(waiting.sequence - channel.first), waiting.timestamp, waiting.isSpan);
    this.giveBack(waiting);
  }

  /** Notes that a batch that was away is in memory now, by `keep`, or waits no more. */
  takeAway(channel: WaitingChannel, sequence: u64): void {
    channel.takeAway(<u32>(sequence - channel.first));
    channel.waiting -= 1;
  }

  /** Begins to go through all channels that have batches which are away, by `nextChannel`: none may be in memory. */
  beginPass(): void {
    this.parkAll();
    this.parked.beginPass();
    this.passesCurrent = this.current != 0;
  }

  /** The next of these that has batches to take (see `AwayBounds.canWait`): it is the caller's until `leave`; 0 for none. */
  nextChannel(next: u64, from: u64, limit: u64): usize {
    const at = this.parked.next(next, from, limit);
    if (at != 0) {
      this.link(changetype<WaitingChannel>(at));
      this.reopened = at;
      return at;
    }
    const passes = this.passesCurrent && this.current != 0 && changetype<WaitingChannel>(this.current).away > 0;
    this.passesCurrent = false;
    return passes ? this.current : 0;
  }

  /** Ends what was done with a channel of the pass. */
  leave(channel: WaitingChannel): void {
    this.closeAgain();
    this.reopened = 0;
    if (channel.waiting == 0) this.settle(channel);
    else this.park(channel);
  }

  /** Reads a channel again: its batches come by the result, until a batch is restored. */
  reopen(channel: WaitingChannel): BatchReader {
    this.restored = 0;
    this.decompressed = 0;
    const reader = this.reader;
    readAgain(true);
    if (!readChannel(this.data, channel.channel, this.config, channel.block.time, this.buffer, reader)) {
      throw new Error('a channel with waiting batches that cannot be read any more');
    }
    return reader;
  }

  private closeAgain(): void {
    this.reader.close();
    readAgain(false);
  }

  /**
   * Keeps the batch that `reader` gave last, which is one of `channel`. `mayBeValid` says whether its transactions can be asked
   * for.
   */
  keep(reader: BatchReader, channel: WaitingChannel, sequence: u64, mayBeValid: bool): WaitingBatch {
    channel.waiting += 1;
    const waiting = changetype<WaitingBatch>(takeBlock());
    const at = changetype<usize>(waiting);
    const singular = reader.singularBatch;
    const span = reader.spanBatch;
    waiting.owner = <u32>changetype<usize>(channel);
    waiting.mayBeValid = mayBeValid;
    waiting.sequence = sequence;
    waiting.isSpan = span !== null;
    if (singular !== null) {
      waiting.hasEmpty = singular.hasEmpty;
      waiting.hasDeposit = singular.hasDeposit;
      waiting.hasSetCode = singular.hasSetCode;
      waiting.hasPostExec = singular.hasPostExec;
      waiting.count = singular.transactionCount;
      waiting.timestamp = singular.timestamp;
      waiting.epochNumber = singular.epochNumber;
      copy32(at + FIRST_HASH, singular.parentHash);
      copy32(at + SECOND_HASH, singular.epochHash);
    } else if (span !== null) {
      waiting.count = span.blockCount;
      waiting.timestamp = span.timestamp(0);
      waiting.epochNumber = span.firstEpoch;
      memory.copy(at + FIRST_HASH, span.parentCheck, 20);
      memory.copy(at + ORIGIN_CHECK, span.originCheck, 20);
      store<u64>(at + LAST_EPOCH, span.lastEpoch);
    }
    const length = reader.encodingLength;
    waiting.encoding = 0;
    waiting.length = length;
    waiting.position = reader.offset;
    // Of a batch without transactions everything is here.
    const isNeeded = mayBeValid && (waiting.isSpan || waiting.count > 0);
    if (isNeeded && this.kept + length <= mostEncoded) {
      this.kept += length;
      waiting.encoding = <u32>storeChain(reader.encoding, length);
    } else if (isNeeded && !channel.isCounted) {
      channel.isCounted = true;
      channel.sizeBits = <u8>(32 - clz(reader.contentLength));
      this.weight += channel.weight;
    }
    waiting.isTakenAlong = false;
    waiting.newer = 0;
    waiting.older = channel.batches;
    if (channel.batches != 0) changetype<WaitingBatch>(<usize>channel.batches).newer = <u32>at;
    channel.batches = <u32>at;
    return waiting;
  }

  /** A singular batch by what it is judged by, without its transactions; valid until the next call. */
  outlineOf(waiting: WaitingBatch): SingularBatch {
    const batch = this.outline;
    const at = changetype<usize>(waiting);
    batch.set(at + FIRST_HASH, waiting.epochNumber, at + SECOND_HASH, waiting.timestamp);
    batch.transactionCount = waiting.count;
    batch.hasEmpty = waiting.hasEmpty;
    batch.hasDeposit = waiting.hasDeposit;
    batch.hasSetCode = waiting.hasSetCode;
    batch.hasPostExec = waiting.hasPostExec;
    return batch;
  }

  /** A span by what it is judged by as a whole, without its blocks; valid until the next call. */
  spanOutlineOf(waiting: WaitingBatch): SpanBatch {
    const span = this.spanOutline;
    const at = changetype<usize>(waiting);
    span.outline(
      waiting.timestamp,
      this.config.blockTime,
      waiting.count,
      waiting.epochNumber,
      load<u64>(at + LAST_EPOCH),
    );
    span.parentCheck = at + FIRST_HASH;
    span.originCheck = at + ORIGIN_CHECK;
    return span;
  }

  /**
   * Reads a waiting batch again, whole: it is in `singular` or `span` until another one is read. Batches up to the time `due` are
   * asked for in the order in which they came, then the others by time.
   */
  restore(waiting: WaitingBatch, due: u64): void {
    if (this.restored == waiting.sequence) return;
    this.restored = waiting.sequence;
    if (!waiting.isSpan && waiting.count == 0) {
      // The hashes must outlive the batch's block.
      const outline = this.outlineOf(waiting);
      copy32(HASHES, outline.parentHash);
      copy32(HASHES + 32, outline.epochHash);
      this.singular.set(HASHES, outline.epochNumber, HASHES + 32, outline.timestamp);
      return;
    }
    if (!waiting.mayBeValid) throw new Error('a waiting batch that can never be valid was asked for');
    const at = waiting.encoding == 0 ? this.decompress(waiting, due) : this.copy(waiting);
    const before = useScratch(true);
    const start = mark();
    const encoded = new Bytes(at + 1, waiting.length - 1);
    const config = this.config;
    const isRead = waiting.isSpan
      ? this.span.read(encoded, config.blockTime, config.genesisTime, config.l2ChainId)
      : readSingularBatch(encoded, this.singular, this.transactions);
    release(start);
    useScratch(before);
    if (!isRead) throw new Error('a waiting batch that cannot be read any more');
  }

  /** Drops a waiting batch, which is in no queue any more. */
  drop(waiting: WaitingBatch): void {
    const channel = waiting.channel;
    channel.waiting -= 1;
    this.giveBack(waiting);
    this.settle(channel);
  }

  /** Gives back all channels: none of their batches is in memory, or waits any more. */
  free(): void {
    this.current = 0;
    for (let at = this.firstChannel; at != 0;) {
      const channel = changetype<WaitingChannel>(at);
      at = <usize>channel.newer;
      freeNumbers(channel.numbersPlace);
      channel.channel.release();
    }
    this.firstChannel = 0;
    this.lastChannel = 0;
    this.parked.free();
  }

  private giveBack(waiting: WaitingBatch): void {
    if (waiting.isTakenAlong) this.leaveBehind(waiting);
    if (waiting.encoding != 0) {
      this.kept -= waiting.length;
      giveChain(<usize>waiting.encoding);
    }
    const older = <usize>waiting.older;
    const newer = <usize>waiting.newer;
    if (older != 0) changetype<WaitingBatch>(older).newer = <u32>newer;
    if (newer != 0) changetype<WaitingBatch>(newer).older = <u32>older;
    else waiting.channel.batches = <u32>older;
    giveBlock(changetype<usize>(waiting));
  }

  /** Address of the encoding. */
  private copy(waiting: WaitingBatch): usize {
    this.decompressed = 0;
    this.buffer.reserve(waiting.length);
    copyChain(<usize>waiting.encoding, waiting.length, this.buffer.ptr);
    return this.buffer.ptr;
  }

  /** Address of the encoding in the channel that holds it. */
  private decompress(waiting: WaitingBatch, due: u64): usize {
    const source = waiting.channel;
    if (this.decompressed != source.first) {
      this.reopen(source);
      this.closeAgain();
      this.restored = waiting.sequence;
      this.decompressed = source.first;
      this.takeAlong(waiting, due);
    }
    return this.buffer.ptr + waiting.position;
  }

  /**
   * Keeps what else is asked for next of the channel of `waiting`, which was decompressed for it alone. What channels take along
   * is divided among them by what it costs to decompress them, so that no order of batches has one of them decompressed often.
   */
  private takeAlong(waiting: WaitingBatch, due: u64): void {
    const channel = waiting.channel;
    if (!channel.isCounted) return;
    const next = this.next;
    for (let at = <usize>channel.batches; at != 0;) {
      const other = changetype<WaitingBatch>(at);
      const isNeeded = other.mayBeValid && (other.isSpan || other.count > 0);
      if (isNeeded && other.encoding == 0 && other !== waiting) {
        const time = other.timestamp <= due ? 0 : other.timestamp;
        next.add((time << NUMBER_BITS) | (other.sequence - channel.first), <u32>at);
      }
      at = <usize>other.older;
    }
    if (next.isEmpty) return;
    let share = (mostTakenAlong * channel.weight) / this.weight;
    if (this.takenAlong + share > mostTakenAlong) this.leaveAll();
    for (; !next.isEmpty; next.shift()) {
      const other = changetype<WaitingBatch>(<usize>next.value);
      if (other.length > share) break;
      share -= other.length;
      this.takenAlong += other.length;
      other.encoding = <u32>storeChain(this.buffer.ptr + other.position, other.length);
      other.isTakenAlong = true;
    }
    next.cut(0);
  }

  /** Gives up all that was taken along. */
  private leaveAll(): void {
    for (let at = this.firstChannel; at != 0;) {
      const channel = changetype<WaitingChannel>(at);
      for (let i = <usize>channel.batches; i != 0;) {
        const waiting = changetype<WaitingBatch>(i);
        if (waiting.isTakenAlong) this.leaveBehind(waiting);
        i = <usize>waiting.older;
      }
      at = <usize>channel.newer;
    }
  }

  private leaveBehind(waiting: WaitingBatch): void {
    this.takenAlong -= waiting.length;
    giveChain(<usize>waiting.encoding);
    waiting.encoding = 0;
    waiting.isTakenAlong = false;
  }
}

/** Parent hash and epoch hash of a batch without transactions. */
// @ts-ignore: decorator
@lazy const HASHES: usize = memory.data(64, 8);
