// What execution makes and the oracle does not have: new state trie nodes and codes, by their hash. Whoever asks for a node gets it
// from here or else from the oracle. The store's memory is its own, so that nodes that no state needs any more can be
// given up (collect.ts).
import { Bytes, equal32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';

// An entry: u32 length of the RLP, a byte of marks for a collection, 2 unused bytes, the byte 0xa0, the 32-byte hash, the RLP. Byte 0xa0 and hash together
// are the RLP item by which parents refer to the node.
// @ts-ignore: decorator
@inline const MARK: usize = 4;
// @ts-ignore: decorator
@inline const REFERENCE: usize = 7;
// @ts-ignore: decorator
@inline const HASH: usize = 8;
// @ts-ignore: decorator
@inline const RLP: usize = 40;

/** First byte of the RLP item of a 32-byte hash. */
// @ts-ignore: decorator
@inline export const HASH_ITEM: u8 = 0xa0;

/**
 * Entries lie in chunks of this size, one behind the other in the order in which they came. A chunk begins with the address of
 * the next one of its list (u32) and that of its entries' end (u32), once another one follows.
 */
// @ts-ignore: decorator
@inline const CHUNK_SIZE: usize = (4 << 20) - 64;
// @ts-ignore: decorator
@inline const CHUNK_END: usize = 4;
// @ts-ignore: decorator
@inline const CHUNK_ENTRIES: usize = 8;

let firstChunk: usize = 0;
let chunk: usize = 0;
let freeChunks: usize = 0;
let cursor: usize = 0;
let limit: usize = 0;

// Open addressing by the hash's first bytes: a u32 entry address each.
let table: usize = 0;
let mask: u32 = 0;
let count: u32 = 0;

/** Bytes of nodes that were kept since the last collection, and that it left. */
export let keptSince: usize = 0;
export let keptBefore: usize = 0;

function grow(): void {
  const old = table;
  const oldSize: u32 = mask == 0 ? 0 : mask + 1;
  const size: u32 = oldSize == 0 ? 1024 : oldSize * 2;
  const before = useScratch(false);
  table = heap.alloc(<usize>size * 4);
  useScratch(before);
  memory.fill(table, 0, <usize>size * 4);
  mask = size - 1;
  for (let i: u32 = 0; i < oldSize; i++) {
    const entry = <usize>load<u32>(old + ((<usize>i) << 2));
    if (entry != 0) store<u32>(find(entry + HASH), <u32>entry);
  }
}

/** Address of the place for the hash in the table: it holds the entry or 0. */
// @ts-ignore: decorator
@inline
function find(hash: usize): usize {
  let i = load<u32>(hash) & mask;
  let at = table + ((<usize>i) << 2);
  for (let entry = <usize>load<u32>(at); entry != 0 && !equal32(entry + HASH, hash); entry = <usize>load<u32>(at)) {
    i = (i + 1) & mask;
    at = table + ((<usize>i) << 2);
  }
  return at;
}

function newChunk(): void {
  let fresh = freeChunks;
  if (fresh != 0) {
    freeChunks = <usize>load<u32>(fresh);
  } else {
    const before = useScratch(false);
    fresh = heap.alloc(CHUNK_SIZE);
    useScratch(before);
  }
  store<u32>(fresh, 0);
  if (chunk == 0) {
    firstChunk = fresh;
  } else {
    store<u32>(chunk, <u32>cursor, CHUNK_END);
    store<u32>(chunk, <u32>fresh);
  }
  enter(fresh);
}

function enter(next: usize): void {
  chunk = next;
  cursor = next + CHUNK_ENTRIES;
  limit = next + CHUNK_SIZE;
}

/** Room for a new node's RLP of `length` bytes, to be filled and given to `keep` before the next `reserve`. */
export function reserve(length: u32): usize {
  if (cursor + RLP + length > limit) newChunk();
  store<u32>(cursor, length);
  store<u8>(cursor, 0, MARK);
  store<u8>(cursor, HASH_ITEM, REFERENCE);
  return cursor + RLP;
}

/** Hashes and keeps the RLP written into the reserved room. Returns the address of the 33-byte item that refers to it. */
export function keep(rlp: usize): usize {
  const entry = rlp - RLP;
  keccak256(rlp, load<u32>(entry), entry + HASH);
  if (count * 2 >= mask) grow();
  const at = find(entry + HASH);
  const known = <usize>load<u32>(at);
  if (known != 0) return known + REFERENCE;
  add(at, entry);
  return entry + REFERENCE;
}

/** Bytes that an entry takes. */
// @ts-ignore: decorator
@inline
function sizeOf(entry: usize): usize {
  return (RLP + load<u32>(entry) + 7) & ~7;
}

/** Makes the entry at the end of what is used one of the table's. */
// @ts-ignore: decorator
@inline
function add(at: usize, entry: usize): void {
  const size = sizeOf(entry);
  cursor = entry + size;
  keptSince += size;
  store<u32>(at, <u32>entry);
  count++;
}

/** Address of what the store holds under the 32-byte hash at `hash`, or 0. */
export function storedNode(hash: usize): usize {
  if (mask == 0) return 0;
  const entry = <usize>load<u32>(find(hash));
  return entry == 0 ? 0 : entry + RLP;
}

/** The RLP of the state trie node with the 32-byte hash at `hash`. What the oracle gives lands in the current region. */
export function stateNode(hash: usize): Bytes {
  if (mask != 0) {
    const entry = <usize>load<u32>(find(hash));
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

/** Length of what `storedNode` or `markEntry` returned. */
// @ts-ignore: decorator
@inline
export function storedLength(rlp: usize): u32 {
  return load<u32>(rlp - RLP);
}

/** What a node is kept as. Anyone may give a contract a trie node's bytes as its code: then it is both. */
export const enum Mark {
  Node = 1,
  Code = 2,
}

/** Marks what has that hash as something to keep. Returns its address; 0 where there is nothing or it has the mark already. */
export function markEntry(hash: usize, mark: Mark): usize {
  if (mask == 0) return 0;
  const entry = <usize>load<u32>(find(hash));
  if (entry == 0 || (load<u8>(entry, MARK) & (<u8>mark)) != 0) return 0;
  store<u8>(entry, load<u8>(entry, MARK) | (<u8>mark), MARK);
  return entry + RLP;
}

/**
 * Gives up what was not marked: the others move together, in their order, so that no room is needed for it. No trie may be in
 * use, and no address of what the store holds.
 */
export function compact(): void {
  if (chunk == 0) return;
  store<u32>(chunk, <u32>cursor, CHUNK_END);
  memory.fill(table, 0, (<usize>mask + 1) * 4);
  count = 0;
  keptSince = 0;
  let from = firstChunk;
  enter(from);
  while (from != 0) {
    const end = <usize>load<u32>(from, CHUNK_END);
    for (let entry = from + CHUNK_ENTRIES; entry != end;) {
      const size = sizeOf(entry);
      const next = entry + size;
      if (load<u8>(entry, MARK) != 0) {
        store<u8>(entry, 0, MARK);
        if (cursor + size > limit) {
          // The chunks keep their order, and none is left before it was gone through.
          store<u32>(chunk, <u32>cursor, CHUNK_END);
          enter(<usize>load<u32>(chunk));
        }
        if (cursor != entry) memory.copy(cursor, entry, size);
        add(find(cursor + HASH), cursor);
      }
      entry = next;
    }
    from = <usize>load<u32>(from);
  }
  // Those behind the last one that is in use.
  const rest = <usize>load<u32>(chunk);
  store<u32>(chunk, 0);
  if (rest != 0) {
    let last = rest;
    while (load<u32>(last) != 0) last = <usize>load<u32>(last);
    store<u32>(last, <u32>freeChunks);
    freeChunks = rest;
  }
  keptBefore = keptSince;
  keptSince = 0;
}
