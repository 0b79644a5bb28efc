/**
 * The nodes of whole tries that were fetched, by their roots: who reads a list's root reads the rest of it next, and is given it with
 * the root. Without that a claim of 100 blocks asks 20,000 times for a node of L1's lists.
 */
import {
  keccak256,
  keccak256Key,
  keyName,
  type PreimageKey,
  type PreimageStore,
  type ValuesAhead,
} from '@obelisc/preimage';
import type { Trie } from './ordered-trie.js';

/** Tries that nobody has read yet, at most; those that came first go first. */
const MOST_TRIES = 256;

export type TrieBundles = {
  /** The nodes that were added, with their keys. */
  add(trie: Trie): readonly [PreimageKey, Uint8Array][];
  /** The nodes of the trie with this root, once. */
  take(root: PreimageKey): ValuesAhead | undefined;
};

export function trieBundles(): TrieBundles {
  const bundles = new Map<string, ValuesAhead>();
  return {
    add({ nodes }) {
      const entries = nodes.map((node): [PreimageKey, Uint8Array] => [keccak256Key(keccak256(node)), node]);
      const [root] = entries.at(-1) ?? [];
      if (root === undefined || entries.length === 1) return entries;
      const bundle = {
        keys: Buffer.concat(entries.map(([key]) => key)),
        values: Buffer.concat(nodes),
        lengths: Uint32Array.from(nodes, ({ length }) => length),
      };
      bundles.set(keyName(root), bundle);
      const [oldest] = bundles.keys();
      if (bundles.size > MOST_TRIES && oldest !== undefined) bundles.delete(oldest);
      return entries;
    },
    take(root) {
      if (bundles.size === 0) return undefined;
      const name = keyName(root);
      const bundle = bundles.get(name);
      bundles.delete(name);
      return bundle;
    },
  };
}

/** Stores all nodes of a trie, which then stand ready for who reads its root. */
export function storeTrie(store: PreimageStore, trie: Trie, tries: TrieBundles): void {
  const entries = tries.add(trie);
  store.together(() => {
    for (const [key, node] of entries) store.put(key, node);
  });
}
