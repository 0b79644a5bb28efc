// What was changed since when, so that a failing call's effects can be undone: entries of up to 32 bytes of what was there
// before, then what they are about and their kind. They lie in chunks, the youngest last, which are the block's to use
// again by its next transaction. The journal begins anew with each transaction; whatever it holds then names every account
// that the transaction changed.
import { copy, setU64 } from '../u256';
import { useScratch } from '../memory';
import { Account, AccountFlag, balanceOf, codeHashOf } from './account';
import { Slot, valueOf } from './slot';
import { transientValue } from './transient';

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
  /** A transient slot was written to for the first time: it was 0. */
  TransientNew = 11,
  Refund = 12,
  Logs = 13,
}

/** Bytes of the end of an entry: what it is about (u32) and kind (u32). What was there before lies in front of them. */
// @ts-ignore: decorator
@inline const TAIL: usize = 8;
// @ts-ignore: decorator
@inline const LARGEST: usize = 40;

// A chunk: the chunk before it and the one after it (0 where there is none), then entries. The end of what is used in
// a chunk that is not the last one is kept in front of the next.
// @ts-ignore: decorator
@inline const CHUNK_SIZE: usize = 64 << 10;
// @ts-ignore: decorator
@inline const PREVIOUS: usize = 0;
// @ts-ignore: decorator
@inline const NEXT: usize = 4;
/** In a chunk: where the entries of the one before it end. */
// @ts-ignore: decorator
@inline const END: usize = 8;
/** In a chunk: its number, from 0. */
// @ts-ignore: decorator
@inline const NUMBER: usize = 12;
// @ts-ignore: decorator
@inline const HEADER: usize = 16;

let first: usize = 0;
let chunk: usize = 0;
let cursor: usize = 0;
let limit: usize = 0;

/** Refund counter of the transaction. */
export let refund: u64 = 0;

/** Encoded logs of the transaction: address, length in bytes, capacity. */
export let logs: usize = 0;
export let logsLength: u32 = 0;
let logsCapacity: u32 = 0;

/**
 * The journal's present end: what `revertTo` returns to. It is the number of the chunk and the place in it.
 */
// @ts-ignore: decorator
@inline
export function snapshot(): u32 {
  return (load<u32>(chunk, NUMBER) << 16) | (<u32>(cursor - chunk - 1));
}

/** Begins a block: no chunk is left of the former's. */
export function openJournal(): void {
  first = newChunk(0);
  enter(first);
  cursor = first + HEADER;
  logs = 0;
  logsCapacity = 0;
}

function newChunk(number: u32): usize {
  const before = useScratch(true);
  const fresh = heap.alloc(CHUNK_SIZE);
  useScratch(before);
  store<u64>(fresh, 0);
  store<u32>(fresh, number, NUMBER);
  return fresh;
}

// @ts-ignore: decorator
@inline
function enter(at: usize): void {
  chunk = at;
  limit = at + CHUNK_SIZE - LARGEST;
}

function advance(): void {
  let next = <usize>load<u32>(chunk, NEXT);
  if (next == 0) {
    const number = load<u32>(chunk, NUMBER) + 1;
    if (number > 0xffff) throw new Error('a journal of 4 GiB');
    next = newChunk(number);
    store<u32>(next, <u32>chunk, PREVIOUS);
    store<u32>(chunk, <u32>next, NEXT);
  }
  store<u32>(next, <u32>cursor, END);
  enter(next);
  cursor = next + HEADER;
}

/** Adds an entry and returns the address of its 32 bytes. */
// @ts-ignore: decorator
@inline
export function record(kind: Change, target: usize): usize {
  if (cursor > limit) advance();
  const entry = cursor;
  cursor = entry + 32 + TAIL;
  store<u32>(entry, <u32>target, 32);
  store<u32>(entry, kind, 36);
  return entry;
}

/** Adds an entry that needs nothing of what was there before. */
// @ts-ignore: decorator
@inline
export function recordBare(kind: Change, target: usize): void {
  if (cursor > limit) advance();
  store<u32>(cursor, <u32>target);
  store<u32>(cursor, kind, 4);
  cursor += TAIL;
}

/** Whether entries of the kind have no bytes in front of their end. */
// @ts-ignore: decorator
@inline
function isBare(kind: u32): bool {
  return ((BARE >> kind) & 1) != 0;
}

// @ts-ignore: decorator
@inline
const BARE: u32 =
  (1 << Change.Touch) |
  (1 << Change.Existence) |
  (1 << Change.WarmAccount) |
  (1 << Change.WarmSlot) |
  (1 << Change.TransientNew);

/** Empties the journal, the refund counter and the logs: a transaction begins. */
export function resetJournal(): void {
  enter(first);
  cursor = first + HEADER;
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
    // What is outgrown goes with the block.
    const before = useScratch(true);
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

/** A walk through the entries from the youngest back. */
let walkChunk: usize = 0;
let walkCursor: usize = 0;

/** Begins a walk through the accounts that count as changed. */
export function beginWalk(): void {
  walkChunk = chunk;
  walkCursor = cursor;
}

/** The next account that counts as changed, which may have been there before; null at the end. */
export function nextChanged(): Account {
  while (walkCursor != first + HEADER) {
    if (walkCursor == walkChunk + HEADER) {
      walkCursor = <usize>load<u32>(walkChunk, END);
      walkChunk = <usize>load<u32>(walkChunk, PREVIOUS);
      continue;
    }
    const kind = load<u32>(walkCursor - 4);
    const target = <usize>load<u32>(walkCursor - 8);
    walkCursor -= isBare(kind) ? TAIL : 32 + TAIL;
    if (kind < <u32>Change.Storage) return changetype<Account>(target);
    if (kind == Change.Storage) return changetype<Slot>(target).account;
  }
  return changetype<Account>(0);
}

/** Undoes everything since the snapshot. */
export function revertTo(snapshot: u32): void {
  const number = snapshot >> 16;
  const offset = <usize>(snapshot & 0xffff) + 1;
  for (;;) {
    if (load<u32>(chunk, NUMBER) == number && cursor - chunk == offset) return;
    if (cursor == chunk + HEADER) {
      const end = <usize>load<u32>(chunk, END);
      enter(<usize>load<u32>(chunk, PREVIOUS));
      cursor = end;
      continue;
    }
    const kind = load<u32>(cursor - 4);
    const target = <usize>load<u32>(cursor - 8);
    cursor -= isBare(kind) ? TAIL : 32 + TAIL;
    undo(kind, target, cursor);
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
      copy(valueOf(slot), old);
      break;
    case Change.Transient:
      copy(transientValue(target), old);
      break;
    case Change.TransientNew:
      setU64(transientValue(target), 0);
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
