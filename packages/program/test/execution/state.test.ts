import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { u256 } from './devnet.js';
import { fromHex, startModule, toHex, type Harness } from './module.js';

const EMPTY_ROOT = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

interface Account {
  nonce: bigint;
  balance: bigint;
  code: string;
  storage: Map<bigint, bigint>;
}

/** What the state should be, in the plainest way: a snapshot is a copy. */
interface Model {
  accounts: Map<string, Account>;
  changed: Set<string>;
  destructed: Set<string>;
  transient: Map<string, bigint>;
  warm: Set<string>;
  refund: bigint;
}

const isEmpty = (account: Account): boolean => account.nonce === 0n && account.balance === 0n && account.code === '';

function copyOf(model: Model): Model {
  const accounts = new Map<string, Account>();
  for (const [address, account] of model.accounts) {
    accounts.set(address, { ...account, storage: new Map(account.storage) });
  }
  return {
    accounts,
    changed: new Set(model.changed),
    destructed: new Set(model.destructed),
    transient: new Map(model.transient),
    warm: new Set(model.warm),
    refund: model.refund,
  };
}

function accountOf(model: Model, address: string): Account {
  let account = model.accounts.get(address);
  if (account === undefined) {
    account = { nonce: 0n, balance: 0n, code: '', storage: new Map() };
    model.accounts.set(address, account);
  }
  model.changed.add(address);
  return account;
}

function endTransaction(model: Model): void {
  for (const address of model.changed) {
    const account = model.accounts.get(address);
    if (account !== undefined && (model.destructed.has(address) || isEmpty(account))) model.accounts.delete(address);
  }
}

const integer = (value: bigint): Uint8Array => {
  const hex = value.toString(16);
  return value === 0n ? new Uint8Array(0) : fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
};
const word = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));

async function rootOf(model: Model): Promise<string> {
  const trie = await createMPT();
  for (const [address, account] of model.accounts) {
    const storage = await createMPT();
    for (const [key, value] of account.storage) {
      if (value !== 0n) await storage.put(keccak_256(word(key)), RLP.encode(integer(value)));
    }
    const value = [integer(account.nonce), integer(account.balance), storage.root(), keccak_256(fromHex(account.code))];
    await trie.put(keccak_256(fromHex(address)), RLP.encode(value));
  }
  return toHex(trie.root());
}

/** A small generator of numbers that repeat from run to run. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const addresses = Array.from({ length: 24 }, (_, i) => toHex(keccak_256(Uint8Array.of(i)).subarray(12)));
const keys = [0n, 1n, 2n, 3n, 2n ** 64n, 2n ** 128n, 2n ** 255n, 2n ** 256n - 1n];
const codes = ['6000', '60016002', 'fe'.repeat(40)];

/** Applies a random change to the module's state and to the model. */
function change(module: Harness, model: Model, next: (below: number) => number): void {
  const address = addresses[next(addresses.length)] as string;
  const at = module.put(fromHex(address));
  const key = keys[next(keys.length)] as bigint;
  const put = (value: bigint): number => module.put(u256(value));
  switch (next(12)) {
    case 0:
    case 1: {
      const amount = next(4) === 0 ? 0n : 2n ** BigInt(next(90));
      module.call('addBalance', at, put(amount));
      accountOf(model, address).balance += amount;
      break;
    }
    case 2: {
      const balance = model.accounts.get(address)?.balance ?? 0n;
      const amount = balance / BigInt(1 + next(3));
      module.call('subBalance', at, put(amount));
      accountOf(model, address).balance -= amount;
      break;
    }
    case 3: {
      const nonce = (model.accounts.get(address)?.nonce ?? 0n) + 1n;
      module.call('setNonce', at, nonce);
      accountOf(model, address).nonce = nonce;
      break;
    }
    case 4:
    case 5:
    case 6: {
      // Only contracts write storage: their nonce is at least 1.
      if ((model.accounts.get(address)?.nonce ?? 0n) === 0n) return;
      const value = next(3) === 0 ? 0n : 2n ** BigInt(next(256)) - BigInt(next(2));
      module.call('setStorage', at, put(key), put(value));
      accountOf(model, address).storage.set(key, value);
      break;
    }
    case 7: {
      const code = codes[next(codes.length)] as string;
      module.call('setCode', at, module.put(fromHex(code)), code.length / 2);
      accountOf(model, address).code = code;
      break;
    }
    case 8: {
      if (next(3) > 0 || !model.accounts.has(address)) return;
      module.call('selfDestruct', at);
      accountOf(model, address).balance = 0n;
      model.destructed.add(address);
      break;
    }
    case 9: {
      const value = BigInt(next(1000));
      module.call('setTransient', at, put(key), put(value));
      model.transient.set(`${address} ${key}`, value);
      break;
    }
    case 10: {
      assert.equal(module.call('accessAddress', at), model.warm.has(address) ? 0 : 1);
      model.warm.add(address);
      assert.equal(module.call('accessSlot', at, put(key)), model.warm.has(`${address} ${key}`) ? 0 : 1);
      model.warm.add(`${address} ${key}`);
      break;
    }
    default: {
      const amount = BigInt(next(5000));
      module.call('addRefund', amount);
      model.refund += amount;
    }
  }
}

