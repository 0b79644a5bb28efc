// The Merkle-Patricia trie (yellow paper, appendix D): read, insert, remove, hash. A trie is a place for its root node
// (see node.ts): a u32 that starts as 0 for an empty trie or is set by `openTrie`. Keys and values are used where they
// lie and must stay there as long as the trie.
import { copy32, equal32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { headerLength, storeHeader } from '../rlp';
import { childPlace, Kind, newBranch, newExtension, newLeaf, Node, nodeAt, REFERRED } from './node';
import { common, compactLength, nibble, storeCompact } from './path';
import { HASH_ITEM, keep, refer, reserve } from './store';

/** keccak256(0x80): the root of an empty trie. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const EMPTY_ROOT: usize = memory.data<u8>([
  0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
  0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21,
], 8);

/** Makes `place` the trie with the 32-byte root hash at `root`. Nothing is read until a walk needs it. */
export function openTrie(place: usize, root: usize): void {
  if (equal32(root, EMPTY_ROOT)) {
    store<u32>(place, 0);
    return;
  }
  const item = heap.alloc(40) + 7;
  store<u8>(item, HASH_ITEM);
  copy32(item + 1, root);
  store<u32>(place, (<u32>item) | REFERRED);
}

/** Length of the value that `find` found last. */
export let foundLength: u32 = 0;

/** Address of the value of the key of `length` bytes, or 0 where there is none; its length is in `foundLength`. */
export function find(place: usize, key: usize, length: u32): usize {
  const end = length * 2;
  let depth: u32 = 0;
  while (load<u32>(place) != 0) {
    const node = nodeAt(place);
    if (node.kind == Kind.Branch) {
      if (depth == end) return valueOf(node);
      place = childPlace(node, nibble(key, depth++));
      continue;
    }
    const count = node.pathCount;
    if (count > end - depth || common(key, depth, node.path, node.pathStart, count) != count) return 0;
    depth += count;
    if (node.kind == Kind.Leaf) return depth == end ? valueOf(node) : 0;
    place = childPlace(node, 0);
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function valueOf(node: Node): usize {
  foundLength = node.valueLength;
  return node.value;
}

/** Sets the value of the key to the `valueLength` (not 0) bytes at `value`. */
export function insert(place: usize, key: usize, length: u32, value: usize, valueLength: u32): void {
  const end = length * 2;
  let depth: u32 = 0;
  for (;;) {
    if (load<u32>(place) == 0) {
      put(place, newLeaf(key, depth, end - depth, value, valueLength));
      return;
    }
    const node = nodeAt(place);
    node.reference = 0;
    if (node.kind == Kind.Branch) {
      if (depth == end) {
        setValue(node, value, valueLength);
        return;
      }
      place = childPlace(node, nibble(key, depth++));
      continue;
    }
    const count = node.pathCount;
    const same = common(key, depth, node.path, node.pathStart, min(count, end - depth));
    depth += same;
    if (same == count) {
      if (node.kind == Kind.Extension) {
        place = childPlace(node, 0);
        continue;
      }
      if (depth == end) {
        setValue(node, value, valueLength);
        return;
      }
    }
    // The paths part here: a branch, behind an extension for what they have in common.
    const branch = split(node, same);
    put(place, same == 0 ? branch : newExtension(key, depth - same, same, <u32>changetype<usize>(branch)));
    if (depth == end) setValue(branch, value, valueLength);
    else put(childPlace(branch, nibble(key, depth)), newLeaf(key, depth + 1, end - depth - 1, value, valueLength));
    return;
  }
}

// @ts-ignore: decorator
@inline
function setValue(node: Node, value: usize, length: u32): void {
  node.value = value;
  node.valueLength = length;
}

/** A branch that holds what is left of the leaf or extension `node` after the first `same` nibbles of its path. */
function split(node: Node, same: u32): Node {
  const branch = newBranch();
  const count = node.pathCount;
  if (same == count) {
    setValue(branch, node.value, node.valueLength);
    return branch;
  }
  const place = childPlace(branch, nibble(node.path, node.pathStart + same));
  if (node.kind == Kind.Extension && same + 1 == count) {
    store<u32>(place, node.child);
    return branch;
  }
  node.pathStart += same + 1;
  node.pathCount = count - same - 1;
  put(place, node);
  return branch;
}

// @ts-ignore: decorator
@inline
function put(place: usize, node: Node): void {
  store<u32>(place, <u32>changetype<usize>(node));
}

/**
 * Removes the key, if it is there. A branch that is left with one child alone has to know that child's kind: it is the
 * only node off the key's path that is read.
 */
export function remove(place: usize, key: usize, length: u32): void {
  if (load<u32>(place) != 0) removeAt(place, key, 0, length * 2);
}

/** Removes the key below a place that isn't empty. Returns whether it was there. */
function removeAt(place: usize, key: usize, depth: u32, end: u32): bool {
  const node = nodeAt(place);
  if (node.kind == Kind.Branch) {
    if (depth == end) {
      if (node.value == 0) return false;
      setValue(node, 0, 0);
    } else {
      const child = childPlace(node, nibble(key, depth));
      if (load<u32>(child) == 0 || !removeAt(child, key, depth + 1, end)) return false;
      // A changed child that is still there leaves the branch as it is.
      if (load<u32>(child) != 0) {
        node.reference = 0;
        return true;
      }
    }
    node.reference = 0;
    collapse(place, node);
    return true;
  }
  const count = node.pathCount;
  if (count > end - depth || common(key, depth, node.path, node.pathStart, count) != count) return false;
  if (node.kind == Kind.Leaf) {
    if (depth + count != end) return false;
    store<u32>(place, 0);
    return true;
  }
  if (!removeAt(childPlace(node, 0), key, depth + count, end)) return false;
  node.reference = 0;
  join(place, node.path, node.pathStart, count, childPlace(node, 0));
  return true;
}

/** Replaces the branch at `place` when it has one child or value alone. */
function collapse(place: usize, node: Node): void {
  let only: i32 = -1;
  for (let i = 0; i < 16; i++) {
    if (load<u32>(childPlace(node, i)) == 0) continue;
    if (only >= 0) return;
    only = i;
  }
  if (only < 0) {
    put(place, newLeaf(0, 0, 0, node.value, node.valueLength));
    return;
  }
  if (node.value != 0) return;
  const step = heap.alloc(1);
  store<u8>(step, <u8>only);
  join(place, step, 1, 1, childPlace(node, only));
}

/** Puts at `place` a path and, below it, the node at `child`: one node where that is a leaf or extension. */
function join(place: usize, path: usize, start: u32, count: u32, child: usize): void {
  const node = nodeAt(child);
  if (node.kind == Kind.Branch) {
    put(place, newExtension(path, start, count, <u32>changetype<usize>(node)));
    return;
  }
  // The joined path ends with the node's own, so it starts at such a half of a byte that the end stays where it was.
  const total = count + node.pathCount;
  const first = (node.pathStart - count) & 1;
  const joined = heap.alloc((first + total + 1) >> 1);
  store<u8>(joined, 0);
  for (let i: u32 = 0; i < total; i++) {
    const value = i < count ? nibble(path, start + i) : nibble(node.path, node.pathStart + i - count);
    const at = joined + ((first + i) >> 1);
    if (((first + i) & 1) == 0) store<u8>(at, <u8>(value << 4));
    else store<u8>(at, load<u8>(at) | (<u8>value));
  }
  put(
    place,
    node.kind == Kind.Leaf
      ? newLeaf(joined, first, total, node.value, node.valueLength)
      : newExtension(joined, first, total, node.child),
  );
}

/**
 * Writes the trie's root hash to `out`, hashing each changed node once. With `kept`, the changed nodes go to the store,
 * where the next block finds them.
 */
export function hashTrie(place: usize, kept: bool, out: usize): void {
  if (load<u32>(place) == 0) {
    copy32(out, EMPTY_ROOT);
    return;
  }
  const item = referenceOf(place, kept);
  if (load<u8>(item) == HASH_ITEM) {
    copy32(out, item + 1);
    return;
  }
  // A root of less than 32 bytes is hashed all the same.
  const length = <u32>load<u8>(item) - 0xbf;
  if (!kept) {
    keccak256(item, length, out);
    return;
  }
  const rlp = reserve(length);
  memory.copy(rlp, item, length);
  copy32(out, keep(rlp) + 1);
}

/** Address of the RLP item that refers to the node at a place that isn't empty. */
function referenceOf(place: usize, kept: bool): usize {
  const at = load<u32>(place);
  if ((at & REFERRED) != 0) return <usize>(at & ~REFERRED);
  const node = changetype<Node>(<usize>at);
  if (node.reference == 0) node.reference = encode(node, kept);
  return node.reference;
}

/** Length of an item of a reference: 33 for a hash, else the embedded list's. */
// @ts-ignore: decorator
@inline
function itemLength(item: usize): u32 {
  const first = <u32>load<u8>(item);
  return first == 0xa0 ? 33 : first - 0xbf;
}

/** Length of the RLP of a byte string. */
// @ts-ignore: decorator
@inline
function stringLength(ptr: usize, length: u32): u32 {
  return length == 1 && load<u8>(ptr) < 0x80 ? 1 : headerLength(length) + length;
}

function storeString(target: usize, ptr: usize, length: u32): usize {
  if (length != 1 || load<u8>(ptr) >= 0x80) target += storeHeader(target, 0x80, length);
  memory.copy(target, ptr, length);
  return target + length;
}

// @ts-ignore: decorator
@inline
function storeItem(target: usize, item: usize): usize {
  if (load<u8>(item) == 0xa0) {
    store<u8>(target, 0xa0);
    copy32(target + 1, item + 1);
    return target + 33;
  }
  const length = itemLength(item);
  memory.copy(target, item, length);
  return target + length;
}

/** Encodes a changed node, hashes it when it takes 32 bytes or more, and returns the item that refers to it. */
function encode(node: Node, kept: bool): usize {
  let payload: u32;
  if (node.kind == Kind.Branch) {
    payload = node.value == 0 ? 1 : stringLength(node.value, node.valueLength);
    for (let i = 0; i < 16; i++) {
      const place = childPlace(node, i);
      payload += load<u32>(place) == 0 ? 1 : itemLength(referenceOf(place, kept));
    }
  } else {
    const compact = compactLength(node.pathCount);
    // A path of one byte in hex-prefix form is below 0x80: it is its own RLP.
    payload = compact == 1 ? 1 : headerLength(compact) + compact;
    payload +=
      node.kind == Kind.Leaf
        ? stringLength(node.value, node.valueLength)
        : itemLength(referenceOf(childPlace(node, 0), kept));
  }
  const length = headerLength(payload) + payload;
  const rlp = kept && length >= 32 ? reserve(length) : heap.alloc(length);
  let p = rlp + storeHeader(rlp, 0xc0, payload);
  if (node.kind == Kind.Branch) {
    for (let i = 0; i < 16; i++) {
      const place = childPlace(node, i);
      if (load<u32>(place) == 0) store<u8>(p++, 0x80);
      else p = storeItem(p, referenceOf(place, kept));
    }
    if (node.value == 0) store<u8>(p, 0x80);
    else storeString(p, node.value, node.valueLength);
  } else {
    const compact = compactLength(node.pathCount);
    if (compact > 1) p += storeHeader(p, 0x80, compact);
    storeCompact(p, node.path, node.pathStart, node.pathCount, node.kind == Kind.Leaf);
    p += compact;
    if (node.kind == Kind.Leaf) storeString(p, node.value, node.valueLength);
    else storeItem(p, referenceOf(childPlace(node, 0), kept));
  }
  if (length < 32) return rlp;
  return kept ? keep(rlp) : refer(rlp, length);
}
