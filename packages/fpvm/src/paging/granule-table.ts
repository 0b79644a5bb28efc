// A hash table from granule numbers (below 2^48) to 32-bit values other than 0: 12 bytes a place, at most 3/4 of them used.

const HIGH = 2 ** 32;

export class GranuleTable {
  /** Granule + 1, or 0 for none. */
  #keys = new Float64Array(1024);
  #values = new Uint32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** 0 for a granule that is not there. */
  get(granule: number): number {
    return this.#values[this.#find(granule)] ?? 0;
  }

  set(granule: number, value: number): void {
    if (4 * (this.#size + 1) > 3 * this.#keys.length) this.#grow();
    const at = this.#find(granule);
    if (this.#keys[at] === 0) this.#size += 1;
    this.#keys[at] = granule + 1;
    this.#values[at] = value;
  }

  delete(granule: number): void {
    const mask = this.#keys.length - 1;
    let hole = this.#find(granule);
    if (this.#keys[hole] === 0) return;
    // Those behind it that it has displaced move up.
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const key = this.#keys[at] ?? 0;
      if (key === 0) break;
      if (((at - this.#home(key - 1)) & mask) < ((at - hole) & mask)) continue;
      this.#put(hole, key, this.#values[at] ?? 0);
      hole = at;
    }
    this.#put(hole, 0, 0);
    this.#size -= 1;
  }

  /** In no particular order; the table must not change meanwhile. */
  *[Symbol.iterator](): Generator<[granule: number, value: number]> {
    for (let at = 0; at < this.#keys.length; at += 1) {
      const key = this.#keys[at] ?? 0;
      if (key !== 0) yield [key - 1, this.#values[at] ?? 0];
    }
  }

  #home(granule: number): number {
    const mixed = Math.imul((granule >>> 0) ^ Math.imul(Math.floor(granule / HIGH), 0x85ebca6b), 0x9e3779b1);
    return (mixed >>> 8) & (this.#keys.length - 1);
  }

  /** Place of a granule, or the free one where it would go. */
  #find(granule: number): number {
    const mask = this.#keys.length - 1;
    let at = this.#home(granule);
    for (let key = this.#keys[at]; key !== 0 && key !== granule + 1; key = this.#keys[at]) at = (at + 1) & mask;
    return at;
  }

  #put(at: number, key: number, value: number): void {
    this.#keys[at] = key;
    this.#values[at] = value;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(2 * keys.length);
    this.#values = new Uint32Array(2 * keys.length);
    keys.forEach((key, i) => {
      if (key !== 0) this.#put(this.#find(key - 1), key, values[i] ?? 0);
    });
  }
}
