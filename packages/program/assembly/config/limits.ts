// Limits of derivation that forks changed (specs: protocol/derivation.md, protocol/fjord/derivation.md,
// protocol/granite/derivation.md). Times are those of the L1 block that a rule looks at.
import { Fork, RollupConfig } from './rollup';

/** L1 blocks for which a channel may stay open. */
export function channelTimeout(config: RollupConfig, time: u64): u64 {
  return config.isActive(Fork.Granite, time) ? 50 : config.channelTimeout;
}

/** Bytes that all open channels together may take. */
export function maxChannelBankSize(config: RollupConfig, time: u64): u64 {
  return config.isActive(Fork.Fjord, time) ? 1000000000 : 100000000;
}

/** Bytes that are read from a channel, decompressed; since Holocene also the most that it may take compressed. */
export function maxChannelData(config: RollupConfig, time: u64): u64 {
  return config.isActive(Fork.Fjord, time) ? 100000000 : 10000000;
}

/** Seconds that an L2 block with transactions may be ahead of its L1 origin. */
export function maxSequencerDrift(config: RollupConfig, originTime: u64): u64 {
  return config.isActive(Fork.Fjord, originTime) ? 1800 : config.maxSequencerDrift;
}
