// What execution makes and the oracle does not have: new state trie nodes and codes, by their hash. Whoever asks for a node gets it
// from here or else from the oracle. The store's memory is its own, so that nodes that no state needs any more can be
// given up (collect.ts).
import { Bytes, equal32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';

// An entry: u32 length of the RLP, 3 unused bytes, the byte 0xa0, the 32-byte hash, the RLP. Byte 0xa0 and hash together
// are the RLP item by which parents refer to the node.
// @ts-ignore: decorator
@inline const REFERENCE: usize = 7;
// @ts-ignore: decorator
@inline const HASH: usize = 8;
// @ts-ignore: decorator
@inline const RLP: usize = 40;

/** First byte of the RLP item of a 32-byte hash. */
// @ts-ignore: decorator
@inline export const HASH_ITEM: u8 = 0xa0;

/** Entries lie in chunks of this size, each of which begins with the address of the next one of its list (u32). */
// @ts-ignore: decorator
@inline const CHUNK_SIZE: usize = (4 << 20) - 64;

let chunks: usize = 0;
let freeChunks: usize = 0;
let cursor: usize = 0;
let limit: usize = 0;

// Open addressing by the hash's first bytes: a u32 entry address each.
let table: usize = 0;
let mask: u32 = 0;
let count: u32 = 0;

/** The former table and chunks while a collection copies out of them; between collections a table to use again. */
let formerTable: usize = 0;
let formerMask: u32 = 0;
let formerChunks: usize = 0;

/** Bytes of nodes that were kept since the last collection, and that it left. */
export let keptSince: usize = 0;
export let keptBefore: usize = 0;

function newTable(size: u32): usize {
  const before = useScratch(false);
  const fresh = heap.alloc(<usize>size * 4);
  useScratch(before);
  memory.fill(fresh, 0, <usize>size * 4);
  return fresh;
}

function grow(): void {
  const old = table;
  const oldSize: u32 = mask == 0 ? 0 : mask + 1;
  const size: u32 = oldSize == 0 ? 1024 : oldSize * 2;
  table = newTable(size);
  mask = size - 1;
  for (let i: u32 = 0; i < oldSize; i++) {
    const entry = <usize>load<u32>(old + ((<usize>i) << 2));
    if (entry != 0) store<u32>(find(table, mask, entry + HASH), <u32>entry);
  }
}

/** Address of the place for the hash in a table: it holds the entry or 0. */
// @ts-ignore: decorator
@inline
function find(table: usize, mask: u32, hash: usize): usize {
  let i = load<u32>(hash) & mask;
  let at = table + ((<usize>i) << 2);
  for (let entry = <usize>load<u32>(at); entry != 0 && !equal32(entry + HASH, hash); entry = <usize>load<u32>(at)) {
    i = (i + 1) & mask;
    at = table + ((<usize>i) << 2);
  }
  return at;
}

function newChunk(): void {
  let chunk = freeChunks;
  if (chunk != 0) {
    freeChunks = <usize>load<u32>(chunk);
  } else {
    const before = useScratch(false);
    chunk = heap.alloc(CHUNK_SIZE);
    useScratch(before);
  }
  store<u32>(chunk, <u32>chunks);
  chunks = chunk;
  cursor = chunk + 8;
  limit = chunk + CHUNK_SIZE;
}

/** Room for a new node's RLP of `length` bytes, to be filled and given to `keep` before the next `reserve`. */
export function reserve(length: u32): usize {
  if (cursor + RLP + length > limit) newChunk();
  store<u32>(cursor, length);
  store<u8>(cursor, HASH_ITEM, REFERENCE);
  return cursor + RLP;
}

/** Hashes and keeps the RLP written into the reserved room. Returns the address of the 33-byte item that refers to it. */
export function keep(rlp: usize): usize {
  const entry = rlp - RLP;
  keccak256(rlp, load<u32>(entry), entry + HASH);
  if (count * 2 >= mask) grow();
  const at = find(table, mask, entry + HASH);
  const known = <usize>load<u32>(at);
  if (known != 0) return known + REFERENCE;
  add(at, entry);
  return entry + REFERENCE;
}

/** Makes the entry at the end of what is used one of the table's. */
// @ts-ignore: decorator
@inline
function add(at: usize, entry: usize): void {
  const size = (RLP + load<u32>(entry) + 7) & ~7;
  cursor = entry + size;
  keptSince += size;
  store<u32>(at, <u32>entry);
  count++;
}

/** Address of what the store holds under the 32-byte hash at `hash`, or 0. */
export function storedNode(hash: usize): usize {
  if (mask == 0) return 0;
  const entry = <usize>load<u32>(find(table, mask, hash));
  return entry == 0 ? 0 : entry + RLP;
}

/** The RLP of the state trie node with the 32-byte hash at `hash`. What the oracle gives lands in the current region. */
export function stateNode(hash: usize): Bytes {
  if (mask != 0) {
    const entry = <usize>load<u32>(find(table, mask, hash));
    if (entry != 0) return new Bytes(entry + RLP, load<u32>(entry));
  }
  hint('l2-state-node', hash, 32);
  return preimage(KeyType.Keccak256, hash);
}

/** The RLP of a node of any other trie: it is in the oracle since the trie's block was hinted. */
export function hintedNode(hash: usize): Bytes {
  return preimage(KeyType.Keccak256, hash);
}

/** Hashes the RLP without keeping it. Returns the address of the 33-byte item that refers to it, in the current region. */
export function refer(rlp: usize, length: u32): usize {
  const item = heap.alloc(40) + REFERENCE;
  store<u8>(item, HASH_ITEM);
  keccak256(rlp, length, item + 1);
  return item;
}

/** Begins a collection: all nodes are former ones until `saveNode` says otherwise. No trie may be in use. */
export function beginCollection(): void {
  const size = mask + 1;
  const spare = formerTable;
  const spareSize = formerMask + 1;
  formerTable = table;
  formerMask = mask;
  formerChunks = chunks;
  if (spare != 0 && spareSize == size) {
    memory.fill(spare, 0, <usize>size * 4);
    table = spare;
  } else {
    table = newTable(size);
  }
  count = 0;
  chunks = 0;
  cursor = 0;
  limit = 0;
  keptSince = 0;
}

/** Keeps the former node with that hash. Returns its RLP's new address; 0 where there is none or it is kept already. */
export function saveNode(hash: usize): usize {
  const former = <usize>load<u32>(find(formerTable, formerMask, hash));
  if (former == 0) return 0;
  const at = find(table, mask, hash);
  if (load<u32>(at) != 0) return 0;
  const rlp = reserve(load<u32>(former));
  memory.copy(rlp - RLP, former, RLP + load<u32>(former));
  add(at, rlp - RLP);
  return rlp;
}

/** Length of what `storedNode` or `saveNode` returned. */
// @ts-ignore: decorator
@inline
export function storedLength(rlp: usize): u32 {
  return load<u32>(rlp - RLP);
}

/** Ends a collection: what was not saved is gone. */
export function endCollection(): void {
  while (formerChunks != 0) {
    const next = <usize>load<u32>(formerChunks);
    store<u32>(formerChunks, <u32>freeChunks);
    freeChunks = formerChunks;
    formerChunks = next;
  }
  keptBefore = keptSince;
  keptSince = 0;
}
