// Storage slots as the block that is being executed sees them. A slot is made when it is
// first named and read from its trie when its value is first asked for. Slots live in SCRATCH, to the block's end.
import { reading } from '../abi';
import { hash32 } from '../trie/key-hash';
import { OpenTable, TABLE_SIZE } from '../open-table';
import { find, foundLength, openTrie } from '../trie/trie';
import { copy, toBytes } from '../u256';
import { Account, AccountFlag, addressOf, storagePlace, storageRootOf } from './account';
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
  /** The account's number when the slot was made: a later one means that its storage was cleared since. */
  owner: u32;
  flags: u32;
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
  /** Number of the transaction in which it was first written to last. */
  written: u32;
  /** Number of the transaction in which it is warm. */
  warm: u32;
  /** Next in its account's list of slots that the block wrote to. */
  next: usize;


  @inline
  hash(): u32 {
    return mixWords(this.owner, this.key0, this.key1, this.key2, this.key3);
  }

  /** Whether it is filed under `owner` by the key (u256). */
  @inline
  isOf(owner: u32, key: usize): bool {
    return (
      ((this.key0 ^ load<u64>(key)) |
        (this.key1 ^ load<u64>(key, 8)) |
        (this.key2 ^ load<u64>(key, 16)) |
        (this.key3 ^ load<u64>(key, 24)) |
        (<u64>(this.owner ^ owner))) ==
      0
    );
  }


  @inline
  sameKey(other: Slot): bool {
    return this.isOf(other.owner, changetype<usize>(other));
  }
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

/** All slots, by their keys and whose they are. */
// @ts-ignore: decorator
@lazy const TABLE: OpenTable<Slot> = changetype<OpenTable<Slot>>(memory.data(TABLE_SIZE, 8));
/** What to look for: its key alone is filled in. */
// @ts-ignore: decorator
@lazy const SOUGHT: Slot = changetype<Slot>(memory.data(offsetof<Slot>('value0'), 8));

/** The slot that was asked for last: an SLOAD asks twice, an SSTORE four times. */
let last: Slot = changetype<Slot>(0);

/** Forgets all slots: a block begins. SCRATCH must be current. */
export function resetSlots(): void {
  TABLE.open(4096);
  last = changetype<Slot>(0);
}

/** The slot of the key (u256) filed under `owner`, its value not necessarily read. */
export function slotAt(account: Account, owner: u32, key: usize): Slot {
  if (changetype<usize>(last) != 0 && last.isOf(owner, key)) return last;
  copy(changetype<usize>(SOUGHT), key);
  SOUGHT.owner = owner;
  last = lookUp(account);
  return last;
}

/** The slot that `SOUGHT` is about; one of the account's where it has to be made. */
function lookUp(account: Account): Slot {
  const place = TABLE.placeOf(SOUGHT);
  let slot = changetype<Slot>(<usize>load<u32>(place));
  if (changetype<usize>(slot) != 0) return slot;
  slot = changetype<Slot>(heap.alloc(offsetof<Slot>()));
  memory.copy(changetype<usize>(slot), changetype<usize>(SOUGHT), offsetof<Slot>('value0'));
  memory.fill(valueOf(slot), 0, offsetof<Slot>() - offsetof<Slot>('value0'));
  slot.account = account;
  if (TABLE.put(place, slot)) TABLE.grow(4);
  return slot;
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
  // Where nobody is told, not so much as the account is loaded.
  if (isDefined(NATIVE)) reading(addressOf(slot.account), KEY);
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
