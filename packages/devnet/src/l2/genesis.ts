// The embedded L2's genesis and rollup configuration.
import { bytesToHex, createAddressFromString } from '@ethereumjs/util';
import type { Address, PrefixedHexString } from '@ethereumjs/util';
import { wordOf } from '../contracts/assembler.js';
import { packScalars } from '../contracts/l1-contracts.js';
import { predeployAccounts } from '../contracts/predeploys.js';
import * as addresses from '../execution/addresses.js';
import { encodeExtraData } from '../execution/base-fee.js';
import { isActive } from '../execution/forks.js';
import type { ForkName, ForkSchedule } from '../execution/forks.js';
import type { Genesis, GenesisAccount } from '../execution/genesis.js';
import { BLOCK_FORKS } from '../l1/chain-config.js';
import { seededHash, seededKey } from '../seed.js';
import { L2_FUNDED } from '../traffic/l2-traffic.js';
import type { ChainOpConfig, RollupConfig } from './rollup-config.js';

/** Ether of a funded account at genesis, in wei. */
export const GENESIS_BALANCE = 10_000n * 10n ** 18n;

const ELASTICITY = 6;
const DENOMINATOR = 50;
const DENOMINATOR_CANYON = 250;
const BASE_FEE = { elasticity: BigInt(ELASTICITY), denominator: BigInt(DENOMINATOR_CANYON) };
const CHAIN_OP_CONFIG: ChainOpConfig = {
  eip1559Elasticity: ELASTICITY,
  eip1559Denominator: DENOMINATOR,
  eip1559DenominatorCanyon: DENOMINATOR_CANYON,
};
const BASE_FEE_SCALAR = 1_368;
const BLOB_BASE_FEE_SCALAR = 810_949;

/** Bedrock's fee parameters, for a chain that isn't in Ecotone from genesis on. */
const BEDROCK_OVERHEAD = 188n;
const BEDROCK_SCALAR = 684_000n;

/** Names of accounts with ether on both chains that only users of the endpoints have, for `seededKey`. */
export const USERS = ['user 1', 'user 2', 'user 3', 'user 4', 'user 5'] as const;

/** Which Ethereum fork's EVM a fork brings, by its name in geth's chain configuration. */
const ETHEREUM_FORKS = { canyon: 'shanghai', ecotone: 'cancun', isthmus: 'prague', karst: 'osaka' } as const;

/** Forks that have a flag in the gas price oracle. */
const ORACLE_FORKS = ['ecotone', 'fjord', 'isthmus', 'jovian'] as const;

/** Contracts of the L1 that the rollup knows of, by name. */
export type L1ContractName =
  | 'OptimismPortal'
  | 'SystemConfig'
  | 'ProtocolVersions'
  | 'L1CrossDomainMessenger'
  | 'L1StandardBridge'
  | 'L1ERC721Bridge'
  | 'DisputeGameFactory'
  | 'forwarder';

/** When forks activate. A fork at genesis has the time 0, as op-node wants it; a later one its time in seconds. */
export function forkTimes<Name extends string>(
  offsets: Partial<Record<Name, bigint>>,
  genesisTime: bigint,
): Partial<Record<Name, bigint>> {
  const times: Partial<Record<Name, bigint>> = {};
  for (const [fork, offset] of Object.entries(offsets) as [Name, bigint][]) {
    times[fork] = offset === 0n ? 0n : genesisTime + offset;
  }
  return times;
}

/** The L2's genesis file. `time` in seconds. */
export function l2Genesis(options: {
  readonly seed: string;
  readonly chainId: number;
  readonly l1ChainId: number;
  readonly time: bigint;
  readonly forks: ForkSchedule;
  readonly gasLimit: number;
}): Genesis {
  const { seed, chainId, l1ChainId, time, forks, gasLimit } = options;
  const isThere = (fork: ForkName): boolean => isActive(forks, fork, time);
  const alloc: Record<string, GenesisAccount> = predeployAccounts({
    owner: seededKey(seed, 'owner').address,
    l1ChainId,
    l1: {
      messenger: l1ContractAddress(seed, 'L1CrossDomainMessenger'),
      standardBridge: l1ContractAddress(seed, 'L1StandardBridge'),
      erc721Bridge: l1ContractAddress(seed, 'L1ERC721Bridge'),
    },
    oracleForks: ORACLE_FORKS.filter(isThere).length,
    // The first blocks of these forks deploy the contracts, where there are such blocks.
    has: { beaconRoots: isThere('ecotone'), history: isThere('isthmus'), create2Deployer: isThere('canyon') },
  });
  const minimum = isThere('jovian') ? 0n : undefined;
  for (const name of [...L2_FUNDED, ...USERS])
    alloc[seededKey(seed, name).address.toString()] = { balance: hex(GENESIS_BALANCE) };
  return {
    config: {
      chainId,
      ...Object.fromEntries([...BLOCK_FORKS, 'bedrock'].map((fork) => [`${fork}Block`, 0])),
      ...forkTimesByName(forks),
      terminalTotalDifficulty: 0,
      optimism: CHAIN_OP_CONFIG,
    },
    nonce: '0x0',
    timestamp: hex(time),
    extraData: isThere('holocene') ? bytesToHex(encodeExtraData(new Uint8Array(8), BASE_FEE, minimum)) : '0x',
    gasLimit: hex(BigInt(gasLimit)),
    difficulty: '0x0',
    mixHash: bytesToHex(new Uint8Array(32)),
    coinbase: addresses.SEQUENCER_FEE_VAULT.toString(),
    number: '0x0',
    gasUsed: '0x0',
    parentHash: bytesToHex(new Uint8Array(32)),
    baseFeePerGas: '0x3b9aca00',
    excessBlobGas: '0x0',
    blobGasUsed: '0x0',
    alloc,
  };
}

