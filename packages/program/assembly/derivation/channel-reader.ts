// The channel reader: decompresses channels and reads the batches in them, where they were decompressed to (specs:
// protocol/derivation.md#channel-reader, protocol/fjord/derivation.md#brotli-channel-compression).
import { RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { warn } from '../log';
import { SingularBatch } from './batch';
import { BatchReader } from './batch-reader';
import { Channel } from './channel';
import { readChannel } from './channel-opening';
import { ChannelData } from './channel-data';
import { ChannelSource } from './channel-source';
import { ContentBuffer } from './content-buffer';
import { SpanBatch } from './span-batch';
import { Pull } from './stage';


@final
export class ChannelReader {
  private readonly data: ChannelData;
  readonly batches: BatchReader;
  /** Whether channels are held as long as their batches are read, and the one that is. */
  keepsChannels: bool = false;
  private kept: Channel | null = null;

  /** Where channels are decompressed to, and the other such place, which a span batch that is being read may be in. */
  private buffer: ContentBuffer = new ContentBuffer();
  private other: ContentBuffer = new ContentBuffer();
  private isPinned: bool = false;

  constructor(
    private readonly config: RollupConfig,
    private previous: ChannelSource,
    l1: L1Chain,
  ) {
    this.data = new ChannelData(l1);
    this.batches = new BatchReader(config);
  }

  get origin(): L1Block {
    return this.previous.origin;
  }

  /** The batch that the last ready pull gave, if it is one block's: it is there until the next pull. */
  get singularBatch(): SingularBatch | null {
    return this.batches.singularBatch;
  }

  /** The batch that the last ready pull gave, if it is a span's: it is there until the next pull, or longer by `pin`. */
  get spanBatch(): SpanBatch | null {
    return this.batches.spanBatch;
  }

  /** The channel that the last ready pull's batch is in, where channels are kept. */
  get channel(): Channel {
    const channel = this.kept;
    if (channel === null) throw new Error('a channel that was not kept');
    return channel;
  }

  next(): Pull {
    if (!this.batches.isOpen) {
      const kept = this.kept;
      if (kept !== null) kept.release();
      this.kept = null;
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      if (!this.open()) {
        warn('Error creating batch reader from channel data').number('origin', this.origin.number).end();
        return Pull.Again;
      }
    }
    return this.batches.next(this.origin);
  }

  /** Replaces the stage before this one, which has nothing to read, and returns it; channels are not kept from there on. */
  replace(source: ChannelSource): ChannelSource {
    const old = this.previous;
    this.previous = source;
    this.keepsChannels = false;
    return old;
  }

  /** Lets the span batch that the last ready pull gave stay until another one is pinned. */
  pin(): void {
    this.batches.pin();
    this.isPinned = true;
  }

  /** Drops what is left of the channel at hand, and what the stage before has of it. */
  flush(): void {
    this.batches.close();
    this.previous.flush();
  }

  /** Decompresses the next channel; false where it is of no known form. */
  private open(): bool {
    if (this.isPinned) {
      // The pinned span batch is in the last channel's place.
      const buffer = this.buffer;
      this.buffer = this.other;
      this.other = buffer;
      this.isPinned = false;
    }
    const channel = this.previous.channel;
    channel.hold();
    const isRead = readChannel(this.data, channel, this.config, this.origin.time, this.buffer, this.batches);
    if (this.keepsChannels) this.kept = channel;
    else channel.release();
    return isRead;
  }
}
