/**
 * Watches over questions to a pre-image server: none of them is waited for longer than it may be, or than the server lives.
 * There is one question at a time, tens of thousands in a run, so that one timer looks after all of them.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** The server cannot be started, has died, or takes too long. The message says which server, and how it ended. */
export class PreimageServerError extends Error {
  override name = 'PreimageServerError';
}

/** The wait for an answer was given up because `signal` asked for it. */
export class WaitInterruptedError extends Error {
  override name = 'WaitInterruptedError';
}

export type QuestionWatchOptions = {
  /** Ends the wait for an answer with WaitInterruptedError. */
  signal?: AbortSignal;
  /** Longest time for one answer, in milliseconds; without it the server is waited for as long as it lives. */
  timeout?: number;
  /** Told each time that an answer has taken another `noticeEvery` milliseconds. */
  onSlow?: (notice: string) => void;
  noticeEvery?: number;
};

export type QuestionWatch = {
  /** The answer, unless the server dies or takes too long. `what` names the question. */
  answered<T>(what: () => string, question: Promise<T>): Promise<T>;
  /** The server has ended. */
  end(how: string): void;
  /** There will be no more questions. */
  close(): void;
};

/** The channels close a little before the exit of their process is known. */
const GRACE_FOR_EXIT_CODE = 2_000;
/** A signal to the whole group reaches the server and us in any order. */
const GRACE_FOR_SIGNAL = 100;
const NOTICE_EVERY = 15_000;
/** Between two looks at the question at hand, in milliseconds. */
const LOOK_EVERY = 100;

type Question = {
  what: () => string;
  start: number;
  notices: number;
  /** The channel broke: only how the server ended is of interest now. */
  broken: boolean;
  fail: (error: Error) => void;
};

/** `server` names it in errors and notices. */
export function questionWatch(server: string, options: QuestionWatchOptions): QuestionWatch {
  const { timeout = Infinity, noticeEvery = NOTICE_EVERY, onSlow, signal } = options;
  let open: Question | undefined;
  let ended: string | undefined;

  const look = (): void => {
    if (open === undefined) return;
    const { what, start, broken, fail } = open;
    const taken = performance.now() - start;
    if (signal?.aborted === true) {
      fail(new WaitInterruptedError(`interrupted while waiting for ${server}: ${what()}`));
    } else if (ended !== undefined) {
      fail(new PreimageServerError(`${server} ${ended}: ${what()} stays unanswered after ${seconds(start)} s`));
    } else if (broken) {
      return;
    } else if (taken >= timeout) {
      fail(
        new PreimageServerError(
          `${server} did not answer within ${timeout / 1000} s: ${what()} (--preimage-timeout sets the limit)`,
        ),
      );
    } else if (taken >= (open.notices + 1) * noticeEvery) {
      open.notices += 1;
      onSlow?.(`still waiting for ${server}: ${what()}, ${seconds(start)} s so far`);
    }
  };
  const timer = setInterval(look, Math.min(LOOK_EVERY, noticeEvery, timeout));
  signal?.addEventListener('abort', look);

  return {
    answered: (what, question) =>
      new Promise((resolve, reject) => {
        // One promise and two callbacks a question, for there are tens of thousands in a run.
        const fail = (error: Error) => {
          if (open === asked) open = undefined;
          reject(error);
        };
        const asked: Question = { what, start: performance.now(), notices: 0, broken: false, fail };
        open = asked;
        if (ended !== undefined || signal?.aborted === true) look();
        question.then(
          (answer) => {
            if (open === asked) open = undefined;
            resolve(answer);
          },
          (error: unknown) => {
            const message = `${error instanceof Error ? error.message : String(error)}, after ${seconds(asked.start)} s`;
            asked.broken = true;
            // If that is because the server died, its exit says more.
            void delay(GRACE_FOR_EXIT_CODE, undefined, { ref: false }).then(() =>
              fail(new PreimageServerError(message, { cause: error })),
            );
          },
        );
      }),
    end(how) {
      // An interrupt is heard by both, and if the server was the quicker it is still the interrupt that ends the wait.
      setTimeout(
        () => {
          ended = how;
          look();
        },
        signal === undefined ? 0 : GRACE_FOR_SIGNAL,
      );
    },
    close() {
      clearInterval(timer);
      signal?.removeEventListener('abort', look);
    },
  };
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
