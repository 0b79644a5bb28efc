// The memory tree above the pages. 16 pages are a granule with all its 31 nodes; above the granules stand only the
// branches, nodes with something other than zero on both sides (a crit-bit tree by granule number, 48 bits): what lies
// between two branches is hashed with zeros. 1,024 + 96 bytes a granule: 70 bytes a page where memory is dense.
import { reserve } from './heap';
import { hashPair } from './keccak';
import { hashAbove, PAGE_LEVELS } from './page';
import { LEVELS, zeroHash } from './zero-hashes';

/** A granule: number (8 bytes), mask of pages set since its nodes were hashed (4), mask of those ever set (4), nodes 1 to 31 at 32 i. */
const GRANULE_SIZE: usize = 1024;
const CHANGED: usize = 8;
const SET: usize = 12;
/** Levels of a granule's root above the leaves. */
export const GRANULE_LEVELS: u32 = PAGE_LEVELS + 4;
/** Levels above the granules. */
export const HEIGHT: u32 = LEVELS - GRANULE_LEVELS;

/**
 * A branch: references of both sides (4 bytes each), number of some granule below (8), bit in which the sides differ (4),
 * whether each side's hash is valid (1 each); at 32 the sides' hashes, each at the level just below the branch.
 * A reference is the address of a granule, or that of a branch plus 1.
 */
const BRANCH_SIZE: usize = 96;
const KEY: usize = 8;
const BIT: usize = 16;
const VALID: usize = 20;
const HASHES: usize = 32;

/** Reference of the uppermost branch or granule, 0 in an empty tree. */
const TOP = memory.data(4, 4);
/** The hash of the whole tree. */
export const ROOT = memory.data(32, 16);
const PAIR = memory.data(64, 16);
let rootValid: bool = false;
/** Counts granules as they come: what `pathOf` gave holds until the next. */
export let granules: u32 = 0;


@inline
function isBranch(reference: u32): bool {
  return (reference & 1) != 0;
}


@inline
function sideOf(key: u64, bit: u32): usize {
  return (<usize>(key >> bit)) & 1;
}

function newGranule(key: u64): u32 {
  const at = reserve(GRANULE_SIZE);
  store<u64>(at, key);
  let level: u32 = PAGE_LEVELS + 5;
  for (let node: u32 = 1; node < 32; node++) {
    if ((node & (node - 1)) == 0) level--;
    memory.copy(at + (node << 5), zeroHash(level), 32);
  }
  granules++;
  return <u32>at;
}

/** Address of a granule, which is made (as zeros, so that no hash changes) if the tree lacks it. */
export function granuleOf(key: u64): usize {
  let reference = load<u32>(TOP);
  if (reference == 0) {
    reference = newGranule(key);
    store<u32>(TOP, reference);
    return reference;
  }
  while (isBranch(reference)) {
    const branch: usize = reference - 1;
    reference = load<u32>(branch + (sideOf(key, load<u32>(branch, BIT)) << 2));
  }
  const found = load<u64>(reference);
  if (found == key) return reference;
  return insert(key, 63 - <u32>clz<u64>(found ^ key));
}

/** Makes a granule and, above it, the branch in which it differs from its nearest neighbours by `bit`. */
function insert(key: u64, bit: u32): usize {
  let place = TOP;
  let valid = rootValid;
  let below = load<u32>(place);
  while (isBranch(below)) {
    const parent: usize = below - 1;
    const parentBit = load<u32>(parent, BIT);
    if (parentBit < bit) break;
    const side = sideOf(key, parentBit);
    place = parent + (side << 2);
    valid = load<u8>(parent + side, VALID) != 0;
    below = load<u32>(place);
  }
  const granule = newGranule(key);
  const branch = reserve(BRANCH_SIZE);
  const side = sideOf(key, bit);
  store<u32>(branch + (side << 2), granule);
  store<u32>(branch + ((side ^ 1) << 2), below);
  store<u64>(branch, key, KEY);
  store<u32>(branch, bit, BIT);
  store<u8>(branch + side, 1, VALID);
  memory.copy(branch + HASHES + (side << 5), zeroHash(GRANULE_LEVELS + bit), 32);
  if (valid) {
    hashSubtree(below, branch + HASHES + ((side ^ 1) << 5), bit);
    store<u8>(branch + (side ^ 1), 1, VALID);
  }
  store<u32>(place, <u32>branch + 1);
  return granule;
}

