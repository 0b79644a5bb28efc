// Where results go: a file (whole or not at all), `-` for stdout, an empty name for nowhere.
import { once } from 'node:events';
import { dirname } from 'node:path';
import {
  batched,
  checkOutputPath,
  encodeJsonState,
  type Machine,
  removeLeftOvers,
  writeSmallFile,
  writeStateFile,
} from '@obelisc/fpvm';
import { flushTold } from '../terminal/line-batch.js';

/**
 * Throws OutputFileError where nothing can be written to `path`: before the run rather than after it. Clears the folder of
 * the half-written files of runs that were killed.
 */
export function checkOutput(path: string): void {
  if (path === '-' || path === '') return;
  checkOutputPath(path);
  removeLeftOvers(dirname(path));
}

/**
 * As `checkOutput` for the files that a pattern names, as far as can be told before there is one; where none will be written
 * (`at` is `never`), the folder is only cleared.
 */
export function checkStepFiles(pattern: string, at: string): void {
  const folder = dirname(pattern);
  if (pattern === '-' || pattern === '' || folder.includes('%')) return;
  if (at === 'never') removeLeftOvers(folder);
  else checkOutput(pattern);
}

export async function writeStateTo(path: string, machine: Machine): Promise<void> {
  if (path === '-') await toStdout(batched(encodeJsonState(machine)));
  else if (path !== '') await writeStateFile(path, machine);
}

export async function writeTextTo(path: string, text: string): Promise<void> {
  if (path === '-') await toStdout([Buffer.from(text)]);
  else if (path !== '') writeSmallFile(path, text);
}

async function toStdout(pieces: Iterable<Uint8Array>): Promise<void> {
  flushTold();
  for (const piece of pieces) {
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
  }
}
