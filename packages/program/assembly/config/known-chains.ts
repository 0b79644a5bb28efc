// The chains whose configuration the client has built in: L2's by their chain id, and their L1's.
import { BLOB_FORKS, BlobSchedule } from './blob-schedule';
import { CHAIN_COUNT, CHAINS, L1_CHAIN_COUNT, L1_CHAINS, RECORD_SIZE } from './known-chains-data';
import { BlockId, Fork, FORKS, RollupConfig, SystemConfig } from './rollup';

/** The configuration of the known chain with that id in the current region, or null. */
export function knownChain(chainId: u64): RollupConfig | null {
  for (let i: u32 = 0; i < CHAIN_COUNT; i++) {
    const record = CHAINS + i * RECORD_SIZE;
    if (load<u64>(record) == chainId) return decodeRecord(record);
  }
  return null;
}

/** A record: 8-byte words, then hashes and addresses as they lie in memory (generate-known-chains.mjs writes them). */
function decodeRecord(record: usize): RollupConfig {
  const settings = new SystemConfig();
  settings.gasLimit = load<u64>(record, 72);
  settings.overhead = record + 272;
  settings.scalar = record + 304;
  settings.batcherAddress = record + 336;
  const config = new RollupConfig(
    new BlockId(record + 208, load<u64>(record, 16)),
    new BlockId(record + 240, load<u64>(record, 24)),
    load<u64>(record, 32),
    settings,
  );
  config.l2ChainId = load<u64>(record);
  config.l1ChainId = load<u64>(record, 8);
  config.blockTime = load<u64>(record, 40);
  config.maxSequencerDrift = load<u64>(record, 48);
  config.sequencerWindow = load<u64>(record, 56);
  config.channelTimeout = load<u64>(record, 64);
  config.forkTimes[Fork.Bedrock] = 0;
  for (let fork = <i32>Fork.Regolith; fork < FORKS; fork++) {
    config.forkTimes[fork] = load<u64>(record + 80 + 8 * (fork - 1));
  }
  config.pectraBlobScheduleTime = load<u64>(record, 160);
  config.eip1559Elasticity = load<u64>(record, 168);
  config.eip1559Denominator = load<u64>(record, 176);
  config.eip1559DenominatorCanyon = load<u64>(record, 184);
  config.keepKarstUpgradeGas = load<u64>(record, 192) != 0;
  config.lagoonTime = load<u64>(record, 200);
  config.batchInbox = record + 356;
  config.depositContract = record + 376;
  config.systemConfigContract = record + 396;
  return config;
}

/** The blob schedule of the known L1 chain with that id in the current region, or null. */
export function knownBlobSchedule(chainId: u64): BlobSchedule | null {
  const size: u32 = 8 * (1 + 2 * BLOB_FORKS);
  for (let i: u32 = 0; i < L1_CHAIN_COUNT; i++) {
    const record = L1_CHAINS + i * size;
    if (load<u64>(record) != chainId) continue;
    const schedule = new BlobSchedule();
    for (let fork = 0; fork < BLOB_FORKS; fork++) {
      schedule.times[fork] = load<u64>(record + 16 * fork, 8);
      schedule.fractions[fork] = load<u64>(record + 16 * fork, 16);
    }
    return schedule;
  }
  return null;
}
