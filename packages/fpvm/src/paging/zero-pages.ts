// Pages that exist and are zeros until they are used: the zero-filled data of a program may be gigabytes, of which a run
// touches little. They take no memory, and their hash is that of a page that does not exist.
import { PAGE_SIZE } from './page-frames.js';

export const ZERO_PAGE = new Uint8Array(PAGE_SIZE);

/** Pages (indices, address / 4096) from the first to the last. */
interface Range {
  readonly first: number;
  readonly last: number;
}

export class ZeroPages {
  readonly #ranges: Range[] = [];

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  add(first: number, last: number): void {
    this.#ranges.push({ first, last });
  }

  /** A granule's pages as bits. */
  mask(granule: number): number {
    let mask = 0;
    for (const range of this.#ranges) mask |= maskIn(range, granule);
    return mask;
  }

  /** Number of granules that `granules` names. */
  get granuleCount(): number {
    return this.#ranges.reduce((sum, { first, last }) => sum + granuleOf(last) - granuleOf(first) + 1, 0);
  }

  /** Granules with their pages as bits; one that belongs to several ranges comes for each of them. */
  *granules(): Generator<[granule: number, mask: number]> {
    for (const range of this.#ranges) {
      for (let granule = granuleOf(range.first); granule <= granuleOf(range.last); granule += 1) {
        yield [granule, maskIn(range, granule)];
      }
    }
  }
}

const granuleOf = (page: number) => Math.floor(page / 16);

function maskIn({ first, last }: Range, granule: number): number {
  const from = Math.max(0, first - granule * 16);
  const to = Math.min(15, last - granule * 16);
  return from > to ? 0 : ((2 << to) - 1) & ~((1 << from) - 1);
}

export function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
