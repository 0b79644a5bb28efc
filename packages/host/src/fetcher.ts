/**
 * Follows hints on the network: what each announces is fetched, checked and stored. One gatherer serves all runs of a range: its
 * requests are bounded in all, and what one run has fetched, or has on its way, no other fetches again.
 */
import { keccak256, keccak256Key, type PreimageKey, type PreimageStore } from '@obelisc/preimage';
import { type Arrivals, arrivalsOf, noAheadProgress } from './arrivals.js';
import { type BeaconSource, beaconSource } from './beacon-source.js';
import { storeBlob } from './blob-preimages.js';
import { type BlockSource, blockSource, checkChainId } from './block-source.js';
import { hex } from './bytes.js';
import { blockState, unlessOutage } from './block-state.js';
import type { Chain, Claim } from './boot.js';
import { type AheadProgress, describeRoute, type GatheringProgress, type Share } from './gathering-progress.js';
import type { AnnouncedHint, BlockName, Route } from './hint-routes.js';
import { type L1LookAhead, l1LookAhead } from './l1-look-ahead.js';
import { type L2Ancestors, l2Ancestors } from './l2-ancestors.js';
import { BLOCKS_BEYOND, type LookAhead, lookAhead } from './look-ahead.js';
import { l2Source } from './l2-source.js';
import { type Log, silentLog } from './log.js';
import type { Trie } from './ordered-trie.js';
import type { Fetcher } from './prefetcher.js';
import { DEFAULT_REQUEST_LIMITS, type RequestLimits, type RpcKind } from './endpoint-settings.js';
import { type ReceiptsSource, receiptsSource } from './receipts-source.js';
import { type RequestGate, requestGate } from './request-gate.js';
import { restEndpoint } from './rest-endpoint.js';
import type { RetryPolicy } from './retry.js';
import { type RpcEndpoint, rpcEndpoint } from './rpc-endpoint.js';
import { prove } from './state-proofs.js';
import { stateSource } from './state-source.js';
import { stateStaging } from './state-staging.js';
import { storeTrie, type TrieBundles, trieBundles } from './trie-bundles.js';

export type Endpoints = {
  /** URLs of the L1 execution endpoint, the L1 beacon API (one or several, asked in this order) and the L2 execution endpoint. */
  l1: string;
  beacon: string | readonly string[];
  l2: string;
  /** URLs of archives of blobs, asked for what the beacon nodes do not have. */
  beaconArchivers?: readonly string[];
  /** Length of a slot in milliseconds, where the beacon nodes do not tell it. */
  slotDurationMs?: bigint | undefined;
  rpcKind?: RpcKind;
  /** URL of the endpoint to ask for debug_executionWitness before anything else. */
  l2Witness?: string | undefined;
  /** Calls in a JSON-RPC batch, at most. */
  batchSize?: number;
  limits?: RequestLimits;
};

export type GathererOptions = {
  endpoints: Endpoints;
  chain: Pick<Chain, 'l2ChainId' | 'rollupConfig'>;
  log?: Log;
  policy: RetryPolicy;
};

export type FetcherOptions = GathererOptions & { claim: FetchedClaim };

/** What of a claim says what is to be fetched. */
export type FetchedClaim = Pick<Claim, 'l1Head' | 'l2Head' | 'l2BlockNumber'>;

export type Gatherer = {
  /** A fetcher for one run, to be stopped (`ahead.stop`) when it has ended. All runs have one store. */
  fetcher(claim: FetchedClaim): Fetcher;
  /** Nothing more is fetched ahead, for any run; what is on its way reaches no store. */
  stop(): void;
};

/** A fetcher for one run alone. Nothing is asked of an endpoint before something is missing that only it can give. */
export function networkFetcher({ claim, ...options }: FetcherOptions): Fetcher {
  return networkGatherer(options).fetcher(claim);
}

/** What is fetched ahead is told so often, in milliseconds. */
const PROGRESS_INTERVAL = 5_000;

