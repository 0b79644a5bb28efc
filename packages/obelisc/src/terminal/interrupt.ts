// Ctrl-C and SIGTERM, for what has something to tidy up. Whatever has not is ended by them at once, as Node has it: a command
// that computes for seconds could not even hear of them.

/** The command was interrupted; what it did before stands. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Exit code of a command that was interrupted and has tidied up: what a shell shows for one that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Milliseconds that tidying up may take. */
const GRACE = 250;

/** Hears of signals until something else does. */
let early: (() => void) | undefined;

/** Calls `end` with an InterruptedError on SIGINT and SIGTERM, until an Interrupt is armed or they are left to the system. */
export function onEarlyInterrupt(end: (error: InterruptedError) => void): void {
  early = () => end(new InterruptedError('interrupted'));
  process.on('SIGINT', early).on('SIGTERM', early);
}

/** From now on a signal ends the process at once: it is about to compute for seconds without a turn of the event loop. */
export function leaveInterruptsToSystem(): void {
  if (early !== undefined) process.off('SIGINT', early).off('SIGTERM', early);
  early = undefined;
}

export class Interrupt {
  readonly #controller = new AbortController();

  /** Aborted by the first SIGINT or SIGTERM after `arm`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Listens from now on. A second signal ends the process at once. */
  arm(): this {
    leaveInterruptsToSystem();
    const abort = (): void => {
      process.off('SIGINT', abort).off('SIGTERM', abort);
      this.#controller.abort(new InterruptedError('interrupted'));
    };
    process.on('SIGINT', abort).on('SIGTERM', abort);
    return this;
  }

  /** The work's outcome; rejects with InterruptedError a moment after an interrupt, whatever the work is at. */
  async orInterrupted<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const interrupted = new Promise<never>((_, reject) => {
      const giveUp = (): void => {
        timer = setTimeout(() => reject(this.signal.reason as InterruptedError), GRACE);
      };
      if (this.signal.aborted) giveUp();
      else this.signal.addEventListener('abort', giveUp, { once: true });
    });
    try {
      return await Promise.race([work, interrupted]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether an error, or what caused it, is an interrupt. */
export function isInterrupt(error: unknown): boolean {
  return (
    error instanceof InterruptedError ||
    (error instanceof Error && error.cause !== undefined && isInterrupt(error.cause))
  );
}
