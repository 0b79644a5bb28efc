// The state that the EVM works on: balances, nonces, codes, storage, logs of the block that is being executed. Addresses
// are 20 bytes, amounts and storage keys and values u256 limbs (u256.ts), all by address. What a call writes is undone
// by `revertTo`; a transaction begins with `beginTransaction` and ends with `endTransaction`.
import { Bytes, copy32, equal32 } from '../bytes';
import { add, copy, isZero, setU64, sub } from '../u256';
import { headerLength, storeHeader } from '../rlp';
import { EMPTY_ROOT } from '../trie/trie';
import {
  Account,
  accountAt,
  AccountFlag,
  balanceOf,
  clear,
  codeHashOf,
  isEmptyAccount,
  loadedAccount,
  newOwner,
  storageRootOf,
} from './account';
import { Code, codeOf, givenUp, newCode } from './code';
import {
  addLogs,
  beginWalk,
  Change,
  logs,
  logsLength,
  nextChanged,
  record,
  recordBare,
  refund,
  reserveLogs,
  resetJournal,
  revertTo as revertJournal,
  setRefund,
  snapshot as journalEnd,
} from './journal';
import { originalOf, readSlot, Slot, slotAt, SlotFlag, valueOf } from './slot';
import { addTransient, readTransient, resetTransient, transientValue, writtenTransient } from './transient';

export { Code } from './code';

/** Number of the transaction, over all blocks of the run: what happened in this one carries it. */
let transaction: u32 = 1;

/** First account of the list of those that the block's end has to write; it is in no particular order. */
export let dirtyAccounts: usize = 0;

/** Begins the list of changed accounts anew: a block begins. */
export function resetDirtyAccounts(): void {
  dirtyAccounts = 0;
}

/** The snapshot that `revertTo` undoes everything since. */
// @ts-ignore: decorator
@inline
export function snapshot(): u32 {
  return journalEnd();
}

/** Undoes all changes since the snapshot, warmth, logs and refunds among them. */
export function revertTo(snapshot: u32): void {
  revertJournal(snapshot);
}

/** Begins a transaction: nothing is warm, created or destructed in it, no refund, no logs, no transient storage. */
export function beginTransaction(): void {
  transaction++;
  resetJournal();
  resetTransient();
}

/**
 * Ends a transaction: accounts marked for deletion and changed accounts that are empty (EIP-161) leave the state. Logs
 * and refund counter can be read until the next transaction begins.
 */
export function endTransaction(): void {
  beginWalk();
  for (;;) {
    const account = nextChanged();
    if (changetype<usize>(account) == 0) return;
    if (account.finalised == transaction) continue;
    account.finalised = transaction;
    // What isn't in the state by now was changed by none but undone calls, or touched and not so much as read.
    if ((account.flags & AccountFlag.Exists) == 0) continue;
    if (account.destructed == transaction || isEmptyAccount(account)) {
      account.owner = newOwner();
      account.slots = 0;
      account.storage = 0;
      clear(account);
    }
    if ((account.flags & AccountFlag.Dirty) == 0) {
      account.flags |= AccountFlag.Dirty;
      account.next = dirtyAccounts;
      dirtyAccounts = changetype<usize>(account);
    }
  }
}

/** The account, brought into being where it isn't in the state. */
function ensured(address: usize): Account {
  const account = loadedAccount(address);
  if ((account.flags & AccountFlag.Exists) == 0) {
    account.flags |= AccountFlag.Exists;
    recordBare(Change.Existence, changetype<usize>(account));
  }
  return account;
}

/** Whether the account is in the state, or was touched into being in this transaction. */
export function exists(address: usize): bool {
  return (loadedAccount(address).flags & AccountFlag.Exists) != 0;
}

/** EIP-161: nonce 0, balance 0 and no code; so is an account that isn't in the state. */
export function isEmpty(address: usize): bool {
  return isEmptyAccount(loadedAccount(address));
}

/** Writes the balance to `out`. */
export function getBalance(address: usize, out: usize): void {
  copy(out, balanceOf(loadedAccount(address)));
}

