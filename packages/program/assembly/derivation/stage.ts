// What the stages of the derivation pipeline say when they are asked for more (specs: protocol/derivation.md#
// l2-chain-derivation-pipeline). Each stage pulls from the stage before it, and all share the L1 block they are at.
import { Failure, FailureKind } from '../failure';

/** The answer to a pull. */
export const enum Pull {
  /** There is a value: the stage's `value` holds it. */
  Ready,
  /** The stage did something and must be asked again. */
  Again,
  /** The current L1 block holds nothing more. */
  Empty,
  /** Derivation can't go on: `failure()` says why. */
  Failed,
}

let current: Failure | null = null;

/** Notes why derivation can't go on. */
export function fail(kind: FailureKind, message: string): Pull {
  current = new Failure(kind, message);
  return Pull.Failed;
}

/** Why the last pull failed. */
export function failure(): Failure {
  const reason = current;
  if (reason === null) throw new Error('no pull has failed');
  return reason;
}
