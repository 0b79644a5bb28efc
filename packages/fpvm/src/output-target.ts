// Where an output file goes: what may be put in place of what, and why something could not be written.
import { accessSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathFault } from './path-faults.js';

/** A file cannot be written. The message names it and what is in the way. */
export class OutputFileError extends Error {
  override readonly name = 'OutputFileError';
}

/**
 * Whether the path is a device or a pipe: that is written to as it is, since a file renamed to its name would take its
 * place (root's `--output /dev/null` replaces the device of the whole system in the reference).
 */
export function isDevice(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** How long a pipe waits for somebody to read it. */
const PATIENCE_MS = 1500;
const PAUSE_MS = 10;

/**
 * Waits for somebody who reads `path`, if it is a pipe: opened as it is, it would wait without end. The pipe stays open until the
 * result is called. Throws OutputFileError.
 */
export function awaitReader(path: string): () => void {
  if (!statSync(path).isFIFO()) return () => undefined;
  const end = Date.now() + PATIENCE_MS;
  while (true) {
    try {
      const pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return () => closeSync(pipe);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENXIO')) throw error;
      if (Date.now() > end) throw new OutputFileError(`cannot write ${path}: it is a pipe that nobody reads`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** Throws OutputFileError where a file of this name could not be put, before the work that would be lost. */
export function checkOutputPath(path: string): void {
  try {
    // With the dot, for what should be a folder may be a file: not every Node.js says so of a path below one.
    accessSync(isDevice(path) ? path : `${dirname(path)}/.`, constants.W_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  } catch (error) {
    throw outputError(path, error);
  }
  throw new OutputFileError(`cannot write ${path}: it is a folder`);
}

/** What the system means by ENOENT of a file that is to be made: /proc takes none though it is there. */
function absence(folder: string): string {
  return existsSync(folder) ? `no file can be made in ${folder}` : `there is no folder ${folder}`;
}

/** The error for a write that failed, with the system's reason in words where there are better ones. */
export function outputError(path: string, error: unknown): OutputFileError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Record<string, string> = {
    ENOENT: path === '' ? 'its name is empty' : absence(dirname(path)),
    ENOTDIR: `${dirname(path)} is not a folder`,
    EISDIR: 'it is a folder',
    ENOTEMPTY: 'it is a folder',
    EACCES: `no permission to write in ${dirname(path)}`,
    EPERM: `no permission to write in ${dirname(path)}`,
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space is left on the device',
  };
  const known = reasons[code] ?? pathFault(error);
  const reason = known ?? (error instanceof Error ? error.message : String(error));
  return new OutputFileError(`cannot write ${path}: ${reason}`, {
    cause: known === undefined ? error : undefined,
  });
}
