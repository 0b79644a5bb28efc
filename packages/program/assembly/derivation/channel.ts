// A channel: compressed batches, cut into frames (specs: protocol/derivation.md#channel-format). Channel and frames lie in
// blocks (block-store.ts), because anyone who is the batcher may open any number of channels and leave them open.
import { BLOCK_SIZE, copyChain, giveBlock, giveChain, storeChain, takeBlock } from '../block-store';
import { InputSupply } from '../compression/input-window';
import { HashChains, hashOf } from '../hash-chains';
import { Frame } from './frame';

/** What a frame costs beside its data where sizes of channels are compared. */
// @ts-ignore: decorator
@inline
const FRAME_OVERHEAD: u64 = 200;

/** A frame of a channel: this, and in the same block the beginning of its data. */
@unmanaged
class StoredFrame {
  /** Links of the table of frames. */
  chain: u32;
  hash: u32;
  /** Chain of blocks with the data that didn't fit. */
  rest: u32;
  /** Next frame of the channel. */
  next: u32;
  channel: u32;
  number: u32;
  length: u32;
}

// @ts-ignore: decorator
@inline
const FRAME_HEADER: u32 = 28;

/** Bytes of data in a frame's first block. */
// @ts-ignore: decorator
@inline
const FIRST_DATA: u32 = BLOCK_SIZE - FRAME_HEADER;

/** All frames of channels whose frames come in any order, by channel and number. */
let frames: HashChains | null = null;

function frameTable(): HashChains {
  let table = frames;
  if (table === null) {
    table = new HashChains();
    frames = table;
  }
  return table;
}


@unmanaged
export class Channel {
  /** Links of the bank's table of channels. */
  chain: u32;
  hash: u32;
  /** Its 16-byte id. */
  idLow: u64;
  idHigh: u64;
  /** Number of the L1 block that held its first frame. */
  openNumber: u64;
  /** Sum of its frames' sizes. */
  size: u64;
  /** Its place in the order in which channels were opened; 0 once it is gone. */
  sequence: u64;
  /** Its neighbours in that order. */
  older: u32;
  newer: u32;
  /** Its first and last frame as they came. */
  first: u32;
  last: u32;
  count: u32;
  endNumber: u32;
  highest: u32;
  closed: bool;
  /** Since Holocene frames must come in order. */
  inOrder: bool;
  /** Whether the bank's queue of complete channels refers to it: then its block stays when it is freed. */
  queued: bool;

  /** Address of the 16-byte id. */
  get id(): usize {
    return changetype<usize>(this) + offsetof<Channel>('idLow');
  }

  has(id: usize): bool {
    return load<u64>(id) == this.idLow && load<u64>(id, 8) == this.idHigh;
  }

  /** Adds a copy of a frame; returns why it can't be added, or null. */
  add(frame: Frame): string | null {
    if (!this.has(frame.channel)) return 'the frame belongs to another channel';
    if (frame.isLast && this.closed) return 'a second last frame';
    if (this.hasFrame(frame.number)) return 'a duplicate frame';
    if (this.closed && frame.number >= this.endNumber) return 'a frame behind the last one';
    if (this.inOrder && frame.number != this.count) return 'a frame out of order';
    if (frame.isLast) {
      this.endNumber = frame.number;
      this.closed = true;
      if (frame.number < this.highest) {
        this.prune(frame.number);
        this.highest = frame.number;
      }
    }
    if (frame.number > this.highest) this.highest = frame.number;
    this.append(frame);
    this.size += sizeOf(frame.length);
    return null;
  }

  /** Whether all its frames are there. */
  get ready(): bool {
    // No frame is numbered above the last one, so that their count decides.
    return this.closed && this.count == this.endNumber + 1;
  }

  /** Gives back the channel, which must be in no table, and its frames at once. */
  free(): void {
    while (this.first != 0) this.removeFirst();
    this.sequence = 0;
    if (!this.queued) giveBlock(changetype<usize>(this));
  }

  /** Notes that the queue of complete channels has let go of it. */
  unqueue(): void {
    this.queued = false;
    if (this.sequence == 0) giveBlock(changetype<usize>(this));
  }

  private hasFrame(number: u32): bool {
    return this.inOrder ? number < this.count : this.find(number) != 0;
  }

  private find(number: u32): usize {
    let at = frameTable().first(this.hashOf(number));
    while (at != 0) {
      const stored = changetype<StoredFrame>(at);
      if (stored.number == number && stored.channel == <u32>changetype<usize>(this)) break;
      at = <usize>stored.chain;
    }
    return at;
  }

  private hashOf(number: u32): u32 {
    return hashOf(this.sequence, number);
  }

