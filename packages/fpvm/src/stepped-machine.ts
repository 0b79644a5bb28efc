// A machine as those know it who have it take steps, to prove them or to tell of them.
import type { MemoryTree } from './memory-tree.js';
import type { PreimageRead } from './oracle.js';
import type { VmScalars } from './witness.js';

/** Why a run ended: all steps taken, the guest exited, or (if asked for) a pre-image was read in the last step. */
export type RunStop = 'steps' | 'exited' | 'preimage';

export interface SteppedMachine extends Readonly<VmScalars> {
  register(index: number): bigint;
  /** The instruction word at pc. */
  instruction(): number;
  run(steps: bigint, options?: { stopAtPreimage?: boolean }): Promise<RunStop>;
}

export interface ProvableMachine extends SteppedMachine {
  readonly tree: MemoryTree;
  readonly preimage: PreimageRead | undefined;
  /** Counts steps that the engine has taken, and throws the RevertError if it stopped for one. */
  noteSteps(taken: bigint, stop: number): void;
}
