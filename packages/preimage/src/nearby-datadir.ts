/** A datadir, opened by another thread to read from: datadir.ts names this module to it. */
import { type NearbyArgument, openDatadir } from './datadir.js';
import type { NearbyReader } from './nearby.js';

export function open({ path }: NearbyArgument): NearbyReader {
  const store = openDatadir({ path, mustExist: true, opened: true });
  return (key) => {
    const lookup = store.look(key);
    return lookup.state === 'found' ? lookup.value : undefined;
  };
}
