// The stage before the attributes: gives one block's batch at a time. Before Holocene that is the batch queue, since then
// the batch stage; both share how they follow the L1 origins and how they make empty batches.
import { Bytes } from '../bytes';
import { RollupConfig } from '../config/rollup';
import { FailureKind } from '../failure';
import { L1Block } from '../l1/block';
import { info, warn } from '../log';
import { SingularBatch } from './batch';
import { ChannelReader } from './channel-reader';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { SpanBatch } from './span-batch';
import { fail, Pull } from './stage';

export abstract class BatchSource {
  protected current: SingularBatch | null = null;
  protected concludes: bool = false;

  /** L1 blocks from the safe head's origin (or, at an expired window, the next one) to the stage's own. */
  blocks: Array<L1Block> = new Array<L1Block>(0);
  /** The L1 block that the stage is at: the pipeline's, once it has looked. */
  at: L1Block;

  // The span whose blocks are being given out: its next block, and the L1 origins to name them by.
  private span: SpanBatch | null = null;
  private nextBlock: i32 = 0;
  private origins: Array<L1Block> = new Array<L1Block>(0);

  constructor(
    protected readonly config: RollupConfig,
    protected readonly previous: ChannelReader,
    protected readonly l2: L2Chain,
    origin: L1Block,
  ) {
    this.at = origin;
    this.blocks.push(origin);
  }

  get origin(): L1Block {
    return this.previous.origin;
  }

  /** The batch that the last ready pull gave. */
  get batch(): SingularBatch {
    const batch = this.current;
    if (batch === null) throw new Error('no batch was read');
    return batch;
  }

  /** Whether the block of that batch, and the pending ones before it, become safe. */
  get concluding(): bool {
    return this.concludes;
  }

  /** Ready with the batch of the block on `parent`. */
  abstract next(parent: L2Block): Pull;

  /** Drops what is left of the span and the channel that the last batch came from. */
  abstract flush(): void;

  protected ready(batch: SingularBatch, concluding: bool): Pull {
    this.current = batch;
    this.concludes = concluding;
    return Pull.Ready;
  }

  protected originBehind(parent: L2Block): bool {
    return this.previous.origin.number < parent.originNumber;
  }

  /** Follows the pipeline's L1 block, and forgets the blocks before the parent's origin. */
  protected updateOrigins(parent: L2Block): void {
    const behind = this.originBehind(parent);
    const origin = this.previous.origin;
    if (!this.at.is(origin)) {
      this.at = origin;
      if (behind) this.blocks.length = 0;
      else this.blocks.push(origin);
      info('Advancing bq origin').number('origin', origin.number).end();
    }
    const blocks = this.blocks;
    if (blocks.length > 0 && parent.originNumber > blocks[0].number) {
      for (let i = 0; i < blocks.length; i++) {
        if (blocks[i].number != parent.originNumber) continue;
        this.blocks = blocks.slice(i);
        break;
      }
    }
  }

  /** Whether the safe head can be built on with the L1 blocks that are known. */
  protected fits(parent: L2Block): bool {
    const epoch = this.blocks[0];
    const sameEpoch = parent.originNumber == epoch.number && memory.compare(parent.originHash, epoch.hash, 32) == 0;
    return sameEpoch || parent.originNumber == epoch.number - 1;
  }

  protected misfit(parent: L2Block): Pull {
    return fail(
      FailureKind.Reset,
      `the L1 epoch ${this.blocks[0].number.toString()} does not follow the safe head's origin ${parent.originNumber.toString()}`,
    );
  }

  /**
   * Begins to give out the blocks of a span that are after the safe head. False, and nothing begun, where one has an L1
   * origin that isn't known, or is older than the safe head's.
   */
  protected beginSpan(span: SpanBatch, safeHead: L2Block): bool {
    const blocks = this.blocks;
    let index = 0;
    let first = -1;
    for (let i = 0; i < span.blockCount; i++) {
      if (span.timestamp(i) <= safeHead.time) continue;
      if (first < 0) first = i;
      const epoch = span.epoch(i);
      if (epoch < safeHead.originNumber) return false;
      while (index < blocks.length && blocks[index].number != epoch) index++;
      if (index == blocks.length) return false;
    }
    if (first < 0) return false;
    this.span = span;
    this.nextBlock = first;
    this.origins = blocks.slice(0);
    return true;
  }

  /** Whether a span has blocks left. */
  protected get hasSpan(): bool {
    return this.span !== null;
  }

  protected dropSpan(): void {
    this.span = null;
  }

  /**
   * The next block of the span as the batch of the block on `parent`. Null without a span, and where the span's next block
   * isn't the parent's next one: then the span is dropped, for a block before it was invalid.
   */
  protected fromSpan(parent: L2Block): SingularBatch | null {
    const span = this.span;
    if (span === null) return null;
    const i = this.nextBlock;
    const timestamp = span.timestamp(i);
    if (timestamp != parent.time + this.config.blockTime) {
      warn('parent block does not match the next batch. dropped cached batches')
        .number('parent', parent.number)
        .number('nextBatchTime', timestamp)
        .end();
      this.span = null;
      return null;
    }
    this.nextBlock = i + 1;
    if (this.nextBlock == span.blockCount) this.span = null;
    const epoch = span.epoch(i);
    let origin = 0;
    while (this.origins[origin].number != epoch) origin++;
    return new SingularBatch(parent.hash, epoch, this.origins[origin].hash, timestamp, span.blockTransactions(i));
  }

  /**
   * An empty batch on `parent` where the sequencing window of its epoch has passed; else Empty. `outOfData` says that the
   * current L1 block has nothing more.
   */
  protected emptyBatch(parent: L2Block, outOfData: bool): Pull {
    const blocks = this.blocks;
    const epoch = blocks[0];
    const expiry = epoch.number + this.config.sequencerWindow;
    if (!((expiry == this.at.number && outOfData) || expiry < this.at.number)) return Pull.Empty;
    if (blocks.length < 2) return Pull.Empty;
    const following = blocks[1];
    const time = parent.time + this.config.blockTime;
    // Each epoch has a block at least, and L2's time stays at or after its origin's.
    if (time < following.time || epoch.number == parent.originNumber + 1) {
      info('Generating next batch').number('epoch', epoch.number).number('timestamp', time).end();
      return this.ready(new SingularBatch(parent.hash, epoch.number, epoch.hash, time, new Array<Bytes>(0)), true);
    }
    this.blocks = blocks.slice(1);
    return Pull.Empty;
  }
}
