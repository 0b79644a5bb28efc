// The data of a channel in order, piece by piece. What was left on L1 is read again some megabytes at a time, in the order
// in which it is there, so that no piece of it is read more often than the channel has such portions.
import { BLOCK_SIZE, giveChain, storeChain } from '../block-store';
import { InputSupply } from '../compression/input-window';
import { L1Chain } from '../l1/chain';
import { PriorityQueue } from '../priority-queue';
import { Channel, FRAME_HEADER, StoredFrame } from './channel';
import { DataReader, orderOf } from './data-place';

/** Bytes that are read again at a time, and no more than a frame's beyond. */
// @ts-ignore: decorator
@inline
const PORTION: u32 = 16 << 20;


@final
export class ChannelData extends InputSupply {
  private channel: usize = 0;
  // Where it goes on: the frame, the block within it (0: the frame's own), the bytes used of it and left of the frame.
  private frame: usize = 0;
  private block: usize = 0;
  private used: u32 = 0;
  private left: u32 = 0;
  private total: u64 = 0;
  private readonly wanted: PriorityQueue = new PriorityQueue();
  private readonly reader: DataReader | null;

  /** Without `l1` all data must be in memory. */
  constructor(l1: L1Chain | null) {
    super();
    this.reader = l1 === null ? null : new DataReader(l1);
  }

  /** Begins at the start of `channel`, which is ready. */
  open(channel: Channel): void {
    channel.sort();
    this.channel = changetype<usize>(channel);
    this.total = channel.dataLength;
    this.rewind();
  }

  /** Gives back what was read again and not used. */
  close(): void {
    for (let at = this.frame; at != 0; at = <usize>changetype<StoredFrame>(at).next) giveAway(at);
    this.frame = 0;
  }

  get length(): u64 {
    return this.total;
  }

  rewind(): void {
    this.close();
    this.enter(changetype<Channel>(this.channel).first);
  }

  private enter(frame: u32): void {
    this.frame = <usize>frame;
    this.block = 0;
    this.used = 0;
    this.left = 0;
    if (frame == 0) return;
    const stored = changetype<StoredFrame>(this.frame);
    this.left = stored.length;
    if (!stored.isAway) return;
    if (stored.rest == 0) this.fetch();
    this.block = <usize>stored.rest;
  }

  /** Reads data from L1 again, from that of the frame at hand on. */
  private fetch(): void {
    const reader = this.reader;
    if (reader === null) throw new Error('data of a channel that is on an L1 which is not known');
    const wanted = this.wanted;
    let sum: u32 = 0;
    for (let at = this.frame; at != 0 && sum < PORTION; at = <usize>changetype<StoredFrame>(at).next) {
      const stored = changetype<StoredFrame>(at);
      if (!stored.isAway || stored.rest != 0) continue;
      sum += stored.length;
      wanted.add(orderOf(at + FRAME_HEADER), <u32>at);
    }
    while (!wanted.isEmpty) {
      const at = <usize>wanted.value;
      wanted.shift();
      const stored = changetype<StoredFrame>(at);
      stored.rest = <u32>storeChain(reader.read(at + FRAME_HEADER, stored.length), stored.length);
    }
  }

  read(target: usize, room: u32): u32 {
    let done: u32 = 0;
    while (done < room && this.frame != 0) {
      if (this.left == 0) {
        const next = changetype<StoredFrame>(this.frame).next;
        giveAway(this.frame);
        this.enter(next);
        continue;
      }
      const isFirst = this.block == 0;
      const header: u32 = isFirst ? FRAME_HEADER : 4;
      const here = BLOCK_SIZE - header - this.used;
      if (here == 0) {
        this.block = isFirst ? <usize>changetype<StoredFrame>(this.frame).rest : <usize>load<u32>(this.block);
        this.used = 0;
        continue;
      }
      const count = min(min(here, this.left), room - done);
      memory.copy(target + done, (isFirst ? this.frame : this.block) + header + this.used, count);
      done += count;
      this.used += count;
      this.left -= count;
    }
    return done;
  }
}

/** Gives back the data of a frame that is on L1. */
function giveAway(frame: usize): void {
  const stored = changetype<StoredFrame>(frame);
  if (!stored.isAway || stored.rest == 0) return;
  giveChain(<usize>stored.rest);
  stored.rest = 0;
}