/** Fork times as the genesis file has them: the OP Stack's, and those of the Ethereum forks that come with them. */
function forkTimesByName(forks: ForkSchedule): Record<string, number> {
  const times: Record<string, number> = {};
  for (const [fork, ethereumFork] of Object.entries(ETHEREUM_FORKS) as [keyof typeof ETHEREUM_FORKS, string][]) {
    const time = forks[fork];
    if (time !== undefined) times[`${ethereumFork}Time`] = Number(time);
  }
  // The execution engine knows nothing of Delta, which concerns batches alone.
  for (const [fork, time] of Object.entries(forks)) if (fork !== 'delta') times[`${fork}Time`] = Number(time);
  return times;
}

/** An L1 contract's address under a seed. */
export function l1ContractAddress(seed: string, name: L1ContractName): Address {
  return createAddressFromString(bytesToHex(seededHash(seed, name).subarray(12)));
}

/** The rollup's configuration. Times in seconds. */
export function rollupConfig(options: {
  readonly seed: string;
  readonly l1: { readonly hash: Uint8Array; readonly chainId: number };
  readonly l2: { readonly hash: Uint8Array; readonly chainId: number };
  readonly genesisTime: bigint;
  readonly blockTime: bigint;
  /** L1 blocks. */
  readonly sequencingWindow: number;
  readonly forks: ForkSchedule;
  readonly gasLimit: number;
  readonly keepKarstUpgradeGas: boolean;
}): RollupConfig {
  const { seed, l1, l2, genesisTime, blockTime, sequencingWindow, forks, gasLimit, keepKarstUpgradeGas } = options;
  const isEcotone = isActive(forks, 'ecotone', genesisTime);
  const scalar = isEcotone ? packScalars(BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR) : wordOf(BEDROCK_SCALAR);
  return {
    genesis: {
      l1: { hash: bytesToHex(l1.hash), number: 0 },
      l2: { hash: bytesToHex(l2.hash), number: 0 },
      l2_time: Number(genesisTime),
      system_config: {
        batcherAddr: seededKey(seed, 'batcher').address.toString(),
        overhead: bytesToHex(wordOf(isEcotone ? 0n : BEDROCK_OVERHEAD)),
        scalar: bytesToHex(scalar),
        gasLimit,
        eip1559Params: '0x0000000000000000',
        ...(forks.isthmus !== undefined && { operatorFeeParams: bytesToHex(new Uint8Array(32)) }),
        ...(forks.jovian !== undefined && { minBaseFee: 0, daFootprintGasScalar: 0 }),
      },
    },
    block_time: Number(blockTime),
    max_sequencer_drift: 600,
    seq_window_size: sequencingWindow,
    channel_timeout: 300,
    l1_chain_id: l1.chainId,
    l2_chain_id: l2.chainId,
    ...Object.fromEntries(Object.entries(forks).map(([fork, time]) => [`${fork}_time`, Number(time)])),
    batch_inbox_address: `0xff${String(l2.chainId).padStart(38, '0')}`,
    deposit_contract_address: l1ContractAddress(seed, 'OptimismPortal').toString(),
    l1_system_config_address: l1ContractAddress(seed, 'SystemConfig').toString(),
    protocol_versions_address: l1ContractAddress(seed, 'ProtocolVersions').toString(),
    ...(keepKarstUpgradeGas && { keep_karst_upgrade_gas: true }),
    // op-program of 2024, whose newest fork is Holocene, refuses to read it.
    ...(forks.isthmus !== undefined && { chain_op_config: CHAIN_OP_CONFIG }),
  };
}

function hex(value: bigint): PrefixedHexString {
  return `0x${value.toString(16)}`;
}
