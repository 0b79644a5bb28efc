/** Tries again what may go better the next time: a bounded number of times, with growing pauses, and saying so. */
import type { Log } from './log.js';

export type RetryPolicy = {
  /** How often a request is sent at most. */
  tries: number;
  /** The same for an endpoint that answers "not there": behind a load balancer some nodes lag a little, not minutes. */
  emptyTries: number;
  /** Pause after the first failure; it doubles up to `maxDelayMs`. */
  firstDelayMs: number;
  maxDelayMs: number;
};

/** 24 seconds of pauses, then the user hears of it. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { tries: 8, emptyTries: 4, firstDelayMs: 250, maxDelayMs: 8000 };

/** A failure that is worth another try. `reason` is for the log; `delayMs` is what the endpoint itself asked for. */
export type Retryable = { reason: string; delayMs?: number | undefined; empty?: boolean };

/**
 * Runs `task` until it succeeds, fails for good (`classify` returns undefined), or was tried often enough. The last error is
 * thrown as it is, with the number of tries passed to `giveUp`, which makes the error that the user sees.
 */
export async function withRetry<T>(
  task: () => Promise<T>,
  options: {
    what: string;
    policy: RetryPolicy;
    log: Log;
    classify: (error: unknown) => Retryable | undefined;
    giveUp: (error: unknown, tries: number) => Error;
  },
): Promise<T> {
  const { what, policy, log, classify, giveUp } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await task();
    } catch (error) {
      const retryable = classify(error);
      if (retryable === undefined || tries >= (retryable.empty ? policy.emptyTries : policy.tries))
        throw giveUp(error, tries);
      const delayMs = Math.min(retryable.delayMs ?? policy.firstDelayMs * 2 ** (tries - 1), policy.maxDelayMs);
      log('warn', 'Trying again', {
        what,
        reason: retryable.reason,
        try: `${tries + 1} of ${policy.tries}`,
        after: `${delayMs} ms`,
      });
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
