// Which forks' rules are complete here. A block under any other fork ends the program: a claim about it can't be judged.
import { Fork, forkName, RollupConfig } from '../config/rollup';

/** The oldest fork that is covered: earlier rules are written, but not held against any chain. */
// @ts-ignore: decorator
@inline
const OLDEST: Fork = Fork.Canyon;

/** The newest fork whose derivation is covered. */
// @ts-ignore: decorator
@inline
export const NEWEST_DERIVED: Fork = Fork.Karst;

/** The newest fork whose execution is covered. */
// @ts-ignore: decorator
@inline
export const NEWEST_EXECUTED: Fork = Fork.Karst;

/** Ends the program, naming the fork, where the L2 block at `time` is under one older than OLDEST or newer than `newest`. */
export function requireCovered(config: RollupConfig, time: u64, newest: Fork): void {
  const fork = config.forkAt(time);
  if (fork < OLDEST || fork > newest)
    throw new Error(`the fork ${forkName(fork)}, in force at time ${time.toString()}, is not covered`);
  if (config.lagoonTime <= time)
    throw new Error(`the fork lagoon (interop), in force at time ${time.toString()}, is not covered`);
}
