// What execution makes and the oracle does not have: new trie nodes, by their hash. Whoever asks for a node or code gets
// it from here or else from the oracle.
import { keccak256 } from '../crypto/keccak256';
import { Bytes, copy32, equal32 } from '../bytes';
import { useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';

// An entry: u32 length of the RLP, 3 unused bytes, the byte 0xa0, the 32-byte hash, the RLP. Byte 0xa0 and hash together
// are the RLP item by which parents refer to the node.
// @ts-ignore: decorator
@inline const LENGTH: usize = 0;
// @ts-ignore: decorator
@inline const REFERENCE: usize = 7;
// @ts-ignore: decorator
@inline const HASH: usize = 8;
// @ts-ignore: decorator
@inline const RLP: usize = 40;

/** First byte of the RLP item of a 32-byte hash. */
// @ts-ignore: decorator
@inline export const HASH_ITEM: u8 = 0xa0;

// Open addressing by the hash's first bytes: a u32 entry address each.
let table: usize = 0;
let mask: u32 = 0;
let count: u32 = 0;

function grow(): void {
  const before = useScratch(false);
  const size: u32 = mask == 0 ? 1024 : (mask + 1) * 2;
  const fresh = heap.alloc(<usize>size * 4);
  useScratch(before);
  memory.fill(fresh, 0, <usize>size * 4);
  const old = table;
  const oldSize: u32 = mask == 0 ? 0 : mask + 1;
  table = fresh;
  mask = size - 1;
  for (let i: u32 = 0; i < oldSize; i++) {
    const entry = <usize>load<u32>(old + ((<usize>i) << 2));
    if (entry != 0) store<u32>(find(entry + HASH), <u32>entry);
  }
}

/** Address of the table's place for the hash: it holds the entry or 0. */
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

/** Room for a new node's RLP of `length` bytes; `keep` makes it one. Room that isn't kept is wasted. */
export function reserve(length: u32): usize {
  const before = useScratch(false);
  const entry = heap.alloc(RLP + length);
  useScratch(before);
  store<u32>(entry, length, LENGTH);
  store<u8>(entry, HASH_ITEM, REFERENCE);
  return entry + RLP;
}

/** Hashes and keeps the RLP written into the reserved room. Returns the address of the 33-byte item that refers to it. */
export function keep(rlp: usize): usize {
  const entry = rlp - RLP;
  keccak256(rlp, load<u32>(entry, LENGTH), entry + HASH);
  if (count * 2 >= mask) grow();
  const at = find(entry + HASH);
  const known = load<u32>(at);
  if (known != 0) return <usize>known + REFERENCE;
  store<u32>(at, <u32>entry);
  count++;
  return entry + REFERENCE;
}

/** The RLP of the state trie node with the 32-byte hash at `hash`. What the oracle gives lands in the current region. */
export function stateNode(hash: usize): Bytes {
  if (mask != 0) {
    const entry = <usize>load<u32>(find(hash));
    if (entry != 0) return new Bytes(entry + RLP, load<u32>(entry, LENGTH));
  }
  hint('l2-state-node', hash, 32);
  return preimage(KeyType.Keccak256, hash);
}

/** The RLP of a node of any other trie: it is in the oracle since the trie's block was hinted. */
export function hintedNode(hash: usize): Bytes {
  return preimage(KeyType.Keccak256, hash);
}

/** Hashes the RLP into SCRATCH without keeping it. Returns the address of the 33-byte item that refers to it. */
export function refer(rlp: usize, length: u32): usize {
  const item = heap.alloc(40) + 7;
  store<u8>(item, HASH_ITEM);
  keccak256(rlp, length, item + 1);
  return item;
}

/** Number of nodes kept. */
export function keptNodes(): u32 {
  return count;
}

/** Copies the hash of the RLP item at `item` (byte 0xa0 and hash) to `out`. */
// @ts-ignore: decorator
@inline
export function itemHash(item: usize, out: usize): void {
  copy32(out, item + 1);
}
