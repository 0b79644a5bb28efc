// Random chains of one oddity each, in the form of what is posted: streams, frames, RLP, spans, blobs, receipts, updates of the
// settings. A valid batch comes before it, behind it or in it, so that the blocks show what became of the rest.
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { RLP } from '@ethereumjs/rlp';
import { batcherData, concat, fixed, frame, hashOf, integer, varint, type Item } from '../derivation/encoding.js';
import { utf8 } from '../derivation/module.js';
import { Random } from '../derivation/scenario-parts.js';
import { headerRlp } from '../execution/world.js';
import { forks as executionForks } from '../execution/blocks.js';
import { encodeBlob } from './hostile-blobs.js';
import {
  brotli, depositLog, genesisTime, HostileChain, portal, receiptOf, rlpList, rlpString, settings, singular, zlib, type ForkName,
} from './hostile-chain.js'; // prettier-ignore
import { bitBytes, bitsOf, firstTime, valid } from './hostile-data.js';
import { sampleState } from './sample-state.js';

export interface Sample {
  readonly name: string;
  readonly chain: HostileChain;
}

/** Number of the block that samples are judged by. */
export const SAMPLE_BLOCK = 12;

const none = new Uint8Array(0);
type Fill = (chain: HostileChain, random: Random) => void;

const MAKERS: readonly (readonly [kind: string, forks: readonly ForkName[], fill: Fill])[] = [
  ['zlib', ['canyon', 'granite', 'karst'], (chain, random) => void chain.postCompressed(oddZlib(chain, random))],
  [
    'brotli',
    ['ecotone', 'fjord', 'granite', 'karst'],
    (chain, random) => void chain.postCompressed(oddBrotli(chain, random)),
  ],
  ['frames', ['regolith', 'granite', 'holocene', 'karst'], oddFrames],
  ['batch', ['canyon', 'granite', 'karst'], oddBatch],
  ['span', ['delta', 'granite', 'holocene', 'isthmus', 'karst'], oddSpan],
  ['blob', ['ecotone', 'granite', 'holocene', 'karst'], oddBlob],
  ['receipt', ['regolith', 'ecotone', 'holocene', 'isthmus', 'jovian', 'karst'], oddReceipt],
  ['settings', ['regolith', 'canyon', 'ecotone', 'fjord', 'holocene', 'isthmus', 'jovian', 'karst'], oddSettings],
];

/** The sample of a seed: kinds take turns. */
export function makeSample(seed: number): Sample {
  const random = new Random(seed);
  const [kind, forks, fill] = MAKERS[seed % MAKERS.length] ?? [];
  if (kind === undefined || forks === undefined || fill === undefined) throw new Error('there is no such kind');
  const fork = random.pick(forks);
  const header = headerRlp(executionForks.indexOf(fork), sampleState.rootHex, BigInt(genesisTime), {
    number: 0n,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
  });
  const chain = new HostileChain({ fork, window: 60, genesis: { number: 0, header } });
  chain.seal([]);
  fill(chain, random);
  const behind = random.chance(0.1) ? 60 : 0;
  while (chain.l1.length < 70 + behind) chain.seal([]);
  return { name: `${kind}, ${fork}, seed ${seed}`, chain };
}

/** Batches for the first blocks, of which the first alone can be right: the parents of the others are not known here. */
function body(chain: HostileChain, random: Random): Uint8Array {
  const later = Array.from({ length: random.int(0, 2) }, (_, i) =>
    singular({ time: firstTime + 2 + 2 * i, epochHash: chain.l1[0] ?? none, epoch: 0 }, none),
  );
  const noise = random.chance(0.5) ? rlpString(concat([0], random.bytes(random.int(1, 6000)))) : none;
  return concat(valid(chain, none), ...later, noise);
}

/** One or two bits of it changed, its end missing, or something behind it; or as it is. */
function damaged(data: Uint8Array, random: Random): Uint8Array {
  const result = data.slice();
  switch (random.int(0, 4)) {
    case 0:
      result[random.int(1, data.length - 1)] = random.int(0, 255);
      return result;
    case 1:
      return data.subarray(0, Math.max(1, data.length - random.int(1, 12)));
    case 2:
      return concat(data, random.bytes(random.int(1, 8)));
    default:
      return data;
  }
}

function adler(data: Uint8Array): Uint8Array {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return concat(fixed(b, 2), fixed(a, 2));
}

/** The two bytes of a zlib header whose check is right. */
const zlibHeader = (cmf: number, flags = 0): number[] => [cmf, flags | ((31 - (((cmf << 8) | flags) % 31)) % 31)];

