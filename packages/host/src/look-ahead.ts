/**
 * Fetches what a program will ask for next, many requests at a time, so that a run waits for few of them. The prefetcher asks
 * here first, and waits where the answer is on its way. Nothing here is believed more than what is asked for: L1's data are
 * checked as ever before they are stored, L2's state is staged under its own hashes. What fails is asked for again when the
 * program needs it.
 */
import type { PreimageStore } from '@obelisc/preimage';
import { type Arrivals, noAheadProgress } from './arrivals.js';
import type { BeaconSource } from './beacon-source.js';
import type { BlockState } from './block-state.js';
import type { BlockSource } from './block-source.js';
import type { Chain, Claim } from './boot.js';
import { hex } from './bytes.js';
import type { AheadProgress } from './gathering-progress.js';
import type { Route } from './hint-routes.js';
import type { L1LookAhead, L1Reader } from './l1-look-ahead.js';
import { channelTimeout, l1OriginNumber } from './l1-origin.js';
import type { L2Ancestors } from './l2-ancestors.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import type { StateStaging } from './state-staging.js';
import { storeTrie, type TrieBundles } from './trie-bundles.js';

/** L2 blocks whose state is fetched ahead of the one that the program executes. */
const L2_WINDOW = 32n;
/**
 * L2 blocks after the claim's, or after the one that the program has come to, whose state is fetched as well: a span of batches is
 * derived to its end, wherever the claim is.
 */
export const BLOCKS_BEYOND = 8n;
/** Ancestors of the agreed block, with which derivation looks for its start, that are fetched at a time. */
const ANCESTORS_AT_A_TIME = 100n;

export type LookAhead = {
  /** Told of each hint; from the first time on that something is `missing`, fetching goes ahead of it. */
  noted(route: Route): void;
  /**
   * To be asked when something is missing: resolves when what is on its way and may hold it has arrived, or failed. Rejects
   * where nothing can be fetched from the endpoint that has it.
   */
  arrival(route: Route, store: PreimageStore): Promise<void>;
  /** How far it has come, with those that share it. */
  progress(): AheadProgress;
  /** No more is fetched for this run. */
  stop(): void;
};

/** Nothing is fetched before it is asked for. */
export const noLookAhead: LookAhead = {
  noted: () => undefined,
  arrival: () => Promise.resolve(),
  progress: noAheadProgress,
  stop: () => undefined,
};

