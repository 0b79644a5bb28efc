// The frame queue: takes the frames out of the batcher's transactions (specs: protocol/derivation.md#frame-queue and
// protocol/holocene/derivation.md#frame-queue).
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { warn } from '../log';
import { Frame, FrameList } from './frame';
import { L1Retrieval } from './l1-retrieval';
import { Pull } from './stage';

/** Where the channel stage gets its frames from. */
export abstract class FrameSource {
  /** The frame that the last ready pull gave: valid until the next pull. */
  abstract get frame(): Frame;
  abstract get origin(): L1Block;
  abstract next(): Pull;
}

export class FrameQueue extends FrameSource {
  private readonly frames: FrameList = new FrameList();
  private taken: u32 = 0;
  private readonly current: Frame = new Frame();

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
    return this.current;
  }

  next(): Pull {
    if (this.taken == this.frames.length) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      this.reset();
      const problem = this.frames.parse(this.previous.data, this.previous.length);
      if (problem !== null) {
        warn('Failed to parse frames').number('origin', this.origin.number).text('err', problem).end();
        return Pull.Again;
      }
      if (this.config.isActive(Fork.Holocene, this.origin.time)) this.frames.prune();
    }
    this.current.read(this.frames.at(this.taken++));
    this.current.place = this.previous.place;
    return Pull.Ready;
  }

  reset(): void {
    this.frames.clear();
    this.taken = 0;
  }
}