function storedZlib(data: Uint8Array, pieces: number, random: Random): Uint8Array {
  const size = Math.ceil(data.length / pieces);
  const blocks = Array.from({ length: pieces }, (_, i) => {
    const part = data.subarray(i * size, (i + 1) * size);
    const { length } = part;
    const isLast = i === pieces - 1 ? 1 : 0;
    const padding = random.chance(0.2) ? 0xf8 : 0;
    return concat([isLast | padding, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255], part);
  });
  const check = random.pick([adler(data), adler(data), adler(data).subarray(0, 2), none, fixed(0x01020304, 4)]);
  return concat(zlibHeader(0x78), ...blocks, check);
}

function oddZlib(chain: HostileChain, random: Random): Uint8Array {
  const content = body(chain, random);
  const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FULL_FLUSH } = constants;
  const split = random.int(1, content.length - 1);
  return random.pick<() => Uint8Array>([
    () => damaged(zlib(content), random),
    () => damaged(zlib(content), random),
    () => storedZlib(content, random.int(1, 40), random),
    () => concat(zlibHeader((random.int(0, 9) << 4) | 8), zlib(content).subarray(2)),
    () => concat(zlibHeader(random.pick([0x77, 0x79, 0x7f, 0x8f, 0xf8, 0x0f])), zlib(content).subarray(2)),
    () => concat(zlibHeader(0x78, 0x20), fixed(random.int(0, 9), 4), zlib(content).subarray(2)),
    () => deflateSync(content, { strategy: random.pick([Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]), level: random.int(0, 9) }),
    () =>
      concat(
        deflateSync(content.subarray(0, split), { finishFlush: Z_FULL_FLUSH }),
        deflateRawSync(content.subarray(split)),
        adler(content),
      ),
    () => concat(zlib(content), zlib(content)),
    () => random.pick([gzipSync(content), deflateRawSync(content), Uint8Array.of(0x78), zlib(none)]),
  ])();
}

/** RFC 7932: an uncompressed meta-block behind `window`'s bits, and the end. */
function storedBrotli(data: Uint8Array, window: number[], padding: number, end: number[]): Uint8Array {
  const bits = [...window, 0, 0, 0, ...bitsOf(data.length - 1, 16), 1];
  while (bits.length % 8 !== 0) bits.push(padding);
  return concat([1], bitBytes(bits), data, end);
}

function oddBrotli(chain: HostileChain, random: Random): Uint8Array {
  const content = body(chain, random);
  const { BROTLI_PARAM_LGWIN: window, BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_LARGE_WINDOW: large } = constants;
  return random.pick<() => Uint8Array>([
    () => damaged(brotli(content), random),
    () => damaged(brotli(content), random),
    () => damaged(brotli(concat(content, content)), random),
    () =>
      concat(
        [1],
        brotliCompressSync(content, { params: { [window]: random.int(10, 24), [quality]: random.int(0, 11) } }),
      ),
    () => concat([1], brotliCompressSync(content, { params: { [large]: 1, [window]: random.int(25, 30) } })),
    () =>
      storedBrotli(
        content,
        random.pick([[0], [0], [1, 0, 0, 0, 1, 0, 0]]),
        random.int(0, 1),
        random.pick([[3], [3], [], [3, 7]]),
      ),
    () => concat([random.pick([0, 2, 3, 0x10, 0x81])], brotli(content).subarray(1)),
    () =>
      random.pick([
        Uint8Array.of(1),
        Uint8Array.of(1, 3),
        Uint8Array.of(1, 6),
        concat([1], bitBytes([0, 0, 1, 1, 1, 0, 0, 0]), [3]),
      ]),
  ])();
}

