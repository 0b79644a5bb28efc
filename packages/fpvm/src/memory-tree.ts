// The merkle tree over guest memory: binary, 2^59 leaves of 32 bytes, keccak256 of 64-byte concatenations. Hashing and
// the nodes above the pages are in WebAssembly (assembly/merkle); after N written pages a root costs work for N pages.
import type { Engine } from './engine.js';
import { type GuestMemory, PAGE_SIZE } from './guest-memory.js';
import { instantiateMerkle, type MerkleExports } from './merkle-module.js';

const PAGE_BITS = 52n;
const PAGE_LEVELS = 7;
/** Pages whose inner trees are kept for proofs: a step touches at most three. */
const CACHED_PAGES = 16;

/** One machine's tree. It follows the memory: `root` and `proof` first take up what was written since. */
export class MemoryTree {
  readonly #engine: Engine;
  readonly #memory: GuestMemory;
  readonly #merkle: MerkleExports = instantiateMerkle();
  /** Page index → place of its content and inner tree in the exchange area; most recently used last. */
  readonly #cached = new Map<bigint, number>();

  constructor(engine: Engine, memory: GuestMemory) {
    this.#engine = engine;
    this.#memory = memory;
  }

  /** The 32-byte root. */
  root(): Uint8Array {
    this.#takeUp();
    return this.#copy(this.#merkle.nodeHash(1n), 32);
  }

  /** The leaf at `address` (a multiple of 32) and its 59 siblings from the bottom up: 60 × 32 bytes. */
  proof(address: bigint): Uint8Array {
    this.#takeUp();
    const out = new Uint8Array(60 * 32);
    const page = address >> 12n;
    const content = this.#memory.page(page);
    let at = 0;
    const put = (source: number) => {
      out.set(this.#bytes().subarray(source, source + 32), at);
      at += 32;
    };
    if (content === undefined) {
      for (let level = 0; level <= PAGE_LEVELS; level++) put(this.#merkle.zeroHash(Math.max(0, level - 1)));
    } else {
      const place = this.#pageTree(page, content);
      const leaf = Number((address & 0xfffn) >> 5n);
      put(place + 32 * leaf);
      put(place + 32 * (leaf ^ 1));
      for (let node = (128 + leaf) >> 1; node > 1; node >>= 1) put(place + PAGE_SIZE + 32 * (node ^ 1));
    }
    for (let node = (1n << PAGE_BITS) | page; node > 1n; node >>= 1n) put(this.#merkle.nodeHash(node ^ 1n));
    return out;
  }

  /** Keccak-256 of at most 256 KiB. */
  keccak256(bytes: Uint8Array): Uint8Array {
    const exchange = this.#exchange();
    this.#bytes().set(bytes, exchange);
    this.#merkle.keccak256(exchange, bytes.length, exchange + bytes.length);
    return this.#copy(exchange + bytes.length, 32);
  }

  #takeUp(): void {
    const { indices, hosts } = this.#memory.takeWrittenPages();
    if (indices.length === 0) return;
    const batch = this.#merkle.BATCH.value as number;
    const pages = this.#exchange();
    const keys = pages + batch * PAGE_SIZE;
    const roots = keys + batch * 8;
    for (let start = 0; start < indices.length; start += batch) {
      const part = indices.subarray(start, start + batch);
      part.forEach((index, i) => {
        const host = hosts[start + i] ?? 0;
        const content = this.#engine.bytes.subarray(host, host + PAGE_SIZE);
        if (this.#cached.has(index)) {
          const place = this.#pageTree(index, content);
          this.#bytes().copyWithin(roots + 32 * i, place + PAGE_SIZE + 32, place + PAGE_SIZE + 64);
        } else {
          this.#bytes().set(content, pages + PAGE_SIZE * i);
          this.#merkle.pageRoots(pages + PAGE_SIZE * i, 1, roots + 32 * i);
        }
        this.#view().setBigUint64(keys + 8 * i, index, true);
      });
      this.#merkle.setPages(keys, roots, part.length);
    }
    const list = this.#merkle.pageList(indices.length);
    new BigUint64Array(this.#merkle.memory.buffer, list, indices.length).set(indices);
    this.#merkle.update(list, indices.length);
  }

  /** Where the page's content lies, followed by its inner tree: kept, and brought up to date. */
  #pageTree(page: bigint, content: Uint8Array): number {
    const batch = this.#merkle.BATCH.value as number;
    const scratch = this.#exchange() + batch * (PAGE_SIZE + 8 + 32);
    const first = scratch + PAGE_SIZE;
    let place = this.#cached.get(page);
    if (place === undefined) {
      place = first + 2 * PAGE_SIZE * this.#cached.size;
      if (this.#cached.size === CACHED_PAGES) {
        const [oldest] = this.#cached;
        if (oldest === undefined) throw new Error('a full cache has an oldest page');
        this.#cached.delete(oldest[0]);
        place = oldest[1];
      }
      this.#bytes().set(content, place);
      this.#merkle.pageTree(place, place + PAGE_SIZE);
    } else {
      this.#cached.delete(page);
      this.#bytes().set(content, scratch);
      this.#merkle.updatePageTree(scratch, place, place + PAGE_SIZE);
    }
    this.#cached.set(page, place);
    return place;
  }

  #exchange(): number {
    return this.#merkle.EXCHANGE.value as number;
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.#merkle.memory.buffer);
  }

  #view(): DataView {
    return new DataView(this.#merkle.memory.buffer);
  }

  #copy(at: number, length: number): Uint8Array {
    return this.#bytes().slice(at, at + length);
  }
}
