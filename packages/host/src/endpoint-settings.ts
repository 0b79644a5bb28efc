/** What a user may say about how endpoints are dealt with, and what holds where nothing is said. */

/** Kinds of endpoints, as --l1.rpckind names them. */
export const RPC_KINDS = [
  'alchemy',
  'quicknode',
  'infura',
  'parity',
  'nethermind',
  'debug_geth',
  'erigon',
  'basic',
  'any',
  'standard',
] as const;
export type RpcKind = (typeof RPC_KINDS)[number];

export type RequestLimits = {
  /** Requests in flight. */
  concurrency: number;
  /** Calls a second; undefined: as many as there are. */
  rate: number | undefined;
};

export const DEFAULT_REQUEST_LIMITS: RequestLimits = { concurrency: 16, rate: undefined };

/** Providers count every call of a batch against their limits; bursts of hundreds end in 429. */
export const DEFAULT_BATCH_SIZE = 20;
