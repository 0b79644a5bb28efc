// The driver: derives and executes block after block until the claimed number is safe or L1 is used up (op-node's
// derivation and engine, in the order in which op-program runs them).
import { decodeHeader } from '../block-header';
import { Bytes, equal32 } from '../bytes';
import { requireCovered } from '../config/coverage';
import { maxSequencerDrift } from '../config/limits';
import { Fork, PayloadAttributes, RollupConfig } from '../config/rollup';
import { Failure, FailureKind, Result } from '../failure';
import { seedHashes } from '../hash-chains';
import { L1Chain } from '../l1/chain';
import { allowLines, detail, error, info, renewLines, warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';
import { TransactionSource } from '../transaction/transaction-source';
import { depositsOnly } from './attributes';
import { BlockContents } from './block-contents';
import { L2Block } from './l2-block';
import { L2Chain, l2Block } from './l2-chain';
import { Pipeline } from './pipeline';
import { failure, Pull } from './stage';
import { findStart } from './start';

/** Lines about the next block that may be written whatever there was before. */
// @ts-ignore: decorator
@inline
const NEXT_LINES: u32 = 8;

/** What execution says about the block that it built. Both are in PERSISTENT. */
@final
export class BuiltBlock {
  constructor(
    /** Address of the 32-byte hash. */
    public readonly hash: usize,
    /** Encoded header. */
    public readonly header: Bytes,
  ) {}
}

/** Execution, as derivation sees it. */
export abstract class BlockBuilder {
  /**
   * Builds the block with the given contents on `parent`. A failure says that the attributes are invalid: a transaction in
   * them can't be in the block. The next block is built on this one, on `parent`, or on `safe`.
   */
  abstract build(parent: L2Block, safe: L2Block, attributes: PayloadAttributes): Result<BuiltBlock>;
}

/** Where derivation ended. */
@final
export class Derived {
  constructor(
    /** The newest safe block: the claimed one or one after it, or where L1 ended the newest there is. */
    public readonly safeHead: L2Block,
    /** The block that the claim is compared with: the claimed one where it's safe, else the safe head. */
    public readonly claimed: L2Block,
  ) {}
}

/**
 * Derives the L2 chain from the block with the 32-byte hash at `agreedHash` on, using L1 up to the block with the hash at
 * `l1Head`, until block `claimedNumber` is safe or L1 is used up. A failure, or anything that isn't covered, means that
 * nothing can be said about the claim.
 */
export function derive(
  config: RollupConfig,
  l1Head: usize,
  agreedHash: usize,
  claimedNumber: u64,
  builder: BlockBuilder,
): Result<Derived> {
  useScratch(false);
  seedHashes(l1Head);
  const l1 = new L1Chain(config, l1Head);
  const l2 = new L2Chain(config, agreedHash);
  let safe = l2.start;
  info('Loaded L2 head').hash('hash', safe.hash).number('number', safe.number).end();
  if (safe.number < claimedNumber) {
    info('Starting derivation').end();
    requireCovered(config, safe.time + config.blockTime);
    const from = findStart(config, l1, l2);
    const pipeline = new Pipeline(
      config,
      l1,
      l2,
      from.origin,
      l2.systemConfig(from.block),
      latestTime(config, l1, safe, claimedNumber),
    );
    let pending = safe;
    let highest = safe.number;
    // Attributes are in SCRATCH until their block is built.
    useScratch(true);
    const start = mark();
    useScratch(false);
    while (safe.number < claimedNumber) {
      useScratch(true);
      release(start);
      useScratch(false);
      const pulled = pipeline.next(pending);
      if (pulled == Pull.Again) continue;
      if (pulled == Pull.Failed) {
        renewLines();
        return Result.fail<Derived>(failure());
      }
      if (pulled == Pull.Empty) {
        renewLines();
        info('Derivation complete: no further data to process').number('safe', safe.number).end();
        return Result.ok(new Derived(safe, safe));
      }
      let concluding = pipeline.concluding;
      let attributes = pipeline.attributes;
      requireCovered(config, attributes.timestamp);
      let built = builder.build(pending, safe, attributes);
      if (!built.ok) {
        const reason = built.failure;
        warn('could not process payload attributes')
          .text('err', reason === null ? '' : reason.message)
          .end();
        if (!hasTransactions(attributes)) return depositsFail();
        if (!config.isActive(Fork.Holocene, pipeline.origin.time)) {
          // The blocks of the span before this one are undone, and the rest of it is dropped.
          pending = safe;
          l2.truncate(safe);
          continue;
        }
        warn('Holocene active, requesting deposits-only attributes').number('parent', pending.number).end();
        pipeline.flush();
        attributes = depositsOnly(attributes);
        concluding = true;
        built = builder.build(pending, safe, attributes);
        if (!built.ok) return depositsFail();
      }
      useScratch(false);
      pending = toBlock(config, pending, built.value, attributes);
      // Nothing is compared with a block since its L1 origin has Holocene: the batches that overlap it come later.
      if (!config.isActive(Fork.Holocene, l1.find(pending.originNumber, pending.originHash).time)) {
        pending.contents = contentsOf(attributes.following);
      }
      l2.append(pending);
      if (concluding) safe = pending;
      // Blocks of spans that are undone again may come any number of times.
      const isNew = pending.number > highest;
      if (isNew) {
        highest = pending.number;
        allowLines(NEXT_LINES);
      }
      const message = concluding ? 'Derived safe block' : 'Derived pending block';
      (isNew || concluding ? info(message) : detail(message))
        .hash('hash', pending.hash)
        .number('number', pending.number)
        .end();
    }
    renewLines();
    info('Derivation complete: reached L2 block').hash('head', safe.hash).number('number', safe.number).end();
  }
  return Result.ok(new Derived(safe, l2.byNumber(claimedNumber)));
}

/**
 * The latest time that a block can have which a batch is needed for: the claimed block's, where derivation ends, or an
 * earlier one where L1 ends long before it. A block is ahead of its L1 origin by no more than the drift, unless it is the
 * first of an origin, and goes beyond what was by a block time.
 */
function latestTime(config: RollupConfig, l1: L1Chain, agreed: L2Block, claimedNumber: u64): u64 {
  const head = l1.head;
  const drift = max(config.maxSequencerDrift, maxSequencerDrift(config, head.time));
  const origins = head.number > agreed.originNumber ? head.number - agreed.originNumber : 0;
  const reachable =
    drift > u64.MAX_VALUE >> 1 ? u64.MAX_VALUE : max(head.time + drift, agreed.time) + config.blockTime * (origins + 1);
  const count = claimedNumber - agreed.number;
  if (count > (u64.MAX_VALUE - agreed.time) / config.blockTime) return reachable;
  return min(reachable, agreed.time + count * config.blockTime);
}

function depositsFail(): Result<Derived> {
  error('deposit only block was invalid').end();
  return Result.fail<Derived>(
    new Failure(FailureKind.Critical, 'failed to process a block with only deposit transactions'),
  );
}

/** Whether there are other transactions than deposits. */
function hasTransactions(attributes: PayloadAttributes): bool {
  const following = attributes.following;
  return following !== null && following.count > 0;
}

/** What derivation keeps of a block that was built on `parent`. */
function toBlock(config: RollupConfig, parent: L2Block, built: BuiltBlock, attributes: PayloadAttributes): L2Block {
  const header = decodeHeader(built.header);
  if (
    header.number != parent.number + 1 ||
    header.time != attributes.timestamp ||
    !equal32(header.parentHash, parent.hash)
  ) {
    throw new Error('execution built another block than the one that was asked for');
  }
  return l2Block(config, built.hash, built.header, header, attributes.transactions[0].copy());
}

/** In PERSISTENT. */
function contentsOf(transactions: TransactionSource | null): BlockContents {
  const contents = new BlockContents();
  if (transactions === null) return contents;
  useScratch(true);
  transactions.rewind();
  for (let i: u32 = 0; i < transactions.count; i++) {
    const start = mark();
    contents.add(transactions.next());
    release(start);
  }
  useScratch(false);
  return contents;
}

/**
 * The parts of the output root with the 32 bytes at `root` (specs: protocol/proposals.md#l2-output-commitment-construction),
 * from the oracle: version, state root, storage root of the message passer, block hash, 32 bytes each.
 */
export function readOutput(root: usize): Bytes {
  hint('l2-output', root, 32);
  const output = preimage(KeyType.Keccak256, root);
  if (output.length != 128) throw new Error('the pre-image of an output root has 128 bytes');
  for (let i: u32 = 0; i < 32; i++) {
    if (output[i] != 0) throw new Error('an output root of an unknown version');
  }
  return output;
}
