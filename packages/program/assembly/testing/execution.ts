// Tries, state, transactions and blocks for the tests of packages/program/test/{trie,execution}. Not part of the client.
import { Bytes } from '../bytes';
import { orderedTrieRoot, readOrderedTrie } from '../trie/ordered';

export { allocate, mark, memoryTaken, release, useScratch } from '../memory';
export { find, foundLength, hashTrie, insert, openTrie, remove } from '../trie/trie';
export { commitState, openState, storageRoot } from '../state/commit';
export {
  accessAddress,
  accessSlot,
  addBalance,
  addLog,
  addRefund,
  beginTransaction,
  createAccount,
  endTransaction,
  exists,
  getBalance,
  getCodeHash,
  getCodeSize,
  getNonce,
  getOriginalStorage,
  getRefund,
  getStorage,
  getTransient,
  hasStorage,
  isEmpty,
  revertTo,
  selfDestruct,
  setCode,
  setNonce,
  setStorage,
  setTransient,
  snapshot,
  subBalance,
  touch,
  wasCreatedInTransaction,
} from '../state/state';
export { blockHash, setParent } from '../execution/block-hashes';

/** Root of the ordered trie of `count` values: at `list`, for each, its address and length as u32. */
export function orderedRoot(list: usize, count: u32, out: usize): void {
  const values = new Array<Bytes>();
  for (let i: u32 = 0; i < count; i++) {
    values.push(new Bytes(<usize>load<u32>(list + ((<usize>i) << 3)), load<u32>(list + ((<usize>i) << 3), 4)));
  }
  orderedTrieRoot(values, out);
}

/** Reads the ordered trie with that root: writes the values' addresses and lengths to `list`; returns their number. */
export function orderedValues(root: usize, list: usize): u32 {
  const values = readOrderedTrie(root);
  for (let i = 0; i < values.length; i++) {
    store<u32>(list + ((<usize>i) << 3), <u32>values[i].ptr);
    store<u32>(list + ((<usize>i) << 3), values[i].length, 4);
  }
  return <u32>values.length;
}
