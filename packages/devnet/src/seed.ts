// Everything about the embedded chain that isn't a rule comes from its seed: keys, hashes, choices.
import { Address, concatBytes, createAddressFromPrivateKey } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** A key pair's private half and its account. */
export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly address: Address;
}

/** 32 bytes that belong to a name under a seed. */
export function seededHash(seed: string, name: string): Uint8Array {
  const encoder = new TextEncoder();
  return keccak_256(concatBytes(keccak_256(encoder.encode(seed)), encoder.encode(name)));
}

/** The key pair of a name. */
export function seededKey(seed: string, name: string): KeyPair {
  const privateKey = seededHash(seed, `key of ${name}`);
  return { privateKey, address: createAddressFromPrivateKey(privateKey) };
}

/** A stream of numbers, the same for the same seed and name. */
export class SeededNumbers {
  #count = 0;

  constructor(
    readonly seed: string,
    readonly name: string,
  ) {}

  /** A number from 0 up to, but not including, `limit` (at most 2^32). */
  below(limit: number): number {
    const hash = seededHash(this.seed, `${this.name} ${this.#count++}`);
    return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % limit;
  }

  /** `length` bytes. */
  bytes(length: number): Uint8Array {
    const parts = Array.from({ length: Math.ceil(length / 32) }, () =>
      seededHash(this.seed, `${this.name} ${this.#count++}`),
    );
    return concatBytes(...parts).subarray(0, length);
  }
}