/** Sets a page's root (32 bytes at `root`). What stands above is hashed by the next `treeRoot`. */
export function setPage(page: u64, root: usize): void {
  const key = page >> 4;
  const granule = granuleOf(key);
  const place = (<usize>page) & 15;
  memory.copy(granule + ((16 + place) << 5), root, 32);
  const changed = load<u32>(granule, CHANGED);
  store<u32>(granule, changed | (1 << (<u32>place)), CHANGED);
  store<u32>(granule, load<u32>(granule, SET) | (1 << (<u32>place)), SET);
  if (changed != 0) return;
  rootValid = false;
  let reference = load<u32>(TOP);
  while (isBranch(reference)) {
    const branch: usize = reference - 1;
    const side = sideOf(key, load<u32>(branch, BIT));
    store<u8>(branch + side, 0, VALID);
    reference = load<u32>(branch + (side << 2));
  }
}

/** Whether the page's root was set before. */
export function wasSet(page: u64): bool {
  return ((load<u32>(granuleOf(page >> 4), SET) >> ((<u32>page) & 15)) & 1) != 0;
}

/** Brings all hashes up to date; address of the root. */
export function treeRoot(): usize {
  if (!rootValid) {
    const top = load<u32>(TOP);
    if (top == 0) memory.copy(ROOT, zeroHash(LEVELS), 32);
    else hashSubtree(top, ROOT, HEIGHT);
    rootValid = true;
  }
  return ROOT;
}

/** Hash of a granule, or of a branch and what is not valid below it, `height` levels above the granules. */
function hashSubtree(reference: u32, target: usize, height: u32): void {
  let key: u64;
  let level: u32 = 0;
  if (isBranch(reference)) {
    const branch: usize = reference - 1;
    const bit = load<u32>(branch, BIT);
    for (let side: usize = 0; side < 2; side++) {
      if (load<u8>(branch + side, VALID) != 0) continue;
      hashSubtree(load<u32>(branch + (side << 2)), branch + HASHES + (side << 5), bit);
      store<u8>(branch + side, 1, VALID);
    }
    key = load<u64>(branch, KEY);
    level = bit + 1;
    hashPair(branch + HASHES, target);
  } else {
    const granule: usize = reference;
    let changed = <u64>load<u32>(granule, CHANGED);
    if (changed != 0) {
      for (let width: usize = 8; width > 0; width >>= 1) changed = hashAbove(granule, width, changed);
      store<u32>(granule, 0, CHANGED);
    }
    key = load<u64>(granule);
    memory.copy(target, granule + 32, 32);
  }
  for (; level < height; level++) {
    const side = sideOf(key, level) << 5;
    memory.copy(PAIR + side, target, 32);
    memory.copy(PAIR + (side ^ 32), zeroHash(GRANULE_LEVELS + level), 32);
    hashPair(PAIR, target);
  }
}

/**
 * Where a page's nodes are, from the page up, 4 bytes each and 52 of both: `siblings` of the node at each level, and
 * `own`, where the node itself is kept, or 0. All hashes must be up to date; they stay so.
 */
export function pathOf(page: u64, siblings: usize, own: usize): void {
  const key = page >> 4;
  const granule = granuleOf(key);
  let node: usize = 16 + ((<usize>page) & 15);
  for (let level: usize = 0; level < 4; level++) {
    store<u32>(siblings + (level << 2), <u32>(granule + ((node ^ 1) << 5)));
    store<u32>(own + (level << 2), <u32>(granule + (node << 5)));
    node >>= 1;
  }
  for (let height: u32 = 0; height < HEIGHT; height++) {
    store<u32>(siblings + ((4 + height) << 2), <u32>zeroHash(GRANULE_LEVELS + height));
    store<u32>(own + ((4 + height) << 2), 0);
  }
  let reference = load<u32>(TOP);
  while (isBranch(reference)) {
    const branch: usize = reference - 1;
    const bit = load<u32>(branch, BIT);
    const side = sideOf(key, bit);
    store<u32>(siblings + ((4 + bit) << 2), <u32>(branch + HASHES + ((side ^ 1) << 5)));
    store<u32>(own + ((4 + bit) << 2), <u32>(branch + HASHES + (side << 5)));
    reference = load<u32>(branch + (side << 2));
  }
}

/** Where the root of the granule that holds a page is kept. */
export function granuleRoot(page: u64): usize {
  return granuleOf(page >> 4) + 32;
}
