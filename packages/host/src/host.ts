/** One run's host: the oracle that answers the program, put together from claim, chain, store and endpoints. */
import {
  describeKey,
  keccak256Key,
  keyHex,
  LOCAL_KEY,
  MissingPreimageError,
  type Oracle,
  type PreimageKey,
  type PreimageStore,
} from '@obelisc/preimage';
import { type Chain, type Claim, localPreimage } from './boot.js';
import { type Log, silentLog } from './log.js';
import { type Fetcher, prefetcher } from './prefetcher.js';

export type HostOptions = {
  claim: Claim;
  chain: Chain;
  store: PreimageStore;
  /** Absent: offline, from `store` alone. */
  fetcher?: Fetcher | undefined;
  log?: Log;
};

/** The oracle of one run. Local keys are answered from claim and chain, all others by the prefetcher. */
export function createOracle({ claim, chain, store, fetcher, log = silentLog }: HostOptions): Oracle {
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
  const global = prefetcher({ store, fetcher, log, advice });
  return {
    hint: (text) => global.hint(text),
    async get(key) {
      if (key[0] !== LOCAL_KEY) return global.get(key);
      const value = localPreimage(key, claim, chain);
      if (value === undefined)
        throw new MissingPreimageError(
          key,
          undefined,
          `this host has no local input ${describeKey(key)} for this chain`,
        );
      return value;
    },
  };
}
