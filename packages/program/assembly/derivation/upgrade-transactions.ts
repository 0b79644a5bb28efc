// Transactions that a fork's activation block executes behind the deposits (specs: the derivation.md of each fork).
import { Bytes } from '../bytes';
import { Fork, forkName, RollupConfig } from '../config/rollup';

/** Forks whose activation executes transactions. */
function hasUpgrade(fork: Fork): bool {
  return (
    fork == Fork.Ecotone || fork == Fork.Fjord || fork == Fork.Isthmus || fork == Fork.Jovian || fork == Fork.Karst
  );
}

/** The upgrade transactions of the block at `time`, encoded. A fork whose transactions are not covered ends the program. */
export function upgradeTransactions(config: RollupConfig, time: u64): Array<Bytes> {
  for (let fork = <i32>Fork.Ecotone; fork <= <i32>Fork.Karst; fork++) {
    if (hasUpgrade(<Fork>fork) && config.activatesAt(<Fork>fork, time)) {
      throw new Error(`the upgrade transactions that activate ${forkName(<Fork>fork)} are not covered`);
    }
  }
  return new Array<Bytes>(0);
}
