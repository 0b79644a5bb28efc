/** A datadir that can be read but not written still serves: what is added to it lasts as long as the process. */
import { DatadirError, memoryStore, type PreimageStore, storeFrom } from '@obelisc/preimage';
import type { Log } from './log.js';
import type { HostStore } from './written-behind.js';

const READ_ONLY = new Set(['EACCES', 'EPERM', 'EROFS']);

/** `store`, with additions kept in memory from the first time that one is refused for want of permission. */
export function tolerantStore(store: HostStore, log: Log): HostStore {
  let additions: PreimageStore | undefined;
  const { settle } = store;
  const refuse = (error: DatadirError): PreimageStore => {
    if (additions === undefined)
      log('warn', 'The datadir cannot be written; new pre-images are kept in memory', { because: error.message });
    return (additions ??= memoryStore());
  };
  return {
    ...store,
    ...storeFrom({
      ...store,
      look(key) {
        const added = additions?.look(key);
        return added?.state === 'found' ? added : store.look(key);
      },
      put(key, value) {
        if (additions === undefined) {
          try {
            store.put(key, value);
            return;
          } catch (error) {
            if (!isReadOnly(error)) throw error;
            additions = refuse(error);
          }
        }
        additions.put(key, value);
      },
    }),
    ...(settle === undefined
      ? {}
      : {
          async settle() {
            try {
              await settle();
            } catch (error) {
              if (!isReadOnly(error)) throw error;
              refuse(error);
            }
          },
        }),
  };
}

function isReadOnly(error: unknown): error is DatadirError {
  if (!(error instanceof DatadirError) || !(error.cause instanceof Error)) return false;
  return 'code' in error.cause && typeof error.cause.code === 'string' && READ_ONLY.has(error.cause.code);
}
