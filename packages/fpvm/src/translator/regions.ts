// What translated code may take for granted about regions: where they are, where the guest stores to them, and what the
// interpreter has seen each load and store meet. See assembly/interpreter/regions.ts.
import type { Engine } from '../engine.js';
import type { Region } from './unit-emitter.js';

const ENTRY_SIZE = 32;
const REGIONS = 7;
const none = Array.from({ length: REGIONS }, () => Infinity);
const GRANULE_BITS = 16n;
const GRANULE_SIZE = 0x10000;
/** Bit of accesses outside of all regions. */
export const NO_REGION = 0x80;

/** The regions of one engine. */
export class Regions {
  readonly #engine: Engine;
  /** Granules of each region up to the last that holds code. */
  readonly #upToCode = Array.from({ length: REGIONS }, () => 0);
  /** First granule of each region that translated code stores to without a look-up. */
  #storedFrom = none.slice();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * A region, or the part of it that translated code may store to without a look-up: from where the guest itself has
   * stored, behind all code.
   */
  at(index: number, writable: boolean): Region {
    const { first, granules, host, lowestStored } = this.#entry(index);
    const from = writable ? Math.max(lowestStored, this.#upToCode[index] ?? 0) : 0;
    return {
      start: (first + BigInt(from)) << GRANULE_BITS,
      size: Math.max(0, granules - from) * GRANULE_SIZE,
      difference: host - Number(BigInt.asUintN(32, first << GRANULE_BITS)),
    };
  }

  /** As `at`, for stores that are being translated: code that appears there must not go unnoticed. */
  forStores(index: number): Region {
    const region = this.at(index, true);
    const from = Number((region.start >> GRANULE_BITS) - this.#entry(index).first);
    this.#storedFrom[index] = Math.min(from, this.#storedFrom[index] ?? Infinity);
    return region;
  }

  /** Host address of a granule, undefined where no region holds it: other granules may move. */
  hostOf(granule: bigint): number | undefined {
    const place = this.#placeOf(granule);
    return place === undefined ? undefined : this.#entry(place.index).host + place.offset * GRANULE_SIZE;
  }

  /** A granule has become code. Returns whether there are translated stores that would not notice that. */
  foundCode(granule: bigint): boolean {
    const place = this.#placeOf(granule);
    if (place === undefined) return false;
    const { index, offset } = place;
    this.#upToCode[index] = Math.max(offset + 1, this.#upToCode[index] ?? 0);
    return offset >= (this.#storedFrom[index] ?? Infinity);
  }

  /** There are no translated stores any more. */
  forgetStores(): void {
    this.#storedFrom = none.slice();
  }

  /** The region that holds a granule, and which of the region's it is. */
  #placeOf(granule: bigint): { readonly index: number; readonly offset: number } | undefined {
    for (let index = 0; index < REGIONS; index++) {
      const { first, granules } = this.#entry(index);
      if (granule >= first && granule < first + BigInt(granules)) return { index, offset: Number(granule - first) };
    }
    return undefined;
  }

  #entry(index: number) {
    const { view, layout } = this.#engine;
    const at = layout.regions + ENTRY_SIZE * index;
    return {
      first: view.getBigUint64(at, true),
      host: view.getUint32(at + 8, true),
      granules: view.getUint32(at + 12, true),
      lowestStored: view.getUint32(at + 16, true),
    };
  }
}
