// The native answers to the imports that compute, for modules that import them (ABI.md). The client that runs natively
// has the same functions inside. WebAssembly, since JavaScript would make two BigInts for each of mul_high's arguments.
import { mulHigh } from '../assembly/abi';
import { keccak256 as hash } from '../assembly/crypto/keccak256';

export function mul_high(a: u64, b: u64): u64 {
  return mulHigh(a, b);
}

/** Where the caller writes what is to be hashed: the end of what the module itself uses of its memory. */
export function input(): usize {
  return __heap_base;
}

/** The hash of the `length` bytes at `input()` takes the place of their beginning. */
export function keccak256(length: u32): void {
  hash(__heap_base, length, __heap_base);
}
