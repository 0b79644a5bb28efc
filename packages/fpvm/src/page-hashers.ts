// Roots of many pages on all cores. Worker threads are started when there is enough to hash for the first time; they never
// keep the process alive. The caller hashes along with them, so it waits only for what they have begun.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type HashingExports, instantiateHashing } from './merkle-module.js';
import { awaitShares, beginRound, hashShares, makePageWork, PAGES_AT_ONCE, type PageWork } from './page-work.js';

export { PAGES_AT_ONCE } from './page-work.js';

/**
 * Pages from which on threads pay: 0.4 s of hashing, where a thread takes some 0.05 s of CPU to start. Fewer may be known to
 * the tree's cache of 8,192 pages, and cost little.
 */
export const MANY_PAGES = 8192;
/** Whether there is a core to hash on besides the caller's. */
export const hasCores = availableParallelism() > 1;

const MOST_WORKERS = 7;
/** A thread that has not finished 2 ms of work by then is dead. */
const PATIENCE = 10_000;

interface Hashers {
  readonly work: PageWork;
  readonly hashing: HashingExports;
  /** A worker has died with a share in its hands: the caller does it all. */
  alone: boolean;
}

let started: Hashers | undefined;

function hashers(): Hashers {
  if (started !== undefined) return started;
  const work = makePageWork();
  started = { work, hashing: instantiateHashing(), alone: false };
  for (let i = 1; i < availableParallelism() && i <= MOST_WORKERS; i++) {
    const worker = new Worker(new URL('./page-hash-worker.js', import.meta.url), { workerData: work });
    // One that cannot start, for lack of memory or threads, leaves its shares to the others.
    worker.on('error', () => undefined);
    worker.unref();
  }
  return started;
}

/**
 * Roots (32 bytes each) of up to `PAGES_AT_ONCE` pages; `content` gives each page's content, 4,096 bytes. The result holds
 * until the next call.
 */
export function rootsOfPages(count: number, content: (i: number) => Uint8Array): Uint8Array {
  if (count > PAGES_AT_ONCE) throw new RangeError(`${count} pages are more than ${PAGES_AT_ONCE}`);
  const group = hashers();
  const { hashing } = group;
  if (!group.alone) {
    const { work } = group;
    for (let i = 0; i < count; i++) work.pages.set(content(i), 4096 * i);
    beginRound(work, count);
    hashShares(work, hashing);
    if (awaitShares(work, PATIENCE)) return work.roots.subarray(0, 32 * count);
    group.alone = true;
  }
  const roots = new Uint8Array(32 * count);
  const page = hashing.EXCHANGE.value as number;
  for (let i = 0; i < count; i++) {
    const memory = new Uint8Array(hashing.memory.buffer);
    memory.set(content(i), page);
    hashing.pageRoots(page, 1, page + 4096);
    roots.set(memory.subarray(page + 4096, page + 4096 + 32), 32 * i);
  }
  return roots;
}
