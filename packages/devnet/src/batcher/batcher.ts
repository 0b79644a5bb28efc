// The batcher: gathers L2 blocks, and submits them as its plan says. Specification: specs/protocol/batcher.md.
import type { Common } from '@ethereumjs/common';
import { createAddressFromString } from '@ethereumjs/util';
import { Wallet } from '../chain/wallet.js';
import { calldataGas } from '../execution/l1-fee.js';
import type { L1Submission } from '../l1/l1-chain.js';
import type { L2Block } from '../l2/l2-chain.js';
import type { RollupConfig } from '../l2/rollup-config.js';
import { DEPOSIT_TYPE } from '../execution/transaction.js';
import { seededHash, seededKey } from '../seed.js';
import { encodeSingularBatch } from './batch.js';
import type { BatchedBlock } from './batch.js';
import { encodeBlob, MAX_BLOB_DATA, sealBlob } from './blob.js';
import { batcherData, cutFrames, encodeChannel } from './channel.js';
import type { Compression } from './channel.js';
import { encodeSpanBatch } from './span-batch.js';

/** How one channel is made and submitted. */
export interface ChannelPlan {
  readonly batches: 'singular' | 'span';
  readonly compression: Compression;
  readonly carrier: 'calldata' | 'blobs';
  /** L2 blocks in the channel; the last one before a flush may have fewer. */
  readonly l2Blocks: number;
  /** Bytes; a channel with more becomes several frames, one a transaction or blob. */
  readonly maxFrameSize?: number;
  /** Blobs, or frames of call data, in one transaction. */
  readonly framesPerTransaction?: number;
}

/** A submission, and the L2 block that is safe once it is in L1 (absent: its channel isn't complete yet). */
export interface BatcherSubmission extends L1Submission {
  readonly completes: L2Block | undefined;
}

const GWEI = 1_000_000_000n;
const MAX_FEE = 100n * GWEI;
const MAX_BLOB_FEE = GWEI;
const DEFAULT_FRAME_SIZE = 100_000;

/** The batcher of one chain. Its channels follow the plans in turn. */
export class Batcher {
  readonly #wallet: Wallet;
  readonly #pending: L2Block[] = [];
  readonly #queue: BatcherSubmission[] = [];
  #channels = 0;

  constructor(
    readonly seed: string,
    readonly config: RollupConfig,
    readonly l1Common: Common,
    readonly l2Common: Common,
    readonly plans: readonly ChannelPlan[],
  ) {
    this.#wallet = new Wallet(seededKey(seed, 'batcher'), l1Common, MAX_FEE, GWEI);
  }

  /** Takes the next L2 block; makes a channel when the plan has enough. */
  add(block: L2Block): void {
    this.#pending.push(block);
    if (this.#pending.length >= this.#plan.l2Blocks) this.#submit();
  }

  /** Makes a channel of what is left. */
  flush(): void {
    if (this.#pending.length > 0) this.#submit();
  }

  /** Takes at most `count` submissions, oldest first. */
  take(count: number): BatcherSubmission[] {
    return this.#queue.splice(0, count);
  }

  get isIdle(): boolean {
    return this.#pending.length === 0 && this.#queue.length === 0;
  }

  get #plan(): ChannelPlan {
    const plan = this.plans[this.#channels % this.plans.length];
    if (plan === undefined) throw new Error('a batcher needs at least one channel plan');
    return plan;
  }

  #submit(): void {
    const plan = this.#plan;
    const blocks = this.#pending.splice(0);
    const channel = encodeChannel(this.#batches(blocks.map(batched), plan), plan.compression);
    const id = seededHash(this.seed, `channel ${this.#channels++}`).slice(0, 16);
    // A blob's data begins with the derivation version.
    const most = plan.carrier === 'blobs' ? MAX_BLOB_DATA - 1 : DEFAULT_FRAME_SIZE;
    const frames = cutFrames(id, channel, Math.min(plan.maxFrameSize ?? most, most));
    const perTransaction = plan.framesPerTransaction ?? 1;
    for (let first = 0; first < frames.length; first += perTransaction) {
      const some = frames.slice(first, first + perTransaction);
      const submission = plan.carrier === 'blobs' ? this.#asBlobs(some) : this.#asCalldata(some);
      const isLast = first + perTransaction >= frames.length;
      this.#queue.push({ ...submission, completes: isLast ? blocks.at(-1) : undefined });
    }
  }

  #batches(blocks: readonly BatchedBlock[], plan: ChannelPlan): Uint8Array[] {
    if (plan.batches === 'singular') return blocks.map(encodeSingularBatch);
    return [encodeSpanBatch(blocks, BigInt(this.config.genesis.l2_time), this.l2Common)];
  }

  #asCalldata(frames: readonly Uint8Array[]): L1Submission {
    const data = batcherData(frames);
    const gasLimit = 21_000n + calldataGas(data);
    return { raw: this.#wallet.dynamicFee({ to: this.#inbox, data, gasLimit }), sidecars: [] };
  }

  #asBlobs(frames: readonly Uint8Array[]): L1Submission {
    const sidecars = frames.map((frame) => sealBlob(encodeBlob(batcherData([frame]))));
    const hashes = sidecars.map(({ versionedHash }) => versionedHash);
    return { raw: this.#wallet.blobs({ to: this.#inbox, gasLimit: 21_000n }, hashes, MAX_BLOB_FEE), sidecars };
  }

  get #inbox(): Wallet['address'] {
    return createAddressFromString(this.config.batch_inbox_address);
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
