// What a write of one pair of leaves changes: the 59 nodes from the pair's up to the root. Two writes that follow each
// other are hashed together: of the second one's siblings only the one where their paths meet is a node of the first's.
import { hashPair } from './keccak';
import { hashTwoPairs } from './keccak-two';
import { contentOf, granuleRootOf, ownOf, pageOf, placeEntry, siblingOf, treeOf } from './page-cache';
import { ROOT } from './tree';

/** Nodes of a chain: 0 stands on the pair of leaves, 6 is the page's root, 58 the tree's. */
const NODES: usize = 59;
const PAGE_ROOT: usize = 6;
/** The nodes of both chains, and two pairs to be hashed. */
const CHAINS = memory.data(2 * 59 * 32, 16);
const PAIRS = memory.data(128, 16);

/** A write: the page's entry (4 bytes), number of the pair in the page (4), from 16 on the 64 new bytes. */
const PAIR: usize = 4;
const BYTES: usize = 16;


@inline
function chainOf(which: usize): usize {
  return CHAINS + which * (NODES * 32);
}

/** Number of the pair among all. */
@inline
function pathOf(write: usize): u64 {
  return (pageOf(load<u32>(write)) << 6) | (<u64>load<u32>(write, PAIR));
}


@inline
function siblingAt(write: usize, level: usize): usize {
  const entry: usize = load<u32>(write);
  if (level >= PAGE_ROOT) return siblingOf(entry, level - PAGE_ROOT);
  return treeOf(entry) + ((((64 + load<u32>(write, PAIR)) >> (<u32>level)) ^ 1) << 5);
}

/** Puts node and sibling side by side at `pair`. */
@inline
function join(pair: usize, path: u64, level: usize, node: usize, sibling: usize): void {
  const side = ((<usize>(path >> (<u64>level))) & 1) << 5;
  v128.store(pair + side, v128.load(node));
  v128.store(pair + side, v128.load(node, 16), 16);
  v128.store(pair + (side ^ 32), v128.load(sibling));
  v128.store(pair + (side ^ 32), v128.load(sibling, 16), 16);
}

/** Hashes what the write changes, into the first chain. The tree is left as it is. */
export function hashOne(write: usize): void {
  placeEntry(load<u32>(write));
  const chain = chainOf(0);
  const path = pathOf(write);
  hashPair(write + BYTES, chain);
  for (let level: usize = 0; level < NODES - 1; level++) {
    join(PAIRS, path, level, chain + (level << 5), siblingAt(write, level));
    hashPair(PAIRS, chain + ((level + 1) << 5));
  }
}

/** Hashes what `first` changes and what `second` changes after it, into both chains. */
export function hashBoth(first: usize, second: usize): void {
  // Placing one entry may grow the tree and move the other's path.
  placeEntry(load<u32>(first));
  placeEntry(load<u32>(second));
  placeEntry(load<u32>(first));
  const a = chainOf(0);
  const b = chainOf(1);
  const pathA = pathOf(first);
  const pathB = pathOf(second);
  const meeting: usize = pathA == pathB ? NODES : <usize>(63 - clz<u64>(pathA ^ pathB));
  hashTwoPairs(first + BYTES, a, second + BYTES, b);
  for (let level: usize = 0; level < NODES - 1; level++) {
    join(PAIRS, pathA, level, a + (level << 5), siblingAt(first, level));
    const sibling = level == meeting ? a + (level << 5) : siblingAt(second, level);
    join(PAIRS + 64, pathB, level, b + (level << 5), sibling);
    hashTwoPairs(PAIRS, a + ((level + 1) << 5), PAIRS + 64, b + ((level + 1) << 5));
  }
}

/** Makes a write whose chain has been hashed: content, and all nodes that are kept. */
export function apply(write: usize, which: usize): void {
  const entry: usize = load<u32>(write);
  const pair: usize = load<u32>(write, PAIR);
  let node = chainOf(which);
  memory.copy(contentOf(entry) + (pair << 6), write + BYTES, 64);
  for (let level: usize = 0; level <= PAGE_ROOT; level++) {
    memory.copy(treeOf(entry) + (((64 + pair) >> level) << 5), node + (level << 5), 32);
  }
  node += PAGE_ROOT << 5;
  for (let level: usize = 0; level < NODES - PAGE_ROOT - 1; level++) {
    const own = ownOf(entry, level);
    if (own != 0) memory.copy(own, node + (level << 5), 32);
  }
  memory.copy(granuleRootOf(entry), node + (4 << 5), 32);
  memory.copy(ROOT, node + ((NODES - PAGE_ROOT - 1) << 5), 32);
}
