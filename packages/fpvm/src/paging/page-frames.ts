// Pages of 4 KiB outside of the engine's memory, chained: each frame has a page's content, the page's number in its granule,
// a state, and a link to the next. Links are frame numbers + 1, 0 is the end of a chain. 6 bytes a frame besides the page.

import { MachineMemoryError } from './memory-limit.js';

export const PAGE_SIZE = 4096;
/** 16 MiB a chunk: what the host gives is zeros, and no memory until it is written. */
const CHUNK_FRAMES = 4096;

export class PageFrames {
  readonly #chunks: { bytes: Uint8Array; next: Uint32Array; pages: Uint8Array; states: Uint8Array }[] = [];
  readonly #beforeGrowth: (bytes: number) => void;
  #free = 0;
  #unused = 0;

  /** `beforeGrowth` is called before memory is taken from the host, and may throw. */
  constructor(beforeGrowth: (bytes: number) => void) {
    this.#beforeGrowth = beforeGrowth;
  }

  /** Keeps a copy of a page in front of a chain; returns the new chain. */
  prepend(content: Uint8Array, page: number, state: number, chain: number): number {
    let link = this.#free;
    if (link !== 0) this.#free = this.next(link);
    else {
      if (this.#unused === this.#chunks.length * CHUNK_FRAMES) this.#addChunk();
      this.#unused += 1;
      link = this.#unused;
    }
    const chunk = this.#chunkOf(link);
    const at = (link - 1) % CHUNK_FRAMES;
    chunk.bytes.set(content, at * PAGE_SIZE);
    chunk.next[at] = chain;
    chunk.pages[at] = page;
    chunk.states[at] = state;
    return link;
  }

  /** The page's content, a view that is good until the frame is freed. */
  content(link: number): Uint8Array {
    const at = ((link - 1) % CHUNK_FRAMES) * PAGE_SIZE;
    return this.#chunkOf(link).bytes.subarray(at, at + PAGE_SIZE);
  }

  next(link: number): number {
    return this.#chunkOf(link).next[(link - 1) % CHUNK_FRAMES] ?? 0;
  }

  page(link: number): number {
    return this.#chunkOf(link).pages[(link - 1) % CHUNK_FRAMES] ?? 0;
  }

  state(link: number): number {
    return this.#chunkOf(link).states[(link - 1) % CHUNK_FRAMES] ?? 0;
  }

  setState(link: number, state: number): void {
    this.#chunkOf(link).states[(link - 1) % CHUNK_FRAMES] = state;
  }

  /** Link to a page of a chain, 0 if it is not there. */
  find(chain: number, page: number): number {
    let link = chain;
    while (link !== 0 && this.page(link) !== page) link = this.next(link);
    return link;
  }

  /** The numbers of a chain's pages as bits. */
  mask(chain: number): number {
    let mask = 0;
    for (let link = chain; link !== 0; link = this.next(link)) mask |= 1 << this.page(link);
    return mask;
  }

  freeChain(chain: number): void {
    for (let link = chain; link !== 0;) {
      const next = this.next(link);
      this.#chunkOf(link).next[(link - 1) % CHUNK_FRAMES] = this.#free;
      this.#free = link;
      link = next;
    }
  }

  #chunkOf(link: number) {
    const chunk = this.#chunks[Math.floor((link - 1) / CHUNK_FRAMES)];
    if (chunk === undefined) throw new RangeError(`there is no frame ${link}`);
    return chunk;
  }

  #addChunk(): void {
    const size = CHUNK_FRAMES * PAGE_SIZE;
    this.#beforeGrowth(size);
    try {
      this.#chunks.push({
        bytes: new Uint8Array(size),
        next: new Uint32Array(CHUNK_FRAMES),
        pages: new Uint8Array(CHUNK_FRAMES),
        states: new Uint8Array(CHUNK_FRAMES),
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new MachineMemoryError(
        `the host gives no more memory (${(this.#chunks.length * size) / 2 ** 20} MiB of the guest's pages are paged ` +
          `out): give the guest less work, or use a computer with more memory`,
        { cause: error },
      );
    }
  }
}