  private append(frame: Frame): void {
    const stored = changetype<StoredFrame>(takeBlock());
    const at = <u32>changetype<usize>(stored);
    const length = frame.length;
    const begun = min(length, FIRST_DATA);
    stored.next = 0;
    stored.channel = <u32>changetype<usize>(this);
    stored.number = frame.number;
    stored.length = length;
    memory.copy(changetype<usize>(stored) + FRAME_HEADER, frame.data, begun);
    stored.rest = <u32>storeChain(frame.data + begun, length - begun);
    if (this.last == 0) this.first = at;
    else changetype<StoredFrame>(<usize>this.last).next = at;
    this.last = at;
    this.count += 1;
    if (!this.inOrder) frameTable().add(at, this.hashOf(frame.number));
  }

  /** Removes the first frame of the list. */
  private removeFirst(): void {
    const stored = changetype<StoredFrame>(<usize>this.first);
    this.first = stored.next;
    if (this.first == 0) this.last = 0;
    this.count -= 1;
    this.drop(stored);
  }

  private drop(stored: StoredFrame): void {
    if (!this.inOrder) frameTable().remove(changetype<usize>(stored));
    giveChain(stored.rest);
    giveBlock(changetype<usize>(stored));
  }

  /** Drops the frames numbered `end` or higher. */
  private prune(end: u32): void {
    let at = this.first;
    this.first = 0;
    this.last = 0;
    while (at != 0) {
      const stored = changetype<StoredFrame>(<usize>at);
      const next = stored.next;
      // op-node subtracts the size of every frame here, also of those that it keeps, and so must we: the size decides
      // which channels the bank drops. It may wrap, as op-node's does.
      this.size -= sizeOf(stored.length);
      if (stored.number >= end) {
        this.count -= 1;
        this.drop(stored);
      } else {
        stored.next = 0;
        if (this.last == 0) this.first = at;
        else changetype<StoredFrame>(<usize>this.last).next = at;
        this.last = at;
      }
      at = next;
    }
  }

  /** Bytes of all frames' data. */
  get dataLength(): u64 {
    let length: u64 = 0;
    for (let at = this.first; at != 0; at = changetype<StoredFrame>(<usize>at).next) {
      length += changetype<StoredFrame>(<usize>at).length;
    }
    return length;
  }

  /** Puts the frames of a channel that is ready into their order. */
  sort(): void {
    if (this.inOrder) return;
    let last = <usize>0;
    for (let i: u32 = 0; i <= this.endNumber; i++) {
      const at = this.find(i);
      if (last == 0) this.first = <u32>at;
      else changetype<StoredFrame>(last).next = <u32>at;
      last = at;
    }
    changetype<StoredFrame>(last).next = 0;
    this.last = <u32>last;
  }
}

function sizeOf(length: u32): u64 {
  return <u64>length + FRAME_OVERHEAD;
}

/** Opens a channel with the 16-byte id at `id` in the L1 block `openNumber`; no other may have its `sequence`. */
export function openChannel(id: usize, openNumber: u64, sequence: u64, inOrder: bool): Channel {
  const block = takeBlock();
  memory.fill(block, 0, BLOCK_SIZE);
  const channel = changetype<Channel>(block);
  channel.idLow = load<u64>(id);
  channel.idHigh = load<u64>(id, 8);
  channel.openNumber = openNumber;
  channel.sequence = sequence;
  channel.inOrder = inOrder;
  return channel;
}

/** Hash of the 16-byte channel id at `id`. */
export function channelHash(id: usize): u32 {
  return hashOf(load<u64>(id), load<u64>(id, 8));
}

/** The data of a channel that is ready, in order, piece by piece. */
@final
export class ChannelData extends InputSupply {
  private channel: usize = 0;
  // Where it goes on: the frame, the block within it (0: the frame's own), the bytes used of it and left of the frame.
  private frame: usize = 0;
  private block: usize = 0;
  private used: u32 = 0;
  private left: u32 = 0;
  private total: u64 = 0;

  /** Begins at the start of `channel`. */
  open(channel: Channel): void {
    channel.sort();
    this.channel = changetype<usize>(channel);
    this.total = channel.dataLength;
    this.rewind();
  }

  get length(): u64 {
    return this.total;
  }

  rewind(): void {
    this.enter(changetype<Channel>(this.channel).first);
  }

  private enter(frame: u32): void {
    this.frame = <usize>frame;
    this.block = 0;
    this.used = 0;
    this.left = frame == 0 ? 0 : changetype<StoredFrame>(<usize>frame).length;
  }

  read(target: usize, room: u32): u32 {
    let done: u32 = 0;
    while (done < room && this.frame != 0) {
      if (this.left == 0) {
        this.enter(changetype<StoredFrame>(this.frame).next);
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
