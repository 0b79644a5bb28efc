// Trie, state and execution for the tests of packages/program/test/{trie,execution}. Not part of the client.
export {
  beginTransaction,
  endTransaction,
  addBalance,
  getBalance,
  setNonce,
  getNonce,
  setStorage,
  getStorage,
  setCode,
  selfDestruct,
  snapshot,
  revertTo,
  touch,
} from '../state/state';
export * from '../state/commit';
export { readOrderedTrie, orderedTrieRoot } from '../trie/ordered';
export { blockHash, setParent } from '../execution/block-hashes';
