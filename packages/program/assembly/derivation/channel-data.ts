// The data of a channel in order, piece by piece. What was left on L1 is read again some megabytes at a time, in the order
// in which it is there, so that no piece of it is read more often than the channel has such portions.
import { BLOCK_SIZE, blockOf, giveChain, storeChain } from '../block-store';
import { InputSupply } from '../compression/input-window';
import { GrowingBuffer } from '../growing-buffer';
import { L1Chain } from '../l1/chain';
import { PriorityQueue } from '../priority-queue';
import { Channel } from './channel';
import { DataReader, orderOf } from './data-place';
import { findFrame, foundAt, foundAway, foundLength, foundPlace, FrameRecords, indexFrames } from './frame-records';

/** Bytes that are read again at a time, and no more than a frame's beyond. */
// @ts-ignore: decorator
@inline
const PORTION: u32 = 16 << 20;


@final
export class ChannelData extends InputSupply {
  private records: usize = 0;
  private count: u32 = 0;
  private total: u64 = 0;
  /** Where each frame is in the records, by its number (4). */
  private readonly index: GrowingBuffer = new GrowingBuffer();
  // Where it goes on: the frame's number, the address of its next byte, and how many are left of it.
  private number: u32 = 0;
  private at: usize = 0;
  private left: u32 = 0;
  // The portion that was read again: by frame, from `portionFirst` to below `portionEnd`, the chain of its data (4), or 0.
  private readonly portion: GrowingBuffer = new GrowingBuffer();
  private portionFirst: u32 = 0;
  private portionEnd: u32 = 0;
  private readonly wanted: PriorityQueue = new PriorityQueue();
  private readonly reader: DataReader | null;

  /** Without `l1` all data must be in memory. */
  constructor(l1: L1Chain | null) {
    super();
    this.reader = l1 === null ? null : new DataReader(l1);
  }

  /** Begins at the start of `channel`, which is ready. */
  open(channel: Channel): void {
    const records = channel.records;
    this.records = changetype<usize>(records);
    this.count = records.count;
    this.total = indexFrames(records, this.index);
    this.rewind();
  }

  /** Gives back what was read again and not used. */
  close(): void {
    for (let i = this.portionFirst; i < this.portionEnd; i++) this.giveAway(i);
    this.portionEnd = 0;
    this.count = 0;
    this.left = 0;
  }

  get length(): u64 {
    return this.total;
  }

  rewind(): void {
    const count = this.count;
    this.close();
    this.count = count;
    this.enter(0);
  }

  private find(number: u32): void {
    findFrame(changetype<FrameRecords>(this.records), <usize>load<u32>(this.index.ptr + ((<usize>number) << 2)));
  }

  private enter(number: u32): void {
    this.number = number;
    this.left = 0;
    if (number >= this.count) return;
    this.find(number);
    this.left = foundLength;
    this.at = foundAt;
    if (!foundAway) return;
    if (number >= this.portionEnd) this.fetch(number);
    this.at = <usize>load<u32>(this.chainPlace(number)) + 4;
  }

  private chainPlace(number: u32): usize {
    return this.portion.ptr + ((<usize>(number - this.portionFirst)) << 2);
  }

  /** Reads data from L1 again, from that of a frame on. */
  private fetch(first: u32): void {
    const reader = this.reader;
    if (reader === null) throw new Error('data of a channel that is on an L1 which is not known');
    const wanted = this.wanted;
    this.portionFirst = first;
    let sum: u32 = 0;
    let number = first;
    for (; number < this.count && sum < PORTION; number++) {
      this.portion.reserve((number - first + 1) << 2, (number - first) << 2);
      store<u32>(this.chainPlace(number), 0);
      this.find(number);
      if (!foundAway) continue;
      sum += foundLength;
      wanted.add(orderOf(foundPlace()), number);
    }
    this.portionEnd = number;
    while (!wanted.isEmpty) {
      number = wanted.value;
      wanted.shift();
      this.find(number);
      const length = foundLength;
      store<u32>(this.chainPlace(number), <u32>storeChain(reader.read(foundPlace(), length), length));
    }
  }

  read(target: usize, room: u32): u32 {
    let done: u32 = 0;
    while (done < room && this.number < this.count) {
      if (this.left == 0) {
        if (this.number < this.portionEnd) this.giveAway(this.number);
        this.enter(this.number + 1);
        continue;
      }
      // Behind a block's bytes its chain goes on.
      const block = blockOf(this.at - 1);
      const here = <u32>(block + BLOCK_SIZE - this.at);
      if (here == 0) {
        this.at = changetype<FrameRecords>(this.records).after(block) + 4;
        continue;
      }
      const count = min(min(here, this.left), room - done);
      memory.copy(target + done, this.at, count);
      done += count;
      this.at += count;
      this.left -= count;
    }
    return done;
  }

  /** Gives back the data of a frame of the portion. */
  private giveAway(number: u32): void {
    const place = this.chainPlace(number);
    giveChain(<usize>load<u32>(place));
    store<u32>(place, 0);
  }
}
