/** The pre-image oracle as the program's side sees it, whoever answers: a host in this process, or a server over the wire. */
import type { Computing } from './computing.js';
import { describeHint } from './hints.js';
import { describeKey, type PreimageKey } from './keys.js';

export type Oracle = {
  /** Announces what will be asked for. Resolves when the other side has taken the hint, which promises nothing yet. */
  hint(text: string): Promise<void>;
  /** The whole pre-image of a 32-byte key. Rejects when it cannot be had: the program cannot go on without it. */
  get(key: PreimageKey): Promise<Uint8Array>;
  /**
   * What the program will ask for next, as good as if it had: the rest of a blob, after its first field element, or of a list's trie,
   * after its root. It is told once.
   */
  ahead?(): ValuesAhead | undefined;
  /** Answers that need not be asked for. */
  readonly computing?: Computing;
};

/**
 * Values, one after the other, and their keys, 32 bytes each: thousands of small arrays cost more than what is in them. `lengths`: that
 * of each value in bytes, or the one that all have, which are then asked for in their order.
 */
export type ValuesAhead = {
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  readonly lengths: Uint32Array | number;
};

/** A pre-image that nobody can provide. Names the key, the last hint, and what to do. */
export class MissingPreimageError extends Error {
  override name = 'MissingPreimageError';
  readonly key: PreimageKey;
  readonly hint: string | undefined;
  constructor(key: PreimageKey, hint: string | undefined, advice: string, options?: ErrorOptions) {
    const announced = hint === undefined ? 'no hint announced it' : `last hint: ${describeHint(hint)}`;
    super(`no pre-image for key ${describeKey(key)} (${announced}): ${advice}`, options);
    this.key = key;
    this.hint = hint;
  }
}
