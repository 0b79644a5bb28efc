/**
 * The datadir: pre-images in files, as op-program lays them out. A file `kvformat` names the format:
 * `directory`: `<first 4 hex digits>/<other 60>.txt`; `file`: `0x<64 hex digits>.txt`. Both hold the value as hexadecimal text.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { integrityFault, PoisonedPreimageError } from './integrity.js';
import { keyHex, LOCAL_KEY } from './keys.js';
import type { PreimageStore } from './store.js';

export const DATA_FORMATS = ['directory', 'file', 'pebble'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

const FORMAT_FILE = 'kvformat';

type Layout = { folder(key: string): string | undefined; name(key: string): string };

const LAYOUTS: Record<Exclude<DataFormat, 'pebble'>, Layout> = {
  directory: { folder: (key) => key.slice(0, 4), name: (key) => `${key.slice(4)}.txt` },
  file: { folder: () => undefined, name: (key) => `0x${key}.txt` },
};

export type DatadirOptions = {
  path: string;
  /** The format of a new datadir; an existing one keeps its own. Default `directory`. */
  format?: DataFormat;
  /** true: the datadir is the only source of pre-images, so it must be there already and is never created. */
  mustExist?: boolean;
};

/**
 * Opens the datadir at `path`, or creates it. The format is the one `kvformat` names; where that file is missing, the one
 * the files there are in; else `format`. Throws DatadirError when it is not there though it must be, when its format is
 * unknown, and for `pebble`, which needs the database of that name.
 */
export function openDatadir({
  path,
  format = 'directory',
  mustExist = false,
}: DatadirOptions): PreimageStore & { format: DataFormat } {
  let names: string[] | undefined;
  try {
    names = readdirSync(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT'))
      throw new DatadirError(`the datadir ${path} cannot be opened: ${messageOf(error)}`, { cause: error });
  }
  if (mustExist && (names === undefined || names.length === 0)) {
    const what = names === undefined ? 'does not exist' : 'is empty';
    throw new DatadirError(
      `the datadir ${path} ${what}, and without --l1, --l1.beacon and --l2 there is nowhere else to get pre-images from; gather them first by running with these three flags`,
    );
  }
  const recorded = names === undefined ? undefined : (recordedFormat(path, names) ?? evidentFormat(names));
  const actual = recorded ?? format;
  if (actual === 'pebble') throw pebbleError(path, recorded !== undefined);
  if (!mustExist && !names?.includes(FORMAT_FILE)) {
    mkdirSync(path, { recursive: true });
    writeWhole(path, FORMAT_FILE, undefined, actual);
  }
  return { ...fileStore(path, LAYOUTS[actual]), format: actual };
}

function fileStore(path: string, layout: Layout): PreimageStore {
  const fileOf = (hex: string) => join(path, layout.folder(hex) ?? '', layout.name(hex));
  return {
    place: `the datadir ${path}`,
    get(key) {
      const file = fileOf(keyHex(key));
      let text: string;
      try {
        text = readFileSync(file, 'latin1');
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return undefined;
        throw new DatadirError(`the pre-image file ${file} cannot be read: ${messageOf(error)}`, { cause: error });
      }
      const value = Buffer.from(text, 'hex');
      const fault =
        value.length * 2 === text.length
          ? integrityFault(key, value)
          : 'it is not an even number of hexadecimal digits';
      if (fault !== undefined) {
        throw new PoisonedPreimageError(
          key,
          `the file ${file}`,
          fault,
          'delete the file and gather it again with --l1, --l1.beacon and --l2',
        );
      }
      return new Uint8Array(value.buffer, value.byteOffset, value.length);
    },
    put(key, value) {
      if (key[0] === LOCAL_KEY) throw new RangeError('local pre-images are not stored');
      const hex = keyHex(key);
      writeWhole(path, layout.name(hex), layout.folder(hex), Buffer.from(value).toString('hex'));
    },
  };
}

/**
 * One temporary name for all files of this process and thread: a directory in which entries come and go under ever new names
 * costs three times as much a file (36 instead of 110 µs of system time on ext4).
 */
const TEMPORARY = `${process.pid}-${threadId}-${randomBytes(4).toString('hex')}.tmp`;

/** Writes a file under a temporary name in the datadir and renames it, so that no reader sees half of it. */
function writeWhole(path: string, name: string, folder: string | undefined, text: string): void {
  const temporary = join(path, TEMPORARY);
  const target = folder === undefined ? join(path, name) : join(path, folder, name);
  try {
    const file = openSync(temporary, 'wx', 0o666);
    try {
      writeAll(file, text);
    } finally {
      closeSync(file);
    }
    try {
      renameSync(temporary, target);
    } catch (error) {
      if (folder === undefined || !isErrno(error, 'ENOENT')) throw error;
      mkdirSync(join(path, folder), { recursive: true });
      renameSync(temporary, target);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new DatadirError(`the file ${target} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

function recordedFormat(path: string, names: string[]): DataFormat | undefined {
  if (!names.includes(FORMAT_FILE)) return undefined;
  const text = readFileSync(join(path, FORMAT_FILE), 'utf8');
  const format = DATA_FORMATS.find((known) => known === text);
  if (format === undefined) {
    throw new DatadirError(
      `${join(path, FORMAT_FILE)} names the format ${JSON.stringify(text.slice(0, 40))}; known are ${DATA_FORMATS.join(', ')}`,
    );
  }
  return format;
}

/** The format of a datadir without `kvformat` (op-program wrote none before October 2024), told from its files' names. */
function evidentFormat(names: string[]): DataFormat | undefined {
  if (names.some((name) => /^0x[0-9a-f]{64}\.txt$/.test(name))) return 'file';
  if (names.some((name) => /^0[2-6][0-9a-f]{2}$/.test(name))) return 'directory';
  if (names.includes('CURRENT') && names.some((name) => name.startsWith('MANIFEST-'))) return 'pebble';
  return undefined;
}

function pebbleError(path: string, existing: boolean): DatadirError {
  return new DatadirError(
    existing
      ? `the datadir ${path} is a pebble database, which this program does not read; to convert it, gather the same claim ` +
          'again with the same flags and endpoints into a new --datadir, whose format is then directory'
      : '--data.format=pebble is not available in this program; use directory (the default) or file',
  );
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export class DatadirError extends Error {
  override name = 'DatadirError';
}
