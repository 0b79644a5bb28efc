// The channel reader: decompresses channels and decodes the batches in them, where they were decompressed to (specs:
// protocol/derivation.md#channel-reader, protocol/fjord/derivation.md#brotli-channel-compression).
import { Bytes } from '../bytes';
import { maxChannelData } from '../config/limits';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { itemEnd, itemLength, itemPayload } from '../rlp';
import { EncodedTransactions } from '../transaction/transaction-source';
import { BatchType, readSingularBatch, SingularBatch } from './batch';
import { ChannelData } from './channel';
import { decompressChannel, losesLast } from './channel-compression';
import { ChannelSource } from './channel-source';
import { ContentBuffer } from './content-buffer';
import { SpanBatch } from './span-batch';
import { Pull } from './stage';


@final
export class ChannelReader {
  /** The channel at hand: what it holds from `start` to `end`, and where its next batch is; `position` 0 without one. */
  private start: usize = 0;
  private position: usize = 0;
  private end: usize = 0;
  private readonly data: ChannelData = new ChannelData();

  /** Where channels are decompressed to, and the other such place, which a span batch that is being read may be in. */
  private buffer: ContentBuffer = new ContentBuffer();
  private other: ContentBuffer = new ContentBuffer();
  private isPinned: bool = false;

  private readonly singular: SingularBatch = new SingularBatch();
  private readonly transactions: EncodedTransactions = new EncodedTransactions();
  private span: SpanBatch = new SpanBatch();
  private otherSpan: SpanBatch = new SpanBatch();
  private isSpan: bool = false;
  /** The encoded batch. */
  private batchStart: usize = 0;
  private batchLength: u32 = 0;

  constructor(
    private readonly config: RollupConfig,
    /** The stage before this one; Holocene's activation replaces it. */
    public previous: ChannelSource,
  ) {}

  get origin(): L1Block {
    return this.previous.origin;
  }

  /** The batch that the last ready pull gave, if it is one block's: it is there until the next pull. */
  get singularBatch(): SingularBatch | null {
    return this.isSpan ? null : this.singular;
  }

  /** The batch that the last ready pull gave, if it is a span's: it is there until the next pull, or longer by `pin`. */
  get spanBatch(): SpanBatch | null {
    return this.isSpan ? this.span : null;
  }

  /** Encoding of the batch that the last ready pull gave, with its type byte, in the current region's view. */
  get encodedBatch(): Bytes {
    return new Bytes(this.batchStart, this.batchLength);
  }

  next(): Pull {
    if (this.position == 0) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      if (!this.open()) {
        warn('Error creating batch reader from channel data').number('origin', this.origin.number).end();
        return Pull.Again;
      }
    }
    return this.decode();
  }

  /** Lets the span batch that the last ready pull gave stay until another one is pinned. */
  pin(): void {
    const span = this.span;
    this.span = this.otherSpan;
    this.otherSpan = span;
    this.isPinned = true;
  }

  /** Drops what is left of the channel at hand, and what the stage before has of it. */
  flush(): void {
    this.position = 0;
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
    const time = this.origin.time;
    const channel = this.previous.channel;
    this.data.open(channel);
    const limit = maxChannelData(this.config, time);
    const before = useScratch(true);
    const start = mark();
    const content = decompressChannel(this.data, limit, this.config.isActive(Fork.Fjord, time), this.buffer);
    if (content !== null) {
      this.start = content.ptr;
      this.position = content.ptr;
      this.end = content.ptr + content.length;
    }
    release(start);
    useScratch(before);
    channel.free();
    return content !== null;
  }

  /** Decodes the channel's next batch. The first malformed one ends the channel. */
  private decode(): Pull {
    const at = this.position;
    if (at == this.end) {
      this.position = 0;
      return Pull.Again;
    }
    if (load<u8>(at) >= 0xc0) return this.skipChannel();
    const end = itemEnd(at, this.end);
    const batch = itemPayload;
    const length = itemLength;
    if (end == 0 || length == 0) return this.skipChannel();
    this.position = end;
    this.batchStart = batch;
    this.batchLength = length;
    const before = useScratch(true);
    const start = mark();
    const pulled = this.decodeBatch(new Bytes(batch, length));
    release(start);
    useScratch(before);
    return pulled;
  }

  /** In SCRATCH. */
  private decodeBatch(encoded: Bytes): Pull {
    const isLast = this.position == this.end;
    if (isLast && losesLast(new Bytes(this.start, <u32>(this.end - this.start)))) return this.skipChannel();
    const type = encoded[0];
    if (type == BatchType.Singular) {
      if (!readSingularBatch(encoded.after(1), this.singular, this.transactions)) return this.skipChannel();
      this.isSpan = false;
      return Pull.Ready;
    }
    return type == BatchType.Span ? this.decodeSpan(encoded.after(1)) : this.skipChannel();
  }

  private decodeSpan(encoded: Bytes): Pull {
    const config = this.config;
    const span = this.span;
    if (!span.read(encoded, config.blockTime, config.genesisTime, config.l2ChainId)) return this.skipChannel();
    if (!config.isActive(Fork.Delta, this.origin.time)) {
      warn('cannot accept span batch before Delta').number('origin', this.origin.number).end();
      return Pull.Again;
    }
    // The channel goes on behind a span whose transactions can't be put together.
    if (!span.canBeBuilt()) {
      warn('a span batch with a malformed transaction').number('origin', this.origin.number).end();
      return Pull.Again;
    }
    this.isSpan = true;
    return Pull.Ready;
  }

  private skipChannel(): Pull {
    warn('failed to read batch from channel reader, skipping to next channel now')
      .number('origin', this.origin.number)
      .end();
    this.position = 0;
    return Pull.Again;
  }
}
