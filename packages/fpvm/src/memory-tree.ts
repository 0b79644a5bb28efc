// The Merkle tree over guest memory: binary, 2^59 leaves of 32 bytes, keccak256 of 64-byte concatenations. Hashing and
// nodes are in WebAssembly (assembly/merkle); after N written pages a root costs work for N pages.
import type { Engine } from './engine.js';
import { type GuestMemory, PAGE_SIZE } from './guest-memory.js';
import { instantiateMerkle, type MerkleExports } from './merkle-module.js';
import { hasCores, MANY_PAGES, PAGES_AT_ONCE, rootsOfPages } from './page-hashers.js';

const LEAF_SIZE = 32;
const PROOF_SIZE = 60 * LEAF_SIZE;

/** One machine's tree. It follows the memory: `root` and `proof` first take up what was written since. */
export class MemoryTree {
  readonly #engine: Engine;
  readonly #memory: GuestMemory;
  readonly #threads: boolean;
  /** The module's instance: the prover works in it too. */
  readonly merkle: MerkleExports;
  /** The engine's count of changes when the tree was last up to date. */
  #changes = -1;

  /** `threads` lets other threads hash where there is much to hash, and a core for them. */
  constructor(engine: Engine, memory: GuestMemory, threads = hasCores) {
    this.#threads = threads;
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
    const { indices, content: contentOf } = this.#memory.takeWrittenPages();
    // Of more pages than are kept, in their order, the first stay: else none would be there when it comes again.
    this.merkle.keepUsed();
    const onThreads = this.#threads && indices.length >= MANY_PAGES;
    const most = onThreads ? PAGES_AT_ONCE : (this.merkle.BATCH.value as number);
    for (let start = 0; start < indices.length; start += most) {
      const part = indices.subarray(start, start + most);
      const content = (i: number) => contentOf(start + i);
      if (onThreads) this.#setRoots(part, rootsOfPages(part.length, content));
      else this.#setPages(part, content);
    }
    this.isUpToDate();
  }

  #setPages(indices: BigUint64Array, content: (i: number) => Uint8Array): void {
    const target = this.#bytes();
    const keys = this.#exchange();
    const pages = keys + 8 * indices.length;
    new BigUint64Array(target.buffer, keys, indices.length).set(indices);
    for (let i = 0; i < indices.length; i++) target.set(content(i), pages + PAGE_SIZE * i);
    this.merkle.setPages(pages, keys, indices.length);
  }

  #setRoots(indices: BigUint64Array, roots: Uint8Array): void {
    const target = this.#bytes();
    const keys = this.#exchange();
    new BigUint64Array(target.buffer, keys, indices.length).set(indices);
    target.set(roots, keys + 8 * indices.length);
    this.merkle.setPageRoots(keys + 8 * indices.length, keys, indices.length);
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
