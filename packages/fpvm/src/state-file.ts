// State files: format and compression by extension, streamed, written whole or not at all.
import { randomBytes } from 'node:crypto';
import { createReadStream, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Machine, MachineOptions } from './machine.js';
import { isDevice, outputError } from './output-target.js';
import { decodeBinaryState, encodeBinaryState } from './state-binary.js';
import type { SavedState } from './saved-state.js';
import { StateFormatError } from './state-format.js';
import { decodeJsonState, encodeJsonState } from './state-json.js';

/** A state file cannot be read or is not one. The message names the file. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

/** Bytes that go to the file, or to compression, at once. */
const PIECE = 1 << 20;
const OUTPUT_MODE = 0o755;
const isBinary = (path: string) => /\.bin(\.gz)?$/.test(path);
const isCompressed = (path: string) => path.endsWith('.gz');

/** Reads a `.json`, `.json.gz`, `.bin` or `.bin.gz` state (any other extension: JSON). Throws StateFileError. */
export async function readStateFile(path: string, options: MachineOptions = {}): Promise<Machine> {
  if (path === '') throw new StateFileError('no state is named: the path is empty');
  const decode = isBinary(path) ? decodeBinaryState : decodeJsonState;
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    if (!isCompressed(path)) return await decode(file, options);
    const gunzip = createGunzip();
    const [, machine] = await Promise.all([pipeline(file, gunzip), decode(gunzip, options)]);
    return machine;
  } catch (error) {
    throw describe(path, error);
  } finally {
    file.destroy();
  }
}

function describe(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return new StateFileError(`cannot read the state ${path}: there is no such file`);
  if (code === 'EISDIR') return new StateFileError(`cannot read the state ${path}: it is a folder`);
  if (code === 'Z_DATA_ERROR') {
    const why = (error as Error).message;
    const what = why === 'incorrect header check' ? 'not gzip, or other data follows it' : `damaged (${why})`;
    return new StateFileError(`cannot read the state ${path}: its compressed data is ${what}`, { cause: error });
  }
  if (code === 'Z_BUF_ERROR') {
    return new StateFileError(`cannot read the state ${path}: its compressed data is cut short`, { cause: error });
  }
  if (code !== '' || error instanceof StateFormatError) {
    return new StateFileError(`cannot read the state ${path}: ${(error as Error).message}`, { cause: error });
  }
  return error;
}

/** Writes a state in the format that the extension asks for; the file appears whole or not at all, with mode 0755. */
export async function writeStateFile(path: string, state: SavedState): Promise<void> {
  const pieces = batched(isBinary(path) ? encodeBinaryState(state) : encodeJsonState(state));
  await writeWhole(path, pieces, isCompressed(path));
}

/**
 * Writes a file under another name in the same folder, then renames it. Mode 0755, as the reference writes them. Devices
 * and pipes are written to directly. Throws OutputFileError.
 */
export async function writeWhole(path: string, pieces: Iterable<Uint8Array>, compressed = false): Promise<void> {
  try {
    await writeAndRename(path, pieces, compressed);
  } catch (error) {
    throw isSystemError(error) ? outputError(path, error) : error;
  }
}

async function writeAndRename(path: string, pieces: Iterable<Uint8Array>, compressed: boolean): Promise<void> {
  const direct = isDevice(path);
  const temporary = direct ? path : `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = await open(temporary, direct ? 'w' : 'wx', OUTPUT_MODE);
  try {
    const source = Readable.from(pieces, { objectMode: false });
    const target = file.createWriteStream();
    // Level 1: a state's pages are mostly zeros; the default level takes five times as long for 10 % less. Large chunks:
    // where a machine runs meanwhile, it lets the event loop go on some hundred times a second only.
    if (compressed) await pipeline(source, createGzip({ level: 1, chunkSize: PIECE }), target);
    else await pipeline(source, target);
    if (!direct) await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    if (!direct) await rm(temporary, { force: true });
    throw error;
  }
}

/** As `writeWhole`, for a small file, at once: a tenth of the time where there are many. */
export function writeSmallFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    if (isDevice(path)) {
      writeFileSync(path, text);
      return;
    }
    writeFileSync(temporary, text, { mode: OUTPUT_MODE });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw isSystemError(error) ? outputError(path, error) : error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/** Joins small pieces: streams cost some microseconds for each. */
export function* batched(pieces: Iterable<Uint8Array>, size = PIECE): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < size) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