function oddFrames(chain: HostileChain, random: Random): void {
  const data = zlib(body(chain, random));
  const ids = [fixed(77, 16), fixed(78, 16)] as const;
  const size = random.int(1, data.length);
  const frames: Uint8Array[] = [];
  for (let at = 0, number = 0; at < data.length; at += size, number++) {
    frames.push(
      frame({ channel: ids[0], number, data: data.subarray(at, at + size), isLast: at + size >= data.length }),
    );
    if (random.chance(0.2))
      frames.push(
        frame({ channel: ids[0], number: number + random.int(0, 3), data: none, isLast: random.chance(0.3) }),
      );
    if (random.chance(0.2))
      frames.push(frame({ channel: ids[1], number: random.int(0, 2), data, isLast: random.chance(0.5) }));
    if (frames.length > 12) break;
  }
  if (random.chance(0.3)) frames.reverse();
  const changed = frames.map((each) => {
    const copy = each.slice();
    if (random.chance(0.05)) copy[copy.length - 1] = 2;
    if (random.chance(0.05))
      copy.set(random.pick([fixed(0xffffffff, 4), fixed(1_000_001, 4), fixed(each.length, 4)]), 18);
    return random.chance(0.05) ? copy.subarray(0, copy.length - random.int(1, 22)) : copy;
  });
  for (let at = 0; at < changed.length;) {
    const count = random.int(1, 5);
    const posted = batcherData(...changed.slice(at, at + count));
    if (random.chance(0.05)) posted[0] = 1;
    chain.seal([chain.transaction(random.chance(0.05) ? none : posted)]);
    at += count;
    const pause = random.pick([0, 0, 1, 48, 51]);
    for (let i = 0; i < pause && chain.l1.length < 65; i++) chain.seal([]);
  }
}

/** A number in one of the ways to write it, right and wrong. */
function oddNumber(value: number, random: Random): Item {
  return random.pick<Item>([
    integer(value), integer(value), integer(value), concat([0], integer(value)), fixed(2n ** 64n, 9), fixed(2n ** 64n - 1n, 8), none, [], fixed(value, 8),
  ]); // prettier-ignore
}

/** The header of an RLP string in one of the ways to write it. */
function oddString(content: Uint8Array, random: Random): Uint8Array {
  const { length } = content;
  return random.pick<() => Uint8Array>([
    () => rlpString(content),
    () => rlpString(content),
    () => concat([0xb8, length & 255], content),
    () => concat([0xb9, length >> 8, length & 255], content),
    () => concat([0xbf], fixed(random.pick([BigInt(length), 2n ** 63n, 2n ** 64n - 1n]), 8), content),
    () => concat([0xba], fixed(length + random.int(-1, 3), 3), content),
    () => rlpList(content),
  ])();
}

function oddBatch(chain: HostileChain, random: Random): void {
  const hash = chain.l1[0] ?? none;
  const transactions = random.pick<Uint8Array>([
    rlpList(none), rlpList(none), Uint8Array.of(0x80), Uint8Array.of(0xf8, 0), rlpList(Uint8Array.of(0xc0)), rlpList(Uint8Array.of(0x80)),
    rlpList(Uint8Array.of(0x81, 2)), rlpList(rlpString(concat([random.pick([2, 3, 4, 0x7e, 0x7f])], RLP.encode([1, 2])))),
  ]); // prettier-ignore
  const fields = [
    random.chance(0.1) ? [chain.genesisHash] : chain.genesisHash,
    oddNumber(0, random),
    random.pick([hash, hash, hash, hash.subarray(1), concat(hash, [0])]),
    oddNumber(firstTime, random),
  ].map((field) => RLP.encode(field));
  const tail = random.chance(0.1) ? Uint8Array.of(0x80) : none;
  const type = random.pick([[0], [0], [0], [0], [2], [0x7f], []]);
  const odd = oddString(
    concat(type, rlpList(concat(...fields, transactions, tail)), random.chance(0.1) ? [0] : []),
    random,
  );
  chain.postCompressed(zlib(concat(random.chance(0.1) ? [random.pick([5, 0x80, 0xc0])] : [], odd, valid(chain, none))));
}

/** A number of a span, mostly as it should be. */
const oddVarint = (value: number, random: Random): number[] =>
  random.chance(0.85)
    ? varint(value)
    : random.pick([
        varint(value + 1), [...Array.from({ length: 9 }, () => 0x80), value & 1], [...Array.from({ length: 10 }, () => 0x80), 0],
        [(value & 0x7f) | 0x80, 0], varint(2n ** 64n - 1n), varint(2n ** 63n), varint(10_000_001),
      ]); // prettier-ignore

