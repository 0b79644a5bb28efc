// The profile of the guest that `run` writes on demand: --pprof.cpu and --flamegraph.
import { access, constants } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  encodeFlameGraph,
  encodePprof,
  type GuestProfile,
  type Machine,
  type Metadata,
  Sampler,
  writeWhole,
} from '@obelisc/fpvm';
import { UsageError } from '../terminal/failure.js';
import { log } from './log.js';

export interface ProfileOptions {
  /** A file name, or what Go's flag package takes for a boolean: true is `cpu.pprof`, the reference's file. */
  readonly 'pprof.cpu': string | undefined;
  readonly flamegraph: string | undefined;
}

export const defaultProfile = 'cpu.pprof';
const yes = /^(1|t|T|TRUE|true|True)$/;
const no = /^(0|f|F|FALSE|false|False|)$/;

/** The files asked for, undefined for none. */
export interface ProfileFiles {
  readonly pprof: string | undefined;
  readonly flameGraph: string | undefined;
}

/** Reads the flags. Throws UsageError when a file could not be written at the end of the run. */
export async function profileFiles({ 'pprof.cpu': flag, flamegraph }: ProfileOptions): Promise<ProfileFiles> {
  const pprof = flag === undefined || no.test(flag) ? undefined : yes.test(flag) ? defaultProfile : flag;
  const flameGraph = flamegraph === '' ? undefined : flamegraph;
  if (pprof !== undefined) await checkFolder('pprof.cpu', pprof);
  if (flameGraph !== undefined) await checkFolder('flamegraph', flameGraph);
  return { pprof, flameGraph };
}

async function checkFolder(flag: string, path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--${flag}: cannot write ${path}: ${why}`, { cause: error });
  }
}

/** What is profiled: a machine before its run, and the path of its state. */
export interface ProfiledRun {
  readonly machine: Machine;
  readonly metadata: Metadata;
  readonly input: string;
}

/** Hands a sampler to `run` if a file is asked for, and writes the files whether it succeeds or fails. */
export async function profiled(
  files: ProfileFiles,
  { machine, metadata, input }: ProfiledRun,
  run: (sampler: Sampler | undefined) => Promise<void>,
): Promise<void> {
  if (files.pprof === undefined && files.flameGraph === undefined) return run(undefined);
  const sampler = new Sampler(machine, metadata);
  try {
    await run(sampler);
  } catch (error) {
    await writeProfile(files, sampler.finish(machine), basename(input)).catch((failure: unknown) => {
      log('error', 'failed to write the profile', {
        err: failure instanceof Error ? failure.message : String(failure),
      });
    });
    throw error;
  }
  await writeProfile(files, sampler.finish(machine), basename(input));
}

async function writeProfile({ pprof, flameGraph }: ProfileFiles, profile: GuestProfile, guest: string): Promise<void> {
  if (pprof !== undefined) await writeWhole(pprof, [await encodePprof(profile, guest)]);
  if (flameGraph !== undefined) {
    const title = `${guest}, steps ${profile.firstStep} to ${profile.endStep}`;
    await writeWhole(flameGraph, [Buffer.from(encodeFlameGraph(profile, title))]);
  }
}
