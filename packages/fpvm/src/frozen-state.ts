// The state of a machine at one step, kept while the machine goes on.
import type { FrozenMemory } from './paging/frozen-memory.js';
import type { SavedState } from './saved-state.js';

export class FrozenState implements SavedState {
  readonly preimageKey: Uint8Array;
  readonly preimageOffset: bigint;
  readonly pc: bigint;
  readonly exitCode: number;
  readonly exited: boolean;
  readonly step: bigint;
  readonly heap: bigint;
  readonly loadReservation: bigint;
  readonly registers: BigUint64Array;
  readonly lastHint: Uint8Array;
  readonly savedWitness: Uint8Array;
  readonly savedStateHash: Uint8Array;
  readonly memory: FrozenMemory;

  /** Takes the scalars of `state`; its arrays are never changed in place. */
  constructor(state: Omit<SavedState, 'memory'>, memory: FrozenMemory) {
    this.preimageKey = state.preimageKey;
    this.preimageOffset = state.preimageOffset;
    this.pc = state.pc;
    this.exitCode = state.exitCode;
    this.exited = state.exited;
    this.step = state.step;
    this.heap = state.heap;
    this.loadReservation = state.loadReservation;
    this.registers = state.registers;
    this.lastHint = state.lastHint;
    this.savedWitness = state.savedWitness;
    this.savedStateHash = state.savedStateHash;
    this.memory = memory;
  }

  /** Lets go of the memory: the state cannot be read any more. */
  release(): void {
    this.memory.release();
  }
}
