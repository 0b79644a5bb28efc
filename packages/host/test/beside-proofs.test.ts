// Nodes that no proof of what a block touches has, from an endpoint that gives no node by its hash.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { besideProofs } from '../src/beside-proofs.js';
import { silentLog } from '../src/log.js';
import { rpcEndpoint } from '../src/rpc-endpoint.js';
import { prove } from '../src/state-proofs.js';
import type { TouchedState } from '../src/touched-accounts.js';
import { type RpcHandlers, rpcServer } from './fake-endpoints.js';

const policy = { forMs: 500, firstContactMs: 300, absentMs: 50, wrongTries: 1, firstDelayMs: 1, maxDelayMs: 5 };
const ACCOUNT = `0x${'ac'.repeat(20)}`;
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
const pathOf = (key: string): string => Buffer.from(keccak_256(Buffer.from(key.slice(2), 'hex'))).toString('hex');
const slot = (number: number): string => `0x${number.toString(16).padStart(64, '0')}`;

type Node = { rlp: Uint8Array; hash: string };
/** A Merkle Patricia trie of entries (digits, value), as lists of nodes on the way to a key. The Yellow Paper's, appendix D. */
class Trie {
  readonly #nodes = new Map<string, Uint8Array>();
  readonly #root: Uint8Array;
  constructor(entries: ReadonlyMap<string, Uint8Array>) {
    this.#root = this.#build([...entries], 0).rlp;
    this.#nodes.set(hex(keccak_256(this.#root)), this.#root);
  }
  #build(entries: [string, Uint8Array][], depth: number): Node {
    const [first] = entries;
    if (first === undefined) throw new Error('an empty trie');
    if (entries.length === 1) return this.#node([compact(first[0].slice(depth), true), first[1]]);
    let common = depth;
    while (entries.every(([path]) => path[common] === first[0][common])) common += 1;
    if (common > depth)
      return this.#node([compact(first[0].slice(depth, common), false), this.#reference(this.#build(entries, common))]);
    const children = [...'0123456789abcdef'].map((digit) => {
      const below = entries.filter(([path]) => path[depth] === digit);
      return below.length === 0 ? new Uint8Array(0) : this.#reference(this.#build(below, depth + 1));
    });
    return this.#node([...children, new Uint8Array(0)]);
  }
  #node(fields: Uint8Array[]): Node {
    const rlp = RLP.encode(fields);
    const hash = hex(keccak_256(rlp));
    this.#nodes.set(hash, rlp);
    return { rlp, hash };
  }
  #reference({ rlp, hash }: Node): Uint8Array {
    assert(rlp.length >= 32, 'values are long, so that no node lies in another');
    return Buffer.from(hash.slice(2), 'hex');
  }
  proof(path: string): string[] {
    const nodes: string[] = [];
    let node: Uint8Array | undefined = this.#root;
    let depth = 0;
    while (node !== undefined) {
      nodes.push(hex(node));
      const fields = RLP.decode(node) as Uint8Array[];
      let child: Uint8Array | undefined;
      if (fields.length === 17) {
        child = fields[Number.parseInt(path[depth] ?? '0', 16)];
        depth += 1;
      } else {
        const digits = Buffer.from(fields[0] ?? []).toString('hex');
        const partial = digits.slice(Number.parseInt(digits[0] ?? '0', 16) % 2 === 1 ? 1 : 2);
        if (digits[0] === '2' || digits[0] === '3' || !path.startsWith(partial, depth)) return nodes;
        depth += partial.length;
        child = fields[1];
      }
      node = child?.length === 32 ? this.#nodes.get(hex(child)) : undefined;
    }
    return nodes;
  }
  get hashes(): ReadonlyMap<string, Uint8Array> {
    return this.#nodes;
  }
}

function compact(digits: string, isLeaf: boolean): Uint8Array {
  const flag = isLeaf ? 2 : 0;
  return Buffer.from(digits.length % 2 === 1 ? `${flag + 1}${digits}` : `${flag}0${digits}`, 'hex');
}

const value = (number: number): Uint8Array => RLP.encode(Buffer.alloc(32, (number % 250) + 1));

/** Slots of which `isThere`, as a trie. */
function storage(slots: readonly number[]): Trie {
  return new Trie(new Map(slots.map((number) => [pathOf(slot(number)), value(number)])));
}

/** A node with the account's storage after block 10 and after block 11. */
async function nodeWith(t: TestContext, tries: Record<number, Trie>, more: RpcHandlers = {}) {
  const server = await rpcServer(t, {
    eth_chainId: () => '0x1',
    eth_getProof: ([address, keys, tag]) => {
      const trie = tries[Number(tag)];
      const list = keys as string[];
      return {
        accountProof: [],
        storageProof: list.map((key) => ({ key, proof: address === ACCOUNT ? (trie?.proof(pathOf(key)) ?? []) : [] })),
      };
    },
    ...more,
  });
  return { server, endpoint: rpcEndpoint({ flag: '--l2', url: server.url, policy, log: silentLog }) };
}

const knowing = (
  blocks: ReadonlyMap<bigint, TouchedState>,
  named: TouchedState = { accounts: new Map(), codes: [] },
) => ({
  blocks,
  named,
});

const ALL = Array.from({ length: 300 }, (_, number) => number);
const touching = (slots: readonly number[]): TouchedState => ({
  accounts: new Map([[ACCOUNT, new Set(slots.map(slot))]]),
  codes: [],
});

