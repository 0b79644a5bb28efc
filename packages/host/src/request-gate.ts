/** How much a run asks of its endpoints: requests in flight and requests a second, all endpoints together. */

import type { RequestLimits } from './endpoint-settings.js';

/** `demand`: the program waits for it; it goes before everything that is fetched `ahead`. */
export type Lane = 'demand' | 'ahead';

export type RequestGate = {
  /** Runs `task`, which sends `calls` calls in one request, when there is room. */
  pass<T>(lane: Lane, calls: number, task: () => Promise<T>): Promise<T>;
  /** Calls that may go in one request without breaking the rate. */
  readonly largestBatch: number;
  /** Requests that are under way now. */
  readonly inFlight: number;
};

export function requestGate({ concurrency, rate }: RequestLimits): RequestGate {
  const waiting: Record<Lane, { calls: number; start: () => void }[]> = { demand: [], ahead: [] };
  let inFlight = 0;
  /** When the rate allows the next call. */
  let free = 0;
  let timer: NodeJS.Timeout | undefined;

  const admit = (): void => {
    while (inFlight < concurrency) {
      const lane = waiting.demand.length > 0 ? waiting.demand : waiting.ahead;
      const [first] = lane;
      if (first === undefined) return;
      if (rate !== undefined) {
        const now = performance.now();
        if (free > now) {
          timer ??= setTimeout(() => {
            timer = undefined;
            admit();
          }, free - now);
          return;
        }
        free = Math.max(free, now) + (1000 * first.calls) / rate;
      }
      lane.shift();
      inFlight += 1;
      first.start();
    }
  };

  return {
    largestBatch: rate === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(rate)),
    get inFlight() {
      return inFlight;
    },
    async pass(lane, calls, task) {
      await new Promise<void>((start) => {
        waiting[lane].push({ calls, start });
        admit();
      });
      try {
        return await task();
      } finally {
        inFlight -= 1;
        admit();
      }
    },
  };
}
