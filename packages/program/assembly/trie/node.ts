// Nodes of a Merkle-Patricia trie in memory (yellow paper, appendix D). A node is decoded when a walk reaches it and
// never before. Nodes live in SCRATCH.
//
// A place for a node (a branch's child, an extension's child, a root) is a u32: 0 for none, the address of a decoded
// node, or, with the highest bit set, the address of the RLP item that refers to it: 0xa0 and a hash, or the embedded
// node itself. Nodes and items lie in the near part of the memory, below 2 GiB, so no address of theirs has that bit.
import { Bytes } from '../bytes';
import { stateNode } from './store';

// @ts-ignore: decorator
@inline export const REFERRED: u32 = 0x80000000;

export const enum Kind {
  Leaf = 1,
  Extension = 2,
  Branch = 3,
}

/** What leaves and extensions have, and the start of a branch. */
@unmanaged
export class Node {
  kind: Kind;
  /** Address of the RLP item that refers to the node as it is now; 0 while it is changed and not hashed. */
  reference: usize;
  /** Value of a leaf or branch: address, 0 for none, and length. */
  value: usize;
  valueLength: u32;
  /** Path of a leaf or extension. */
  path: usize;
  pathStart: u32;
  pathCount: u32;
  /** Place of an extension's child, or of a branch's first child: 15 more follow. */
  child: u32;
}

// @ts-ignore: decorator
@inline const SHORT_SIZE: usize = 32;
// @ts-ignore: decorator
@inline const BRANCH_SIZE: usize = 96;

/** Address of the place of a branch's child `index`, or of an extension's with index 0. */
// @ts-ignore: decorator
@inline
export function childPlace(node: Node, index: u32): usize {
  return changetype<usize>(node) + offsetof<Node>('child') + ((<usize>index) << 2);
}

export function newLeaf(path: usize, start: u32, count: u32, value: usize, length: u32): Node {
  const node = changetype<Node>(heap.alloc(SHORT_SIZE));
  node.kind = Kind.Leaf;
  node.reference = 0;
  node.value = value;
  node.valueLength = length;
  node.path = path;
  node.pathStart = start;
  node.pathCount = count;
  return node;
}

export function newExtension(path: usize, start: u32, count: u32, child: u32): Node {
  const node = changetype<Node>(heap.alloc(SHORT_SIZE));
  node.kind = Kind.Extension;
  node.reference = 0;
  node.path = path;
  node.pathStart = start;
  node.pathCount = count;
  node.child = child;
  return node;
}

/** A branch without children. */
export function newBranch(): Node {
  const ptr = heap.alloc(BRANCH_SIZE);
  memory.fill(ptr, 0, BRANCH_SIZE);
  const node = changetype<Node>(ptr);
  node.kind = Kind.Branch;
  return node;
}

/** The node at a place that isn't empty, decoded there if it was not. */
// @ts-ignore: decorator
@inline
export function nodeAt(place: usize): Node {
  const at = load<u32>(place);
  if ((at & REFERRED) == 0) return changetype<Node>(<usize>at);
  return decodeAt(place, <usize>(at & ~REFERRED));
}

function decodeAt(place: usize, reference: usize): Node {
  const rlp = load<u8>(reference) == 0xa0 ? stateNode(reference + 1) : embedded(reference);
  const node = decodeNode(rlp);
  node.reference = reference;
  store<u32>(place, <u32>changetype<usize>(node));
  return node;
}

/** The embedded node at `item`: an RLP list of less than 32 bytes. */
// @ts-ignore: decorator
@inline
export function embedded(item: usize): Bytes {
  return new Bytes(item, <u32>load<u8>(item) - 0xbf);
}

// Payload of the item that `header` read last.
let payload: usize = 0;
let payloadLength: u32 = 0;

/** Reads the header of the item at `p`, which must end by `end`; returns the address after the item. */
function header(p: usize, end: usize): usize {
  const first = <u32>load<u8>(p);
  if (first < 0x80) {
    payload = p;
    payloadLength = 1;
    return p + 1;
  }
  let length = first & 0x3f;
  payload = p + 1;
  if (length > 55) {
    let bytes = length - 55;
    // A leaf of L1's tries may hold a transaction or a receipt of some megabytes.
    if (bytes > 4 || p + bytes >= end) malformed();
    length = 0;
    for (; bytes > 0; bytes--) length = (length << 8) | (<u32>load<u8>(payload++));
  }
  payloadLength = length;
  if (length > <u32>(end - payload)) malformed();
  return payload + length;
}

function malformed(): void {
  throw new Error('a trie node that is not one: its RLP is malformed');
}

/** Decodes a node whose bytes stay where they are as long as it lives. What is no trie node ends the program. */
export function decodeNode(rlp: Bytes): Node {
  const end = rlp.ptr + rlp.length;
  if (rlp.length == 0 || load<u8>(rlp.ptr) < 0xc0 || header(rlp.ptr, end) != end) malformed();
  const start = payload;
  const second = start < end ? header(start, end) : end;
  if (second == end) malformed();
  const path = payload;
  const pathBytes = payloadLength;
  const isPath = load<u8>(start) < 0xc0 && pathBytes > 0;
  const third = header(second, end);
  if (third == end) {
    if (!isPath) malformed();
    const first = <u32>load<u8>(path);
    const odd = (first >> 4) & 1;
    const count = 2 * (pathBytes - 1) + odd;
    if ((first & 0x20) != 0) return newLeaf(path, 2 - odd, count, payload, payloadLength);
    return newExtension(path, 2 - odd, count, reference(second, third));
  }
  const node = newBranch();
  let p = start;
  for (let i: u32 = 0; i < 16; i++) {
    if (p >= end) malformed();
    const first = load<u8>(p);
    if (first == 0x80) {
      p += 1;
    } else if (first == 0xa0) {
      store<u32>(childPlace(node, i), (<u32>p) | REFERRED);
      p += 33;
    } else {
      const next = header(p, end);
      store<u32>(childPlace(node, i), reference(p, next));
      p = next;
    }
  }
  if (p >= end || header(p, end) != end) malformed();
  if (payloadLength > 0) {
    node.value = payload;
    node.valueLength = payloadLength;
  }
  return node;
}

/** The place's content for the reference that is the item from `p` to `end`. */
function reference(p: usize, end: usize): u32 {
  const first = load<u8>(p);
  if (!(first == 0xa0 || (first >= 0xc0 && end - p < 32))) malformed();
  return (<u32>p) | REFERRED;
}
