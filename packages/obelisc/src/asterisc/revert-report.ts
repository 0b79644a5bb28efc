// What is said when the guest does what the machine refuses: code, step, place, and the instructions that led there.
import { decode, lookupSymbol, type Machine, type Metadata, type RevertError } from '@obelisc/fpvm';
import { tell } from '../terminal/line-batch.js';
import { instructionsFrom, listing, type PlacedInstruction } from './listing.js';
import { log } from './log.js';

/** A step that was taken, or the one that failed. */
export interface ExecutedStep extends PlacedInstruction {
  readonly step: bigint;
}

/** Instructions shown, the one that failed included. */
const SHOWN = 16;

/** Writes the report to stderr; `lastSteps` as in `revertListing`. */
export function reportRevert(
  error: RevertError,
  machine: Machine,
  metadata: Metadata,
  lastSteps?: readonly ExecutedStep[],
): void {
  const { code, step, pc } = error;
  const word = machine.instruction();
  log('error', 'the guest did what the machine refuses', {
    code: code.toString(16),
    step,
    pc: pc.toString(16).padStart(8, '0'),
    name: lookupSymbol(metadata, pc),
    insn: word.toString(16).padStart(8, '0'),
    instruction: decode(word).instruction.name,
    caller: lookupSymbol(metadata, machine.register(1)),
  });
  tell(`${revertListing(error, machine, metadata, lastSteps).join('\n')}\n`);
}

/**
 * The instructions that led to a revert, one line each below a title, the one that failed marked. `lastSteps` are the steps before the one that failed, in their order, as executed; without
 * them the instructions before pc are shown in the order of their addresses, and said to be that.
 */
export function revertListing(
  { step, pc }: RevertError,
  machine: Machine,
  metadata: Metadata,
  lastSteps?: readonly ExecutedStep[],
): string[] {
  const failed = { step, pc, word: machine.instruction() };
  return lastSteps === undefined ? before(machine, failed, metadata) : executed(failed, metadata, lastSteps);
}

function executed(failed: ExecutedStep, metadata: Metadata, lastSteps: readonly ExecutedStep[]): string[] {
  const steps = [...lastSteps.filter(({ step }) => step < failed.step).slice(1 - SHOWN), failed];
  const width = String(failed.step).length;
  const lines = listing(steps, metadata).map((line, i) => `${String(steps[i]?.step).padStart(width)}  ${line}`);
  return [`the last ${steps.length} instructions, as executed:`, ...marked(lines)];
}

function before(machine: Machine, failed: ExecutedStep, metadata: Metadata): string[] {
  const count = BigInt(SHOWN - 1);
  const start = failed.pc < 4n * count ? failed.pc & 3n : failed.pc - 4n * count;
  const there: PlacedInstruction[] = [];
  for (let pc = start; pc < failed.pc; pc += 4n) there.push(...instructionsFrom(machine, pc, 1));
  const title = 'the instructions before it, in the order of their addresses (which need not be that of execution):';
  return [title, ...marked(listing([...there, failed], metadata))];
}

/** The last line, which failed, is marked. */
function marked(lines: readonly string[]): string[] {
  return lines.map((line, i) => `${i === lines.length - 1 ? '>' : ' '} ${line}`);
}
