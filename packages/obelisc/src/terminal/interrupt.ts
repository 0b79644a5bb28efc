// Ctrl-C and SIGTERM, for what has something to tidy up; whatever has not is ended by them at once, as Node has it.

/** The command was interrupted; what it did before stands. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Exit code of a command that was interrupted and has tidied up: what a shell shows for one that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** A signal that is aborted by the first SIGINT or SIGTERM from now on. A second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    process.off('SIGINT', abort).off('SIGTERM', abort);
    controller.abort(new InterruptedError('interrupted'));
  };
  process.on('SIGINT', abort).on('SIGTERM', abort);
  return controller.signal;
}

/** Whether an error, or what caused it, is an interrupt. */
export function isInterrupt(error: unknown): boolean {
  return (
    error instanceof InterruptedError ||
    (error instanceof Error && error.cause !== undefined && isInterrupt(error.cause))
  );
}
