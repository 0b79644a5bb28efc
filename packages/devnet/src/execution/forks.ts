// Which execution rules are in force at a time: one row per fork, each naming what it changes against the row before.
// Specification: ethereum-optimism/specs, specs/protocol/*/exec-engine.md.

/** Longest inputs (bytes) of the precompiled contracts that the OP Stack limits. */
export interface InputLimits {
  readonly bn254Pairing?: number;
  readonly bls12G1Msm?: number;
  readonly bls12G2Msm?: number;
  readonly bls12Pairing?: number;
}

/** Rules of the OP Stack's execution engine on top of Ethereum's. */
export interface OptimismRules {
  /** Before Regolith deposits use all their gas, and system transactions none. */
  readonly depositGas: 'bedrock' | 'regolith';
  /** What a deposit's receipt says besides: nothing, its nonce, and the version that makes the nonce part of the hash. */
  readonly depositReceipt: 'bedrock' | 'regolith' | 'canyon';
  /** Which base fee parameters count: the chain's, those since Canyon, or the ones in the header (Holocene). */
  readonly baseFeeParameters: 'bedrock' | 'canyon' | 'header';
  /** How a transaction's L1 data fee is computed. */
  readonly l1Fee: 'bedrock' | 'regolith' | 'ecotone' | 'fjord';
  /** How the operator's fee is computed, where there is one. */
  readonly operatorFee?: 'isthmus' | 'jovian';
  /** Whether headers hold a minimum base fee, and the data availability footprint as their blob gas (Jovian). */
  readonly footprint: boolean;
  /** Gas of the P256VERIFY precompile before Ethereum had it (RIP-7212). */
  readonly p256VerifyGas?: bigint;
  readonly inputLimits: InputLimits;
}

/** Ethereum's forks whose rules apply somewhere, oldest first, by @ethereumjs' names. */
export const ETHEREUM_FORKS = ['paris', 'shanghai', 'cancun', 'prague', 'osaka'] as const;

export type EthereumFork = (typeof ETHEREUM_FORKS)[number];

/** Ethereum's fork whose EVM rules apply, and the OP Stack's rules on an L2. */
export interface ExecutionRules {
  readonly hardfork: EthereumFork;
  readonly optimism?: OptimismRules;
}

/** Whether the rules are those of an Ethereum fork or of a later one. */
export function includes({ hardfork }: ExecutionRules, fork: EthereumFork): boolean {
  return ETHEREUM_FORKS.indexOf(hardfork) >= ETHEREUM_FORKS.indexOf(fork);
}

/** Forks in order of activation, by the name that `rollup.json` uses. */
export const FORK_NAMES = [
  'regolith',
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
  'jovian',
  'karst',
] as const;

export type ForkName = (typeof FORK_NAMES)[number];

/** Activation times in seconds; a fork that is absent never activates. */
export type ForkSchedule = Partial<Record<ForkName, bigint>>;

interface RulesChange extends Partial<OptimismRules> {
  readonly hardfork?: EthereumFork;
}

/**
 * Whether the block at `timestamp` is the fork's first and has a block before it that is not: a fork that is there from
 * genesis on has no such block.
 */
export function activatesAt(schedule: ForkSchedule, fork: ForkName, timestamp: bigint, blockTime: bigint): boolean {
  const activation = schedule[fork];
  if (activation === undefined || activation > timestamp) return false;
  return timestamp >= blockTime && timestamp - blockTime < activation;
}

const BEDROCK: OptimismRules = {
  depositGas: 'bedrock',
  depositReceipt: 'bedrock',
  baseFeeParameters: 'bedrock',
  l1Fee: 'bedrock',
  footprint: false,
  inputLimits: {},
};

/** What each fork changes against the one before it. */
const CHANGES: Record<ForkName, RulesChange> = {
  regolith: { depositGas: 'regolith', depositReceipt: 'regolith', l1Fee: 'regolith' },
  canyon: { hardfork: 'shanghai', depositReceipt: 'canyon', baseFeeParameters: 'canyon' },
  delta: {},
  ecotone: { hardfork: 'cancun', l1Fee: 'ecotone' },
  fjord: { l1Fee: 'fjord', p256VerifyGas: 3_450n },
  granite: { inputLimits: { bn254Pairing: 112_687 } },
  holocene: { baseFeeParameters: 'header' },
  isthmus: {
    hardfork: 'prague',
    operatorFee: 'isthmus',
    inputLimits: { bn254Pairing: 112_687, bls12G1Msm: 513_760, bls12G2Msm: 488_448, bls12Pairing: 235_008 },
  },
  jovian: {
    operatorFee: 'jovian',
    footprint: true,
    inputLimits: { bn254Pairing: 81_984, bls12G1Msm: 288_960, bls12G2Msm: 278_784, bls12Pairing: 156_672 },
  },
  karst: {
    hardfork: 'osaka',
    p256VerifyGas: 6_900n,
    inputLimits: { bn254Pairing: 57_600, bls12G1Msm: 288_960, bls12G2Msm: 278_784, bls12Pairing: 156_672 },
  },
};

/** Whether `fork` is active at `timestamp`. */
export function isActive(schedule: ForkSchedule, fork: ForkName, timestamp: bigint): boolean {
  const activation = schedule[fork];
  return activation !== undefined && activation <= timestamp;
}

/** The rules of an L2 at `timestamp` (seconds). */
export function optimismRulesAt(schedule: ForkSchedule, timestamp: bigint): ExecutionRules {
  let optimism = BEDROCK;
  let hardfork: EthereumFork = 'paris';
  for (const fork of FORK_NAMES) {
    if (!isActive(schedule, fork, timestamp)) continue;
    const { hardfork: changed, ...rest } = CHANGES[fork];
    hardfork = changed ?? hardfork;
    optimism = { ...optimism, ...rest };
  }
  return { hardfork, optimism };
}

/** Forks that are out of order, or one without those before it. */
export class ForkScheduleError extends Error {
  override name = 'ForkScheduleError';
}

/** Throws `ForkScheduleError` unless every fork comes with those before it, and none before them. */
export function checkSchedule(schedule: ForkSchedule): void {
  let before = 0n;
  let missing: ForkName | undefined;
  for (const fork of FORK_NAMES) {
    const time = schedule[fork];
    if (time === undefined) {
      missing ??= fork;
      continue;
    }
    if (missing !== undefined) throw new ForkScheduleError(`${fork} is scheduled, but not ${missing} before it`);
    if (time < before) throw new ForkScheduleError(`${fork} is scheduled before the fork in front of it`);
    before = time;
  }
}
