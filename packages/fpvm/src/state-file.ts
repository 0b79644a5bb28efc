// State files: format and compression by extension, streamed.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InputFileError, readFault, readPieces } from './input-file.js';
import type { Machine, MachineOptions } from './machine.js';
import { decodeBinaryState, encodeBinaryState } from './state-binary.js';
import type { SavedState } from './saved-state.js';
import { StateFormatError } from './state-format.js';
import { decodeJsonState, encodeJsonState } from './state-json.js';
import { isCompressed, writeWhole } from './whole-file.js';

/** A state file cannot be read or is not one. The message names the file. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

/** Bytes that small pieces are joined to. */
const PIECE = 1 << 20;
const READ_PIECE = 1 << 18;
const isBinary = (path: string) => /\.bin(\.gz)?$/.test(path);

/** Reads a `.json`, `.json.gz`, `.bin` or `.bin.gz` state (any other extension: JSON). Throws StateFileError. */
export async function readStateFile(path: string, options: MachineOptions = {}): Promise<Machine> {
  if (path === '') throw new StateFileError('no state is named: the path is empty');
  const decode = isBinary(path) ? decodeBinaryState : decodeJsonState;
  const file = readPieces(path, READ_PIECE);
  try {
    if (!isCompressed(path)) return await decode(file, options);
    const gunzip = createGunzip();
    const [, machine] = await Promise.all([pipeline(Readable.from(file), gunzip), decode(gunzip, options)]);
    return machine;
  } catch (error) {
    throw describe(path, error);
  }
}

function describe(path: string, error: unknown): unknown {
  const isSystems = error instanceof Error && 'code' in error;
  if (!isSystems && !(error instanceof StateFormatError) && !(error instanceof InputFileError)) return error;
  return new StateFileError(`cannot read the state ${path}: ${readFault(error)}`);
}

/** Writes a state in the format that the extension asks for; the file appears whole or not at all, with mode 0755. */
export async function writeStateFile(path: string, state: SavedState): Promise<void> {
  const pieces = batched(isBinary(path) ? encodeBinaryState(state) : encodeJsonState(state));
  await writeWhole(path, pieces);
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
