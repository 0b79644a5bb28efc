// One step from a state of our making: what the catalogue of step kinds (step-kinds.ts) and the random steps
// (random-steps.ts) consist of.
import { Machine, type MachineOptions } from '../src/machine.js';
import type { VmScalars } from '../src/witness.js';
import { DeterministicOracle } from './deterministic-oracle.js';

export interface StepCase {
  readonly name: string;
  /** The instruction at pc; without it, what `memory` holds there. */
  readonly word?: number;
  /** By number; the others are 0. */
  readonly registers?: Readonly<Record<number, bigint>>;
  readonly memory?: readonly { readonly address: bigint; readonly bytes: Uint8Array }[];
  readonly scalars?: Partial<Omit<VmScalars, 'registers'>>;
  /** Whether the step asks the deterministic oracle. */
  readonly asks?: boolean;
}

/** The machine before the step. */
export function machineOf(
  { word, registers = {}, memory = [], scalars = {}, asks = false }: StepCase,
  options: MachineOptions = { engine: 'interpreter' },
): Machine {
  const machine = new Machine(asks ? { ...options, oracle: new DeterministicOracle() } : options);
  Object.assign(machine, { pc: 0x10000n, heap: 0x7f00_0000_0000n, step: 1000n, ...scalars });
  for (const { address, bytes } of memory) machine.memory.load(address, bytes);
  if (word !== undefined) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, word, true);
    machine.memory.load(machine.pc, bytes);
  }
  for (const [index, value] of Object.entries(registers)) machine.setRegister(Number(index), value);
  return machine;
}
