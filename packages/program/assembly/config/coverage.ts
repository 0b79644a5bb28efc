// Which forks' rules are complete here: all from Bedrock to Karst. A block under a later one ends the program: a claim about it
// can't be judged. docs/coverage.md says what each fork was held against.
import { RollupConfig } from '../config/rollup';

/** Ends the program where the L2 block at `time` is under a fork that is not covered. */
export function requireCovered(config: RollupConfig, time: u64): void {
  if (config.lagoonTime <= time)
    throw new Error(`the fork lagoon (interop), in force at time ${time.toString()}, is not covered`);
}
