// Folders that a command writes into, made before it works for what goes there.
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './failure.js';

/** Makes the folder that a flag names, and those above it. Throws UsageError where it cannot be made or written to. */
export function makeFolder(flag: string, path: string): void {
  try {
    // One by one: Node's own recursive mkdir never returns where the system says ENOENT of a folder that is there (/proc).
    const missing: string[] = [];
    for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
    for (const folder of missing.toReversed()) mkdirSync(folder);
    accessSync(path, constants.W_OK | constants.X_OK);
    if (missing.length === 0) accessSync(`${path}/.`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${flag} ${path}: no folder that can be written to (${why})`, { cause: error });
  }
}
