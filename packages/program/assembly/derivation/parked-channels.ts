// Channels before Holocene of whose waiting batches none is in memory, as short as they can be: five to twenty bytes for one of
// a frame or two, since most of a channel is like the one before it. They are read in the order in which they were written, in
// segments, of which those that have nothing to give are passed over as a whole.
import { Rope } from '../block-store';
import { addNumber, freeNumbers, hasNumber } from '../index-bits';
import { L1Chain } from '../l1/chain';
import { useScratch } from '../memory';
import { openChannel } from './channel';
import { foundAway, foundLength, openLog, passData, readFrame } from './frame-records';
import { AwayBounds, WaitingChannel } from './waiting-channel';

/** Channels in a segment. */
// @ts-ignore: decorator
@inline
const SEGMENT: u32 = 4096;

// A channel begins with these bits. Then what they leave open, as numbers of seven bits a byte: the difference to the first
// sequence before, and to the L1 block's number; the times; the numbers of the batches; the frames.
// @ts-ignore: decorator
@inline
const FIRST_NUMBER: u32 = 0;
// @ts-ignore: decorator
@inline
const FIRST_NUMBERS: u32 = 1;
// @ts-ignore: decorator
@inline
const RUNS: u32 = 2;
// @ts-ignore: decorator
@inline
const SET: u32 = 3;
// @ts-ignore: decorator
@inline
const SPANS: u32 = 4;
// @ts-ignore: decorator
@inline
const SAME_BLOCK: u32 = 8;
// @ts-ignore: decorator
@inline
const SAME_TIMES: u32 = 16;
// @ts-ignore: decorator
@inline
const ONE_TIME: u32 = 32;
// @ts-ignore: decorator
@inline
const ONE_FRAME: u32 = 64;

/** Numbers of batches are written as runs where these are few, and the last number is low; else their set is kept. */
// @ts-ignore: decorator
@inline
const MOST_RUNS: u32 = 64;
// @ts-ignore: decorator
@inline
const HIGHEST_RUN: u32 = 4096;

/** Bytes that go from one place to another. */
// @ts-ignore: decorator
@inline
const PIECE: u32 = 128;
// @ts-ignore: decorator
@lazy const BUFFER: usize = memory.data(128, 8);

/** What lies between two frames of one channel each whose data is one behind the other on L1. */
// @ts-ignore: decorator
@inline
const FRAME_HEADER: u64 = 23;


@final
class Segment {
  readonly rope: Rope = new Rope();
  readonly bounds: AwayBounds = changetype<AwayBounds>(heap.alloc(offsetof<AwayBounds>()));
  count: u32 = 0;
  /** Whether a channel's numbers are in blocks of their own. */
  hasSets: bool = false;
  next: Segment | null = null;
}

/** The channel before, by which the next one is written and read. */
@final
class Neighbour {
  first: u64 = 0;
  block: u64 = 0;
  least: u64 = 0;
  most: u64 = 0;
  /** Where the next frame's data is, if it follows the last one's. */
  place: u64 = 0;

  clear(): void {
    this.first = 0;
    this.block = 0;
    this.least = 0;
    this.most = 0;
    this.place = 0;
  }
}


@final
export class ParkedChannels {
  private first: Segment | null = null;
  private last: Segment | null = null;
  /** The segment that is written, if it may go on: the last one. */
  private open: Segment | null = null;
  private readonly written: Neighbour = new Neighbour();
  /** In a pass the segments that did not come by yet, and whether the first of them is being read. */
  private old: Segment | null = null;
  private isReading: bool = false;
  private readonly read: Neighbour = new Neighbour();
  /** Segments to be used again. */
  private spare: Segment | null = null;

  constructor(private readonly l1: L1Chain) {}

