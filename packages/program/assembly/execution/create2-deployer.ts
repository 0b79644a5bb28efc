// Canyon's first block puts the create2deployer contract's code at its address (specs: protocol/canyon/overview.md).
import { Fork, RollupConfig } from '../config/rollup';

/** Ends the program in the block that begins Canyon: the code's bytes are not part of the client. */
export function ensureCreate2Deployer(config: RollupConfig, time: u64): void {
  if (config.forkTimes[Fork.Canyon] == time) {
    throw new Error("the first block of the Canyon fork, which inserts the create2deployer's code: not covered");
  }
}
