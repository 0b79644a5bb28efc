// `asterisc load-elf`: an ELF file to a prestate and its metadata.
import {
  checkElfStart, ElfError, encodeMetadata, loadElf, type Machine, type Metadata, MOST_METADATA, MOST_PROGRAM, readFault, readWhole,
} from '@obelisc/fpvm'; // prettier-ignore
import { checkOutput, writeStateTo, writeTextTo } from './output.js';

export interface LoadElfOptions {
  readonly path: string;
  readonly out: string;
  readonly meta: string;
}

/** The ELF file cannot be loaded; the message names it. */
export class LoadElfError extends Error {
  override readonly name = 'LoadElfError';
}

/** Reads and loads an ELF file. Throws LoadElfError. */
export async function loadElfFile(path: string): Promise<{ machine: Machine; metadata: Metadata }> {
  if (path === '') throw new LoadElfError('--path is empty: it names the ELF file');
  let file: Uint8Array;
  try {
    file = await readWhole(path, MOST_PROGRAM, checkElfStart);
  } catch (error) {
    throw notLoaded(path, error) ?? new LoadElfError(`cannot read the ELF file ${path}: ${readFault(error)}`);
  }
  try {
    return loadElf(file);
  } catch (error) {
    throw notLoaded(path, error) ?? error;
  }
}

function notLoaded(path: string, error: unknown): LoadElfError | undefined {
  if (!(error instanceof ElfError)) return undefined;
  return new LoadElfError(`cannot load ${path}: ${error.message}`, { cause: error });
}

export async function runLoadElf({ path, out, meta }: LoadElfOptions): Promise<void> {
  const { machine, metadata } = await loadElfFile(path);
  for (const target of [meta, out]) checkOutput(target);
  const symbols = encodeMetadata(metadata);
  if (Buffer.byteLength(symbols) > MOST_METADATA) {
    throw new LoadElfError(
      `cannot load ${path}: its metadata would have more than ${MOST_METADATA / 2 ** 20} MiB (strip symbols that name no function)`,
    );
  }
  machine.refreshWitness();
  await writeTextTo(meta, symbols);
  await writeStateTo(out, machine);
}
