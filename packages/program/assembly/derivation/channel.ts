// A channel: compressed batches, cut into frames (specs: protocol/derivation.md#channel-format). It lies in a block
// (block-store.ts), because anyone who is the batcher may open any number of channels and leave them open, and so do the first
// of its frames, if they are small (frame-records.ts).
import { BLOCK_SIZE, giveBlock, takeBlock } from '../block-store';
import { hashOf } from '../hash-chains';
import { Frame } from './frame';
import { FrameRecords } from './frame-records';

/** What a frame costs beside its data where sizes of channels are compared. */
// @ts-ignore: decorator
@inline
const FRAME_OVERHEAD: u64 = 200;


@unmanaged
export class Channel {
  // Once it was read, what is known of its waiting batches takes the place of these five (waiting-batch.ts).
  /** Links of the bank's table of channels. */
  chain: u32;
  hash: u32;
  /** Its 16-byte id. */
  idLow: u64;
  idHigh: u64;
  /** Sum of its frames' sizes. */
  size: u64;

  /** Number of the L1 block that held its first frame. */
  openNumber: u64;
  /** Its place in the order in which channels were opened; 0 once it is gone. */
  sequence: u64;
  /** Its neighbours in that order. */
  older: u32;
  newer: u32;
  endNumber: u32;
  highest: u32;
  /** How many hold a channel that was read: the reader, and waiting batches. */
  private holders: u32;
  closed: bool;
  /** Since Holocene frames must come in order. */
  inOrder: bool;
  /** Whether the bank's queue of complete channels refers to it: then its block stays when it is freed. */
  queued: bool;

  /** Address of the 16-byte id. */
  get id(): usize {
    return changetype<usize>(this) + offsetof<Channel>('idLow');
  }

  /** Its frames: they take the rest of the block. */
  get records(): FrameRecords {
    return changetype<FrameRecords>(changetype<usize>(this) + RECORDS);
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
    if (this.inOrder && frame.number != this.records.count) return 'a frame out of order';
    if (frame.isLast) {
      this.endNumber = frame.number;
      this.closed = true;
      if (frame.number < this.highest) {
        // op-node subtracts the size of every frame here, also of those that it keeps, and so must we: the size decides
        // which channels the bank drops.
        this.size = 0;
        this.records.prune(frame.number);
        this.highest = frame.number;
      }
    }
    if (frame.number > this.highest) this.highest = frame.number;
    if (this.inOrder) this.records.append(frame);
    else this.records.add(frame);
    this.size += <u64>frame.length + FRAME_OVERHEAD;
    return null;
  }

  /** Whether all its frames are there. */
  get ready(): bool {
    // No frame is numbered above the last one, so that their count decides.
    return this.closed && this.records.count == this.endNumber + 1;
  }

  /** Gives back the channel, which must be in no table, and its frames at once. */
  free(): void {
    this.records.free();
    this.sequence = 0;
    if (!this.queued) giveBlock(changetype<usize>(this));
  }

  /** Lets the channel, which is complete, stay until `release`. */
  hold(): void {
    this.records.close();
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
    return this.inOrder ? number < this.records.count : this.records.has(number);
  }
}

/** Where a channel's block has its frames. */
// @ts-ignore: decorator
@inline
const RECORDS: usize = 72;

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