  /** Writes what is known of `channel`, all of whose waiting batches are away; its set of numbers may be taken from it. */
  add(channel: WaitingChannel): void {
    const open = this.open;
    const segment = open === null || open.count == SEGMENT ? this.begin() : open;
    segment.count += 1;
    const numbers = numbersKind(channel);
    if (numbers == SET) segment.hasSets = true;
    segment.bounds.widen(channel.least, channel.most, channel.first, channel.hasSpans);
    const rope = segment.rope;
    const before = this.written;
    const block = channel.block.number;
    const records = channel.channel.records;
    let bits = numbers;
    if (channel.hasSpans) bits |= SPANS;
    if (block == before.block) bits |= SAME_BLOCK;
    if (channel.least == before.least && channel.most == before.most) bits |= SAME_TIMES;
    else if (channel.least == channel.most) bits |= ONE_TIME;
    if (records.count == 1) bits |= ONE_FRAME;
    put(rope, bits);
    putDifference(rope, channel.first, before.first);
    if ((bits & SAME_BLOCK) == 0) putDifference(rope, block, before.block);
    if ((bits & SAME_TIMES) == 0) {
      putDifference(rope, channel.least, before.least);
      if ((bits & ONE_TIME) == 0) put(rope, channel.most - channel.least);
    }
    putNumbers(rope, channel, numbers);
    if ((bits & ONE_FRAME) == 0) put(rope, records.count);
    openLog(records);
    let expected: u64 = 0;
    for (let left = records.count; left > 0; left--) {
      const number = <u64>readFrame();
      if ((bits & ONE_FRAME) == 0) putDifference(rope, number, expected);
      expected = number + 1;
      put(rope, ((<u64>foundLength) << 1) | (<u64>foundAway));
      if (foundAway) {
        passData(BUFFER, 8);
        const place = load<u64>(BUFFER);
        putDifference(rope, place, before.place);
        before.place = place + foundLength + FRAME_HEADER;
        continue;
      }
      for (let rest = foundLength; rest > 0;) {
        const count = min(rest, PIECE);
        passData(BUFFER, count);
        rope.append(BUFFER, count);
        rest -= count;
      }
    }
    before.first = channel.first;
    before.block = block;
    before.least = channel.least;
    before.most = channel.most;
  }

  private begin(): Segment {
    const before = useScratch(false);
    let segment = this.spare;
    if (segment === null) segment = new Segment();
    else this.spare = segment.next;
    useScratch(before);
    segment.count = 0;
    segment.hasSets = false;
    segment.bounds.clear();
    this.written.clear();
    this.link(segment);
    this.open = segment;
    return segment;
  }

  private link(segment: Segment): void {
    segment.next = null;
    const last = this.last;
    if (last === null) this.first = segment;
    else last.next = segment;
    this.last = segment;
  }

  /** Begins to go through the channels: each is given by `next`, and is here no more, or has nothing to give. */
  beginPass(): void {
    if (this.old !== null) throw new Error('parked channels are gone through already');
    this.old = this.first;
    this.isReading = false;
    this.first = null;
    this.last = null;
    this.open = null;
  }

  /** The next channel of the pass, in a block of its own and held once; 0 at the end. For the rest see `AwayBounds.canWait`. */
  next(next: u64, from: u64, limit: u64): usize {
    while (true) {
      const segment = this.old;
      if (segment === null) return 0;
      if (segment.count == 0) {
        this.old = segment.next;
        segment.next = this.spare;
        this.spare = segment;
        this.isReading = false;
        continue;
      }
      if (!this.isReading && segment.bounds.canWait(next, from, limit)) {
        this.old = segment.next;
        this.open = null;
        this.link(segment);
        continue;
      }
      if (!this.isReading) this.read.clear();
      this.isReading = true;
      segment.count -= 1;
      return changetype<usize>(this.take(segment.rope));
    }
  }

  /** Gives all of them back. */
  free(): void {
    this.beginPass();
    while (true) {
      const segment = this.old;
      if (segment === null) return;
      this.old = segment.next;
      if (segment.hasSets) {
        this.read.clear();
        for (; segment.count > 0; segment.count--) {
          const channel = this.take(segment.rope);
          freeNumbers(channel.numbersPlace);
          channel.channel.release();
        }
      }
      segment.rope.free();
    }
  }

