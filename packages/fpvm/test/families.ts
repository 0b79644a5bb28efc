// The families of guests whose ends are recorded from the reference machine: a guest for each seed, and the step at
// which to stop. Short ones, long ones that are hot enough to be translated, and system calls.
import { DeterministicOracle } from './deterministic-oracle.js';
import { randomProgram } from './random-program.js';
import { systemCallProgram } from './random-system-calls.js';
import type { Guest } from './reference.js';

export interface Family {
  readonly name: string;
  /** Its file in test/expectations. */
  readonly file: string;
  readonly guest: (seed: number) => Guest;
}

export const families: readonly Family[] = [
  {
    name: 'short random programs',
    file: 'random-programs.json',
    guest: (seed) => ({ elf: randomProgram(seed), limit: BigInt(50 + ((seed * 7919) % 6000)) }),
  },
  {
    name: 'long random programs',
    file: 'long-random-programs.json',
    guest: (seed) => ({ elf: randomProgram(seed, 1500), limit: BigInt(30_000 + ((seed * 7919) % 300_000)) }),
  },
  {
    name: 'random system calls',
    file: 'system-calls.json',
    guest: (seed) => ({
      elf: systemCallProgram(seed),
      limit: BigInt(500 + ((seed * 7919) % 9000)),
      oracle: () => new DeterministicOracle(),
    }),
  },
];
