// Batches that wait for their turn before Holocene. Of each there is what it is judged by; of its transactions a copy as long
// as all of them take little, else the channel that it came in, which is decompressed again when the batch is due. What can
// never be valid has no transactions: it is there for the order in which batches are judged. Where too many wait for memory,
// nothing is there of them but their numbers in their channels.
import { copyChain, giveBlock, giveChain, storeChain, takeBlock } from '../block-store';
import { Bytes, copy32 } from '../bytes';
import { RollupConfig } from '../config/rollup';
import { addNumber, freeNumbers, hasNumber, removeNumber } from '../index-bits';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { mark, release, useScratch } from '../memory';
import { EncodedTransactions } from '../transaction/transaction-source';
import { readSingularBatch, SingularBatch } from './batch';
import { BatchReader } from './batch-reader';
import { Channel } from './channel';
import { readChannel } from './channel-opening';
import { ChannelData } from './channel-data';
import { ContentBuffer } from './content-buffer';
import { mostEncoded } from './memory-limits';
import { SpanBatch } from './span-batch';

/**
 * A channel, read in full or in part, some batches of which wait. Each of them is in memory, or in the set of those that are
 * not and are found in the channel again. It lies in the channel's own block (see `Channel`).
 */
@unmanaged
export class WaitingChannel {
  /** The neighbours in the order in which the channels were read. */
  older: u32;
  newer: u32;
  /** Sequence of its first batch. */
  first: u64;
  /** The L1 block in which it was read. */
  inclusion: u32;
  /** How many of its batches wait, and how many of those are not in memory. */
  waiting: u32;
  away: u32;
  /** The numbers of these in the channel (index-bits.ts). */
  numbers: u32;
  /** None of them is for a block before the one of this time, */
  private least: u64;
  /** (what the channel keeps here) */
  private sequence: u64;
  /** or after the one of this time. */
  private most: u64;
  /** Whether one of them is a span. */
  private hasSpans: bool;

  get block(): L1Block {
    return changetype<L1Block>(<usize>this.inclusion);
  }

  get channel(): Channel {
    return changetype<Channel>(changetype<usize>(this));
  }

  isAway(number: u32): bool {
    return this.away > 0 && hasNumber(changetype<usize>(this) + offsetof<WaitingChannel>('numbers'), number);
  }

  /** Notes that the batch of that number, for the (first) block of that time, is not in memory. */
  addAway(number: u32, time: u64, isSpan: bool): void {
    if (this.away == 0) {
      this.least = u64.MAX_VALUE;
      this.most = 0;
      this.hasSpans = false;
    }
    this.least = min(this.least, time);
    this.most = max(this.most, time);
    this.hasSpans = this.hasSpans || isSpan;
    this.away += 1;
    addNumber(changetype<usize>(this) + offsetof<WaitingChannel>('numbers'), number);
  }

  /**
   * Whether none of its batches that are away would be taken into memory, nor dropped, by who takes those for the block of time
   * `next`, if `takesDue`, and those for later ones below `limit`.
   */
  canWait(next: u64, takesDue: bool, limit: u64): bool {
    if (this.away == 0) return true;
    if (this.hasSpans || this.least < next) return false;
    return this.least > next ? this.least >= limit : !takesDue && (this.most == next || limit <= next + 1);
  }

  takeAway(number: u32): void {
    this.away -= 1;
    removeNumber(changetype<usize>(this) + offsetof<WaitingChannel>('numbers'), number);
  }
}

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
  /** Number of a singular batch's transactions, or of a span's blocks. */
  count: u32;
  sequence: u64;
  /** Time of the (first) block. */
  timestamp: u64;
  /** The L1 origin's number of the (first) block. */
  epochNumber: u64;

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
const FIRST_HASH: usize = 56;
// @ts-ignore: decorator
@inline
const SECOND_HASH: usize = 88;
// @ts-ignore: decorator
@inline
const ORIGIN_CHECK: usize = 76;
// @ts-ignore: decorator
@inline
const LAST_EPOCH: usize = 96;


