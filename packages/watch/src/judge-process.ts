// A process that judges one claim, for a worker: what happens to it happens to no other.
import {
  type ChainOptions,
  derivedIn,
  exitCodes,
  messagesOf,
  OrphanedHeadError,
  RefusedClaimError,
  GameError,
  validate,
  type ValidateOptions,
  verdictJson,
} from '@obelisc/claims';
import { type LogFields, type LogLevel, UncoveredClaimError } from '@obelisc/host';

/** What the worker sends: options without what a message cannot carry. */
export type ToJudge = ChainOptions &
  Omit<ValidateOptions, 'log' | 'onClientLine' | 'onMachine' | 'onRange' | 'onSegment' | 'signal'>;

/** What comes back. */
export type FromJudge =
  /** The claim has come further: a block more, or to the machine. */
  | { readonly kind: 'further' }
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  | { readonly kind: 'segment'; readonly from: bigint; readonly to: bigint; readonly answer: string }
  | {
      readonly kind: 'verdict';
      readonly answer: 'valid' | 'invalid' | 'unknown';
      readonly json: string;
      readonly reason: string | undefined;
      /** What was judged, and under which L1 head; 0x-hex. */
      readonly claim: string;
      readonly l1Head: string;
    }
  /** `settles`: no other try will go better, and this is how the game stands. */
  | { readonly kind: 'failed'; readonly reason: string; readonly settles?: 'uncovered' | 'orphaned' | undefined };

const send = (message: FromJudge): void => void process.send?.(message);

/** How far the client is, natively or in the machine: a block, or in segments the blocks of all. */
let furthest = -1n;
const reach = (place: bigint): void => {
  if (place <= furthest) return;
  furthest = place;
  send({ kind: 'further' });
};

process.once('message', (options: ToJudge) => {
  validate({
    ...options,
    log: (level: LogLevel, message: string, fields: LogFields = {}) => send({ kind: 'log', level, message, fields }),
    onClientLine(line) {
      send({ kind: 'line', line });
      const block = derivedIn(line);
      if (block !== undefined) reach(block);
    },
    onNative() {
      // The client begins, or has ended and begins in the machine.
      furthest = -1n;
      send({ kind: 'further' });
    },
    onRange: ({ natively, inMachine, segmentsDone }) => reach(natively + inMachine + BigInt(segmentsDone)),
    onSegment: ({ from, to, answer }) => send({ kind: 'segment', from, to, answer }),
  }).then(
    (verdict) => {
      const { answer, reason, claim, l1Head } = verdict;
      send({ kind: 'verdict', answer, reason, json: verdictJson(verdict), claim, l1Head });
      process.exitCode = exitCodes[answer];
      process.disconnect();
    },
    (error: unknown) => {
      // A fork that is not covered, a game that cannot be derived: an endpoint that lags is told by RefusedClaimError too.
      const isUncovered =
        error instanceof UncoveredClaimError ||
        (error instanceof GameError && error.isUncovered) ||
        (error instanceof RefusedClaimError && error.isSettled);
      const settles = isUncovered ? 'uncovered' : error instanceof OrphanedHeadError ? 'orphaned' : undefined;
      send({ kind: 'failed', reason: messagesOf(error).join(': '), settles });
      process.disconnect();
    },
  );
});
process.on('disconnect', () => process.exit());
// The worker decides what becomes of it, also where a signal reaches the whole group.
process.on('SIGINT', () => {}).on('SIGTERM', () => {});
