// How the state's tables spread addresses and storage keys, which anyone who writes a contract may choose, and hashes of codes and
// nodes, of which anyone can find many whose first bits are the same. The factors come from the L1 head, which is known only after
// the blocks that are judged were written: whoever chose keys could not choose them so that they meet in one bucket.
import { keccak256 } from '../crypto/keccak256';

let factorA: u64 = 0x9e3779b97f4a7c15;
let factorB: u64 = 0xc2b2ae3d27d4eb4f;
let factorC: u64 = 0x165667b19e3779f9;
let factorD: u64 = 0xd6e8feb86659fd93;
let factorE: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@lazy const SEED: usize = memory.data(64, 8);
// @ts-ignore: decorator
@lazy const DIGESTS: usize = memory.data(64, 8);

/** Makes the factors from the 32 bytes at `seed`. To be called before there is any table. */
export function seedTables(seed: usize): void {
  memory.copy(SEED, seed, 32);
  for (let i: u8 = 0; i < 2; i++) {
    store<u8>(SEED + 32, i);
    keccak256(SEED, 33, DIGESTS + 32 * <usize>i);
  }
  // Odd, so that no difference between two keys vanishes in the product.
  factorA = load<u64>(DIGESTS) | 1;
  factorB = load<u64>(DIGESTS, 8) | 1;
  factorC = load<u64>(DIGESTS, 16) | 1;
  factorD = load<u64>(DIGESTS, 24) | 1;
  factorE = load<u64>(DIGESTS, 32) | 1;
}

/** 32 bits that depend on the owner's number and the four limbs of a key; a table takes as many of the low ones as it needs. */
// @ts-ignore: decorator
@inline
export function mixWords(owner: u32, a: u64, b: u64, c: u64, d: u64): u32 {
  const mixed = a * factorA + b * factorB + (c * factorC + d * factorD) + <u64>owner * factorE;
  return <u32>((mixed ^ (mixed >> 29)) >> 16);
}

/** The same for an address: 8, 8 and 4 of its bytes. */
// @ts-ignore: decorator
@inline
export function mixAddress(a: u64, b: u64, c: u32): u32 {
  const mixed = a * factorA + b * factorB + <u64>c * factorC;
  return <u32>((mixed ^ (mixed >> 29)) >> 16);
}

/** The same for a Keccak-256, of which the first 8 bytes are enough. */
// @ts-ignore: decorator
@inline
export function mixHash(first: u64): u32 {
  const mixed = first * factorA;
  return <u32>((mixed ^ (mixed >> 29)) >> 16);
}
