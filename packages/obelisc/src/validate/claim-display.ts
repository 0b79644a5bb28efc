// How far the judging of a claim is: its native run, then its run in the machine.
import type { MachineProgress } from '@obelisc/claims';
import { DerivationProgress, type GatheringSource } from '../op-program/derivation-progress.js';
import { machineText } from '../terminal/machine-progress.js';
import { type ProgressDisplay, progressDisplay } from '../terminal/progress.js';

export class ClaimDisplay {
  #derivation = new DerivationProgress();
  #stopNative: (() => void) | undefined;
  #machine: ProgressDisplay | undefined;

  constructor(private readonly isWanted: boolean) {}

  /** Takes a line of the client's log. */
  see(line: string): void {
    this.#derivation.see(line);
  }

  /** A native run has begun, whose host is given, or has ended. */
  native(host: GatheringSource | undefined): void {
    this.#stopNative?.();
    this.#stopNative = undefined;
    this.#derivation = new DerivationProgress(host);
    if (host !== undefined) this.#stopNative = this.#derivation.showOn(progressDisplay(this.isWanted));
  }

  /** The machine has come so far, or has ended. */
  machine(progress: MachineProgress | undefined): void {
    if (progress === undefined) {
      this.#machine?.stop();
      this.#machine = undefined;
      return;
    }
    this.#machine ??= progressDisplay(this.isWanted);
    this.#machine.update(() =>
      [...this.#derivation.places(), ...this.#derivation.timeLeft(), machineText(progress)].join(', '),
    );
  }
}
