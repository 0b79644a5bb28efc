// A hash table by open addressing: places for u32 addresses of entries, which hold their keys themselves. It is at most half full.
// Whose memory the places take, and when there are more of them, is the owner's affair.

/** What an entry's class must offer. An object of which only the key was filled in serves to look for one. */
export interface Keyed<E> {
  /** As many bits of a hash of the key as the largest table needs. */
  hash(): u32;
  /** Whether the other entry has the same key. */
  sameKey(other: E): bool;
}

/** Bytes of a table itself. Its memory must be zero to begin with: a table without places. */
// @ts-ignore: decorator
@inline export const TABLE_SIZE: i32 = 12;


@unmanaged
export class OpenTable<E> {
  private places: usize;
  private mask: u32;
  private count: u32;

  /** Whether there are any places: without them nothing can be looked for. */
  @inline
  get isOpen(): bool {
    return this.mask != 0;
  }

  /** Takes `size` empty places, a power of two, in the current region: the entries are forgotten. */
  open(size: u32): void {
    this.places = heap.alloc((<usize>size) << 2);
    this.mask = size - 1;
    this.clear();
  }

  /** Forgets the entries; the places stay. */
  clear(): void {
    this.count = 0;
    memory.fill(this.places, 0, (<usize>this.mask + 1) << 2);
  }

  /** Address of the place of the entry with the key of `key`: it holds its address or 0. */
  @inline
  placeOf(key: E): usize {
    const mask = this.mask;
    const places = this.places;
    let i = key.hash() & mask;
    let place = places + ((<usize>i) << 2);
    let entry = load<u32>(place);
    while (entry != 0 && !changetype<E>(<usize>entry).sameKey(key)) {
      i = (i + 1) & mask;
      place = places + ((<usize>i) << 2);
      entry = load<u32>(place);
    }
    return place;
  }

  /** The entry with the key of `key`, or null. */
  @inline
  find(key: E): E {
    return changetype<E>(<usize>load<u32>(this.placeOf(key)));
  }

  /** Puts the entry at the place that `placeOf` gave for it. Where this returns true, `grow` is due before the next is put. */
  @inline
  put(place: usize, entry: E): bool {
    store<u32>(place, <u32>changetype<usize>(entry));
    this.count += 1;
    return this.count * 2 > this.mask;
  }

  /** `factor` times as many places, in the current region. */
  grow(factor: u32): void {
    const old = this.places;
    const oldSize = this.mask + 1;
    const count = this.count;
    this.open(oldSize * factor);
    this.count = count;
    for (let i: u32 = 0; i < oldSize; i++) {
      const entry = load<u32>(old + ((<usize>i) << 2));
      if (entry != 0) store<u32>(this.placeOf(changetype<E>(<usize>entry)), entry);
    }
  }
}
