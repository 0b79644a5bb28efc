// The Merkle tree over guest memory: binary, 2^59 leaves of 32 bytes, keccak256 of 64-byte concatenations. Hashing and
// nodes are in WebAssembly (assembly/merkle); after N written pages a root costs work for N pages.
import type { Engine } from './engine.js';
import { type GuestMemory, PAGE_SIZE } from './guest-memory.js';
import { instantiateMerkle, type MerkleExports } from './merkle-module.js';

const LEAF_SIZE = 32;
const PROOF_SIZE = 60 * LEAF_SIZE;

/** One machine's tree. It follows the memory: `root` and `proof` first take up what was written since. */
export class MemoryTree {
  readonly #engine: Engine;
  readonly #memory: GuestMemory;
  /** The module's instance: the prover works in it too. */
  readonly merkle: MerkleExports;
  /** The engine's count of changes when the tree was last up to date. */
  #changes = -1;

  constructor(engine: Engine, memory: GuestMemory) {
    this.#engine = engine;
    this.#memory = memory;
    this.merkle = instantiateMerkle(engine.exports);
  }

  /** The 32-byte root. */
  root(): Uint8Array {
    this.takeUp();
    const at = this.merkle.treeRoot();
    return this.#bytes().slice(at, at + 32);
  }

  /** The leaf at `address` (a multiple of 32) and its 59 siblings from the bottom up: 60 × 32 bytes. */
  proof(address: bigint): Uint8Array {
    this.takeUp();
    this.merkle.treeRoot();
    const at = this.#exchange();
    this.merkle.proof(address, at);
    return this.#bytes().slice(at, at + PROOF_SIZE);
  }

  /** Keccak-256 of at most 256 KiB. */
  keccak256(bytes: Uint8Array): Uint8Array {
    const exchange = this.#exchange();
    this.#bytes().set(bytes, exchange);
    this.merkle.keccak256(exchange, bytes.length, exchange + bytes.length);
    return this.#bytes().slice(exchange + bytes.length, exchange + bytes.length + 32);
  }

  /** Takes up what was written since the last time. The nodes above are hashed by the next `treeRoot` in the module. */
  takeUp(): void {
    if (this.#changes === this.#engine.changes) return;
    const { indices, hosts } = this.#memory.takeWrittenPages();
    const batch = this.merkle.BATCH.value as number;
    const pages = this.#exchange();
    const keys = pages + batch * PAGE_SIZE;
    for (let start = 0; start < indices.length; start += batch) {
      const part = indices.subarray(start, start + batch);
      const target = this.#bytes();
      new BigUint64Array(target.buffer, keys, part.length).set(part);
      const source = this.#engine.bytes;
      for (let i = 0; i < part.length; i++) {
        const host = hosts[start + i] ?? 0;
        target.set(source.subarray(host, host + PAGE_SIZE), pages + PAGE_SIZE * i);
      }
      this.merkle.setPages(pages, keys, part.length);
    }
    this.isUpToDate();
  }

  /** Says that the tree knows all that was written up to now. */
  isUpToDate(): void {
    this.#changes = this.#engine.changes;
  }

  #exchange(): number {
    return this.merkle.EXCHANGE.value as number;
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.merkle.memory.buffer);
  }
}
