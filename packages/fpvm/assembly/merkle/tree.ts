// The memory tree above the pages: a sparse binary tree of 52 levels, its nodes in a hash table by generalised index
// (1 is the root, 2n and 2n + 1 are the children of n, 2^52 + page is a page's root). Absent nodes are zero subtrees.
import { hashPair } from './keccak';

/** Zero hashes: of a leaf (0) up to the whole tree (59 levels above a leaf), 32 bytes each. */
const ZERO_HASHES = memory.data(60 * 32);
/** Two nodes side by side. */
const PAIR = memory.data(64);

/** A node: generalised index (8 bytes), hash (32). */
const NODE_SIZE: usize = 40;

let nodes: usize = 0;
let capacity: u32 = 0;
let count: u32 = 0;
let free: usize = 0;

/** Levels of a page: 128 leaves of 32 bytes. */
export const PAGE_LEVELS: u32 = 7;

export function initialize(heap: usize): void {
  for (let level = 1; level < 60; level++) {
    const below = ZERO_HASHES + (level - 1) * 32;
    memory.copy(PAIR, below, 32);
    memory.copy(PAIR + 32, below, 32);
    hashPair(PAIR, ZERO_HASHES + level * 32);
  }
  free = heap;
  capacity = 4096;
  nodes = reserve(<usize>capacity * NODE_SIZE);
}

/** Address of the hash of an all-zero subtree, `level` levels above the leaves. */
export function zeroHash(level: u32): usize {
  return ZERO_HASHES + level * 32;
}

function reserve(size: usize): usize {
  const at = free;
  free += (size + 15) & ~15;
  const pages = <i32>((free + 0xffff) >> 16) - memory.size();
  if (pages > 0) {
    if (memory.grow(pages) < 0) unreachable();
  }
  return at;
}


@inline
function slotOf(index: u64): usize {
  let slot = (<u32>((index * 0x9e3779b97f4a7c15) >> 32)) & (capacity - 1);
  while (true) {
    const node = nodes + <usize>slot * NODE_SIZE;
    const key = load<u64>(node);
    if (key == index || key == 0) return node;
    slot = (slot + 1) & (capacity - 1);
  }
}

/** Levels above the leaves at which a node stands. */
@inline
function levelOf(index: u64): u32 {
  return 59 - (63 - <u32>clz<u64>(index));
}

/** Address of a node's hash; the zero hash of its level if it is absent. Valid until the next node is made. */
export function nodeHash(index: u64): usize {
  const node = slotOf(index);
  return load<u64>(node) == 0 ? zeroHash(levelOf(index)) : node + 8;
}

/** Address to store a node's hash at. Valid until the next node is made. */
function makeNode(index: u64): usize {
  let node = slotOf(index);
  if (load<u64>(node) == 0) {
    if (count * 3 >= capacity * 2) {
      grow();
      node = slotOf(index);
    }
    count++;
    store<u64>(node, index);
  }
  return node + 8;
}

function grow(): void {
  const old = nodes;
  const oldCapacity = capacity;
  capacity *= 2;
  // Old tables are not reused: together they are as large as the newest.
  nodes = reserve(<usize>capacity * NODE_SIZE);
  memory.fill(nodes, 0, <usize>capacity * NODE_SIZE);
  for (let i: u32 = 0; i < oldCapacity; i++) {
    const from = old + <usize>i * NODE_SIZE;
    const key = load<u64>(from);
    if (key != 0) memory.copy(slotOf(key), from, NODE_SIZE);
  }
}

/** Sets page roots (32 bytes each, at `roots`) of the `n` page indices at `pages`. The levels above are not updated. */
export function setPages(pages: usize, roots: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) {
    memory.copy(makeNode(((<u64>1) << 52) | load<u64>(pages + (i << 3))), roots + (i << 5), 32);
  }
}

/**
 * Updates all nodes above the `n` pages whose indices stand at `pages` in ascending order. The list is used up.
 * Work is proportional to the pages, plus up to 52 hashes for each far-away group of them.
 */
export function update(pages: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) store<u64>(pages + (i << 3), ((<u64>1) << 52) | load<u64>(pages + (i << 3)));
  for (let level = 0; level < 52; level++) {
    let parents: u32 = 0;
    let last: u64 = 0;
    for (let i: u32 = 0; i < n; i++) {
      const parent = load<u64>(pages + (i << 3)) >> 1;
      if (parent == last) continue;
      last = parent;
      memory.copy(PAIR, nodeHash(parent << 1), 32);
      memory.copy(PAIR + 32, nodeHash((parent << 1) | 1), 32);
      hashPair(PAIR, makeNode(parent));
      store<u64>(pages + (parents << 3), parent);
      parents++;
    }
    n = parents;
  }
}

let list: usize = 0;
let listSize: u32 = 0;

/** Address of room for `n` page indices (8 bytes each), valid until the next call. */
export function pageList(n: u32): usize {
  if (n > listSize) {
    list = reserve((<usize>n) << 3);
    listSize = n;
  }
  return list;
}

/** Number of nodes kept. */
export function nodeCount(): u32 {
  return count;
}
