// Why a claim is not judged at all: an error in what was asked for.

/** The claim, or what was given with it, makes no sense: the message names the flag or file and the next step. */
export class RefusedClaimError extends Error {
  override name = 'RefusedClaimError';
}