/** Adds to the balance, touching the account also with 0. */
export function addBalance(address: usize, amount: usize): void {
  const account = ensured(address);
  if (isZero(amount)) {
    recordBare(Change.Touch, changetype<usize>(account));
    return;
  }
  const balance = balanceOf(account);
  copy(record(Change.Balance, changetype<usize>(account)), balance);
  add(balance, balance, amount);
}

/** Subtracts from the balance; the caller has checked that it suffices. */
export function subBalance(address: usize, amount: usize): void {
  const account = ensured(address);
  if (isZero(amount)) return;
  const balance = balanceOf(account);
  copy(record(Change.Balance, changetype<usize>(account)), balance);
  sub(balance, balance, amount);
}

export function getNonce(address: usize): u64 {
  return loadedAccount(address).nonce;
}

export function setNonce(address: usize, value: u64): void {
  const account = ensured(address);
  store<u64>(record(Change.Nonce, changetype<usize>(account)), account.nonce);
  account.nonce = value;
}

/** Writes the code's hash to `out`; zeros where the account isn't in the state. */
export function getCodeHash(address: usize, out: usize): void {
  const account = loadedAccount(address);
  if ((account.flags & AccountFlag.Exists) == 0) setU64(out, 0);
  else copy32(out, codeHashOf(account));
}

/** The account's code; of length 0 where it has none. It may be used until the next code is asked for. */
export function getCode(address: usize): Code {
  const account = loadedAccount(address);
  if (account.code != 0 && account.codesGivenUp == givenUp) {
    const code = changetype<Code>(account.code);
    code.used = 1;
    return code;
  }
  const code = codeOf(account);
  account.code = changetype<usize>(code);
  account.codesGivenUp = givenUp;
  return code;
}

export function getCodeSize(address: usize): u32 {
  return getCode(address).length;
}

/** Makes the `length` bytes at `ptr` the account's code; they are copied. */
export function setCode(address: usize, ptr: usize, length: u32): void {
  const account = ensured(address);
  copy32(record(Change.Code, changetype<usize>(account)), codeHashOf(account));
  newCode(ptr, length, codeHashOf(account));
  account.code = 0;
}

/** Makes the code with the 32-byte hash at `hash` the account's; its bytes are the oracle's, should it be called. */
export function setCodeHash(address: usize, hash: usize): void {
  const account = ensured(address);
  copy32(record(Change.Code, changetype<usize>(account)), codeHashOf(account));
  copy32(codeHashOf(account), hash);
  account.code = 0;
}

/** The account's slot with its value read. */
// @ts-ignore: decorator
@inline
function loadedSlot(account: Account, key: usize): Slot {
  const slot = slotAt(account, account.owner, key);
  if ((slot.flags & SlotFlag.Loaded) == 0) readSlot(slot);
  return slot;
}

/** Writes the slot's value to `out`. */
export function getStorage(address: usize, key: usize, out: usize): void {
  copy(out, valueOf(loadedSlot(loadedAccount(address), key)));
}

/** Writes the value that the slot had when the transaction began to `out`. */
export function getOriginalStorage(address: usize, key: usize, out: usize): void {
  const slot = loadedSlot(loadedAccount(address), key);
  copy(out, slot.written == transaction ? originalOf(slot) : valueOf(slot));
}

export function setStorage(address: usize, key: usize, value: usize): void {
  const account = ensured(address);
  const slot = loadedSlot(account, key);
  const current = valueOf(slot);
  if (equal32(current, value)) return;
  if (slot.written != transaction) {
    slot.written = transaction;
    copy(originalOf(slot), current);
    if ((slot.flags & SlotFlag.Written) == 0) {
      slot.flags |= SlotFlag.Written;
      slot.next = account.slots;
      account.slots = changetype<usize>(slot);
    }
  }
  copy(record(Change.Storage, changetype<usize>(slot)), current);
  copy(current, value);
}

/** Writes the transient slot's value (EIP-1153) to `out`. */
export function getTransient(address: usize, key: usize, out: usize): void {
  readTransient(accountAt(address).id, key, out);
}

