// A channel before Holocene that batches wait in: what is known of those that are not in memory, and are found in it again.
import { addNumber, hasNumber, removeNumber } from '../index-bits';
import { L1Block } from '../l1/block';
import { Channel } from './channel';

/** What batches that are away have in common: those of a channel, or of many. */
@unmanaged
export class AwayBounds {
  /** None of them is for a block before the one of this time, or after the one of that. */
  least: u64;
  most: u64;
  /** None of them comes before the one of this sequence. */
  first: u64;
  /** Whether one of them may be a span. */
  hasSpans: bool;

  clear(): void {
    this.least = u64.MAX_VALUE;
    this.most = 0;
    this.first = u64.MAX_VALUE;
    this.hasSpans = false;
  }

  widen(least: u64, most: u64, first: u64, hasSpans: bool): void {
    this.least = min(this.least, least);
    this.most = max(this.most, most);
    this.first = min(this.first, first);
    this.hasSpans = this.hasSpans || hasSpans;
  }

  /**
   * Whether none of them would be taken into memory by who takes those for the block of time `next` or before below the
   * sequence `from`, and those for later ones below the time `limit`.
   */
  canWait(next: u64, from: u64, limit: u64): bool {
    if (this.hasSpans) return false;
    const laterWait = this.most <= next || max(this.least, next + 1) >= limit;
    return laterWait && (this.least > next || this.first >= from);
  }
}

/**
 * A channel, read in full or in part, some batches of which wait. Each of them is in memory, or in the set of those that are
 * away. It lies in the channel's own block (see `Channel`).
 */
@unmanaged
export class WaitingChannel {
  /** The neighbours among those that are not parked. */
  older: u32;
  newer: u32;
  /** Sequence of its first batch. */
  first: u64;
  /** The L1 block in which it was read. */
  inclusion: u32;
  /** How many of its batches wait, and how many of those are away. */
  waiting: u32;
  away: u32;
  /** The numbers of these in the channel (index-bits.ts). */
  numbers: u32;
  /** None of these is for a block before the one of this time, */
  least: u64;
  /** (what the channel keeps here) */
  private sequence: u64;
  /** or after the one of this time. */
  most: u64;
  /** Whether one of them may be a span. */
  hasSpans: bool;
  /** Whether it counts among those that must be decompressed for a batch in memory, and the power of two of its content's size. */
  isCounted: bool;
  sizeBits: u8;
  /** The last one of its batches that are in memory. */
  batches: u32;

  get block(): L1Block {
    return changetype<L1Block>(<usize>this.inclusion);
  }

  /** About how much it decompresses to. */
  get weight(): u64 {
    return (<u64>1) << this.sizeBits;
  }

  get channel(): Channel {
    return changetype<Channel>(changetype<usize>(this));
  }

  /** Where the set of `numbers` is. */
  get numbersPlace(): usize {
    return changetype<usize>(this) + offsetof<WaitingChannel>('numbers');
  }

  isAway(number: u32): bool {
    return this.away > 0 && hasNumber(this.numbersPlace, number);
  }

  /** Forgets the times of the batches that are away: each of them is noted again. */
  clearTimes(): void {
    this.least = u64.MAX_VALUE;
    this.most = 0;
    this.hasSpans = false;
  }

  /** Notes the time of the (first) block of a batch that is away. */
  noteTime(time: u64, isSpan: bool): void {
    this.least = min(this.least, time);
    this.most = max(this.most, time);
    this.hasSpans = this.hasSpans || isSpan;
  }

  /** Notes that the batch of that number, for the (first) block of that time, is not in memory. */
  addAway(number: u32, time: u64, isSpan: bool): void {
    if (this.away == 0) this.clearTimes();
    this.noteTime(time, isSpan);
    this.away += 1;
    addNumber(this.numbersPlace, number);
  }

  takeAway(number: u32): void {
    this.away -= 1;
    removeNumber(this.numbersPlace, number);
  }
}
