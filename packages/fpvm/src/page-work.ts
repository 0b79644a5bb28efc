// How the roots of many pages are shared out between threads: pages, roots and a few counters in shared memory.
import type { HashingExports } from './merkle-module.js';

const PAGE_SIZE = 4096;
const ROOT_SIZE = 32;
/** Pages that a thread takes at a time, some 2 ms of work, and shares of one round. */
const SHARE = 32;
const SHARES = 64;
/** Pages of one round. */
export const PAGES_AT_ONCE = SHARE * SHARES;

export interface PageWork {
  /** Counters, below. */
  readonly counters: Int32Array<SharedArrayBuffer>;
  readonly pages: Uint8Array<SharedArrayBuffer>;
  readonly roots: Uint8Array<SharedArrayBuffer>;
}

/** Rounds begun; pages of this round; the share to be taken next (the number of shares never changes); shares done. */
const counter = { round: 0, pages: 1, next: 2, done: 3 } as const;

export function makePageWork(): PageWork {
  const work: PageWork = {
    counters: new Int32Array(new SharedArrayBuffer(16)),
    pages: new Uint8Array(new SharedArrayBuffer(PAGES_AT_ONCE * PAGE_SIZE)),
    roots: new Uint8Array(new SharedArrayBuffer(PAGES_AT_ONCE * ROOT_SIZE)),
  };
  work.counters[counter.next] = SHARES;
  return work;
}

/** Begins a round: the pages are in place. All threads may take shares from then on. */
export function beginRound({ counters }: PageWork, pages: number): void {
  Atomics.store(counters, counter.pages, pages);
  Atomics.store(counters, counter.done, 0);
  Atomics.store(counters, counter.next, 0);
  Atomics.add(counters, counter.round, 1);
  Atomics.notify(counters, counter.round);
}

/** Sleeps until another round than `seen` has begun; gives its number. */
export function awaitRound({ counters }: PageWork, seen: number): number {
  Atomics.wait(counters, counter.round, seen);
  return Atomics.load(counters, counter.round);
}

/** Hashes shares until none is left. */
export function hashShares({ counters, pages, roots }: PageWork, hashing: HashingExports): void {
  const source = hashing.EXCHANGE.value as number;
  const target = source + SHARE * PAGE_SIZE;
  const memory = new Uint8Array(hashing.memory.buffer);
  for (;;) {
    const share = Atomics.add(counters, counter.next, 1);
    if (share >= SHARES) return;
    const from = SHARE * share;
    const count = Math.max(0, Math.min(SHARE, Atomics.load(counters, counter.pages) - from));
    memory.set(pages.subarray(PAGE_SIZE * from, PAGE_SIZE * (from + count)), source);
    hashing.pageRoots(source, count, target);
    roots.set(memory.subarray(target, target + ROOT_SIZE * count), ROOT_SIZE * from);
    Atomics.add(counters, counter.done, 1);
    Atomics.notify(counters, counter.done);
  }
}

/** Sleeps until every share has been hashed; false after `milliseconds` without one. */
export function awaitShares({ counters }: PageWork, milliseconds: number): boolean {
  for (;;) {
    const done = Atomics.load(counters, counter.done);
    if (done === SHARES) return true;
    if (Atomics.wait(counters, counter.done, done, milliseconds) === 'timed-out') return false;
  }
}
