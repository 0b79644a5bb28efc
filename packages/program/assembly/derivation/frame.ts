// Frames: pieces of channels in the batcher's transactions (specs: protocol/derivation.md#frame-format).
import { Bytes } from '../bytes';

/** Version of the batcher's transactions that hold frames. */
// @ts-ignore: decorator
@inline
const DERIVATION_VERSION: u32 = 0;

/** Most data that a frame may hold. */
// @ts-ignore: decorator
@inline
const MAX_FRAME_LENGTH: u32 = 1000000;

/** What a frame costs beside its data where sizes of channels are compared. */
// @ts-ignore: decorator
@inline
const FRAME_OVERHEAD: u64 = 200;

/** Bytes of a frame beside its data: channel id (16), frame number (2), data length (4), is last (1). */
// @ts-ignore: decorator
@inline
const FRAME_FIELDS: u32 = 23;


@final
export class Frame {
  constructor(
    /** Address of the 16-byte channel id. */
    public readonly channel: usize,
    public readonly number: u32,
    public readonly data: Bytes,
    public readonly isLast: bool,
  ) {}

  /** The frame's part in its channel's size. */
  get size(): u64 {
    return <u64>this.data.length + FRAME_OVERHEAD;
  }
}

/** Whether the 16-byte channel ids at `a` and `b` are the same. */
export function sameChannel(a: usize, b: usize): bool {
  return load<u64>(a) == load<u64>(b) && load<u64>(a, 8) == load<u64>(b, 8);
}

/**
 * Appends the frames of one batcher transaction to `frames`; they share the memory of `data`. Returns what is wrong with
 * it, or null: then none of its frames counts.
 */
export function parseFrames(data: Bytes, frames: Array<Frame>): string | null {
  if (data.length == 0) return 'empty data';
  if (data[0] != DERIVATION_VERSION) return 'an unknown derivation version';
  if (data.length == 1) return 'no frames';
  const before = frames.length;
  let position: u32 = 1;
  let problem: string | null = null;
  while (position < data.length) {
    const available = data.length - position;
    if (available < FRAME_FIELDS) {
      problem = 'a truncated frame';
      break;
    }
    const length = data.u32At(position + 18);
    if (length > MAX_FRAME_LENGTH) {
      problem = 'a frame that is too large';
      break;
    }
    if (length > available - FRAME_FIELDS) {
      problem = 'a truncated frame';
      break;
    }
    const isLast = data[position + 22 + length];
    if (isLast > 1) {
      problem = 'a frame whose last byte is neither 0 nor 1';
      break;
    }
    const start = position + 22;
    frames.push(
      new Frame(data.at(position, 16), data.u16At(position + 16), data.slice(start, start + length), isLast == 1),
    );
    position = start + length + 1;
  }
  if (problem !== null) frames.length = before;
  return problem;
}
