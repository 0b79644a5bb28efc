// How many instructions of each class a run has executed: every one in its first steps, by samples from then on.
import { type Instruction, instructionOf } from '../instructions.js';
import type { Machine } from '../machine.js';
import { type RunSampler, sampleDistance } from './sampler.js';

/** Classes of instructions, by what they ask of the machine. */
export const INSTRUCTION_CLASSES = [
  'load',
  'store',
  'branch',
  'jump',
  'arithmetic',
  'atomic',
  'system',
  'other',
] as const;
export type InstructionClass = (typeof INSTRUCTION_CLASSES)[number];

/** Steps from the start that are counted one by one: short runs are exact. */
const EXACT_STEPS = 4096n;

/**
 * Counts while the machine runs. The translator's code counts nothing, so beyond the first 4,096 steps an instruction
 * stands for those up to the next sample.
 */
export class InstructionCounter implements RunSampler {
  next: bigint;
  /** Instructions that were looked at. */
  samples = 0;
  readonly #firstStep: bigint;
  readonly #counts = new Map<InstructionClass, bigint>(INSTRUCTION_CLASSES.map((name) => [name, 0n]));
  #last: { readonly step: bigint; readonly kind: InstructionClass } | undefined;

  /** Counting begins at the machine's step. */
  constructor(machine: Machine) {
    this.#firstStep = machine.step;
    this.next = machine.step;
  }

  take(machine: Machine): void {
    this.#close(machine.step);
    this.#last = { step: machine.step, kind: classOf(instructionOf(machine.instruction())) };
    this.samples += 1;
    const done = machine.step - this.#firstStep;
    this.next = machine.step + (done < EXACT_STEPS ? 1n : sampleDistance(done));
  }

  /** The counts up to the machine's step; their sum is the number of steps since the start. */
  finish(machine: Machine): ReadonlyMap<InstructionClass, bigint> {
    this.#close(machine.step);
    return this.#counts;
  }

  #close(step: bigint): void {
    if (this.#last === undefined) return;
    const { kind, step: from } = this.#last;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0n) + step - from);
    this.#last = undefined;
  }
}

/** The class of a row of the instruction table. */
export function classOf({ name, format, revert }: Instruction): InstructionClass {
  if (revert !== undefined) return 'other';
  if (name === 'jal' || name === 'jalr') return 'jump';
  if (/^(?:ecall|ebreak|csr|fence)$/.test(name)) return 'system';
  if (name.startsWith('float.')) return 'other';
  switch (format) {
    case 'load':
    case 'store':
    case 'branch':
      return format;
    case 'amo':
      return 'atomic';
    default:
      return 'arithmetic';
  }
}
