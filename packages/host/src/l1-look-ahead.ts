/**
 * L1 fetched ahead: headers, transactions, receipts and the batcher's blobs, in a window before each run that reads it. Runs of
 * one range read much of the same, each from fifty blocks before its own start: all of them share what is here.
 */
import { keccak256Key, type PreimageStore, sha256Key } from '@obelisc/preimage';
import type { Arrivals } from './arrivals.js';
import type { BeaconSource } from './beacon-source.js';
import { storeBlob } from './blob-preimages.js';
import { type BlockHeader, type BlockSource, headersByNumber, parseHeader } from './block-source.js';
import type { Chain } from './boot.js';
import { hex } from './bytes.js';
import { DEFAULT_BATCH_SIZE } from './endpoint-settings.js';
import { blobTransactions } from './l1-blobs.js';
import type { Trie } from './ordered-trie.js';
import type { ReceiptsSource } from './receipts-source.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import { storeTrie, type TrieBundles } from './trie-bundles.js';

/** L1 blocks whose transactions and receipts are fetched ahead of the one that a program reads. */
const WINDOW = 64n;

/** The endpoints, for requests that nobody waits for yet. */
export type L1LookAheadSources = {
  l1: RpcEndpoint;
  l1Blocks: BlockSource;
  l1Receipts: ReceiptsSource;
  beacon: BeaconSource;
  /** Gets the versioned hashes of blobs that are in the store, 0x-hex. */
  fetchedBlobs: Set<string>;
  tries: TrieBundles;
  chain: Pick<Chain, 'rollupConfig'>;
};

export type L1LookAhead = {
  /** Fetches ahead of a run that reads up to `head`: headers down to `from`, blocks from `next` on, the first that the store lacks. */
  join(from: bigint, head: BlockHeader, next: bigint): L1Reader;
  /** The number of the block with this hash, as far as headers tell it that were fetched or lie in the store. */
  numberOf(hash: Uint8Array): bigint | undefined;
  /**
   * Resolves when the block's transactions and receipts have come, or could not be had. Where nobody has begun with it, it is begun: else
   * it would be fetched once more when it comes into a window.
   */
  block(hash: Uint8Array): Promise<void>;
};

/** A run's place in L1. */
export type L1Reader = {
  /** Its program has come to this block. */
  reached(number: bigint): void;
  /** It reads no more. */
  leave(): void;
};

type Place = { next: bigint; position: bigint; readonly last: bigint };

