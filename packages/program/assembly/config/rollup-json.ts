// The rollup configuration of a custom chain as op-node writes it (rollup.json): fields of rollup.Config in op-node's
// rollup/types.go and eth.SystemConfig in op-service. Fields that don't touch derivation or execution are skipped.
import { Bytes } from '../bytes';
import { JsonReader } from './json';
import { NEVER } from './fork-time';
import { BlockId, Fork, forkName, FORKS, RollupConfig, SystemConfig } from './rollup';

/**
 * Decodes `text` in the current region. Whatever can't be right (text that isn't JSON, a value of another type or
 * length, a missing field, forks out of order, data availability outside L1) ends the program with its name.
 */
export function decodeRollupConfig(text: Bytes): RollupConfig {
  const json = new JsonReader(text, 'rollup configuration');
  // The genesis is needed to make the object, and may come anywhere in the text.
  let genesis: Genesis | null = null;
  const rest = new RollupConfig(new BlockId(0, 0), new BlockId(0, 0), 0, new SystemConfig());
  json.object();
  while (json.key()) {
    if (json.isKey('genesis')) genesis = decodeGenesis(json);
    else decodeField(json, rest);
  }
  json.end();
  if (genesis === null) throw new Error('rollup configuration: genesis is missing');
  const config = new RollupConfig(genesis.l1, genesis.l2, genesis.time, genesis.systemConfig);
  config.blockTime = rest.blockTime;
  config.maxSequencerDrift = rest.maxSequencerDrift;
  config.sequencerWindow = rest.sequencerWindow;
  config.channelTimeout = rest.channelTimeout;
  config.l1ChainId = rest.l1ChainId;
  config.l2ChainId = rest.l2ChainId;
  config.batchInbox = rest.batchInbox;
  config.depositContract = rest.depositContract;
  config.systemConfigContract = rest.systemConfigContract;
  config.forkTimes = rest.forkTimes;
  config.pectraBlobScheduleTime = rest.pectraBlobScheduleTime;
  config.keepKarstUpgradeGas = rest.keepKarstUpgradeGas;
  config.lagoonTime = rest.lagoonTime;
  check(config);
  return config;
}


@final
class Genesis {
  l1: BlockId = new BlockId(0, 0);
  l2: BlockId = new BlockId(0, 0);
  time: u64 = 0;
  systemConfig: SystemConfig = new SystemConfig();
}

function decodeField(json: JsonReader, config: RollupConfig): void {
  if (json.isKey('block_time')) config.blockTime = json.u64();
  else if (json.isKey('max_sequencer_drift')) config.maxSequencerDrift = json.u64();
  else if (json.isKey('seq_window_size')) config.sequencerWindow = json.u64();
  else if (json.isKey('channel_timeout')) config.channelTimeout = json.u64();
  else if (json.isKey('l1_chain_id')) config.l1ChainId = json.u64();
  else if (json.isKey('l2_chain_id')) config.l2ChainId = json.u64();
  else if (json.isKey('batch_inbox_address')) config.batchInbox = json.hex(20);
  else if (json.isKey('deposit_contract_address')) config.depositContract = json.hex(20);
  else if (json.isKey('l1_system_config_address')) config.systemConfigContract = json.hex(20);
  else if (json.isKey('pectra_blob_schedule_time')) config.pectraBlobScheduleTime = time(json);
  else if (json.isKey('keep_karst_upgrade_gas')) config.keepKarstUpgradeGas = !json.isNull() && json.bool();
  else if (json.isKey('lagoon_time') || json.isKey('interop_time')) {
    // Lagoon was called interop before it had a name: where a text has both, the earlier counts.
    config.lagoonTime = min(config.lagoonTime, time(json));
  } else if (json.isKey('alt_da')) {
    if (!json.isNull()) throw new Error('rollup configuration: alt_da: data availability outside L1 is not covered');
  } else {
    for (let fork = <i32>Fork.Regolith; fork < FORKS; fork++) {
      if (json.isKey(forkName(<Fork>fork) + '_time')) {
        config.forkTimes[fork] = time(json);
        return;
      }
    }
    // A fork that a later version of the protocol adds must not pass unseen.
    if (json.keyEndsWith('_time') && !json.isNull()) json.fail('a fork that is not covered is scheduled');
    json.skip();
  }
}

