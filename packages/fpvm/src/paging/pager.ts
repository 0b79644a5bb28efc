// The engine's linear memory holds what the guest used lately; the pages of the rest lie here. Also: images of the memory
// as it was, for which pages are copied before they are written.
import type { Engine, PagingCalls } from '../engine.js';
import { FrozenMemory, type GranuleList, type LiveMemory } from './frozen-memory.js';
import { GranuleTable } from './granule-table.js';
import { checkMemory, checkRoom, type MemoryLimit, memoryLimit } from './memory-limit.js';
import { PAGE_SIZE, PageFrames } from './page-frames.js';
import { bitCount, ZERO_PAGE, ZeroPages } from './zero-pages.js';

const GRANULE = 0x10000;
/** What the engine's byte per page says. */
export const pageState = { absent: 0, written: 1, known: 2 } as const;
/**
 * Linear memory grows for the sake of granules that are mostly absent to this many bytes beyond their pages, and a
 * sixteenth of all pages: what has once been used of it is not given back, and must stay within 1.3 times the pages.
 */
const SPARSE_ALLOWANCE = 64 * 2 ** 20;

/** Milliseconds between two looks at how much the guest has touched: one takes up to 0.1. */
const CHECK_INTERVAL = 20;
const COPY_LIMIT = 256 * 2 ** 20;
const COPY_AHEAD = 4 * 2 ** 20;

export interface PagingOptions {
  /** Bytes of pages that the guest may touch; by default what the host's memory allows. */
  readonly memoryLimit?: number;
  /**
   * Bytes of linear memory, at most, for decoded code and for what does not lie in a region of linear memory as it does in
   * the guest's; what is beyond is paged out.
   */
  readonly poolLimit?: number;
  /** Whether there are such regions; by default where code is translated. Without, all memory can be paged out. */
  readonly regions?: boolean;
  /** Bytes of pages copied for a frozen state at which the machine waits until they have been written; 256 MiB. */
  readonly copyLimit?: number;
  /** Bytes of pages copied for a frozen state before each slice of the run, while there is room; 4 MiB, about 1 ms. */
  readonly copyAhead?: number;
}

export class Pager implements LiveMemory {
  readonly frames: PageFrames;
  readonly zeros = new ZeroPages();
  /** Granules that were paged out → the chain of their pages. */
  readonly #stored = new GranuleTable();
  #storedPages = 0;
  #storedWritten = 0;
  #nextCheck = 0;
  readonly #images = new Set<FrozenMemory>();
  readonly #limit: MemoryLimit;
  readonly #poolLimit: number | undefined;
  readonly #copyLimit: number;
  readonly #copyAhead: number;
  #whenFreed: { promise: Promise<void>; resolve: () => void } | undefined;
  #engine: Engine | undefined;

