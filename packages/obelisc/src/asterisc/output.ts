// Where results go: a file (whole or not at all), `-` for stdout, an empty name for nowhere.
import { once } from 'node:events';
import { batched, checkOutputPath, encodeJsonState, type Machine, writeSmallFile, writeStateFile } from '@obelisc/fpvm';

/** Throws OutputFileError where nothing can be written to `path`: before the run rather than after it. */
export function checkOutput(path: string): void {
  if (path !== '-' && path !== '') checkOutputPath(path);
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
  for (const piece of pieces) {
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
  }
}
