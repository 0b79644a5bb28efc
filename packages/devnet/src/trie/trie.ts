// A Merkle-Patricia trie over a store of nodes, synchronous. Insertions come before deletions in the state's flush, so
// that a node's siblings are read only where the canonical form needs them (a witness holds no others).
import { concatBytes, equalsBytes } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { decodeNode, EMPTY_TRIE_ROOT, encodeNode, referenceTo, toNibbles } from './node.js';
import type { Branch, Extension, Leaf, Node, OnHashed } from './node.js';

/** Reads a trie node's RLP by its hash; throws when it has none. */
export type ReadNode = (hash: Uint8Array) => Uint8Array;

type Loaded = Leaf | Extension | Branch;

/** One trie. Values are never empty: `delete` is the way to remove an entry. */
export class Trie {
  #root: Node | undefined;

  /** The trie with the given root, whose nodes `read` returns. */
  constructor(
    readonly read: ReadNode,
    root: Uint8Array = EMPTY_TRIE_ROOT,
  ) {
    this.#root = equalsBytes(root, EMPTY_TRIE_ROOT) ? undefined : { kind: 'unloaded', hash: root };
  }

  /** The value at `key`, or undefined. */
  get(key: Uint8Array): Uint8Array | undefined {
    let path = toNibbles(key);
    let node = this.#root;
    let attach = (loaded: Loaded): void => void (this.#root = loaded);
    while (node !== undefined) {
      if (node.kind === 'unloaded') attach((node = this.#load(node)));
      if (node.kind === 'leaf') return equalsBytes(node.path, path) ? node.value : undefined;
      const parent: Extension | Branch = node;
      if (parent.kind === 'extension') {
        if (!startsWith(path, parent.path)) return undefined;
        path = path.subarray(parent.path.length);
        node = parent.child;
        attach = (loaded) => void (parent.child = loaded);
      } else {
        const index = path[0] ?? 0;
        path = path.subarray(1);
        node = parent.children[index];
        attach = (loaded) => void (parent.children[index] = loaded);
      }
    }
    return undefined;
  }

  /** Sets the value at `key`. */
  put(key: Uint8Array, value: Uint8Array): void {
    this.#root = this.#insert(this.#root, toNibbles(key), value);
  }

  /** Removes the entry at `key`, if there is one. */
  delete(key: Uint8Array): void {
    if (this.#root !== undefined) this.#root = this.#remove(this.#root, toNibbles(key));
  }

  /** The root hash. `onHashed` gets every node hashed since the last call, so that it can be stored. */
  hash(onHashed: OnHashed = () => {}): Uint8Array {
    const root = this.#root;
    if (root === undefined) return EMPTY_TRIE_ROOT;
    const reference = referenceTo(root, onHashed);
    if (reference instanceof Uint8Array) return reference;
    const encoding = RLP.encode(reference);
    const hash = keccak_256(encoding);
    onHashed(hash, encoding);
    return hash;
  }

  /** The nodes from the root to `key` (or to where its absence shows), each in RLP; those under 32 bytes lie in their parent. */
  prove(key: Uint8Array): Uint8Array[] {
    let path = toNibbles(key);
    let node = this.#root;
    const proof: Uint8Array[] = [];
    while (node !== undefined) {
      if (node.kind === 'unloaded') node = this.#load(node);
      const encoding = encodeNode(node, () => {});
      if (proof.length === 0 || encoding.length >= 32) proof.push(encoding);
      if (node.kind === 'leaf') break;
      if (node.kind === 'extension') {
        if (!startsWith(path, node.path)) break;
        path = path.subarray(node.path.length);
        node = node.child;
      } else {
        const child: Node | undefined = node.children[path[0] ?? 0];
        path = path.subarray(1);
        node = child;
      }
    }
    return proof;
  }

  #load(node: Node): Loaded {
    if (node.kind !== 'unloaded') return node;
    const loaded = decodeNode(this.read(node.hash));
    loaded.reference = node.hash;
    return loaded;
  }

  #insert(at: Node | undefined, path: Uint8Array, value: Uint8Array): Node {
    if (at === undefined) return { kind: 'leaf', path, value };
    const node = this.#load(at);
    if (node.kind === 'branch') {
      const index = path[0] ?? 0;
      node.children[index] = this.#insert(node.children[index], path.subarray(1), value);
      delete node.reference;
      return node;
    }
    const common = commonLength(node.path, path);
    if (common === node.path.length) {
      if (node.kind === 'leaf') return { kind: 'leaf', path, value };
      node.child = this.#insert(node.child, path.subarray(common), value);
      delete node.reference;
      return node;
    }
    const children: (Node | undefined)[] = Array.from({ length: 16 });
    const rest = node.path.subarray(common + 1);
    if (node.kind === 'leaf') children[node.path[common] ?? 0] = { kind: 'leaf', path: rest, value: node.value };
    else children[node.path[common] ?? 0] = extend(rest, node.child);
    children[path[common] ?? 0] = { kind: 'leaf', path: path.subarray(common + 1), value };
    return extend(path.subarray(0, common), { kind: 'branch', children });
  }

  #remove(at: Node, path: Uint8Array): Node | undefined {
    const node = this.#load(at);
    if (node.kind === 'leaf') return equalsBytes(node.path, path) ? undefined : node;
    if (node.kind === 'extension') {
      if (!startsWith(path, node.path)) return node;
      const child = this.#remove(node.child, path.subarray(node.path.length));
      if (child === undefined) return undefined;
      if (hasReference(child)) {
        node.child = child;
        return node;
      }
      return join(node.path, child);
    }
    const index = path[0] ?? 0;
    const old = node.children[index];
    if (old === undefined) return node;
    const child = this.#remove(old, path.subarray(1));
    node.children[index] = child;
    if (child !== undefined && hasReference(child)) return node;
    delete node.reference;
    const used = [...node.children.keys()].filter((i) => node.children[i] !== undefined);
    const [only] = used;
    const last = only === undefined ? undefined : node.children[only];
    if (used.length !== 1 || only === undefined || last === undefined) return node;
    return join(Uint8Array.of(only), this.#load(last));
  }
}

/** The root of the trie that maps RLP(index) to each value: transactions and receipts. Yellow Paper, section 4.3. */
export function orderedTrieRoot(values: readonly Uint8Array[], onHashed: OnHashed = () => {}): Uint8Array {
  const trie = new Trie(() => {
    throw new Error('a trie built in memory reads no nodes');
  });
  values.forEach((value, index) => trie.put(RLP.encode(index), value));
  return trie.hash(onHashed);
}

/** Whether nothing below a node changed since it was read or hashed. */
function hasReference(node: Node): boolean {
  return node.kind === 'unloaded' || node.reference !== undefined;
}

function extend(path: Uint8Array, child: Node): Node {
  return path.length === 0 ? child : { kind: 'extension', path, child };
}

/** A path in front of a node, in canonical form: no extension before a leaf or another extension. */
function join(path: Uint8Array, child: Node): Node {
  if (child.kind === 'leaf') return { kind: 'leaf', path: concatBytes(path, child.path), value: child.value };
  if (child.kind === 'extension') return { kind: 'extension', path: concatBytes(path, child.path), child: child.child };
  return { kind: 'extension', path, child };
}

function startsWith(path: Uint8Array, prefix: Uint8Array): boolean {
  return commonLength(path, prefix) === prefix.length;
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}
