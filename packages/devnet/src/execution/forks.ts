// Which execution rules are in force at a time: one row per fork, each naming what it changes against the row before.
// Specification: ethereum-optimism/specs, specs/protocol/*/exec-engine.md.

/** Rules of the OP Stack's execution engine on top of Ethereum's. */
export interface OptimismRules {
  /** Which base fee parameters count: the chain's since Canyon, or the ones in the header (Holocene). */
  readonly baseFeeParameters: 'canyon' | 'header';
  /** How a transaction's L1 data fee is computed. */
  readonly l1Fee: 'bedrock' | 'ecotone' | 'fjord';
  /** Gas of the P256VERIFY precompile, where there is one (RIP-7212). */
  readonly p256VerifyGas?: bigint;
  /** Longest input of the bn254 pairing precompile, in bytes. */
  readonly pairingInputLimit?: number;
}

/** Ethereum's fork whose EVM rules apply, and the OP Stack's rules on an L2. */
export interface ExecutionRules {
  readonly hardfork: 'shanghai' | 'cancun';
  readonly optimism?: OptimismRules;
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

/** A chain at a time whose rules aren't covered. */
export class UnsupportedForkError extends Error {
  override name = 'UnsupportedForkError';
}

interface RulesChange extends Partial<OptimismRules> {
  readonly hardfork?: ExecutionRules['hardfork'];
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

/** Canyon's rules, the oldest ones covered. */
const CANYON: OptimismRules = { baseFeeParameters: 'canyon', l1Fee: 'bedrock' };

/** What each covered fork changes. A fork without a row here isn't covered. */
const CHANGES: Partial<Record<ForkName, RulesChange>> = {
  regolith: {},
  canyon: {},
  delta: {},
  ecotone: { hardfork: 'cancun', l1Fee: 'ecotone' },
  fjord: { l1Fee: 'fjord', p256VerifyGas: 3_450n },
  granite: { pairingInputLimit: 112_687 },
  holocene: { baseFeeParameters: 'header' },
};

/** Whether `fork` is active at `timestamp`. */
export function isActive(schedule: ForkSchedule, fork: ForkName, timestamp: bigint): boolean {
  const activation = schedule[fork];
  return activation !== undefined && activation <= timestamp;
}

/**
 * The rules of an L2 at `timestamp` (seconds). Throws `UnsupportedForkError` when a fork without rules here is active,
 * and before Canyon.
 */
export function optimismRulesAt(schedule: ForkSchedule, timestamp: bigint): ExecutionRules {
  if (!isActive(schedule, 'canyon', timestamp)) {
    throw new UnsupportedForkError(`the rules before canyon, in force at ${timestamp}, are not covered`);
  }
  let rules = CANYON;
  let hardfork: ExecutionRules['hardfork'] = 'shanghai';
  for (const fork of FORK_NAMES) {
    if (!isActive(schedule, fork, timestamp)) continue;
    const change = CHANGES[fork];
    if (change === undefined) {
      throw new UnsupportedForkError(
        `the rules of ${fork}, active at ${timestamp}, are not covered: schedule it later`,
      );
    }
    const { hardfork: changed, ...rest } = change;
    hardfork = changed ?? hardfork;
    rules = { ...rules, ...rest };
  }
  return { hardfork, optimism: rules };
}

/** The rules of the embedded L1. */
export const L1_RULES: ExecutionRules = { hardfork: 'cancun' };
