// What execution makes and the oracle does not have: new state trie nodes and codes, by their hash. Whoever asks for a node gets it
// from here or else from the oracle. The store's memory is its own, so that nodes that no state needs any more can be
// given up (collect.ts).
import { Bytes, equal32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { useScratch } from '../memory';
import { OpenTable, TABLE_SIZE } from '../open-table';
import { hint, KeyType, preimage } from '../oracle';
import { mixHash } from '../state/table-hash';

/** The RLP of a node or a code follows behind what is known of it. */
@unmanaged
class Entry {
  /** Length of the RLP. */
  length: u32;
  /** Marks for a collection. */
  marks: u8;
  unused0: u8;
  unused1: u8;
  /** HASH_ITEM: with the hash it is the RLP item by which parents refer to the node. */
  item: u8;
  hash0: u64;
  hash1: u64;
  hash2: u64;
  hash3: u64;


  @inline
  hash(): u32 {
    return mixHash(this.hash0);
  }


  @inline
  sameKey(other: Entry): bool {
    return equal32(hashOf(this), hashOf(other));
  }
}

// @ts-ignore: decorator
@inline
function hashOf(entry: Entry): usize {
  return changetype<usize>(entry) + offsetof<Entry>('hash0');
}

/** Address of the 33-byte RLP item by which parents refer to the node. */
// @ts-ignore: decorator
@inline
function referenceTo(entry: Entry): usize {
  return changetype<usize>(entry) + offsetof<Entry>('item');
}

// @ts-ignore: decorator
@inline
function rlpOf(entry: Entry): usize {
  return changetype<usize>(entry) + offsetof<Entry>();
}

// @ts-ignore: decorator
@inline
function entryOf(rlp: usize): Entry {
  return changetype<Entry>(rlp - offsetof<Entry>());
}

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

/** All entries, by their hashes. */
// @ts-ignore: decorator
@lazy const TABLE: OpenTable<Entry> = changetype<OpenTable<Entry>>(memory.data(TABLE_SIZE, 8));
// @ts-ignore: decorator
@inline const FEWEST_PLACES: u32 = 1024;

/** Bytes of nodes that were kept since the last collection, and that it left. */
export let keptSince: usize = 0;
export let keptBefore: usize = 0;

/** The entry with the 32-byte hash at `hash`, or null. */
// @ts-ignore: decorator
@inline
function find(hash: usize): Entry {
  if (!TABLE.isOpen) return changetype<Entry>(0);
  return TABLE.find(changetype<Entry>(hash - offsetof<Entry>('hash0')));
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
  if (cursor + offsetof<Entry>() + length > limit) newChunk();
  const entry = changetype<Entry>(cursor);
  entry.length = length;
  entry.marks = 0;
  entry.item = HASH_ITEM;
  return rlpOf(entry);
}

/** Hashes and keeps the RLP written into the reserved room. Returns the address of the 33-byte item that refers to it. */
export function keep(rlp: usize): usize {
  const entry = entryOf(rlp);
  keccak256(rlp, entry.length, hashOf(entry));
  if (!TABLE.isOpen) openTable();
  const place = TABLE.placeOf(entry);
  const known = changetype<Entry>(<usize>load<u32>(place));
  if (changetype<usize>(known) != 0) return referenceTo(known);
  add(place, entry);
  return referenceTo(entry);
}

function openTable(): void {
  const before = useScratch(false);
  TABLE.open(FEWEST_PLACES);
  useScratch(before);
}

function growTable(): void {
  const before = useScratch(false);
  TABLE.grow(2);
  useScratch(before);
}

/** Bytes that an entry takes. */
// @ts-ignore: decorator
@inline
function sizeOf(entry: Entry): usize {
  return (offsetof<Entry>() + entry.length + 7) & ~7;
}

/** Makes the entry at the end of what is used one of the table's. */
// @ts-ignore: decorator
@inline
function add(place: usize, entry: Entry): void {
  const size = sizeOf(entry);
  cursor = changetype<usize>(entry) + size;
  keptSince += size;
  if (TABLE.put(place, entry)) growTable();
}

/** Address of what the store holds under the 32-byte hash at `hash`, or 0. */
export function storedNode(hash: usize): usize {
  const entry = find(hash);
  return changetype<usize>(entry) == 0 ? 0 : rlpOf(entry);
}

/** The RLP of the state trie node with the 32-byte hash at `hash`. What the oracle gives lands in the current region. */
export function stateNode(hash: usize): Bytes {
  const entry = find(hash);
  if (changetype<usize>(entry) != 0) return new Bytes(rlpOf(entry), entry.length);
  hint('l2-state-node', hash, 32);
  return preimage(KeyType.Keccak256, hash);
}

/** The RLP of a node of any other trie: it is in the oracle since the trie's block was hinted. */
export function hintedNode(hash: usize): Bytes {
  return preimage(KeyType.Keccak256, hash);
}

/** Hashes the RLP without keeping it. Returns the address of the 33-byte item that refers to it, in the current region. */
export function refer(rlp: usize, length: u32): usize {
  const entry = changetype<Entry>(heap.alloc(offsetof<Entry>()));
  entry.item = HASH_ITEM;
  keccak256(rlp, length, hashOf(entry));
  return referenceTo(entry);
}

/** Length of what `storedNode` or `markEntry` returned. */
// @ts-ignore: decorator
@inline
export function storedLength(rlp: usize): u32 {
  return entryOf(rlp).length;
}

/** What a node is kept as. Anyone may give a contract a trie node's bytes as its code: then it is both. */
export const enum Mark {
  Node = 1,
  Code = 2,
}

/** Marks what has that hash as something to keep. Returns its address; 0 where there is nothing or it has the mark already. */
export function markEntry(hash: usize, mark: Mark): usize {
  const entry = find(hash);
  if (changetype<usize>(entry) == 0 || (entry.marks & (<u8>mark)) != 0) return 0;
  entry.marks |= <u8>mark;
  return rlpOf(entry);
}

/**
 * Gives up what was not marked: the others move together, in their order, so that no room is needed for it. No trie may be in
 * use, and no address of what the store holds.
 */
export function compact(): void {
  if (chunk == 0) return;
  store<u32>(chunk, <u32>cursor, CHUNK_END);
  if (TABLE.isOpen) TABLE.clear();
  keptSince = 0;
  let from = firstChunk;
  enter(from);
  while (from != 0) {
    const end = <usize>load<u32>(from, CHUNK_END);
    for (let at = from + CHUNK_ENTRIES; at != end;) {
      const entry = changetype<Entry>(at);
      const size = sizeOf(entry);
      const next = at + size;
      if (entry.marks != 0) {
        entry.marks = 0;
        if (cursor + size > limit) {
          // The chunks keep their order, and none is left before it was gone through.
          store<u32>(chunk, <u32>cursor, CHUNK_END);
          enter(<usize>load<u32>(chunk));
        }
        if (cursor != at) memory.copy(cursor, at, size);
        const moved = changetype<Entry>(cursor);
        add(TABLE.placeOf(moved), moved);
      }
      at = next;
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
