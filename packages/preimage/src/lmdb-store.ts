/**
 * Pre-images in one LMDB file, for big runs: reading one takes 2 µs in place of the 20 that opening a file does, and a claim of
 * 250,000 is one file to copy. LMDB rather than LevelDB, which one process alone may open, and rather than Node's own SQLite,
 * which Node 20 lacks; its prebuilt binaries come from npm.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { open as openDatabase } from 'lmdb';
import { DatadirError, isErrno, messageOf } from './datadir-error.js';
import { integrityFault } from './integrity.js';
import { LOCAL_KEY } from './keys.js';
import { MISSING, type PreimageStore, storeFrom } from './store.js';

export const LMDB_FILE = 'preimages.lmdb';

/**
 * The store in the folder `path`. `create`: make the file where it is missing. Several processes may write at once; a write
 * that was killed, or found the disk full, leaves what was there before. Throws DatadirError.
 */
export function lmdbStore(path: string, create: boolean): PreimageStore {
  const file = join(path, LMDB_FILE);
  const failed = (doing: string, error: unknown) =>
    new DatadirError(`the database ${file} cannot be ${doing}: ${messageOf(error)}`, { cause: error });
  let database: Database;
  try {
    const fault = faultOf(file, create);
    if (fault !== undefined) throw new Error(`${fault}; delete it and gather again`);
    database = open(file);
  } catch (error) {
    throw failed('opened', error);
  }
  return storeFrom({
    place: `the datadir ${path}`,
    look(key) {
      let value: Buffer | undefined;
      try {
        value = database.getBinary(asBuffer(key));
      } catch (error) {
        throw failed('read', error);
      }
      if (value === undefined) return MISSING;
      const fault = integrityFault(key, value);
      if (fault !== undefined) return { state: 'damaged', place: `the database ${file}`, fault };
      return { state: 'found', value: new Uint8Array(value.buffer, value.byteOffset, value.length) };
    },
    put(key, value) {
      if (key[0] === LOCAL_KEY) throw new RangeError('local pre-images are not stored');
      try {
        if (database.putSync === undefined) throw new ReadOnlyError();
        database.putSync(asBuffer(key), asBuffer(value));
      } catch (error) {
        throw failed('written', error);
      }
    },
  });
}

/** In LMDB's format 2 (mdb.c, MDB_meta behind a page header of 24 bytes): offsets in each of the first two pages. */
const META = { magic: 24, pageSize: 48, lastPage: 144, length: 152 } as const;
const MAGIC = 0xbeefc0de;

/**
 * Why the library must not open `file`: it maps the file into memory and trusts it, so that one that is cut short or something
 * else would end the process. An absent file, and an empty one that will be filled, are nothing to speak of.
 */
function faultOf(file: string, create: boolean): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (create && isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    if (fstatSync(descriptor).size === 0) return create ? undefined : 'it is empty';
    const first = Buffer.alloc(META.length);
    readSync(descriptor, first, 0, META.length, 0);
    const pageSize = first.readUInt32LE(META.pageSize);
    if (first.readUInt32LE(META.magic) !== MAGIC || pageSize < 256 || pageSize > 65_536) return 'it is no LMDB file';
    const second = Buffer.alloc(META.length);
    readSync(descriptor, second, 0, META.length, pageSize);
    if (second.readUInt32LE(META.magic) !== MAGIC) return 'its second page is damaged';
    const pages = Math.max(...[first, second].map((meta) => Number(meta.readBigUInt64LE(META.lastPage)) + 1));
    // Asked for after those pages were read, never before: another process may be writing, and its file grows first.
    const { size } = fstatSync(descriptor);
    return size < pages * pageSize ? `it is cut short: ${size} of ${pages * pageSize} bytes` : undefined;
  } finally {
    closeSync(descriptor);
  }
}

type Library = { open: typeof openDatabase };
/** Without `putSync` where it was opened for reading only. */
type Database = Pick<ReturnType<typeof openDatabase<Buffer, Buffer>>, 'getBinary'> &
  Partial<Pick<ReturnType<typeof openDatabase<Buffer, Buffer>>, 'putSync'>>;

/** Loaded when needed: most datadirs are files, and not every system has the library's binaries. */
function open(file: string): Database {
  const lmdb = createRequire(import.meta.url)('lmdb') as Library;
  const options = {
    path: file,
    noSubdir: true,
    keyEncoding: 'binary',
    encoding: 'binary',
    // What the system crashed over is gathered again; what a process was killed over is whole.
    noSync: true,
  } as const;
  try {
    return lmdb.open<Buffer, Buffer>(options);
  } catch (error) {
    if (!isPermission(error)) throw error;
    return lmdb.open<Buffer, Buffer>({ ...options, readOnly: true });
  }
}

const { EACCES, EPERM, EROFS } = constants.errno;

/** The library's errors have the system's numbers for codes. */
function isPermission(error: unknown): boolean {
  return error instanceof Error && 'code' in error && [EACCES, EPERM, EROFS].some((number) => number === error.code);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

class ReadOnlyError extends Error {
  readonly code = 'EROFS';
  constructor() {
    super('this user may only read it');
  }
}
