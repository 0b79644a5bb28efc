/**
 * Fetches what the program will ask for next, many requests at a time, so that a run waits for few of them. The prefetcher asks
 * here first, and waits where the answer is on its way. Nothing here is believed more than what is asked for: L1's data are
 * checked as ever before they are stored, L2's state is staged under its own hashes. What fails is asked for again when the
 * program needs it.
 */
import { keccak256, keccak256Key, type PreimageStore, sha256Key } from '@obelisc/preimage';
import type { BeaconSource } from './beacon-source.js';
import { storeBlob } from './blob-preimages.js';
import { type BlockHeader, type BlockSource, readBlock } from './block-source.js';
import { hex } from './bytes.js';
import type { BlockState } from './block-state.js';
import type { Chain, Claim } from './boot.js';
import { EndpointError } from './endpoint-errors.js';
import { DEFAULT_BATCH_SIZE } from './endpoint-settings.js';
import type { AheadProgress, Share } from './gathering-progress.js';
import type { Route } from './hint-routes.js';
import { blobTransactions } from './l1-blobs.js';
import { channelTimeout, l1OriginNumber } from './l1-origin.js';
import type { Log } from './log.js';
import type { Trie } from './ordered-trie.js';
import type { ReceiptsSource } from './receipts-source.js';
import { isObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import type { StateStaging } from './state-staging.js';
import { storeTrie, type TrieBundles } from './trie-bundles.js';

/** L1 blocks whose transactions and receipts are fetched ahead of the one that the program reads. */
const L1_WINDOW = 64n;
/** L2 blocks whose state is fetched ahead of the one that the program executes. */
const L2_WINDOW = 32n;
/**
 * L2 blocks after the claim's, or after the one that the program has come to, whose state is fetched as well: a span of batches is
 * derived to its end, wherever the claim is.
 */
export const BLOCKS_BEYOND = 8n;
/** Ancestors of the agreed block, with which derivation looks for its start, that are fetched at a time. */
const ANCESTORS_AT_A_TIME = 100n;
/** What is fetched ahead of a run is told so often, in milliseconds. */
const PROGRESS_INTERVAL = 5_000;

export type LookAhead = {
  /** Told of each hint; from the first time on that something is `missing`, fetching goes ahead of it. */
  noted(route: Route): void;
  /**
   * To be asked when something is missing: resolves when what is on its way and may hold it has arrived, or failed. Rejects
   * where nothing can be fetched from the endpoint that has it.
   */
  arrival(route: Route, store: PreimageStore): Promise<void>;
  /** How far it has come. */
  progress(): AheadProgress;
  /** No more is fetched. */
  stop(): void;
};

const noProgress = (): AheadProgress => ({
  l1Blocks: { done: 0, total: 0 },
  l2Blocks: { done: 0, total: 0 },
  blobs: { done: 0, total: 0 },
});

/** Nothing is fetched before it is asked for. */
export const noLookAhead: LookAhead = {
  noted: () => undefined,
  arrival: () => Promise.resolve(),
  progress: noProgress,
  stop: () => undefined,
};

/** The endpoints, for requests that nobody waits for yet. */
export type LookAheadSources = {
  l1: RpcEndpoint;
  l1Blocks: BlockSource;
  l1Receipts: ReceiptsSource;
  beacon: BeaconSource;
  l2: RpcEndpoint;
  l2Blocks: BlockSource;
  l2State: BlockState;
  staging: StateStaging;
  /** Gets the versioned hashes of blobs that are in the store, 0x-hex. */
  fetchedBlobs: Set<string>;
  tries: TrieBundles;
};

export type LookAheadOptions = LookAheadSources & {
  claim: Pick<Claim, 'l1Head' | 'l2Head' | 'l2BlockNumber'>;
  chain: Pick<Chain, 'rollupConfig'>;
  log: Log;
};

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export function lookAhead(options: LookAheadOptions): LookAhead {
  const { l1, l1Blocks, l1Receipts, beacon, l2, l2Blocks, l2State, staging, fetchedBlobs, tries, claim, chain, log } =
    options;
  /** Numbers of blocks by hash, as far as headers told them, for L1 and L2. */
  const numbers = new Map<string, bigint>();
  const arrivals = new Map<string, Promise<void>>();
  const counts = noProgress();
  let planned: Promise<void> | undefined;
  let stopped = false;
  let store: PreimageStore | undefined;
  let progress: NodeJS.Timeout | undefined;

  let l1From: bigint | undefined;
  let l1Next = 0n;
  let l1Last = -1n;
  let l1Position = 0n;
  let l2Next = 0n;
  let l2First = 0n;
  const l2Loads = new Map<bigint, Promise<void>>();
  /** Whether the program was seen to need more state than the blocks up to the claim's read. */
  let goesBeyond = false;

  /** Runs what is fetched ahead; its failure is told and otherwise of no consequence. */
  const background = (what: string, task: () => Promise<void>): Promise<void> =>
    task().catch((error: unknown) => {
      // A datadir that cannot be written, say, is the demand's to report: nobody may be waiting here.
      const isExpected = error instanceof EndpointError;
      const because = error instanceof Error ? error.message : String(error);
      log(isExpected ? 'debug' : 'warn', 'Could not be fetched ahead', { what, because });
    });

  const put = (values: Iterable<Uint8Array>): void => {
    store?.together(() => {
      for (const value of values) store?.put(keccak256Key(keccak256(value)), value);
    });
  };
  const putTrie = (trie: Trie): void => {
    if (store !== undefined) storeTrie(store, trie, tries);
  };
  const has = (hash: Uint8Array): boolean => store?.look(keccak256Key(hash)).state === 'found';

  const learn = (chainName: string, header: BlockHeader): void => {
    numbers.set(chainName + hex(header.hash), header.number);
    if (header.number > 0n) numbers.set(chainName + hex(header.parentHash), header.number - 1n);
  };

  /** One L1 block: its transactions, receipts, and the blobs of the batcher's transactions. */
  const fetchL1Block = async (number: bigint): Promise<void> => {
    await arrivals.get(`l1 header ${number}`);
    const hash = l1Hashes.get(number);
    if (hash === undefined) return;
    const header = await l1Blocks.header(hash);
    const fetches: Promise<void>[] = [];
    if (!has(header.receiptsRoot)) {
      fetches.push(background(`receipts of L1 block ${number}`, async () => putTrie(await l1Receipts(header))));
    }
    fetches.push(
      background(`transactions of L1 block ${number}`, async () => {
        const trie = await l1Blocks.transactions(hash);
        if (!has(header.transactionsRoot)) putTrie(trie);
        fetchBlobs(header, trie);
      }),
    );
    await Promise.all(fetches);
    counts.l1Blocks.done += 1;
  };

  const fetchBlobs = (header: BlockHeader, trie: Trie): void => {
    for (const { versionedHash, index } of blobTransactions(trie.values, chain.rollupConfig)) {
      const name = `blob ${hex(versionedHash)}`;
      if (arrivals.has(name) || store?.look(sha256Key(versionedHash)).state === 'found') continue;
      counts.blobs.total += 1;
      const fetched = background(name, async () => {
        const { commitment, blob, proof } = await beacon.blob(versionedHash, index, header.timestamp, 'ahead');
        if (store === undefined) return;
        storeBlob(store, versionedHash, commitment, blob, proof);
        fetchedBlobs.add(hex(versionedHash));
        counts.blobs.done += 1;
      });
      arrivals.set(name, fetched);
    }
  };

  const l1Hashes = new Map<bigint, Uint8Array>();

  /** Headers of L1 by number, as many as go into a batch; those of another branch than the head's are stored in vain. */
  const fetchL1Headers = (from: bigint, to: bigint): void => {
    const range = Array.from({ length: Number(to - from) + 1 }, (_, index) => to - BigInt(index));
    const fetched = background(`L1 headers ${from} to ${to}`, async () => {
      const outcomes = await l1.settleEach(
        'eth_getBlockByNumber',
        range.map((number) => [`0x${number.toString(16)}`, false]),
      );
      for (const [at, outcome] of outcomes.entries()) {
        const number = range[at];
        const block = outcome.status === 'fulfilled' && isObject(outcome.value) ? outcome.value : undefined;
        const header = block === undefined ? undefined : readBlock(block);
        if (header === undefined || number === undefined || header.number !== number) continue;
        l1Blocks.remember(header);
        put([header.rlp]);
        learn('l1 ', header);
        l1Hashes.set(number, header.hash);
      }
    });
    for (const number of range) arrivals.set(`l1 header ${number}`, fetched);
  };

  /** Starts what has come into the windows. */
  const pump = (): void => {
    if (stopped || l1From === undefined) return;
    while (l1Next <= l1Last && l1Next <= l1Position + L1_WINDOW) {
      const number = l1Next;
      l1Next += 1n;
      arrivals.set(
        `l1 block ${number}`,
        background(`L1 block ${number}`, () => fetchL1Block(number)),
      );
    }
    const reached = staging.newestUsed ?? l2First;
    const last = goesBeyond ? larger(claim.l2BlockNumber, reached) + BLOCKS_BEYOND : claim.l2BlockNumber;
    while (l2Next <= last && l2Next <= reached + L2_WINDOW) {
      const number = l2Next;
      l2Next += 1n;
      const load = background(`state of L2 block ${number}`, async () => {
        await l2State.load(number, l2);
        if (number <= claim.l2BlockNumber) counts.l2Blocks.done += 1;
      }).finally(() => l2Loads.delete(number));
      l2Loads.set(number, load);
    }
  };

  /** The agreed block's ancestors: headers, and the transactions of those that are the last of their L1 origin. */
  const fetchAncestors = (below: bigint, oldestOrigin: bigint, originOfChild: bigint | undefined): void => {
    const genesis = chain.rollupConfig.genesis.l2.number;
    const lowest = below > genesis + ANCESTORS_AT_A_TIME ? below - ANCESTORS_AT_A_TIME : genesis;
    if (stopped || below <= genesis) return;
    const range = Array.from({ length: Number(below - lowest) }, (_, index) => below - 1n - BigInt(index));
    const tags = range.map((number) => `0x${number.toString(16)}`);
    const fetched = background(`L2 headers ${lowest} to ${below - 1n}`, async () => {
      const [blocks, firsts] = await Promise.all([
        l2.settleEach(
          'eth_getBlockByNumber',
          tags.map((tag) => [tag, false]),
        ),
        l2.settleEach(
          'eth_getTransactionByBlockNumberAndIndex',
          tags.map((tag) => [tag, '0x0']),
        ),
      ]);
      let child = originOfChild;
      for (const [at, outcome] of blocks.entries()) {
        const block = outcome.status === 'fulfilled' && isObject(outcome.value) ? outcome.value : undefined;
        const header = block === undefined ? undefined : readBlock(block);
        if (header === undefined) return;
        l2Blocks.remember(header);
        put([header.rlp]);
        learn('l2 ', header);
        const first = firsts[at];
        const origin = first?.status === 'fulfilled' ? l1OriginNumber(first.value) : undefined;
        if (origin !== undefined && child !== undefined && origin !== child) {
          const name = `l2 transactions ${hex(header.hash)}`;
          arrivals.set(
            name,
            background(name, async () => putTrie(await l2Blocks.transactions(header.hash))),
          );
        }
        child = origin;
        if (origin !== undefined && origin < oldestOrigin) return;
      }
      fetchAncestors(lowest, oldestOrigin, child);
    });
    for (const number of range) arrivals.set(`l2 header ${number}`, fetched);
  };

  const plan = async (): Promise<void> => {
    void background('the beacon chain’s clock', () => beacon.begin());
    const [transactions, head] = await Promise.all([
      l2Blocks.transactions(claim.l2Head),
      l1Blocks.header(claim.l1Head),
    ]);
    // It came with its transactions.
    const agreed = await l2Blocks.header(claim.l2Head);
    put([agreed.rlp, ...transactions.nodes, head.rlp]);
    learn('l2 ', agreed);
    learn('l1 ', head);
    l1Hashes.set(head.number, head.hash);
    l2First = agreed.number;
    l2Next = agreed.number + 1n;
    counts.l2Blocks.total = Math.max(0, Number(claim.l2BlockNumber - agreed.number));
    const [deposit] = transactions.values;
    const origin = deposit === undefined ? undefined : l1OriginNumber(deposit);
    const genesis = chain.rollupConfig.genesis.l1.number;
    const start = (origin ?? genesis) - channelTimeout(chain.rollupConfig, agreed.timestamp);
    l1From = start > genesis ? start : genesis;
    [l1Next, l1Position, l1Last] = [l1From, l1From, head.number];
    counts.l1Blocks.total = Math.max(0, Number(head.number - l1From + 1n));
    // The program walks back from the head: the newest headers go first.
    const step = BigInt(DEFAULT_BATCH_SIZE);
    for (let to = head.number - 1n; to >= l1From; to -= step)
      fetchL1Headers(to - step + 1n > l1From ? to - step + 1n : l1From, to);
    if (origin !== undefined) fetchAncestors(agreed.number, l1From, origin);
    pump();
  };

  let told = '';
  const tell = (): void => {
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

  const begin = (into: PreimageStore): Promise<void> => {
    store = into;
    progress ??= setInterval(tell, PROGRESS_INTERVAL).unref();
    planned ??= background('the beginning', plan);
    return planned;
  };

  const chainOf = (route: Route): 'l1 ' | 'l2 ' => (route.kind.startsWith('l2-') ? 'l2 ' : 'l1 ');

  return {
    noted(route) {
      if (planned === undefined || stopped) return;
      if (route.kind === 'l1-transactions' || route.kind === 'l1-receipts') {
        const number = numbers.get(`l1 ${hex(route.hash)}`);
        if (number !== undefined && number > l1Position) l1Position = number;
        pump();
      } else if (route.kind === 'l2-state-node') pump();
    },
    async arrival(route, into) {
      if (stopped) return;
      await begin(into);
      switch (route.kind) {
        case 'l1-block-header':
        case 'l2-block-header': {
          const name = chainOf(route);
          const number = numbers.get(name + hex(route.hash));
          if (number !== undefined) await arrivals.get(`${name}header ${number}`);
          return;
        }
        case 'l1-transactions':
        case 'l1-receipts': {
          const number = numbers.get(`l1 ${hex(route.hash)}`);
          if (number !== undefined) await arrivals.get(`l1 block ${number}`);
          return;
        }
        case 'l2-transactions':
          await arrivals.get(`l2 transactions ${hex(route.hash)}`);
          return;
        case 'l1-blob':
          await arrivals.get(`blob ${hex(route.versionedHash)}`);
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
      clearInterval(progress);
    },
  };
}
