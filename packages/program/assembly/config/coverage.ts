// Which forks' rules are complete here: all from Bedrock to Karst. A block under a later one ends the program: a claim about it
// can't be judged. docs/coverage.md says what each fork was held against.
import { RollupConfig } from './rollup';

/** Whether the L2 block at `time` is under rules that are complete here. */
export function isCovered(config: RollupConfig, time: u64): bool {
  return time < config.lagoonTime;
}

/** Ends the program where the L2 block at `time` is under a fork that is not covered. */
export function requireCovered(config: RollupConfig, time: u64): void {
  if (!isCovered(config, time))
    throw new Error(`the fork lagoon (interop), in force at time ${time.toString()}, is not covered`);
}