export function setTransient(address: usize, key: usize, value: usize): void {
  const owner = accountAt(address).id;
  const slot = writtenTransient(owner, key);
  if (slot == 0) {
    if (!isZero(value)) recordBare(Change.TransientNew, addTransient(owner, key, value));
    return;
  }
  copy(record(Change.Transient, slot), transientValue(slot));
  copy(transientValue(slot), value);
}

/** Marks the address warm (EIP-2929) and returns whether it was cold. Nothing is read. */
export function accessAddress(address: usize): bool {
  const account = accountAt(address);
  if (account.warm == transaction) return false;
  account.warm = transaction;
  recordBare(Change.WarmAccount, changetype<usize>(account));
  return true;
}

/** Marks the slot warm (EIP-2929) and returns whether it was cold. Nothing is read. */
export function accessSlot(address: usize, key: usize): bool {
  const account = accountAt(address);
  const slot = slotAt(account, account.owner, key);
  if (slot.warm == transaction) return false;
  slot.warm = transaction;
  recordBare(Change.WarmSlot, changetype<usize>(slot));
  return true;
}

/**
 * Begins a contract's creation: the account counts as created in this transaction, and keeps its balance. The caller has
 * made sure that it has no nonce, code or storage, and sets the nonce.
 */
export function createAccount(address: usize): void {
  const account = ensured(address);
  store<u32>(record(Change.Created, changetype<usize>(account)), account.created);
  account.created = transaction;
}

/** Whether `createAccount` was called for the account in this transaction, and not undone. */
export function wasCreatedInTransaction(address: usize): bool {
  return accountAt(address).created == transaction;
}

/**
 * Whether the account's storage held a value when the block began (EIP-7610). What the block itself wrote need not be
 * looked at: an account gets storage by its code alone, and that goes with a nonce.
 */
export function hasStorage(address: usize): bool {
  return !equal32(storageRootOf(loadedAccount(address)), EMPTY_ROOT);
}

/** Marks the account for deletion at the transaction's end and takes its balance away. */
export function selfDestruct(address: usize): void {
  const account = loadedAccount(address);
  if ((account.flags & AccountFlag.Exists) == 0) return;
  const target = changetype<usize>(account);
  store<u32>(record(Change.Destructed, target), account.destructed);
  account.destructed = transaction;
  copy(record(Change.Balance, target), balanceOf(account));
  setU64(balanceOf(account), 0);
}

/**
 * Makes the account count as changed, so that it leaves the state if it is empty (EIP-161). Nothing is read: what is
 * touched and otherwise never looked at is a precompile, and no chain's state holds an empty one.
 */
export function touch(address: usize): void {
  recordBare(Change.Touch, changetype<usize>(accountAt(address)));
}

export function addRefund(amount: u64): void {
  setRefund(refund + amount);
}

export function subRefund(amount: u64): void {
  if (amount > refund) throw new Error('the gas refund counter fell below zero');
  setRefund(refund - amount);
}

export function getRefund(): u64 {
  return refund;
}

/**
 * Adds a log: the emitting account's address, `topicCount` topics of 32 bytes (big endian) at `topics`, and the
 * `length` bytes at `data`.
 */
export function addLog(address: usize, topics: usize, topicCount: u32, data: usize, length: u32): void {
  const topicsLength = topicCount * 33;
  const isByte = length == 1 && load<u8>(data) < 0x80;
  const dataLength = isByte ? 1 : headerLength(length) + length;
  const payload = 21 + headerLength(topicsLength) + topicsLength + dataLength;
  const total = headerLength(payload) + payload;
  let p = reserveLogs(total);
  p += storeHeader(p, 0xc0, payload);
  store<u8>(p, 0x94);
  memory.copy(p + 1, address, 20);
  p += 21;
  p += storeHeader(p, 0xc0, topicsLength);
  for (let i: u32 = 0; i < topicCount; i++) {
    store<u8>(p, 0xa0);
    copy32(p + 1, topics + <usize>(i << 5));
    p += 33;
  }
  if (!isByte) p += storeHeader(p, 0x80, length);
  memory.copy(p, data, length);
  addLogs(total);
}

/** The transaction's logs so far: the RLP of each, one after the other. The view is valid until the next log. */
export function encodedLogs(): Bytes {
  return new Bytes(logs, logsLength);
}
