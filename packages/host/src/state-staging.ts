/**
 * State that was fetched before it was asked for: trie nodes and codes by their hash. It is kept apart from the store, so that
 * what an endpoint adds of its own reaches the datadir only where the program asks for exactly that hash.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';

/** What is held at once; what came first goes first. */
const MAX_BYTES = 256 * 1024 * 1024;

export type StateStaging = {
  /** The value with this 32-byte keccak256 hash, if it is here. */
  get(hash: Uint8Array): Uint8Array | undefined;
  /** Keeps values under their hashes. */
  add(values: Iterable<Uint8Array>): void;
};

export function stateStaging(maxBytes = MAX_BYTES): StateStaging {
  const values = new Map<string, Uint8Array>();
  let bytes = 0;
  return {
    get: (hash) => values.get(name(hash)),
    add(added) {
      for (const value of added) {
        const key = name(keccak_256(value));
        if (values.has(key)) continue;
        values.set(key, value);
        bytes += value.length;
        for (const [oldest, { length }] of values) {
          if (bytes <= maxBytes) break;
          values.delete(oldest);
          bytes -= length;
        }
      }
    },
  };
}

function name(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
}
