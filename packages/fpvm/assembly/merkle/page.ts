// The tree inside a 4 KiB page: 128 leaves of 32 bytes, 127 nodes above them.
import { hashSoon, hashWaiting } from './keccak-two';
import { zeroHash } from './zero-hashes';

export const PAGE_SIZE: usize = 4096;
/** Levels of a page's root above the leaves. */
export const PAGE_LEVELS: u32 = 7;

/** Node i of a page's tree at offset 32 i; 1 is the root, 64..127 stand on the leaves. */
const NODES = memory.data(128 * 32, 16);


@inline
function isZeroPair(at: usize): bool {
  return !v128.any_true(
    v128.or(v128.or(v128.load(at), v128.load(at, 16)), v128.or(v128.load(at, 32), v128.load(at, 48))),
  );
}


@inline
function isSamePair(a: usize, b: usize): bool {
  return !v128.any_true(
    v128.or(
      v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a, 16), v128.load(b, 16))),
      v128.or(v128.xor(v128.load(a, 32), v128.load(b, 32)), v128.xor(v128.load(a, 48), v128.load(b, 48))),
    ),
  );
}

/**
 * Computes the whole tree of the page at `page` into `tree` (128 × 32 bytes, entry 0 unused). Zeros are not hashed:
 * that spares 30 to 60 % of the hashes of a program's memory.
 */
export function pageTree(page: usize, tree: usize): void {
  // Bit i: node `width + i` covers zeros only.
  let zeros: u64 = 0;
  for (let i: usize = 0; i < 64; i++) {
    const pair = page + (i << 6);
    const node = tree + ((64 + i) << 5);
    if (isZeroPair(pair)) {
      zeros |= (<u64>1) << (<u64>i);
      memory.copy(node, zeroHash(1), 32);
    } else hashSoon(pair, node);
  }
  hashWaiting();
  let level: u32 = 2;
  for (let width: usize = 32; width > 0; width >>= 1) {
    let above: u64 = 0;
    for (let i: usize = 0; i < width; i++) {
      const node = tree + ((width + i) << 5);
      if (((zeros >> (<u64>(2 * i))) & 3) == 3) {
        above |= (<u64>1) << (<u64>i);
        memory.copy(node, zeroHash(level), 32);
      } else hashSoon(tree + ((width + i) << 6), node);
    }
    hashWaiting();
    zeros = above;
    level++;
  }
}

/** Computes the roots of `n` pages at `pages` to `roots`, 32 bytes each. */
export function pageRoots(pages: usize, n: u32, roots: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    pageTree(pages + ((<usize>i) << 12), NODES);
    memory.copy(roots + ((<usize>i) << 5), NODES + 32, 32);
  }
}

/** Brings `tree` of the page content at `old` to the content at `page`, hashing only what differs; copies it to `old`. */
export function updatePageTree(page: usize, old: usize, tree: usize): void {
  // Bit i of the masks: node 64 + i is out of date.
  let changed: u64 = 0;
  for (let i: usize = 0; i < 64; i++) {
    const at = i << 6;
    if (!isSamePair(page + at, old + at)) {
      changed |= (<u64>1) << (<u64>i);
      memory.copy(old + at, page + at, 64);
      hashSoon(old + at, tree + ((64 + i) << 5));
    }
  }
  if (changed == 0) return;
  hashWaiting();
  for (let width: usize = 32; width > 0; width >>= 1) changed = hashAbove(tree, width, changed);
}

/** Hashes the nodes `width`.. of a tree that stand on changed ones (bit i: node 2 × `width` + i); gives their own bits. */
export function hashAbove(tree: usize, width: usize, changed: u64): u64 {
  let above: u64 = 0;
  for (let i: usize = 0; i < width; i++) {
    if (((changed >> (<u64>(2 * i))) & 3) == 0) continue;
    above |= (<u64>1) << (<u64>i);
    hashSoon(tree + ((width + i) << 6), tree + ((width + i) << 5));
  }
  hashWaiting();
  return above;
}
