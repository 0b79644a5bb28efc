/** Files that a user names: read whole, unless they hold more than any that is meant. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Most bytes of a configuration, and of a genesis file with all of a chain's accounts. */
export const MOST_CONFIGURATION = 16 << 20;
export const MOST_GENESIS = 512 << 20;

const PIECE = 1 << 20;
/** How long a pipe may take to bring its next bytes. */
const PATIENCE_MS = 30_000;

/** The file is no file that can be read whole; the message names it. */
export class GivenFileError extends Error {
  override readonly name = 'GivenFileError';
}

/** Reads a file, or a pipe that somebody writes to. Throws GivenFileError, or what the system says. */
export function readGiven(path: string, most: number): Buffer {
  // Else a pipe that nobody writes to would be waited for without end.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const about = fstatSync(file);
    if (about.isDirectory()) throw new GivenFileError(`${path} is a folder`);
    if (about.isFile() && about.size > most) throw tooLarge(path, most);
    const parts: Buffer[] = [];
    let length = 0;
    while (true) {
      const piece = Buffer.allocUnsafe(about.isFile() ? Math.max(1, Math.min(about.size - length, most) + 1) : PIECE);
      const count = readPiece(file, piece, path);
      if (count === 0) return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
      parts.push(piece.subarray(0, count));
      length += count;
      if (length > most) throw tooLarge(path, most);
    }
  } finally {
    closeSync(file);
  }
}

/** Reads the next bytes; waits for those of a pipe. */
function readPiece(file: number, piece: Buffer, path: string): number {
  const end = Date.now() + PATIENCE_MS;
  while (true) {
    try {
      return readSync(file, piece);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      if (Date.now() > end) {
        throw new GivenFileError(`${path} is a pipe into which nothing came for ${PATIENCE_MS / 1000} seconds`);
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function tooLarge(path: string, most: number): GivenFileError {
  return new GivenFileError(`${path} holds more than ${most >> 20} MiB, as no file of its kind does`);
}