  constructor(options: PagingOptions = {}) {
    this.#limit = memoryLimit(options.memoryLimit);
    this.#poolLimit = options.poolLimit;
    this.#copyLimit = options.copyLimit ?? COPY_LIMIT;
    this.#copyAhead = Math.min(options.copyAhead ?? COPY_AHEAD, this.#copyLimit / 8);
    this.frames = new PageFrames((bytes) => void this.#checkedPages(bytes));
  }

  /** The engine whose memory this is about. */
  attach(engine: Engine): void {
    this.#engine = engine;
    if (this.#poolLimit !== undefined) engine.exports.limitPool(this.#poolLimit);
  }

  readonly calls: PagingCalls = {
    mayGrow: () => {
      const { view, layout, exports } = this.#attached;
      const pages = this.#checkedPages(GRANULE);
      const sparse = view.getUint32(layout.granuleCount, true) * GRANULE - exports.countPoolPages() * PAGE_SIZE;
      return sparse <= SPARSE_ALLOWANCE + (pages * PAGE_SIZE) / 16 ? 1 : 0;
    },
    isStored: (granule) => (this.#stored.get(granule) === 0 ? 0 : 1),
    restore: (granule, host) => this.#restore(granule, host >>> 0),
    pageOut: (granule, host) => this.#pageOut(granule, host >>> 0),
    preserve: (granule) => {
      for (const image of this.#images) image.preserve(granule);
    },
  };

  /** Pages that were paged out. */
  get storedPages(): number {
    return this.#storedPages;
  }

  /** Pages that exist, wherever they are. */
  pageCount(): number {
    if (this.zeros.isEmpty) return this.#attached.exports.countPages() + this.#storedPages;
    return this.granules().masks.reduce((sum, mask) => sum + bitCount(mask), 0);
  }

  /** Throws MachineMemoryError where the guest may not have `bytes` of memory. */
  checkRoomFor(bytes: number): void {
    checkRoom(this.#limit, bytes);
  }

  /** Pages that were written before they were paged out, and links to them; they are taken as known from now on. */
  takeStoredWritten(): { readonly indices: Float64Array; readonly links: Uint32Array } {
    const indices = new Float64Array(this.#storedWritten);
    const links = new Uint32Array(this.#storedWritten);
    if (this.#storedWritten === 0) return { indices, links };
    const { frames } = this;
    let count = 0;
    for (const [granule, chain] of this.#stored) {
      for (let link = chain; link !== 0; link = frames.next(link)) {
        if (frames.state(link) !== pageState.written) continue;
        indices[count] = granule * 16 + frames.page(link);
        links[count++] = link;
        frames.setState(link, pageState.known);
      }
    }
    this.#storedWritten = 0;
    return { indices, links };
  }

  /** Content of a page that exists, wherever it is: a view that the next step may change. */
  livePage(granule: number, page: number): Uint8Array {
    const chain = this.#stored.size === 0 ? 0 : this.#stored.get(granule);
    if (chain !== 0) return this.frames.content(this.frames.find(chain, page));
    const { exports, bytes } = this.#attached;
    const granuleHost = exports.residentHost(BigInt(granule)) >>> 0;
    if (granuleHost === 0) return ZERO_PAGE;
    const host = granuleHost + page * PAGE_SIZE;
    return bytes.subarray(host, host + PAGE_SIZE);
  }

  /** All granules that have pages, ascending, with their pages as bits. */
  granules(): GranuleList {
    const { bytes, layout, exports } = this.#attached;
    const end = exports.pagesEnd() >>> 4;
    const size = end + this.#stored.size + this.zeros.granuleCount;
    // Granule << 16 | mask, sorted as 64-bit numbers and put in by halves: of 1 GiB in 5 ms, with bigints in 50.
    const sorted = new BigUint64Array(size);
    const halves = new Uint32Array(sorted.buffer);
    let count = 0;
    const add = (granule: number, mask: number) => {
      if (mask === 0) return;
      halves[2 * count] = ((granule << 16) | mask) >>> 0;
      halves[2 * count + 1] = Math.floor(granule / 0x10000);
      count += 1;
    };
    const guests = new Uint32Array(bytes.buffer, layout.guestOfHost, 2 * end);
    for (let unit = layout.firstFree / GRANULE; unit < end; unit += 1) {
      const mask = exports.pageMask(unit * GRANULE);
      if (mask === 0) continue;
      add((guests[2 * unit] ?? 0) + (guests[2 * unit + 1] ?? 0) * 2 ** 32 - 1, mask);
    }
    for (const [granule, chain] of this.#stored) add(granule, this.frames.mask(chain));
    for (const [granule, mask] of this.zeros.granules()) add(granule, mask);
    sorted.subarray(0, count).sort();
    const granules = new Float64Array(count);
    const masks = new Uint16Array(count);
    let distinct = 0;
    for (let i = 0; i < count; i += 1) {
      const low = halves[2 * i] ?? 0;
      const granule = (low >>> 16) + (halves[2 * i + 1] ?? 0) * 0x10000;
      // A granule may have pages that are in use and others that are not.
      if (distinct > 0 && granules[distinct - 1] === granule) distinct -= 1;
      else masks[distinct] = 0;
      granules[distinct] = granule;
      masks[distinct] = (masks[distinct] ?? 0) | (low & 0xffff);
      distinct += 1;
    }
    return { granules: granules.subarray(0, distinct), masks: masks.subarray(0, distinct) };
  }

  /** A granule's pages as bits, 0 if it is absent. */
  mask(granule: number): number {
    return this.#maskInUse(granule) | (this.zeros.isEmpty ? 0 : this.zeros.mask(granule));
  }

  /** Those of them that are not in the place of zeros. */
  #maskInUse(granule: number): number {
    const chain = this.#stored.size === 0 ? 0 : this.#stored.get(granule);
    if (chain !== 0) return this.frames.mask(chain);
    const { exports } = this.#attached;
    const host = exports.residentHost(BigInt(granule)) >>> 0;
    return host === 0 ? 0 : exports.pageMask(host);
  }

  /** Keeps a copy of those of a granule's pages that are not zeros as they were; returns the chain. */
  copyGranule(granule: number): number {
    const mask = this.#maskInUse(granule);
    let chain = 0;
    for (let page = 15; page >= 0; page -= 1) {
      if (((mask >>> page) & 1) === 0) continue;
      chain = this.frames.prepend(this.livePage(granule, page), page, 0, chain);
    }
    return chain;
  }

  /** A page of a copied granule. */
  copiedPage(chain: number, page: number): Uint8Array {
    const link = this.frames.find(chain, page);
    return link === 0 ? ZERO_PAGE : this.frames.content(link);
  }

  /** Whether nothing of a granule is in memory, so that the engine would not say when it is written to. */
  isUntouched(granule: number): boolean {
    return (
      (this.#stored.size === 0 || this.#stored.get(granule) === 0) &&
      this.#attached.exports.residentHost(BigInt(granule)) === 0
    );
  }

  /** The memory as it is now, while the machine goes on. */
  freeze(): FrozenMemory {
    const image = new FrozenMemory(this, this.granules(), this.pageCount());
    this.#images.add(image);
    this.#attached.guarded(() => this.#attached.exports.freeze());
    return image;
  }

  /** An image was released. */
  forget(image: FrozenMemory): void {
    this.#images.delete(image);
    if (this.#images.size === 0) this.#unguard();
    this.copiesFreed();
  }

  /** What share of the room for copies is taken, 1 for all; undefined if no state is being read. */
  get crowding(): number | undefined {
    let pages: number | undefined;
    for (const image of this.#images) pages = (pages ?? 0) + image.copiedPages;
    return pages === undefined ? undefined : (pages * PAGE_SIZE) / this.#copyLimit;
  }

  /**
   * Copies some of what the frozen states still need, up to half of the room for copies. When nothing is left to be copied,
   * translated code stores without asking again: until then stores to regions are interpreted, 30 times as slow at worst.
   */
  copyAhead(): void {
    let isSettled = true;
    for (const image of this.#images) {
      const room = (this.crowding ?? 0) < 0.4 ? this.#copyAhead / GRANULE : 0;
      isSettled = image.copyAhead(room) && isSettled;
    }
    if (isSettled) this.#unguard();
  }

  #unguard(): void {
    this.#attached.exports.thaw();
  }

  /** Waits, if there is no room for further copies, until half of it is free. */
  async roomForCopies(): Promise<void> {
    if ((this.crowding ?? 0) < 1) return;
    if (this.#whenFreed === undefined) {
      let resolve = () => {};
      const promise = new Promise<void>((done) => (resolve = done));
      this.#whenFreed = { promise, resolve };
    }
    await this.#whenFreed.promise;
  }

  /** An image has let go of copies. */
  copiesFreed(): void {
    if (this.#whenFreed === undefined || (this.crowding ?? 0) > 0.5) return;
    this.#whenFreed.resolve();
    this.#whenFreed = undefined;
  }

  get #attached(): Engine {
    if (this.#engine === undefined) throw new Error('the pager has no engine yet');
    return this.#engine;
  }

  /** Pages of the guest. Throws MachineMemoryError if they are over the limit, or the host has not got `more` bytes. */
  #checkedPages(more: number): number {
    const pages = (this.#engine?.exports.countPages() ?? 0) + this.#storedPages;
    checkMemory(this.#limit, pages * PAGE_SIZE, more);
    return pages;
  }

  /** To be called now and then while the guest runs: what translated code touches in regions nobody else notices. */
  check(): void {
    const now = performance.now();
    if (now < this.#nextCheck) return;
    this.#nextCheck = now + CHECK_INTERVAL;
    this.#checkedPages(GRANULE);
  }

  #restore(granule: number, host: number): number {
    const { bytes, layout } = this.#attached;
    const states = layout.pageStates + (host >>> 12);
    const { frames } = this;
    const chain = this.#stored.get(granule);
    for (let link = chain; link !== 0; link = frames.next(link)) {
      const page = frames.page(link);
      const state = frames.state(link);
      bytes.set(frames.content(link), host + page * PAGE_SIZE);
      bytes[states + page] = state;
      this.#storedPages -= 1;
      if (state === pageState.written) this.#storedWritten -= 1;
    }
    this.#stored.delete(granule);
    frames.freeChain(chain);
    for (const image of this.#images) if (image.needs(granule)) return layout.frozen;
    return 0;
  }

  #pageOut(granule: number, host: number): void {
    const { bytes, layout } = this.#attached;
    const states = layout.pageStates + (host >>> 12);
    let chain = 0;
    for (let page = 15; page >= 0; page -= 1) {
      const state = bytes[states + page] ?? 0;
      if (state === pageState.absent) continue;
      const at = host + page * PAGE_SIZE;
      chain = this.#prepend(bytes.subarray(at, at + PAGE_SIZE), page, state, chain);
    }
    if (chain === 0) return;
    this.#stored.set(granule, chain);
    for (let link = chain; link !== 0; link = this.frames.next(link)) {
      const page = this.frames.page(link);
      bytes.fill(0, host + page * PAGE_SIZE, host + (page + 1) * PAGE_SIZE);
      if (bytes[states + page] === pageState.written) this.#storedWritten += 1;
      bytes[states + page] = pageState.absent;
      this.#storedPages += 1;
    }
  }

  #prepend(content: Uint8Array, page: number, state: number, chain: number): number {
    try {
      return this.frames.prepend(content, page, state, chain);
    } catch (error) {
      this.frames.freeChain(chain);
      throw error;
    }
  }
}
