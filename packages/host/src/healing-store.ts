/**
 * A store whose damaged entries count as missing, for runs that can fetch them anew: what is fetched replaces them. Damage is
 * told once when it is found, and at the end with its count.
 */
import { MISSING, storeFrom } from '@obelisc/preimage';
import type { Log } from './log.js';
import type { HostStore } from './written-behind.js';

export type HealingStore = HostStore & {
  /** Entries that were damaged so far. */
  readonly damaged: number;
};

/** `store`, for a run with endpoints. */
export function healingStore(store: HostStore, log: Log): HealingStore {
  const damaged = new Set<string>();
  return {
    ...store,
    ...storeFrom({
      ...store,
      look(key) {
        const found = store.look(key);
        if (found.state !== 'damaged') return found;
        if (damaged.size === 0) {
          log('warn', 'The datadir is damaged; what is damaged is fetched again and replaced', {
            in: store.place,
            first: found.place,
            because: found.fault,
          });
        }
        damaged.add(found.place);
        return MISSING;
      },
    }),
    get damaged() {
      return damaged.size;
    },
  };
}
