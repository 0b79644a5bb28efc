// Tries keyed by the RLP of an index: a block's transactions, receipts and withdrawals.
import { Bytes, equal32 } from '../bytes';
import { mark, release } from '../memory';
import { storeHeader } from '../rlp';
import { firstItem } from './first-item';
import { childPlace, decodeNode, embedded, Kind, Node, REFERRED } from './node';
import { common, nibble } from './path';
import { HASH_ITEM, hintedNode } from './store';
import { EMPTY_ROOT, hashTrie, insert } from './trie';

/** Writes the RLP of `index` to `target`, at most 5 bytes; returns its length. */
function storeIndex(target: usize, index: u32): u32 {
  if (index == 0) {
    store<u8>(target, 0x80);
    return 1;
  }
  if (index < 0x80) {
    store<u8>(target, <u8>index);
    return 1;
  }
  const length: u32 = 4 - <u32>(clz(index) >> 3);
  storeHeader(target, 0x80, length);
  for (let i: u32 = 0; i < length; i++) store<u8>(target + 1 + i, <u8>(index >> (8 * (length - 1 - i))));
  return 1 + length;
}

/** Writes the root of the trie of `values` by index to `out`. Takes memory of the current region. */
export function orderedTrieRoot(values: Array<Bytes>, out: usize): void {
  const place = heap.alloc(4);
  store<u32>(place, 0);
  for (let i = 0, n = values.length; i < n; i++) {
    const key = heap.alloc(5);
    insert(place, key, storeIndex(key, i), values[i].ptr, values[i].length);
  }
  hashTrie(place, false, out);
}

/** Whoever reads an ordered trie. */
export abstract class OrderedValues {
  /** The next value, in the order of the indexes: it is gone when this returns. Called with SCRATCH current. */
  abstract value(value: Bytes): void;
}

/** The key of index 0, which comes behind those of 1 to 127: as nibbles. */
// @ts-ignore: decorator
@inline
const FIRST_KEY: u32 = 0x80;

/**
 * Gives `reader` all values of the index-keyed trie with the 32-byte root hash at `root`. The nodes must have been hinted
 * (`l1-transactions`, `l1-receipts`, `l2-transactions`). Of the trie no more than the way to the value at hand is in
 * memory; SCRATCH must be current.
 */
export function readOrderedTrie(root: usize, reader: OrderedValues): void {
  if (equal32(root, EMPTY_ROOT)) return;
  const start = mark();
  reader.value(firstItem(root));
  release(start);
  visit(hintedNode(root), 0, 0, reader);
  release(start);
}

/**
 * The value of that index in the trie with the 32-byte root hash at `root`, whose nodes must have been hinted; SCRATCH must be
 * current. A trie without it ends the program.
 */
export function orderedValue(root: usize, index: u32): Bytes {
  const key = heap.alloc(5);
  const nibbles: u32 = storeIndex(key, index) << 1;
  let rlp = hintedNode(root);
  let depth: u32 = 0;
  while (true) {
    const node = decodeNode(rlp);
    let child: u32 = 0;
    if (node.kind == Kind.Branch) {
      if (depth == nibbles) break;
      child = nibble(key, depth++);
    } else {
      const count = node.pathCount;
      if (count > nibbles - depth || common(key, depth, node.path, node.pathStart, count) != count) break;
      depth += count;
      if (node.kind == Kind.Leaf) {
        if (depth < nibbles) break;
        return new Bytes(node.value, node.valueLength);
      }
    }
    const at = load<u32>(childPlace(node, child));
    if (at == 0) break;
    rlp = nodeOf(at);
  }
  throw new Error('an index that the trie does not have');
}

/** Gives all values below a node but that of index 0, in the order of their keys; `key` are the `depth` nibbles above. */
function visit(rlp: Bytes, key: u32, depth: u32, reader: OrderedValues): void {
  const node = decodeNode(rlp);
  if (node.kind == Kind.Branch) {
    // No key is another's start, so no branch has a value.
    for (let i: u32 = 0; i < 16; i++) visitChild(node, i, (key << 4) | i, depth + 1, reader);
    return;
  }
  for (let i: u32 = 0; i < node.pathCount; i++) key = (key << 4) | nibble(node.path, node.pathStart + i);
  depth += node.pathCount;
  if (node.kind == Kind.Extension) visitChild(node, 0, key, depth, reader);
  else if (key != FIRST_KEY || depth != 2) reader.value(new Bytes(node.value, node.valueLength));
}

function visitChild(node: Node, index: u32, key: u32, depth: u32, reader: OrderedValues): void {
  const at = load<u32>(childPlace(node, index));
  if (at == 0) return;
  const start = mark();
  visit(nodeOf(at), key, depth, reader);
  release(start);
}

/** The node that a place in a node that was just decoded refers to. */
function nodeOf(at: u32): Bytes {
  const item = <usize>(at & ~REFERRED);
  return load<u8>(item) == HASH_ITEM ? hintedNode(item + 1) : embedded(item);
}
