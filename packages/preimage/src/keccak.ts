/**
 * Keccak-256, synchronously, on a WebAssembly module: every value that comes out of a datadir is hashed, and in JavaScript that
 * takes ten times as long (532 bytes, the longest trie node: 3.2 against 35 µs on Node 20, `npm run bench:wire`).
 */
import { createRequire } from 'node:module';
import type * as HashWasm from 'hash-wasm';

// The package's own entry holds all of its hashes: 50 ms more at the start of every command.
const { createKeccak } = createRequire(import.meta.url)('hash-wasm/dist/keccak.umd.min.js') as Pick<
  typeof HashWasm,
  'createKeccak'
>;

const hasher = await createKeccak(256);

/** The 32 bytes of keccak256 of `bytes`. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest('binary');
}
