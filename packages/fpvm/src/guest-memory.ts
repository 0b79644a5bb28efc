// The guest's 64-bit address space as the host sees it: byte ranges and 4 KiB pages.
import type { Engine } from './engine.js';

export const PAGE_SIZE = 4096;
const GRANULE = 0x10000;
const MASK64 = (1n << 64n) - 1n;

/** What the engine's byte per page says. */
const pageState = { absent: 0, written: 1, known: 2 } as const;

/** Sparse guest memory. Addresses are unsigned 64-bit and wrap around. */
export class GuestMemory {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Copies `length` bytes from `address`; absent memory reads as zero and stays absent. */
  read(address: bigint, length: number): Uint8Array {
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
    const { exports } = this.#engine;
    this.#engine.guarded(() => {
      bytes.forEach((byte, i) => exports.write8((address + BigInt(i)) & MASK64, byte));
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

  hasPage(index: bigint): boolean {
    const host = this.#engine.exports.hostOfGranule(index >> 4n) >>> 0;
    if (host === 0) return false;
    const state = this.#engine.bytes[this.#engine.layout.pageStates + (host >>> 12) + Number(index & 15n)];
    return state !== pageState.absent;
  }

  /** Indices (address / 4096) of all pages that exist, ascending. */
  pageIndices(): BigUint64Array {
    return this.#collect(false).indices.sort();
  }

  pageCount(): number {
    let count = 0;
    for (const _ of this.#hostPages(false)) count += 1;
    return count;
  }

  /** The bytes of a page, a view into memory that the next step may move; undefined if the page does not exist. */
  page(index: bigint): Uint8Array | undefined {
    if (!this.hasPage(index)) return undefined;
    const host = this.#hostOfPage(index);
    return this.#engine.bytes.subarray(host, host + PAGE_SIZE);
  }

  /** Pages written since the last call, in no particular order: indices, and where they lie in the engine's memory. */
  takeWrittenPages(): { indices: BigUint64Array; hosts: Uint32Array } {
    const written = this.#collect(true);
    const { bytes, layout } = this.#engine;
    for (const host of written.hosts) bytes[layout.pageStates + (host >>> 12)] = pageState.known;
    return written;
  }

  /** Numbers of the 4 KiB pages of the engine's memory that hold guest pages. */
  *#hostPages(writtenOnly: boolean): Generator<number> {
    const { exports } = this.#engine;
    const end = exports.pagesEnd();
    for (let page = 0; ; page += 1) {
      page = exports.nextPage(page, end, writtenOnly);
      if (page >= end) return;
      yield page;
    }
  }

  /** In the order of the engine's memory, where the pages of a granule are neighbours. */
  #collect(writtenOnly: boolean): { indices: BigUint64Array; hosts: Uint32Array } {
    const { view, layout } = this.#engine;
    const pages = Uint32Array.from(this.#hostPages(writtenOnly));
    const indices = new BigUint64Array(pages.length);
    let unit = -1;
    let first = 0n;
    pages.forEach((page, i) => {
      if (page >>> 4 !== unit) {
        unit = page >>> 4;
        first = (view.getBigUint64(layout.guestOfHost + 8 * unit, true) - 1n) << 4n;
      }
      indices[i] = first | BigInt(page & 15);
    });
    return { indices, hosts: pages.map((page) => page * PAGE_SIZE) };
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
