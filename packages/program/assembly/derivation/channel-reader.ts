// The channel reader: decompresses channels and decodes the batches in them (specs: protocol/derivation.md#channel-reader,
// protocol/fjord/derivation.md#brotli-channel-compression).
import { Bytes } from '../bytes';
import { maxChannelData } from '../config/limits';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { RlpReader } from '../rlp';
import { Batch, BatchType, decodeSingularBatch } from './batch';
import { decompressChannel, losesLast } from './channel-compression';
import { ChannelSource } from './channel-source';
import { buildSpanBatch, readSpanBatch } from './span-batch';
import { Pull } from './stage';


@final
export class ChannelReader {
  /** The batches of the channel at hand that were not read yet; null without a channel. */
  private batches: RlpReader | null = null;
  private content: Bytes = new Bytes(0, 0);
  private current: Batch | null = null;

  constructor(
    private readonly config: RollupConfig,
    /** The stage before this one; Holocene's activation replaces it. */
    public previous: ChannelSource,
  ) {}

  get origin(): L1Block {
    return this.previous.origin;
  }

  /** The batch that the last ready pull gave, in PERSISTENT. */
  get batch(): Batch {
    const batch = this.current;
    if (batch === null) throw new Error('no batch was read');
    return batch;
  }

  next(): Pull {
    if (this.batches === null) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      const time = this.origin.time;
      const data = decompressChannel(
        this.previous.data,
        maxChannelData(this.config, time),
        this.config.isActive(Fork.Fjord, time),
      );
      if (data === null) {
        warn('Error creating batch reader from channel data').number('origin', this.origin.number).end();
        return Pull.Again;
      }
      this.batches = new RlpReader(data);
      this.content = data;
    }
    return this.decode();
  }

  /** Drops what is left of the channel at hand, and what the stage before has of it. */
  flush(): void {
    this.batches = null;
    this.previous.flush();
  }

  /** Decodes the channel's next batch. The first malformed one ends the channel. */
  private decode(): Pull {
    const batches = this.batches;
    if (batches === null) throw new Error('no channel is open');
    if (batches.atEnd) {
      this.batches = null;
      return Pull.Again;
    }
    const encoded = batches.bytes();
    if (batches.failed || encoded.length == 0) return this.skipChannel();
    if (batches.atEnd && losesLast(this.content)) return this.skipChannel();
    const before = useScratch(false);
    let pulled = Pull.Again;
    if (encoded[0] == BatchType.Singular) {
      const singular = decodeSingularBatch(encoded.after(1));
      if (singular === null) pulled = this.skipChannel();
      else {
        this.current = new Batch(singular, null);
        pulled = Pull.Ready;
      }
    } else if (encoded[0] == BatchType.Span) {
      pulled = this.decodeSpan(encoded.after(1));
    } else {
      pulled = this.skipChannel();
    }
    useScratch(before);
    return pulled;
  }

  private decodeSpan(encoded: Bytes): Pull {
    useScratch(true);
    const start = mark();
    const raw = readSpanBatch(encoded);
    let pulled = Pull.Again;
    if (raw === null) {
      pulled = this.skipChannel();
    } else if (!this.config.isActive(Fork.Delta, this.origin.time)) {
      warn('cannot accept span batch before Delta').number('origin', this.origin.number).end();
    } else {
      useScratch(false);
      const config = this.config;
      const span = buildSpanBatch(raw, config.blockTime, config.genesisTime, config.l2ChainId);
      // The channel goes on behind a span whose transactions can't be put together.
      if (span === null) warn('a span batch with a malformed transaction').number('origin', this.origin.number).end();
      else {
        this.current = new Batch(null, span);
        pulled = Pull.Ready;
      }
      useScratch(true);
    }
    release(start);
    useScratch(false);
    return pulled;
  }

  private skipChannel(): Pull {
    warn('failed to read batch from channel reader, skipping to next channel now')
      .number('origin', this.origin.number)
      .end();
    this.batches = null;
    return Pull.Again;
  }
}
