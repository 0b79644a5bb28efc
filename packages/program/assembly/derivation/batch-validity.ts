// Which batches may become L2 blocks (specs: protocol/derivation.md#batch-queue, protocol/delta/span-batches.md#
// span-batch-validity, protocol/holocene/derivation.md#span-batches).
import { Bytes, equal32 } from '../bytes';
import { maxSequencerDrift } from '../config/limits';
import { Fork, RollupConfig } from '../config/rollup';
import { DEPOSIT_TYPE } from '../l1/deposit';
import { L1Block } from '../l1/block';
import { warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { Batch, SingularBatch } from './batch';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { SpanBatch } from './span-batch';

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

/** EIP-7702's transaction type. */
// @ts-ignore: decorator
@inline
const SET_CODE_TYPE: u32 = 4;

/**
 * The type of Lagoon's post-execution transactions. op-node of April 2026 lets such a batch pass, and the block is then
 * built from its deposits; kona from 1.6.0 on, whose verdict counts in the games since Karst, and later op-nodes drop it.
 */
// @ts-ignore: decorator
@inline
export const POST_EXEC_TYPE: u32 = 0x7d;

/** What batches are judged by. `blocks` are consecutive L1 blocks from the safe head's origin, or the one after it, on. */
@final
export class BatchContext {
  constructor(
    public readonly config: RollupConfig,
    public readonly blocks: Array<L1Block>,
    public readonly safeHead: L2Block,
    /** The L1 block that held the batch. */
    public readonly inclusion: L1Block,
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

/** Judges a batch before Holocene, where the whole of a span batch is valid or none of it. */
export function checkBatch(context: BatchContext, batch: Batch): Validity {
  const singular = batch.singular;
  if (singular !== null) return checkSingularBatch(context, singular);
  const span = batch.span;
  if (span === null) throw new Error('a batch that is neither singular nor a span');
  return checkSpanBatch(context, span);
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
  const transactions = batch.transactions;
  if (transactions.length > 0 && isBareActivation(config, batch.timestamp)) {
    return drop('transactions in the activation block of a fork');
  }
  const next = origin === epoch && blocks.length > 1 ? blocks[1] : null;
  const drift = checkDrift(config, batch.timestamp, transactions.length == 0, origin, origin !== epoch, next);
  if (drift != Validity.Accept) return drift;
  for (let i = 0; i < transactions.length; i++) {
    const problem = transactionProblem(config, transactions[i], batch.timestamp);
    if (problem !== null) return drop(problem);
  }
  return Validity.Accept;
}

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

/** Why the sequencer may not put a transaction into the block at `time`, or null. */
function transactionProblem(config: RollupConfig, transaction: Bytes, time: u64): string | null {
  if (transaction.length == 0) return 'an empty transaction';
  const type = transaction[0];
  if (type == DEPOSIT_TYPE) return 'a deposit among the transactions';
  if (type == SET_CODE_TYPE && !config.isActive(Fork.Isthmus, time)) return 'a set-code transaction before Isthmus';
  if (type == POST_EXEC_TYPE) return 'a post-execution transaction before Lagoon';
  return null;
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
  const startEpoch = batch.epoch(0);
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
    parent = context.l2.byNumber(safeHead.number - back);
  }
  parentBlock = parent;
  if (memory.compare(batch.parentCheck, parent.hash, 20) != 0) return drop('the parent check fails');
  if (startEpoch + config.sequencerWindow < context.inclusion.number) return drop('the sequence window expired');
  if (startEpoch > parent.originNumber + 1) return drop('the epoch is too far ahead');

  const endEpoch = batch.epoch(batch.blockCount - 1);
  let found = false;
  for (let i = 0; i < blocks.length; i++) {
    if (blocks[i].number != endEpoch) continue;
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
  const overlap = <i32>(context.safeHead.number - parent.number);
  for (let i = 0; i < overlap; i++) {
    const block = context.l2.byNumber(parent.number + 1 + i);
    const before = useScratch(true);
    const start = mark();
    const same = sameTransactions(context.l2.transactions(block), batch, i);
    release(start);
    useScratch(before);
    if (!same) return drop('an overlapping block has other transactions');
    if (block.originNumber != batch.epoch(i)) return drop('an overlapping block has another L1 origin');
  }
  return Validity.Accept;
}

/** Whether the block's transactions behind its deposits are those of block `i` of the span. */
function sameTransactions(transactions: Array<Bytes>, batch: SpanBatch, i: i32): bool {
  let deposits = 0;
  for (let j = 0; j < transactions.length; j++) {
    if (transactions[j][0] == DEPOSIT_TYPE) deposits += 1;
  }
  const count = batch.transactionCount(i);
  if (transactions.length - deposits != count) return false;
  for (let j = 0; j < count; j++) {
    if (!transactions[deposits + j].equals(batch.transaction(i, j))) return false;
  }
  return true;
}

/** Judges a span batch, every block in it and, in the end, what overlaps the safe chain. */
function checkSpanBatch(context: BatchContext, batch: SpanBatch): Validity {
  const prefix = checkSpanPrefix(context, batch);
  if (prefix != Validity.Accept) return prefix;
  const parent = parentBlock;
  if (parent === null) throw new Error('a span batch without a parent');
  const config = context.config;
  const blocks = context.blocks;
  const safeHead = context.safeHead;

  let index = 0;
  let advanced = batch.epoch(0) == parent.originNumber + 1;
  for (let i = 0; i < batch.blockCount; i++) {
    const timestamp = batch.timestamp(i);
    if (timestamp <= safeHead.time) continue;
    const epoch = batch.epoch(i);
    if (epoch < safeHead.originNumber) return drop('the epoch of a block is too old');
    while (index < blocks.length && blocks[index].number != epoch) index++;
    if (index == blocks.length) return drop('the epoch of a block is not known');
    const origin = blocks[index];
    if (i > 0) advanced = epoch > batch.epoch(i - 1);
    if (timestamp < origin.time) return drop('the timestamp is before the L1 origin');
    const count = batch.transactionCount(i);
    const next = index + 1 < blocks.length ? blocks[index + 1] : null;
    const drift = checkDrift(config, timestamp, count == 0, origin, advanced, next);
    if (drift != Validity.Accept) return drift;
    for (let j = 0; j < count; j++) {
      const problem = transactionProblem(config, batch.transaction(i, j), timestamp);
      if (problem !== null) return drop(problem);
    }
  }
  // Behind the blocks' own checks: one that is undecided must not become a drop here.
  return checkOverlap(context, batch, parent);
}
