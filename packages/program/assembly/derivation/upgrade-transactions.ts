// Transactions that a fork's activation block executes behind the deposits (specs: the derivation.md of each fork).
import { Bytes } from '../bytes';
import { Fork, RollupConfig } from '../config/rollup';
import { KARST_UPGRADE } from '../generated/karst-upgrade';
import { ECOTONE, FJORD, ISTHMUS, JOVIAN } from './upgrade-transactions-data';

/**
 * What the upgrade transactions of Karst may use, together: the block that activates it has that much more gas than the
 * chain's settings give it (specs: protocol/karst; the sum of the bundle's gas limits).
 */
// @ts-ignore: decorator
@inline
export const KARST_UPGRADE_GAS: u64 = 55370657;

/** The upgrade transactions of the block at `time`, encoded. */
export function upgradeTransactions(config: RollupConfig, time: u64): Array<Bytes> {
  const transactions = new Array<Bytes>(0);
  if (config.activatesAt(Fork.Ecotone, time)) append(transactions, ECOTONE);
  if (config.activatesAt(Fork.Fjord, time)) append(transactions, FJORD);
  if (config.activatesAt(Fork.Isthmus, time)) append(transactions, ISTHMUS);
  if (config.activatesAt(Fork.Jovian, time)) append(transactions, JOVIAN);
  if (config.activatesAt(Fork.Karst, time)) append(transactions, KARST_UPGRADE);
  return transactions;
}

/** Appends the transactions at `place`: each behind its length, a length of 0 at the end. */
function append(transactions: Array<Bytes>, place: usize): void {
  while (true) {
    const length = load<u32>(place);
    if (length == 0) return;
    transactions.push(new Bytes(place + 4, length));
    place += 4 + length;
  }
}
