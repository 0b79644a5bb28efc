// How the batcher submits: one plan a channel. Some plans make channels that are sound but unusual, so that a
// derivation shows whether it knows the rules.
import type { ChannelEnding, Compression } from './channel.js';

/** A channel that is submitted. */
export interface SubmittedChannel {
  readonly batches: 'singular' | 'span';
  readonly compression: Compression;
  readonly carrier: 'calldata' | 'blobs';
  /** L2 blocks in the channel; the last one before a flush may have fewer. */
  readonly l2Blocks: number;
  /** Bytes; a channel with more becomes several frames. */
  readonly maxFrameSize?: number;
  /** Frames in one transaction; each blob holds one. */
  readonly framesPerTransaction?: number;
  /** Descending: the last frame lands in L1 first (allowed until Holocene). */
  readonly frameOrder?: 'ascending' | 'descending';
  /** How the compressed stream ends. What could be read of it counts in any case. */
  readonly ending?: ChannelEnding;
  /** Whether batches that must be dropped lie between the others. */
  readonly decoys?: boolean;
  /** Blocks of the channel before that a span batch repeats. */
  readonly overlap?: number;
}

/**
 * Blocks that are never submitted: without transactions, as derivation makes them when the sequencing window has
 * passed.
 */
export interface MissedChannel {
  readonly batches: 'none';
  readonly l2Blocks: number;
}

export type ChannelPlan = SubmittedChannel | MissedChannel;

/** A plan that contradicts itself. */
export class ChannelPlanError extends Error {
  override name = 'ChannelPlanError';
}

/** Throws `ChannelPlanError` for plans that can't be followed. */
export function checkPlans(plans: readonly ChannelPlan[]): void {
  if (plans.length === 0) throw new ChannelPlanError('the batcher needs at least one channel plan');
  for (const plan of plans) {
    if (plan.l2Blocks < 1) throw new ChannelPlanError('a channel has at least one L2 block');
    if (plan.batches === 'none') continue;
    if (plan.ending === 'checksum' && plan.compression === 'brotli') {
      throw new ChannelPlanError('only zlib streams have a checksum');
    }
    if (plan.overlap !== undefined && plan.batches !== 'span') {
      throw new ChannelPlanError('only span batches repeat blocks');
    }
  }
}
