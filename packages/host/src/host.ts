/** One run's host: the oracle that answers the program, put together from claim, chain, store and endpoints. */
import {
  DatadirError,
  type DataFormat,
  describeKey,
  keccak256Key,
  keyHex,
  LOCAL_KEY,
  localIndex,
  memoryStore,
  MissingPreimageError,
  openDatadir,
  type Oracle,
  PoisonedPreimageError,
  type PreimageKey,
  type PreimageStore,
} from '@obelisc/preimage';
import { checkAnswerable } from './answerable.js';
import { type Chain, type Claim, l1ConfigIndex, localPreimage } from './boot.js';
import type { Dialect } from './dialect.js';
import type { GatheringProgress } from './gathering-progress.js';
import { healingStore } from './healing-store.js';
import { type Log, silentLog } from './log.js';
import type { Endpoints } from './fetcher.js';
import { type Fetcher, prefetcher } from './prefetcher.js';
import { tolerantStore } from './tolerant-store.js';
import { type HostStore, writtenBehind } from './written-behind.js';
import type { RetryPolicy } from './retry.js';

export type OracleOptions = {
  claim: Claim;
  chain: Chain;
  store: HostStore;
  /** Absent: offline, from `store` alone. */
  fetcher?: Fetcher | undefined;
  /** Whose client is served; op-program's where it is not said. */
  dialect?: Dialect;
  log?: Log;
};

export type HostOptions = {
  claim: Claim;
  chain: Chain;
  /** Where pre-images are kept; absent: what `datadir` says. */
  store?: HostStore | undefined;
  /** Absent: pre-images are kept in memory. */
  datadir?: string | undefined;
  /** Format of a new datadir. */
  dataFormat?: DataFormat;
  /** Whose client is served; op-program's where it is not said. */
  dialect?: Dialect;
  log?: Log;
} & (
  | { endpoints?: Endpoints | undefined; policy: RetryPolicy }
  /** Offline, from the datadir alone. */
  | { endpoints?: undefined; policy?: undefined }
);

/**
 * A host at work. `close` lets go of what it holds, and rejects with DatadirError where what was fetched cannot be written; the oracle
 * is of no use afterwards.
 */
export type Host = {
  oracle: Oracle;
  store: HostStore;
  /** How far gathering has come, to be asked as often as it is shown; undefined without endpoints. */
  progress(): GatheringProgress | undefined;
  /** Pre-images that the oracle has given so far. */
  preimages(): number;
  close(): Promise<void>;
};

/**
 * Puts a host together. Nothing is asked of the endpoints yet. Throws ConfigurationError when the claim cannot be judged,
 * DatadirError when the datadir cannot be used, and without endpoints when it is not there.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const {
    claim,
    chain,
    endpoints,
    store: given,
    datadir,
    dataFormat,
    dialect = 'op-program',
    log = silentLog,
  } = options;
  // No datadir is made for a claim that cannot be judged; offline none is made at all.
  if (endpoints !== undefined) checkAnswerable(claim, chain);
  const opened =
    given ?? (datadir === undefined ? memoryStore() : openStore(datadir, dataFormat, endpoints === undefined, log));
  const { store, settle } =
    endpoints === undefined ? { store: opened, settle: async () => opened.settle?.() } : mended(opened, log);
  checkAnswerable(claim, chain);
  log('info', 'Pre-images are kept', { in: store.place });
  if (endpoints === undefined) log('info', 'Using offline mode. All required pre-images must be pre-populated.');
  const fetcher =
    options.endpoints === undefined
      ? undefined
      : (await import('./fetcher.js')).networkFetcher({
          endpoints: options.endpoints,
          claim,
          chain,
          log,
          policy: options.policy,
        });
  let open = true;
  let answered = 0;
  const oracle = createOracle({ claim, chain, store, fetcher, dialect, log });
  return {
    oracle: guarded(oracle, async (count, task) => {
      if (!open) throw new Error('the host is closed');
      const value = await task();
      answered += count;
      return value;
    }),
    store,
    progress: () => fetcher?.progress(),
    preimages: () => answered,
    async close() {
      open = false;
      fetcher?.ahead.stop();
      await settle();
    },
  };
}

/** `oracle`, whose every call is made by `guard`, which is told how many pre-images it gives. */
export function guarded(oracle: Oracle, guard: <T>(count: number, task: () => Promise<T>) => Promise<T>): Oracle {
  const { computing } = oracle;
  return {
    ...oracle,
    hint: (text) => guard(0, () => oracle.hint(text)),
    get: (key) => guard(1, () => oracle.get(key)),
    ...(computing === undefined
      ? {}
      : {
          computing: {
            ...computing,
            take: (computed) => guard(computed.valueLengths.length, () => computing.take(computed)),
          },
        }),
  };
}

