// A hash table whose entries are linked in place: each begins with the address of the next entry of its bucket (u32) and
// its hash (u32). Whoever looks something up compares the entries of the bucket.
//
// The keys are chosen by whoever posts data. Their hash is keyed with the L1 head of the claim, which nobody knows when the
// data is posted, so that no data can be made to fall into one bucket.
import { mulHigh } from './abi';
import { allocateBulk } from './memory';

let firstKey: u64 = 0x9e3779b97f4a7c15;
let secondKey: u64 = 0xc2b2ae3d27d4eb4f;

/** Keys all hashes with the 32 bytes at `seed`. To be called before the first table is made. */
export function seedHashes(seed: usize): void {
  firstKey = load<u64>(seed) ^ load<u64>(seed, 16);
  secondKey = load<u64>(seed, 8) ^ load<u64>(seed, 24);
}

/** Hash of a key of two words. */
export function hashOf(first: u64, second: u64): u32 {
  const a = first ^ firstKey;
  const b = second ^ secondKey;
  const mixed = (a * b) ^ mulHigh(a, b);
  return <u32>(mixed ^ (mixed >> 32));
}

/** Least buckets of a table. */
// @ts-ignore: decorator
@inline
const LEAST: u32 = 256;


@final
export class HashChains {
  private buckets: usize = 0;
  private size: u32 = 0;
  private count: u32 = 0;

  /** The first entry of the bucket of `hash`, or 0; the entry's first word is the next one. */
  first(hash: u32): usize {
    return this.size == 0 ? 0 : <usize>load<u32>(this.bucket(hash));
  }

  /** Adds an entry: writes its first two words. */
  add(entry: usize, hash: u32): void {
    if (this.count == this.size) this.grow();
    this.count += 1;
    this.link(entry, hash);
  }

  /** Removes an entry that was added. */
  remove(entry: usize): void {
    let at = this.bucket(load<u32>(entry, 4));
    while (<usize>load<u32>(at) != entry) at = <usize>load<u32>(at);
    store<u32>(at, load<u32>(entry));
    this.count -= 1;
  }

  private link(entry: usize, hash: u32): void {
    const bucket = this.bucket(hash);
    store<u32>(entry, load<u32>(bucket));
    store<u32>(entry, hash, 4);
    store<u32>(bucket, <u32>entry);
  }

  private bucket(hash: u32): usize {
    return this.buckets + ((<usize>(hash & (this.size - 1))) << 2);
  }

  private grow(): void {
    const old = this.buckets;
    const oldSize = this.size;
    this.size = max(LEAST, 2 * oldSize);
    this.buckets = allocateBulk((<usize>this.size) << 2);
    memory.fill(this.buckets, 0, (<usize>this.size) << 2);
    for (let i: u32 = 0; i < oldSize; i++) {
      let entry = <usize>load<u32>(old + ((<usize>i) << 2));
      while (entry != 0) {
        const next = <usize>load<u32>(entry);
        this.link(entry, load<u32>(entry, 4));
        entry = next;
      }
    }
  }
}
