// What the client's thread and the thread that answers it say to each other.
import type { NearbySource, ValuesAhead } from '@obelisc/preimage';

/** What the worker starts with. */
export interface WorkerData {
  readonly module: Uint8Array;
  /** The module with the native answers to the imports that compute. */
  readonly computing: Uint8Array;
  /** Where the worker looks keccak256 values up by itself. */
  readonly nearby: NearbySource | undefined;
  /** One Int32: `requestFlag`. The worker sleeps on it until its request is answered. */
  readonly answered: SharedArrayBuffer;
}

export const requestFlag = { pending: 0, answered: 1 } as const;

/** A request (`get`: answered by one posted Answer) and reports (the others); both bring the hints that came before. */
export type FromWorker =
  | { readonly kind: 'get'; readonly key: Uint8Array; readonly hints: readonly string[] }
  | { readonly kind: 'hints'; readonly hints: readonly string[] }
  | { readonly kind: 'write'; readonly fd: number; readonly bytes: Uint8Array }
  | { readonly kind: 'exit'; readonly code: number };

export interface Answer {
  readonly value: Uint8Array;
  /** What will be asked for next. */
  readonly ahead: ValuesAhead | undefined;
}
