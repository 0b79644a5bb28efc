// Frames: pieces of channels in the batcher's transactions (specs: protocol/derivation.md#frame-format).
import { GrowingBuffer } from '../growing-buffer';
import { DataPlace } from './data-place';

/** Version of the batcher's transactions that hold frames. */
// @ts-ignore: decorator
@inline
const DERIVATION_VERSION: u32 = 0;

/** Most data that a frame may hold. */
// @ts-ignore: decorator
@inline
const MAX_FRAME_LENGTH: u32 = 1000000;

/** Bytes of a frame beside its data: channel id (16), frame number (2), data length (4), is last (1). */
// @ts-ignore: decorator
@inline
const FRAME_FIELDS: u32 = 23;

/** A frame where it lies in the batcher's transaction. */
@final
export class Frame {
  /** Address of the 16-byte channel id. */
  channel: usize = 0;
  number: u32 = 0;
  /** Address and length of its data. */
  data: usize = 0;
  length: u32 = 0;
  isLast: bool = false;
  /** The piece of data that it is in; null where that is not on L1. */
  place: DataPlace | null = null;

  /** Makes it the frame at `at`, which was checked. */
  read(at: usize): void {
    this.channel = at;
    this.number = <u32>bswap<u16>(load<u16>(at, 16));
    this.length = bswap<u32>(load<u32>(at, 18));
    this.data = at + 22;
    this.isLast = load<u8>(at + 22 + this.length) == 1;
  }
}

/** Whether the 16-byte channel ids at `a` and `b` are the same. */
export function sameChannel(a: usize, b: usize): bool {
  return load<u64>(a) == load<u64>(b) && load<u64>(a, 8) == load<u64>(b, 8);
}

/** Frames one behind the other, each by its address: batchers may send hundreds of thousands of empty ones. */
@final
export class FrameList {
  private readonly addresses: GrowingBuffer = new GrowingBuffer();
  length: u32 = 0;

  /** Address of frame `i`. */
  at(i: u32): usize {
    if (i >= this.length) throw new RangeError('a frame out of range');
    return <usize>load<u32>(this.addresses.ptr + ((<usize>i) << 2));
  }

  clear(): void {
    this.length = 0;
  }

  /**
   * Appends the frames of one batcher transaction, the `length` bytes at `data`; they stay where they are. Returns what is
   * wrong with it, or null: then none of its frames counts.
   */
  parse(data: usize, length: u32): string | null {
    if (length == 0) return 'empty data';
    if (load<u8>(data) != DERIVATION_VERSION) return 'an unknown derivation version';
    if (length == 1) return 'no frames';
    const before = this.length;
    const problem = this.append(data + 1, length - 1);
    if (problem !== null) this.length = before;
    return problem;
  }

  private append(at: usize, available: u32): string | null {
    while (available > 0) {
      if (available < FRAME_FIELDS) return 'a truncated frame';
      const length = bswap<u32>(load<u32>(at, 18));
      if (length > MAX_FRAME_LENGTH) return 'a frame that is too large';
      if (length > available - FRAME_FIELDS) return 'a truncated frame';
      if (load<u8>(at + 22 + length) > 1) return 'a frame whose last byte is neither 0 nor 1';
      this.push(at);
      at += FRAME_FIELDS + length;
      available -= FRAME_FIELDS + length;
    }
    return null;
  }

  private push(address: usize): void {
    this.addresses.reserve((this.length + 1) << 2, this.length << 2);
    store<u32>(this.addresses.ptr + ((<usize>this.length) << 2), <u32>address);
    this.length += 1;
  }

  /**
   * Removes the frames that are out of order by Holocene's rules (specs: protocol/holocene/derivation.md#frame-queue): what
   * doesn't continue the frame before it is dropped, and the first frame of a channel drops the unfinished channel before
   * it.
   */
  prune(): void {
    const all = this.addresses.ptr;
    const count = this.length;
    const last = this.last;
    const next = this.next;
    let kept: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      const address = load<u32>(all + ((<usize>i) << 2));
      next.read(<usize>address);
      let isKept = true;
      while (kept > 0) {
        last.read(<usize>load<u32>(all + ((<usize>(kept - 1)) << 2)));
        if (sameChannel(last.channel, next.channel)) {
          isKept = !last.isLast && next.number == last.number + 1;
          break;
        }
        if (next.number != 0) {
          isKept = false;
          break;
        }
        if (last.isLast) break;
        kept -= 1;
      }
      if (!isKept) continue;
      store<u32>(all + ((<usize>kept) << 2), address);
      kept += 1;
    }
    this.length = kept;
  }

  private readonly last: Frame = new Frame();
  private readonly next: Frame = new Frame();
}
