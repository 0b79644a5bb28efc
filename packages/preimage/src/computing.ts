/**
 * How the program's thread computes by itself what follows from a hint alone, such as results of precompiles: asking another thread
 * for one takes as long as the dearest of them for their gas.
 */
import type { PreimageKey } from './keys.js';

export type Computing = {
  /** Address of a module that exports `open`, an OpenComputer. */
  readonly module: string;
  /**
   * Takes what was computed and the hints that announced it, in the order in which the program asked: as if they had come here by the
   * oracle's `hint` and `get`. Rejects where one of those would.
   */
  take(computed: Computed): Promise<void>;
};

export type OpenComputer = (keccak256: (bytes: Uint8Array) => Uint8Array) => Computer;

/** Computes the value of `key`, which `hint` announced; undefined where the oracle is to be asked. */
export type Computer = (hint: string, key: PreimageKey) => ComputedValue | undefined;

/** A value and the payload of its hint. */
export type ComputedValue = { readonly payload: Uint8Array; readonly value: Uint8Array };

/**
 * Values, payloads of their hints, and their keys, 32 bytes each: one after the other, since thousands of small arrays cost more to post
 * than to compute what is in them. The lengths are in bytes.
 */
export type Computed = {
  readonly keys: Uint8Array;
  readonly payloads: Uint8Array;
  readonly payloadLengths: Uint32Array;
  readonly values: Uint8Array;
  readonly valueLengths: Uint32Array;
};
