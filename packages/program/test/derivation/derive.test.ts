import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { elementKey } from './blob-keys.js';
import { l1Blocks, l2Blocks, preimages, ranges, rollupJson, skip, type L2Record } from './devnet.js';
import { fromHex, instantiate, toHex, utf8, type Module } from './module.js';

interface Attributes {
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

interface End {
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

/** An oracle of a recorded range whose blobs have the keys that the specification names, once they are hinted. */
function oracle(range: string): Module {
  const values = new Map(preimages(range).map(([name, value]) => [name.slice(2), fromHex(value)]));
  const blobs = new Map<string, { commitment: Uint8Array; blob: Uint8Array }>();
  for (const block of l1Blocks()) {
    for (const sidecar of block.sidecars ?? []) {
      const commitment = fromHex(sidecar.kzg_commitment);
      blobs.set(toHex(commitment), { commitment, blob: fromHex(sidecar.blob) });
    }
  }
  const module = instantiate((name) => {
    const value = values.get(name);
    if (name.startsWith('04') && value !== undefined) {
      const sidecar = blobs.get(toHex(value));
      assert.ok(sidecar !== undefined);
      for (let i = 0; i < 4096; i++) {
        values.set(
          key('05', keccak_256(elementKey(sidecar.commitment, i))),
          sidecar.blob.subarray(32 * i, 32 * i + 32),
        );
      }
    }
    return value;
  });
  return module;
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

function derive(module: Module, l1Head: string, l2Head: string, target: number): { built: Attributes[]; end: End } {
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

function compare(built: Attributes[], from: number): void {
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

for (const name of ['g10', 'b1', 'b10', 'b50']) {
  test(`the blocks of the recorded range ${name} are derived byte for byte`, { skip }, () => {
    const range = ranges().find((candidate) => candidate.name === name);
    const valid = range?.cases['valid']?.args;
    assert.ok(range !== undefined && valid !== undefined);
    const module = oracle(name);
    const { built, end } = derive(module, valid['l1.head'], valid['l2.head'], valid['l2.blocknumber']);
    assert.equal(end.failure, undefined);
    assert.equal(end.claimed, valid['l2.blocknumber'].toString());
    assert.ok(Number(end.safeHead) >= valid['l2.blocknumber']);
    assert.equal(built.length, Number(end.safeHead) - range.l2_start);
    compare(built, range.l2_start);
  });

  test(`an L1 head before the data of range ${name} leaves the agreed block`, { skip }, () => {
    const range = ranges().find((candidate) => candidate.name === name);
    const early = range?.cases['early-l1-head']?.args;
    assert.ok(range !== undefined && early !== undefined);
    const { end } = derive(oracle(name), early['l1.head'], early['l2.head'], early['l2.blocknumber']);
    assert.equal(end.failure, undefined);
    assert.ok(Number(end.claimed) < early['l2.blocknumber']);
  });
}
