/**
 * Answers the program: from the store, else by following the hint that announced the key. Hints only announce; nothing is
 * fetched before a key is missing, since a store that was gathered before has all of it.
 */
import {
  BLOB_KEY,
  describeHint,
  KECCAK256_KEY,
  KEY_LENGTH,
  keyName,
  MalformedHintError,
  MissingPreimageError,
  type Oracle,
  PoisonedPreimageError,
  type PreimageKey,
  type PreimageStore,
  sha256Key,
  type ValuesAhead,
} from '@obelisc/preimage';
import { blobCheck } from './blob-check.js';
import { completeBlob, type ElementForm } from './blob-preimages.js';
import { blobForms, keptBlobs } from './kept-blobs.js';
import { addBlobProof } from './blob-proof.js';
import { equal } from './bytes.js';
import type { Dialect } from './dialect.js';
import type { GatheringProgress } from './gathering-progress.js';
import { type AnnouncedHint, computedHint, isPrecompile, KONA_BEGINS, type Route, routeHint } from './hint-routes.js';
import type { Log } from './log.js';
import type { LookAhead } from './look-ahead.js';
import { checkPrecompileResult, rememberResult, runPrecompile, storePrecompileResult } from './precompiles.js';
import type { TrieBundles } from './trie-bundles.js';

export type Fetcher = {
  /**
   * Fetches what a hint announces and stores it; of hints that announce whole states, as much as holds `key`. Rejects when the
   * endpoint cannot give it or gives something else. `isAnew`: what the store has of it is wrong.
   */
  fetch(hint: AnnouncedHint, store: PreimageStore, key: PreimageKey, isAnew?: boolean): Promise<void>;
  /** The tries that were fetched as a whole. */
  tries: Pick<TrieBundles, 'take'>;
  /** What is fetched before it is asked for. */
  ahead: LookAhead;
  /** Whether the blob with this versioned hash came from an endpoint, and was checked, in this run. */
  hasFetchedBlob(versionedHash: Uint8Array): boolean;
  /** Where another gathers for this run: the `blobDigest` of a blob of the datadir that was checked there. */
  vouchedBlob?(versionedHash: Uint8Array): Promise<Uint8Array | undefined>;
  progress(): GatheringProgress;
};

export type PrefetcherOptions = {
  store: PreimageStore;
  /** undefined: offline, the store and what can be computed from hints is all there is. */
  fetcher: Fetcher | undefined;
  log: Log;
  /** What to say of a key that cannot be had. */
  advice: (key: PreimageKey) => string;
  /** Whose hints to expect; a client of kona's is also told by its first one. */
  dialect: Dialect;
  /** Told that the program begins to read a blob, and in which form; `isAnew`: elements that lie in the store may be wrong. */
  onBlobRead?: ((commitment: Uint8Array, form: ElementForm, isAnew: boolean) => void) | undefined;
};

/** Where our own client's thread computes precompiles. */
const PRECOMPILES_BESIDE = new URL('./precompiles-beside.js', import.meta.url).href;

/** A program of kona's announces every account and slot before it reads the nodes on the way there: the last ones are enough. */
const ACCESS_HINTS = 16;

