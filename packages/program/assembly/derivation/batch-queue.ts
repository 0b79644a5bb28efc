// The batch queue before Holocene: batches may come in any order and wait for their turn; a span batch is valid as a whole
// or not at all (specs: protocol/derivation.md#batch-queue).
import { FailureKind } from '../failure';
import { RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { info } from '../log';
import { Batch } from './batch';
import { BatchSource } from './batch-source';
import { BatchContext, checkBatch, Validity } from './batch-validity';
import { ChannelReader } from './channel-reader';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { fail, Pull } from './stage';

/** A batch, and the L1 block that held its end. */
@final
class Waiting {
  constructor(
    public readonly batch: Batch,
    public readonly inclusion: L1Block,
  ) {}
}


@final
export class BatchQueue extends BatchSource {
  /** In the order in which they came. */
  private waiting: Array<Waiting> = new Array<Waiting>(0);

  constructor(config: RollupConfig, previous: ChannelReader, l2: L2Chain, origin: L1Block) {
    super(config, previous, l2, origin);
  }

  next(parent: L2Block): Pull {
    const cached = this.fromSpan(parent);
    if (cached !== null) return this.ready(cached, !this.hasSpan);
    this.updateOrigins(parent);
    const behind = this.originBehind(parent);
    const pulled = this.previous.next();
    if (pulled == Pull.Again || pulled == Pull.Failed) return pulled;
    const outOfData = pulled == Pull.Empty;
    if (behind) return outOfData ? Pull.Empty : Pull.Again;
    if (!outOfData) this.add(this.previous.batch, parent);
    const derived = this.derive(outOfData, parent);
    return derived == Pull.Empty && !outOfData ? Pull.Again : derived;
  }

  /** Before Holocene nothing is dropped with an invalid block but the span that it came from. */
  flush(): void {}

  private context(parent: L2Block, inclusion: L1Block): BatchContext {
    return new BatchContext(this.config, this.blocks, parent, inclusion, this.l2);
  }

  private add(batch: Batch, parent: L2Block): void {
    if (this.blocks.length == 0) throw new Error('a batch before any L1 block is known');
    if (checkBatch(this.context(parent, this.at), batch) == Validity.Drop) return;
    this.waiting.push(new Waiting(batch, this.at));
  }

  /** Ready with the first batch that is valid now, or an empty one whose time has come. */
  private derive(outOfData: bool, parent: L2Block): Pull {
    if (this.blocks.length == 0)
      return fail(FailureKind.Critical, 'no L1 block is known to derive the next batch from');
    if (!this.fits(parent)) return this.misfit(parent);
    const waiting = this.waiting;
    const remaining = new Array<Waiting>(0);
    let accepted: Batch | null = null;
    for (let i = 0; i < waiting.length; i++) {
      if (accepted !== null) {
        remaining.push(waiting[i]);
        continue;
      }
      const validity = checkBatch(this.context(parent, waiting[i].inclusion), waiting[i].batch);
      if (validity == Validity.Accept) {
        accepted = waiting[i].batch;
      } else if (validity == Validity.Future) {
        remaining.push(waiting[i]);
      } else if (validity == Validity.Undecided) {
        for (let j = i; j < waiting.length; j++) remaining.push(waiting[j]);
        this.waiting = remaining;
        return Pull.Empty;
      }
    }
    this.waiting = remaining;
    if (accepted === null) return this.emptyBatch(parent, outOfData);
    const singular = accepted.singular;
    if (singular !== null) {
      info('Found next batch')
        .number('batch_timestamp', singular.timestamp)
        .number('batch_epoch', singular.epochNumber)
        .number('txs', singular.transactions.length)
        .end();
      return this.ready(singular, true);
    }
    const span = accepted.span;
    if (span === null || !this.beginSpan(span, parent)) {
      return fail(FailureKind.Critical, 'a valid span batch has a block whose L1 origin is not known');
    }
    info('Found next batch').number('batch_timestamp', span.timestamp(0)).number('block_count', span.blockCount).end();
    const first = this.fromSpan(parent);
    if (first === null) return fail(FailureKind.Critical, 'a valid span batch does not follow the safe head');
    return this.ready(first, !this.hasSpan);
  }
}
