// `asterisc load-elf`: an ELF file to a prestate and its metadata.
import { readFile } from 'node:fs/promises';
import { ElfError, encodeMetadata, loadElf } from '@obelisc/fpvm';
import { writeStateTo, writeTextTo } from './output.js';

export interface LoadElfOptions {
  readonly path: string;
  readonly out: string;
  readonly meta: string;
}

/** The ELF file cannot be loaded; the message names it. */
export class LoadElfError extends Error {
  override readonly name = 'LoadElfError';
}

export async function runLoadElf({ path, out, meta }: LoadElfOptions): Promise<void> {
  let file: Uint8Array;
  try {
    file = await readFile(path);
  } catch (error) {
    throw new LoadElfError(`cannot read the ELF file ${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  let loaded;
  try {
    loaded = loadElf(file);
  } catch (error) {
    if (error instanceof ElfError) throw new LoadElfError(`cannot load ${path}: ${error.message}`, { cause: error });
    throw error;
  }
  loaded.machine.refreshWitness();
  await writeTextTo(meta, encodeMetadata(loaded.metadata));
  await writeStateTo(out, loaded.machine);
}
