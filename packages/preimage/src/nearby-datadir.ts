/** A datadir, opened by another thread to read from. */
import { openDatadir } from './datadir.js';
import type { NearbyReader, NearbySource } from './nearby.js';

type Argument = { readonly path: string };

export function nearbyDatadir(path: string): NearbySource {
  const argument: Argument = { path };
  return { module: import.meta.url, argument };
}

export function open({ path }: Argument): NearbyReader {
  const store = openDatadir({ path, mustExist: true });
  return (key) => {
    const lookup = store.look(key);
    return lookup.state === 'found' ? lookup.value : undefined;
  };
}
