/** What a Merkle proof of a state or storage trie proves (yellow paper, appendix D): the value at a key, or that there is none. */
import { RLP } from '@ethereumjs/rlp';
import { keccak256 } from '@obelisc/preimage';
import { equal, hex } from './bytes.js';

/** The nodes do not lead from the root to the key. */
export class UnprovedError extends Error {
  override name = 'UnprovedError';
}

/** keccak256 of the RLP of nothing: the root of a trie without values. */
export const EMPTY_ROOT = keccak256(Uint8Array.of(0x80));

type Node = Uint8Array | Node[];

/** The value under the 32-byte `key` (a hash) in the trie of `root`; undefined where the proof shows that there is none. Throws UnprovedError. */
export function provedValue(root: Uint8Array, key: Uint8Array, proof: readonly Uint8Array[]): Uint8Array | undefined {
  if (equal(root, EMPTY_ROOT)) return undefined;
  const nodes = new Map(proof.map((node) => [hex(keccak256(node)), node]));
  const path = [...key].flatMap((byte) => [byte >> 4, byte & 15]);
  let at = 0;
  let node = decoded(nodes, root);
  for (;;) {
    if (!Array.isArray(node)) throw new UnprovedError('the proof has a node that is no list');
    let next: Node | undefined;
    if (node.length === 17) {
      next = node[path[at] ?? 16];
      at += 1;
    } else {
      const [encoded, rest] = node;
      if (!(encoded instanceof Uint8Array) || rest === undefined || node.length !== 2)
        throw new UnprovedError('the proof has a node that is neither branch, extension nor leaf');
      const { nibbles, isLeaf } = compactPath(encoded);
      if (nibbles.some((nibble, i) => nibble !== path[at + i])) return undefined;
      at += nibbles.length;
      if (isLeaf) return at === path.length && rest instanceof Uint8Array ? rest : undefined;
      next = rest;
    }
    if (next === undefined) throw new UnprovedError('the proof goes on where the key ends');
    if (next instanceof Uint8Array && next.length === 0) return undefined;
    node = next instanceof Uint8Array ? decoded(nodes, next) : next;
  }
}

function decoded(nodes: ReadonlyMap<string, Uint8Array>, hash: Uint8Array): Node {
  const node = nodes.get(hex(hash));
  if (node === undefined) throw new UnprovedError(`the proof lacks the node ${hex(hash)}`);
  try {
    return RLP.decode(node);
  } catch (error) {
    throw new UnprovedError('the proof has a node that is no RLP', { cause: error });
  }
}

function compactPath(encoded: Uint8Array): { nibbles: number[]; isLeaf: boolean } {
  const all = [...encoded].flatMap((byte) => [byte >> 4, byte & 15]);
  const [flag = 0] = all;
  return { nibbles: all.slice(flag % 2 === 1 ? 1 : 2), isLeaf: flag >= 2 };
}
