// Random L1 chains whose batcher posts nonsense, half-sense and sense: derivation must come to an answer within its memory.
//   npm run fuzz:derivation -- [--seed N] [--seconds N]
// A chain that fails is named by its seed: `--seed N --seconds 0` runs it alone.
import { parseArgs } from 'node:util';
import { RLP } from '@ethereumjs/rlp';
import { batcherData, bitlist, concat, fixed, frame, hashOf, integer, varint } from '../derivation/encoding.js';
import { instantiate, utf8 } from '../derivation/module.js';
import { RandomNumbers } from '../random-numbers.js';
import {
  brotli, forks, genesisTime, HostileChain, inbox, portal, rlpList, rlpString, zlib,
} from './hostile-chain.js'; // prettier-ignore

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '60' } },
});

/** Most MiB that one of these chains may take: two places for what is read of a channel, and little more. */
const MOST = 24 + 2 * 99.4;

class Random extends RandomNumbers {
  /** Sizes from a byte to `most`, small ones more often. */
  size(most: number): number {
    return Math.floor(most ** this.next());
  }
}

/** Changes, inserts or takes away some bytes. */
function mutate(random: Random, data: Uint8Array): Uint8Array {
  let result: Uint8Array = data.slice();
  for (let left = random.int(1, 4); left > 0; left--) {
    const at = random.int(0, result.length);
    const rest = result.slice(at);
    switch (random.int(0, 4)) {
      case 0:
        if (at < result.length) result[at] = random.int(0, 255);
        break;
      case 1:
        result = concat(result.slice(0, at), random.bytes(random.size(40)), rest);
        break;
      case 2:
        result = concat(result.slice(0, at), rest.slice(random.size(200)));
        break;
      case 3:
        result = result.slice(0, at);
        break;
      default:
        result = concat(result, result.slice(at, at + random.size(5000)));
    }
  }
  return result;
}

function transactions(random: Random): Uint8Array {
  const strings = Array.from({ length: random.chance(0.3) ? 0 : random.size(300) }, () =>
    RLP.encode(
      random.chance(0.5) ? Uint8Array.of(random.pick([0, 2, 4, 0x7d, 0x7e, 0x7f])) : random.bytes(random.size(300)),
    ),
  );
  return concat(...strings);
}

function singularBatch(random: Random, chain: HostileChain): Uint8Array {
  const epoch = random.int(0, Math.min(3, chain.l1.length - 1));
  const fields = [
    random.chance(0.7) ? chain.genesisHash : random.bytes(32),
    integer(epoch),
    random.chance(0.8) ? (chain.l1[epoch] ?? random.bytes(32)) : random.bytes(32),
    integer(genesisTime + random.pick([2, 2, 4, 6, random.int(0, 4000)])),
  ];
  return concat([0], rlpList(concat(...fields.map((field) => RLP.encode(field)), rlpList(transactions(random)))));
}

function spanBatch(random: Random, chain: HostileChain): Uint8Array {
  const blocks = random.chance(0.1) ? random.size(20_000) : random.size(60);
  const counts = Array.from({ length: blocks }, () => (random.chance(0.7) ? 0 : random.int(0, 3)));
  const n = counts.reduce((sum, count) => sum + count, 0);
  const types = Array.from({ length: n }, () => random.pick([0, 0, 1, 2, 2, 2, 4, 0x7d, 5]));
  const creations = types.map(() => random.chance(0.3));
  const data = types.map((type) => {
    const value = integer(random.int(0, 1000));
    const input = random.bytes(random.size(100));
    const prices = type === 2 || type === 4 ? [integer(7), integer(9)] : [integer(7)];
    const accessList = [[random.bytes(20), [random.bytes(32)]]];
    const authorizations = [[integer(1), random.bytes(20), integer(2), integer(1), integer(5), integer(6)]];
    const fields = [
      value,
      ...prices,
      input,
      ...(type === 0 ? [] : [accessList]),
      ...(type === 4 ? [authorizations] : []),
    ];
    const list = RLP.encode(fields);
    return type === 0 ? list : concat([type], list);
  });
  const epoch = random.int(0, Math.min(3, chain.l1.length - 1));
  return concat(
    [1],
    varint(random.pick([2, 2, 4, random.int(0, 100)])),
    varint(epoch),
    random.chance(0.8) ? chain.genesisHash.slice(0, 20) : random.bytes(20),
    random.chance(0.8) ? (chain.l1[epoch] ?? chain.genesisHash).slice(0, 20) : random.bytes(20),
    varint(blocks),
    bitlist(counts.map(() => random.chance(0.02))),
    ...counts.map((count) => varint(count)),
    bitlist(creations),
    bitlist(types.map(() => random.chance(0.5))),
    random.bytes(64 * n),
    random.bytes(20 * creations.filter((isCreation) => !isCreation).length),
    ...data,
    ...types.map(() => varint(random.int(0, 500))),
    ...types.map(() => varint(random.int(21_000, 100_000))),
    bitlist(types.filter((type) => type === 0).map(() => random.chance(0.5))),
  );
}