/** A gatherer for runs on one chain. Nothing is asked of an endpoint before something is missing that only it can give. */
export function networkGatherer({ endpoints, chain, log = silentLog, policy }: GathererOptions): Gatherer {
  const gate = requestGate(endpoints.limits ?? DEFAULT_REQUEST_LIMITS);
  const rpc = (flag: string, url: string) =>
    rpcEndpoint({
      flag,
      url,
      policy,
      log,
      gate,
      ...(endpoints.batchSize === undefined ? {} : { batchSize: endpoints.batchSize }),
    });
  const rest = (flag: string) => (url: string) => restEndpoint({ flag, url, policy, log, gate });
  const l1 = rpc('--l1', endpoints.l1);
  const l2 = rpc('--l2', endpoints.l2);
  const beacon = beaconSource(
    [
      ...[endpoints.beacon].flat().map(rest('--l1.beacon')),
      ...(endpoints.beaconArchivers ?? []).map(rest('--l1.beacon-archiver')),
    ],
    { slotDurationMs: endpoints.slotDurationMs, log },
  );
  const l1Blocks = blockSource(l1);
  const blocksOfL2 = blockSource(l2);
  const fetchedBlobs = new Set<string>();
  const tries = trieBundles();
  const arrivals = arrivalsOf(log);
  // The same sources, for requests that wait behind those of the program.
  const l1Ahead = l1LookAhead(
    {
      l1: l1.ahead,
      l1Blocks: l1Blocks.ahead,
      l1Receipts: receiptsSource(l1.ahead, endpoints.rpcKind ?? 'standard', log),
      beacon,
      fetchedBlobs,
      tries,
      chain,
    },
    arrivals,
  );
  const shared: Shared = {
    chain,
    log,
    gate,
    l1,
    l2,
    beacon,
    l1Blocks,
    l1Receipts: receiptsSource(l1, endpoints.rpcKind ?? 'standard', log),
    blocksOfL2,
    witnesses: endpoints.l2Witness === undefined ? undefined : rpc('--l2.experimental', endpoints.l2Witness),
    fetchedBlobs,
    tries,
    arrivals,
    l1Ahead,
    ancestors: l2Ancestors(l2.ahead, blocksOfL2.ahead, arrivals),
    l1Checked: once(() => checkChainId(l1, chain.rollupConfig.l1ChainId, 'L1')),
    l2Checked: once(() => checkChainId(l2, chain.l2ChainId, 'L2')),
  };
  const running = new Set<Fetcher>();
  let telling: NodeJS.Timeout | undefined;
  return {
    fetcher(claim) {
      const fetcher = fetcherOf(shared, claim);
      const ahead: LookAhead = {
        ...fetcher.ahead,
        stop() {
          fetcher.ahead.stop();
          running.delete(fetcher);
          if (running.size === 0) telling = void clearInterval(telling);
        },
      };
      running.add(fetcher);
      telling ??= setInterval(teller(arrivals.counts, log), PROGRESS_INTERVAL).unref();
      return { ...fetcher, ahead };
    },
    stop() {
      for (const { ahead } of running) ahead.stop();
      running.clear();
      clearInterval(telling);
      arrivals.stop();
    },
  };
}

/** What all runs of a gatherer have together. */
type Shared = {
  chain: GathererOptions['chain'];
  log: Log;
  gate: RequestGate;
  l1: RpcEndpoint;
  l2: RpcEndpoint;
  beacon: BeaconSource;
  l1Blocks: BlockSource;
  l1Receipts: ReceiptsSource;
  blocksOfL2: BlockSource;
  witnesses: RpcEndpoint | undefined;
  fetchedBlobs: Set<string>;
  tries: TrieBundles;
  arrivals: Arrivals;
  l1Ahead: L1LookAhead;
  ancestors: L2Ancestors;
  l1Checked(): Promise<void>;
  l2Checked(): Promise<void>;
};

