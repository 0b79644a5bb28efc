// Which claims can be judged at all, by the number of their block alone. The host says the same before it fetches anything.
import { isCovered } from './coverage';
import { RollupConfig } from './rollup';

/**
 * Ends the program where block `number` is not after the chain's first Bedrock block, when others came before that, or where
 * Lagoon is in force in it.
 */
export function requireAnswerable(config: RollupConfig, number: u64): void {
  const first = config.genesisL2.number;
  if (first > 0 && number <= first) {
    throw new Error(
      `L2 block ${number.toString()} can't be judged: the legacy chain ends and Bedrock begins with block ${first.toString()}`,
    );
  }
  if (number < first) return;
  const time = config.genesisTime + (number - first) * config.blockTime;
  if (!isCovered(config, time)) {
    throw new Error(
      `L2 block ${number.toString()} can't be judged: its time ${time.toString()} is under the fork lagoon (interop), which is scheduled for ${config.lagoonTime.toString()} and not covered`,
    );
  }
}
