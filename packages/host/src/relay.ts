/**
 * A run in another process than the endpoints' clients: it reads the datadir by itself, and what is not there yet it asks the process
 * that gathers for all runs (`networkGatherer`), which alone writes. Messages are plain data; how they travel is the caller's.
 */
import {
  keyName,
  KEY_LENGTH,
  memoryStore,
  openDatadir,
  type PreimageKey,
  type PreimageStore,
  sha256Key,
  storeFrom,
  type ValuesAhead,
} from '@obelisc/preimage';
import { noAheadProgress } from './arrivals.js';
import { checkAnswerable } from './answerable.js';
import { blobProofKey, wholeBlob, wholeBlobKey } from './blob-preimages.js';
import type { Chain, Claim } from './boot.js';
import { hex } from './bytes.js';
import { type CheckedBlobs, checkedBlobs } from './checked-blobs.js';
import { healingStore } from './healing-store.js';
import { routeHint, type Route } from './hint-routes.js';
import { createOracle, guarded, type Host } from './host.js';
import { type Log, silentLog } from './log.js';
import { expectedRoute, type Fetcher } from './prefetcher.js';
import type { BlobLayout, HostStore } from './written-behind.js';

export type RelayQuestion =
  /** The run misses `key`, to which `hint` leads. `isAnew`: what the store has is wrong. */
  | { readonly kind: 'missing'; readonly hint: string; readonly key: Uint8Array; readonly isAnew: boolean }
  /** The run reads a blob of the datadir, and would have to check it. */
  | { readonly kind: 'blob'; readonly versionedHash: Uint8Array };

export type RelayAnswer =
  | ({ readonly kind: 'missing' } & Found)
  /** The `blobDigest` of the blob, where it is right. */
  | { readonly kind: 'blob'; readonly digest: Uint8Array | undefined };

type Found = {
  readonly values: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
  /** The whole list whose root was asked for. */
  readonly list: ValuesAhead | undefined;
  /** Whether the blob that was asked for came from an endpoint, and was checked. */
  readonly isFetchedBlob: boolean;
};

/** What the run has to say without an answer. */
export type RelayNote =
  /** The program reads what this announces. */
  | { readonly kind: 'noted'; readonly route: Route }
  /** A value that the run has made itself. */
  | { readonly kind: 'made'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'layout'; readonly blob: BlobLayout };

/** The way to the process that gathers. */
export type Relay = {
  /** Rejects with what stands in the way of fetching. */
  ask(question: RelayQuestion): Promise<RelayAnswer>;
  tell(note: RelayNote): void;
};

/** The gathering end, for one run. */
export type RelayEnd = {
  answer(question: RelayQuestion): Promise<RelayAnswer>;
  take(note: RelayNote): void;
};

/** What is done once for several runs. */
export type SharedWork = {
  /** Requests under way, by hint: who misses the same of L1 waits for the one. */
  readonly fetches: Map<string, Promise<void>>;
  readonly blobs: CheckedBlobs;
};

export function sharedWork(): SharedWork {
  return { fetches: new Map(), blobs: checkedBlobs() };
}

/** Answers a run with what `fetcher` puts into `store`, which the run's datadir is behind. */
export function relayEnd(fetcher: Fetcher, store: HostStore, shared: SharedWork): RelayEnd {
  let failure: unknown;
  const isThere = (route: Route, key: PreimageKey): boolean => {
    if (route.kind !== 'l1-blob') return store.look(key).state === 'found';
    const commitment = store.get(sha256Key(route.versionedHash));
    return commitment !== undefined && wholeBlob(store, commitment).state === 'found';
  };
  const find = async ({ hint: text, key, isAnew }: Extract<RelayQuestion, { kind: 'missing' }>): Promise<Found> => {
    const hint = routeHint(text, 'op-program');
    if (hint === undefined) throw new TypeError(`no route for the hint ${text}`);
    const { route } = hint;
    if (!isAnew && !isThere(route, key)) await fetcher.ahead.arrival(expectedRoute(route, key), store);
    if (isAnew || !isThere(route, key)) {
      const fetch = () => fetcher.fetch(hint, store, key);
      await (route.kind.startsWith('l1-') ? together(shared.fetches, text, fetch) : fetch());
    }
    const keys: PreimageKey[] = [key];
    if (route.kind === 'l1-blob') {
      const commitment = store.get(sha256Key(route.versionedHash));
      if (commitment !== undefined)
        keys.push(sha256Key(route.versionedHash), wholeBlobKey(commitment), blobProofKey(commitment));
    }
    return {
      values: keys.flatMap((one) => {
        const value = store.get(one);
        return value === undefined ? [] : [[one, value] as const];
      }),
      list: fetcher.tries.take(key),
      isFetchedBlob: route.kind === 'l1-blob' && fetcher.hasFetchedBlob(route.versionedHash),
    };
  };
  return {
    async answer(question) {
      if (failure !== undefined) throw failure;
      if (question.kind === 'missing') return { kind: 'missing', ...(await find(question)) };
      return { kind: 'blob', digest: await shared.blobs.digestOf(question.versionedHash, store) };
    },
    take(note) {
      try {
        if (note.kind === 'noted') fetcher.ahead.noted(note.route);
        else if (note.kind === 'made') store.put(note.key, note.value);
        else store.layOut?.(note.blob);
      } catch (error) {
        // Told with the next answer, and by the store when it is settled.
        failure ??= error;
      }
    },
  };
}

