/** Files that a user names: read whole, unless they hold more than any that is meant. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { fileFault } from './file-fault.js';

/** Most bytes of a configuration, and of a genesis file with all of a chain's accounts. */
export const MOST_CONFIGURATION = 16 << 20;
export const MOST_GENESIS = 512 << 20;

const PIECE = 1 << 20;
/** How long a pipe may take to bring its next bytes; how long somebody is waited for to write to it, or a device. */
const PATIENCE_MS = 30_000;
const SHORT_PATIENCE_MS = 1_500;

/** The file is no file that can be read whole; the message names it. */
export class GivenFileError extends Error {
  override readonly name = 'GivenFileError';
}

/**
 * Reads a file, or a pipe that somebody writes to. What does not begin like a JSON object is read no further than its first
 * megabyte: whoever parses it says what it is. Throws GivenFileError.
 */
export function readGiven(path: string, most: number): Buffer {
  try {
    return readOpened(path, most);
  } catch (error) {
    throw error instanceof GivenFileError ? error : new GivenFileError(fileFault(path, error), { cause: error });
  }
}

function readOpened(path: string, most: number): Buffer {
  // Else a pipe that nobody writes to would be waited for without end.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const about = fstatSync(file);
    if (about.isDirectory()) throw new GivenFileError(`${path} is a folder`);
    if (about.isFile() && about.size > most) throw tooLarge(path, most);
    const parts: Buffer[] = [];
    let length = 0;
    while (true) {
      const room = length > 0 && about.isFile() ? Math.max(1, Math.min(about.size - length, most) + 1) : PIECE;
      const piece = Buffer.allocUnsafe(room);
      const count = readPiece(file, piece, path, about, length === 0);
      parts.push(piece.subarray(0, count));
      length += count;
      if (count === 0 || (length === count && !beginsObject(piece.subarray(0, count)))) break;
      if (length > most) throw tooLarge(path, most);
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
  } finally {
    closeSync(file);
  }
}

/** Whether these first bytes may be those of a JSON object; white space alone may. */
function beginsObject(first: Buffer): boolean {
  const at = first.findIndex((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  return at < 0 || first[at] === 0x7b;
}

/** Reads the next bytes; waits for those of a pipe. */
function readPiece(file: number, piece: Buffer, path: string, about: Stats, isFirst: boolean): number {
  const began = Date.now();
  while (true) {
    const count = tryRead(file, piece);
    if (count > 0 || (count === 0 && !(isFirst && about.isFIFO()))) return count;
    const waited = Date.now() - began;
    if (count === 0 && waited > SHORT_PATIENCE_MS) {
      throw new GivenFileError(`${path} is a pipe that nobody writes to`);
    }
    if (!about.isFIFO() && waited > SHORT_PATIENCE_MS)
      throw new GivenFileError(`${path} is a device that gives nothing`);
    if (waited > PATIENCE_MS) {
      throw new GivenFileError(`${path} is a pipe into which nothing came for ${PATIENCE_MS / 1000} seconds`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

/** How many bytes there are; -1 where there are none yet. */
function tryRead(file: number, piece: Buffer): number {
  try {
    return readSync(file, piece);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return -1;
    throw error;
  }
}

function tooLarge(path: string, most: number): GivenFileError {
  return new GivenFileError(`${path} holds more than ${most >> 20} MiB, as no file of its kind does`);
}
