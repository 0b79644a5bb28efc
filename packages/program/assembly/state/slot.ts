// Storage slots as the block that is being executed sees them. A slot is made when it is
// first named and read from its trie when its value is first asked for. Slots live in SCRATCH, to the block's end.
import { hash32 } from '../trie/key-hash';
import { find, foundLength, openTrie } from '../trie/trie';
import { toBytes } from '../u256';
import { Account, AccountFlag, storagePlace, storageRootOf } from './account';
import { malformedSlot } from './errors';
import { mixWords } from './table-hash';

export const enum SlotFlag {
  /** Its value was read. */
  Loaded = 1,
  /** It is in its account's list of slots that the block wrote to. */
  Written = 2,
}


@unmanaged
export class Slot {
  /** u256s in limbs. */
  key0: u64;
  key1: u64;
  key2: u64;
  key3: u64;
  value0: u64;
  value1: u64;
  value2: u64;
  value3: u64;
  /** Value at the start of the transaction `written`. */
  original0: u64;
  original1: u64;
  original2: u64;
  original3: u64;
  /** Value in the trie, as the block began. */
  before0: u64;
  before1: u64;
  before2: u64;
  before3: u64;
  account: Account;
  /** The account's number when the slot was made: a later one means that its storage was cleared since. */
  owner: u32;
  flags: u32;
  /** Number of the transaction in which it was first written to last. */
  written: u32;
  /** Number of the transaction in which it is warm. */
  warm: u32;
  /** Next in its account's list of slots that the block wrote to. */
  next: usize;
}

// @ts-ignore: decorator
@inline
export function valueOf(slot: Slot): usize {
  return changetype<usize>(slot) + offsetof<Slot>('value0');
}
// @ts-ignore: decorator
@inline
export function originalOf(slot: Slot): usize {
  return changetype<usize>(slot) + offsetof<Slot>('original0');
}
// @ts-ignore: decorator
@inline
export function beforeOf(slot: Slot): usize {
  return changetype<usize>(slot) + offsetof<Slot>('before0');
}

// Open addressing, u32 slot addresses.
let table: usize = 0;
let mask: u32 = 0;
let count: u32 = 0;

/** The slot that was asked for last: an SLOAD asks twice, an SSTORE four times. */
let last: Slot = changetype<Slot>(0);

/** Forgets all slots: a block begins. SCRATCH must be current. */
export function resetSlots(): void {
  mask = 4095;
  count = 0;
  last = changetype<Slot>(0);
  table = heap.alloc(16384);
  memory.fill(table, 0, 16384);
}

/** The slot of the key (u256) filed under `owner`, its value not necessarily read. */
export function slotAt(account: Account, owner: u32, key: usize): Slot {
  const a = load<u64>(key);
  const b = load<u64>(key, 8);
  const c = load<u64>(key, 16);
  const d = load<u64>(key, 24);
  if (changetype<usize>(last) != 0 && same(last, owner, a, b, c, d)) return last;
  last = lookUp(account, owner, a, b, c, d);
  return last;
}

// @ts-ignore: decorator
@inline
function same(slot: Slot, owner: u32, a: u64, b: u64, c: u64, d: u64): bool {
  return ((slot.key0 ^ a) | (slot.key1 ^ b) | (slot.key2 ^ c) | (slot.key3 ^ d) | (<u64>(slot.owner ^ owner))) == 0;
}

function lookUp(account: Account, owner: u32, a: u64, b: u64, c: u64, d: u64): Slot {
  const place = placeOf(owner, a, b, c, d);
  let slot = changetype<Slot>(<usize>load<u32>(place));
  if (changetype<usize>(slot) != 0) return slot;
  slot = changetype<Slot>(heap.alloc(offsetof<Slot>()));
  memory.fill(valueOf(slot), 0, offsetof<Slot>() - offsetof<Slot>('value0'));
  slot.key0 = a;
  slot.key1 = b;
  slot.key2 = c;
  slot.key3 = d;
  slot.account = account;
  slot.owner = owner;
  store<u32>(place, <u32>changetype<usize>(slot));
  if (++count * 2 > mask) grow();
  return slot;
}

// @ts-ignore: decorator
@inline
function placeOf(owner: u32, a: u64, b: u64, c: u64, d: u64): usize {
  let i = mixWords(owner, a, b, c, d) & mask;
  let place = table + ((<usize>i) << 2);
  let slot = changetype<Slot>(<usize>load<u32>(place));
  while (
    changetype<usize>(slot) != 0 &&
    ((slot.key0 ^ a) | (slot.key1 ^ b) | (slot.key2 ^ c) | (slot.key3 ^ d) | (<u64>(slot.owner ^ owner))) != 0
  ) {
    i = (i + 1) & mask;
    place = table + ((<usize>i) << 2);
    slot = changetype<Slot>(<usize>load<u32>(place));
  }
  return place;
}

function grow(): void {
  const old = table;
  const oldSize = mask + 1;
  const size = oldSize * 4;
  table = heap.alloc(<usize>size * 4);
  memory.fill(table, 0, <usize>size * 4);
  mask = size - 1;
  for (let i: u32 = 0; i < oldSize; i++) {
    const slot = changetype<Slot>(<usize>load<u32>(old + ((<usize>i) << 2)));
    if (changetype<usize>(slot) == 0) continue;
    store<u32>(placeOf(slot.owner, slot.key0, slot.key1, slot.key2, slot.key3), <u32>changetype<usize>(slot));
  }
}

// @ts-ignore: decorator
@lazy const KEY: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const HASH: usize = memory.data(32, 8);

/** keccak256 of the slot's key as 32 big-endian bytes, written to `out`. */
export function hashSlotKey(slot: Slot, out: usize): void {
  toBytes(KEY, changetype<usize>(slot));
  hash32(KEY, out);
}

/** Opens the account's storage trie at its place if it isn't yet. */
// @ts-ignore: decorator
@inline
export function openStorage(account: Account): usize {
  const place = storagePlace(account);
  if ((account.flags & AccountFlag.StorageOpen) == 0) {
    account.flags |= AccountFlag.StorageOpen;
    openTrie(place, storageRootOf(account));
  }
  return place;
}

/** Reads the slot's value from its account's storage trie; the account must be loaded. */
export function readSlot(slot: Slot): void {
  slot.flags |= SlotFlag.Loaded;
  const place = openStorage(slot.account);
  if (load<u32>(place) == 0) return; // made all zero
  hashSlotKey(slot, HASH);
  const found = find(place, HASH, 32);
  if (found == 0) return;
  // The value is the RLP of the integer.
  const first = <u32>load<u8>(found);
  const length: u32 = first < 0x80 ? 1 : first - 0x80;
  const bytes = first < 0x80 ? found : found + 1;
  if (length == 0 || length > 32 || bytes + length != found + foundLength) malformedSlot();
  const value = valueOf(slot);
  for (let i: u32 = 0; i < length; i++) store<u8>(value + (length - 1 - i), load<u8>(bytes + i));
  memory.copy(beforeOf(slot), value, 32);
}
