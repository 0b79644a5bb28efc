// The stage before the attributes: gives one block's batch at a time. Before Holocene that is the batch queue, since then
// the batch stage; both share how they follow the L1 origins and how they make empty batches.
import { RollupConfig } from '../config/rollup';
import { FailureKind } from '../failure';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { detail, info, warn } from '../log';
import { POST_EXEC_TYPE, SET_CODE_TYPE } from '../transaction/transaction-source';
import { SingularBatch } from './batch';
import { BatchContext } from './batch-validity';
import { ChannelReader } from './channel-reader';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { SpanBatch, SpanCursor, SpanTransactions } from './span-batch';
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
  private nextBlock: u32 = 0;
  private readonly cursor: SpanCursor = new SpanCursor();
  private readonly origins: Array<L1Block> = new Array<L1Block>(0);
  private readonly transactions: SpanTransactions = new SpanTransactions();

  /** The batches that are made here: of a span's block, and empty ones. */
  private readonly made: SingularBatch = new SingularBatch();
  private judging: BatchContext | null = null;

  constructor(
    protected readonly config: RollupConfig,
    protected readonly previous: ChannelReader,
    protected readonly l1: L1Chain,
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

  /** What batches on `parent` in the L1 block `inclusion` are judged by; valid until the next call. */
  protected context(parent: L2Block, inclusion: L1Block): BatchContext {
    let context = this.judging;
    if (context === null) {
      context = new BatchContext(this.config, this.blocks, parent, inclusion, this.l1, this.l2);
      this.judging = context;
    }
    context.blocks = this.blocks;
    context.safeHead = parent;
    context.inclusion = inclusion;
    return context;
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
      detail('Advancing bq origin').number('origin', origin.number).end();
    }
    const blocks = this.blocks;
    if (blocks.length > 0 && parent.originNumber > blocks[0].number) {
      for (let i = 0; i < blocks.length; i++) {
        if (blocks[i].number != parent.originNumber) continue;
        this.dropOrigins(i);
        break;
      }
    }
  }

  /** Forgets the first `count` L1 blocks. */
  private dropOrigins(count: i32): void {
    const blocks = this.blocks;
    for (let i = count; i < blocks.length; i++) blocks[i - count] = blocks[i];
    blocks.length -= count;
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
    const cursor = this.cursor;
    cursor.open(span);
    let index = 0;
    let first: u32 = 0;
    let isFound = false;
    for (let i: u32 = 0; i < span.blockCount; i++) {
      const isNew = span.timestamp(i) > safeHead.time;
      if (isNew && !isFound) {
        isFound = true;
        first = i;
      }
      cursor.enterBlock();
      if (!isNew) continue;
      const epoch = cursor.epoch;
      if (epoch < safeHead.originNumber) return false;
      while (index < blocks.length && blocks[index].number != epoch) index++;
      if (index == blocks.length) return false;
    }
    if (!isFound) return false;
    cursor.open(span);
    for (let i: u32 = 0; i < first; i++) {
      for (let left = cursor.enterBlock(); left > 0; left--) cursor.skip();
    }
    this.span = span;
    this.nextBlock = first;
    this.origins.length = 0;
    for (let i = 0; i < blocks.length; i++) this.origins.push(blocks[i]);
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
    const cursor = this.cursor;
    const count = cursor.enterBlock();
    const epoch = cursor.epoch;
    // The origins are consecutive.
    const origin = this.origins[<i32>(epoch - this.origins[0].number)];
    const batch = this.made;
    batch.set(parent.hash, epoch, origin.hash, timestamp);
    batch.transactionCount = count;
    this.transactions.set(cursor, count);
    batch.transactions = this.transactions;
    for (let j: u32 = 0; j < count; j++) {
      const type = cursor.skip();
      if (type == SET_CODE_TYPE) batch.hasSetCode = true;
      if (type == POST_EXEC_TYPE) batch.hasPostExec = true;
    }
    return batch;
  }

  private readyEmpty(parent: L2Block, epoch: L1Block, time: u64): Pull {
    this.made.set(parent.hash, epoch.number, epoch.hash, time);
    return this.ready(this.made, true);
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
      return this.readyEmpty(parent, epoch, time);
    }
    this.dropOrigins(1);
    return Pull.Empty;
  }
}
