// How far a range is that is judged in segments, all of them together.
import type { RangeProgress } from '@obelisc/claims';
import { duration } from '../op-program/derivation-progress.js';
import { type ProgressDisplay, progressDisplay } from '../terminal/progress.js';

/** Milliseconds before it is said how long the rest will take. */
const SOON = 3_000;
/** Milliseconds between looks: also while no block comes to an end. */
const INTERVAL = 250;

export class RangeDisplay {
  #display: ProgressDisplay | undefined;
  #timer: NodeJS.Timeout | undefined;
  #progress: RangeProgress | undefined;
  #start = 0;

  constructor(
    private readonly isWanted: boolean,
    /** Without the machine. */
    private readonly native: boolean,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** The range has come so far. */
  see(progress: RangeProgress): void {
    this.#progress = progress;
    if (this.#display !== undefined || !this.isWanted) return;
    this.#start = this.clock();
    this.#display = progressDisplay();
    this.#timer = setInterval(() => this.#display?.update(() => this.text()), INTERVAL).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#display?.stop();
    this.#display = undefined;
  }

  /** One line; what matters most stands first. */
  text(): string {
    if (this.#progress === undefined) return '';
    const { natively, inMachine, blocks, segmentsDone, segments } = this.#progress;
    return [
      `${segmentsDone} of ${segments} segments`,
      `${natively} of ${blocks} blocks natively`,
      ...(this.native ? [] : [`${inMachine} in the machine`]),
      ...this.#timeLeft(this.native ? [natively, blocks] : [natively + inMachine, 2n * blocks]),
    ].join(', ');
  }

  /** At the pace until now. A block takes unlike times natively and in the machine, which evens out over some segments. */
  #timeLeft([done, all]: readonly [bigint, bigint]): string[] {
    const elapsed = this.clock() - this.#start;
    if (elapsed < SOON || done === 0n || done >= all) return [];
    return [`about ${duration((elapsed * Number(all - done)) / Number(done))} left`];
  }
}