/** A store for who fetches, to be settled when nothing is fetched any more. */
export type GatheredStore = { store: HostStore; settle(): Promise<void> };

/** Opens or begins the datadir for who fetches into it. Throws DatadirError. */
export function openForGathering(path: string, format: DataFormat | undefined, log: Log): GatheredStore {
  return mended(openStore(path, format, false, log), log);
}

/** `opened`, where what is damaged is replaced by what is fetched. */
function mended(opened: HostStore, log: Log): GatheredStore {
  const store = healingStore(opened, log);
  return {
    store,
    async settle() {
      await store.settle?.();
      if (store.damaged > 0)
        log('warn', 'Damaged entries of the datadir were fetched again', { in: store.place, count: store.damaged });
    },
  };
}

function openStore(path: string, format: DataFormat | undefined, mustExist: boolean, log: Log): HostStore {
  // What is fetched anew needs no repair; offline a database is all there is.
  const onDamage = (what: string) => log('warn', 'The datadir is begun anew', { because: what });
  const options = { path, mustExist, ...(format === undefined ? {} : { format }), ...(mustExist ? {} : { onDamage }) };
  const store = openDatadir(options);
  return tolerantStore(writtenBehind(store, { path, isForOthers: store.format !== 'lmdb', log }), log);
}

/** Damaged entries that an error names besides its own: it is one line of the log. */
const NAMED_IN_ERROR = 10;

/**
 * The error, with all that is damaged besides: else it would be found one run at a time. What is more than an error can hold is told
 * before it, one entry a line.
 */
function withOtherDamage(error: PoisonedPreimageError, store: PreimageStore, log: Log): Error {
  const damaged = [...(store.keys?.() ?? [])].flatMap((key) => {
    const found = store.look(key);
    return found.state === 'damaged' && !error.message.includes(found.place) ? [found] : [];
  });
  if (damaged.length === 0) return error;
  const [named, others] = [damaged.slice(0, NAMED_IN_ERROR), damaged.slice(NAMED_IN_ERROR)];
  // Not a warning: who wants to see errors only is to see all of them.
  for (const { place, fault } of others) log('error', 'Damaged in the datadir', { what: place, because: fault });
  const where = others.length === 0 ? '' : `, ${others.length} of them named in the lines before this one`;
  const count = `${damaged.length} more of its entries ${damaged.length === 1 ? 'is' : 'are'} damaged${where}:`;
  const list = named.map(({ place, fault }) => `${place}: ${fault}`);
  const advice = 'to have all of them fetched again, run once with --l1, --l1.beacon and --l2';
  return new DatadirError([error.message, count, ...list, advice].join('\n'), { cause: error });
}

/** The oracle of one run. Local keys are answered from claim and chain, all others by the prefetcher. */
export function createOracle({
  claim,
  chain,
  store,
  fetcher,
  dialect = 'op-program',
  log = silentLog,
}: OracleOptions): Oracle {
  // The first things any program asks for: where they are missing, all is.
  const beginnings = new Map([
    [keyHex(keccak256Key(claim.l2OutputRoot)), 'the agreed output root'],
    [keyHex(keccak256Key(claim.l1Head)), 'the L1 head'],
  ]);
  const advice = (key: PreimageKey): string => {
    if (fetcher !== undefined) return 'none of the hints so far led to it';
    const gather = 'gather this claim by running once with --l1, --l1.beacon and --l2';
    const beginning = beginnings.get(keyHex(key));
    return beginning === undefined
      ? `${store.place} does not hold it, and without endpoints nothing is fetched; ${gather}`
      : `${store.place} does not know ${beginning}, so it was gathered for another chain or another claim; ${gather}`;
  };
  const global = prefetcher({
    store,
    fetcher,
    log,
    advice,
    dialect,
    onBlobRead: (commitment, form, anew) => store.layOut?.({ commitment, form, anew }),
  });
  const checked = guarded(global, async (_count, task) => {
    try {
      return await task();
    } catch (error) {
      throw error instanceof PoisonedPreimageError ? withOtherDamage(error, store, log) : error;
    }
  });
  return {
    ...checked,
    async get(key) {
      if (key[0] !== LOCAL_KEY) return checked.get(key);
      const value = localPreimage(key, claim, chain, dialect);
      if (value === undefined)
        throw new MissingPreimageError(
          key,
          undefined,
          localIndex(key) === l1ConfigIndex(dialect) && chain.custom
            ? `the program needs the configuration of L1 chain ${chain.rollupConfig.l1ChainId} to know what a blob costs there: give --l1.chainconfig`
            : `this host has no local input ${describeKey(key)} for this chain`,
        );
      return value;
    },
  };
}
