/** What a host keeps its pre-images in. Local keys never go into a store: they belong to one run. */
import { PoisonedPreimageError } from './integrity.js';
import { keyName, type PreimageKey } from './keys.js';
import type { NearbySource } from './nearby.js';
import { nearbyValues } from './nearby-values.js';

/** What a store holds under a key; `damaged`: something that is not the key's pre-image, at `place`, because of `fault`. */
export type Lookup =
  | { readonly state: 'found'; readonly value: Uint8Array }
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly place: string; readonly fault: string };

export const MISSING: Lookup = { state: 'missing' };

export type PreimageStore = {
  /** Where the pre-images are, for messages. */
  readonly place: string;
  /** What is there under `key`. What was damaged is whole again once it was `put` anew. */
  look(key: PreimageKey): Lookup;
  /** The value of `key`, or undefined where it is missing. Throws PoisonedPreimageError where it is damaged. */
  get(key: PreimageKey): Uint8Array | undefined;
  /** Keeps `value` under `key`, in place of whatever was there; it is there as a whole or not at all. */
  put(key: PreimageKey, value: Uint8Array): void;
  /** Runs `task`, whose many puts become one write where the store can do that. */
  together(task: () => void): void;
  /** How another thread can read from it; what is put later may not be seen there. */
  nearby?(): NearbySource | undefined;
  /** Resolves when all that was put is where another process finds it. Rejects with what came in the way. */
  settle?(): Promise<void>;
  /** All keys that there is something under, where the store can tell them. */
  keys?(): Iterable<PreimageKey>;
};

/** A store whose `get` follows from its `look`, and that writes each value by itself where it says nothing else. */
export function storeFrom(
  parts: Omit<PreimageStore, 'get' | 'together'> & Partial<Pick<PreimageStore, 'together'>>,
): PreimageStore {
  return { together: (task) => task(), ...parts, get: (key) => valueOf(key, parts.look(key)) };
}

/** The value that was found, or undefined. Throws PoisonedPreimageError for what is damaged. */
export function valueOf(key: PreimageKey, lookup: Lookup): Uint8Array | undefined {
  switch (lookup.state) {
    case 'found':
      return lookup.value;
    case 'missing':
      return undefined;
    case 'damaged':
      throw new PoisonedPreimageError(
        key,
        lookup.place,
        lookup.fault,
        'delete it and gather it again with --l1, --l1.beacon and --l2',
      );
  }
}

/** A store that lasts as long as the process. */
export function memoryStore(): PreimageStore {
  const values = new Map<string, Uint8Array>();
  return storeFrom({
    place: 'memory',
    look(key) {
      const value = values.get(keyName(key));
      return value === undefined ? MISSING : { state: 'found', value };
    },
    put: (key, value) => void values.set(keyName(key), value),
    *keys() {
      for (const name of values.keys()) yield Uint8Array.from(Buffer.from(name, 'latin1'));
    },
    nearby: () => (values.size === 0 ? undefined : nearbyValues(values)),
  });
}
