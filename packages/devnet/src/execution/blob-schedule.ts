// Which of Ethereum's forks is in force on an L1, and the blob parameters that it brings: EIP-7840, EIP-7892.
// Parameters are mainnet's: https://github.com/ethereum/go-ethereum, params/config.go.
import type { EthereumFork, ExecutionRules } from './forks.js';

/** L1's forks from the first with blobs on, in order of activation, by the names of geth's blob schedule. */
export const L1_FORK_NAMES = ['cancun', 'prague', 'osaka', 'bpo1', 'bpo2'] as const;

export type L1ForkName = (typeof L1_FORK_NAMES)[number];

/** Activation times in seconds; a fork that is absent never activates. Cancun is always there. */
export type L1ForkSchedule = Partial<Record<Exclude<L1ForkName, 'cancun'>, bigint>>;

/** Blobs of a block, and how fast their price moves. */
export interface BlobParameters {
  readonly target: number;
  readonly max: number;
  readonly baseFeeUpdateFraction: number;
}

/** Of each fork. */
export const BLOB_SCHEDULE: Readonly<Record<L1ForkName, BlobParameters>> = {
  cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
  prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
  osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
  bpo1: { target: 10, max: 15, baseFeeUpdateFraction: 8_346_193 },
  bpo2: { target: 14, max: 21, baseFeeUpdateFraction: 11_684_671 },
};

/** Blobs in one transaction, at most (EIP-7594). */
export const MAX_BLOBS_PER_TRANSACTION = 6;

/** The newest fork of the schedule that is active at `timestamp`. */
export function l1ForkAt(schedule: L1ForkSchedule, timestamp: bigint): L1ForkName {
  let newest: L1ForkName = 'cancun';
  for (const fork of L1_FORK_NAMES) {
    const activation = fork === 'cancun' ? 0n : schedule[fork];
    if (activation !== undefined && activation <= timestamp) newest = fork;
  }
  return newest;
}

/** The rules of an L1 at `timestamp`. The forks after Osaka change blob parameters alone. */
export function l1RulesAt(schedule: L1ForkSchedule, timestamp: bigint): ExecutionRules {
  const fork = l1ForkAt(schedule, timestamp);
  const hardfork: EthereumFork = fork === 'bpo1' || fork === 'bpo2' ? 'osaka' : fork;
  return { hardfork };
}
