// Accounts as the block that is being executed sees them. An account is made when its address is first named and read
// from the trie when its content is first asked for. Accounts live in SCRATCH, to the block's end.
import { reading } from '../abi';
import { copy32, equal32 } from '../bytes';
import { OpenTable, TABLE_SIZE } from '../open-table';
import { hash20 } from '../trie/key-hash';
import { EMPTY_ROOT, find } from '../trie/trie';
import { malformedAccount } from './errors';
import { mixAddress } from './table-hash';

export const enum AccountFlag {
  /** Its content was read. */
  Loaded = 1,
  /** It is in the state: in the trie, or touched into being. */
  Exists = 2,
  /** The storage trie's root was opened at `storage`. */
  StorageOpen = 4,
  /** It is in the list of what the block's end has to write. */
  Dirty = 8,
}


@unmanaged
export class Account {
  /** 20 bytes. */
  address0: u64;
  address1: u64;
  address2: u32;
  flags: u32;
  nonce: u64;
  /** u256. */
  balance0: u64;
  balance1: u64;
  balance2: u64;
  balance3: u64;
  codeHash0: u64;
  codeHash1: u64;
  codeHash2: u64;
  codeHash3: u64;
  /** Root hash of the storage at the block's start; of the empty trie once the storage was cleared. */
  storageRoot0: u64;
  storageRoot1: u64;
  storageRoot2: u64;
  storageRoot3: u64;
  /** keccak256(address). */
  key0: u64;
  key1: u64;
  key2: u64;
  key3: u64;
  /** Place of the storage trie. */
  storage: u32;
  /** Number under which its storage slots are filed; a new one when its storage is cleared. */
  owner: u32;
  /** The number it was made with: transient storage is filed under it. */
  id: u32;
  /** The Code that was looked up last, or 0, and how many had been given up by then. */
  code: usize;
  codesGivenUp: u32;
  // Numbers of the transaction in which it was …
  warm: u32;
  created: u32;
  destructed: u32;
  finalised: u32;
  /** First of its storage slots that the block wrote to. */
  slots: usize;
  /** Next in the list of what the block's end has to write. */
  next: usize;


  @inline
  hash(): u32 {
    return mixAddress(this.address0, this.address1, this.address2);
  }


  @inline
  sameKey(other: Account): bool {
    return (
      ((this.address0 ^ other.address0) | (this.address1 ^ other.address1) | (<u64>(this.address2 ^ other.address2))) ==
      0
    );
  }
}

/** Addresses of the account's fields that other code takes by address. */
// @ts-ignore: decorator
@inline
export function addressOf(account: Account): usize {
  return changetype<usize>(account);
}
// @ts-ignore: decorator
@inline
export function balanceOf(account: Account): usize {
  return changetype<usize>(account) + offsetof<Account>('balance0');
}
// @ts-ignore: decorator
@inline
export function codeHashOf(account: Account): usize {
  return changetype<usize>(account) + offsetof<Account>('codeHash0');
}
// @ts-ignore: decorator
@inline
export function storageRootOf(account: Account): usize {
  return changetype<usize>(account) + offsetof<Account>('storageRoot0');
}
// @ts-ignore: decorator
@inline
export function keyOf(account: Account): usize {
  return changetype<usize>(account) + offsetof<Account>('key0');
}
// @ts-ignore: decorator
@inline
export function storagePlace(account: Account): usize {
  return changetype<usize>(account) + offsetof<Account>('storage');
}

/** keccak256 of nothing. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const EMPTY_CODE_HASH: usize = memory.data<u8>([
  0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
  0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70,
], 8);

/** All accounts, by their addresses. */
// @ts-ignore: decorator
@lazy const TABLE: OpenTable<Account> = changetype<OpenTable<Account>>(memory.data(TABLE_SIZE, 8));

/** The account that was asked for last: most calls in a row are about one. */
let last: Account = changetype<Account>(0);

/** Numbers given out to accounts and their storages in this block. */
let owners: u32 = 0;

/** Place of the block's state trie. */
// @ts-ignore: decorator
@lazy export const STATE_TRIE: usize = memory.data(4, 8);

/** Forgets all accounts: a block begins. SCRATCH must be current. */
export function resetAccounts(): void {
  TABLE.open(1024);
  last = changetype<Account>(0);
  owners = 0;
}

