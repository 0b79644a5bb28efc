/**
 * A store whose damaged entries count as missing, for runs that can fetch them anew: what is fetched replaces them. Damage is
 * told once when it is found, and at the end with its count.
 */
import { MISSING, type PreimageStore, storeFrom } from '@obelisc/preimage';
import type { Log } from './log.js';

export type HealingStore = PreimageStore & {
  /** Entries that were damaged so far. */
  readonly damaged: number;
};

/** `store`, for a run with endpoints. */
export function healingStore(store: PreimageStore, log: Log): HealingStore {
  const damaged = new Set<string>();
  return {
    ...storeFrom({
      place: store.place,
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
      put: (key, value) => store.put(key, value),
      together: (task) => store.together(task),
      // Another thread passes over what is damaged, and it comes here.
      ...(store.nearby === undefined ? {} : { nearby: store.nearby }),
    }),
    get damaged() {
      return damaged.size;
    },
  };
}
