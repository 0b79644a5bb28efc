// Which batches may become L2 blocks (specs: protocol/derivation.md#batch-queue, protocol/delta/span-batches.md#
// span-batch-validity, protocol/holocene/derivation.md#span-batches).
import { equal32 } from '../bytes';
import { maxSequencerDrift } from '../config/limits';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { POST_EXEC_TYPE, SET_CODE_TYPE } from '../transaction/transaction-source';
import { SingularBatch } from './batch';
import { BlockContents } from './block-contents';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { SpanBatch, SpanCursor } from './span-batch';

/** The verdict on a batch. */
export const enum Validity {
  /** It is invalid and stays so. */
  Drop,
  /** It may become the next blocks. */
  Accept,
  /** More L1 blocks are needed to tell. */
  Undecided,
  /** It may become valid when the blocks before it are there. */
  Future,
  /** Since Holocene: its blocks are there already. */
  Past,
}

/** What batches are judged by. `blocks` are consecutive L1 blocks from the safe head's origin, or the one after it, on. */
@final
export class BatchContext {
  constructor(
    public readonly config: RollupConfig,
    public blocks: Array<L1Block>,
    public safeHead: L2Block,
    /** The L1 block that held the batch. */
    public inclusion: L1Block,
    public readonly l1: L1Chain,
    public readonly l2: L2Chain,
  ) {}

  /** Time of the block after the safe head. */
  get nextTime(): u64 {
    return this.safeHead.time + this.config.blockTime;
  }

  /** Whether Holocene's rules apply to the batch. */
  get holocene(): bool {
    return this.config.isActive(Fork.Holocene, this.inclusion.time);
  }
}

function drop(reason: string): Validity {
  warn('dropping batch').text('reason', reason).end();
  return Validity.Drop;
}

/** Judges a singular batch. */
export function checkSingularBatch(context: BatchContext, batch: SingularBatch): Validity {
  const config = context.config;
  const blocks = context.blocks;
  if (blocks.length == 0) return Validity.Undecided;
  const epoch = blocks[0];
  const nextTime = context.nextTime;
  if (batch.timestamp > nextTime) return context.holocene ? drop('a future batch') : Validity.Future;
  if (batch.timestamp < nextTime) {
    if (context.holocene) return Validity.Past;
    return drop('a past batch');
  }
  if (!equal32(batch.parentHash, context.safeHead.hash)) return drop('the parent hash is not the safe head');
  if (batch.epochNumber + config.sequencerWindow < context.inclusion.number) return drop('the sequence window expired');

  let origin = epoch;
  if (batch.epochNumber < epoch.number) return drop('the epoch is too old');
  if (batch.epochNumber == epoch.number + 1) {
    if (blocks.length < 2) return Validity.Undecided;
    origin = blocks[1];
  } else if (batch.epochNumber != epoch.number) {
    return drop('the epoch is too far ahead');
  }
  if (!equal32(batch.epochHash, origin.hash)) return drop('the epoch is of another L1 chain');
  if (batch.timestamp < origin.time) return drop('the timestamp is before the L1 origin');
  const isEmpty = batch.transactionCount == 0;
  if (!isEmpty && isBareActivation(config, batch.timestamp)) {
    return drop('transactions in the activation block of a fork');
  }
  const next = origin === epoch && blocks.length > 1 ? blocks[1] : null;
  const drift = checkDrift(config, batch.timestamp, isEmpty, origin, origin !== epoch, next);
  if (drift != Validity.Accept) return drift;
  if (batch.hasEmpty) return drop('an empty transaction');
  if (batch.hasDeposit) return drop('a deposit among the transactions');
  if (batch.hasSetCode && !allowsSetCode(config, batch.timestamp)) return drop(EARLY_SET_CODE);
  if (batch.hasPostExec) return drop(EARLY_POST_EXEC);
  return Validity.Accept;
}

/**
 * Whether a singular batch, which is of the future, may ever be accepted: false where one of the rules above drops it whatever
 * the chain will be until its time comes. In between it may still be undecided, and then holds up the batches behind it.
 */
export function canBecomeValid(context: BatchContext, batch: SingularBatch): bool {
  const config = context.config;
  if (batch.hasEmpty || batch.hasDeposit || batch.hasPostExec) return false;
  if (batch.hasSetCode && !allowsSetCode(config, batch.timestamp)) return false;
  const epoch = batch.epochNumber;
  if (epoch + config.sequencerWindow < context.inclusion.number || epoch < context.blocks[0].number) return false;
  const origin = context.l1.byNumber(epoch);
  if (origin === null || !equal32(batch.epochHash, origin.hash) || batch.timestamp < origin.time) return false;
  if (batch.transactionCount == 0) return true;
  if (isBareActivation(config, batch.timestamp)) return false;
  return batch.timestamp <= origin.time + maxSequencerDrift(config, origin.time);
}

