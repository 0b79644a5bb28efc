/**
 * The Merkle Patricia trie of a list, keyed by the RLP of each index: transactions and receipts roots.
 * Specification: Ethereum yellow paper, appendix D.
 */
import { keccak256 } from '@obelisc/preimage';
import { RLP } from '@ethereumjs/rlp';

export type Trie = {
  root: Uint8Array;
  /** Encodings of all nodes that are referred to by their hash, the root the last of them. */
  nodes: Uint8Array[];
  /** What the trie was made of. */
  values: readonly Uint8Array[];
};

type Item = { path: number[]; value: Uint8Array };
/** A node as its parent holds it: the hash, or the node's own structure when its encoding is shorter than a hash. */
type Reference = Uint8Array | (Uint8Array | Reference)[];

/** `values` are opaque; none may be empty. */
export function orderedTrie(values: readonly Uint8Array[]): Trie {
  const nodes: Uint8Array[] = [];
  if (values.length === 0) {
    const empty = RLP.encode(new Uint8Array(0));
    return { root: keccak256(empty), nodes: [empty], values };
  }
  const items = values.map((value, index): Item => ({ path: nibbles(RLP.encode(index)), value }));
  const structure = build(items, 0, nodes);
  const encoded = RLP.encode(structure);
  nodes.push(encoded);
  return { root: keccak256(encoded), nodes, values };
}

function build(items: Item[], depth: number, nodes: Uint8Array[]): (Uint8Array | Reference)[] {
  const [first] = items;
  if (first === undefined) throw new RangeError('a trie node has at least one item');
  if (items.length === 1) return [compact(first.path.slice(depth), true), first.value];
  const shared = sharedLength(items, depth);
  if (shared > depth)
    return [compact(first.path.slice(depth, shared), false), reference(build(items, shared, nodes), nodes)];
  const branch: (Uint8Array | Reference)[] = Array.from({ length: 17 }, () => new Uint8Array(0));
  for (let nibble = 0; nibble < 16; nibble++) {
    const below = items.filter(({ path }) => path[depth] === nibble);
    if (below.length > 0) branch[nibble] = reference(build(below, depth + 1, nodes), nodes);
  }
  const ending = items.find(({ path }) => path.length === depth);
  if (ending !== undefined) branch[16] = ending.value;
  return branch;
}

function reference(structure: (Uint8Array | Reference)[], nodes: Uint8Array[]): Reference {
  const encoded = RLP.encode(structure);
  if (encoded.length < 32) return structure;
  nodes.push(encoded);
  return keccak256(encoded);
}

function sharedLength(items: Item[], from: number): number {
  const first = items[0]?.path ?? [];
  let length = from;
  while (length < first.length && items.every(({ path }) => path[length] === first[length])) length++;
  return length;
}

/** Hex-prefix encoding: the first nibble says leaf and odd length. */
function compact(path: number[], leaf: boolean): Uint8Array {
  const flag = (leaf ? 2 : 0) + (path.length % 2);
  const padded = path.length % 2 === 1 ? [flag, ...path] : [flag, 0, ...path];
  const bytes = new Uint8Array(padded.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = ((padded[2 * at] ?? 0) << 4) | (padded[2 * at + 1] ?? 0);
  return bytes;
}

function nibbles(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);
}
