/**
 * Whether an LMDB file can be given to the library, which maps it into memory and trusts it: one that is cut short, or whose tree is
 * damaged (by a crash of the system, say, of which LMDB without synchronous writes promises nothing), would end the process. Looks at
 * every page of the tree but not at values, which prove themselves: 50 ms of CPU for the 35 MB of 230,000 pre-images, on a crowded machine.
 * Format: version 2 of LMDB's data files, as in liblmdb/mdb.c (MDB_page_header, MDB_meta, MDB_db, MDB_node, MDB_ovpage).
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isErrno } from './datadir-error.js';

/** Offsets in each of the first two pages. */
const META = { magic: 24, pageSize: 48, trees: [48, 96], lastPage: 144, transaction: 152, length: 168 } as const;
/** Offsets in a tree's record. */
const TREE = { depth: 6, root: 40 } as const;
/** Offsets in a page, in words of two bytes; an overflow page has the number of pages in the place of the two bounds. */
const PAGE = { number: 0, flags: 9, lower: 10, upper: 11, pointers: 12 } as const;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
/** What the flags say besides. */
const KIND = BRANCH | LEAF | OVERFLOW;
/** In a node, in words: low and high part of a size or page, flags, length of the key, key, data. */
const NODE = { low: 0, high: 1, flags: 2, keyLength: 3, key: 4 } as const;
const LARGE_DATA = 1;
/** Where large data are: page, transaction, number of pages; in words, and the length in bytes. */
const PLACE = { pages: 8, length: 24 } as const;
const MAGIC = 0xbeefc0de;
const NO_PAGE = 2n ** 64n - 1n;
/** A tree with a page for each level more would be larger than any file. */
const MOST_LEVELS = 32;

/** After these many looks at a file that changes meanwhile it is left to those who write to it. */
const ATTEMPTS = 3;

/**
 * Why the library must not open `file`, or undefined. An absent file and an empty one are nothing to speak of with `create`: they will be
 * filled. Throws the system's error where the file cannot be read.
 */