function time(json: JsonReader): u64 {
  return json.isNull() ? NEVER : json.u64();
}

function decodeGenesis(json: JsonReader): Genesis {
  const genesis = new Genesis();
  json.object();
  while (json.key()) {
    if (json.isKey('l1')) genesis.l1 = decodeBlockId(json);
    else if (json.isKey('l2')) genesis.l2 = decodeBlockId(json);
    else if (json.isKey('l2_time')) genesis.time = json.u64();
    else if (json.isKey('system_config')) genesis.systemConfig = decodeSystemConfig(json);
    else json.skip();
  }
  if (genesis.l1.hash == 0) missing('genesis.l1');
  if (genesis.l2.hash == 0) missing('genesis.l2');
  if (genesis.systemConfig.batcherAddress == 0) missing('genesis.system_config');
  return genesis;
}

function decodeBlockId(json: JsonReader): BlockId {
  let hash: usize = 0;
  let number: u64 = 0;
  json.object();
  while (json.key()) {
    if (json.isKey('hash')) hash = json.hex(32);
    else if (json.isKey('number')) number = json.u64();
    else json.skip();
  }
  return new BlockId(hash, number);
}

function decodeSystemConfig(json: JsonReader): SystemConfig {
  const config = new SystemConfig();
  json.object();
  while (json.key()) {
    if (json.isKey('batcherAddr')) config.batcherAddress = json.hex(20);
    else if (json.isKey('overhead')) config.overhead = json.hex(32);
    else if (json.isKey('scalar')) config.scalar = json.hex(32);
    else if (json.isKey('gasLimit')) config.gasLimit = json.u64();
    else if (json.isKey('eip1559Params')) config.eip1559Params = new Bytes(json.hex(8), 8).u64At(0);
    else if (json.isKey('operatorFeeParams')) {
      const params = new Bytes(json.hex(32), 32);
      config.operatorFeeScalar = params.u32At(20);
      config.operatorFeeConstant = params.u64At(24);
    } else if (json.isKey('minBaseFee')) config.minBaseFee = json.u64();
    else if (json.isKey('daFootprintGasScalar')) {
      const scalar = json.u64();
      if (scalar > 0xffff) json.fail('daFootprintGasScalar has 16 bits');
      config.daFootprintGasScalar = <u32>scalar;
    } else json.skip();
  }
  if (config.batcherAddress == 0) missing('genesis.system_config.batcherAddr');
  if (config.scalar == 0) missing('genesis.system_config.scalar');
  if (config.overhead == 0) {
    config.overhead = heap.alloc(32);
    memory.fill(config.overhead, 0, 32);
  }
  return config;
}

/** What op-node's own check of a configuration refuses. */
function check(config: RollupConfig): void {
  if (config.blockTime == 0) missing('block_time');
  if (config.channelTimeout == 0) missing('channel_timeout');
  if (config.sequencerWindow < 2) throw new Error('rollup configuration: seq_window_size must be 2 or more');
  if (config.genesisTime == 0) missing('genesis.l2_time');
  if (config.genesisSystemConfig.gasLimit == 0) missing('genesis.system_config.gasLimit');
  if (config.batchInbox == 0) missing('batch_inbox_address');
  if (config.depositContract == 0) missing('deposit_contract_address');
  if (config.systemConfigContract == 0) missing('l1_system_config_address');
  if (config.l1ChainId == 0) missing('l1_chain_id');
  if (config.l2ChainId == 0) missing('l2_chain_id');
  if (config.l1ChainId == config.l2ChainId) throw new Error('rollup configuration: L1 and L2 have the same chain id');
  config.forkTimes[Fork.Bedrock] = 0;
  for (let fork = <i32>Fork.Regolith; fork < FORKS; fork++) {
    if (config.forkTimes[fork] < config.forkTimes[fork - 1]) {
      throw new Error(
        `rollup configuration: ${forkName(<Fork>fork)} is scheduled before ${forkName(<Fork>(fork - 1))}`,
      );
    }
  }
  if (config.lagoonTime < config.forkTimes[FORKS - 1]) {
    throw new Error(`rollup configuration: lagoon (interop) is scheduled before ${forkName(<Fork>(FORKS - 1))}`);
  }
}

function missing(field: string): void {
  throw new Error(`rollup configuration: ${field} is missing`);
}