/** A number for a storage that begins empty of known slots. */
export function newOwner(): u32 {
  return ++owners;
}

/** The account of the 20 bytes at `address`, its content not necessarily read. */
// @ts-ignore: decorator
@inline
export function accountAt(address: usize): Account {
  const key = changetype<Account>(address); // an account begins with its key
  if (changetype<usize>(last) != 0 && last.sameKey(key)) return last;
  return lookUp(key);
}

function lookUp(key: Account): Account {
  const place = TABLE.placeOf(key);
  let account = changetype<Account>(<usize>load<u32>(place));
  if (changetype<usize>(account) == 0) {
    account = changetype<Account>(heap.alloc(offsetof<Account>()));
    memory.fill(changetype<usize>(account), 0, offsetof<Account>());
    account.address0 = key.address0;
    account.address1 = key.address1;
    account.address2 = key.address2;
    account.id = account.owner = ++owners;
    if (TABLE.put(place, account)) TABLE.grow(4);
  }
  last = account;
  return account;
}

/** The account of the 20 bytes at `address`, its content read. */
// @ts-ignore: decorator
@inline
export function loadedAccount(address: usize): Account {
  const account = accountAt(address);
  if ((account.flags & AccountFlag.Loaded) == 0) read(account);
  return account;
}

/** Reads the account from the state trie. */
function read(account: Account): void {
  hash20(addressOf(account), keyOf(account));
  account.flags |= AccountFlag.Loaded;
  reading(addressOf(account), 0);
  const value = find(STATE_TRIE, keyOf(account), 32);
  if (value == 0) {
    clear(account);
    return;
  }
  account.flags |= AccountFlag.Exists;
  decode(account, value);
}

/** Makes it an account that is not in the state. */
export function clear(account: Account): void {
  account.flags &= ~(AccountFlag.Exists | AccountFlag.StorageOpen);
  account.nonce = 0;
  memory.fill(balanceOf(account), 0, 32);
  copy32(codeHashOf(account), EMPTY_CODE_HASH);
  copy32(storageRootOf(account), EMPTY_ROOT);
  account.code = 0;
}

/** Decodes [nonce, balance, storage root, code hash]. The trie node that holds it is bound to the state's root. */
function decode(account: Account, value: usize): void {
  // The list has 68 to 110 bytes: its header is 0xf8 and a length, and both hashes lie at its end.
  const length = <usize>load<u8>(value, 1);
  if (load<u8>(value) != 0xf8 || length < 68) malformedAccount();
  const end = value + 2 + length;
  const nonceLength = integer(value + 2);
  account.nonce = 0;
  if (nonceLength > 8) malformedAccount();
  for (let i: u32 = 0; i < nonceLength; i++) account.nonce = (account.nonce << 8) | (<u64>load<u8>(integerAt + i));
  const balanceLength = integer(integerAt + nonceLength);
  if (balanceLength > 32) malformedAccount();
  const balance = balanceOf(account);
  memory.fill(balance, 0, 32);
  for (let i: u32 = 0; i < balanceLength; i++) store<u8>(balance + (balanceLength - 1 - i), load<u8>(integerAt + i));
  const hashes = integerAt + balanceLength;
  if (hashes + 66 != end || load<u8>(hashes) != 0xa0 || load<u8>(hashes, 33) != 0xa0) malformedAccount();
  copy32(storageRootOf(account), hashes + 1);
  copy32(codeHashOf(account), hashes + 34);
}

let integerAt: usize = 0;

/** Reads the header of a string of less than 56 bytes: its address to `integerAt`, its length returned. */
function integer(at: usize): u32 {
  const first = <u32>load<u8>(at);
  if (first < 0x80) {
    integerAt = at;
    return 1;
  }
  if (first > 0xb7) malformedAccount();
  integerAt = at + 1;
  return first - 0x80;
}

/** EIP-161: nonce 0, balance 0, no code. */
// @ts-ignore: decorator
@inline
export function isEmptyAccount(account: Account): bool {
  return (
    (account.nonce | account.balance0 | account.balance1 | account.balance2 | account.balance3) == 0 &&
    hasNoCode(account)
  );
}

// @ts-ignore: decorator
@inline
export function hasNoCode(account: Account): bool {
  return equal32(codeHashOf(account), EMPTY_CODE_HASH);
}
