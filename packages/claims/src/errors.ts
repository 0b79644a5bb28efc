// Why there is no verdict: an error in what was asked for, or in Obelisc.

/** The claim, or what was given with it, makes no sense: the message names the flag or file and the next step. */
export class RefusedClaimError extends Error {
  override name = 'RefusedClaimError';
  /** Whether it will be refused at any time: false where an endpoint may only be behind. */
  readonly isSettled: boolean;
  constructor(message: string, options: ErrorOptions & { isSettled?: boolean } = {}) {
    super(message, options);
    this.isSettled = options.isSettled ?? false;
  }
}

/**
 * The L1 head of a game is not on the chain of `--l1`, or not any more: what the claim was to be derived from is not there. It can be
 * judged when the head is back.
 */
export class OrphanedHeadError extends Error {
  override name = 'OrphanedHeadError';
}

/** The machine and the native run must agree on every claim: an error in Obelisc, not in the claim. */
export class DisagreementError extends Error {
  override name = 'DisagreementError';
}

/** The error with these messages, each caused by the next: one that came from another process. */
export function errorOf(messages: readonly string[]): Error {
  return (
    messages.reduceRight<Error | undefined>(
      (cause, message) => new Error(message, cause === undefined ? {} : { cause }),
      undefined,
    ) ?? new Error('a worker failed without a word')
  );
}
