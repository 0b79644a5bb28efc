// The batch stage since Holocene: batches come in order, each block of a span is judged alone, and an invalid one takes the
// rest of its channel with it (specs: protocol/holocene/derivation.md#batch-queue).
import { RollupConfig } from '../config/rollup';
import { FailureKind } from '../failure';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { detail, warn } from '../log';
import { SingularBatch } from './batch';
import { BatchSource } from './batch-source';
import { checkSingularBatch, checkSpanPrefix, Validity } from './batch-validity';
import { ChannelReader } from './channel-reader';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { fail, Pull } from './stage';


@final
export class BatchStage extends BatchSource {
  private candidate: SingularBatch | null = null;

  constructor(config: RollupConfig, previous: ChannelReader, l1: L1Chain, l2: L2Chain, origin: L1Block) {
    super(config, previous, l1, l2, origin);
  }

  next(parent: L2Block): Pull {
    this.updateOrigins(parent);
    if (this.originBehind(parent) || parent.originNumber == this.at.number) {
      // A channel that ends in the L1 block of the parent's origin can only hold past batches: skip them.
      const pulled = this.previous.next();
      return pulled == Pull.Ready ? Pull.Again : pulled;
    }
    if (this.blocks.length < 2) {
      return fail(FailureKind.Critical, 'the L1 origin of the safe head and its successor are not known');
    }
    if (!this.fits(parent)) return this.misfit(parent);
    const found = this.findCandidate(parent);
    if (found == Pull.Empty) return this.emptyBatch(parent, true);
    if (found != Pull.Ready) return found;
    const batch = this.candidate;
    if (batch === null) throw new Error('a candidate that is not there');
    switch (checkSingularBatch(this.context(parent, this.at), batch)) {
      case Validity.Accept:
        return this.ready(batch, true);
      case Validity.Past:
        warn('Dropping past singular batch').number('batch_timestamp', batch.timestamp).end();
        return Pull.Again;
      case Validity.Drop:
        warn('Dropping invalid singular batch, flushing channel').number('batch_timestamp', batch.timestamp).end();
        this.flush();
        return Pull.Again;
      case Validity.Undecided:
        warn('Undecided singular batch').number('batch_timestamp', batch.timestamp).end();
        return Pull.Again;
      default:
        return fail(FailureKind.Critical, 'a batch of the future after Holocene');
    }
  }

  flush(): void {
    this.dropSpan();
    this.previous.flush();
  }

  /** The next block of the span at hand, or the next batch of the channel. */
  private findCandidate(parent: L2Block): Pull {
    const cached = this.fromSpan(parent);
    if (cached !== null) {
      this.candidate = cached;
      return Pull.Ready;
    }
    const pulled = this.previous.next();
    if (pulled != Pull.Ready) return pulled;
    const singular = this.previous.singularBatch;
    if (singular !== null) {
      this.candidate = singular;
      return Pull.Ready;
    }
    const span = this.previous.spanBatch;
    if (span === null) throw new Error('a batch that is neither singular nor a span');
    switch (checkSpanPrefix(this.context(parent, this.at), span)) {
      case Validity.Accept:
        break;
      case Validity.Past:
        warn('Dropping past span batch').number('batch_timestamp', span.timestamp(0)).end();
        return Pull.Again;
      case Validity.Drop:
        warn('Dropping invalid span batch, flushing channel').number('batch_timestamp', span.timestamp(0)).end();
        this.flush();
        return Pull.Again;
      case Validity.Undecided:
        warn('Undecided span batch').number('batch_timestamp', span.timestamp(0)).end();
        return Pull.Again;
      default:
        return fail(FailureKind.Critical, 'a batch of the future after Holocene');
    }
    // The checks of the span as a whole don't look at every block's origin.
    if (!this.beginSpan(span, parent)) {
      warn('Dropping invalid span batch, flushing channel').number('batch_timestamp', span.timestamp(0)).end();
      this.flush();
      return Pull.Again;
    }
    this.previous.pin();
    detail('Found next valid span batch')
      .number('batch_timestamp', span.timestamp(0))
      .number('block_count', span.blockCount)
      .end();
    this.candidate = this.fromSpan(parent);
    return this.candidate === null ? Pull.Again : Pull.Ready;
  }
}
