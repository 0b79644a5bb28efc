/**
 * Pre-images in one LMDB file, for big runs: reading one takes 2 µs in place of the 20 that opening a file does, and a claim of
 * 250,000 is one file to copy. LMDB rather than LevelDB, which one process alone may open, and rather than Node's own SQLite,
 * which Node 20 lacks; its prebuilt binaries come from npm.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { open } from 'lmdb';
import { DatadirError, messageOf } from './datadir-error.js';
import { diskRoom, fileSizeLimit } from './disk-room.js';
import { integrityFault } from './integrity.js';
import { keyHex, LOCAL_KEY } from './keys.js';
import { temporaryOf } from './left-overs.js';
import { lmdbFault } from './lmdb-check.js';
import { companionsOf, type Gate, openGate } from './lmdb-gate.js';
import { MISSING, type PreimageStore, storeFrom } from './store.js';

export const LMDB_FILE = 'preimages.lmdb';

export type LmdbOptions = {
  /** Make the file where it is missing. */
  create: boolean;
  /** Told of a damaged file, which is put aside then and begun anew; without it that is an error. */
  onDamage?: ((what: string) => void) | undefined;
  /** It was looked through before. */
  opened: boolean;
};

/**
 * The store in the folder `path`. Several processes may write at once; a write that was killed, or found the disk full, leaves what
 * was there before. After a crash of the system the file may be damaged. Throws DatadirError.
 */
export function lmdbStore(path: string, { create, onDamage, opened }: LmdbOptions): PreimageStore {
  const file = join(path, LMDB_FILE);
  const failed = (doing: string, error: unknown) =>
    new DatadirError(`the database ${file} cannot be ${doing}: ${messageOf(error)}`, { cause: error });
  let database: Database;
  let alone: Gate;
  try {
    const fault = opened ? undefined : lmdbFault(file, create);
    if (fault !== undefined && onDamage !== undefined) {
      const aside = `${file}.damaged`;
      renameSync(file, aside);
      for (const companion of companionsOf(file)) rmSync(companion, { force: true });
      onDamage(`the database ${file} is damaged (${fault}); it is ${aside} now`);
    } else if (fault !== undefined) {
      throw new Error(
        `${fault}; delete it, or the folder ${path}, and gather the claim again by running once with --l1, --l1.beacon and --l2`,
      );
    }
    if (![file, ...companionsOf(file)].every((each) => existsSync(each))) checkRoom(file);
    ({ database, alone } = openDatabase(file));
  } catch (error) {
    throw failed('opened', error);
  }
  const takeRoom = diskRoom(path, undefined, undefined, { path: file, limit: fileSizeLimit() });
  let isTogether = false;
  // What the system says of a file that could be written in part only.
  const isShort = (error: unknown) => error instanceof Error && 'code' in error && error.code === EIO;
  const notWritten = (error: unknown) => failed(isShort(error) ? 'written (is the disk full?)' : 'written', error);
  return storeFrom({
    place: `the datadir ${path}`,
    look(key) {
      let value: Buffer | undefined;
      try {
        value = database.getBinary(asBuffer(key));
        if (value === undefined) {
          // Another thread, or process, may have put it since this one began to read.
          database.resetReadTxn();
          value = database.getBinary(asBuffer(key));
        }
      } catch (error) {
        throw failed('read', error);
      }
      if (value === undefined) return MISSING;
      const fault = integrityFault(key, value);
      if (fault !== undefined)
        return { state: 'damaged', place: `the entry 0x${keyHex(key)} of the database ${file}`, fault };
      return { state: 'found', value: new Uint8Array(value.buffer, value.byteOffset, value.length) };
    },
    *keys() {
      try {
        for (const key of database.getKeys()) yield Uint8Array.from(key);
      } catch (error) {
        throw failed('read', error);
      }
    },
    put(key, value) {
      if (key[0] === LOCAL_KEY) throw new RangeError('local pre-images are not stored');
      try {
        if (database.putSync === undefined) throw new ReadOnlyError();
        takeRoom(value.length);
        if (!isTogether) database.resetReadTxn();
        const write = () => void database.putSync?.(asBuffer(key), asBuffer(value));
        if (isTogether) write();
        else alone(write);
      } catch (error) {
        throw notWritten(error);
      }
    },
    // A write copies the pages that it changes, and those before are free for the next one but for what a reader still sees: of a
    // blob's 12,000 values each by itself made 200 MB, all in one write 3 MB in a tenth of the time.
    together(task) {
      if (isTogether || database.transactionSync === undefined) return task();
      let failure: { error: unknown } | undefined;
      isTogether = true;
      try {
        database.resetReadTxn();
        const write = () => {
          try {
            task();
          } catch (error) {
            failure = { error };
          }
        };
        alone(() => database.transactionSync?.(write));
      } catch (error) {
        throw notWritten(error);
      } finally {
        isTogether = false;
      }
      if (failure !== undefined) throw failure.error;
    },
  });
}

/** What a new database, its gate and their locks take, with something to spare. */
const ROOM_BYTES = 64 * 1024;

/** Throws what the system says where there is no room for a new database: the library would end the process by a signal. */
function checkRoom(file: string): void {
  const trial = temporaryOf(file);
  try {
    writeFileSync(trial, new Uint8Array(ROOM_BYTES), { flush: true });
  } catch (error) {
    // Who may only read does not need it.
    if (!(error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code))))
      throw error;
  } finally {
    rmSync(trial, { force: true });
  }
}

/** Whether the library is there, with binaries for this system: it is an optional dependency. */
export function hasLmdb(): boolean {
  try {
    library();
    return true;
  } catch {
    return false;
  }
}

function library(): Library {
  return createRequire(import.meta.url)('lmdb') as Library;
}

type Library = { open: typeof open };
type Whole = ReturnType<typeof open<Buffer, Buffer>>;
/** Without `putSync` where it was opened for reading only. */
type Database = Pick<Whole, 'close' | 'getBinary' | 'getKeys' | 'resetReadTxn'> &
  Partial<Pick<Whole, 'putSync' | 'transactionSync'>>;

/**
 * The database `file`, made where it is missing, and what to run each write to it with. The library is loaded when needed: most
 * datadirs are files, and not every system has its binaries. Throws what the library throws.
 */
export function openDatabase(file: string): { database: Database; alone: Gate } {
  const lmdb = library();
  const options = {
    path: file,
    noSubdir: true,
    keyEncoding: 'binary',
    encoding: 'binary',
    // With noSync, or with writes that overlap, what one of two processes wrote was lost in one run of three, or the tree was
    // damaged. So each write waits until its pages are on the disk, a quarter of a millisecond; what a blob consists of is one.
    noMetaSync: true,
    overlappingSync: false,
  } as const;
  let alone: Gate;
  try {
    alone = openGate(lmdb.open, file);
  } catch (error) {
    if (!isPermission(error)) throw error;
    // Who may not write here has no locks either, and takes no transaction's place.
    alone = (task) => task();
  }
  const database = alone(() => {
    try {
      return lmdb.open<Buffer, Buffer>(options);
    } catch (error) {
      if (!isPermission(error)) throw error;
      return lmdb.open<Buffer, Buffer>({ ...options, readOnly: true });
    }
  });
  return { database, alone };
}

const { EACCES, EIO, EPERM, EROFS } = constants.errno;

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
