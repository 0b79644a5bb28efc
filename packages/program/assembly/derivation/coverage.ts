// Which forks' rules are complete here. A block under any other fork ends the program: a claim about it can't be judged.
import { Fork, forkName, RollupConfig } from '../config/rollup';

/** The oldest fork whose execution is covered; derivation covers all. */
// @ts-ignore: decorator
@inline
const OLDEST_EXECUTED: Fork = Fork.Canyon;

/** Ends the program where the L2 block at `time` is under a fork whose derivation is not covered. */
export function requireDerivable(config: RollupConfig, time: u64): void {
  if (config.lagoonTime <= time) throw notCovered('lagoon (interop)', time);
}

/** Ends the program where the L2 block at `time` is under a fork whose execution is not covered. */
export function requireExecutable(config: RollupConfig, time: u64): void {
  const fork = config.forkAt(time);
  if (fork < OLDEST_EXECUTED) throw notCovered(forkName(fork), time);
}

function notCovered(fork: string, time: u64): Error {
  return new Error(`the fork ${fork}, in force at time ${time.toString()}, is not covered`);
}