/** Asks the module for what the model knows of an account and a slot. */
function compare(module: Harness, model: Model, before: Model, address: string, key: bigint): void {
  const at = module.put(fromHex(address));
  const out = module.put(new Uint8Array(32));
  const read = (name: string): bigint => {
    module.call(name, at, module.put(u256(key)), out);
    return BigInt(`0x${toHex(module.get(out, 32).toReversed())}`);
  };
  const account = model.accounts.get(address);
  module.call('getBalance', at, out);
  assert.equal(BigInt(`0x${toHex(module.get(out, 32).toReversed())}`), account?.balance ?? 0n);
  assert.equal(module.call64('getNonce', at), account?.nonce ?? 0n);
  assert.equal(module.call('getCodeSize', at), (account?.code.length ?? 0) / 2);
  assert.equal(module.call('exists', at), account === undefined ? 0 : 1);
  assert.equal(module.call('isEmpty', at), account === undefined || isEmpty(account) ? 1 : 0);
  module.call('getCodeHash', at, out);
  assert.equal(
    toHex(module.get(out, 32)),
    account === undefined ? '0'.repeat(64) : toHex(keccak_256(fromHex(account.code))),
  );
  assert.equal(read('getStorage'), account?.storage.get(key) ?? 0n);
  assert.equal(read('getOriginalStorage'), before.accounts.get(address)?.storage.get(key) ?? 0n);
  assert.equal(read('getTransient'), model.transient.get(`${address} ${key}`) ?? 0n);
  assert.equal(module.call64('getRefund'), model.refund);
}

for (const seed of [1, 2, 3, 4]) {
  test(`random transactions with undone calls leave the state that a plain model has (seed ${seed})`, async () => {
    const next = generator(seed);
    const module = startModule();
    let model: Model = {
      accounts: new Map(),
      changed: new Set(),
      destructed: new Set(),
      transient: new Map(),
      warm: new Set(),
      refund: 0n,
    };
    let root = EMPTY_ROOT;
    for (let block = 0; block < 12; block++) {
      module.call('useScratch', true);
      const start = module.call64('mark');
      const place = module.put(fromHex(root));
      module.call('openState', place);
      for (let transaction = 0; transaction < 4; transaction++) {
        module.call('beginTransaction');
        model = {
          ...model,
          changed: new Set(),
          destructed: new Set(),
          transient: new Map(),
          warm: new Set(),
          refund: 0n,
        };
        const before = copyOf(model);
        const calls: { snapshot: number; model: Model }[] = [];
        for (let step = 0; step < 60; step++) {
          const what = next(12);
          if (what === 0) {
            calls.push({ snapshot: module.call('snapshot'), model: copyOf(model) });
          } else if (what === 1) {
            const call = calls.pop();
            if (call !== undefined && next(2) === 0) {
              module.call('revertTo', call.snapshot);
              model = call.model;
            }
          } else {
            change(module, model, next);
          }
          compare(
            module,
            model,
            before,
            addresses[next(addresses.length)] as string,
            keys[next(keys.length)] as bigint,
          );
        }
        module.call('endTransaction');
        endTransaction(model);
      }
      module.call('commitState', place);
      root = toHex(module.get(place, 32));
      module.call('release', start);
      module.call('useScratch', false);
      assert.equal(root, await rootOf(model), `block ${block}`);
    }
  });
}

/** The module in the first transaction of a block on the empty state. */
function emptyState(): Harness {
  const module = startModule();
  module.call('useScratch', true);
  module.call('openState', module.put(fromHex(EMPTY_ROOT)));
  module.call('beginTransaction');
  return module;
}

test('a slot stays warm when its contract is created, undone and created again', () => {
  const module = emptyState();
  const at = module.put(fromHex(addresses[0] as string));
  const slot = module.put(u256(5n));
  // As the access list does it.
  assert.equal(module.call('accessSlot', at, slot), 1);
  for (let attempt = 0; attempt < 2; attempt++) {
    const snapshot = module.call('snapshot');
    module.call('createAccount', at);
    module.call('setNonce', at, 1n);
    assert.equal(module.call('wasCreatedInTransaction', at), 1);
    assert.equal(module.call('accessSlot', at, slot), 0);
    module.call('setStorage', at, slot, module.put(u256(9n)));
    module.call('revertTo', snapshot);
    assert.equal(module.call('wasCreatedInTransaction', at), 0);
    assert.equal(module.call('exists', at), 0);
  }
});

test('what was destructed and made again in one block has none of its storage', () => {
  const module = emptyState();
  const at = module.put(fromHex(addresses[0] as string));
  const out = module.put(new Uint8Array(32));
  const slot = module.put(u256(5n));
  module.call('setNonce', at, 1n);
  module.call('setStorage', at, slot, module.put(u256(9n)));
  module.call('endTransaction');
  module.call('beginTransaction');
  module.call('selfDestruct', at);
  module.call('getStorage', at, slot, out);
  assert.deepEqual(module.get(out, 32), u256(9n), 'deletion waits for the end of the transaction');
  module.call('endTransaction');
  module.call('beginTransaction');
  module.call('createAccount', at);
  module.call('setNonce', at, 1n);
  assert.equal(module.call('hasStorage', at), 0);
  module.call('getStorage', at, slot, out);
  assert.deepEqual(module.get(out, 32), u256(0n));
});

test('warm addresses and slots, and touched accounts, are not read', () => {
  const module = emptyState();
  // A state that no pre-image is there of.
  module.call('openState', module.put(new Uint8Array(32).fill(1)));
  module.call('beginTransaction');
  const at = module.put(fromHex(addresses[0] as string));
  module.call('accessAddress', at);
  module.call('accessSlot', at, module.put(u256(5n)));
  module.call('touch', at);
  module.call('setTransient', at, module.put(u256(5n)), module.put(u256(6n)));
  module.call('endTransaction');
  assert.equal(module.reads, 0);
  assert.throws(() => module.call('getNonce', at), /no pre-image/);
});
