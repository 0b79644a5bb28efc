// Folders that a command writes into, made before it works for what goes there.
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileFault, UsageError } from './failure.js';

/** Makes the folder that a flag names, and those above it. Throws UsageError where it cannot be made or written to. */
export function makeFolder(flag: string, path: string): void {
  try {
    // One by one: Node's own recursive mkdir never returns where the system says ENOENT of a folder that is there (/proc).
    const missing: string[] = [];
    for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
    for (const folder of missing.toReversed()) makeOne(folder);
    if (!statSync(path).isDirectory()) throw new UsageError(`${path} is a file`);
    accessSync(path, constants.W_OK | constants.X_OK);
    if (missing.length === 0) accessSync(`${path}/.`);
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why =
      error instanceof UsageError ? error.message : isAbsent ? 'none can be made there' : fileFault(path, error);
    throw new UsageError(`${flag} ${path}: no folder that can be written to (${why})`);
  }
}

/** Makes a folder, unless another process was quicker. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST' && statSync(folder).isDirectory()))
      throw error;
  }
}