/** Groups of slots whose hashes begin alike, and that are two or three. */
function groups(digits: number): number[][] {
  const byStart = new Map<string, number[]>();
  for (const number of ALL) {
    const start = pathOf(slot(number)).slice(0, digits);
    byStart.set(start, [...(byStart.get(start) ?? []), number]);
  }
  return [...byStart.values()].filter((group) => group.length === 2 || group.length === 3);
}

test('the leaf beside slots that become zero is made of what is left of the branch after the block', async (t) => {
  let found = 0;
  for (const group of groups(2).slice(0, 12)) {
    const [kept, ...gone] = group;
    assert(kept !== undefined);
    const [before, after] = [storage(ALL), storage(ALL.filter((number) => !gone.includes(number)))];
    const { endpoint, server } = await nodeWith(t, { 10: before, 11: after });
    const beside = besideProofs(async () => ({ number: 10n }));
    const touched = touching(gone);
    beside.add((await prove(endpoint, touched, 10n)).proofs);
    const wanted = before.proof(pathOf(slot(kept))).at(-1);
    assert(wanted !== undefined);
    const hash = keccak_256(Buffer.from(wanted.slice(2), 'hex'));
    const asked = server.calls.length;
    const node = await beside.find(hash, endpoint, knowing(new Map([[11n, touched]])));
    assert.equal(hex(node), wanted);
    assert(server.calls.length - asked <= 2, server.calls.join());
    found += 1;
  }
  assert(found >= 10);
});

test('a branch beside them, or a node beside what no block is known to change, is in the proof of a key that is searched for', async (t) => {
  const before = storage(ALL);
  const { endpoint } = await nodeWith(t, { 10: before });
  const beside = besideProofs(async () => ({ number: 10n }));
  beside.add((await prove(endpoint, touching([1]), 10n)).proofs);
  const [root] = before.proof(pathOf(slot(1)));
  assert(root !== undefined);
  const children = (RLP.decode(Buffer.from(root.slice(2), 'hex')) as Uint8Array[]).slice(0, 16);
  assert.equal(children.filter((child) => child.length === 32).length, 16);
  for (const child of children) {
    const node = await beside.find(child, endpoint, knowing(new Map()));
    assert.deepEqual(Buffer.from(keccak_256(node)), Buffer.from(child));
  }
  // Two levels down.
  const deeper = before.proof(pathOf(slot(1))).at(-2);
  assert(deeper !== undefined);
  for (const child of (RLP.decode(Buffer.from(deeper.slice(2), 'hex')) as Uint8Array[]).slice(0, 16))
    if (child.length === 32)
      assert.deepEqual(
        Buffer.from(keccak_256(await beside.find(child, endpoint, knowing(new Map())))),
        Buffer.from(child),
      );
});

test('a slot there that debug_storageRangeAt knows is taken', async (t) => {
  const before = storage(ALL);
  const [group] = groups(2);
  const [gone, kept] = group ?? [];
  assert(gone !== undefined && kept !== undefined);
  const proofs: unknown[] = [];
  const { endpoint } = await nodeWith(
    t,
    { 10: before },
    {
      eth_getBlockByNumber: ([number]) => ({ hash: number }),
      debug_storageRangeAt: (params) => {
        proofs.push(params);
        return { storage: { [`0x${pathOf(slot(kept))}`]: { key: slot(kept), value: slot(1) } }, nextKey: null };
      },
    },
  );
  const beside = besideProofs(async () => ({ number: 10n }));
  beside.add((await prove(endpoint, touching([gone]), 10n)).proofs);
  const wanted = before.proof(pathOf(slot(kept))).at(-1) ?? '';
  const node = await beside.find(keccak_256(Buffer.from(wanted.slice(2), 'hex')), endpoint, knowing(new Map()));
  assert.equal(hex(node), wanted);
  const [first] = proofs as [string, number, string, string, number][];
  assert.deepEqual(first?.slice(0, 3), ['0xb', 0, ACCOUNT]);
  assert(pathOf(slot(kept)).startsWith((first?.[3] ?? '').slice(2).replace(/0+$/, '')));
});

test('a node that lies beside nothing, or too deep, is told with what to do', async (t) => {
  const before = storage(ALL);
  const { endpoint } = await nodeWith(t, { 10: before });
  const beside = besideProofs(async () => ({ number: 10n }));
  beside.add((await prove(endpoint, touching([1]), 10n)).proofs);
  await assert.rejects(
    beside.find(new Uint8Array(32).fill(9), endpoint, knowing(new Map())),
    /no proved node leads to 0x0909/,
  );
  // Two keys that begin with the same eight digits, and a third for a branch of two.
  const [a, b] = ['1234567811', '1234567822'].map((start) => start.padEnd(64, '3'));
  assert(a !== undefined && b !== undefined);
  const deep = new Trie(
    new Map([
      [a, value(1)],
      [b, value(2)],
      ['f'.repeat(64), value(3)],
    ]),
  );
  const proof = deep.proof(a).map((node) => Buffer.from(node.slice(2), 'hex'));
  const other = besideProofs(async () => ({ number: 10n }));
  // The path of a slot is its hash, which cannot be chosen: the proof is placed under the hash of one all the same.
  other.add([{ address: ACCOUNT, slot: slot(1), nodes: proof }]);
  const leaf = deep.proof(b).at(-1) ?? '';
  await assert.rejects(
    other.find(keccak_256(Buffer.from(leaf.slice(2), 'hex')), endpoint, knowing(new Map())),
    /the storage trie of 0xacac.* under .*give an --l2 that offers debug_dbGet or debug_executionWitness/,
  );
});