@final
export class WaitingBatches {
  /** The batch that was read again. */
  readonly singular: SingularBatch = new SingularBatch();
  readonly span: SpanBatch = new SpanBatch();

  private readonly transactions: EncodedTransactions = new EncodedTransactions();
  private readonly outline: SingularBatch = new SingularBatch();
  private readonly spanOutline: SpanBatch = new SpanBatch();
  private kept: u64 = 0;
  /** Which batch is in `singular` or `span`, and which channel is in `buffer`; 0 for none. */
  private restored: u64 = 0;
  private decompressed: u64 = 0;
  private readonly buffer: ContentBuffer = new ContentBuffer();
  private readonly data: ChannelData;
  private readonly reader: BatchReader;
  private firstChannel: usize = 0;
  private lastChannel: usize = 0;

  constructor(
    private readonly config: RollupConfig,
    l1: L1Chain,
  ) {
    this.data = new ChannelData(l1);
    this.reader = new BatchReader(config);
  }

  /** The channel that waits longest; 0 for none. */
  get oldest(): usize {
    return this.firstChannel;
  }

  /** `channel`, which is being read in the L1 block `inclusion`; `first` is the sequence of its first batch. */
  channelOf(channel: Channel, inclusion: L1Block, first: u64): WaitingChannel {
    const at = this.lastChannel;
    const block = changetype<usize>(channel);
    const fresh = changetype<WaitingChannel>(block);
    if (at == block) return fresh;
    channel.hold();
    fresh.inclusion = <u32>changetype<usize>(inclusion);
    fresh.first = first;
    fresh.waiting = 0;
    fresh.away = 0;
    fresh.numbers = 0;
    fresh.newer = 0;
    fresh.older = <u32>at;
    if (at == 0) this.firstChannel = block;
    else changetype<WaitingChannel>(at).newer = <u32>block;
    this.lastChannel = block;
    return fresh;
  }

  /** Lets go of a channel none of whose batches wait any more. */
  private settle(channel: WaitingChannel): void {
    if (channel.waiting > 0) return;
    const older = <usize>channel.older;
    const newer = <usize>channel.newer;
    if (older == 0) this.firstChannel = newer;
    else changetype<WaitingChannel>(older).newer = <u32>newer;
    if (newer == 0) this.lastChannel = older;
    else changetype<WaitingChannel>(newer).older = <u32>older;
    freeNumbers(changetype<usize>(channel) + offsetof<WaitingChannel>('numbers'));
    channel.channel.release();
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

  /** Reads a channel again: its batches come by the result, until a batch is restored. */
  reopen(channel: WaitingChannel): BatchReader {
    this.restored = 0;
    this.decompressed = 0;
    const reader = this.reader;
    if (!readChannel(this.data, channel.channel, this.config, channel.block.time, this.buffer, reader)) {
      throw new Error('a channel with waiting batches that cannot be read any more');
    }
    return reader;
  }

  /** Ends the reading of a channel that was opened again. */
  close(channel: WaitingChannel): void {
    this.reader.close();
    this.settle(channel);
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
    }
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

  /** Reads a waiting batch again, whole: it is in `singular` or `span` until another one is read. */
  restore(waiting: WaitingBatch): void {
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
    const at = waiting.encoding == 0 ? this.decompress(waiting) : this.copy(waiting);
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

  private giveBack(waiting: WaitingBatch): void {
    if (waiting.encoding != 0) {
      this.kept -= waiting.length;
      giveChain(<usize>waiting.encoding);
    }
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
  private decompress(waiting: WaitingBatch): usize {
    const source = waiting.channel;
    const channel = source.channel;
    if (this.decompressed != channel.sequence) {
      this.reopen(source);
      this.reader.close();
      this.restored = waiting.sequence;
      this.decompressed = channel.sequence;
    }
    return this.buffer.ptr + waiting.position;
  }
}

/** Parent hash and epoch hash of a batch without transactions. */
// @ts-ignore: decorator
@lazy const HASHES: usize = memory.data(64, 8);
