// A run with things to do on the way: information, snapshots, proofs, stops. The order in each turn is the reference's:
// information, stop, snapshot, the step (with proof), stop at a pre-image.
import { setImmediate } from 'node:timers/promises';
import type { FrozenState } from './frozen-state.js';
import type { Machine } from './machine.js';
import type { PreimageRead } from './oracle.js';
import type { RunSampler } from './profile/sampler.js';
import { nextMatch, type StepPattern } from './step-pattern.js';
import type { ProofTexts } from './step-prover.js';

export interface GuidedRun {
  readonly infoAt?: StepPattern;
  readonly onInfo?: (machine: Machine) => void;
  readonly stopAt?: StepPattern;
  readonly snapshotAt?: StepPattern;
  /**
   * Gets the state at the step and may take its time: the run goes on meanwhile, and waits before the next snapshot and at
   * its end. An error ends the run. The state is released when the promise settles.
   */
  readonly onSnapshot?: (state: FrozenState) => Promise<void>;
  readonly proofAt?: StepPattern;
  /** Takes the texts of proofs, of one step or of some that follow each other. */
  readonly onProof?: (proofs: ProofTexts) => Promise<void> | void;
  /** Whether to stop behind the step with this number, which has read this pre-image. */
  readonly stopAtPreimage?: (read: PreimageRead, step: bigint) => boolean;
  /** Takes its samples at the steps it asks for. */
  readonly sampler?: RunSampler;
  /** Called some ten times a second while the machine runs. */
  readonly onProgress?: (machine: Machine) => void;
  readonly signal?: AbortSignal;
}

/** Why a guided run ended. */
export type GuidedStop = 'exited' | 'stop pattern' | 'pre-image' | 'aborted';

/** Steps between two looks at the signal and two reports of progress. */
const PROGRESS_STEPS = 20_000_000n;
/** The same for steps with proofs, each of which is a file. */
const PROGRESS_PROOFS = 512n;
/** Milliseconds between two turns of the event loop, where stops are so close that steps are no measure of time. */
const TURN = 20;
const never: StepPattern = { kind: 'never' };

/** Runs until the guest exits or something on the way stops it. Throws RevertError, and what the callbacks throw. */
export async function runGuided(machine: Machine, run: GuidedRun): Promise<GuidedStop> {
  const snapshots = new Snapshots(run.onSnapshot);
  let stop;
  try {
    stop = await steps(machine, run, snapshots);
  } catch (error) {
    // A snapshot of an earlier step is as good as ever. Of two errors the run's own is said.
    await snapshots.settled();
    throw error;
  }
  await snapshots.finish();
  return stop;
}

async function steps(machine: Machine, run: GuidedRun, snapshots: Snapshots): Promise<GuidedStop> {
  const { infoAt = never, stopAt = never, snapshotAt = never, proofAt = never } = run;
  const patterns = [infoAt, stopAt, snapshotAt, proofAt];
  let nextTurn = performance.now() + TURN;
  while (!machine.exited) {
    if (performance.now() >= nextTurn) {
      await setImmediate();
      nextTurn = performance.now() + TURN;
    }
    if (run.signal?.aborted === true) return 'aborted';
    const { step } = machine;
    const matches = (pattern: StepPattern) => nextMatch(pattern, step) === step;
    if (run.sampler?.next === step) run.sampler.take(machine);
    if (matches(infoAt)) run.onInfo?.(machine);
    if (matches(stopAt)) return 'stop pattern';
    if (matches(snapshotAt)) await snapshots.take(machine);
    snapshots.check();
    const proving = matches(proofAt);
    const provesAll = proving && nextMatch(proofAt, step + 1n) === step + 1n;
    let end = step + (proving ? (provesAll ? PROGRESS_PROOFS : 1n) : PROGRESS_STEPS);
    for (const pattern of provesAll ? [infoAt, stopAt, snapshotAt] : patterns) {
      const next = nextMatch(pattern, step + 1n);
      if (next !== undefined && next < end) end = next;
    }
    if (run.sampler !== undefined && run.sampler.next < end) end = run.sampler.next;
    let stop;
    if (proving) stop = await machine.prover.prove(Number(end - step), run.onProof ?? (() => undefined));
    else stop = await machine.run(end - step, { stopAtPreimage: run.stopAtPreimage !== undefined });
    if (!proving || provesAll) run.onProgress?.(machine);
    if (stop !== 'preimage' || machine.preimage === undefined) continue;
    if (run.stopAtPreimage?.(machine.preimage, machine.step - 1n) === true) return 'pre-image';
  }
  return 'exited';
}

/** Snapshots that are written while the run goes on, one at a time. */
class Snapshots {
  readonly #write: ((state: FrozenState) => Promise<void>) | undefined;
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(write: ((state: FrozenState) => Promise<void>) | undefined) {
    this.#write = write;
  }

  async take(machine: Machine): Promise<void> {
    if (this.#write === undefined) return;
    await this.finish();
    this.#writing = this.#store(this.#write, machine.freeze());
  }

  /** Throws what went wrong since the last look. */
  check(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Waits until nothing is being written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** As `settled`; throws what went wrong. */
  async finish(): Promise<void> {
    await this.settled();
    this.check();
  }

  async #store(write: (state: FrozenState) => Promise<void>, state: FrozenState): Promise<void> {
    try {
      await write(state);
    } catch (error) {
      this.#failure = { error };
    } finally {
      state.release();
    }
  }
}
