// Reads what a user names as a file: a pipe is waited for no longer than it brings something, a device no longer than a moment.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { compressionFault } from './compression-fault.js';
import { pathFault } from './path-faults.js';

/** The name is of nothing that can be read; the message says why, without the name. */
export class InputFileError extends Error {
  override readonly name = 'InputFileError';
}

/** How long a pipe may take to bring its next bytes, and how long it is waited for somebody to write to it, or for a device. */
const PATIENCE_MS = 30_000;
const SHORT_PATIENCE_MS = 1_500;
const PAUSE_MS = 10;

/** The bytes of a file, a pipe or a device in pieces of at most `size`. Throws InputFileError, or what the system says. */
export async function* readPieces(path: string, size: number): AsyncGenerator<Buffer<ArrayBuffer>> {
  // Else a pipe that nobody writes to would be waited for without end.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const about = await file.stat();
    if (about.isDirectory()) throw new InputFileError('it is a folder');
    let isFirst = true;
    while (true) {
      const piece = await readPiece(file, size, about.isFile(), about.isFIFO(), isFirst);
      if (piece.length === 0) return;
      isFirst = false;
      yield piece;
    }
  } finally {
    await file.close();
  }
}

async function readPiece(
  file: FileHandle,
  size: number,
  isFile: boolean,
  isPipe: boolean,
  isFirst: boolean,
): Promise<Buffer<ArrayBuffer>> {
  const piece = Buffer.allocUnsafe(size);
  const began = Date.now();
  while (true) {
    // -1: nothing yet; 0: the end, or of a pipe that nobody writes to so far.
    const count = await file.read(piece, 0, size).then(
      ({ bytesRead }) => bytesRead,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return -1;
        throw error;
      },
    );
    if (count > 0) return piece.subarray(0, count);
    if (count === 0 && (isFile || !isPipe || !isFirst)) return piece.subarray(0, 0);
    const waited = Date.now() - began;
    if (count === 0 && waited > SHORT_PATIENCE_MS) throw new InputFileError('it is a pipe that nobody writes to');
    if (count < 0 && !isPipe && waited > SHORT_PATIENCE_MS)
      throw new InputFileError('it is a device that gives nothing');
    if (waited > PATIENCE_MS) {
      throw new InputFileError(`it is a pipe into which nothing came for ${PATIENCE_MS / 1000} seconds`);
    }
    await sleep(PAUSE_MS);
  }
}

/** Why something could not be read, in words without its name. */
export function readFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  return reasons[code] ?? pathFault(error) ?? compressionFault(error) ?? message;
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it lies in what is no folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EINVAL: 'it cannot be read as a file',
};
