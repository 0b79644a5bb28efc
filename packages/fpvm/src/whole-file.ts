// Files that appear whole or not at all, and are compressed when their name ends in .gz, to read as to write.
import { closeSync, createReadStream, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, gzipSync } from 'node:zlib';
import { isDevice, outputError } from './output-target.js';
import { temporaryPath } from './temporary-files.js';

/** Bytes that go to the file, or to compression, at once. */
const PIECE = 1 << 20;
/** As the reference writes its files. */
const OUTPUT_MODE = 0o755;
/** A state's pages are mostly zeros; the default level takes five times as long for 10 % less. */
const LEVEL = 1;

/** Most bytes that are read of a program, of its metadata and of a step's proof, which may hold a long pre-image. */
export const MOST_PROGRAM = 512 << 20;
export const MOST_METADATA = 128 << 20;
export const MOST_PROOF = 128 << 20;

/** Whether a file of this name holds gzip. */
export function isCompressed(path: string): boolean {
  return path.endsWith('.gz');
}

/** What zlib found wrong with compressed data, in words; undefined for any other error. */
export function compressionFault(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return 'its compressed data is cut short';
  if (code !== 'Z_DATA_ERROR') return undefined;
  const why = (error as Error).message;
  return `its compressed data is ${why === 'incorrect header check' ? 'not gzip, or other data follows it' : `damaged (${why})`}`;
}

/**
 * The content of a file, of at most `most` bytes: compressed, gigabytes take some megabytes. Throws an error whose message gives the
 * reason, without the name for compressed data.
 */
export async function readWhole(path: string, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  let excess: Error | undefined;
  const file = createReadStream(path, { highWaterMark: PIECE });
  try {
    const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
      for await (const piece of source) {
        length += piece.length;
        // A pipeline that is left early tells only that it was.
        if (length > most) throw (excess = new Error(`it holds more than ${most / 2 ** 20} MiB`));
        pieces.push(piece);
      }
    };
    if (isCompressed(path)) await pipeline(file, createGunzip({ chunkSize: PIECE }), collect);
    else await collect(file);
  } catch (error) {
    if (excess !== undefined) throw excess;
    const fault = compressionFault(error);
    throw fault === undefined ? error : new Error(fault, { cause: error });
  } finally {
    file.destroy();
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
  const file = await open(temporary, direct ? 'w' : 'wx', OUTPUT_MODE);
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
      writeBytes(path, 'w', bytes);
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