export function lmdbFault(file: string, create: boolean): string | undefined {
  let descriptor: number;
  try {
    // Not to wait for a pipe in its place.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (create && isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const about = fstatSync(descriptor);
    if (!about.isFile()) return 'it is no file';
    if (about.size === 0) return create ? undefined : 'it is empty';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const meta = latestMeta(descriptor);
      const fault = typeof meta === 'string' ? meta : faultOf(descriptor, meta);
      if (fault === undefined) return undefined;
      // Another process may be writing: then pages have changed under the look at them, and it has the file in use already.
      const after = latestMeta(descriptor);
      const isQuiet = typeof meta === 'string' || typeof after === 'string' || meta.transaction === after.transaction;
      if (isQuiet) return fault;
    }
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

type Meta = { transaction: bigint; pageSize: number; lastPage: number; trees: { depth: number; root: bigint }[] };

/** The younger of the two, or what is wrong with them. */
function latestMeta(descriptor: number): Meta | string {
  const first = Buffer.alloc(META.length);
  readSync(descriptor, first, 0, META.length, 0);
  const pageSize = first.readUInt32LE(META.pageSize);
  if (first.readUInt32LE(META.magic) !== MAGIC || pageSize < 256 || pageSize > 65_536) return 'it is no LMDB file';
  const second = Buffer.alloc(META.length);
  readSync(descriptor, second, 0, META.length, pageSize);
  if (second.readUInt32LE(META.magic) !== MAGIC) return 'its second page is damaged';
  const metas = [first, second].map((bytes): Meta => ({
    transaction: bytes.readBigUInt64LE(META.transaction),
    pageSize,
    lastPage: Number(bytes.readBigUInt64LE(META.lastPage)),
    trees: META.trees.map((at) => ({
      depth: bytes.readUInt16LE(at + TREE.depth),
      root: bytes.readBigUInt64LE(at + TREE.root),
    })),
  }));
  const [one, other] = metas;
  if (one === undefined || other === undefined) throw new TypeError('there are two');
  // Asked for after those pages were read, never before: another process may be writing, and its file grows first.
  const { size } = fstatSync(descriptor);
  const needed = (Math.max(one.lastPage, other.lastPage) + 1) * pageSize;
  if (size < needed) return `it is cut short: ${size} of ${needed} bytes`;
  return one.transaction > other.transaction ? one : other;
}

/** Up to here a file is read at once: a quarter of the time that its pages take one by one. */
const SMALL_FILE = 64 * 2 ** 20;

/** Reads a page as words of two bytes, which all fields and nodes begin at; few systems are not little-endian, and LMDB's files are the system's. */
function pageReader(descriptor: number, { pageSize, lastPage }: Meta): (page: number) => Uint16Array {
  const size = (lastPage + 1) * pageSize;
  if (size > SMALL_FILE) {
    return (page) => {
      const words = new Uint16Array(pageSize / 2);
      readSync(descriptor, words, 0, pageSize, page * pageSize);
      return words;
    };
  }
  const all = new Uint16Array(size / 2);
  readSync(descriptor, all, 0, size, 0);
  return (page) => all.subarray((page * pageSize) / 2, ((page + 1) * pageSize) / 2);
}

/** The number of four words, or one that no page has where it is larger than any. */
function wide(words: Uint16Array, at: number): number {
  const low = (words[at] ?? 0) + (words[at + 1] ?? 0) * 2 ** 16;
  return words[at + 3] === 0 ? low + (words[at + 2] ?? 0) * 2 ** 32 : Infinity;
}

function faultOf(descriptor: number, meta: Meta): string | undefined {
  const { pageSize, lastPage } = meta;
  const pageOf = pageReader(descriptor, meta);
  const seen = new Uint8Array(lastPage + 1);
  /** Marks pages as used; false where they are none of the file's, or in use already. */
  const use = (first: number, count: number): boolean => {
    if (first < 2 || first + count - 1 > lastPage) return false;
    for (let page = first; page < first + count; page++) {
      if (seen[page] !== 0) return false;
      seen[page] = 1;
    }
    return true;
  };
  const damaged = (page: number) => `page ${page} of its tree is damaged`;
  const isPage = (words: Uint16Array, page: number, kind: number) =>
    wide(words, PAGE.number) === page && ((words[PAGE.flags] ?? 0) & KIND) === kind;

  const largeFault = (page: number, pages: number, size: number): string | undefined => {
    if (pages < 1 || pages > lastPage || 2 * PAGE.pointers + size > pages * pageSize || !use(page, pages))
      return damaged(page);
    const words = pageOf(page);
    const counted = (words[PAGE.lower] ?? 0) + (words[PAGE.upper] ?? 0) * 2 ** 16;
    return isPage(words, page, OVERFLOW) && counted === pages ? undefined : damaged(page);
  };

  const treeFault = (page: number, levels: number): string | undefined => {
    if (!use(page, 1)) return damaged(page);
    const words = pageOf(page);
    const lower = words[PAGE.lower] ?? 0;
    const upper = words[PAGE.upper] ?? 0;
    const kind = levels > 1 ? BRANCH : LEAF;
    if (!isPage(words, page, kind)) return damaged(page);
    if (lower === 0 || lower % 2 !== 0 || lower > upper || 2 * PAGE.pointers + upper > pageSize) return damaged(page);
    for (let i = 0; i < lower / 2; i++) {
      const pointer = words[PAGE.pointers + i] ?? 0;
      const node = PAGE.pointers + pointer / 2;
      if (pointer % 2 !== 0 || pointer < upper || 2 * (node + NODE.key) > pageSize) return damaged(page);
      const flags = words[node + NODE.flags] ?? 0;
      const size = (words[node + NODE.low] ?? 0) + (words[node + NODE.high] ?? 0) * 2 ** 16;
      const keyLength = words[node + NODE.keyLength] ?? 0;
      const data = 2 * (node + NODE.key) + keyLength;
      const isLarge = kind === LEAF && (flags & LARGE_DATA) !== 0;
      if (data + (kind === BRANCH ? 0 : isLarge ? PLACE.length : size) > pageSize) return damaged(page);
      let fault: string | undefined;
      if (kind === BRANCH) fault = treeFault(size + flags * 2 ** 32, levels - 1);
      else if (isLarge) {
        // Keys here have 32 bytes; what lies behind one of another length is not at a word's beginning.
        if (data % 2 !== 0) return damaged(page);
        fault = largeFault(wide(words, data / 2), wide(words, data / 2 + PLACE.pages), size);
      }
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

  for (const { root, depth } of meta.trees) {
    if (root === NO_PAGE) continue;
    if (depth === 0 || depth > MOST_LEVELS) return 'its second page is damaged';
    const fault = treeFault(root > BigInt(lastPage) ? Infinity : Number(root), depth);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
