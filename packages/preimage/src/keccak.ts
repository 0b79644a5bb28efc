/**
 * Keccak-256, synchronously, by the client's own sources as a WebAssembly module (assembly/keccak256.ts): every value that comes out of a
 * datadir is hashed, and in JavaScript that takes twenty times as long (532 bytes, the longest trie node: 1.6 against 35 µs on Node 20,
 * `npm run bench:wire`).
 */
import { readFileSync } from 'node:fs';

type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly pieceLength: () => number;
  readonly begin: () => void;
  readonly absorb: () => void;
  readonly end: (length: number) => number;
};

const { memory, input, pieceLength, begin, absorb, end } = load();
// The memory never grows.
const bytesOf = new Uint8Array(memory.buffer);
const INPUT = input();
const PIECE = pieceLength();
const HASH_LENGTH = 32;

/** The 32 bytes of keccak256 of `bytes`. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  let at = 0;
  begin();
  for (; bytes.length - at > PIECE; at += PIECE) {
    bytesOf.set(bytes.subarray(at, at + PIECE), INPUT);
    absorb();
  }
  bytesOf.set(at === 0 ? bytes : bytes.subarray(at), INPUT);
  const hash = end(bytes.length - at);
  return bytesOf.slice(hash, hash + HASH_LENGTH);
}

function load(): Exports {
  const module = new WebAssembly.Module(readFileSync(new URL('../keccak256.wasm', import.meta.url)));
  return new WebAssembly.Instance(module).exports as unknown as Exports;
}