async function together(shared: Map<string, Promise<void>>, name: string, task: () => Promise<void>): Promise<void> {
  const known = shared.get(name);
  if (known !== undefined) return known;
  const fetched = task().finally(() => shared.delete(name));
  shared.set(name, fetched);
  return fetched;
}

export type RelayedHostOptions = {
  claim: Claim;
  chain: Chain;
  /** The folder that the other end writes to. */
  datadir: string;
  relay: Relay;
  log?: Log;
};

/** The host of a run whose fetching is done at the relay's other end. Throws ConfigurationError and DatadirError as `openHost` does. */
export function openRelayedHost({ claim, chain, datadir, relay, log = silentLog }: RelayedHostOptions): Host {
  checkAnswerable(claim, chain);
  const opened = openDatadir({ path: datadir, opened: true });
  const kept = memoryStore();
  const store: HostStore = {
    // Damage is told by who mends it.
    ...healingStore(overlaid(opened, kept, relay), silentLog),
    ...(opened.format === 'lmdb' ? {} : { layOut: (blob: BlobLayout) => relay.tell({ kind: 'layout', blob }) }),
  };
  let answered = 0;
  const oracle = createOracle({ claim, chain, store, fetcher: relayedFetcher(relay, kept), log });
  return {
    oracle: guarded(oracle, async (count, task) => {
      const value = await task();
      answered += count;
      return value;
    }),
    store,
    progress: () => undefined,
    preimages: () => answered,
    close: () => Promise.resolve(),
  };
}

/** `kept` before the datadir, which the other end writes to; what is put here is sent there. */
function overlaid(datadir: PreimageStore, kept: PreimageStore, relay: Relay): PreimageStore {
  return storeFrom({
    ...datadir,
    look(key) {
      const found = kept.look(key);
      return found.state === 'found' ? found : datadir.look(key);
    },
    put(key, value) {
      kept.put(key, value);
      relay.tell({ kind: 'made', key, value });
    },
    together: (task) => task(),
  });
}

/** Fetches through `relay`, into `kept`. */
function relayedFetcher(relay: Relay, kept: PreimageStore): Fetcher {
  const lists = new Map<string, ValuesAhead>();
  const fetchedBlobs = new Set<string>();
  return {
    async fetch(hint, _store, key, isAnew = false) {
      const answer = await relay.ask({ kind: 'missing', hint: hint.text, key, isAnew });
      if (answer.kind !== 'missing') throw new TypeError('a pre-image was asked for');
      const { values, list, isFetchedBlob } = answer;
      for (const [one, value] of values) kept.put(one, value);
      if (list !== undefined) {
        keepList(list, kept);
        lists.set(keyName(key), list);
      }
      if (isFetchedBlob && hint.route.kind === 'l1-blob') fetchedBlobs.add(hex(hint.route.versionedHash));
    },
    tries: {
      take(root) {
        const name = keyName(root);
        const list = lists.get(name);
        lists.delete(name);
        return list;
      },
    },
    ahead: {
      noted(route) {
        if (route.kind === 'l1-transactions' || route.kind === 'l1-receipts') relay.tell({ kind: 'noted', route });
      },
      arrival: () => Promise.resolve(),
      progress: noAheadProgress,
      stop: () => undefined,
    },
    hasFetchedBlob: (versionedHash) => fetchedBlobs.has(hex(versionedHash)),
    async vouchedBlob(versionedHash) {
      const answer = await relay.ask({ kind: 'blob', versionedHash });
      return answer.kind === 'blob' ? answer.digest : undefined;
    },
    progress: () => ({ ...noAheadProgress(), inFlight: 0, waitingFor: undefined }),
  };
}

function keepList({ keys, values, lengths }: ValuesAhead, kept: PreimageStore): void {
  let at = 0;
  for (let index = 0; KEY_LENGTH * index < keys.length; index++) {
    const length = typeof lengths === 'number' ? lengths : (lengths[index] ?? 0);
    kept.put(keys.slice(KEY_LENGTH * index, KEY_LENGTH * (index + 1)), values.slice(at, at + length));
    at += length;
  }
}