function spanTransaction(random: Random): Uint8Array {
  const v = integer(1);
  const address = fixed(1, random.pick([20, 20, 20, 19]));
  const list: Item[] = random.pick<Item[]>([[], [], [[address, [fixed(1, random.pick([32, 32, 31]))]]]]);
  const tuple: Item[] = [integer(10), address, none, integer(random.pick([0, 1, 256])), integer(5), integer(6)];
  const extra: Item[] = random.chance(0.1) ? [none] : [];
  const value = random.pick([v, v, v, fixed(2n ** 256n, 33), Uint8Array.of(0, 1), fixed(2n ** 256n - 1n, 32)]);
  return random.pick<() => Uint8Array>([
    () => RLP.encode([value, integer(7), none, ...extra]),
    () => concat([1], RLP.encode([value, integer(7), none, list, ...extra])),
    () => concat([2], RLP.encode([value, integer(random.int(1, 9)), integer(7), none, list, ...extra])),
    () =>
      concat(
        [4],
        RLP.encode([value, integer(7), integer(9), none, list, random.pick<Item[]>([[], [tuple]]), ...extra]),
      ),
    () => concat([random.pick([0, 3, 5, 0x7e, 0x80])], RLP.encode([value, integer(7), integer(9), none, list])),
    () =>
      random.pick([
        Uint8Array.of(0xc0),
        Uint8Array.of(0xf8, 3, 1, 7, 0x80),
        Uint8Array.of(0xc3, 0, 7, 0x80),
        Uint8Array.of(0xfa, 255, 255, 255),
      ]),
  ])();
}

/** A span of the first blocks in its columns, some of which are not as they should be. */
function oddSpanBatch(chain: HostileChain, random: Random): Uint8Array {
  const blocks = random.pick([3, 3, 3, 5, 20]);
  const count = random.chance(0.6) ? 0 : 1;
  const counts = Array.from({ length: blocks }, (_, i) => (i === 0 ? count : 0));
  const epoch = random.pick([0, 0, 0, 1]);
  const bits = new Uint8Array(Math.ceil(blocks / 8) + (random.chance(0.05) ? 1 : 0));
  if (epoch === 1) bits[0] = random.pick([1, 2, 4, 7]);
  else if (random.chance(0.1)) bits[0] = random.int(1, 255);
  const check = (hash: Uint8Array | undefined): Uint8Array =>
    random.chance(0.05) ? new Uint8Array(20) : (hash ?? none).subarray(0, 20);
  const isCreation = random.chance(0.2);
  const bit = (isSet: boolean): number => (isSet ? 1 : 0) | (random.chance(0.05) ? random.pick([2, 0x80, 0xfe]) : 0);
  const columns = concat(
    [bit(isCreation), bit(random.chance(0.3))],
    new Uint8Array(64).fill(random.pick([1, 0, 255])),
    isCreation === random.chance(0.95) ? none : fixed(5, 20),
    spanTransaction(random),
    oddVarint(0, random),
    oddVarint(21_000, random),
    random.chance(0.7) ? [bit(random.chance(0.7))] : none,
  );
  return concat(
    [1], oddVarint(random.pick([2, 2, 2, 2, 0, 1, 3, 4]), random), oddVarint(epoch, random), check(chain.genesisHash), check(chain.l1[epoch]),
    oddVarint(blocks, random), bits, counts.flatMap((each) => oddVarint(each, random)), count === 0 ? none : columns,
    random.chance(0.1) ? [7] : [],
  ); // prettier-ignore
}

function oddSpan(chain: HostileChain, random: Random): void {
  const spans = Array.from({ length: random.int(1, 3) }, () => rlpString(oddSpanBatch(chain, random)));
  chain.postCompressed(zlib(concat(...spans, valid(chain, none))));
}

function oddBlob(chain: HostileChain, random: Random): void {
  const channel = (id: number, time: number): Uint8Array => {
    const data = zlib(
      time === firstTime ? valid(chain, none) : singular({ time, epochHash: chain.l1[0] ?? none }, none),
    );
    return batcherData(frame({ channel: fixed(id, 16), number: 0, data, isLast: true }));
  };
  const blob = encodeBlob(channel(9, firstTime));
  const element = 32 * random.pick([0, 1, 2, 3, 4, 5, 100, 4095, random.int(0, 4095)]);
  random.pick<() => void>([
    () => undefined,
    () => (blob[1] = random.int(0, 3)),
    () => blob.set(fixed(random.pick([0, 0x01fbfc, 0x01fbfd, 0xffffff, random.int(0, 300)]), 3), 2),
    () => (blob[element] = (blob[element] ?? 0) | random.pick([0x40, 0x80, 0x3f, 0x01])),
    () => (blob[random.int(0, blob.length - 1)] = random.int(1, 255)),
    () => blob.fill(random.pick([0, 0x3f, 0xff]), random.pick([0, element])),
  ])();
  const hash = chain.rawBlob(blob);
  const good = chain.blob(channel(10, firstTime));
  const hashes = random.pick([[hash], [hash, hash], [hash, good], [good, hash]]);
  const call = chain.transaction(channel(11, firstTime + 2));
  chain.seal([chain.blobTransaction(hashes), ...(random.chance(0.5) ? [call] : [])]);
}

