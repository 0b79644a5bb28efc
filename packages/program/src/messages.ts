// What the client's thread and the thread that answers it say to each other.

/** What the worker starts with. */
export interface WorkerData {
  readonly module: Uint8Array;
  readonly mulHigh: Uint8Array;
  /** One Int32: `requestFlag`. The worker sleeps on it until its request is answered. */
  readonly answered: SharedArrayBuffer;
}

export const requestFlag = { pending: 0, answered: 1 } as const;

/** Requests (`get`, `hint`: answered by one posted message, the pre-image or null) and reports (the others). */
export type FromWorker =
  | { readonly kind: 'get'; readonly key: Uint8Array }
  | { readonly kind: 'hint'; readonly text: string }
  | { readonly kind: 'write'; readonly fd: number; readonly bytes: Uint8Array }
  | { readonly kind: 'exit'; readonly code: number };
