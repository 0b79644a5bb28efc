// Derives the recorded chain and compares what comes of it with the blocks that the Go software made.
import assert from 'node:assert/strict';
import { RLP } from '@ethereumjs/rlp';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { elementKey } from './blob-keys.js';
import { l1Blocks, l2Blocks, preimages, rollupJson, type L2Record } from './devnet.js';
import { orderedTrie } from './encoding.js';
import { fromHex, instantiate, toHex, utf8, type Module } from './module.js';

export interface Attributes {
  kind: 'attributes';
  number: string;
  timestamp: string;
  prevRandao: string;
  feeRecipient: string;
  parentBeaconBlockRoot: string | null;
  gasLimit: string;
  eip1559Params: string;
  transactions: string[];
}

export interface End {
  kind: 'end';
  failure?: string;
  safeHead?: string;
  claimed?: string;
}

type Fields = (Uint8Array | Fields)[];

const at = (fields: Fields, index: number): Uint8Array => {
  const item = fields[index];
  assert.ok(item instanceof Uint8Array);
  return item;
};

const listAt = (fields: Fields, index: number): Fields => {
  const item = fields[index];
  assert.ok(Array.isArray(item));
  return item;
};

const key = (type: string, digest: Uint8Array): string => type + toHex(digest).slice(4);

/** An oracle of the values, in which blobs have the keys that the specification names, once they are read. */
function withBlobs(values: Map<string, Uint8Array>): Module {
  const blobs = new Map<string, { commitment: Uint8Array; blob: Uint8Array }>();
  for (const block of l1Blocks()) {
    for (const sidecar of block.sidecars ?? []) {
      const commitment = fromHex(sidecar.kzg_commitment);
      const versionedHash = sha256(commitment);
      versionedHash[0] = 1;
      blobs.set(key('04', versionedHash), { commitment, blob: fromHex(sidecar.blob) });
    }
  }
  return instantiate((name) => {
    const sidecar = blobs.get(name);
    if (sidecar === undefined) return values.get(name);
    for (let i = 0; i < 4096; i++) {
      const element = sidecar.blob.subarray(32 * i, 32 * i + 32);
      values.set(key('05', keccak_256(elementKey(sidecar.commitment, i))), element);
    }
    return sidecar.commitment;
  });
}

/** An oracle of a recorded range. */
export const oracle = (range: string): Module =>
  withBlobs(new Map(preimages(range).map(([name, value]) => [name.slice(2), fromHex(value)])));

/** An oracle of the whole L1 chain, and of the L2 genesis block. */
export function wholeChain(): Module {
  const values = new Map<string, Uint8Array>();
  for (const block of l1Blocks()) {
    const fields = RLP.decode(fromHex(block.raw)) as Fields;
    values.set(key('02', fromHex(block.hash)), RLP.encode(listAt(fields, 0)));
    const transactions = listAt(fields, 1).map((tx) => (tx instanceof Uint8Array ? tx : RLP.encode(tx)));
    const tries = [transactions, block.rawReceipts.map(fromHex)].map(orderedTrie);
    for (const [hash, node] of tries.flatMap(({ nodes }) => nodes)) values.set(key('02', hash), node);
  }
  const [genesis] = blocks();
  assert.ok(genesis !== undefined);
  const header = listAt(RLP.decode(fromHex(genesis.raw)) as Fields, 0);
  values.set(key('02', fromHex(genesis.hash)), RLP.encode(header));
  return withBlobs(values);
}

const blocks = (): L2Record[] => l2Blocks();

function recorded(): Uint8Array {
  return RLP.encode(
    blocks().map((block) => {
      const header = RLP.encode(listAt(RLP.decode(fromHex(block.raw)) as Fields, 0));
      return Uint8Array.from([...fromHex(block.hash), ...header]);
    }),
  );
}

export function derive(
  module: Module,
  l1Head: string,
  l2Head: string,
  target: number,
): { built: Attributes[]; end: End } {
  const answer = module.ask<(Attributes | End)[]>(
    'run',
    utf8(rollupJson()),
    module.call('place', fromHex(l1Head)) as number,
    module.call('place', fromHex(l2Head)) as number,
    BigInt(target),
    recorded(),
  );
  const end = answer.find((entry): entry is End => entry.kind === 'end');
  assert.ok(end !== undefined);
  return { built: answer.filter((entry): entry is Attributes => entry.kind === 'attributes'), end };
}

export function compare(built: Attributes[], from: number): void {
  const all = blocks();
  built.forEach((attributes, i) => {
    const number = from + 1 + i;
    assert.equal(attributes.number, number.toString());
    const block = RLP.decode(fromHex(all[number]?.raw ?? '')) as Fields;
    const header = listAt(block, 0);
    const transactions = listAt(block, 1).map((tx) => toHex(tx instanceof Uint8Array ? tx : RLP.encode(tx)));
    assert.deepEqual(attributes.transactions, transactions, `transactions of block ${number}`);
    assert.equal(BigInt(attributes.timestamp), BigInt(toHex(at(header, 11))));
    assert.equal(attributes.feeRecipient, toHex(at(header, 2)));
    assert.equal(BigInt(attributes.gasLimit), BigInt(toHex(at(header, 9))));
    assert.equal(attributes.prevRandao, toHex(at(header, 13)));
    assert.equal(attributes.parentBeaconBlockRoot, toHex(at(header, 19)));
  });
}
