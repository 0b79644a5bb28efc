// The guest's 64-bit address space as the host sees it: byte ranges and 4 KiB pages.
import type { Engine } from './engine.js';
import type { PageContent } from './paging/frozen-memory.js';
import { PAGE_SIZE } from './paging/page-frames.js';
import { bitCount } from './paging/zero-pages.js';
import { type Pager, pageState } from './paging/pager.js';

export { PAGE_SIZE };

const GRANULE = 0x10000;
const MASK64 = (1n << 64n) - 1n;
const PAGE_MASK = (1n << 52n) - 1n;
/** What most programs have of zero-filled data is not worth another way. */
const FEW_PAGES = 256n;

/** Sparse guest memory. Addresses are unsigned 64-bit and wrap around. */
export class GuestMemory {
  readonly #engine: Engine;
  readonly #pager: Pager;

  constructor(engine: Engine, pager: Pager) {
    this.#engine = engine;
    this.#pager = pager;
  }

  /** Copies `length` bytes from `address`; absent memory reads as zero and stays absent. */
  read(address: bigint, length: number): Uint8Array {
    const inGranule = Number(address & 0xffffn);
    if (inGranule + length <= GRANULE) {
      const host = this.#engine.exports.hostOfGranule(address >> 16n) >>> 0;
      const first = host + inGranule;
      return host === 0 ? new Uint8Array(length) : this.#engine.bytes.slice(first, first + length);
    }
    const out = new Uint8Array(length);
    for (const { at, offset, size } of pieces(address, length, GRANULE)) {
      const host = this.#engine.exports.hostOfGranule(at >> 16n) >>> 0;
      if (host === 0) continue;
      const from = host + Number(at & 0xffffn);
      out.set(this.#engine.bytes.subarray(from, from + size), offset);
    }
    return out;
  }

  /** Writes bytes; every page they touch exists afterwards, and decoded code there is dropped. */
  write(address: bigint, bytes: Uint8Array): void {
    const { transfer, transferSize } = this.#engine.layout;
    this.#engine.guarded(() => {
      for (let from = 0; from < bytes.length; from += transferSize) {
        const part = bytes.subarray(from, from + transferSize);
        this.#engine.bytes.set(part, transfer);
        this.#engine.exports.writeTransferred((address + BigInt(from)) & MASK64, part.length);
      }
    });
  }

  /** Writes bytes into a machine that has not run yet: `write` without its regard for decoded code, in bulk. */
  load(address: bigint, bytes: Uint8Array): void {
    for (const { at, offset, size } of pieces(address, bytes.length, PAGE_SIZE)) {
      const host = this.#hostOfPage(at >> 12n);
      this.#engine.bytes.set(bytes.subarray(offset, offset + size), host + Number(at & 0xfffn));
      this.#mark(host, pageState.written);
    }
  }

  /** Makes a page exist, as zeros if it did not. */
  touchPage(index: bigint): void {
    const host = this.#hostOfPage(index);
    if (this.#engine.bytes[this.#engine.layout.pageStates + (host >>> 12)] === pageState.absent) {
      this.#mark(host, pageState.written);
    }
  }

  /**
   * Makes the pages from `first` to `last` (which wrap around at the address space's end) exist as zeros, in a machine that
   * has not run yet. Where they are many they take no memory until they are used.
   */
  addZeroPages(first: bigint, last: bigint): void {
    if (last - first < FEW_PAGES) {
      for (let index = first; index <= last; index++) this.touchPage(index & PAGE_MASK);
      return;
    }
    // As numbers they are exact up to 2^53.
    if (last <= PAGE_MASK) {
      this.#pager.zeros.add(Number(first), Number(last));
    } else {
      if (first <= PAGE_MASK) this.#pager.zeros.add(Number(first), Number(PAGE_MASK));
      this.#pager.zeros.add(Number(first > PAGE_MASK ? first & PAGE_MASK : 0n), Number(last & PAGE_MASK));
    }
  }

  /** Throws MachineMemoryError where `bytes` of the guest's memory are more than it may have. */
  checkRoomFor(bytes: bigint): void {
    this.#pager.checkRoomFor(Number(bytes));
  }

  hasPage(index: bigint): boolean {
    return ((this.#pager.mask(Number(index >> 4n)) >>> Number(index & 15n)) & 1) !== 0;
  }

  /** Indices (address / 4096) of all pages that exist, ascending. */
  pageIndices(): BigUint64Array {
    const { granules, masks } = this.#pager.granules();
    const indices = new BigUint64Array(masks.reduce((sum, mask) => sum + bitCount(mask), 0));
    let count = 0;
    granules.forEach((granule, i) => {
      for (let page = 0; page < 16; page += 1) {
        if (((masks[i] ?? 0) >>> page) & 1) indices[count++] = BigInt(granule * 16 + page);
      }
    });
    return indices;
  }

  pageCount(): number {
    return this.#pager.pageCount();
  }

  /** Pages that exist and do not lie in the engine's memory at the moment. */
  get pagedOut(): number {
    return this.#pager.storedPages;
  }

  /** The bytes of a page, a view into memory that the next step may move; undefined if the page does not exist. */
  page(index: bigint): Uint8Array | undefined {
    return this.hasPage(index) ? this.#pager.livePage(Number(index >> 4n), Number(index & 15n)) : undefined;
  }

  /** All pages, ascending; the machine must not run before the last is taken. */
  *pages(): Generator<PageContent> {
    for (const index of this.pageIndices()) {
      yield { index, content: this.#pager.livePage(Number(index >> 4n), Number(index & 15n)) };
    }
  }

  /**
   * Pages written since the last call, in no particular order: indices, and the content of the one at a place in
   * `indices`, a view that the next step may change.
   */
  takeWrittenPages(): { indices: BigUint64Array; content: (at: number) => Uint8Array } {
    const { bytes, layout } = this.#engine;
    const { frames } = this.#pager;
    const pages = Uint32Array.from(this.#writtenHostPages());
    const stored = this.#pager.takeStoredWritten();
    const indices = new BigUint64Array(pages.length + stored.links.length);
    let unit = -1;
    let first = 0n;
    pages.forEach((page, i) => {
      bytes[layout.pageStates + page] = pageState.known;
      if (page >>> 4 !== unit) {
        unit = page >>> 4;
        first = (this.#engine.view.getBigUint64(layout.guestOfHost + 8 * unit, true) - 1n) << 4n;
      }
      indices[i] = first | BigInt(page & 15);
    });
    stored.indices.forEach((index, i) => (indices[pages.length + i] = BigInt(index)));
    return {
      indices,
      content: (at) => {
        const page = pages[at];
        if (page !== undefined) return bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
        return frames.content(stored.links[at - pages.length] ?? 0);
      },
    };
  }

  /** Numbers of the 4 KiB pages of the engine's memory that were written. */
  *#writtenHostPages(): Generator<number> {
    const { exports } = this.#engine;
    const end = exports.pagesEnd();
    for (let page = 0; ; page += 1) {
      page = exports.nextPage(page, end);
      if (page >= end) return;
      yield page;
    }
  }

  #hostOfPage(index: bigint): number {
    const granule = this.#engine.guarded(() => this.#engine.exports.mapGranule(index >> 4n)) >>> 0;
    return granule + Number(index & 15n) * PAGE_SIZE;
  }

  #mark(host: number, state: number): void {
    this.#engine.bytes[this.#engine.layout.pageStates + (host >>> 12)] = state;
  }
}

/** Cuts a range of guest memory at multiples of `unit`, wrapping around at 2^64. */
export function* pieces(
  address: bigint,
  length: number,
  unit: number,
): Generator<{ at: bigint; offset: number; size: number }> {
  let offset = 0;
  while (offset < length) {
    const at = (address + BigInt(offset)) & MASK64;
    const size = Math.min(length - offset, unit - Number(at & BigInt(unit - 1)));
    yield { at, offset, size };
    offset += size;
  }
}
