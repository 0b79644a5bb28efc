// The channel assembler since Holocene: one channel at a time, its frames in order (specs: protocol/holocene/derivation.md#
// channel-bank).
import { channelTimeout, maxChannelData } from '../config/limits';
import { RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { detail, warn } from '../log';
import { Channel, openChannel } from './channel';
import { ChannelSource } from './channel-source';
import { FrameSource } from './frame-queue';
import { Pull } from './stage';


@final
export class ChannelAssembler extends ChannelSource {
  private open: Channel | null = null;
  private complete: Channel | null = null;
  private opened: u64 = 0;

  constructor(
    private readonly config: RollupConfig,
    private readonly previous: FrameSource,
  ) {
    super();
  }

  get origin(): L1Block {
    return this.previous.origin;
  }

  get channel(): Channel {
    const channel = this.complete;
    if (channel === null) throw new Error('no channel was read');
    return channel;
  }

  next(): Pull {
    const origin = this.origin;
    const open = this.open;
    if (open !== null && open.openNumber + channelTimeout(this.config, origin.time) < origin.number) {
      detail('channel timed out').hex('channel', open.id, 16).end();
      this.drop();
    }
    while (true) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      const frame = this.previous.frame;
      if (frame.number == 0) {
        this.drop();
        this.open = openChannel(frame.channel, origin.number, ++this.opened, true);
      }
      const channel = this.open;
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
        this.drop();
        continue;
      }
      if (!frame.isLast) continue;
      this.open = null;
      detail('Reading channel').hex('channel', channel.id, 16).end();
      this.complete = channel;
      return Pull.Ready;
    }
  }

  flush(): void {
    this.drop();
  }

  private drop(): void {
    const open = this.open;
    if (open !== null) open.free();
    this.open = null;
  }
}
