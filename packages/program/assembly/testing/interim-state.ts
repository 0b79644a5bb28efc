// A state without a trie for the EVM's tests: accounts and slots in arrays that are searched linearly, snapshots that
// copy everything. Test only.
import { keccak256 } from '../crypto/keccak256';
import { useScratch } from '../memory';
import { add, copy, equal, isZero, setU64, sub } from '../u256';


@final
export class Code {
  jumpdests: usize = 0;
  constructor(
    public ptr: usize,
    public length: u32,
  ) {}
}


@final
class Slot {
  original: usize = zeros(32);
  value: usize = zeros(32);
  transient: usize = zeros(32);
  key: usize = zeros(32);
  warm: bool = false;
  clone(): Slot {
    const slot = new Slot();
    slot.original = this.original;
    slot.value = duplicate(this.value, 32);
    slot.transient = duplicate(this.transient, 32);
    slot.key = this.key;
    slot.warm = this.warm;
    return slot;
  }
}


@final
export class Account {
  address: usize = zeros(20);
  nonce: u64 = 0;
  balance: usize = zeros(32);
  code: Code = new Code(0, 0);
  hash: usize = zeros(32);
  exists: bool = false;
  warm: bool = false;
  created: bool = false;
  destroyed: bool = false;
  slots: Array<Slot> = new Array<Slot>();
  clone(): Account {
    const account = new Account();
    account.address = this.address;
    account.nonce = this.nonce;
    account.balance = duplicate(this.balance, 32);
    account.code = this.code;
    account.hash = this.hash;
    account.exists = this.exists;
    account.warm = this.warm;
    account.created = this.created;
    account.destroyed = this.destroyed;
    for (let i = 0; i < this.slots.length; i++) account.slots.push(this.slots[i].clone());
    return account;
  }
}


@final
export class Log {
  constructor(
    public address: usize,
    public topics: usize,
    public topicCount: u32,
    public data: usize,
    public length: u32,
  ) {}
}


@final
class Snapshot {
  accounts: Array<Account> = new Array<Account>();
  logs: i32 = 0;
  refund: u64 = 0;
}

function zeros(length: usize): usize {
  const ptr = heap.alloc(length);
  memory.fill(ptr, 0, length);
  return ptr;
}

function duplicate(ptr: usize, length: usize): usize {
  const to = heap.alloc(length);
  memory.copy(to, ptr, length);
  return to;
}

export let accounts: Array<Account> = new Array<Account>();
export let logs: Array<Log> = new Array<Log>();
export let refund: u64 = 0;
let snapshots: Array<Snapshot> = new Array<Snapshot>();

export function resetState(): void {
  accounts = new Array<Account>();
  logs = new Array<Log>();
  refund = 0;
  snapshots = new Array<Snapshot>();
}

export function find(address: usize): Account {
  for (let i = 0; i < accounts.length; i++) {
    if (memory.compare(accounts[i].address, address, 20) == 0) return accounts[i];
  }
  const account = new Account();
  account.address = duplicate(address, 20);
  accounts.push(account);
  return account;
}

function findSlot(address: usize, key: usize): Slot {
  const slots = find(address).slots;
  for (let i = 0; i < slots.length; i++) if (equal(slots[i].key, key)) return slots[i];
  const slot = new Slot();
  copy(slot.key, key);
  slots.push(slot);
  return slot;
}

export function exists(address: usize): bool {
  return find(address).exists;
}
export function isEmpty(address: usize): bool {
  const account = find(address);
  return account.nonce == 0 && isZero(account.balance) && account.code.length == 0;
}
export function getBalance(address: usize, out: usize): void {
  copy(out, find(address).balance);
}
export function addBalance(address: usize, amount: usize): void {
  const account = find(address);
  account.exists = true;
  add(account.balance, account.balance, amount);
}
export function subBalance(address: usize, amount: usize): void {
  const account = find(address);
  sub(account.balance, account.balance, amount);
}
export function getNonce(address: usize): u64 {
  return find(address).nonce;
}
export function setNonce(address: usize, value: u64): void {
  find(address).exists = true;
  find(address).nonce = value;
}
export function getCodeHash(address: usize, out: usize): void {
  const account = find(address);
  if (!account.exists) setU64(out, 0);
  else keccak256(account.code.ptr, account.code.length, out);
}
export function getCode(address: usize): Code {
  return find(address).code;
}
export function getCodeSize(address: usize): u32 {
  return find(address).code.length;
}
export function setCode(address: usize, ptr: usize, length: u32): void {
  find(address).exists = true;
  find(address).code = new Code(duplicate(ptr, length), length);
}
export function getStorage(address: usize, key: usize, out: usize): void {
  copy(out, findSlot(address, key).value);
}
export function setStorage(address: usize, key: usize, value: usize): void {
  copy(findSlot(address, key).value, value);
}
export function getOriginalStorage(address: usize, key: usize, out: usize): void {
  copy(out, findSlot(address, key).original);
}
export function putStorage(address: usize, key: usize, value: usize): void {
  const slot = findSlot(address, key);
  copy(slot.value, value);
  copy(slot.original, value);
}
export function getTransient(address: usize, key: usize, out: usize): void {
  copy(out, findSlot(address, key).transient);
}
export function setTransient(address: usize, key: usize, value: usize): void {
  copy(findSlot(address, key).transient, value);
}
export function accessAddress(address: usize): bool {
  const account = find(address);
  const cold = !account.warm;
  account.warm = true;
  return cold;
}
export function accessSlot(address: usize, key: usize): bool {
  const slot = findSlot(address, key);
  const cold = !slot.warm;
  slot.warm = true;
  return cold;
}
export function createAccount(address: usize): void {
  const account = find(address);
  account.exists = true;
  account.created = true;
}
export function wasCreatedInTransaction(address: usize): bool {
  return find(address).created;
}
export function hasStorage(address: usize): bool {
  const slots = find(address).slots;
  for (let i = 0; i < slots.length; i++) if (!isZero(slots[i].original)) return true;
  return false;
}
export function selfDestruct(address: usize): void {
  const account = find(address);
  account.destroyed = true;
  setU64(account.balance, 0);
}
export function touch(address: usize): void {
  find(address).exists = true;
}
export function addRefund(amount: u64): void {
  refund += amount;
}
export function subRefund(amount: u64): void {
  refund -= amount;
}
export function getRefund(): u64 {
  return refund;
}
export function addLog(address: usize, topics: usize, topicCount: u32, data: usize, length: u32): void {
  logs.push(
    new Log(duplicate(address, 20), duplicate(topics, topicCount * 32), topicCount, duplicate(data, length), length),
  );
}
export function snapshot(): u32 {
  const taken = new Snapshot();
  for (let i = 0; i < accounts.length; i++) taken.accounts.push(accounts[i].clone());
  taken.logs = logs.length;
  taken.refund = refund;
  snapshots.push(taken);
  return snapshots.length - 1;
}
export function revertTo(id: u32): void {
  const taken = snapshots[id];
  accounts = taken.accounts;
  logs.length = taken.logs;
  refund = taken.refund;
  snapshots.length = id;
}