// @ts-ignore: decorator
@lazy const EARLY_SET_CODE: string = 'a set-code transaction before Isthmus';
// @ts-ignore: decorator
@lazy const EARLY_POST_EXEC: string = 'a post-execution transaction before Lagoon';

/** Whether the block at `time` activates a fork whose upgrade transactions stand alone beside deposits. */
function isBareActivation(config: RollupConfig, time: u64): bool {
  return config.activatesAt(Fork.Jovian, time) || config.activatesAt(Fork.Karst, time);
}

/**
 * A block may not be too far ahead of its L1 origin, except an empty one where no newer origin could have been taken. `next`
 * is the L1 block after the origin, where it is known.
 */
function checkDrift(
  config: RollupConfig,
  timestamp: u64,
  empty: bool,
  origin: L1Block,
  advanced: bool,
  next: L1Block | null,
): Validity {
  if (timestamp <= origin.time + maxSequencerDrift(config, origin.time)) return Validity.Accept;
  if (!empty) return drop('the sequencer drift is exceeded');
  if (advanced) return Validity.Accept;
  if (next === null) return Validity.Undecided;
  if (timestamp >= next.time) return drop('the sequencer drift is exceeded and the next L1 origin not taken');
  return Validity.Accept;
}

function allowsSetCode(config: RollupConfig, time: u64): bool {
  return config.isActive(Fork.Isthmus, time);
}

/** Blocks that a span may overlap before anything else is read than the headers that lead to its parent. */
// @ts-ignore: decorator
@inline
const NEAR: u64 = 1024;

/**
 * Whether a span that follows the safe chain's block `number` at `time`, which is older than the safe head, is dropped
 * whatever that block is: op-node finds the block first, but then drops the span for its epoch. So nobody can make the
 * program walk back further than a sequencing window.
 */
function isOutOfReach(context: BatchContext, startEpoch: u64, number: u64, time: u64): bool {
  const config = context.config;
  if (startEpoch + config.sequencerWindow < context.inclusion.number) return true;
  // Origins never go back, so that the block's is at most the safe head's.
  if (startEpoch > context.safeHead.originNumber + 1) return true;
  if (number == config.genesisL2.number) return startEpoch > config.genesisL1.number + 1;
  if (startEpoch <= config.genesisL1.number || context.safeHead.number - number <= NEAR) return false;
  // Only the genesis may be from before its L1 origin: the block's origin is one of those up to its own time.
  const before = context.l1.byNumber(startEpoch - 1);
  return before !== null && before.time > time;
}

/** The L2 block before the span, as `checkSpanPrefix` found it last. */
let parentBlock: L2Block | null = null;

/**
 * Judges a span batch by its beginning and end: all that Holocene asks of it as a whole. Blocks of it that are on the safe
 * chain already may differ from that chain's. After Accept, `parentBlock` is set.
 */
export function checkSpanPrefix(context: BatchContext, batch: SpanBatch): Validity {
  const config = context.config;
  const blocks = context.blocks;
  const safeHead = context.safeHead;
  if (blocks.length == 0) return Validity.Undecided;
  const startEpoch = batch.firstEpoch;
  let origin = blocks[0];
  if (startEpoch == origin.number + 1) {
    if (blocks.length < 2) return Validity.Undecided;
    origin = blocks[1];
  }
  if (!config.isActive(Fork.Delta, origin.time)) return drop('a span batch before Delta');

  const nextTime = context.nextTime;
  const startTime = batch.timestamp(0);
  if (startTime > nextTime) return context.holocene ? drop('a future span batch') : Validity.Future;
  if (batch.timestamp(batch.blockCount - 1) < nextTime) {
    if (context.holocene) return Validity.Past;
    return drop('a span batch without new blocks');
  }

  let parent = safeHead;
  if (startTime < nextTime) {
    if (startTime > safeHead.time) return drop('a span batch with misaligned timestamps');
    if ((safeHead.time - startTime) % config.blockTime != 0) return drop('a span batch with misaligned timestamps');
    const back = (safeHead.time - startTime) / config.blockTime + 1;
    if (back > safeHead.number - config.genesisL2.number) {
      // op-node finds no such block and keeps asking for it.
      return Validity.Undecided;
    }
    const number = safeHead.number - back;
    if (isOutOfReach(context, startEpoch, number, startTime - config.blockTime)) {
      return drop('the epoch cannot follow the block before the span');
    }
    if (memory.compare(batch.parentCheck, context.l2.hashOf(number), 20) != 0) return drop('the parent check fails');
    parent = context.l2.byNumber(number);
  }
  parentBlock = parent;
  if (memory.compare(batch.parentCheck, parent.hash, 20) != 0) return drop('the parent check fails');
  if (startEpoch + config.sequencerWindow < context.inclusion.number) return drop('the sequence window expired');
  if (startEpoch > parent.originNumber + 1) return drop('the epoch is too far ahead');

  let found = false;
  for (let i = 0; i < blocks.length; i++) {
    if (blocks[i].number != batch.lastEpoch) continue;
    if (memory.compare(batch.originCheck, blocks[i].hash, 20) != 0) return drop('the L1 origin check fails');
    found = true;
    break;
  }
  if (!found) return Validity.Undecided;
  if (startEpoch < parent.originNumber) return drop('the epoch is too old');
  return Validity.Accept;
}