type Log = [Uint8Array, Uint8Array[], Uint8Array];

const word = (random: Random): bigint =>
  random.pick([
    0n,
    1n,
    7n,
    2n ** 63n,
    2n ** 64n - 1n,
    2n ** 64n,
    2n ** 128n - 1n,
    2n ** 128n,
    2n ** 255n,
    2n ** 256n - 1n,
  ]);

function oddDeposit(random: Random): Log {
  const [, topics] = depositLog({ from: fixed(0xabc, 20), to: fixed(0xdef, 20), gas: 1n, data: none }) as Log;
  const gas = random.pick([0n, 1n, 20_999n, 21_000n, 100_000n, 100_000n, 20_000_000n, 30_000_001n, 2n ** 64n - 1n]);
  const value = random.chance(0.6) ? 0n : word(random);
  const mint = random.chance(0.5) ? 0n : word(random);
  const code = random.pick([none, Uint8Array.of(0x5b, 0x5f, 0x56), random.bytes(random.int(1, 70))]);
  const whole = concat(fixed(mint, 32), fixed(value, 32), fixed(gas, 8), [random.pick([0, 0, 0, 1, 2])], code);
  const opaque = random.chance(0.1) ? whole.subarray(0, random.int(0, 73)) : whole;
  const padding = new Uint8Array(random.chance(0.9) ? (32 - (opaque.length % 32)) % 32 : random.int(0, 70)).fill(
    random.pick([0, 0, 9]),
  );
  const length = random.chance(0.85)
    ? BigInt(opaque.length)
    : random.pick([BigInt(opaque.length + 1), BigInt(Math.max(0, opaque.length - 1)), word(random)]);
  const version = random.chance(0.95) ? 0n : word(random);
  const all = [...topics.slice(0, 3), fixed(version, 32)];
  if (random.chance(0.1)) all[1] = fixed(2n ** 256n - 1n, 32);
  return [
    random.chance(0.95) ? portal : fixed(1, 20),
    random.chance(0.95) ? all : all.slice(0, random.int(0, 3)),
    concat(fixed(random.chance(0.95) ? 32 : 64, 32), fixed(length, 32), opaque, padding),
  ];
}

function oddReceipt(chain: HostileChain, random: Random): void {
  const receipts = Array.from({ length: random.int(1, 3) }, () => {
    const logs = Array.from({ length: random.int(0, 3) }, () =>
      random.chance(0.85) ? oddDeposit(random) : ([fixed(1, 20), [], none] as Log),
    );
    const plain = receiptOf(logs).slice();
    if (random.chance(0.2)) plain[0] = random.pick([1, 3, 4]);
    const status = random.pick([none, Uint8Array.of(1), new Uint8Array(32)]);
    return random.chance(0.8) ? plain : concat([2], RLP.encode([status, integer(5), new Uint8Array(256), logs]));
  });
  chain.seal(
    receipts.map(() => chain.transaction(none, fixed(1, 20))),
    receipts,
  );
  chain.postCompressed(zlib(valid(chain, none)));
}

const updateTopic = hashOf(utf8('ConfigUpdate(uint256,uint8,bytes)'));

function oddUpdate(random: Random): Log {
  const payload = random.pick([
    fixed(5, 32), fixed(word(random), 32), concat(fixed(7, 32), fixed(word(random), 32)), none, fixed(7, 31), new Uint8Array(64).fill(255),
    concat(fixed(0, 32), [random.pick([0, 1, 2])], new Uint8Array(23), random.bytes(8)), fixed((250n << 32n) | BigInt(random.int(0, 6)), 32),
    fixed(random.int(10_000_000, 30_000_000), 32), random.bytes(32),
  ]); // prettier-ignore
  const length = random.chance(0.9) ? BigInt(payload.length) : word(random);
  const topics = [
    updateTopic,
    fixed(random.chance(0.95) ? 0 : 1, 32),
    fixed(random.chance(0.95) ? random.int(0, 8) : word(random), 32),
    fixed(0, 32),
  ];
  return [
    settings,
    topics.slice(0, random.chance(0.9) ? 3 : random.int(1, 4)),
    random.chance(0.95) ? concat(fixed(random.chance(0.95) ? 32 : 0, 32), fixed(length, 32), payload) : none,
  ];
}

function oddSettings(chain: HostileChain, random: Random): void {
  const logs = Array.from({ length: random.int(1, 4) }, () => oddUpdate(random));
  chain.seal([chain.transaction(none, fixed(1, 20))], [receiptOf(logs)]);
  chain.postCompressed(zlib(valid(chain, none)));
}
