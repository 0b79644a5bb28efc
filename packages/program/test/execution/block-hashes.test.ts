import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { addPreimage, fromHex, startModule, toHex, type Harness, type Preimages } from './module.js';
import { forks } from './blocks.js';
import { headerRlp, World } from './world.js';

/** Hashes of headers 0 to `count` - 1, each the parent of the next; their RLP in `preimages`. */
function chain(count: number, preimages: Preimages, salt = 0): string[] {
  const hashes: string[] = [];
  for (let number = 0; number < count; number++) {
    const fields = RLP.decode(headerRlp(forks.indexOf('granite'), '00'.repeat(32), BigInt(salt), {})) as Uint8Array[];
    fields[0] = fromHex(hashes.at(-1) ?? '00'.repeat(32));
    fields[8] = number === 0 ? new Uint8Array(0) : fromHex(number.toString(16).padStart(4, '0').replace(/^00/, ''));
    hashes.push(addPreimage(preimages, RLP.encode(fields)));
  }
  return hashes;
}

function hashOf(module: Harness, number: number): string | null {
  const out = module.put(new Uint8Array(32));
  return module.call('blockHash', BigInt(number), out) === 0 ? null : toHex(module.get(out, 32));
}

function setParent(module: Harness, number: number, hashes: string[]): void {
  const hash = (at: number): number => module.put(fromHex(hashes[at] ?? ''));
  module.call('setParent', BigInt(number), hash(number), hash(number - 1));
}

test('hashes of the 256 blocks before the present one, each header read once', () => {
  const preimages: Preimages = new Map();
  const hashes = chain(400, preimages);
  const module = startModule(preimages);
  setParent(module, 300, hashes);
  assert.equal(hashOf(module, 300), hashes[300]);
  assert.equal(module.reads, 0);
  for (const number of [299, 290, 295, 45, 200]) assert.equal(hashOf(module, number), hashes[number]);
  assert.equal(module.reads, 255);
  assert.equal(module.hints[0], `l2-block-header 0x${hashes[300]}`);
  for (const number of [44, 0, 301, 2 ** 40]) assert.equal(hashOf(module, number), null);
  // The next blocks push the oldest out; nothing is read again.
  for (let number = 301; number < 340; number++) setParent(module, number, hashes);
  for (const number of [84, 300, 339]) assert.equal(hashOf(module, number), hashes[number]);
  assert.equal(hashOf(module, 83), null);
  assert.equal(module.reads, 255);
});

test('another branch of the chain begins anew', () => {
  const preimages: Preimages = new Map();
  const hashes = chain(60, preimages);
  const others = chain(60, preimages, 1);
  const module = startModule(preimages);
  setParent(module, 50, hashes);
  assert.equal(hashOf(module, 40), hashes[40]);
  setParent(module, 51, others);
  for (const number of [51, 50, 40]) assert.equal(hashOf(module, number), others[number]);
  setParent(module, 51, hashes);
  assert.equal(hashOf(module, 50), hashes[50]);
});

test('BLOCKHASH in a transaction is that of a block before', () => {
  const contract = '99'.repeat(20);
  // SSTORE(0, BLOCKHASH(NUMBER - 1))
  const code = '600143034060005500';
  const world = new World('granite', { [contract]: { nonce: 1n, code } });
  for (let round = 0; round < 3; round++) {
    const parent = toHex(keccak_256(world.head));
    world.execute([deposit(contract)]);
    assert.equal(world.storage(contract, 0n), BigInt(`0x${parent}`));
  }
});

function deposit(to: string): Uint8Array {
  const none = new Uint8Array(0);
  const fields = [new Uint8Array(32), fromHex('11'.repeat(20)), fromHex(to), none, none, fromHex('0186a0'), none, none];
  return Uint8Array.of(0x7e, ...RLP.encode(fields));
}