function fetcherOf(shared: Shared, claim: FetchedClaim): Fetcher {
  const { chain, log, gate, l2, beacon, l1Blocks, l1Receipts, witnesses, fetchedBlobs, tries } = shared;
  const { l1Checked, l2Checked } = shared;
  const l2Blocks = l2Source(l2, shared.blocksOfL2, claim.l2Head);
  const agreed = () => l2Blocks.header(claim.l2Head);
  const staging = stateStaging();
  const blocks = blockState({ witnesses, agreed, blockTime: chain.rollupConfig.blockTime, staging, log });
  const l2State = stateSource({
    endpoint: l2,
    blocks,
    staging,
    range: async () => {
      const last = claim.l2BlockNumber;
      const reached = staging.newestUsed ?? last;
      return { first: (await agreed()).number + 1n, last, beyond: (reached > last ? reached : last) + BLOCKS_BEYOND };
    },
    witnessesFirst: witnesses !== undefined,
    log,
  });
  const putTrie = (store: PreimageStore, trie: Trie): void => storeTrie(store, trie, tries);

  /** Puts a node that stands ready into the store; false where none does. */
  const putStaged = (store: PreimageStore, key: PreimageKey): boolean => {
    const value = staging.get(key);
    if (value !== undefined) putHashed(store, value);
    return value !== undefined;
  };
  const numberOf = async (block: BlockName): Promise<bigint> =>
    typeof block === 'bigint' ? block : (await l2Blocks.header(block)).number;

  const fetch = async (hint: AnnouncedHint, store: PreimageStore, key: PreimageKey): Promise<void> => {
    const { route } = hint;
    await (route.kind.startsWith('l2-') ? l2Checked() : l1Checked());
    switch (route.kind) {
      case 'l1-block-header':
        return putHashed(store, (await l1Blocks.header(route.hash)).rlp);
      case 'l1-transactions':
        return putTrie(store, await l1Blocks.transactions(route.hash));
      case 'l1-receipts':
        return putTrie(store, await l1Receipts(await l1Blocks.header(route.hash)));
      case 'l1-blob': {
        // Nobody begins with it meanwhile.
        shared.arrivals.mark(`blob ${hex(route.versionedHash)}`);
        const { commitment, blob, proof } = await beacon.blob(route.versionedHash, route.index, route.timestamp);
        storeBlob(store, route.versionedHash, commitment, blob, proof);
        fetchedBlobs.add(hex(route.versionedHash));
        return;
      }
      case 'l2-block-header':
        return putHashed(store, (await l2Blocks.header(route.hash)).rlp);
      case 'l2-transactions':
        return putTrie(store, await l2Blocks.transactions(route.hash));
      case 'l2-state-node':
        return putHashed(store, await l2State.find('node', route.hash, route.whose));
      case 'l2-code':
        return putHashed(store, await l2State.find('code', route.hash, route.whose));
      case 'l2-output':
        return putHashed(store, await l2Blocks.output(route.hash));
      case 'l2-account-proof': {
        if (putStaged(store, key)) return;
        const { block, address, slot } = route;
        const slots = slot === undefined ? [] : [hex(slot)];
        const touched = { accounts: new Map([[hex(address), new Set(slots)]]), codes: [] };
        const number = await numberOf(block);
        const { nodes } = await l2.retry(() => prove(l2, touched, number));
        for (const node of nodes) putHashed(store, node);
        return;
      }
      case 'l2-payload-witness':
        // What the endpoint does not tell by the block is announced account by account.
        await blocks.loadBefore((await numberOf(route.parent)) + 1n, l2).catch(unlessOutage);
        putStaged(store, key);
        return;
      case 'l1-precompile':
        throw new TypeError('precompile results are computed, not fetched');
    }
  };

  const ahead = lookAhead({
    ...shared,
    claim,
    l1Blocks: l1Blocks.ahead,
    l2: l2.ahead,
    l2Blocks: l2Blocks.ahead,
    l2State: blocks,
    staging,
  });
  const careful = guarded(ahead, { l1: l1Checked, l2: l2Checked });
  let waitingFor: string | undefined;
  const waiting = async (route: Route, task: () => Promise<void>): Promise<void> => {
    waitingFor = describeRoute(route);
    try {
      await task();
    } finally {
      waitingFor = undefined;
    }
  };
  return {
    tries,
    fetch: (hint, store, key) => waiting(hint.route, () => fetch(hint, store, key)),
    ahead: { ...careful, arrival: (route, store) => waiting(route, () => careful.arrival(route, store)) },
    hasFetchedBlob: (versionedHash) => fetchedBlobs.has(hex(versionedHash)),
    progress: (): GatheringProgress => ({ ...ahead.progress(), inFlight: gate.inFlight, waitingFor }),
  };
}

/**
 * A look-ahead that begins when the endpoints are known to be of the right chains. What the demand itself would be told of its
 * endpoint ends it here: else it would knock at a dead one for as long again.
 */
function guarded(ahead: LookAhead, checked: { l1(): Promise<void>; l2(): Promise<void> }): LookAhead {
  let passed: Promise<boolean> | undefined;
  return {
    ...ahead,
    async arrival(route, store) {
      passed ??= Promise.all([checked.l1(), checked.l2()]).then(
        () => true,
        () => {
          // The demand that needs the other endpoint tells what is wrong with it.
          passed = undefined;
          return false;
        },
      );
      await (route.kind.startsWith('l2-') ? checked.l2() : checked.l1());
      if (await passed) await ahead.arrival(route, store);
    },
  };
}

/** Tells what was fetched ahead, where it has changed. */
function teller(counts: AheadProgress, log: Log): () => void {
  let told = JSON.stringify(noAheadProgress());
  return () => {
    const state = JSON.stringify(counts);
    if (state === told) return;
    told = state;
    const share = ({ done, total }: Share) => `${done}/${total}`;
    log('info', 'Fetching ahead', {
      l1_blocks: share(counts.l1Blocks),
      l2_blocks: share(counts.l2Blocks),
      blobs: share(counts.blobs),
    });
  };
}

function putHashed(store: PreimageStore, value: Uint8Array): void {
  store.put(keccak256Key(keccak256(value)), value);
}

/** Runs `task` at the first call; later calls share its outcome, a failed one is tried anew. */
function once(task: () => Promise<void>): () => Promise<void> {
  let outcome: Promise<void> | undefined;
  return async () => {
    outcome ??= task();
    try {
      await outcome;
    } catch (error) {
      outcome = undefined;
      throw error;
    }
  };
}
