// Steps from random states, the same for the same seed.
import { instructions } from '../src/instructions.js';
import { anyWord, encode } from './assembler.js';
import { oneOf, randomBytes, randomNumbers, randomValue } from './random-numbers.js';
import type { StepCase } from './step-case.js';
import { data, PC, places } from './step-kinds.js';

/** A step from a random state: any word now and then, else any row with any operands. */
export function randomStep(seed: number): StepCase {
  const random = randomNumbers(seed);
  const row = oneOf(random, instructions);
  const operands = { rd: random(32), rs1: random(32), rs2: random(32), imm: random(2 ** 32) | 0 };
  const near = () => BigInt.asUintN(64, oneOf(random, places)[1] + BigInt(random(16)) - 8n);
  const registers = Object.fromEntries(
    Array.from({ length: 31 }, (_, i) => [
      i + 1,
      random(2) === 0 ? BigInt.asUintN(64, randomValue(random)) : near() & ~BigInt(oneOf(random, [0, 3, 7])),
    ]),
  );
  const pc = oneOf(random, [PC, PC, PC, BigInt.asUintN(64, randomValue(random)) & ~3n, PC + BigInt(random(64))]);
  return {
    name: `random step ${seed}`,
    word:
      random(8) === 0
        ? random(2 ** 32)
        : row.revert === undefined
          ? anyWord(row, operands, random)
          : encode(row, operands, random(2 ** 32)),
    registers,
    memory: data,
    scalars: {
      pc,
      step: BigInt.asUintN(64, randomValue(random)),
      heap: BigInt.asUintN(64, randomValue(random)),
      loadReservation: oneOf(random, [0n, near() & ~7n, registers[operands.rs1] ?? 0n]),
      preimageKey: randomBytes(random, 32),
      preimageOffset: BigInt.asUintN(64, randomValue(random)),
    },
  };
}
