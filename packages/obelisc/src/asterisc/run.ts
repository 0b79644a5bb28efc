// `asterisc run`: steps a state, with a pre-image server beside it.
import {
  type ExecutedStep,
  InstructionCounter,
  lookupSymbol,
  type Machine,
  type MachineMaker,
  type MachineOptions,
  type Metadata,
  parseStepPattern,
  readStateFile,
  RevertError,
  runGuided,
  type StepPattern,
  StepPatternError,
  writeStateFile,
} from '@obelisc/fpvm';
import { type PreimageServer, startPreimageServer, WaitInterruptedError } from '@obelisc/preimage';
import { UsageError } from '../terminal/failure.js';
import type { Verbosity } from '../terminal/verbosity.js';
import { type Interrupt, InterruptedError } from '../terminal/interrupt.js';
import { CountingOracle, debugInfo, together } from './debug-info.js';
import { guestOutput } from './guest-output.js';
import { goFloat, log, memorySize } from './log.js';
import { readMetadata } from './metadata-file.js';
import { checkOutput, checkStepFiles, writeStateTo, writeTextTo } from './output.js';
import { profiled, profileFiles, type ProfileOptions } from './profile.js';
import { proofWriter } from './proof-files.js';
import { reportRevert } from './revert-report.js';
import { formatStep } from './step-file-name.js';
import { preimageStop, type StopAtPreimageOptions } from './stop-at-preimage.js';

export interface RunOptions extends StopAtPreimageOptions, ProfileOptions, Verbosity {
  readonly input: string;
  readonly output: string;
  readonly meta: string;
  readonly infoAt: string;
  readonly proofAt: string;
  readonly proofFmt: string;
  readonly snapshotAt: string;
  readonly snapshotFmt: string;
  readonly stopAt: string;
  readonly debugInfo: string;
  /** Seconds, undefined for no limit. */
  readonly preimageTimeout: string | undefined;
  /** MiB that the guest may touch, undefined for what this computer has room for. */
  readonly maxMemory: string | undefined;
}

/** Steps listed before a revert; for these many a run is repeated with a notice, for more it is not: one to two minutes. */
const LAST_STEPS = 16;
const NOTICED_STEPS = 2_000_000_000n;
const MOST_STEPS_AGAIN = 100_000_000_000n;

/**
 * Runs until the guest exits or a flag stops it, then writes the output state. An interrupt stops the run and has its state
 * written; before the run there is nothing to write, and it ends the process.
 */
export async function runRun(options: RunOptions, server: readonly string[], interrupt: Interrupt): Promise<void> {
  const { signal } = interrupt;
  const patterns = {
    infoAt: pattern('info-at', options.infoAt),
    proofAt: pattern('proof-at', options.proofAt),
    snapshotAt: pattern('snapshot-at', options.snapshotAt),
    stopAt: pattern('stop-at', options.stopAt),
  };
  const stopAtPreimage = preimageStop(options);
  const profile = await profileFiles(options);
  for (const path of [options.output, options.debugInfo]) checkOutput(path);
  checkStepFiles(options.proofFmt, options.proofAt);
  checkStepFiles(options.snapshotFmt, options.snapshotAt);
  const preimages = await startServer(server, options.preimageTimeout, signal);
  const oracle = preimages === undefined ? undefined : new CountingOracle(preimages.oracle);
  const memory = memoryOf(options.maxMemory);
  const guest = guestOutput(options.quiet === true);
  try {
    const machine = await readStateFile(options.input, {
      output: guest.write,
      ...memory,
      ...(oracle === undefined ? {} : { oracle }),
    });
    const metadata = await readMetadata(options.meta);
    interrupt.arm();
    const startStep = machine.step;
    log('debug', 'State read', { input: options.input, step: startStep, pages: machine.memory.pageCount() });
    const counter = options.debugInfo === '' ? undefined : new InstructionCounter(machine);
    await profiled(profile, { machine, metadata, input: options.input }, async (stackSampler) => {
      const sampler = together(stackSampler, counter);
      const stop = await runGuided(machine, {
        ...patterns,
        onInfo: infoLogger(metadata, startStep),
        onSnapshot: (at) => writeStateFile(formatStep(options.snapshotFmt, at.step), at),
        onProof: proofWriter(options.proofFmt),
        ...(stopAtPreimage === undefined ? {} : { stopAtPreimage }),
        ...(sampler === undefined ? {} : { sampler }),
        signal,
      })
        .catch(async (error: unknown) => {
          // The system call that waited has changed nothing yet: the state is that before its step.
          if (causedByInterrupt(error)) return 'aborted' as const;
          if (error instanceof RevertError) {
            const again = (from: MachineOptions) => readStateFile(options.input, { ...memory, ...from });
            reportRevert(error, machine, metadata, await stepsBefore(machine, startStep, again, signal));
          }
          throw error;
        })
        .finally(() => guest.end());
      log('debug', 'Run ended', { because: stop, step: machine.step });
      if (stop === 'pre-image' && machine.preimage !== undefined) {
        const { key, offset, value } = machine.preimage;
        log('info', 'Stopping at preimage read', {
          key: `0x${Buffer.from(key).toString('hex')}`,
          offset,
          size: value.length,
        });
      }
      machine.refreshWitness();
      if (stop === 'aborted' && options.output !== '')
        log('warn', 'interrupted: writing the state that was reached', { step: machine.step, output: options.output });
      await writeStateTo(options.output, machine);
      if (counter !== undefined) await writeTextTo(options.debugInfo, debugInfo(machine, counter, oracle));
      if (stop === 'aborted') throw new InterruptedError('command interrupted');
    });
  } finally {
    const failure = await preimages?.close();
    if (failure !== undefined) log('error', 'failed to close pre-image server', { err: failure });
  }
}