function channelData(random: Random, chain: HostileChain): Uint8Array {
  const batches = Array.from({ length: random.int(1, 6) }, () => {
    let batch = random.chance(0.5) ? singularBatch(random, chain) : spanBatch(random, chain);
    if (random.chance(0.3)) batch = mutate(random, batch);
    return random.chance(0.05) ? batch : rlpString(batch);
  });
  let content = concat(...batches);
  if (random.chance(0.1)) content = mutate(random, content);
  let data = random.chance(0.5) ? brotli(content) : zlib(content);
  if (random.chance(0.3)) data = mutate(random, data);
  return data;
}

function frames(random: Random, chain: HostileChain, ids: Uint8Array[]): Uint8Array[] {
  if (random.chance(0.1)) {
    // Any frames of any channels.
    return Array.from({ length: random.size(300) }, () =>
      frame({
        channel: random.pick(ids),
        number: random.chance(0.8) ? random.int(0, 8) : random.int(0, 65_535),
        data: random.bytes(random.size(300)),
        isLast: random.chance(0.2),
      }),
    );
  }
  const data = channelData(random, chain);
  const channel = random.chance(0.9) ? chain.channelId() : random.pick(ids);
  const size = random.int(20, Math.max(20, data.length));
  const pieces: Uint8Array[] = [];
  for (let at = 0, number = 0; at === 0 || at < data.length; at += size, number++) {
    pieces.push(frame({ channel, number, data: data.slice(at, at + size), isLast: at + size >= data.length }));
  }
  if (random.chance(0.15)) pieces.splice(random.int(0, pieces.length - 1), 1);
  if (random.chance(0.15)) pieces.reverse();
  return pieces;
}

const topics = ['TransactionDeposited(address,address,uint256,bytes)', 'ConfigUpdate(uint256,uint8,bytes)'].map(
  (text) => hashOf(utf8(text)),
);

function receipt(random: Random): Uint8Array {
  const logs = Array.from({ length: random.size(40) }, () => {
    const opaque = concat(
      fixed(random.int(0, 1000), 64),
      fixed(random.int(0, 10 ** 6), 8),
      [0],
      random.bytes(random.size(200)),
    );
    const padded = concat(opaque, new Uint8Array((32 - (opaque.length % 32)) % 32));
    let data = concat(fixed(32, 32), fixed(opaque.length, 32), padded);
    // A deposit that can't be read stops any derivation: the portal makes none. Other contracts may say anything.
    const address = random.chance(0.6) ? portal : inbox;
    if (address === inbox && random.chance(0.5)) data = mutate(random, data);
    const known = random.chance(0.8) ? topics[0] : random.bytes(32);
    return [address, [known ?? fixed(0, 32), random.bytes(32), random.bytes(32), fixed(0, 32)], data];
  });
  return concat([2], RLP.encode([Uint8Array.of(random.int(0, 1)), integer(5), new Uint8Array(256), logs]));
}

function runChain(seed: number): void {
  const random = new Random(seed);
  const chain = new HostileChain({
    fork: random.pick(forks.slice(1)),
    window: random.int(4, 40),
    channelTimeout: random.int(2, 20),
  });
  const ids = Array.from({ length: 4 }, () => chain.channelId());
  for (let left = random.int(3, 30); left > 0; left--) {
    const sent: Uint8Array[] = [];
    for (let more = random.chance(0.7) ? random.int(1, 3) : 0; more > 0; more--) {
      let data = batcherData(...frames(random, chain, ids));
      if (random.chance(0.1)) data = mutate(random, data);
      sent.push(chain.transaction(data, random.chance(0.95) ? inbox : portal));
    }
    chain.seal(
      sent,
      sent.map(() => receipt(random)),
    );
  }
  const refuses = random.chance(0.3);
  const outcome = chain.derive({ refuses });
  if (outcome.failure !== '') throw new Error(`derivation failed: ${outcome.failure}`);
  if (!chain.has('holocene')) {
    // What waits is held in memory or read again: the blocks and the log are the same.
    const limits = [random.pick([0, 5000]), random.pick([0, 2000]), random.pick([1, 2, 10])] as const;
    const again = chain.derive({ refuses, limits });
    if (again.digest !== outcome.digest) throw new Error(`with limits ${limits.join(', ')} other blocks were built`);
    if (again.logDigest !== outcome.logDigest) throw new Error(`with limits ${limits.join(', ')} the log is another`);
  }
  if (outcome.mebibytes > MOST) throw new Error(`${outcome.mebibytes} MiB were taken, of ${MOST}`);
}

/** Blobs with some of their bytes changed: they hold data or none. */
function runBlob(seed: number): void {
  const random = new Random(seed);
  const blob = new Uint8Array(131_072);
  blob.set(
    concat([0, random.chance(0.9) ? 0 : 1], fixed(random.int(0, 2 ** 18), 3), random.bytes(random.size(20_000))),
  );
  for (let left = random.size(50); left > 0; left--) blob[random.int(0, blob.length - 1)] = random.int(0, 63);
  const module = instantiate();
  module.ask<string[]>('blob', module.call('place', blob) as number);
}

const first = Number(values.seed);
const end = Date.now() + 1000 * Number(values.seconds);
let seed = first;
do {
  try {
    runChain(seed);
    if (seed % 10 === 0) runBlob(seed);
  } catch (error) {
    process.stderr.write(`fuzz: seed ${seed} fails: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  seed += 1;
} while (Date.now() < end);
process.stdout.write(`${seed - first} chains from seed ${first} on, none failed\n`);
