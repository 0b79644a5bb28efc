// A queue that gives the entry with the lowest key first: a binary heap of 16-byte entries (u64 key, u32 value).
import { GrowingBuffer } from './growing-buffer';


@final
export class PriorityQueue {
  private readonly entries: GrowingBuffer = new GrowingBuffer();
  private count: u32 = 0;

  get length(): u32 {
    return this.count;
  }

  get isEmpty(): bool {
    return this.count == 0;
  }

  /** Value of any entry: `i` is below `length` and says nothing of the order. */
  valueAt(i: u32): u32 {
    return load<u32>(this.at(i), 8);
  }

  /** Key of any entry, as `valueAt`. */
  keyAt(i: u32): u64 {
    return load<u64>(this.at(i));
  }

  /** The highest key that half of the entries or more reach; there must be entries. */
  get upperHalf(): u64 {
    let low: u64 = 0;
    let high: u64 = u64.MAX_VALUE;
    while (low < high) {
      const middle = high - ((high - low) >> 1);
      let reach: u32 = 0;
      for (let i: u32 = 0; i < this.count; i++) {
        if (this.keyAt(i) >= middle) reach += 1;
      }
      if (reach >= this.count - reach) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Removes all entries with the key `limit` or a higher one. */
  cut(limit: u64): void {
    const all = this.count;
    this.count = 0;
    // None is put behind the place that it was read from.
    for (let i: u32 = 0; i < all; i++) {
      const key = this.keyAt(i);
      if (key < limit) this.add(key, this.valueAt(i));
    }
  }

  /** Key of the first entry; the queue must not be empty. */
  get key(): u64 {
    return load<u64>(this.at(0));
  }

  /** Value of the first entry. */
  get value(): u32 {
    return load<u32>(this.at(0), 8);
  }

  add(key: u64, value: u32): void {
    this.entries.reserve((this.count + 1) << 4, this.count << 4);
    let i = this.count++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (load<u64>(this.at(parent)) <= key) break;
      memory.copy(this.at(i), this.at(parent), 16);
      i = parent;
    }
    this.put(i, key, value);
  }

  /** Removes the first entry. */
  shift(): void {
    this.count -= 1;
    const count = this.count;
    const key = load<u64>(this.at(count));
    const value = load<u32>(this.at(count), 8);
    let i: u32 = 0;
    while (true) {
      let child: u32 = 2 * i + 1;
      if (child >= count) break;
      if (child + 1 < count && load<u64>(this.at(child + 1)) < load<u64>(this.at(child))) child += 1;
      if (load<u64>(this.at(child)) >= key) break;
      memory.copy(this.at(i), this.at(child), 16);
      i = child;
    }
    this.put(i, key, value);
  }

  private at(i: u32): usize {
    return this.entries.ptr + ((<usize>i) << 4);
  }

  private put(i: u32, key: u64, value: u32): void {
    store<u64>(this.at(i), key);
    store<u32>(this.at(i), value, 8);
  }
}
