// Keccak-256 for what is not a machine's memory, by the same WebAssembly code as the tree (assembly/merkle).
import { type HashingExports, instantiateHashing } from './merkle-module.js';

let shared: HashingExports | undefined;

/** Keccak-256 of at most 512 KiB. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  shared ??= instantiateHashing();
  const at = shared.EXCHANGE.value as number;
  const memory = new Uint8Array(shared.memory.buffer);
  memory.set(bytes, at);
  shared.keccak256(at, bytes.length, at + bytes.length);
  return memory.slice(at + bytes.length, at + bytes.length + 32);
}
