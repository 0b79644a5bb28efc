// The state's beginning and end in a block: opening it at a root, writing what changed back to the tries.
import { reading } from '../abi';
import { copy32, isZero32 } from '../bytes';
import { find, foundLength, hashTrie, insert, openTrie, remove } from '../trie/trie';
import { equal, toBytes } from '../u256';
import {
  Account,
  AccountFlag,
  balanceOf,
  codeHashOf,
  keyOf,
  loadedAccount,
  resetAccounts,
  STATE_TRIE,
  storageRootOf,
} from './account';
import { resetGivenUp } from './given-up-codes';
import { openJournal } from './journal';
import { beforeOf, hashSlotKey, openStorage, resetSlots, Slot, valueOf } from './slot';
import { dirtyAccounts, resetDirtyAccounts } from './state';
import { openTransient } from './transient';

/** Opens the state with the 32-byte root hash at `root` for one block. SCRATCH must be current until it is committed. */
export function openState(root: usize): void {
  resetAccounts();
  resetGivenUp();
  resetSlots();
  resetDirtyAccounts();
  openJournal();
  openTransient();
  openTrie(STATE_TRIE, root);
}

/**
 * Writes all changes to the tries, keeps the new nodes and writes the state root to `out`. In each trie values are set
 * before others are removed, as op-geth does: so a branch is left with one child, whose node has to be read, in as few
 * cases as possible, and no node is read that a witness made by op-geth lacks.
 */
export function commitState(out: usize): void {
  // What is read now lies beside what was read before.
  reading(0, 0);
  for (let at = dirtyAccounts; at != 0; at = changetype<Account>(at).next) {
    const account = changetype<Account>(at);
    if ((account.flags & AccountFlag.Exists) != 0) commitStorage(account);
  }
  for (let at = dirtyAccounts; at != 0; at = changetype<Account>(at).next) {
    const account = changetype<Account>(at);
    if ((account.flags & AccountFlag.Exists) == 0) continue;
    const value = heap.alloc(112);
    const length = encodeAccount(account, value);
    // Touched or changed back: to hash the way to it anew would be for nothing.
    const old = find(STATE_TRIE, keyOf(account), 32);
    if (old != 0 && foundLength == length && memory.compare(old, value, length) == 0) continue;
    insert(STATE_TRIE, keyOf(account), 32, value, length);
  }
  for (let at = dirtyAccounts; at != 0; at = changetype<Account>(at).next) {
    const account = changetype<Account>(at);
    account.flags &= ~AccountFlag.Dirty;
    if ((account.flags & AccountFlag.Exists) == 0) remove(STATE_TRIE, keyOf(account), 32);
  }
  resetDirtyAccounts();
  hashTrie(STATE_TRIE, true, out);
}

// @ts-ignore: decorator
@lazy const KEY: usize = memory.data(32, 8);

/** Writes the account's changed slots to its storage trie and sets its storage root. */
function commitStorage(account: Account): void {
  if (account.slots == 0) return;
  let place: usize = 0;
  for (let at = account.slots; at != 0; at = changetype<Slot>(at).next) {
    const slot = changetype<Slot>(at);
    const value = valueOf(slot);
    if (isZero32(value) || equal(value, beforeOf(slot))) continue;
    place = openStorage(account);
    const key = heap.alloc(72);
    hashSlotKey(slot, key);
    insert(place, key, 32, key + 32, encodeValue(value, key + 32));
  }
  for (let at = account.slots; at != 0; at = changetype<Slot>(at).next) {
    const slot = changetype<Slot>(at);
    const value = valueOf(slot);
    if (!isZero32(value) || equal(value, beforeOf(slot))) continue;
    place = openStorage(account);
    hashSlotKey(slot, KEY);
    remove(place, KEY, 32);
  }
  if (place != 0) hashTrie(place, true, storageRootOf(account));
}

/** Writes the RLP of the value (u256), at most 33 bytes, to `target`; returns its length. */
function encodeValue(value: usize, target: usize): u32 {
  toBytes(target, value);
  let zeros: u32 = 0;
  while (load<u8>(target + zeros) == 0) zeros++;
  const length = 32 - zeros;
  const first = load<u8>(target + zeros);
  if (length == 1 && first < 0x80) {
    store<u8>(target, first);
    return 1;
  }
  memory.copy(target + 1, target + zeros, length);
  store<u8>(target, <u8>(0x80 + length));
  return 1 + length;
}

/** Writes the account's RLP, at most 110 bytes, to `target`; returns its length. */
function encodeAccount(account: Account, target: usize): u32 {
  // At least the two hashes: the header always has two bytes.
  let p = target + 2;
  p = storeU64(p, account.nonce);
  p = storeBalance(p, balanceOf(account));
  store<u8>(p, 0xa0);
  copy32(p + 1, storageRootOf(account));
  store<u8>(p, 0xa0, 33);
  copy32(p + 34, codeHashOf(account));
  const length = <u32>(p + 66 - target);
  store<u8>(target, 0xf8);
  store<u8>(target, <u8>(length - 2), 1);
  return length;
}

function storeU64(p: usize, value: u64): usize {
  if (value < 0x80) {
    store<u8>(p, value == 0 ? 0x80 : <u8>value);
    return p + 1;
  }
  const length: u32 = 8 - <u32>(clz(value) >> 3);
  store<u8>(p++, <u8>(0x80 + length));
  for (let shift = <i32>(length - 1) * 8; shift >= 0; shift -= 8) store<u8>(p++, <u8>(value >> shift));
  return p;
}

function storeBalance(p: usize, balance: usize): usize {
  if (isZero32(balance)) {
    store<u8>(p, 0x80);
    return p + 1;
  }
  return p + encodeValue(balance, p);
}

/** Writes the storage root of the account as committed (32 bytes) to `out`; the empty trie's if there is no account. */
export function storageRoot(address: usize, out: usize): void {
  copy32(out, storageRootOf(loadedAccount(address)));
}