export function prefetcher({
  store: values,
  fetcher,
  log,
  advice,
  dialect: expected,
  onBlobRead,
}: PrefetcherOptions): Oracle {
  /** By key: the hints that name their keys. Dropped once the key was served, so that long runs do not pile them up. */
  const announced = new Map<string, AnnouncedHint>();
  /** Hints that announce more than they name, the latest last. */
  const open = new Map<string, AnnouncedHint>();
  const store = keptBlobs(values);
  const blobs = blobForms(store);
  let isBlobFetchedAgain = false;
  const check = blobCheck({
    store,
    get: blobs.get,
    onForm(commitment, form) {
      onBlobRead?.(commitment, form, isBlobFetchedAgain);
      isBlobFetchedAgain = false;
    },
    vouched: fetcher?.vouchedBlob,
  });
  let lastHint: string | undefined;
  let bundle: ValuesAhead | undefined;
  let dialect = expected;
  const accessHints: string[] = [];

  /** A hint that is not understood costs nothing until something is missing, and then the error names it. */
  const understand = (text: string): AnnouncedHint | undefined => {
    try {
      if (text.startsWith(`${KONA_BEGINS} `)) dialect = 'kona';
      const hint = routeHint(text, dialect);
      if (hint === undefined) log('debug', 'Hint of an unknown type', { hint: describeHint(text) });
      return hint;
    } catch (error) {
      if (!(error instanceof MalformedHintError)) throw error;
      log('warn', error.message);
      return undefined;
    }
  };

  const received = (text: string): void => {
    log('trace', 'Received hint', { hint: describeHint(text) });
    lastHint = text;
  };

  const obtain = async (hint: AnnouncedHint, key: PreimageKey): Promise<void> => {
    const { route } = hint;
    if (isPrecompile(hint))
      return storePrecompileResult(store, hint, runPrecompile(hint.route.address, hint.route.input));
    // A store that an older host filled has the blob in the other form.
    if (route.kind === 'l1-blob' && completeBlob(store, route.versionedHash))
      return addBlobProof(store, route.versionedHash, key);
    if (fetcher === undefined) return;
    await fetcher.ahead.arrival(expectedRoute(route, key), store);
    if (blobs.get(key) === undefined) await fetcher.fetch(hint, store, key);
  };

  /** `task`, whose failure is told with the hint that it followed. */
  const following = async (hint: AnnouncedHint, key: PreimageKey, task: () => Promise<void>): Promise<void> => {
    log('debug', 'Following hint', { hint: describeHint(hint.text) });
    try {
      await task();
    } catch (error) {
      if (error instanceof MissingPreimageError) throw error;
      throw new MissingPreimageError(key, hint.text, error instanceof Error ? error.message : String(error), {
        cause: error,
      });
    }
  };

  const follow = async (hint: AnnouncedHint, key: PreimageKey): Promise<Uint8Array | undefined> => {
    await following(hint, key, () => obtain(hint, key));
    return blobs.get(key);
  };

  /** The same for what the store has, but wrong. */
  const fetchAgain = (hint: AnnouncedHint, key: PreimageKey): Promise<void> =>
    following(hint, key, async () => fetcher?.fetch(hint, store, key, true));

  /** `there`: what the store has; `exact`: the hint that named the key. */
  const find = async (
    key: PreimageKey,
    there: Uint8Array | undefined,
    exact: AnnouncedHint | undefined,
  ): Promise<Uint8Array | undefined> => {
    if (there !== undefined) {
      if (!isPrecompile(exact)) return there;
      try {
        checkPrecompileResult(key, there, exact.route, store.place);
        return there;
      } catch (error) {
        // Offline a datadir is left as it is; a run that may write to it puts it right.
        if (!(error instanceof PoisonedPreimageError) || fetcher === undefined) throw error;
        log('warn', 'A wrong precompile result in the datadir is replaced', { because: error.message });
        return follow(exact, key);
      }
    }
    if (exact !== undefined) return follow(exact, key);
    const unannounced = key[0] === BLOB_KEY ? store.search(key) : undefined;
    if (unannounced !== undefined) {
      onBlobRead?.(unannounced.commitment, unannounced.form, false);
      return unannounced.value;
    }
    for (const hint of [...open.values()].toReversed()) {
      const value = await follow(hint, key);
      if (value !== undefined) return value;
      open.delete(hint.text);
    }
    return key[0] === KECCAK256_KEY ? store.search(key)?.value : undefined;
  };

  /**
   * A blob's element that is handed out once it is known to be right: with the first all are compared. With endpoints a blob that is
   * wrong, or not whole, is fetched again before anything of it is believed.
   */
  const checkedElement = async (key: PreimageKey, value: Uint8Array): Promise<Uint8Array> => {
    let blob: PreimageKey | undefined;
    let because = 'elements of it are missing';
    try {
      const incomplete = await check.served(key, value);
      blob = incomplete === undefined ? undefined : sha256Key(incomplete);
    } catch (error) {
      if (!(error instanceof PoisonedPreimageError)) throw error;
      if (fetcher === undefined) throw error;
      blob = error.key;
      because = error.message;
    }
    if (blob === undefined || fetcher === undefined) return value;
    const name = keyName(blob);
    const hint = [...open.values()].find(({ keys }) => keys.some((named) => keyName(named) === name));
    const commitment = store.get(blob);
    if (hint?.route.kind !== 'l1-blob' || commitment === undefined)
      throw new MissingPreimageError(key, lastHint, `${because}; no hint named the blob`);
    log('warn', 'A blob of the datadir is fetched again and replaced', { in: store.place, because });
    await fetchAgain(hint, key);
    isBlobFetchedAgain = true;
    await check.expect(hint.route.versionedHash, commitment, true);
    const right = blobs.get(key);
    if (right === undefined) throw new MissingPreimageError(key, hint.text, advice(key));
    await check.served(key, right);
    return right;
  };

  /** A result that the program's thread has computed. */
  const take = async (payload: Uint8Array, key: PreimageKey, result: Uint8Array): Promise<void> => {
    const hint = computedHint(payload, key);
    received(hint.text);
    rememberResult(hint.route, result);
    const there = blobs.get(key);
    if (there === undefined) await following(hint, key, async () => storePrecompileResult(store, hint, result));
    else if (!equal(there, result)) await find(key, there, hint);
  };

  return {
    computing: {
      module: PRECOMPILES_BESIDE,
      async take({ keys, payloads, payloadLengths, values: results, valueLengths }) {
        let [payloadAt, valueAt] = [0, 0];
        for (const [i, length] of valueLengths.entries()) {
          const [payloadEnd, valueEnd] = [payloadAt + (payloadLengths[i] ?? 0), valueAt + length];
          const key = keys.subarray(KEY_LENGTH * i, KEY_LENGTH * (i + 1));
          await take(payloads.subarray(payloadAt, payloadEnd), key, results.subarray(valueAt, valueEnd));
          [payloadAt, valueAt] = [payloadEnd, valueEnd];
        }
      },
    },
    async hint(text) {
      received(text);
      const hint = understand(text);
      if (hint === undefined) return;
      fetcher?.ahead.noted(hint.route);
      for (const key of hint.keys) announced.set(keyName(key), hint);
      if (!hint.open) return;
      // Set anew, so that the latest hint is the last in the map's order.
      open.delete(hint.text);
      open.set(hint.text, hint);
      if (!isAccess(hint.route)) return;
      accessHints.push(hint.text);
      if (accessHints.length > ACCESS_HINTS) open.delete(accessHints.shift() ?? '');
    },
    async get(key) {
      const ready = check.take(key);
      if (ready !== undefined) return ready;
      const name = keyName(key);
      const exact = announced.get(name);
      const there = blobs.get(key);
      // Most of what is asked for is in the store, and there are tens of thousands in a run.
      const isSettled = there !== undefined && !isPrecompile(exact);
      const value = isSettled ? there : await find(key, there, exact);
      if (value === undefined) throw new MissingPreimageError(key, lastHint, advice(key));
      bundle = fetcher?.tries.take(key) ?? bundle;
      const route = exact?.route;
      if (route?.kind === 'l1-blob') {
        blobs.expect(value);
        await check.expect(route.versionedHash, value, fetcher?.hasFetchedBlob(route.versionedHash));
      }
      announced.delete(name);
      // The payload is hardly ever asked for.
      if (isPrecompile(exact) && store.look(exact.keys[1]).state === 'found') announced.delete(keyName(exact.keys[1]));
      return key[0] === BLOB_KEY ? checkedElement(key, value) : value;
    },
    ahead() {
      const ahead = check.takeAll() ?? bundle;
      bundle = undefined;
      return ahead;
    },
  };
}

function isAccess({ kind }: Route): boolean {
  return kind === 'l2-account-proof' || kind === 'l2-payload-witness';
}

/** What is waited for: where a hint names an account, the node that is missing. */
export function expectedRoute(route: Route, key: PreimageKey): Route {
  return isAccess(route) ? { kind: 'l2-state-node', hash: key } : route;
}