  private take(rope: Rope): WaitingChannel {
    const before = this.read;
    const bits = <u32>take(rope);
    before.first = takeDifference(rope, before.first);
    if ((bits & SAME_BLOCK) == 0) before.block = takeDifference(rope, before.block);
    if ((bits & SAME_TIMES) == 0) {
      before.least = takeDifference(rope, before.least);
      before.most = (bits & ONE_TIME) == 0 ? before.least + take(rope) : before.least;
    }
    const block = this.l1.byNumber(before.block);
    if (block === null) throw new Error('an L1 block that was read and is not there any more');
    const channel = openChannel(BUFFER, 0, before.first, false);
    channel.hold();
    const waiting = changetype<WaitingChannel>(changetype<usize>(channel));
    waiting.first = before.first;
    waiting.inclusion = <u32>changetype<usize>(block);
    waiting.numbers = 0;
    takeNumbers(rope, waiting, bits & SET);
    waiting.waiting = waiting.away;
    waiting.least = before.least;
    waiting.most = before.most;
    waiting.hasSpans = (bits & SPANS) != 0;
    const records = channel.records;
    const count = (bits & ONE_FRAME) != 0 ? 1 : <u32>take(rope);
    let expected: u64 = 0;
    for (let left = count; left > 0; left--) {
      const number = (bits & ONE_FRAME) != 0 ? 0 : takeDifference(rope, expected);
      expected = number + 1;
      const kind = take(rope);
      const length = <u32>(kind >> 1);
      const isAway = (kind & 1) != 0;
      records.beginFrame(<u32>number, length, isAway);
      if (isAway) {
        const place = takeDifference(rope, before.place);
        before.place = place + length + FRAME_HEADER;
        store<u64>(BUFFER, place);
        records.write(BUFFER, 8);
        continue;
      }
      for (let rest = length; rest > 0;) {
        const piece = min(rest, PIECE);
        rope.take(BUFFER, piece);
        records.write(BUFFER, piece);
        rest -= piece;
      }
    }
    return waiting;
  }
}

/** How the numbers of a channel's batches are written. */
function numbersKind(channel: WaitingChannel): u32 {
  const place = channel.numbersPlace;
  let left = channel.away;
  let runs: u32 = 0;
  let isIn = false;
  let isFirst = true;
  for (let i: u32 = 0; left > 0; i++) {
    if (i == HIGHEST_RUN) return SET;
    const has = hasNumber(place, i);
    if (has) left -= 1;
    else isFirst = false;
    if (has && !isIn) runs += 1;
    isIn = has;
    if (runs > MOST_RUNS) return SET;
  }
  if (!isFirst) return RUNS;
  return channel.away == 1 ? FIRST_NUMBER : FIRST_NUMBERS;
}

function putNumbers(rope: Rope, channel: WaitingChannel, kind: u32): void {
  const place = channel.numbersPlace;
  if (kind != FIRST_NUMBER) put(rope, channel.away);
  if (kind == SET) {
    put(rope, channel.numbers);
    channel.numbers = 0;
    return;
  }
  if (kind == RUNS) {
    // By turns how many are not there, and how many are.
    let left = channel.away;
    let isIn = false;
    let length: u32 = 0;
    for (let i: u32 = 0; left > 0; i++) {
      const has = hasNumber(place, i);
      if (has != isIn) {
        put(rope, length);
        length = 0;
        isIn = has;
      }
      length += 1;
      if (has) left -= 1;
    }
    put(rope, length);
  }
  freeNumbers(place);
}

/** Reads what `putNumbers` wrote. */
function takeNumbers(rope: Rope, channel: WaitingChannel, kind: u32): void {
  const place = channel.numbersPlace;
  const all: u32 = kind == FIRST_NUMBER ? 1 : <u32>take(rope);
  channel.away = all;
  if (kind == SET) {
    channel.numbers = <u32>take(rope);
    return;
  }
  let number: u32 = 0;
  for (let left = all; left > 0;) {
    if (kind == RUNS) number += <u32>take(rope);
    const count: u32 = kind == RUNS ? <u32>take(rope) : all;
    for (let i: u32 = 0; i < count; i++) addNumber(place, number++);
    left -= count;
  }
}

/** Appends a number, seven bits a byte, the last one without the highest bit. */
function put(rope: Rope, value: u64): void {
  let at = BUFFER;
  for (; value >= 0x80; value >>= 7) store<u8>(at++, <u8>(value | 0x80));
  store<u8>(at++, <u8>value);
  rope.append(BUFFER, <u32>(at - BUFFER));
}

function take(rope: Rope): u64 {
  let value: u64 = 0;
  let shift: u64 = 0;
  let byte: u64 = 0;
  do {
    rope.take(BUFFER, 1);
    byte = <u64>load<u8>(BUFFER);
    value |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte >= 0x80);
  return value;
}

/** The same of `value` less another number, of which small ones are short whatever their sign. */
function putDifference(rope: Rope, value: u64, other: u64): void {
  const difference = <i64>(value - other);
  put(rope, <u64>((difference << 1) ^ (difference >> 63)));
}

function takeDifference(rope: Rope, other: u64): u64 {
  const folded = take(rope);
  return other + ((folded >> 1) ^ (0 - (folded & 1)));
}
