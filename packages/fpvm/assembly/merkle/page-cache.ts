// Pages whose content, inner tree and place in the tree above are kept, because they are written again and again or
// because steps touch them: 4-way associative by page index, the least recently used goes first. What changes in such a page
// costs its own hashes only, not the page's 127.
import { reserve } from './heap';
import { PAGE_SIZE, pageTree, updatePageTree } from './page';
import { granuleRoot, granules, pathOf } from './tree';

const WAYS: usize = 4;
/** 8,192 pages: 71 MB when all are in use. */
const SETS: usize = 2048;

/** Page index + 1, 0 for none. */
const PAGE: usize = 0;
/** Stamp of the last use. */
const USED: usize = 8;
/** The tree's count of granules when the path was found. */
const PATH_OF: usize = 12;
/** Where the root of the page's granule is kept. */
const GRANULE_ROOT: usize = 16;
/** Addresses of the 52 siblings above the page, and of the nodes beside them or 0, 4 bytes each. */
const SIBLINGS: usize = 32;
const OWN: usize = 240;
const CONTENT: usize = 448;
const TREE: usize = CONTENT + PAGE_SIZE;
const ENTRY_SIZE: usize = TREE + PAGE_SIZE;

let entries: usize = 0;
let stamp: u32 = 1;
/** Entries used since this stamp are not given away. */
let keptSince: u32 = 1;


@inline
function firstOf(page: u64): usize {
  return entries + ((<usize>(page ^ (page >> 11) ^ (page >> 22))) & (SETS - 1)) * (WAYS * ENTRY_SIZE);
}

/** The page's entry, 0 if there is none. */
export function findEntry(page: u64): usize {
  if (entries == 0) return 0;
  const first = firstOf(page);
  for (let entry = first; entry < first + WAYS * ENTRY_SIZE; entry += ENTRY_SIZE) {
    if (load<u64>(entry, PAGE) == page + 1) {
      store<u32>(entry, stamp++, USED);
      return entry;
    }
  }
  return 0;
}

/** An entry to put the page's content in, whereupon `fillEntry`; 0 if all that it could have were used since `keepUsed`. */
export function freeEntry(page: u64): usize {
  if (entries == 0) entries = reserve(SETS * WAYS * ENTRY_SIZE);
  const first = firstOf(page);
  let oldest = first;
  for (let entry = first + ENTRY_SIZE; entry < first + WAYS * ENTRY_SIZE; entry += ENTRY_SIZE) {
    if (load<u32>(entry, USED) < load<u32>(oldest, USED)) oldest = entry;
  }
  if (load<u32>(oldest, USED) >= keptSince) return 0;
  store<u64>(oldest, page + 1, PAGE);
  store<u32>(oldest, stamp++, USED);
  store<u32>(oldest, 0, PATH_OF);
  return oldest;
}

export function fillEntry(entry: usize): void {
  pageTree(entry + CONTENT, entry + TREE);
}

/** From now on, entries in use are not given away. */
export function keepUsed(): void {
  keptSince = stamp;
}

/** For a page that was written otherwise: brings its entry to the content at `page`, which is the whole of it. */
export function updateEntry(entry: usize, page: usize): void {
  updatePageTree(page, entry + CONTENT, entry + TREE);
}

/** Forgets a page. */
export function dropEntry(page: u64): void {
  const entry = findEntry(page);
  if (entry == 0) return;
  store<u64>(entry, 0, PAGE);
  store<u32>(entry, 0, USED);
}


@inline
export function pageOf(entry: usize): u64 {
  return load<u64>(entry, PAGE) - 1;
}


@inline
export function contentOf(entry: usize): usize {
  return entry + CONTENT;
}


@inline
export function treeOf(entry: usize): usize {
  return entry + TREE;
}

/** Finds the page's place in the tree again if that has grown. Its siblings and own nodes can be asked for then. */
export function placeEntry(entry: usize): void {
  if (load<u32>(entry, PATH_OF) == granules && granules != 0) return;
  pathOf(pageOf(entry), entry + SIBLINGS, entry + OWN);
  store<u32>(entry, <u32>granuleRoot(pageOf(entry)), GRANULE_ROOT);
  store<u32>(entry, granules, PATH_OF);
}

/** Address of the sibling `level` levels above the page, 0 to 51. */
@inline
export function siblingOf(entry: usize, level: usize): usize {
  return load<u32>(entry + SIBLINGS + (level << 2));
}

/** Where the node `level` levels above the page is kept, or 0. */
@inline
export function ownOf(entry: usize, level: usize): usize {
  return load<u32>(entry + OWN + (level << 2));
}


@inline
export function granuleRootOf(entry: usize): usize {
  return load<u32>(entry, GRANULE_ROOT);
}
