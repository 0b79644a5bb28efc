/** The datadir: a folder of pre-images on disk. A file `kvformat` in it names the format, as op-program has it. */
import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DatadirError, isErrno, messageOf } from './datadir-error.js';
import { FILE_LAYOUTS, fileStore, writeWhole } from './file-store.js';
import { removeLeftOvers } from './left-overs.js';
import { LMDB_FILE, lmdbStore } from './lmdb-store.js';
import { makeFolder } from './make-folder.js';
import type { PreimageStore } from './store.js';

/** `lmdb` is ours; the Go host reads the other two. */
export const DATA_FORMATS = ['directory', 'file', 'lmdb'] as const;
/** Formats of the Go host that this one knows by name only. */
export const FOREIGN_DATA_FORMATS = ['pebble'] as const;
export type DataFormat = (typeof DATA_FORMATS | typeof FOREIGN_DATA_FORMATS)[number];

const FORMAT_FILE = 'kvformat';
/** What another thread opens a datadir with. */
const NEARBY_MODULE = new URL('./nearby-datadir.js', import.meta.url).href;
export type NearbyArgument = { readonly path: string };

export type DatadirOptions = {
  path: string;
  /** The format of a new datadir; an existing one keeps its own. Default `directory`. */
  format?: DataFormat;
  /** true: the datadir is the only source of pre-images, so it must be there already and is never created. */
  mustExist?: boolean;
  /** Told of a database that cannot be used as it is; it is put aside then, and begun anew. Without it that is an error. */
  onDamage?: (what: string) => void;
  /** true: this process has opened it before, and a database need not be looked through again. */
  opened?: boolean;
};

/**
 * Opens the datadir at `path`, or creates it. The format is the one `kvformat` names; where that file is missing, the one
 * the files there are in; else `format`. Throws DatadirError when it is not there though it must be, when its format is
 * unknown, and for `pebble`, whose files only its Go library reads.
 */
export function openDatadir({
  path,
  format = 'directory',
  mustExist = false,
  onDamage,
  opened = false,
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
  const create = () => {
    makeFolder(path);
    writeWhole(path, FORMAT_FILE, undefined, Buffer.from(actual));
  };
  if (!mustExist && names === undefined) {
    try {
      makeFolder(path);
    } catch (error) {
      throw new DatadirError(`the datadir ${path} cannot be made: ${messageOf(error)}`, { cause: error });
    }
  }
  if (!mustExist && !opened && names !== undefined) removeLeftOvers(path, names);
  if (!mustExist && !names?.includes(FORMAT_FILE)) create();
  const store =
    actual === 'lmdb'
      ? lmdbStore(path, { create: !mustExist, onDamage, opened })
      : fileStore(path, FILE_LAYOUTS[actual], create);
  return {
    ...store,
    format: actual,
    nearby: () => ({ module: NEARBY_MODULE, argument: { path } satisfies NearbyArgument }),
  };
}

function recordedFormat(path: string, names: string[]): DataFormat | undefined {
  if (!names.includes(FORMAT_FILE)) return undefined;
  const text = readStart(join(path, FORMAT_FILE));
  const format = [...DATA_FORMATS, ...FOREIGN_DATA_FORMATS].find((known) => known === text);
  if (format === undefined) {
    throw new DatadirError(
      `${join(path, FORMAT_FILE)} names the format ${JSON.stringify(text.slice(0, 40))}; known are ${DATA_FORMATS.join(', ')}`,
    );
  }
  return format;
}

/** The first bytes of a file; of a pipe what is there already. */
function readStart(path: string): string {
  const piece = Buffer.alloc(64);
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return piece.toString('utf8', 0, readSync(file, piece));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new DatadirError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The format of a datadir without `kvformat` (op-program wrote none before October 2024), told from its files' names. */
function evidentFormat(names: string[]): DataFormat | undefined {
  if (names.some((name) => /^0x[0-9a-f]{64}\.txt$/.test(name))) return 'file';
  if (names.some((name) => /^0[2-6][0-9a-f]{2}$/.test(name))) return 'directory';
  if (names.includes(LMDB_FILE)) return 'lmdb';
  if (names.includes('CURRENT') && names.some((name) => name.startsWith('MANIFEST-'))) return 'pebble';
  return undefined;
}

function pebbleError(path: string, existing: boolean): DatadirError {
  return new DatadirError(
    existing
      ? `the datadir ${path} is a pebble database, which this program does not read; to convert it, gather the same claim ` +
          'again with the same flags and endpoints into a new --datadir, whose format is then directory'
      : '--data.format=pebble is not available in this program; use directory (the default), file or lmdb',
  );
}
