// A pre-image oracle that knows an answer for every key: in this process, and as the server that preimage-server.ts runs.
// What it answers depends on the hints it was given before, in their order: a state hash then covers them too.
import { createHash } from 'node:crypto';
import { keccak256 } from '../src/keccak.js';
import type { Oracle } from '../src/oracle.js';

const sha256 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Bytes that only a seed decides. */
function expand(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) => sha256(seed, String(i)));
  return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
}

/** Values whose keys are their hashes, of lengths around a leaf's and a read's. */
export const hashedValues: readonly Uint8Array[] = [0, 1, 23, 24, 25, 31, 32, 33, 56, 100, 4096].map((length) =>
  expand(Buffer.from(`value ${length}`), length),
);

/** A key of type 2 (keccak256) or 4 (sha256): https://specs.optimism.io/fault-proof/index.html#pre-image-key-types */
export function hashKey(type: 2 | 4, value: Uint8Array): Uint8Array {
  const hash = type === 2 ? keccak256(value) : sha256(value);
  return Uint8Array.from([type, ...hash.subarray(1)]);
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

export class DeterministicOracle implements Oracle {
  readonly #known = new Map(
    hashedValues.flatMap((value) => [
      [hex(hashKey(2, value)), value] as const,
      [hex(hashKey(4, value)), value] as const,
    ]),
  );
  #hints: Uint8Array = new Uint8Array(32);

  hint(text: string): void {
    this.#hints = sha256(this.#hints, text);
  }

  get(key: Uint8Array): Uint8Array {
    const known = this.#known.get(hex(key));
    if (known !== undefined) return known;
    const seed = sha256(key, this.#hints);
    // Local values are one word at most
    return expand(seed, key[0] === 1 ? (seed[0] ?? 0) % 33 : (seed[0] ?? 0) % 150);
  }
}
