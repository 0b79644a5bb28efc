// The rollup configuration, as `rollup.json` and optimism_rollupConfig give it.
import type { PrefixedHexString } from '@ethereumjs/util';
import type { ForkName } from '../execution/forks.js';

/** A block by hash and number. */
export interface BlockId {
  readonly hash: PrefixedHexString;
  readonly number: number;
}

/** The rollup's parameters that L1 can change, as they were at genesis. */
export interface GenesisSystemConfig {
  readonly batcherAddr: PrefixedHexString;
  readonly overhead: PrefixedHexString;
  readonly scalar: PrefixedHexString;
  readonly gasLimit: number;
  readonly eip1559Params: PrefixedHexString;
  /** There where the chain's schedule has Isthmus; Jovian for the other two. */
  readonly operatorFeeParams?: PrefixedHexString;
  readonly minBaseFee?: number;
  readonly daFootprintGasScalar?: number;
}

/** The chain's base fee parameters, as geth's chain configuration has them. */
export interface ChainOpConfig {
  readonly eip1559Elasticity: number;
  readonly eip1559Denominator: number;
  readonly eip1559DenominatorCanyon: number;
}

type ForkTimes = { readonly [F in ForkName as `${F}_time`]?: number };

/** rollup.json. Times are in seconds, windows in L1 blocks. */
export interface RollupConfig extends ForkTimes {
  readonly genesis: {
    readonly l1: BlockId;
    readonly l2: BlockId;
    readonly l2_time: number;
    readonly system_config: GenesisSystemConfig;
  };
  readonly block_time: number;
  readonly max_sequencer_drift: number;
  readonly seq_window_size: number;
  readonly channel_timeout: number;
  readonly l1_chain_id: number;
  readonly l2_chain_id: number;
  readonly batch_inbox_address: PrefixedHexString;
  readonly deposit_contract_address: PrefixedHexString;
  readonly l1_system_config_address: PrefixedHexString;
  readonly protocol_versions_address: PrefixedHexString;
  /** Whether the gas of Karst's upgrade stays in the limit of the blocks after it. */
  readonly keep_karst_upgrade_gas?: boolean;
  readonly chain_op_config?: ChainOpConfig;
}
