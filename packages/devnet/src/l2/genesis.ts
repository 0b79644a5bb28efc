// The embedded L2's genesis and rollup configuration.
import { bytesToHex, createAddressFromString } from '@ethereumjs/util';
import type { Address, PrefixedHexString } from '@ethereumjs/util';
import { wordOf } from '../contracts/assembler.js';
import { packScalars } from '../contracts/l1-contracts.js';
import { BEACON_ROOTS_CODE, FEE_VAULT_CODE, L1_BLOCK_CODE, MESSAGE_PASSER_CODE } from '../contracts/predeploys.js';
import * as addresses from '../execution/addresses.js';
import { encodeExtraData } from '../execution/base-fee.js';
import { FORK_NAMES, isActive } from '../execution/forks.js';
import type { ForkSchedule } from '../execution/forks.js';
import type { Genesis, GenesisAccount } from '../execution/genesis.js';
import { seededHash, seededKey } from '../seed.js';
import { L2_FUNDED } from '../traffic/l2-traffic.js';
import type { RollupConfig } from './rollup-config.js';

/** Ether of a funded account at genesis, in wei. */
export const GENESIS_BALANCE = 10_000n * 10n ** 18n;

const GAS_LIMIT = 30_000_000;
const ELASTICITY = 6;
const DENOMINATOR = 50;
const DENOMINATOR_CANYON = 250;
const BASE_FEE = { elasticity: BigInt(ELASTICITY), denominator: BigInt(DENOMINATOR_CANYON) };
const BASE_FEE_SCALAR = 1_368;
const BLOB_BASE_FEE_SCALAR = 810_949;

/** Bedrock's fee parameters, for a chain that isn't in Ecotone from genesis on. */
const BEDROCK_OVERHEAD = 188n;
const BEDROCK_SCALAR = 684_000n;

/** Which Ethereum fork's EVM a fork brings, by its name in geth's chain configuration. */
const ETHEREUM_FORKS = { canyon: 'shanghai', ecotone: 'cancun' } as const;

/** Ethereum's forks in geth's chain configuration, by block. */
const BLOCK_FORKS = [
  'homestead',
  'eip150',
  'eip155',
  'eip158',
  'byzantium',
  'constantinople',
  'petersburg',
  'istanbul',
  'muirGlacier',
  'berlin',
  'london',
  'arrowGlacier',
  'grayGlacier',
  'mergeNetsplit',
  'bedrock',
] as const;

const PREDEPLOYS: readonly (readonly [address: Address, code: Uint8Array])[] = [
  [addresses.L1_BLOCK, L1_BLOCK_CODE],
  [addresses.L2_TO_L1_MESSAGE_PASSER, MESSAGE_PASSER_CODE],
  [addresses.SEQUENCER_FEE_VAULT, FEE_VAULT_CODE],
  [addresses.BASE_FEE_VAULT, FEE_VAULT_CODE],
  [addresses.L1_FEE_VAULT, FEE_VAULT_CODE],
];

/** When forks activate. A fork at genesis has the time 0, as op-node wants it; a later one its time in seconds. */
export function forkTimes(offsets: ForkSchedule, genesisTime: bigint): ForkSchedule {
  const times: ForkSchedule = {};
  for (const fork of FORK_NAMES) {
    const offset = offsets[fork];
    if (offset !== undefined) times[fork] = offset === 0n ? 0n : genesisTime + offset;
  }
  return times;
}

/** The L2's genesis file. `time` in seconds. */
export function l2Genesis(seed: string, chainId: number, time: bigint, forks: ForkSchedule): Genesis {
  const alloc: Record<string, GenesisAccount> = {};
  // EIP-161 would remove a predeploy that is touched while it is empty; its nonce is 1, like any contract's.
  const isEcotone = isActive(forks, 'ecotone', time);
  // Ecotone's first block deploys the beacon roots contract, where there is such a block.
  const predeploys = isEcotone ? [...PREDEPLOYS, [addresses.BEACON_ROOTS, BEACON_ROOTS_CODE] as const] : PREDEPLOYS;
  for (const [address, code] of predeploys) {
    alloc[address.toString()] = { balance: '0x0', nonce: '0x1', code: bytesToHex(code) };
  }
  for (const name of L2_FUNDED) alloc[seededKey(seed, name).address.toString()] = { balance: hex(GENESIS_BALANCE) };
  return {
    config: {
      chainId,
      ...Object.fromEntries(BLOCK_FORKS.map((fork) => [`${fork}Block`, 0])),
      ...forkTimesByName(forks),
      terminalTotalDifficulty: 0,
      terminalTotalDifficultyPassed: true,
      optimism: {
        eip1559Elasticity: ELASTICITY,
        eip1559Denominator: DENOMINATOR,
        eip1559DenominatorCanyon: DENOMINATOR_CANYON,
      },
    },
    nonce: '0x0',
    timestamp: hex(time),
    extraData: isActive(forks, 'holocene', time) ? bytesToHex(encodeExtraData(new Uint8Array(8), BASE_FEE)) : '0x',
    gasLimit: hex(BigInt(GAS_LIMIT)),
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
  for (const [fork, ethereumFork] of Object.entries(ETHEREUM_FORKS) as ['canyon' | 'ecotone', string][]) {
    const time = forks[fork];
    if (time !== undefined) times[`${ethereumFork}Time`] = Number(time);
  }
  // The execution engine knows nothing of Delta, which concerns batches alone.
  for (const [fork, time] of Object.entries(forks)) if (fork !== 'delta') times[`${fork}Time`] = Number(time);
  return times;
}

/** An L1 contract's address under a seed. */
export function l1ContractAddress(
  seed: string,
  name: 'OptimismPortal' | 'SystemConfig' | 'ProtocolVersions' | 'forwarder',
): Address {
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
}): RollupConfig {
  const { seed, l1, l2, genesisTime, blockTime, sequencingWindow, forks } = options;
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
        gasLimit: GAS_LIMIT,
        eip1559Params: '0x0000000000000000',
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
  };
}

function hex(value: bigint): PrefixedHexString {
  return `0x${value.toString(16)}`;
}
