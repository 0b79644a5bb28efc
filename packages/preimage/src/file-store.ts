/**
 * Pre-images in files of their own, as op-program lays them out, each the value as hexadecimal text:
 * `directory`: `<first 4 hex digits>/<other 60>.txt`; `file`: `0x<64 hex digits>.txt`.
 */
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatadirError, isErrno, messageOf } from './datadir-error.js';
import { integrityFault } from './integrity.js';
import { keyHex, LOCAL_KEY } from './keys.js';
import { namesIn, removeLeftOvers, temporaryOf } from './left-overs.js';
import { MISSING, type PreimageStore, storeFrom } from './store.js';

type Layout = { folder(key: string): string | undefined; name(key: string): string };

export const FILE_LAYOUTS = {
  directory: { folder: (key) => key.slice(0, 4), name: (key) => `${key.slice(4)}.txt` },
  file: { folder: () => undefined, name: (key) => `0x${key}.txt` },
} satisfies Record<string, Layout>;

/** What a failed read of a file says of the file, not of the way to it. */
const DAMAGED_FILE = new Set(['EISDIR', 'EIO']);

/** The store in the folder `path`. `restore` makes the folder again, where it was removed under the store. */
export function fileStore(path: string, layout: Layout, restore: () => void): PreimageStore {
  const fileOf = (hex: string) => join(path, layout.folder(hex) ?? '', layout.name(hex));
  let isTidy = false;
  /** What a killed run left in the datadir's folders; in the datadir itself it is removed where that is opened. */
  const tidy = () => {
    isTidy = true;
    for (const name of namesIn(path)) if (/^0[2-6][0-9a-f]{2}$/.test(name)) removeLeftOvers(join(path, name));
  };
  return storeFrom({
    place: `the datadir ${path}`,
    look(key) {
      const file = fileOf(keyHex(key));
      const damaged = (fault: string) => ({ state: 'damaged', place: `the file ${file}`, fault }) as const;
      let text: Buffer;
      try {
        text = readWhole(file);
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return MISSING;
        if (isErrno(error, ...DAMAGED_FILE)) return damaged(`it cannot be read (${error.code})`);
        throw new DatadirError(`the pre-image file ${file} cannot be read: ${messageOf(error)}`, { cause: error });
      }
      const value = Buffer.from(text.toString('latin1'), 'hex');
      if (value.length * 2 !== text.length) return damaged('it is not an even number of hexadecimal digits');
      const fault = integrityFault(key, value);
      if (fault !== undefined) return damaged(fault);
      return { state: 'found', value: new Uint8Array(value.buffer, value.byteOffset, value.length) };
    },
    *keys() {
      const folders = readdirSync(path, { withFileTypes: true });
      for (const entry of folders) {
        const names = entry.isDirectory()
          ? readdirSync(join(path, entry.name)).map((name) => entry.name + name)
          : [entry.name];
        for (const name of names) {
          const digits = /^(?:0x)?(0[2-6][0-9a-f]{62})\.txt$/.exec(name)?.[1];
          if (digits !== undefined) yield Uint8Array.from(Buffer.from(digits, 'hex'));
        }
      }
    },
    put(key, value) {
      if (key[0] === LOCAL_KEY) throw new RangeError('local pre-images are not stored');
      const hex = keyHex(key);
      const text = Buffer.from(Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex'), 'latin1');
      const folder = layout.folder(hex);
      if (folder !== undefined && !isTidy) tidy();
      const write = () => writeWhole(path, layout.name(hex), folder, text);
      try {
        write();
      } catch (error) {
        if (!(error instanceof DatadirError) || !isErrno(error.cause, 'ENOENT')) throw error;
        restore();
        write();
      }
    },
  });
}

/** Most files are one field element or one trie node: read into this at once, without asking for the size. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Hexadecimal digits of 128 MiB: no value that is fetched comes near. */
const MOST_VALUE = 2 ** 28;

/** The bytes of `file`, valid until the next call. Throws DatadirError where it has no end. */
function readWhole(file: string): Buffer {
  // A pipe in a value's place is empty, and not waited for.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    let buffer = scratch;
    let length = 0;
    for (;;) {
      const got = readSync(descriptor, buffer, length, buffer.length - length, null);
      length += got;
      // A file that leaves room in the buffer has ended, but for file systems that give less than there is.
      if (got === 0) return buffer.subarray(0, length);
      if (length < buffer.length) continue;
      if (length >= MOST_VALUE) throw new DatadirError(`${file} is longer than any pre-image`);
      const larger = Buffer.allocUnsafeSlow(4 * buffer.length);
      buffer.copy(larger);
      buffer = larger;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a file under a temporary name beside it and renames it, so that no reader sees half of it. Throws DatadirError. */
export function writeWhole(path: string, name: string, folder: string | undefined, bytes: Uint8Array): void {
  const target = folder === undefined ? join(path, name) : join(path, folder, name);
  const temporary = temporaryOf(target);
  let isThere = false;
  try {
    const file = openNew(temporary, folder === undefined ? undefined : join(path, folder));
    isThere = true;
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    } finally {
      closeSync(file);
    }
    moveOver(temporary, target);
  } catch (error) {
    if (isThere) rmSync(temporary, { force: true });
    throw new DatadirError(`the file ${target} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** A new file, and the folder for it where it is missing; what that lies in must be there. */
function openNew(file: string, folder: string | undefined): number {
  try {
    return openSync(file, 'wx', 0o666);
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || folder === undefined) throw error;
    try {
      mkdirSync(folder);
    } catch (problem) {
      // Another run was quicker.
      if (!isErrno(problem, 'EEXIST')) throw problem;
    }
    return openSync(file, 'wx', 0o666);
  }
}

function moveOver(temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    if (!isErrno(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST')) throw error;
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
  }
}
