/** Gathering from endpoints that serve real chain data, compared with what the reference's host stored. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import {
  blobKey,
  formatHint,
  keccak256Key,
  keyHex,
  memoryStore,
  type Oracle,
  parseHint,
  type PreimageStore,
  sha256Key,
} from '@obelisc/preimage';
import {
  createOracle,
  DEFAULT_RETRY_POLICY,
  elementPoint,
  FIELD_ELEMENTS,
  layOutBlob,
  networkFetcher,
} from '../src/index.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  bytes,
  claimOf,
  devnetChain,
  gathered,
  type L1Block,
  l1Blocks,
  l2Blocks,
  withoutDevnet,
} from './devnet-data.js';
import { devnetServers, type FakeEndpoint, type RpcHandlers, transactionsOf } from './fake-endpoints.js';
import { rootsOf } from './list-roots.js';

type Setting = { oracle: Oracle; store: PreimageStore; l1: FakeEndpoint; l2: FakeEndpoint; beacon: FakeEndpoint };

async function setting(
  t: TestContext,
  change: { l1?: RpcHandlers; rpcKind?: 'basic' | 'debug_geth' | 'any' } = {},
): Promise<Setting> {
  const { l1, l2, beacon, urls } = await devnetServers(t, { l1: change.l1 });
  const store = memoryStore();
  const claim = claimOf('g10');
  const chain = devnetChain();
  const { l1: _, ...options } = change;
  const fetcher = networkFetcher({
    endpoints: { ...urls, ...options },
    claim,
    chain,
    policy: DEFAULT_RETRY_POLICY,
  });
  return { oracle: createOracle({ claim, chain, store, fetcher }), store, l1, l2, beacon };
}

const hint = (type: string, hash: string) => formatHint({ type, payload: bytes(hash) });
const hashKey = (hash: string) => keccak256Key(bytes(hash));

/** The blocks of L1 that range g10 reads. */
function l1Range(): L1Block[] {
  return l1Blocks().filter(({ number }) => number <= 5);
}

/** Announces and asks for everything of a list's trie, as a program that walks it does. */
async function walk(
  oracle: Oracle,
  announcement: string,
  root: string,
  visit: (leaf: Uint8Array) => void,
): Promise<void> {
  await oracle.hint(announcement);
  const empty = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
  const { RLP } = await import('@ethereumjs/rlp');
  const descend = async (node: unknown): Promise<void> => {
    const fields = node as Uint8Array[];
    if (fields.length === 17) {
      for (const child of fields.slice(0, 16)) await follow(child);
      if (fields[16] !== undefined && fields[16].length > 0) visit(fields[16]);
    } else if (((fields[0]?.[0] ?? 0) & 0x20) !== 0) visit(fields[1] ?? new Uint8Array(0));
    else await follow(fields[1]);
  };
  const follow = async (reference: unknown): Promise<void> => {
    if (Array.isArray(reference)) await descend(reference);
    else if (reference instanceof Uint8Array && reference.length === 32)
      await descend(RLP.decode(await oracle.get(keccak256Key(reference))));
  };
  if (root !== empty) await descend(RLP.decode(await oracle.get(hashKey(root))));
}