export type LookAheadOptions = {
  claim: Pick<Claim, 'l1Head' | 'l2Head' | 'l2BlockNumber'>;
  chain: Pick<Chain, 'rollupConfig'>;
  /** Shared by all runs that read the same L1. */
  arrivals: Arrivals;
  l1Ahead: L1LookAhead;
  ancestors: L2Ancestors;
  tries: TrieBundles;
  /** The endpoints, for requests that nobody waits for yet. */
  l1Blocks: BlockSource;
  beacon: BeaconSource;
  l2: RpcEndpoint;
  l2Blocks: BlockSource;
  /** The run's own. */
  l2State: BlockState;
  staging: StateStaging;
};

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The look-ahead of one run. */
export function lookAhead(options: LookAheadOptions): LookAhead {
  const { claim, chain, arrivals, l1Ahead, ancestors, tries, l1Blocks, beacon, l2, l2Blocks, l2State, staging } =
    options;
  const { counts } = arrivals;
  let planned: Promise<void> | undefined;
  let stopped = false;
  let l1Reader: L1Reader | undefined;
  /** The block whose transactions or receipts the program reads. */
  let l1Block: Uint8Array | undefined;
  let l2Next = 0n;
  let l2First = 0n;
  const l2Loads = new Map<bigint, Promise<void>>();
  /** Whether the program was seen to need more state than the blocks up to the claim's read. */
  let goesBeyond = false;

  /** Starts what has come into the window of L2 blocks. */
  const pump = (): void => {
    if (stopped || l1Reader === undefined) return;
    const reached = staging.newestUsed ?? l2First;
    const last = goesBeyond ? larger(claim.l2BlockNumber, reached) + BLOCKS_BEYOND : claim.l2BlockNumber;
    while (l2Next <= last && l2Next <= reached + L2_WINDOW) {
      const number = l2Next;
      l2Next += 1n;
      const load = arrivals
        .background(`state of L2 block ${number}`, async () => {
          await l2State.load(number, l2);
          if (number <= claim.l2BlockNumber) counts.l2Blocks.done += 1;
        })
        .finally(() => l2Loads.delete(number));
      l2Loads.set(number, load);
    }
  };

  /** The agreed block's ancestors: headers, and the transactions of those that are the last of their L1 origin. */
  const fetchAncestors = async (
    below: bigint,
    oldestOrigin: bigint,
    originOfChild: bigint | undefined,
  ): Promise<void> => {
    const genesis = chain.rollupConfig.genesis.l2.number;
    const lowest = below > genesis + ANCESTORS_AT_A_TIME ? below - ANCESTORS_AT_A_TIME : genesis;
    if (stopped || below <= genesis) return;
    let child = originOfChild;
    const found = await ancestors.fetch(below - 1n, lowest);
    for (const { hash, origin } of found) {
      if (origin !== undefined && child !== undefined && origin !== child) {
        const name = `l2 transactions ${hex(hash)}`;
        void arrivals.begin(name, name, async () => {
          const trie = await l2Blocks.transactions(hash);
          if (arrivals.store !== undefined) storeTrie(arrivals.store, trie, tries);
        });
      }
      child = origin;
      if (origin === undefined || origin < oldestOrigin) return;
    }
    if (BigInt(found.length) === below - lowest) await fetchAncestors(lowest, oldestOrigin, child);
  };

  const plan = async (): Promise<void> => {
    void arrivals.begin('clock', 'the beacon chain’s clock', () => beacon.begin());
    const [transactions, head] = await Promise.all([
      l2Blocks.transactions(claim.l2Head),
      l1Blocks.header(claim.l1Head),
    ]);
    // It came with its transactions.
    const agreed = await l2Blocks.header(claim.l2Head);
    arrivals.put([agreed.rlp, ...transactions.nodes]);
    arrivals.learn('l2', agreed);
    l2First = agreed.number;
    l2Next = agreed.number + 1n;
    counts.l2Blocks.total += Math.max(0, Number(claim.l2BlockNumber - agreed.number));
    const [deposit] = transactions.values;
    const origin = deposit === undefined ? undefined : l1OriginNumber(deposit);
    const genesis = chain.rollupConfig.genesis.l1.number;
    const start = (origin ?? genesis) - channelTimeout(chain.rollupConfig, agreed.timestamp);
    const from = start > genesis ? start : genesis;
    // A store that an earlier run has filled has what lies before.
    const at = l1Block === undefined ? undefined : l1Ahead.numberOf(l1Block);
    l1Reader = l1Ahead.join(from, head, at === undefined || at < from ? from : at);
    if (stopped) return l1Reader.leave();
    if (origin !== undefined)
      void arrivals.background('ancestors of the agreed block', () => fetchAncestors(agreed.number, from, origin));
    pump();
  };

  const begin = (into: PreimageStore): Promise<void> => {
    if (planned === undefined) arrivals.store ??= into;
    return (planned ??= arrivals.background('the beginning', plan));
  };

  return {
    noted(route) {
      if (stopped) return;
      const isL1List = route.kind === 'l1-transactions' || route.kind === 'l1-receipts';
      if (isL1List) l1Block = route.hash;
      if (planned === undefined) return;
      if (isL1List) {
        const number = l1Ahead.numberOf(route.hash);
        if (number !== undefined) l1Reader?.reached(number);
        pump();
      } else if (route.kind === 'l2-state-node') pump();
    },
    async arrival(route, into) {
      if (stopped) return;
      await begin(into);
      switch (route.kind) {
        case 'l1-block-header':
        case 'l2-block-header': {
          const name = route.kind === 'l1-block-header' ? 'l1' : 'l2';
          const number = arrivals.numberOf(name, route.hash);
          if (number !== undefined) await arrivals.arrived(`${name} header ${number}`);
          return;
        }
        case 'l1-transactions':
        case 'l1-receipts':
          await l1Ahead.block(route.hash);
          return;
        case 'l2-transactions':
          await arrivals.arrived(`l2 transactions ${hex(route.hash)}`);
          return;
        case 'l1-blob':
          await arrivals.arrived(`blob ${hex(route.versionedHash)}`);
          return;
        case 'l2-state-node':
        case 'l2-code':
          goesBeyond ||= l2Loads.size === 0 && (staging.newestUsed ?? l2First) + BLOCKS_BEYOND > claim.l2BlockNumber;
          pump();
          // By its hash it comes as soon as anything does, and the source takes what comes first.
          if (await l2State.isAskedByHash(l2).catch(() => false)) return;
          // The blocks' states come in any order, but are needed in theirs.
          while (staging.get(route.hash) === undefined) {
            const [next] = l2Loads.values();
            if (next === undefined) return;
            await next;
          }
          return;
        default:
          return;
      }
    },
    progress: () => structuredClone(counts),
    stop() {
      stopped = true;
      l1Reader?.leave();
    },
  };
}
