// Why there is no verdict: an error in what was asked for, or in Obelisc.

/** The claim, or what was given with it, makes no sense: the message names the flag or file and the next step. */
export class RefusedClaimError extends Error {
  override name = 'RefusedClaimError';
}

/** The machine and the native run must agree on every claim: an error in Obelisc, not in the claim. */
export class DisagreementError extends Error {
  override name = 'DisagreementError';
}
