// A channel: compressed batches, cut into frames (specs: protocol/derivation.md#channel-format).
import { Bytes } from '../bytes';
import { L1Block } from '../l1/block';
import { Frame, sameChannel } from './frame';


@final
export class Channel {
  private readonly frames: Map<u32, Frame> = new Map<u32, Frame>();
  private closed: bool = false;
  private endNumber: u32 = 0;
  private highest: u32 = 0;
  /** Sum of its frames' sizes. */
  size: u64 = 0;

  constructor(
    /** Address of the 16-byte id. */
    public readonly id: usize,
    /** The L1 block that held its first frame. */
    public readonly openBlock: L1Block,
    /** Since Holocene frames must come in order. */
    private readonly inOrder: bool,
  ) {}

  /** Adds a frame; returns why it can't be added, or null. */
  add(frame: Frame): string | null {
    if (!sameChannel(frame.channel, this.id)) return 'the frame belongs to another channel';
    if (frame.isLast && this.closed) return 'a second last frame';
    if (this.frames.has(frame.number)) return 'a duplicate frame';
    if (this.closed && frame.number >= this.endNumber) return 'a frame behind the last one';
    if (this.inOrder && frame.number != <u32>this.frames.size) return 'a frame out of order';
    if (frame.isLast) {
      this.endNumber = frame.number;
      this.closed = true;
      if (frame.number < this.highest) {
        this.prune(frame.number);
        this.highest = frame.number;
      }
    }
    if (frame.number > this.highest) this.highest = frame.number;
    this.frames.set(frame.number, frame);
    this.size += frame.size;
    return null;
  }

  /** Whether all its frames are there. */
  get ready(): bool {
    // No frame is numbered above the last one, so that their count decides.
    return this.closed && <u32>this.frames.size == this.endNumber + 1;
  }

  /** The data of all frames in order, in the current region. The channel must be ready. */
  data(): Bytes {
    let length: u32 = 0;
    for (let i: u32 = 0; i <= this.endNumber; i++) length += this.frames.get(i).data.length;
    const ptr = heap.alloc(length);
    let position: u32 = 0;
    for (let i: u32 = 0; i <= this.endNumber; i++) {
      const data = this.frames.get(i).data;
      data.copyTo(ptr + position);
      position += data.length;
    }
    return new Bytes(ptr, length);
  }

  /** Drops the frames numbered `end` or higher. */
  private prune(end: u32): void {
    const numbers = this.frames.keys();
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      // op-node subtracts the size of every frame here, also of those that it keeps, and so must we: the size decides
      // which channels the bank drops. It may wrap, as op-node's does.
      this.size -= this.frames.get(number).size;
      if (number >= end) this.frames.delete(number);
    }
  }
}