test(
  'headers, transactions, receipts, blobs and state: every pre-image the reference gathered for g10 is gathered, byte for byte',
  { skip: withoutDevnet },
  async (t) => {
    const { oracle, store } = await setting(t);
    const reference = new Map(gathered('g10'));
    const claim = claimOf('g10');
    const [blob] = l1Range().flatMap(({ sidecars }) => sidecars ?? []);
    assert(blob !== undefined);
    // The points of the reference's form of that time, commitment ++ index, have no reader and are not stored.
    for (let index = 0; index < FIELD_ELEMENTS; index++) {
      const point = elementPoint(bytes(blob.kzg_commitment), index, 'index');
      if (index !== 1) assert(reference.delete(keyHex(keccak256Key(keccak_256(point)))));
    }

    const output = hint('l2-output', `0x${Buffer.from(claim.l2OutputRoot).toString('hex')}`);
    await oracle.hint(output);
    assert.equal((await oracle.get(keccak256Key(claim.l2OutputRoot))).length, 128);

    for (const block of l1Range()) {
      const header = rootsOf(block.raw);
      await oracle.hint(hint('l1-block-header', block.hash));
      await oracle.get(hashKey(block.hash));
      const transactions: string[] = [];
      await walk(oracle, hint('l1-transactions', block.hash), header.transactions, (leaf) =>
        transactions.push(`0x${Buffer.from(leaf).toString('hex')}`),
      );
      assert.deepEqual(transactions.toSorted(), transactionsOf(block.raw).toSorted());
      const receipts: string[] = [];
      await walk(oracle, hint('l1-receipts', block.hash), header.receipts, (leaf) =>
        receipts.push(`0x${Buffer.from(leaf).toString('hex')}`),
      );
      assert.deepEqual(receipts.toSorted(), block.rawReceipts.toSorted());
    }
    for (const block of l2Blocks().filter(({ number }) => number <= 13)) {
      if (!reference.has(keyHex(hashKey(block.hash)))) continue;
      await oracle.hint(hint('l2-block-header', block.hash));
      await oracle.get(hashKey(block.hash));
      await walk(oracle, hint('l2-transactions', block.hash), rootsOf(block.raw).transactions, () => undefined);
    }
    await fetchBlobs(oracle, [...reference.keys()]);
    await fetchPrecompiles(oracle, reference);
    // What is left are state trie nodes and contract codes.
    for (const [key, value] of reference) {
      if (store.get(Buffer.from(key, 'hex')) !== undefined || !key.startsWith('02')) continue;
      const hash = keccak_256(Buffer.from(value, 'hex'));
      await oracle.hint(formatHint({ type: 'l2-state-node', payload: hash }));
      await oracle.get(keccak256Key(hash));
    }

    for (const form of ['index', 'root'] as const) layOutBlob(store, bytes(blob.kzg_commitment), form);
    // Commitment ++ 1 is element 1 in the reference's form of that time and element 0 in the specification's, which is stored.
    const ours = new Map(
      [...reference.keys()].map((key) => [key, Buffer.from(store.get(Buffer.from(key, 'hex')) ?? []).toString('hex')]),
    );
    const shared = keyHex(blobKey(keccak_256(elementPoint(bytes(blob.kzg_commitment), 1, 'index'))));
    assert.equal(reference.get(shared), blob.blob.slice(2 + 64, 2 + 128));
    assert.equal(ours.get(shared), blob.blob.slice(2, 2 + 64));
    ours.set(shared, reference.get(shared) ?? '');
    assert.deepEqual(ours, reference);
  },
);

/** Asks for the blobs whose commitment the reference stored, in the form of the specification. */
async function fetchBlobs(oracle: Oracle, keys: string[]): Promise<void> {
  for (const block of l1Range()) {
    for (const sidecar of block.sidecars ?? []) {
      const versionedHash = await versioned(sidecar.kzg_commitment);
      if (!keys.includes(keyHex(sha256Key(versionedHash)))) continue;
      await oracle.hint(blobHint(versionedHash, BigInt(sidecar.index), BigInt(0x6b03a4de + 3 * block.number)));
      const commitment = await oracle.get(sha256Key(versionedHash));
      for (let index = 0; index < FIELD_ELEMENTS; index += 1000) {
        const element = await oracle.get(blobKey(keccak_256(elementPoint(commitment, index, 'root'))));
        assert.equal(Buffer.from(element).toString('hex'), sidecar.blob.slice(2 + 64 * index, 66 + 64 * index));
      }
    }
  }
}

/** The reference stored each precompile's hint as the keccak256 pre-image with the result's own hash. */
async function fetchPrecompiles(oracle: Oracle, reference: Map<string, string>): Promise<void> {
  for (const [key, result] of reference) {
    if (!key.startsWith('06')) continue;
    const payload = reference.get(`02${key.slice(2)}`);
    assert(payload !== undefined);
    await oracle.hint(`l1-precompile-v2 0x${payload}`);
    assert.equal(
      Buffer.from(await oracle.get(Buffer.from(key, 'hex'))).toString('hex'),
      result,
      parseHint(`x 0x${payload}`).payload.toString(),
    );
  }
}

for (const rpcKind of ['basic', 'debug_geth', 'any'] as const) {
  test(`receipts are the same with --l1.rpckind=${rpcKind}`, { skip: withoutDevnet }, async (t) => {
    const { oracle, l1 } = await setting(t, { rpcKind });
    for (const block of l1Range()) {
      const receipts: string[] = [];
      await walk(oracle, hint('l1-receipts', block.hash), rootsOf(block.raw).receipts, (leaf) =>
        receipts.push(`0x${Buffer.from(leaf).toString('hex')}`),
      );
      assert.deepEqual(receipts.toSorted(), block.rawReceipts.toSorted());
    }
    assert(l1.calls.includes(rpcKind === 'basic' ? 'eth_getTransactionReceipt' : 'debug_getRawReceipts'));
    assert(!l1.calls.includes('eth_getBlockReceipts'));
  });
}

test('nothing is asked of an endpoint before something is missing', { skip: withoutDevnet }, async (t) => {
  const { oracle, store, l1, l2, beacon } = await setting(t);
  const block = l1Range()[3];
  assert(block !== undefined);
  for (const [key, value] of gathered('g10')) store.put(Buffer.from(key, 'hex'), Buffer.from(value, 'hex'));
  await oracle.hint(hint('l1-block-header', block.hash));
  await oracle.get(hashKey(block.hash));
  await oracle.hint(hint('l1-transactions', block.hash));
  assert.deepEqual([...l1.calls, ...l2.calls, ...beacon.calls], []);
});

