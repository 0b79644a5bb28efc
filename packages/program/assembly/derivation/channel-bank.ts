// The channel bank before Holocene: collects frames of many channels at once and gives those that are complete (specs:
// protocol/derivation.md#channel-bank).
import { Bytes } from '../bytes';
import { channelTimeout, maxChannelBankSize } from '../config/limits';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { info, warn } from '../log';
import { Channel } from './channel';
import { ChannelSource } from './channel-source';
import { Frame, sameChannel } from './frame';
import { FrameSource } from './frame-queue';
import { Pull } from './stage';


@final
export class ChannelBank extends ChannelSource {
  /** In the order in which they were opened. */
  private readonly channels: Array<Channel> = new Array<Channel>(0);
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
    const read = this.read();
    if (read != Pull.Empty) return read;
    const pulled = this.previous.next();
    if (pulled != Pull.Ready) return pulled;
    this.ingest(this.previous.frame);
    return Pull.Again;
  }

  /** Before Holocene nothing is dropped for what its batches turn out to be. */
  flush(): void {}

  private ingest(frame: Frame): void {
    const origin = this.origin;
    let channel = this.find(frame.channel);
    if (channel === null) {
      channel = new Channel(frame.channel, origin, false);
      this.channels.push(channel);
      info('created new channel').number('origin', origin.number).hex('channel', frame.channel, 16).end();
    }
    if (this.timedOut(channel)) {
      warn('channel is timed out, ignore frame')
        .number('origin', origin.number)
        .hex('channel', frame.channel, 16)
        .end();
      return;
    }
    const problem = channel.add(frame);
    if (problem !== null) {
      warn('failed to ingest frame into channel')
        .number('origin', origin.number)
        .hex('channel', frame.channel, 16)
        .text('err', problem)
        .end();
      return;
    }
    this.prune();
  }

  /** Drops the oldest channels while all together are too large. */
  private prune(): void {
    let total: u64 = 0;
    for (let i = 0; i < this.channels.length; i++) total += this.channels[i].size;
    const limit = maxChannelBankSize(this.config, this.origin.time);
    while (total > limit) {
      if (this.channels.length == 0) throw new Error('the channel bank is empty and too large');
      const channel = this.channels.shift();
      info('pruning channel').hex('channel', channel.id, 16).number('totalSize', total).end();
      total -= channel.size;
    }
  }

  /** Ready with the first complete channel; Again when a timed-out one was dropped. */
  private read(): Pull {
    if (this.channels.length == 0) return Pull.Empty;
    const first = this.channels[0];
    if (this.timedOut(first)) {
      info('channel timed out').hex('channel', first.id, 16).end();
      this.channels.shift();
      // op-node gives an empty channel here, which can't be decompressed: the reader asks again.
      return Pull.Again;
    }
    // Until Canyon a channel waits for those before it.
    const count = this.config.isActive(Fork.Canyon, this.origin.time) ? this.channels.length : 1;
    for (let i = 0; i < count; i++) {
      const channel = this.channels[i];
      if (this.timedOut(channel) || !channel.ready) continue;
      info('Reading channel').hex('channel', channel.id, 16).end();
      this.channels.splice(i, 1);
      this.current = channel.data();
      return Pull.Ready;
    }
    return Pull.Empty;
  }

  private find(id: usize): Channel | null {
    for (let i = 0; i < this.channels.length; i++) {
      if (sameChannel(this.channels[i].id, id)) return this.channels[i];
    }
    return null;
  }

  private timedOut(channel: Channel): bool {
    return channel.openBlock.number + channelTimeout(this.config, this.origin.time) < this.origin.number;
  }
}