export function l1LookAhead(
  { l1, l1Blocks, l1Receipts, beacon, fetchedBlobs, tries, chain }: L1LookAheadSources,
  arrivals: Arrivals,
): L1LookAhead {
  const { counts } = arrivals;
  const hashes = new Map<bigint, Uint8Array>();
  /** Of the runs, in the order in which they began. */
  const places = new Set<Place>();
  let whole: { from: bigint; last: bigint } | undefined;

  const putTrie = (trie: Trie): void => {
    if (arrivals.store !== undefined) storeTrie(arrivals.store, trie, tries);
  };
  const isStored = (versionedHash: Uint8Array, store: PreimageStore | undefined): boolean =>
    store?.look(sha256Key(versionedHash)).state === 'found';

  /** Takes what a header of the store says. */
  const learnStored = (hash: Uint8Array): { number: bigint; parentHash: Uint8Array } | undefined => {
    const rlp = arrivals.store?.get(keccak256Key(hash));
    const header = rlp === undefined ? undefined : headerIn(rlp);
    if (header === undefined) return undefined;
    const { number, parentHash } = header;
    arrivals.learn('l1', { hash, number, parentHash });
    if (!hashes.has(number)) hashes.set(number, hash);
    return header;
  };
  const numberOf = (hash: Uint8Array): bigint | undefined => arrivals.numberOf('l1', hash) ?? learnStored(hash)?.number;

  /** One block: its transactions, receipts, and the blobs of the batcher's transactions. */
  const fetchBlock = async (number: bigint): Promise<void> => {
    if (!hashes.has(number)) await arrivals.arrived(`l1 header ${number}`);
    const hash = hashes.get(number);
    if (hash === undefined) return;
    const known = l1Blocks.known(hash);
    const transactions = arrivals.background(`transactions of L1 block ${number}`, async () => {
      const trie = await l1Blocks.transactions(hash);
      // It came with its transactions.
      const header = await l1Blocks.header(hash);
      if (!arrivals.has(header.transactionsRoot)) putTrie(trie);
      fetchBlobs(header, trie);
    });
    if (known === undefined) await transactions;
    const receipts = arrivals.background(`receipts of L1 block ${number}`, async () => {
      const header = known ?? (await l1Blocks.header(hash));
      if (!arrivals.has(header.receiptsRoot)) putTrie(await l1Receipts(header));
    });
    await Promise.all([transactions, receipts]);
    counts.l1Blocks.done += 1;
  };
  const beginBlock = (number: bigint): Promise<void> =>
    arrivals.begin(`l1 block ${number}`, `L1 block ${number}`, () => fetchBlock(number));

  const fetchBlobs = (header: BlockHeader, trie: Trie): void => {
    for (const { versionedHash, index } of blobTransactions(trie.values, chain.rollupConfig)) {
      const name = `blob ${hex(versionedHash)}`;
      if (arrivals.isBegun(name) || isStored(versionedHash, arrivals.store)) continue;
      counts.blobs.total += 1;
      void arrivals.begin(name, name, async () => {
        const { commitment, blob, proof } = await beacon.blob(versionedHash, index, header.timestamp, 'ahead');
        if (arrivals.store === undefined) return;
        storeBlob(arrivals.store, versionedHash, commitment, blob, proof);
        fetchedBlobs.add(hex(versionedHash));
        counts.blobs.done += 1;
      });
    }
  };

  /** Headers by number, as many as go into a batch; those of another branch than the head's are stored in vain. */
  const fetchHeaders = (range: readonly bigint[]): void => {
    const what = `L1 headers ${range.at(-1)} to ${range[0]}`;
    const fetched = arrivals.background(what, async () => {
      for (const header of await headersByNumber(l1, range)) {
        l1Blocks.remember(header);
        arrivals.put([header.rlp]);
        arrivals.learn('l1', header);
        hashes.set(header.number, header.hash);
      }
    });
    for (const number of range) void arrivals.begin(`l1 header ${number}`, what, () => fetched);
  };

  /** Starts what has come into the windows. */
  const pump = (): void => {
    for (const place of places) {
      while (place.next <= place.last && place.next <= place.position + WINDOW) {
        void beginBlock(place.next);
        place.next += 1n;
      }
    }
  };

  return {
    numberOf,
    async block(hash) {
      const number = numberOf(hash);
      if (number === undefined) return;
      if (!hashes.has(number)) hashes.set(number, hash);
      await beginBlock(number);
    },
    join(from, head, first) {
      arrivals.put([head.rlp]);
      arrivals.learn('l1', head);
      hashes.set(head.number, head.hash);
      arrivals.mark(`l1 header ${head.number}`);
      whole = {
        from: whole === undefined || first < whole.from ? first : whole.from,
        last: whole === undefined || head.number > whole.last ? head.number : whole.last,
      };
      counts.l1Blocks.total = Math.max(0, Number(whole.last - whole.from + 1n));
      let number = head.number - 1n;
      // What lies in the store from the head on, an earlier run's, is not asked for again.
      for (let hash = head.parentHash; number >= from && !arrivals.isBegun(`l1 header ${number}`); number--) {
        const stored = learnStored(hash);
        if (stored === undefined) break;
        arrivals.mark(`l1 header ${number}`);
        hash = stored.parentHash;
      }
      // The program walks back from the head: the newest headers go first.
      let batch: bigint[] = [];
      for (; number >= from; number--) {
        if (!arrivals.isBegun(`l1 header ${number}`)) batch.push(number);
        if (batch.length < DEFAULT_BATCH_SIZE && number > from) continue;
        if (batch.length > 0) fetchHeaders(batch);
        batch = [];
      }
      const place: Place = { next: first, position: first, last: head.number };
      places.add(place);
      pump();
      return {
        reached(at) {
          if (at > place.position) place.position = at;
          // It has gone past what lies before: that is in the store.
          if (at > place.next) place.next = at;
          pump();
        },
        leave: () => void places.delete(place),
      };
    },
  };
}

/** A foreign program may announce the lists of what is no block: there is none to be fetched then, as it is told when it asks. */
function headerIn(rlp: Uint8Array): { number: bigint; parentHash: Uint8Array } | undefined {
  try {
    return parseHeader(rlp);
  } catch {
    return undefined;
  }
}
