/** What is fetched ahead and on its way, or was: for all runs that share a look-ahead, so that what one began none begins again. */
import { keccak256, keccak256Key, type PreimageStore } from '@obelisc/preimage';
import type { BlockHeader } from './block-source.js';
import { hex } from './bytes.js';
import { EndpointError } from './endpoint-errors.js';
import type { AheadProgress } from './gathering-progress.js';
import type { Log } from './log.js';

/** The chain that a block is of. */
export type ChainName = 'l1' | 'l2';

export type Arrivals = {
  readonly counts: AheadProgress;
  /** Where it goes. Before it is set, nothing may be begun. */
  store: PreimageStore | undefined;
  /** Nothing more is begun, and what is on its way goes nowhere. */
  stop(): void;
  /** Runs `task`; its failure is told and otherwise of no consequence: what fails is asked for again when it is needed. */
  background(what: string, task: () => Promise<void>): Promise<void>;
  /** The same for what others may wait for under `name`; where it was begun before, nothing is done. */
  begin(name: string, what: string, task: () => Promise<void>): Promise<void>;
  /** What others may wait for under `name` is here, or somebody else's to fetch: nobody begins with it. */
  mark(name: string): void;
  /** Resolves when what was begun under `name` has arrived, or failed; at once where nothing was. */
  arrived(name: string): Promise<void>;
  isBegun(name: string): boolean;
  /** Stores values under their hashes. */
  put(values: Iterable<Uint8Array>): void;
  has(hash: Uint8Array): boolean;
  /** Notes the numbers of the header's block and of its parent. */
  learn(chain: ChainName, header: Pick<BlockHeader, 'hash' | 'number' | 'parentHash'>): void;
  /** The number of the block with this hash, as far as headers told it. */
  numberOf(chain: ChainName, hash: Uint8Array): bigint | undefined;
};

export const noAheadProgress = (): AheadProgress => ({
  l1Blocks: { done: 0, total: 0 },
  l2Blocks: { done: 0, total: 0 },
  blobs: { done: 0, total: 0 },
});

export function arrivalsOf(log: Log): Arrivals {
  const begun = new Map<string, Promise<void>>();
  const numbers = new Map<string, bigint>();
  let isStopped = false;
  const background = async (what: string, task: () => Promise<void>): Promise<void> => {
    if (isStopped) return;
    await task().catch((error: unknown) => {
      if (isStopped) return;
      // A datadir that cannot be written, say, is the demand's to report: nobody may be waiting here.
      const isExpected = error instanceof EndpointError;
      const because = error instanceof Error ? error.message : String(error);
      log(isExpected ? 'debug' : 'warn', 'Could not be fetched ahead', { what, because });
    });
  };
  const arrivals: Arrivals = {
    counts: noAheadProgress(),
    store: undefined,
    stop() {
      isStopped = true;
      arrivals.store = undefined;
    },
    background,
    begin(name, what, task) {
      const known = begun.get(name);
      if (known !== undefined) return known;
      const arriving = background(what, task);
      begun.set(name, arriving);
      return arriving;
    },
    mark(name) {
      if (!begun.has(name)) begun.set(name, Promise.resolve());
    },
    arrived: async (name) => begun.get(name),
    isBegun: (name) => begun.has(name),
    put(values) {
      const { store } = arrivals;
      store?.together(() => {
        for (const value of values) store.put(keccak256Key(keccak256(value)), value);
      });
    },
    has: (hash) => arrivals.store?.look(keccak256Key(hash)).state === 'found',
    learn(chain, header) {
      numbers.set(`${chain} ${hex(header.hash)}`, header.number);
      if (header.number > 0n) numbers.set(`${chain} ${hex(header.parentHash)}`, header.number - 1n);
    },
    numberOf: (chain, hash) => numbers.get(`${chain} ${hex(hash)}`),
  };
  return arrivals;
}
