/** A datadir that can be read but not written still serves: what is added to it lasts as long as the process. */
import { DatadirError, memoryStore, type PreimageStore, storeFrom } from '@obelisc/preimage';
import type { Log } from './log.js';

const READ_ONLY = new Set(['EACCES', 'EPERM', 'EROFS']);

/** `store`, with additions kept in memory from the first time that one is refused for want of permission. */
export function tolerantStore(store: PreimageStore, log: Log): PreimageStore {
  let additions: PreimageStore | undefined;
  return storeFrom({
    place: store.place,
    look(key) {
      const added = additions?.look(key);
      return added?.state === 'found' ? added : store.look(key);
    },
    ...(store.keys === undefined ? {} : { keys: store.keys }),
    put(key, value) {
      if (additions === undefined) {
        try {
          store.put(key, value);
          return;
        } catch (error) {
          if (!isReadOnly(error)) throw error;
          log('warn', 'The datadir cannot be written; new pre-images are kept in memory', { because: error.message });
          additions = memoryStore();
        }
      }
      additions.put(key, value);
    },
    together: (task) => store.together(task),
    ...(store.nearby === undefined ? {} : { nearby: store.nearby }),
  });
}

function isReadOnly(error: unknown): error is DatadirError {
  if (!(error instanceof DatadirError) || !(error.cause instanceof Error)) return false;
  return 'code' in error.cause && typeof error.cause.code === 'string' && READ_ONLY.has(error.cause.code);
}
