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
  const agreedOutput = keyHex(keccak256Key(claim.l2OutputRoot));
  const advice = (key: PreimageKey): string => {
    if (fetcher !== undefined) return 'none of the hints so far led to it';
    if (keyHex(key) === agreedOutput) {
      return `${store.place} does not know the agreed output root, so it was gathered for another chain or another claim; gather this claim by running with --l1, --l1.beacon and --l2`;
    }
    return `${store.place} does not hold it, and without --l1, --l1.beacon and --l2 nothing is fetched; gather this claim by running once with these three flags`;
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
