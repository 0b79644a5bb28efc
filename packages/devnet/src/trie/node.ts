// Nodes of a Merkle-Patricia trie in memory. Yellow Paper, appendix D; keys are paths of nibbles (one a byte).
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** RLP before encoding: a byte string or a list. */
export type RlpItem = Uint8Array | RlpItem[];

/** Where a node is known only by its hash. */
export interface Unloaded {
  readonly kind: 'unloaded';
  readonly hash: Uint8Array;
}

export interface Leaf {
  readonly kind: 'leaf';
  readonly path: Uint8Array;
  readonly value: Uint8Array;
  reference?: RlpItem;
}

export interface Extension {
  readonly kind: 'extension';
  readonly path: Uint8Array;
  child: Node;
  reference?: RlpItem;
}

/** A branch. Keys of one trie have one length here, so a branch never holds a value of its own. */
export interface Branch {
  readonly kind: 'branch';
  readonly children: (Node | undefined)[];
  reference?: RlpItem;
}

export type Node = Unloaded | Leaf | Extension | Branch;

/** A trie node whose encoding isn't one of the three forms. */
export class TrieNodeError extends Error {
  override name = 'TrieNodeError';
}

/** keccak256 of the RLP of the empty string: the root of a trie without entries. */
export const EMPTY_TRIE_ROOT = keccak_256(Uint8Array.of(0x80));

/** The nibbles of `key`, high half first, one a byte. */
export function toNibbles(key: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(key.length * 2);
  key.forEach((byte, i) => {
    nibbles[2 * i] = byte >> 4;
    nibbles[2 * i + 1] = byte & 15;
  });
  return nibbles;
}

/** Decodes a node from its RLP. Throws `TrieNodeError` when it is none. */
export function decodeNode(encoding: Uint8Array): Leaf | Extension | Branch {
  return nodeOf(RLP.decode(encoding));
}

/** The RLP of a node, children as references. `onHashed` is told the hash and encoding of each child hashed anew. */
export function encodeNode(node: Leaf | Extension | Branch, onHashed: OnHashed): Uint8Array {
  return RLP.encode(itemsOf(node, onHashed));
}

export type OnHashed = (hash: Uint8Array, encoding: Uint8Array) => void;

/** How a parent names `node`: by its hash, or, when its encoding is shorter than 32 bytes, by the node itself. */
export function referenceTo(node: Node, onHashed: OnHashed): RlpItem {
  if (node.kind === 'unloaded') return node.hash;
  if (node.reference === undefined) {
    const items = itemsOf(node, onHashed);
    const encoding = RLP.encode(items);
    if (encoding.length < 32) {
      node.reference = items;
    } else {
      const hash = keccak_256(encoding);
      onHashed(hash, encoding);
      node.reference = hash;
    }
  }
  return node.reference;
}

function itemsOf(node: Leaf | Extension | Branch, onHashed: OnHashed): RlpItem[] {
  if (node.kind === 'leaf') return [compactPath(node.path, true), node.value];
  if (node.kind === 'extension') return [compactPath(node.path, false), referenceTo(node.child, onHashed)];
  const empty = new Uint8Array(0);
  return [...Array.from(node.children, (child) => (child === undefined ? empty : referenceTo(child, onHashed))), empty];
}

function nodeOf(items: RlpItem): Leaf | Extension | Branch {
  if (!isList(items)) throw new TrieNodeError('a trie node is a list');
  if (items.length === 17) {
    const value = items[16];
    if (value === undefined || isList(value) || value.length > 0) {
      throw new TrieNodeError('a branch with a value: keys of one trie have one length');
    }
    return { kind: 'branch', children: items.slice(0, 16).map(childOf) };
  }
  const [compact, target] = items;
  if (items.length !== 2 || compact === undefined || target === undefined || isList(compact)) {
    throw new TrieNodeError(`a trie node has 2 or 17 items, not ${items.length}`);
  }
  const { path, isLeaf } = expandPath(compact);
  if (isLeaf) {
    if (isList(target)) throw new TrieNodeError("a leaf's value is a byte string");
    return { kind: 'leaf', path, value: target };
  }
  const child = childOf(target);
  if (child === undefined) throw new TrieNodeError('an extension without a child');
  return { kind: 'extension', path, child };
}

function childOf(item: RlpItem): Node | undefined {
  if (isList(item)) return nodeOf(item);
  if (item.length === 0) return undefined;
  if (item.length !== 32) throw new TrieNodeError(`a reference of ${item.length} bytes`);
  return { kind: 'unloaded', hash: item };
}

function isList(item: RlpItem): item is RlpItem[] {
  return Array.isArray(item);
}

/** Hex-prefix encoding: Yellow Paper, appendix C. */
function compactPath(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length & 1;
  const nibbles = new Uint8Array(2 - odd + path.length);
  nibbles[0] = (isLeaf ? 2 : 0) + odd;
  nibbles.set(path, 2 - odd);
  return fromNibbles(nibbles);
}

function expandPath(compact: Uint8Array): { path: Uint8Array; isLeaf: boolean } {
  const nibbles = toNibbles(compact);
  const flags = nibbles[0];
  if (flags === undefined || flags > 3) throw new TrieNodeError(`a path with flags ${flags}`);
  return { path: nibbles.subarray(flags & 1 ? 1 : 2), isLeaf: (flags & 2) !== 0 };
}

function fromNibbles(nibbles: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: nibbles.length / 2 },
    (_, i) => ((nibbles[2 * i] ?? 0) << 4) | (nibbles[2 * i + 1] ?? 0),
  );
}