function pattern(flag: string, text: string): StepPattern {
  try {
    return parseStepPattern(text);
  } catch (error) {
    if (error instanceof StepPatternError) throw new UsageError(`--${flag}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The steps that led to a revert, done again from the input state; undefined if that would take minutes, or on SIGINT. */
async function stepsBefore(
  machine: Machine,
  start: bigint,
  again: MachineMaker,
  signal: AbortSignal,
): Promise<readonly ExecutedStep[] | undefined> {
  const steps = machine.step - start;
  if (steps > MOST_STEPS_AGAIN) return undefined;
  if (steps > NOTICED_STEPS) log('info', 'running again to the revert, for its last instructions', { steps });
  return machine.lastSteps(LAST_STEPS, again, signal);
}

function memoryOf(mebibytes: string | undefined): { memoryLimit?: number } {
  if (mebibytes === undefined) return {};
  if (!(Number(mebibytes) > 0)) {
    throw new UsageError(`--max-memory is ${mebibytes}: a number of MiB is expected, e.g. 4096`);
  }
  return { memoryLimit: Number(mebibytes) * 2 ** 20 };
}

async function startServer(
  [command, ...args]: readonly string[],
  timeout: string | undefined,
  signal: AbortSignal,
): Promise<PreimageServer | undefined> {
  // Timers take 2^31 milliseconds at most.
  if (timeout !== undefined && !(Number(timeout) > 0 && Number(timeout) < 2 ** 31 / 1000)) {
    throw new UsageError(`--preimage-timeout is ${timeout}: a number of seconds is expected, of up to 24 days`);
  }
  if (command === undefined || command === '') return undefined;
  return startPreimageServer(command, args, {
    signal,
    onSlow: (notice) => log('warn', notice),
    ...(timeout === undefined ? {} : { timeout: Number(timeout) * 1000 }),
  });
}

function causedByInterrupt(error: unknown): boolean {
  if (error instanceof WaitInterruptedError) return true;
  return error instanceof Error && error.cause !== undefined && causedByInterrupt(error.cause);
}

function infoLogger(metadata: Metadata, startStep: bigint): (machine: Machine) => void {
  const start = performance.now();
  return (machine) => {
    const seconds = (performance.now() - start) / 1000;
    const pages = machine.memory.pageCount();
    log('info', 'processing', {
      step: machine.step,
      pc: machine.pc.toString(16).padStart(8, '0'),
      insn: machine.instruction().toString(16).padStart(8, '0'),
      ips: goFloat(Number(machine.step - startStep) / seconds),
      pages,
      mem: memorySize(pages * 4096),
      name: lookupSymbol(metadata, machine.pc),
    });
  };
}
