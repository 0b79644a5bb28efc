// The frame queue: takes the frames out of the batcher's transactions (specs: protocol/derivation.md#frame-queue and
// protocol/holocene/derivation.md#frame-queue).
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { warn } from '../log';
import { Frame, parseFrames } from './frame';
import { pruneFrames } from './frame-order';
import { L1Retrieval } from './l1-retrieval';
import { Pull } from './stage';

/** Where the channel stage gets its frames from. */
export abstract class FrameSource {
  /** The frame that the last ready pull gave. */
  abstract get frame(): Frame;
  abstract get origin(): L1Block;
  abstract next(): Pull;
}

export class FrameQueue extends FrameSource {
  private frames: Array<Frame> = new Array<Frame>();
  private taken: i32 = 0;
  private current: Frame | null = null;

  constructor(
    private readonly config: RollupConfig,
    private readonly previous: L1Retrieval,
  ) {
    super();
  }

  get origin(): L1Block {
    return this.previous.origin;
  }

  get frame(): Frame {
    const frame = this.current;
    if (frame === null) throw new Error('no frame was read');
    return frame;
  }

  next(): Pull {
    if (this.taken == this.frames.length) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      this.frames.length = 0;
      this.taken = 0;
      const problem = parseFrames(this.previous.data, this.frames);
      if (problem !== null) {
        warn('Failed to parse frames').number('origin', this.origin.number).text('err', problem).end();
        return Pull.Again;
      }
      if (this.config.isActive(Fork.Holocene, this.origin.time)) pruneFrames(this.frames);
    }
    this.current = this.frames[this.taken++];
    return Pull.Ready;
  }

  reset(): void {
    this.frames.length = 0;
    this.taken = 0;
  }
}
