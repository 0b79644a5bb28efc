// The batcher: gathers L2 blocks, and submits them as its plans say. Specification: specs/protocol/batcher.md.
import type { Common } from '@ethereumjs/common';
import { createAddressFromString } from '@ethereumjs/util';
import type { Address } from '@ethereumjs/util';
import { Wallet } from '../chain/wallet.js';
import { floorOfData } from '../execution/calldata-gas.js';
import type { ForkName } from '../execution/forks.js';
import { DEPOSIT_TYPE } from '../execution/transaction.js';
import type { L1Submission } from '../l1/l1-chain.js';
import type { L2Block } from '../l2/l2-chain.js';
import type { RollupConfig } from '../l2/rollup-config.js';
import { seededHash, seededKey } from '../seed.js';
import { encodeSingularBatch } from './batch.js';
import type { BatchedBlock } from './batch.js';
import { encodeBlob, MAX_BLOB_DATA, sealBlob } from './blob.js';
import { batcherData, cutFrames, encodeChannel } from './channel.js';
import { singularDecoys, spanDecoys } from './decoys.js';
import { ChannelPlanError, checkPlans } from './plan.js';
import type { ChannelPlan, SubmittedChannel } from './plan.js';
import { encodeSpanBatch } from './span-batch.js';

/** What the batcher works for. */
export interface BatcherOptions {
  readonly seed: string;
  readonly config: RollupConfig;
  readonly l1Common: Common;
  readonly l2Common: Common;
  /** Channels follow the plans in turn. */
  readonly plans: readonly ChannelPlan[];
  /** Blobs that an L1 block may hold of the batcher's. */
  readonly maxBlobs: (l1Number: bigint) => number;
  /** Whether the fork is active in an L1 block. */
  readonly isActive: (fork: ForkName, l1Number: bigint) => boolean;
  /** The first L1 block whose batches come from the second batcher account. */
  readonly handover?: bigint | undefined;
}

/** Names of the batcher's accounts, for `seededKey`. */
export const BATCHERS = ['batcher', 'second batcher'] as const;

/** Frames that go to L1 in one transaction. */
interface Submission {
  readonly frames: readonly Uint8Array[];
  readonly plan: SubmittedChannel;
  readonly channel: Channel;
}

/** Blocks that become safe together. */
interface Channel {
  readonly last: L2Block;
  /** Transactions that are still to land; 0 where the sequencing window makes the blocks. */
  outstanding: number;
  /** The L1 block by which derivation makes the blocks itself; 0 where they are submitted. */
  readonly forcedAt: bigint;
}

const GWEI = 1_000_000_000n;
const MAX_FEE = 100n * GWEI;
const MAX_BLOB_FEE = GWEI;
const DEFAULT_FRAME_SIZE = 100_000;

/** The batcher of one chain. */
export class Batcher {
  readonly #wallets: readonly [Wallet, Wallet];
  readonly #pending: L2Block[] = [];
  readonly #queue: Submission[] = [];
  /** Channels that aren't known to be safe yet, oldest first. */
  readonly #unsafe: Channel[] = [];
  #previous: readonly BatchedBlock[] = [];
  #channels = 0;

  /** Throws `ChannelPlanError` for plans that can't be followed. */
  constructor(readonly options: BatcherOptions) {
    checkPlans(options.plans);
    const wallet = (name: string): Wallet => new Wallet(seededKey(options.seed, name), options.l1Common, MAX_FEE, GWEI);
    this.#wallets = [wallet(BATCHERS[0]), wallet(BATCHERS[1])];
  }

  /** Whether the next L2 block will be submitted, so that it may hold users' transactions. */
  get submitsNext(): boolean {
    return this.#plan.batches !== 'none';
  }

  /** Whether all blocks are on their way: nothing is left to submit. */
  get isIdle(): boolean {
    return this.#pending.length === 0 && this.#queue.length === 0;
  }

  get inbox(): Address {
    return createAddressFromString(this.options.config.batch_inbox_address);
  }

  /** The account whose transactions count in an L1 block. */
  walletAt(l1Number: bigint): Wallet {
    const { handover } = this.options;
    return this.#wallets[handover !== undefined && l1Number >= handover ? 1 : 0];
  }