test('all hints are remembered, not only the last', { skip: withoutDevnet }, async (t) => {
  const { oracle } = await setting(t);
  const [first, second] = l1Range().slice(3);
  assert(first !== undefined && second !== undefined);
  await oracle.hint(hint('l1-transactions', first.hash));
  await oracle.hint(hint('l1-block-header', second.hash));
  await oracle.hint(hint('l1-transactions', second.hash));
  assert((await oracle.get(hashKey(rootsOf(first.raw).transactions))).length > 0);
  assert((await oracle.get(hashKey(second.hash))).length > 0);
});

function blobHint(versionedHash: Uint8Array, index: bigint, timestamp: bigint): string {
  const payload = new Uint8Array(48);
  payload.set(versionedHash);
  new DataView(payload.buffer).setBigUint64(32, index);
  new DataView(payload.buffer).setBigUint64(40, timestamp);
  return formatHint({ type: 'l1-blob', payload });
}

async function versioned(commitment: string): Promise<Uint8Array> {
  const { sha256 } = await import('@noble/hashes/sha2.js');
  const hash = sha256(bytes(commitment));
  hash[0] = 1;
  return hash;
}

test(
  'a client of June 2026 names the chain behind L2’s hashes, and a blob without its index',
  { skip: withoutDevnet },
  async (t) => {
    const { oracle } = await setting(t);
    const claim = claimOf('g10');
    const chainId = Buffer.alloc(8);
    chainId.writeBigUInt64BE(901n);
    const named = (type: string, hash: Uint8Array) => formatHint({ type, payload: Buffer.concat([hash, chainId]) });
    await oracle.hint(named('l2-output', claim.l2OutputRoot));
    assert.equal((await oracle.get(keccak256Key(claim.l2OutputRoot))).length, 128);
    const head = l2Blocks().find(({ hash }) => hash === `0x${Buffer.from(claim.l2Head).toString('hex')}`);
    assert(head !== undefined);
    await oracle.hint(named('l2-block-header', claim.l2Head));
    await oracle.get(keccak256Key(claim.l2Head));
    await walk(oracle, named('l2-transactions', claim.l2Head), rootsOf(head.raw).transactions, () => undefined);
    await oracle.hint(named('l2-state-node', bytes(head.stateRoot)));
    await oracle.get(hashKey(head.stateRoot));

    const block = l1Blocks().find(({ sidecars }) => (sidecars ?? []).length > 0);
    const [sidecar] = block?.sidecars ?? [];
    assert(block !== undefined && sidecar !== undefined);
    const commitment = bytes(sidecar.kzg_commitment);
    const versionedHash = createHash('sha256').update(commitment).digest();
    versionedHash[0] = 1;
    const header = (await import('@ethereumjs/rlp')).RLP.decode(bytes(block.raw)) as Uint8Array[][];
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(`0x${Buffer.from(header[0]?.[11] ?? []).toString('hex')}`));
    await oracle.hint(formatHint({ type: 'l1-blob', payload: Buffer.concat([versionedHash, time]) }));
    assert.deepEqual(Uint8Array.from(await oracle.get(sha256Key(versionedHash))), commitment);
    for (const index of [0, 1, FIELD_ELEMENTS - 1]) {
      const element = await oracle.get(blobKey(keccak_256(elementPoint(commitment, index, 'root'))));
      assert.deepEqual(Uint8Array.from(element), bytes(sidecar.blob).slice(32 * index, 32 * index + 32));
    }
  },
);

test(
  'with the root of a list come all of its nodes, once, and the store has them too',
  { skip: withoutDevnet },
  async (t) => {
    const { oracle, store } = await setting(t);
    let nodes = 0;
    for (const block of l1Range()) {
      const roots = rootsOf(block.raw);
      for (const [type, root] of [
        ['l1-transactions', roots.transactions],
        ['l1-receipts', roots.receipts],
      ] as const) {
        await oracle.hint(hint(type, block.hash));
        await oracle.get(hashKey(root));
        const ahead = oracle.ahead?.();
        assert.equal(oracle.ahead?.(), undefined);
        if (ahead === undefined) continue;
        assert(typeof ahead.lengths !== 'number');
        let at = 0;
        for (const [index, length] of ahead.lengths.entries()) {
          const key = ahead.keys.slice(32 * index, 32 * (index + 1));
          const value = ahead.values.slice(at, at + length);
          assert.deepEqual(Buffer.from(keccak256Key(keccak_256(value))), Buffer.from(key));
          assert.deepEqual(Buffer.from(store.get(key) ?? []), Buffer.from(value));
          at += length;
          nodes += 1;
        }
        assert.equal(at, ahead.values.length);
      }
    }
    assert(nodes > 10, `${nodes} nodes`);
  },
);
