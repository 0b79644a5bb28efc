/** Tries again what may go better the next time: for a bounded time, with growing pauses, and saying so. */
import { EndpointError } from './endpoint-errors.js';
import type { Log } from './log.js';
import { Outage } from './outage.js';

export type RetryPolicy = {
  /** For how long a request is tried again, in milliseconds; Infinity for ever. */
  forMs: number;
  /** The same for an endpoint that has not answered anything in this run: most likely its address is wrong. */
  firstContactMs: number;
  /** The same for an endpoint that says "not there": behind a load balancer some nodes lag a little, not minutes. */
  absentMs: number;
  /**
   * How often a request is sent whose answer is wrong, failures of other kinds not counted: behind a load balancer one node in three may be
   * broken, and the answers of such a node are wrong for many requests, not all of them for one.
   */
  wrongTries: number;
  /** Pause after the first failure; it doubles up to `maxDelayMs`. */
  firstDelayMs: number;
  maxDelayMs: number;
};

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  forMs: 10 * 60_000,
  firstContactMs: 8_000,
  absentMs: 15_000,
  wrongTries: 10,
  firstDelayMs: 250,
  maxDelayMs: 8_000,
};

/** Longest pause after a wrong answer: the next one comes from another node, or is wrong as well. */
const LONGEST_WRONG_DELAY_MS = 1000;

/** An endpoint may ask for a pause of its own, up to this. */
const LONGEST_ASKED_DELAY_MS = 60_000;

/** The policy with another limit for outages: `--retry.for`, where 0 is for ever. */
export function retryFor(milliseconds: number, policy: RetryPolicy = DEFAULT_RETRY_POLICY): RetryPolicy {
  const forMs = milliseconds === 0 ? Number.POSITIVE_INFINITY : milliseconds;
  // Who waits for ever wants to wait for an endpoint that is still to come up, too.
  const firstContactMs = milliseconds === 0 ? forMs : Math.min(policy.firstContactMs, forMs);
  return { ...policy, forMs, firstContactMs, absentMs: Math.min(policy.absentMs, forMs) };
}

export type RetryOptions = {
  policy: RetryPolicy;
  /** Whether the endpoint has answered anything so far. */
  isKnown: () => boolean;
  /** Whether nobody waits for it: the pauses then do not keep the process alive. */
  isBackground?: boolean;
  /** What was said to be not there for as long as that is waited for, and is not waited for again. */
  vain?: VainWaits;
  /** Told of each failure that is followed by another try. */
  onRetry: (error: EndpointError, nextInMs: number) => void;
};

/**
 * Runs `task` until it succeeds, fails for good, or was tried for long enough. What is thrown in the end is the last failure,
 * with the number of tries; what is no EndpointError is thrown as it is.
 */
export async function withRetry<T>(
  task: () => Promise<T>,
  { policy, isKnown, isBackground = false, vain, onRetry }: RetryOptions,
): Promise<T> {
  const start = Date.now();
  /** By request, for a task may make several: how often its answer was wrong. */
  const wrong = new Map<string, number>();
  for (let tries = 1; ; tries++) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof EndpointError) || !error.isTransient) throw error;
      const elapsed = Date.now() - start;
      const isWrong = error.kind === 'wrong';
      const failed = isWrong ? (wrong.get(error.request) ?? 0) + 1 : tries;
      if (isWrong) wrong.set(error.request, failed);
      const longest = isWrong ? Math.min(LONGEST_WRONG_DELAY_MS, policy.maxDelayMs) : policy.maxDelayMs;
      const grown = Math.min(policy.firstDelayMs * 2 ** (failed - 1), longest);
      const asked = Math.min(error.delayMs ?? 0, LONGEST_ASKED_DELAY_MS, policy.forMs);
      const pause = Math.max(grown, asked);
      const limit = vain?.has(error) === true ? 0 : limitOf(error, policy, isKnown());
      const enough = elapsed + pause > limit || (isWrong && failed >= policy.wrongTries);
      if (enough && error.kind === 'absent' && !isBackground) vain?.add(error);
      if (enough) throw tries === 1 ? error : error.after(`tried ${tries} times in ${seconds(elapsed)} s`);
      onRetry(error, pause);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, pause);
        if (isBackground) timer.unref();
      });
    }
  }
}

/**
 * Methods of which an endpoint said "not there" until nobody waited any more, and that have given nothing since: of a node that keeps its
 * newest state alone that is so for each of the accounts and blocks of a claim, one after the other.
 */
export type VainWaits = {
  has(error: EndpointError): boolean;
  add(error: EndpointError): void;
  /** The method has given something. */
  gave(method: string): void;
};

export function vainWaits(): VainWaits {
  const methods = new Set<string>();
  // A request is a method, or one with what it was about.
  const methodOf = ({ request }: EndpointError): string => request.split(' ', 1)[0] ?? '';
  return {
    has: (error) => error.kind === 'absent' && methods.has(methodOf(error)),
    add: (error) => void methods.add(methodOf(error)),
    gave: (method) => void methods.delete(method),
  };
}

function limitOf(error: EndpointError, policy: RetryPolicy, isKnown: boolean): number {
  if (error.kind === 'absent') return policy.absentMs;
  // A rate limit and a wrong answer are answers: the endpoint is there.
  return isKnown || error.kind === 'rate-limit' || error.kind === 'wrong' ? policy.forMs : policy.firstContactMs;
}

/** Says what is tried again at growing intervals, however many requests fail at the same time. */
export function retryNotices(
  endpoint: string,
  log: Log,
): { failed(error: EndpointError, nextInMs: number): void; worked(): void } {
  const outage = new Outage();
  return {
    failed(error, nextInMs) {
      const failing = outage.failed();
      if (failing === undefined) return;
      log('warn', 'Trying again', {
        endpoint,
        request: error.request,
        because: error.fault,
        failing_for: `${seconds(failing)} s`,
        next_in: `${seconds(nextInMs)} s`,
      });
    },
    worked: () => outage.worked(),
  };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);
}
