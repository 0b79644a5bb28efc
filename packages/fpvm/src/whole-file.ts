// Files that appear whole or not at all, and are compressed when their name ends in .gz, to read as to write.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, gzipSync } from 'node:zlib';
import { compressionFault } from './compression-fault.js';
import { readPieces } from './input-file.js';
import { awaitReader, isDevice, outputError } from './output-target.js';
import { temporaryPath } from './temporary-files.js';

/** Bytes that go to the file, or to compression, at once. */
const PIECE = 1 << 20;
/** As the reference writes its files. */
const OUTPUT_MODE = 0o755;
/** A state's pages are mostly zeros; the default level takes five times as long for 10 % less. */
const LEVEL = 1;

/** Bytes by which a file is judged before more of it is read. */
export const FIRST_BYTES = 64;

/** Most bytes that are read of a program, of its metadata and of a step's proof, which may hold a long pre-image. */
export const MOST_PROGRAM = 512 << 20;
export const MOST_METADATA = 128 << 20;
export const MOST_PROOF = 128 << 20;

/** Whether a file of this name holds gzip. */
export function isCompressed(path: string): boolean {
  return path.endsWith('.gz');
}

/**
 * The content of a file, of at most `most` bytes: compressed, gigabytes take some megabytes. `judge` may throw by the first
 * bytes, FIRST_BYTES or all there are. Throws an error that `readFault` puts in words, or what `judge` throws.
 */
export async function readWhole(path: string, most: number, judge?: (first: Uint8Array) => void): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  let isJudged = judge === undefined;
  let refusal: Error | undefined;
  // A pipeline that is left early tells only that it was.
  const refuse = (error: unknown): never => {
    throw (refusal = error instanceof Error ? error : new Error(String(error)));
  };
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of source) {
      length += piece.length;
      if (length > most) refuse(new Error(`it holds more than ${most / 2 ** 20} MiB`));
      pieces.push(piece);
      if (!isJudged && length >= FIRST_BYTES) judgeFirst();
    }
    if (!isJudged) judgeFirst();
  };
  const judgeFirst = (): void => {
    isJudged = true;
    try {
      judge?.(Buffer.concat(pieces).subarray(0, FIRST_BYTES));
    } catch (error) {
      refuse(error);
    }
  };
  const file = readPieces(path, PIECE);
  try {
    if (isCompressed(path)) await pipeline(file, createGunzip({ chunkSize: PIECE }), collect);
    else await collect(file);
  } catch (error) {
    if (refusal !== undefined) throw refusal;
    const fault = compressionFault(error);
    throw fault === undefined ? error : new Error(fault, { cause: error });
  }
  return Buffer.concat(pieces);
}

/**
 * Writes a file under another name in the same folder, then renames it. Mode 0755, as the reference writes them. Devices
 * and pipes are written to directly. Throws OutputFileError.
 */
export async function writeWhole(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  try {
    await writeAndRename(path, pieces);
  } catch (error) {
    throw isSystemError(error) ? outputError(path, error) : error;
  }
}

async function writeAndRename(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const direct = isDevice(path);
  const temporary = direct ? path : temporaryPath(dirname(path));
  const letGo = direct ? awaitReader(path) : undefined;
  const file = await open(temporary, direct ? 'w' : 'wx', OUTPUT_MODE).finally(letGo);
  try {
    const source = Readable.from(pieces, { objectMode: false });
    const target = file.createWriteStream();
    // Large chunks: where a machine runs meanwhile, it lets the event loop go on some hundred times a second only.
    if (isCompressed(path)) await pipeline(source, createGzip({ level: LEVEL, chunkSize: PIECE }), target);
    else await pipeline(source, target);
    if (!direct) await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    if (!direct) await rm(temporary, { force: true });
    throw error;
  }
}

/** As `writeWhole`, for a small file, at once: a tenth of the time where there are many. */
export function writeSmallFile(path: string, content: string | Uint8Array): void {
  const plain = typeof content === 'string' ? Buffer.from(content) : content;
  const bytes = isCompressed(path) ? gzipSync(plain, { level: LEVEL }) : plain;
  try {
    if (isDevice(path)) {
      const letGo = awaitReader(path);
      try {
        writeBytes(path, 'w', bytes);
      } finally {
        letGo();
      }
      return;
    }
    const temporary = temporaryPath(dirname(path));
    try {
      writeBytes(temporary, 'wx', bytes);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw isSystemError(error) ? outputError(path, error) : error;
  }
}

function writeBytes(path: string, flags: 'w' | 'wx', bytes: Uint8Array): void {
  const file = openSync(path, flags, OUTPUT_MODE);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  } finally {
    closeSync(file);
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
