/** The values that a store in memory has at one moment, in memory that threads share. */
import { KECCAK256_KEY, KEY_LENGTH } from './keys.js';
import type { NearbyReader, NearbySource } from './nearby.js';

/** Keys with the place and length of their values. */
type Argument = { readonly keys: Uint8Array; readonly places: Uint32Array; readonly values: Uint8Array };

/** `values` by key, the key as a string of one character a byte. */
export function nearbyValues(values: ReadonlyMap<string, Uint8Array>): NearbySource {
  const chosen = [...values].filter(([key]) => key.charCodeAt(0) === KECCAK256_KEY);
  const total = chosen.reduce((sum, [, value]) => sum + value.length, 0);
  const argument: Argument = {
    keys: new Uint8Array(new SharedArrayBuffer(KEY_LENGTH * chosen.length)),
    places: new Uint32Array(new SharedArrayBuffer(8 * chosen.length)),
    values: new Uint8Array(new SharedArrayBuffer(total)),
  };
  let at = 0;
  for (const [i, [key, value]] of chosen.entries()) {
    argument.keys.set(Buffer.from(key, 'latin1'), KEY_LENGTH * i);
    argument.places.set([at, value.length], 2 * i);
    argument.values.set(value, at);
    at += value.length;
  }
  return { module: new URL('./nearby-values.js', import.meta.url).href, argument };
}

export function open({ keys, places, values }: Argument): NearbyReader {
  const names = Buffer.from(keys).toString('latin1');
  const index = new Map<string, number>();
  for (let i = 0; 2 * i < places.length; i++) index.set(names.slice(KEY_LENGTH * i, KEY_LENGTH * (i + 1)), i);
  return (key) => {
    const i = index.get(Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1'));
    if (i === undefined) return undefined;
    const at = places[2 * i] ?? 0;
    return values.subarray(at, at + (places[2 * i + 1] ?? 0));
  };
}
