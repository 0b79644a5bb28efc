// `asterisc load-elf`: an ELF file to a prestate and its metadata.
import { ElfError, encodeMetadata, loadElf, type Machine, type Metadata, MOST_PROGRAM, readWhole } from '@obelisc/fpvm';
import { fileFault } from '../terminal/failure.js';
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
    file = await readWhole(path, MOST_PROGRAM);
  } catch (error) {
    throw new LoadElfError(`cannot read the ELF file: ${fileFault(path, error)}`);
  }
  try {
    return loadElf(file);
  } catch (error) {
    if (error instanceof ElfError) throw new LoadElfError(`cannot load ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

export async function runLoadElf({ path, out, meta }: LoadElfOptions): Promise<void> {
  const { machine, metadata } = await loadElfFile(path);
  for (const target of [meta, out]) checkOutput(target);
  machine.refreshWitness();
  await writeTextTo(meta, encodeMetadata(metadata));
  await writeStateTo(out, machine);
}
