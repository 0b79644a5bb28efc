// Reads the batches of a decompressed channel one by one, where they are (specs: protocol/derivation.md#batch-format).
import { Bytes } from '../bytes';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { itemEnd, itemLength, itemPayload } from '../rlp';
import { EncodedTransactions } from '../transaction/transaction-source';
import { BatchType, readSingularBatch, SingularBatch } from './batch';
import { StreamEnd } from './channel-compression';
import { SpanBatch } from './span-batch';
import { Pull } from './stage';


@final
export class BatchReader {
  /** The channel's content from `start` to `end`, and where its next batch is; `position` 0 without one. */
  private start: usize = 0;
  private position: usize = 0;
  private end: usize = 0;
  private readonly streamEnd: StreamEnd = new StreamEnd();

  private readonly singular: SingularBatch = new SingularBatch();
  private readonly transactions: EncodedTransactions = new EncodedTransactions();
  private span: SpanBatch = new SpanBatch();
  private otherSpan: SpanBatch = new SpanBatch();
  private isSpan: bool = false;
  /** The encoded batch. */
  private batchStart: usize = 0;
  private batchLength: u32 = 0;
  /** How many batches the channel has given. */
  count: u32 = 0;

  constructor(private readonly config: RollupConfig) {}

  /** Begins with the content that `decompressChannel` gave last. */
  begin(content: Bytes): void {
    this.start = content.ptr;
    this.position = content.ptr;
    this.end = content.ptr + content.length;
    this.count = 0;
    this.streamEnd.note();
  }

  /** Whether there may be more batches. */
  get isOpen(): bool {
    return this.position != 0;
  }

  close(): void {
    this.position = 0;
  }

  /** The batch that was read last, if it is one block's: it is there until the next one is read. */
  get singularBatch(): SingularBatch | null {
    return this.isSpan ? null : this.singular;
  }

  /** The batch that was read last, if it is a span's: it is there until the next one is read, or longer by `pin`. */
  get spanBatch(): SpanBatch | null {
    return this.isSpan ? this.span : null;
  }

  /** Address of that batch's encoding, which begins with its type byte, and its length. */
  get encoding(): usize {
    return this.batchStart;
  }
  get encodingLength(): u32 {
    return this.batchLength;
  }

  /** Where that batch begins in what the channel holds. */
  get offset(): u32 {
    return <u32>(this.batchStart - this.start);
  }

  /** Bytes of what the channel holds. */
  get contentLength(): u32 {
    return <u32>(this.end - this.start);
  }

  /** Lets the span batch that was read last stay until another one is pinned. */
  pin(): void {
    const span = this.span;
    this.span = this.otherSpan;
    this.otherSpan = span;
  }

  /** Ready with the next batch of the channel, which was read in the L1 block `origin`. The first malformed one closes it. */
  next(origin: L1Block): Pull {
    const at = this.position;
    if (at == this.end) {
      this.position = 0;
      return Pull.Again;
    }
    if (load<u8>(at) >= 0xc0) return this.skip(origin);
    const end = itemEnd(at, this.end);
    const batch = itemPayload;
    const length = itemLength;
    if (end == 0 || length == 0) return this.skip(origin);
    this.position = end;
    this.batchStart = batch;
    this.batchLength = length;
    const before = useScratch(true);
    const start = mark();
    const pulled = this.decode(new Bytes(batch, length), origin);
    release(start);
    useScratch(before);
    if (pulled == Pull.Ready) this.count += 1;
    return pulled;
  }

  /** In SCRATCH. */
  private decode(encoded: Bytes, origin: L1Block): Pull {
    const isLast = this.position == this.end;
    if (isLast && this.streamEnd.losesLast(new Bytes(this.start, <u32>(this.end - this.start))))
      return this.skip(origin);
    const type = encoded[0];
    if (type == BatchType.Singular) {
      if (!readSingularBatch(encoded.after(1), this.singular, this.transactions)) return this.skip(origin);
      this.isSpan = false;
      return Pull.Ready;
    }
    return type == BatchType.Span ? this.decodeSpan(encoded.after(1), origin) : this.skip(origin);
  }

  private decodeSpan(encoded: Bytes, origin: L1Block): Pull {
    const config = this.config;
    const span = this.span;
    if (!span.read(encoded, config.blockTime, config.genesisTime, config.l2ChainId)) return this.skip(origin);
    if (!config.isActive(Fork.Delta, origin.time)) {
      warn('cannot accept span batch before Delta').number('origin', origin.number).end();
      return Pull.Again;
    }
    // The channel goes on behind a span whose transactions can't be put together.
    if (!span.canBeBuilt()) {
      warn('a span batch with a malformed transaction').number('origin', origin.number).end();
      return Pull.Again;
    }
    this.isSpan = true;
    return Pull.Ready;
  }

  private skip(origin: L1Block): Pull {
    warn('failed to read batch from channel reader, skipping to next channel now')
      .number('origin', origin.number)
      .end();
    this.position = 0;
    return Pull.Again;
  }
}
