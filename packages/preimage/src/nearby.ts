/**
 * How another thread than the one that owns a store looks values up by itself: those of keccak256 keys, which prove themselves.
 * Asking the other thread for one takes as long as twenty look-ups.
 */
import type { PreimageKey } from './keys.js';

/** `module` is the address of a module that exports `open(argument)`, a NearbyReader; the argument can be posted to a thread. */
export type NearbySource = { readonly module: string; readonly argument: unknown };

/** The value of a keccak256 key; undefined where it is not there, or not whole. */
export type NearbyReader = (key: PreimageKey) => Uint8Array | undefined;
