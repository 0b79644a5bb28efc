// The embedded L2's genesis and rollup configuration.
import { bytesToHex, createAddressFromString } from '@ethereumjs/util';
import type { Address, PrefixedHexString } from '@ethereumjs/util';
import { packScalars } from '../contracts/l1-contracts.js';
import { BEACON_ROOTS_CODE, FEE_VAULT_CODE, L1_BLOCK_CODE, MESSAGE_PASSER_CODE } from '../contracts/predeploys.js';
import * as addresses from '../execution/addresses.js';
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
const BASE_FEE_SCALAR = 1_368;
const BLOB_BASE_FEE_SCALAR = 810_949;

/** Forks that the chain has from genesis on, by the names that rollup.json (`_time`) and the genesis (`Time`) use. */
const FORKS_AT_GENESIS = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite'] as const;

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
  [addresses.BEACON_ROOTS, BEACON_ROOTS_CODE],
];

/** The L2's genesis file. `time` in seconds. */
export function l2Genesis(seed: string, chainId: number, time: bigint): Genesis {
  const alloc: Record<string, GenesisAccount> = {};
  // EIP-161 would remove a predeploy that is touched while it is empty; its nonce is 1, like any contract's.
  for (const [address, code] of PREDEPLOYS)
    alloc[address.toString()] = { balance: '0x0', nonce: '0x1', code: bytesToHex(code) };
  for (const name of L2_FUNDED) alloc[seededKey(seed, name).address.toString()] = { balance: hex(GENESIS_BALANCE) };
  return {
    config: {
      chainId,
      ...Object.fromEntries(BLOCK_FORKS.map((fork) => [`${fork}Block`, 0])),
      ...Object.fromEntries(
        ['shanghai', 'cancun', ...FORKS_AT_GENESIS.filter((fork) => fork !== 'delta')].map((fork) => [
          `${fork}Time`,
          0,
        ]),
      ),
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
    extraData: '0x',
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
}): RollupConfig {
  const { seed, l1, l2, genesisTime, blockTime, sequencingWindow } = options;
  return {
    genesis: {
      l1: { hash: bytesToHex(l1.hash), number: 0 },
      l2: { hash: bytesToHex(l2.hash), number: 0 },
      l2_time: Number(genesisTime),
      system_config: {
        batcherAddr: seededKey(seed, 'batcher').address.toString(),
        overhead: bytesToHex(new Uint8Array(32)),
        scalar: bytesToHex(packScalars(BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR)),
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
    ...Object.fromEntries(FORKS_AT_GENESIS.map((fork) => [`${fork}_time`, 0])),
    batch_inbox_address: `0xff${String(l2.chainId).padStart(38, '0')}`,
    deposit_contract_address: l1ContractAddress(seed, 'OptimismPortal').toString(),
    l1_system_config_address: l1ContractAddress(seed, 'SystemConfig').toString(),
    protocol_versions_address: l1ContractAddress(seed, 'ProtocolVersions').toString(),
  };
}

function hex(value: bigint): PrefixedHexString {
  return `0x${value.toString(16)}`;
}
