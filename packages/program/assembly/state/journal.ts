// What was changed since when, so that a failing call's effects can be undone. Entries of 40 bytes: kind, what it is
// about, up to 32 bytes of what was there before. The journal begins anew with each transaction; whatever it holds then
// names every account that the transaction changed.
import { copy } from '../u256';
import { useScratch } from '../memory';
import { Account, AccountFlag, balanceOf, codeHashOf } from './account';
import { Slot, valueOf } from './slot';

export const enum Change {
  // About an account: it counts as changed (EIP-161).
  Balance = 0,
  Nonce = 1,
  Code = 2,
  Touch = 3,
  /** It came to be in the state. */
  Existence = 4,
  /** A contract's creation began. */
  Created = 5,
  Destructed = 6,
  // About a slot: its account counts as changed.
  Storage = 7,
  // No account counts as changed.
  WarmAccount = 8,
  WarmSlot = 9,
  Transient = 10,
  Refund = 11,
  Logs = 12,
}

// @ts-ignore: decorator
@inline const ENTRY_SIZE: u32 = 40;

let buffer: usize = 0;
let capacity: u32 = 0;
let used: u32 = 0;

/** Refund counter of the transaction. */
export let refund: u64 = 0;

/** Encoded logs of the transaction: address, length in bytes, capacity. */
export let logs: usize = 0;
export let logsLength: u32 = 0;
let logsCapacity: u32 = 0;

/** The journal's present end: what `revertTo` returns to. */
// @ts-ignore: decorator
@inline
export function snapshot(): u32 {
  return used;
}

function grow(): void {
  const before = useScratch(false);
  const size: u32 = capacity == 0 ? ENTRY_SIZE * 1024 : capacity * 2;
  const fresh = heap.alloc(size);
  useScratch(before);
  memory.copy(fresh, buffer, used);
  buffer = fresh;
  capacity = size;
}

/** Adds an entry and returns the address of its 32 bytes. */
// @ts-ignore: decorator
@inline
export function record(kind: Change, target: usize): usize {
  if (used == capacity) grow();
  const entry = buffer + used;
  used += ENTRY_SIZE;
  store<u32>(entry, kind);
  store<u32>(entry, <u32>target, 4);
  return entry + 8;
}

/** Empties the journal, the refund counter and the logs: a transaction begins. */
export function resetJournal(): void {
  used = 0;
  refund = 0;
  logsLength = 0;
}

export function setRefund(value: u64): void {
  store<u64>(record(Change.Refund, 0), refund);
  refund = value;
}

/** Makes room for `length` more bytes of logs and returns where they go; `addLogs` makes them count. */
export function reserveLogs(length: u32): usize {
  if (logsLength + length > logsCapacity) {
    const before = useScratch(false);
    const size = max<u32>(8192, (logsLength + length) * 2);
    const fresh = heap.alloc(size);
    useScratch(before);
    memory.copy(fresh, logs, logsLength);
    logs = fresh;
    logsCapacity = size;
  }
  return logs + logsLength;
}

export function addLogs(length: u32): void {
  store<u32>(record(Change.Logs, 0), logsLength);
  logsLength += length;
}

/** Number of entries. */
export function entries(): u32 {
  return used / ENTRY_SIZE;
}

/** The account that the entry of that number counts as changed, or null. */
export function changedAccount(index: u32): Account {
  const entry = buffer + <usize>(index * ENTRY_SIZE);
  const kind = load<u32>(entry);
  const target = <usize>load<u32>(entry, 4);
  if (kind < <u32>Change.Storage) return changetype<Account>(target);
  if (kind == Change.Storage) return changetype<Slot>(target).account;
  return changetype<Account>(0);
}

/** Undoes everything since the snapshot. */
export function revertTo(snapshot: u32): void {
  while (used > snapshot) {
    used -= ENTRY_SIZE;
    const entry = buffer + used;
    undo(load<u32>(entry), <usize>load<u32>(entry, 4), entry + 8);
  }
}

function undo(kind: u32, target: usize, old: usize): void {
  const account = changetype<Account>(target);
  const slot = changetype<Slot>(target);
  switch (kind) {
    case Change.Balance:
      copy(balanceOf(account), old);
      break;
    case Change.Nonce:
      account.nonce = load<u64>(old);
      break;
    case Change.Code:
      copy(codeHashOf(account), old);
      account.code = 0;
      break;
    case Change.Touch:
      break;
    case Change.Existence:
      account.flags &= ~AccountFlag.Exists;
      break;
    case Change.Created:
      account.created = load<u32>(old);
      break;
    case Change.Destructed:
      account.destructed = load<u32>(old);
      break;
    case Change.Storage:
    case Change.Transient:
      copy(valueOf(slot), old);
      break;
    case Change.WarmAccount:
      account.warm = 0;
      break;
    case Change.WarmSlot:
      slot.warm = 0;
      break;
    case Change.Refund:
      refund = load<u64>(old);
      break;
    case Change.Logs:
      logsLength = load<u32>(old);
      break;
    default:
      unreachable();
  }
}
