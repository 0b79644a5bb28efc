// The L1's chain configuration in geth's format: what `--l1.chainconfig` takes.
import { BLOB_SCHEDULE, L1_FORK_NAMES } from '../execution/blob-schedule.js';
import type { BlobParameters, L1ForkName, L1ForkSchedule } from '../execution/blob-schedule.js';

/** geth's chain configuration. Times in seconds. */
export interface L1ChainConfig {
  readonly chainId: number;
  /** By the fork's name, for those that are scheduled. */
  readonly blobSchedule: Readonly<Partial<Record<L1ForkName, BlobParameters>>>;
  readonly [parameter: string]: unknown;
}

/** Ethereum's forks by block, as geth's chain configuration names them; all from genesis on. */
export const BLOCK_FORKS = [
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
] as const;

/** The configuration of an L1 with these forks. */
export function l1ChainConfig(chainId: number, forks: L1ForkSchedule): L1ChainConfig {
  const scheduled = L1_FORK_NAMES.filter((fork) => fork === 'cancun' || forks[fork] !== undefined);
  const times = scheduled.map((fork) => [`${fork}Time`, fork === 'cancun' ? 0 : Number(forks[fork])]);
  return {
    chainId,
    ...Object.fromEntries(BLOCK_FORKS.map((fork) => [`${fork}Block`, 0])),
    shanghaiTime: 0,
    ...Object.fromEntries(times),
    terminalTotalDifficulty: 0,
    blobSchedule: Object.fromEntries(scheduled.map((fork) => [fork, BLOB_SCHEDULE[fork]])),
  };
}
