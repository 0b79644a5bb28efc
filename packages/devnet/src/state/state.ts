// The world state as @ethereumjs/evm wants to see it (StateManagerInterface), over Trie and StateStore. Reads go to the
// tries, writes stay in memory with an undo log until `flush`, which writes new nodes to the store.
import type { AccountFields, StateManagerInterface } from '@ethereumjs/common';
import {
  Account,
  Address,
  bytesToUnprefixedHex,
  createAccountFromRLP,
  equalsBytes,
  KECCAK256_NULL,
  unpadBytes,
  unprefixedHexToBytes,
} from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { EMPTY_TRIE_ROOT } from '../trie/node.js';
import { Trie } from '../trie/trie.js';
import type { AccessRecorder } from './access-recorder.js';
import type { StateStore } from './store.js';

/** What the state manager was asked for that block execution has no use for. */
export class UnsupportedStateOperationError extends Error {
  override name = 'UnsupportedStateOperationError';
}

/** The storage of one account since its block began: read and written slots over the trie it started with. */
interface Storage {
  root: Uint8Array;
  trie: Trie | undefined;
  /** Slot (hex) to value without leading zeros. */
  readonly slots: Map<string, Uint8Array>;
  readonly written: Set<string>;
}

const NO_BYTES = new Uint8Array(0);

/** The state below `root`. One instance serves one block or one call. Addresses and slots are keyed by their hex. */
export class State implements StateManagerInterface {
  readonly #trie: Trie;
  readonly #accounts = new Map<string, Account | undefined>();
  readonly #storages = new Map<string, Storage>();
  readonly #codes = new Map<string, Uint8Array>();
  readonly #touched = new Set<string>();
  readonly #undo: (() => void)[] = [];
  readonly #checkpoints: number[] = [];
  /** Values of written slots when the transaction began (EIP-2200's original values). */
  readonly #original = new Map<string, Uint8Array>();

  /** Set while somebody wants to know what is read. */
  recorder: AccessRecorder | undefined;

  readonly originalStorageCache = {
    get: async (address: Address, key: Uint8Array): Promise<Uint8Array> => {
      const account = bytesToUnprefixedHex(address.bytes);
      const slot = bytesToUnprefixedHex(key);
      return this.#original.get(account + slot) ?? this.#slot(account, slot);
    },
    clear: (): void => this.#original.clear(),
  };

  constructor(
    readonly store: StateStore,
    root: Uint8Array = EMPTY_TRIE_ROOT,
  ) {
    this.#trie = new Trie((hash) => store.node(hash), root);
  }

