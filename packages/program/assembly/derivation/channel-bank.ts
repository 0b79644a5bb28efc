// The channel bank before Holocene: collects frames of many channels at once and gives those that are complete (specs:
// protocol/derivation.md#channel-bank).
import { channelTimeout, maxChannelBankSize } from '../config/limits';
import { Fork, RollupConfig } from '../config/rollup';
import { HashChains } from '../hash-chains';
import { L1Block } from '../l1/block';
import { detail, warn } from '../log';
import { PriorityQueue } from '../priority-queue';
import { Channel, channelHash, openChannel } from './channel';
import { ChannelSource } from './channel-source';
import { Frame } from './frame';
import { FrameSource } from './frame-queue';
import { Pull } from './stage';


@final
export class ChannelBank extends ChannelSource {
  private readonly table: HashChains = new HashChains();
  /** The channels in the order in which they were opened, linked by `newer` and `older`. */
  private oldest: usize = 0;
  private newest: usize = 0;
  private opened: u64 = 0;
  /** Sum of the channels' sizes; it may wrap, as op-node's does. */
  private total: u64 = 0;
  /** Channels that are complete, by the order in which they were opened; some may be gone since. */
  private readonly complete: PriorityQueue = new PriorityQueue();
  private current: Channel | null = null;

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
    const channel = this.current;
    if (channel === null) throw new Error('no channel was read');
    return channel;
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

  /** Gives all channels back: it is not asked any more. */
  free(): void {
    const complete = this.complete;
    for (; !complete.isEmpty; complete.shift()) changetype<Channel>(<usize>complete.value).unqueue();
    while (this.oldest != 0) {
      const channel = changetype<Channel>(this.oldest);
      this.remove(channel);
      channel.free();
    }
  }

  private ingest(frame: Frame): void {
    const origin = this.origin;
    let at = this.find(frame.channel);
    if (at == 0) {
      at = this.open(frame.channel);
      detail('created new channel').number('origin', origin.number).hex('channel', frame.channel, 16).end();
    }
    const channel = changetype<Channel>(at);
    if (this.timedOut(channel)) {
      warn('channel is timed out, ignore frame')
        .number('origin', origin.number)
        .hex('channel', frame.channel, 16)
        .end();
      return;
    }
    const size = channel.size;
    const problem = channel.add(frame);
    if (problem !== null) {
      warn('failed to ingest frame into channel')
        .number('origin', origin.number)
        .hex('channel', frame.channel, 16)
        .text('err', problem)
        .end();
      return;
    }
    this.total += channel.size - size;
    if (channel.ready) {
      channel.queued = true;
      this.complete.add(channel.sequence, <u32>at);
    }
    this.prune();
  }

  /** Drops the oldest channels while all together are too large. */
  private prune(): void {
    const limit = maxChannelBankSize(this.config, this.origin.time);
    while (this.total > limit) {
      if (this.oldest == 0) throw new Error('the channel bank is empty and too large');
      const channel = changetype<Channel>(this.oldest);
      detail('pruning channel').hex('channel', channel.id, 16).number('totalSize', this.total).end();
      this.remove(channel);
      channel.free();
    }
  }

  /** Ready with the first complete channel; Again when a timed-out one was dropped. */
  private read(): Pull {
    if (this.oldest == 0) return Pull.Empty;
    const oldest = changetype<Channel>(this.oldest);
    if (this.timedOut(oldest)) {
      detail('channel timed out').hex('channel', oldest.id, 16).end();
      this.remove(oldest);
      oldest.free();
      // op-node gives an empty channel here, which can't be decompressed: the reader asks again.
      return Pull.Again;
    }
    const complete = this.complete;
    while (!complete.isEmpty) {
      const channel = changetype<Channel>(<usize>complete.value);
      const isThere = channel.sequence != 0;
      // Until Canyon a channel waits for those before it.
      if (isThere && channel !== oldest && !this.config.isActive(Fork.Canyon, this.origin.time)) break;
      complete.shift();
      channel.unqueue();
      if (isThere && !this.timedOut(channel)) return this.give(channel);
    }
    return Pull.Empty;
  }

  private give(channel: Channel): Pull {
    detail('Reading channel').hex('channel', channel.id, 16).end();
    this.remove(channel);
    this.current = channel;
    return Pull.Ready;
  }

  private find(id: usize): usize {
    let at = this.table.first(channelHash(id));
    while (at != 0 && !changetype<Channel>(at).has(id)) at = <usize>changetype<Channel>(at).chain;
    return at;
  }

  private open(id: usize): usize {
    const channel = openChannel(id, this.origin.number, ++this.opened, false);
    const at = changetype<usize>(channel);
    this.table.add(at, channelHash(id));
    channel.older = <u32>this.newest;
    if (this.newest == 0) this.oldest = at;
    else changetype<Channel>(this.newest).newer = <u32>at;
    this.newest = at;
    return at;
  }

  /** Takes a channel out of the bank. */
  private remove(channel: Channel): void {
    this.total -= channel.size;
    this.table.remove(changetype<usize>(channel));
    const older = <usize>channel.older;
    const newer = <usize>channel.newer;
    if (older == 0) this.oldest = newer;
    else changetype<Channel>(older).newer = <u32>newer;
    if (newer == 0) this.newest = older;
    else changetype<Channel>(newer).older = <u32>older;
  }

  private timedOut(channel: Channel): bool {
    return channel.openNumber + channelTimeout(this.config, this.origin.time) < this.origin.number;
  }
}