/** The blocks of a span that are on the safe chain already must be those of the safe chain. */
function checkOverlap(context: BatchContext, batch: SpanBatch, parent: L2Block): Validity {
  const overlap = context.safeHead.number - parent.number;
  if (overlap == 0) return Validity.Accept;
  const before = useScratch(true);
  const start = mark();
  const cursor = new SpanCursor();
  cursor.open(batch);
  let verdict = Validity.Accept;
  for (let i: u64 = 0; i < overlap && verdict == Validity.Accept; i++) {
    const block = context.l2.byNumber(parent.number + 1 + i);
    const count = cursor.enterBlock();
    if (block.originNumber != cursor.epoch) {
      verdict = drop('an overlapping block has another L1 origin');
    } else {
      const inside = mark();
      if (!isSame(context.l2.contents(block), cursor, count)) {
        verdict = drop('an overlapping block has other transactions');
      }
      release(inside);
    }
  }
  release(start);
  useScratch(before);
  return verdict;
}

/** Whether the next `count` transactions of `cursor` are those that a block has behind its deposits. In SCRATCH. */
function isSame(contents: BlockContents, cursor: SpanCursor, count: u32): bool {
  if (contents.count != count) return false;
  contents.beginComparison();
  for (let i: u32 = 0; i < count; i++) {
    const start = mark();
    const transaction = cursor.transaction();
    if (transaction === null) throw new Error('a span batch with a malformed transaction was not dropped');
    const same = contents.compare(transaction);
    release(start);
    if (!same) return false;
  }
  return contents.endComparison();
}

/** Judges a span batch before Holocene, where the whole of it is valid or none. */
export function checkSpanBatch(context: BatchContext, batch: SpanBatch): Validity {
  const prefix = checkSpanPrefix(context, batch);
  if (prefix != Validity.Accept) return prefix;
  const parent = parentBlock;
  if (parent === null) throw new Error('a span batch without a parent');
  const before = useScratch(true);
  const start = mark();
  const verdict = checkSpanBlocks(context, batch, parent);
  release(start);
  useScratch(before);
  return verdict;
}

/** Judges the blocks of a span that are after the safe head and, in the end, those that overlap the safe chain. */
function checkSpanBlocks(context: BatchContext, batch: SpanBatch, parent: L2Block): Validity {
  const config = context.config;
  const blocks = context.blocks;
  const safeHead = context.safeHead;
  const cursor = new SpanCursor();
  cursor.open(batch);
  let index = 0;
  let advanced = batch.firstEpoch == parent.originNumber + 1;
  let epochBefore = batch.firstEpoch;
  for (let i: u32 = 0; i < batch.blockCount; i++) {
    const timestamp = batch.timestamp(i);
    const count = cursor.enterBlock();
    const epoch = cursor.epoch;
    if (i > 0) advanced = epoch > epochBefore;
    epochBefore = epoch;
    let hasSetCode = false;
    let hasPostExec = false;
    for (let j: u32 = 0; j < count; j++) {
      const type = cursor.skip();
      if (type == SET_CODE_TYPE) hasSetCode = true;
      if (type == POST_EXEC_TYPE) hasPostExec = true;
    }
    if (timestamp <= safeHead.time) continue;
    if (epoch < safeHead.originNumber) return drop('the epoch of a block is too old');
    while (index < blocks.length && blocks[index].number != epoch) index++;
    if (index == blocks.length) return drop('the epoch of a block is not known');
    const origin = blocks[index];
    if (timestamp < origin.time) return drop('the timestamp is before the L1 origin');
    const next = index + 1 < blocks.length ? blocks[index + 1] : null;
    const drift = checkDrift(config, timestamp, count == 0, origin, advanced, next);
    if (drift != Validity.Accept) return drift;
    if (hasSetCode && !allowsSetCode(config, timestamp)) return drop(EARLY_SET_CODE);
    if (hasPostExec) return drop(EARLY_POST_EXEC);
  }
  // Behind the blocks' own checks: one that is undecided must not become a drop here.
  return checkOverlap(context, batch, parent);
}