  /** Takes the next L2 block; makes a channel when the plan has enough. */
  add(block: L2Block): void {
    this.#pending.push(block);
    if (this.#pending.length >= this.#plan.l2Blocks) this.flush();
  }

  /** Makes a channel of what is left. */
  flush(): void {
    const blocks = this.#pending.splice(0);
    const last = blocks.at(-1);
    if (last === undefined) return;
    const plan = this.#plan;
    const id = seededHash(this.options.seed, `channel ${this.#channels++}`).slice(0, 16);
    if (plan.batches === 'none') {
      const forcedAt = last.l1Origin.number + BigInt(this.options.config.seq_window_size) + 1n;
      this.#unsafe.push({ last, outstanding: 0, forcedAt });
    } else {
      this.#submit(blocks.map(batched), last, id, plan);
    }
    this.#previous = blocks.map(batched);
  }

  /** Signs at most `count` submissions for an L1 block, oldest first. */
  take(count: number, l1Number: bigint): L1Submission[] {
    const wallet = this.walletAt(l1Number);
    return this.#queue.splice(0, this.#fitting(count, l1Number)).map(({ frames, plan, channel }) => {
      const { carrier, compression } = plan;
      if (carrier === 'blobs') this.#require('ecotone', l1Number, 'blobs');
      if (compression === 'brotli') this.#require('fjord', l1Number, 'Brotli');
      channel.outstanding--;
      return carrier === 'blobs' ? this.#asBlobs(frames, wallet) : this.#asCalldata(frames, wallet);
    });
  }

  /** How many of the oldest submissions, at most `count`, bring no more blobs than the L1 block has room for. */
  #fitting(count: number, l1Number: bigint): number {
    let left = this.options.maxBlobs(l1Number);
    let fitting = 0;
    for (const { frames, plan } of this.#queue.slice(0, count)) {
      if (plan.carrier === 'blobs') left -= frames.length;
      if (left < 0) break;
      fitting++;
    }
    return fitting;
  }

  /** The newest L2 block that L1 up to `l1Head` newly makes safe, if there is one. */
  newlySafe(l1Head: bigint): L2Block | undefined {
    let safe: L2Block | undefined;
    for (;;) {
      const [channel] = this.#unsafe;
      if (channel === undefined || channel.outstanding > 0 || channel.forcedAt > l1Head) return safe;
      safe = channel.last;
      this.#unsafe.shift();
    }
  }

  get #plan(): ChannelPlan {
    const { plans } = this.options;
    const plan = plans[this.#channels % plans.length];
    if (plan === undefined) throw new Error('the plans were checked to be some');
    return plan;
  }

  #submit(blocks: readonly BatchedBlock[], last: L2Block, id: Uint8Array, plan: SubmittedChannel): void {
    const junk = seededHash(this.options.seed, `end of channel ${this.#channels}`);
    const stream = encodeChannel(this.#batches(blocks, plan), plan.compression, plan.ending ?? 'whole', junk);
    // A blob's data begins with the derivation version.
    const most = plan.carrier === 'blobs' ? MAX_BLOB_DATA - 1 : DEFAULT_FRAME_SIZE;
    const frames = cutFrames(id, stream, Math.min(plan.maxFrameSize ?? most, most));
    if (plan.frameOrder === 'descending') frames.reverse();
    const perTransaction = plan.framesPerTransaction ?? 1;
    const channel: Channel = { last, outstanding: Math.ceil(frames.length / perTransaction), forcedAt: 0n };
    this.#unsafe.push(channel);
    for (let first = 0; first < frames.length; first += perTransaction) {
      this.#queue.push({ frames: frames.slice(first, first + perTransaction), plan, channel });
    }
  }

  #batches(blocks: readonly BatchedBlock[], plan: SubmittedChannel): Uint8Array[] {
    if (plan.batches === 'singular') {
      return blocks.flatMap((block) => [
        ...(plan.decoys === true ? singularDecoys(block) : []),
        encodeSingularBatch(block),
      ]);
    }
    const [first] = blocks;
    if (first !== undefined) this.#require('delta', first.l1Origin.number, 'span batches');
    const repeated = plan.overlap === undefined ? [] : this.#previous.slice(-plan.overlap);
    const span = [...repeated, ...blocks];
    const spans = [...(plan.decoys === true ? spanDecoys(span) : []), span];
    const { config, l2Common } = this.options;
    return spans.map((one) => encodeSpanBatch(one, BigInt(config.genesis.l2_time), l2Common));
  }

  /** Derivation would pass over what its L1 block's fork doesn't know. */
  #require(fork: ForkName, l1Number: bigint, what: string): void {
    if (!this.options.isActive(fork, l1Number)) {
      throw new ChannelPlanError(`${what} in L1 block ${l1Number}, before ${fork}: plan another channel for this time`);
    }
  }

  #asCalldata(frames: readonly Uint8Array[], wallet: Wallet): L1Submission {
    const data = batcherData(frames);
    const gasLimit = floorOfData(data);
    return { raw: wallet.dynamicFee({ to: this.inbox, data, gasLimit }), sidecars: [] };
  }

  #asBlobs(frames: readonly Uint8Array[], wallet: Wallet): L1Submission {
    const sidecars = frames.map((frame) => sealBlob(encodeBlob(batcherData([frame]))));
    const hashes = sidecars.map(({ versionedHash }) => versionedHash);
    return { raw: wallet.blobs({ to: this.inbox, gasLimit: 21_000n }, hashes, MAX_BLOB_FEE), sidecars };
  }
}

/** What a batch keeps of a block: everything but the deposits, which derivation adds. */
function batched(block: L2Block): BatchedBlock {
  return {
    parentHash: block.header.parentHash,
    timestamp: block.header.timestamp,
    l1Origin: block.l1Origin,
    startsEpoch: block.sequenceNumber === 0n,
    transactions: block.transactions.filter(({ type }) => type !== DEPOSIT_TYPE).map(({ raw }) => raw),
  };
}