  async getAccount(address: Address): Promise<Account | undefined> {
    return copyOf(this.#account(bytesToUnprefixedHex(address.bytes)));
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    this.#setAccount(bytesToUnprefixedHex(address.bytes), copyOf(account));
  }

  async deleteAccount(address: Address): Promise<void> {
    const key = bytesToUnprefixedHex(address.bytes);
    if (this.#account(key) === undefined) return;
    this.#clearStorage(key);
    this.#setAccount(key, undefined);
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account();
    Object.assign(account, fields);
    await this.putAccount(address, account);
  }

  async putCode(address: Address, code: Uint8Array): Promise<void> {
    const codeHash = keccak_256(code);
    this.#codes.set(bytesToUnprefixedHex(codeHash), code);
    await this.modifyAccountFields(address, { codeHash });
  }

  async getCode(address: Address): Promise<Uint8Array> {
    const account = this.#account(bytesToUnprefixedHex(address.bytes));
    if (account === undefined || equalsBytes(account.codeHash, KECCAK256_NULL)) return NO_BYTES;
    return this.codeByHash(account.codeHash);
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length;
  }

  async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    return this.#slot(bytesToUnprefixedHex(address.bytes), bytesToUnprefixedHex(key));
  }

  async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    const account = bytesToUnprefixedHex(address.bytes);
    const slot = bytesToUnprefixedHex(key);
    const old = this.#slot(account, slot);
    if (!this.#original.has(account + slot)) this.#original.set(account + slot, old);
    const { slots, written } = this.#storage(account);
    this.#undo.push(() => void slots.set(slot, old));
    slots.set(slot, unpadBytes(value));
    written.add(slot);
    this.#touched.add(account);
  }

  async clearStorage(address: Address): Promise<void> {
    this.#clearStorage(bytesToUnprefixedHex(address.bytes));
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#undo.length);
  }

  async commit(): Promise<void> {
    this.#checkpoints.pop();
  }

  async revert(): Promise<void> {
    const length = this.#checkpoints.pop() ?? 0;
    while (this.#undo.length > length) this.#undo.pop()?.();
  }

  async getStateRoot(): Promise<Uint8Array> {
    return this.flush();
  }

  async setStateRoot(): Promise<void> {
    throw new UnsupportedStateOperationError('a State keeps the root that it was made with: make another one');
  }

  async hasStateRoot(): Promise<boolean> {
    throw new UnsupportedStateOperationError('a State knows its own root only');
  }

  clearCaches(): void {
    throw new UnsupportedStateOperationError("a State's caches are the state: make another one");
  }

  shallowCopy(): StateManagerInterface {
    throw new UnsupportedStateOperationError('a State is not copied: make another one from its root');
  }

  /** Writes accounts, storage and codes that changed to the store and returns the new root. */
  flush(): Uint8Array {
    const keep = (hash: Uint8Array, encoding: Uint8Array): void => this.store.putNode(hash, encoding);
    const deleted: Uint8Array[] = [];
    for (const address of this.#touched) {
      const key = keccak_256(unprefixedHexToBytes(address));
      const account = this.#account(address);
      if (account === undefined) {
        deleted.push(key);
        continue;
      }
      const storage = this.#storages.get(address);
      if (storage !== undefined) account.storageRoot = this.#flushStorage(storage);
      const code = this.#codes.get(bytesToUnprefixedHex(account.codeHash));
      if (code !== undefined) this.store.putCode(account.codeHash, code);
      this.#trie.put(key, account.serialize());
    }
    for (const key of deleted) this.#trie.delete(key);
    this.#touched.clear();
    this.#undo.length = 0;
    return this.#trie.hash(keep);
  }

  /** An account by its hex, without anything being noted. */
  peek(address: string): Account | undefined {
    return copyOf(this.#account(address));
  }

  /** A slot's value, without leading zeros. */
  peekSlot(address: string, slot: string): Uint8Array {
    return this.#slot(address, slot);
  }

  /** A code that was written here or is in the store. */
  codeByHash(codeHash: Uint8Array): Uint8Array {
    return this.#codes.get(bytesToUnprefixedHex(codeHash)) ?? this.store.code(codeHash);
  }

  /** An account's storage root, without what wasn't flushed. */
  storageRoot(address: Address): Uint8Array {
    return this.#account(bytesToUnprefixedHex(address.bytes))?.storageRoot ?? EMPTY_TRIE_ROOT;
  }

  /** Merkle proof of an account, as `eth_getProof` gives it. */
  proveAccount(address: Address): Uint8Array[] {
    return this.#trie.prove(keccak_256(address.bytes));
  }

  /** Merkle proof of a storage slot (32 bytes) below the account's storage root. */
  proveStorage(address: Address, slot: Uint8Array): Uint8Array[] {
    const account = this.#account(bytesToUnprefixedHex(address.bytes));
    return new Trie((hash) => this.store.node(hash), account?.storageRoot).prove(keccak_256(slot));
  }

  #flushStorage(storage: Storage): Uint8Array {
    if (storage.written.size === 0) return storage.root;
    const trie = (storage.trie ??= new Trie((hash) => this.store.node(hash), storage.root));
    const zeroed: Uint8Array[] = [];
    for (const slot of storage.written) {
      const value = storage.slots.get(slot) ?? NO_BYTES;
      const key = keccak_256(unprefixedHexToBytes(slot));
      if (value.length === 0) zeroed.push(key);
      else trie.put(key, RLP.encode(value));
    }
    for (const key of zeroed) trie.delete(key);
    storage.written.clear();
    storage.root = trie.hash((hash, encoding) => this.store.putNode(hash, encoding));
    return storage.root;
  }

  #account(address: string): Account | undefined {
    if (!this.#accounts.has(address)) {
      const encoding = this.#trie.get(keccak_256(unprefixedHexToBytes(address)));
      this.#accounts.set(address, encoding === undefined ? undefined : createAccountFromRLP(encoding));
    }
    const account = this.#accounts.get(address);
    this.recorder?.account(address, copyOf(account));
    return account;
  }

  #setAccount(address: string, account: Account | undefined): void {
    const old = this.#account(address);
    this.#undo.push(() => void this.#accounts.set(address, old));
    this.#accounts.set(address, account);
    this.#touched.add(address);
  }

  #storage(address: string): Storage {
    let storage = this.#storages.get(address);
    if (storage === undefined) {
      storage = emptyStorage(this.#account(address)?.storageRoot ?? EMPTY_TRIE_ROOT);
      this.#storages.set(address, storage);
    }
    return storage;
  }

  #slot(address: string, slot: string): Uint8Array {
    const storage = this.#storage(address);
    let value = storage.slots.get(slot);
    if (value === undefined) {
      storage.trie ??= new Trie((hash) => this.store.node(hash), storage.root);
      const encoding = storage.trie.get(keccak_256(unprefixedHexToBytes(slot)));
      value = encoding === undefined ? NO_BYTES : (RLP.decode(encoding) as Uint8Array);
      storage.slots.set(slot, value);
    }
    if (this.recorder !== undefined) {
      this.#account(address);
      this.recorder.slot(address, slot, value);
    }
    return value;
  }

  #clearStorage(address: string): void {
    const old = this.#storage(address);
    if (old.slots.size === 0 && equalsBytes(old.root, EMPTY_TRIE_ROOT)) return;
    this.#undo.push(() => void this.#storages.set(address, old));
    this.#storages.set(address, emptyStorage(EMPTY_TRIE_ROOT));
    this.#touched.add(address);
  }
}

function emptyStorage(root: Uint8Array): Storage {
  return { root, trie: undefined, slots: new Map(), written: new Set() };
}

function copyOf(account: Account | undefined): Account | undefined {
  return account && new Account(account.nonce, account.balance, account.storageRoot, account.codeHash);
}
