// A channel: compressed batches, cut into frames (specs: protocol/derivation.md#channel-format). Channel and frames lie in
// blocks (block-store.ts), because anyone who is the batcher may open any number of channels and leave them open. Where
// much is held already, the data of further frames stays on L1 and is read again when their channel is.
import { BLOCK_SIZE, blocksHeld, giveBlock, giveChain, storeChain, takeBlock } from '../block-store';
import { HashChains, hashOf } from '../hash-chains';
import { storePlace } from './data-place';
import { Frame } from './frame';
import { mostHeld } from './memory-limits';

/** What a frame costs beside its data where sizes of channels are compared. */
// @ts-ignore: decorator
@inline
const FRAME_OVERHEAD: u64 = 200;

/** Marks the length of a frame whose data is on L1. */
// @ts-ignore: decorator
@inline
const AWAY: u32 = 0x80000000;

/**
 * A frame of a channel: this, and in the same block the beginning of its data, or the place of all of it on L1
 * (data-place.ts).
 */
@unmanaged
export class StoredFrame {
  /** Links of the table of frames. */
  chain: u32;
  hash: u32;
  /** Chain of blocks with the data that didn't fit, or with all of it that was read again; 0 for none. */
  rest: u32;
  /** Next frame of the channel. */
  next: u32;
  channel: u32;
  number: u32;
  private lengthAndMark: u32;

  /** Sets the length of its data, and whether that is on L1. */
  setLength(length: u32, isAway: bool): void {
    this.lengthAndMark = isAway ? length | AWAY : length;
  }

  get length(): u32 {
    return this.lengthAndMark & ~AWAY;
  }

  get isAway(): bool {
    return (this.lengthAndMark & AWAY) != 0;
  }
}

/** Where a frame's block has its data, or the place of it. */
// @ts-ignore: decorator
@inline
export const FRAME_HEADER: u32 = 28;

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
  /** How many hold a channel that was read: the reader, and waiting batches. */
  private holders: u32;

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

  /** Lets the channel stay until `release`. */
  hold(): void {
    this.holders += 1;
  }

  /** Frees the channel with the last who held it. */
  release(): void {
    this.holders -= 1;
    if (this.holders == 0) this.free();
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
    const place = frame.place;
    const isAway = length > FIRST_DATA && place !== null && blocksHeld() >= mostHeld;
    stored.next = 0;
    stored.channel = <u32>changetype<usize>(this);
    stored.number = frame.number;
    stored.setLength(length, isAway);
    if (isAway && place !== null) {
      storePlace(changetype<usize>(stored) + FRAME_HEADER, place, <u32>(frame.data - place.data));
      stored.rest = 0;
    } else {
      const begun = min(length, FIRST_DATA);
      memory.copy(changetype<usize>(stored) + FRAME_HEADER, frame.data, begun);
      stored.rest = <u32>storeChain(frame.data + begun, length - begun);
    }
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
