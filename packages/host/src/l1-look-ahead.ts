/**
 * L1 fetched ahead: headers, transactions, receipts and the batcher's blobs, in a window before each run that reads it. Runs of
 * one range read much of the same, each from fifty blocks before its own start: all of them share what is here.
 */
import { type PreimageStore, sha256Key } from '@obelisc/preimage';
import type { Arrivals } from './arrivals.js';
import type { BeaconSource } from './beacon-source.js';
import { storeBlob } from './blob-preimages.js';
import { type BlockHeader, type BlockSource, headersByNumber } from './block-source.js';
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
  /** Fetches ahead of a run that reads from the block `from` up to `head`. */
  join(from: bigint, head: BlockHeader): L1Reader;
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

  /** One block: its transactions, receipts, and the blobs of the batcher's transactions. */
  const fetchBlock = async (number: bigint): Promise<void> => {
    await arrivals.arrived(`l1 header ${number}`);
    const hash = hashes.get(number);
    if (hash === undefined) return;
    const header = await l1Blocks.header(hash);
    const fetches: Promise<void>[] = [];
    if (!arrivals.has(header.receiptsRoot)) {
      const what = `receipts of L1 block ${number}`;
      fetches.push(arrivals.background(what, async () => putTrie(await l1Receipts(header))));
    }
    fetches.push(
      arrivals.background(`transactions of L1 block ${number}`, async () => {
        const trie = await l1Blocks.transactions(hash);
        if (!arrivals.has(header.transactionsRoot)) putTrie(trie);
        fetchBlobs(header, trie);
      }),
    );
    await Promise.all(fetches);
    counts.l1Blocks.done += 1;
  };

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
        const number = place.next;
        place.next += 1n;
        void arrivals.begin(`l1 block ${number}`, `L1 block ${number}`, () => fetchBlock(number));
      }
    }
  };

  return {
    join(from, head) {
      arrivals.put([head.rlp]);
      arrivals.learn('l1', head);
      hashes.set(head.number, head.hash);
      void arrivals.begin(`l1 header ${head.number}`, 'the L1 head', async () => undefined);
      whole = {
        from: whole === undefined || from < whole.from ? from : whole.from,
        last: whole === undefined || head.number > whole.last ? head.number : whole.last,
      };
      counts.l1Blocks.total = Math.max(0, Number(whole.last - whole.from + 1n));
      // The program walks back from the head: the newest headers go first.
      let batch: bigint[] = [];
      for (let number = head.number - 1n; number >= from; number--) {
        if (!arrivals.isBegun(`l1 header ${number}`)) batch.push(number);
        if (batch.length < DEFAULT_BATCH_SIZE && number > from) continue;
        if (batch.length > 0) fetchHeaders(batch);
        batch = [];
      }
      const place: Place = { next: from, position: from, last: head.number };
      places.add(place);
      pump();
      return {
        reached(number) {
          if (number > place.position) place.position = number;
          pump();
        },
        leave: () => void places.delete(place),
      };
    },
  };
}
