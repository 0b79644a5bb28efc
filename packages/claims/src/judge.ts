// One derivation judged: the client natively, which gathers, then in the machine; both must agree.
import {
  type Chain,
  type Claim,
  type Endpoints,
  type Host,
  type Log,
  openHost,
  type RetryPolicy,
} from '@obelisc/host/run';
import type { DataFormat, PreimageStore } from '@obelisc/preimage';
import { runProgram } from '@obelisc/program';
import { ClientLog, type Conclusion, type DerivedBlock } from './client-log.js';
import { DisagreementError } from './errors.js';
import type { MachineOutcome, MachineProgress } from './machine.js';
import type { Answer } from './verdict.js';

/** A derivation to be made: plain data, which may be sent to another process. */
export interface Derivation {
  readonly claim: Claim;
  readonly chain: Chain;
  readonly endpoints: Endpoints;
  readonly policy: RetryPolicy;
  /** Folder of the pre-images; absent: they are kept in memory. */
  readonly datadir: string | undefined;
  /** Format of a new datadir; absent: the one that other programs read. */
  readonly dataFormat?: DataFormat | undefined;
  /** Only natively, without the machine. */
  readonly native: boolean;
  /** Whether the L1 head was the user's choice, which `reason` speaks of. */
  readonly isHeadGiven: boolean;
  /**
   * Whether the claim is about what L1 holds up to exactly this head, as a game's is: where it holds less than the claimed block, the
   * claim is wrong.
   */
  readonly isHeadExact: boolean;
}

/** What came of it. */
export interface Judgement {
  readonly answer: Answer;
  /** The output root that was derived for the claimed block, 0x-hex, where the derivation reached it. */
  readonly derived: string | undefined;
  /** The blocks that were derived. */
  readonly blocks: readonly DerivedBlock[];
  readonly machine: MachineOutcome | undefined;
  /** Why it could not be told; with `isHeadExact` also that L1 does not hold the claimed block. */
  readonly reason: string | undefined;
  /** L1 up to the head does not hold the claimed block. */
  readonly ranOutOfL1: boolean;
}

export interface Listeners {
  readonly log: Log;
  readonly onClientLine: (line: string) => void;
  readonly onNative?: (host: Host | undefined) => void;
  readonly onMachine?: (progress: MachineProgress | undefined) => void;
}

/** A host for the derivation. `store`: what an earlier one has fetched. */
export function openHostFor(derivation: Derivation, log: Log, store?: PreimageStore): Promise<Host> {
  const { claim, chain, endpoints, datadir, dataFormat, policy } = derivation;
  return openHost({
    claim,
    chain,
    endpoints,
    store,
    datadir,
    log,
    ...(dataFormat === undefined ? {} : { dataFormat }),
    policy,
  });
}

/** Runs the client on `host`. Rejects with DisagreementError, and with what stops the host or the machine. */
export async function judge(
  host: Host,
  { claim, native, isHeadGiven, isHeadExact }: Pick<Derivation, 'claim' | 'native' | 'isHeadGiven' | 'isHeadExact'>,
  { log, onClientLine, onNative = () => {}, onMachine = () => {} }: Listeners,
): Promise<Judgement> {
  const { oracle, store } = host;
  log('info', 'Gathering: the client derives the range natively');
  const to = claim.l2BlockNumber;
  const clientLog = new ClientLog(onClientLine);
  const write = (bytes: Uint8Array): void => clientLog.write(bytes);
  onNative(host);
  const code = await runProgram({ oracle, nearby: store.nearby?.(), stdout: write, stderr: write }).finally(() =>
    onNative(undefined),
  );
  let machine: MachineOutcome | undefined;
  const { conclusion, blocks } = clientLog;
  // With an L1 head that is too early the program compares the claim with an older block: that decides for a game alone.
  const conclusive = code !== 2 && conclusion !== undefined && (isHeadExact || conclusion.blockNumber === to);
  if (!native && conclusive) {
    log('info', 'Running the client in the machine');
    // Who judges natively alone need not load it.
    const { runInMachine } = await import('./machine.js');
    try {
      machine = await runInMachine(oracle, new ClientLog(onClientLine), onMachine);
    } finally {
      onMachine(undefined);
    }
    if (machine.exitCode !== code) {
      throw new DisagreementError(
        `the client ended with exit code ${code} natively and ${machine.exitCode} in the machine: please report this with the datadir`,
      );
    }
  }
  const judged = { derived: conclusion?.outputRoot, blocks, machine, ranOutOfL1: false };
  if (conclusive && conclusion.blockNumber < to)
    return { ...judged, answer: 'invalid', reason: whyTooFar(conclusion, code) };
  if (conclusive) return { ...judged, answer: code === 0 ? 'valid' : 'invalid', reason: undefined };
  const reason = whyUnknown(to, conclusion, clientLog.failure, isHeadGiven);
  return { answer: 'unknown', derived: undefined, blocks, machine, reason, ranOutOfL1: conclusion !== undefined };
}

/** Why a claim is wrong about a block that L1 does not hold, whatever root it claims. */
function whyTooFar({ blockNumber }: Conclusion, code: number): string {
  const why = `L1 up to the game's head holds the chain only up to block #${blockNumber}`;
  // The program knows roots, not numbers: the game's contract has a challenge of its own for this.
  return code === 0
    ? `${why}, whose root it is: the program accepts it, and the block number is what must be challenged`
    : why;
}

function whyUnknown(
  to: bigint,
  conclusion: Conclusion | undefined,
  failure: string | undefined,
  isHeadGiven: boolean,
): string {
  if (conclusion !== undefined) {
    return (
      `L1 up to the ${isHeadGiven ? 'given' : 'latest'} head holds the chain only up to block #${conclusion.blockNumber} ` +
      `(output root ${conclusion.outputRoot}), not up to #${to}: ` +
      (isHeadGiven
        ? 'give a later --l1.head, or none'
        : 'its batch is not there yet, or --l1 is behind; try again later')
    );
  }
  return failure === undefined ? 'the client ended without a conclusion' : `the client could not go on: ${failure}`;
}
