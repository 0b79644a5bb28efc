// Runs a reference binary (REFERENCE_ASTERISC) on the same guest, for comparison and for recording expectations.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { revertCodes } from '../src/instructions.js';
import { loadElf } from '../src/loader.js';
import { type Machine, type MachineOptions, RevertError } from '../src/machine.js';
import type { Oracle } from '../src/oracle.js';

export const referenceBinary = process.env['REFERENCE_ASTERISC'];
const [from = 1, to = 100] = (process.env['SEEDS'] ?? '1-100').split('-').map(Number);
export const seeds: readonly number[] = Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** What to run, and how far. */
export interface Guest {
  readonly elf: Uint8Array;
  readonly limit: bigint;
  /** Makes who answers it; the reference gets preimage-server.ts instead. */
  readonly oracle?: () => Oracle;
}

/** How a run of at most `limit` steps ended. */
export interface Outcome {
  /** Steps taken. */
  readonly step: string;
  /** State hash, or the revert's code and pc. */
  readonly end: string;
}

/** Both engines; the translator is made to translate all that runs twice. */
export const engines: readonly MachineOptions[] = [
  { engine: 'interpreter' },
  { engine: 'translator', translation: { threshold: 2 } },
];

/** The command line of the deterministic oracle, behind `--`. */
export const preimageServer = ['--', process.execPath, fileURLToPath(new URL('preimage-server.js', import.meta.url))];

/** Runs a guest in the reference machine. */
export async function referenceOutcome({ elf, limit, oracle }: Guest): Promise<Outcome> {
  return inFolder(async (at) => {
    writeFileSync(at('guest.elf'), elf);
    await reference('load-elf', '--path', at('guest.elf'), '--out', at('pre.json'), '--meta', '');
    const flags = ['--input', at('pre.json'), '--output', at('out.json'), '--stop-at', `=${limit}`];
    const { revert } = await referenceRun(...flags, ...(oracle === undefined ? [] : preimageServer));
    return revert ?? referenceWitness(at('out.json'));
  });
}

/** Step and state hash of a state file, as the reference computes them. */
export async function referenceWitness(file: string): Promise<Outcome> {
  const { stdout } = await reference('witness', '--input', file);
  const [, step] = /"step": (\d+)/.exec(stdout) ?? [];
  const [, end] = /"stateHash": "(0x[0-9a-f]+)"/.exec(stdout) ?? [];
  if (step === undefined || end === undefined) throw new Error(`not the reference's witness: ${stdout}`);
  return { step, end };
}

/** `asterisc run` in the reference, without metadata and information lines. */
export async function referenceRun(...args: readonly string[]): Promise<{ revert?: Outcome }> {
  const { status, stderr } = await reference('run', '--meta', '', '--info-at', 'never', ...args);
  if (status === 0) return {};
  const failed = /error: failed at (?:proof-gen )?step (\d+) \(PC: ([0-9a-f]+)\): revert(?: ([0-9a-f]+))?: /.exec(
    stderr,
  );
  if (failed === null) throw new Error(`the reference failed otherwise: ${stderr}`);
  // Of a pre-image that cannot be read it gives no code
  const [, step = '', pc = '', code = revertCodes.preimageUnreadable.toString(16)] = failed;
  return { revert: { step, end: `revert ${code} at ${pc}` } };
}

/** Runs the reference's command line; only `run` may fail. */
export function reference(
  command: string,
  ...args: readonly string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  if (referenceBinary === undefined) throw new Error('REFERENCE_ASTERISC names no binary');
  return new Promise((resolve, reject) => {
    execFile(referenceBinary, [command, ...args], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) resolve({ status: 0, stdout, stderr });
      else if (typeof error.code === 'number' && command === 'run') resolve({ status: error.code, stdout, stderr });
      else reject(error);
    });
  });
}

/** A folder for the time of one comparison; `at` names files in it. */
export async function inFolder<T>(work: (at: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-reference-'));
  try {
    return await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What `work` makes of each, in order, several at a time: the reference waits a second for each pre-image server. */
export async function severalAtOnce<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const left = all.entries();
  const worker = async () => {
    for (const [i, one] of left) results.set(i, await work(one));
  };
  await Promise.all(Array.from({ length: 4 * availableParallelism() }, worker));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

/** Runs a guest in our machine, in slices of the given sizes, taken in turn. */
export async function ourOutcome(
  { elf, limit, oracle }: Guest,
  options: MachineOptions,
  slices: readonly bigint[] = [limit],
): Promise<Outcome> {
  const { machine } = loadElf(elf, oracle === undefined ? options : { ...options, oracle: oracle() });
  return outcomeOf(async () => {
    for (let turn = 0; machine.step < limit && !machine.exited; turn++) {
      const slice = slices[turn % slices.length] ?? limit;
      await machine.run(slice < limit - machine.step ? slice : limit - machine.step);
    }
    return machine;
  });
}

/** The outcome of a run, whichever way it ends. */
export async function outcomeOf(run: () => Promise<Machine>): Promise<Outcome> {
  try {
    const machine = await run();
    return { step: String(machine.step), end: `0x${Buffer.from(machine.stateHash()).toString('hex')}` };
  } catch (error) {
    if (!(error instanceof RevertError)) throw error;
    const pc = error.pc.toString(16).padStart(8, '0');
    return { step: String(error.step), end: `revert ${error.code.toString(16)} at ${pc}` };
  }
}
