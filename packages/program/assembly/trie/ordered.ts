// Tries keyed by the RLP of an index: a block's transactions, receipts and withdrawals.
import { Bytes, equal32 } from '../bytes';
import { storeHeader } from '../rlp';
import { childPlace, decodeNode, embedded, Kind, Node, REFERRED } from './node';
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

/**
 * All values of the index-keyed trie with the 32-byte root hash at `root`, in the order of their indexes. The nodes must
 * have been hinted (`l1-transactions`, `l1-receipts`, `l2-transactions`). Values and array are in the current region.
 */
export function readOrderedTrie(root: usize): Array<Bytes> {
  const values = new Array<Bytes>();
  if (equal32(root, EMPTY_ROOT)) return values;
  collect(decodeNode(hintedNode(root)), values);
  // In the keys' order index 0 (0x80) comes behind 1 to 127, which are their own keys.
  const last = min(values.length - 1, 127);
  const first = values[last];
  for (let i = last; i > 0; i--) values[i] = values[i - 1];
  values[0] = first;
  return values;
}

/** Appends the values below a node in the order of their keys. No key is another's start, so no branch has a value. */
function collect(node: Node, values: Array<Bytes>): void {
  if (node.kind == Kind.Leaf) {
    values.push(new Bytes(node.value, node.valueLength));
    return;
  }
  const children = node.kind == Kind.Branch ? 16 : 1;
  for (let i = 0; i < children; i++) {
    const at = load<u32>(childPlace(node, i));
    if (at == 0) continue;
    const item = <usize>(at & ~REFERRED);
    const rlp = load<u8>(item) == HASH_ITEM ? hintedNode(item + 1) : embedded(item);
    collect(decodeNode(rlp), values);
  }
}
