// Memory as a chain sees it during one step: a root, and proofs of the few leaves that the step may touch.
import { keccak256 } from './keccak.js';

const LEVELS = 59;
const PROOF_SIZE = 32 * (LEVELS + 1);
const MASK64 = (1n << 64n) - 1n;

/** A proof does not fit the root, or is missing, or is not needed. */
export class ProofMismatchError extends Error {
  override readonly name = 'ProofMismatchError';
}

/** Leaves are read and written through proof number `index`: the leaf and its 59 siblings from the bottom up. */
export class LeafProofs {
  root: Uint8Array;
  readonly #proofs: Uint8Array;
  readonly #used = new Set<number>();

  constructor(root: Uint8Array, proofs: Uint8Array) {
    this.root = root;
    this.#proofs = proofs;
  }

  /** Little-endian value of `size` bytes; a second leaf is read through the next proof. */
  load(address: bigint, size: number, index: number): bigint {
    const bytes = this.read(address, size, index);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    return value;
  }

  /** Stores the low `size` bytes of a value; a second leaf is read after the first has been written. */
  store(address: bigint, size: number, value: bigint, index: number): void {
    const bytes = Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
    this.write(address, bytes, index);
  }

  read(address: bigint, size: number, index: number): Uint8Array {
    const start = Number(address & 31n);
    const first = this.#leaf(address, index);
    if (start + size <= 32) return first.subarray(start, start + size);
    const second = this.#leaf(address + 32n, index + 1);
    return Uint8Array.from([...first.subarray(start), ...second.subarray(0, start + size - 32)]);
  }

  write(address: bigint, bytes: Uint8Array, index: number): void {
    const start = Number(address & 31n);
    const inFirst = Math.min(bytes.length, 32 - start);
    const first = Uint8Array.from(this.#leaf(address, index));
    first.set(bytes.subarray(0, inFirst), start);
    this.root = this.#rootOf(address, index, first);
    if (inFirst === bytes.length) return;
    const second = Uint8Array.from(this.#leaf(address + 32n, index + 1));
    second.set(bytes.subarray(inFirst), 0);
    this.root = this.#rootOf(address + 32n, index + 1, second);
  }

  /** Throws unless every proof that is there was needed. */
  expectAllUsed(): void {
    if (this.#proofs.length !== PROOF_SIZE * this.#used.size) {
      throw new ProofMismatchError(
        `the proof data has ${this.#proofs.length} bytes, the step needs ${PROOF_SIZE * this.#used.size}`,
      );
    }
  }

  #leaf(address: bigint, index: number): Uint8Array {
    const start = PROOF_SIZE * index;
    if (this.#proofs.length < start + PROOF_SIZE) throw new ProofMismatchError(`memory proof ${index} is missing`);
    this.#used.add(index);
    const leaf = this.#proofs.subarray(start, start + 32);
    if (Buffer.compare(this.#rootOf(address, index, leaf), this.root) !== 0) {
      throw new ProofMismatchError(
        `memory proof ${index}, of the leaf at 0x${(address & MASK64 & ~31n).toString(16)}, does not fit the memory root`,
      );
    }
    return leaf;
  }

  #rootOf(address: bigint, index: number, leaf: Uint8Array): Uint8Array {
    let node = leaf;
    let path = (address & MASK64) >> 5n;
    for (let level = 1; level <= LEVELS; level++) {
      const at = PROOF_SIZE * index + 32 * level;
      const sibling = this.#proofs.subarray(at, at + 32);
      const pair = new Uint8Array(64);
      const isRight = (path & 1n) === 1n;
      pair.set(node, isRight ? 32 : 0);
      pair.set(sibling, isRight ? 0 : 32);
      node = keccak256(pair);
      path >>= 1n;
    }
    return node;
  }
}
