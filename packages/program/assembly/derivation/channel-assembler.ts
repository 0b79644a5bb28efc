// The channel assembler since Holocene: one channel at a time, its frames in order (specs: protocol/holocene/derivation.md#
// channel-bank).
import { Bytes } from '../bytes';
import { channelTimeout, maxChannelData } from '../config/limits';
import { RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { info, warn } from '../log';
import { Channel } from './channel';
import { ChannelSource } from './channel-source';
import { FrameSource } from './frame-queue';
import { Pull } from './stage';


@final
export class ChannelAssembler extends ChannelSource {
  private channel: Channel | null = null;
  private current: Bytes = new Bytes(0, 0);

  constructor(
    private readonly config: RollupConfig,
    private readonly previous: FrameSource,
  ) {
    super();
  }

  get origin(): L1Block {
    return this.previous.origin;
  }

  get data(): Bytes {
    return this.current;
  }

  next(): Pull {
    const origin = this.origin;
    const open = this.channel;
    if (open !== null && open.openBlock.number + channelTimeout(this.config, origin.time) < origin.number) {
      info('channel timed out').hex('channel', open.id, 16).end();
      this.channel = null;
    }
    while (true) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      const frame = this.previous.frame;
      if (frame.number == 0) this.channel = new Channel(frame.channel, origin, true);
      const channel = this.channel;
      if (channel === null) {
        warn('dropping non-first frame without channel')
          .hex('channel', frame.channel, 16)
          .number('frame', frame.number)
          .end();
        continue;
      }
      const problem = channel.add(frame);
      if (problem !== null) {
        warn('failed to add frame to channel')
          .hex('channel', frame.channel, 16)
          .number('frame', frame.number)
          .text('err', problem)
          .end();
        continue;
      }
      if (channel.size > maxChannelData(this.config, origin.time)) {
        warn('dropping oversized channel').hex('channel', frame.channel, 16).number('frame', frame.number).end();
        this.channel = null;
        continue;
      }
      if (!frame.isLast) continue;
      this.channel = null;
      info('Reading channel').hex('channel', channel.id, 16).end();
      this.current = channel.data();
      return Pull.Ready;
    }
  }

  flush(): void {
    this.channel = null;
  }
}
