/** What a host keeps its pre-images in. Local keys never go into a store: they belong to one run. */
import { keyHex, type PreimageKey } from './keys.js';

export type PreimageStore = {
  /** Where the pre-images are, for messages. */
  readonly place: string;
  /** The value of `key`, or undefined. A value that does not belong to its key is a PoisonedPreimageError. */
  get(key: PreimageKey): Uint8Array | undefined;
  /** Keeps `value` under `key`; it is there as a whole or not at all. */
  put(key: PreimageKey, value: Uint8Array): void;
};

/** A store that lasts as long as the process. */
export function memoryStore(): PreimageStore {
  const values = new Map<string, Uint8Array>();
  return {
    place: 'memory',
    get: (key) => values.get(keyHex(key)),
    put: (key, value) => void values.set(keyHex(key), value),
  };
}
