// An image of guest memory as it was when it was frozen, while the machine goes on: what is written to is copied before.
import type { PageFrames } from './page-frames.js';
import { bitCount, type ZeroPages } from './zero-pages.js';

const status = { live: 0, copied: 1, done: 2 } as const;

/** A page: its index (address / 4096) and its content, a view that is good until the next page is taken. */
export interface PageContent {
  readonly index: bigint;
  readonly content: Uint8Array;
}

/** Granules that have pages, ascending, with their pages as bits. */
export interface GranuleList {
  readonly granules: Float64Array;
  readonly masks: Uint16Array;
}

/** What an image needs of the memory that it is of, which copies and keeps pages for it. */
export interface LiveMemory {
  readonly frames: PageFrames;
  readonly zeros: ZeroPages;
  /** Content of a page that exists, wherever it is: a view that the next step may change. */
  livePage(granule: number, page: number): Uint8Array;
  /** Keeps a copy of those of a granule's pages that are not zeros as they were; returns the chain. */
  copyGranule(granule: number): number;
  /** A page of a copied granule. */
  copiedPage(chain: number, page: number): Uint8Array;
  /** Whether nothing of a granule is in memory, so that nobody would say when it is written to. */
  isUntouched(granule: number): boolean;
  /** An image was released. */
  forget(image: FrozenMemory): void;
  /** An image has let go of copies. */
  copiesFreed(): void;
}

export class FrozenMemory {
  readonly #pageCount: number;
  readonly #memory: LiveMemory;
  /** Ascending, with the pages that each has as bits. */
  readonly #granules: Float64Array;
  readonly #masks: Uint16Array;
  readonly #status: Uint8Array;
  /** Chains of the pages that were copied. */
  readonly #copies: Uint32Array;
  #copiedPages = 0;
  /** Granules that are neither copied nor done, and where to look for the last of them. */
  #live: number;
  #lastLive: number;
  #isReleased = false;

  constructor(memory: LiveMemory, { granules, masks }: GranuleList, pageCount: number) {
    this.#memory = memory;
    this.#granules = granules;
    this.#masks = masks;
    this.#status = new Uint8Array(granules.length);
    this.#copies = new Uint32Array(granules.length);
    this.#pageCount = pageCount;
    this.#live = granules.length;
    this.#lastLive = granules.length - 1;
    if (memory.zeros.isEmpty) return;
    for (const [i, granule] of granules.entries()) {
      if (!memory.isUntouched(granule)) continue;
      this.#status[i] = status.copied;
      this.#live -= 1;
    }
  }

  pageCount(): number {
    return this.#pageCount;
  }

  /** Pages that are kept as copies at the moment. */
  get copiedPages(): number {
    return this.#copiedPages;
  }

  /** Whether writing to a granule would change the image. */
  needs(granule: number): boolean {
    const i = this.#indexOf(granule);
    return i !== undefined && this.#status[i] === status.live;
  }

  /** Copies a granule that is about to be written, if it has not been done. */
  preserve(granule: number): void {
    const i = this.#indexOf(granule);
    if (i === undefined || this.#status[i] !== status.live) return;
    this.#copy(i, granule);
  }

  /** Copies up to `count` granules, those first that are read last. Returns whether none is left to be copied. */
  copyAhead(count: number): boolean {
    for (let left = count; left > 0 && this.#live > 0; this.#lastLive -= 1) {
      if (this.#status[this.#lastLive] !== status.live) continue;
      this.#copy(this.#lastLive, this.#granules[this.#lastLive] ?? 0);
      left -= 1;
    }
    return this.#live === 0;
  }

  #copy(i: number, granule: number): void {
    const chain = this.#memory.copyGranule(granule);
    this.#copies[i] = chain;
    this.#status[i] = status.copied;
    this.#live -= 1;
    this.#copiedPages += bitCount(this.#memory.frames.mask(chain));
  }

  /** All pages, ascending, once: the image lets go of what has been taken. */
  *pages(): Generator<PageContent> {
    for (const [i, granule] of this.#granules.entries()) {
      const mask = this.#masks[i] ?? 0;
      for (let page = 0; page < 16; page += 1) {
        if (((mask >>> page) & 1) === 0) continue;
        yield { index: (BigInt(granule) << 4n) | BigInt(page), content: this.#pageAt(i, page) };
      }
      this.#letGo(i);
      this.#memory.copiesFreed();
    }
  }

  /** Lets go of everything; the image must not be used any more. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    for (let i = 0; i < this.#granules.length; i += 1) this.#letGo(i);
    this.#memory.forget(this);
  }

  #pageAt(i: number, page: number): Uint8Array {
    if (this.#status[i] === status.live) return this.#memory.livePage(this.#granules[i] ?? 0, page);
    return this.#memory.copiedPage(this.#copies[i] ?? 0, page);
  }

  #letGo(i: number): void {
    if (this.#status[i] === status.copied) {
      const chain = this.#copies[i] ?? 0;
      this.#copiedPages -= bitCount(this.#memory.frames.mask(chain));
      this.#memory.frames.freeChain(chain);
    }
    if (this.#status[i] === status.live) this.#live -= 1;
    this.#status[i] = status.done;
  }

  #indexOf(granule: number): number | undefined {
    let [low, high] = [0, this.#granules.length - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#granules[middle] ?? 0;
      if (found === granule) return middle;
      if (found < granule) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}
