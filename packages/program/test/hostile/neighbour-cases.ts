// More data against derivation, each the neighbour of another: blobs, L1 blocks and receipts of many small things, spans that
// overlap, streams of small pieces.
import { RLP } from '@ethereumjs/rlp';
import { concat, fixed, hashOf, integer, orderedTrie, varint } from '../derivation/encoding.js';
import { utf8 } from '../derivation/module.js';
import { MOST_BLOB_DATA } from './hostile-blobs.js';
import {
  HostileChain, inbox, portal, receiptOf, rlpList, rlpString, settings,
} from './hostile-chain.js'; // prettier-ignore
import {
  BASE, bitBytes, bitsOf, brotliWords, CONTENT, depositReceipt, manyFrames, of, openings, repeated, times, upTo, type HostileCase,
} from './hostile-data.js'; // prettier-ignore

const updateTopic = hashOf(utf8('ConfigUpdate(uint256,uint8,bytes)'));

/** A log of the system config's: an update of that type with a word of data. */
const updateLog = (type: number, word: Uint8Array): [Uint8Array, Uint8Array[], Uint8Array] => [
  settings,
  [updateTopic, new Uint8Array(32), fixed(type, 32)],
  concat(fixed(32, 32), fixed(32, 32), word),
];

interface WideSpan {
  blocks: number;
  /** Epoch of the last block, and its hash. */
  epoch: number;
  origin: Uint8Array;
  /** Whether a block's epoch is another than its parent's. */
  advances: (block: number) => boolean;
  /** A block with one transaction; none without. */
  busy?: number;
}

/** A span from block 1 on, as channels hold it. */
function wideSpan(chain: HostileChain, { blocks, epoch, origin, advances, busy }: WideSpan): Uint8Array {
  const bits = new Uint8Array(Math.ceil(blocks / 8));
  times(blocks, (i) => {
    if (advances(i + 1)) bits[bits.length - 1 - (i >> 3)] = (bits[bits.length - 1 - (i >> 3)] ?? 0) | (1 << (i & 7));
  });
  const counts = new Uint8Array(blocks);
  if (busy !== undefined) counts[busy - 1] = 1;
  const transaction = concat([1], [0], new Uint8Array(64).fill(1), [0xc3, 0x80, 0x80, 0x80], [0], [1], [0]);
  return rlpString(
    concat(
      [1],
      varint(2),
      varint(epoch),
      chain.genesisHash.subarray(0, 20),
      origin.subarray(0, 20),
      varint(blocks),
      bits,
      counts,
      busy === undefined ? [] : transaction,
    ),
  );
}

/** Six blocks to an epoch. */
const regular = (block: number): boolean => block % 6 === 0;

/** A chain whose first 600 blocks are one span's, and which has `count` spans over these that `change` makes other ones. */
const overlapping = (fork: 'granite' | 'holocene', count: number, change: (span: WideSpan) => WideSpan) =>
  of(fork, (c) => {
    times(101, () => c.seal([]));
    const origin = c.l1[100] ?? fixed(0, 32);
    const span: WideSpan = { blocks: 600, epoch: 100, origin, advances: regular };
    c.postChannel(wideSpan(c, span));
    c.postChannel(repeated(count, wideSpan(c, change(span))));
  });

/** A deflate stream of `count` blocks that each bring two code tables and no byte. */
function zlibTables(count: number): Uint8Array {
  // Lengths' codes: 18 (many zeros) and 1, of one bit each; literals: the end and one more; one distance.
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const codes = order.slice(0, 18).flatMap((symbol) => bitsOf(symbol === 18 || symbol === 1 ? 1 : 0, 3));
  const zeros = (n: number): number[] => [1, ...bitsOf(n - 11, 7)]; // symbol 18 has the code 1, symbol 1 the code 0
  const block = [
    // Not the last, dynamic; 257 literals, 1 distance, 18 lengths' codes.
    [0, 0, 1],
    [...bitsOf(0, 5), ...bitsOf(0, 5), ...bitsOf(14, 4), ...codes],
    // Literals 0 and 256, a distance; the end.
    [0, ...zeros(138), ...zeros(117), 0, 0],
    [1],
  ].flat();
  const eight = bitBytes(upTo(8).flatMap(() => block));
  return Buffer.concat([Uint8Array.of(0x78, 0x01), repeated(Math.ceil(count / 8), eight)]);
}

export const neighbourCases: HostileCase[] = [
  {
    name: 'twenty L1 blocks of 21 blobs of empty frames, before Holocene',
    isQuick: false,
    make: of('granite', (c) => {
      const count = Math.floor((MOST_BLOB_DATA - 1) / 23);
      const blobs = upTo(3).map((i) => c.blob(openings(count * i, count)));
      times(20, () => c.seal(blobs.map((hash) => c.blobTransaction(Array.from({ length: 7 }, () => hash)))));
    }),
    safeHead: 0,
    most: BASE + 8,
  },
  {
    name: 'twenty L1 blocks of 21 blobs of frames without end, since Holocene',
    isQuick: false,
    make: of('holocene', (c) => {
      const count = Math.floor((MOST_BLOB_DATA - 1) / 23);
      const data = manyFrames(count, 0, (view, i) => {
        view.setUint32(12, 1);
        view.setUint16(16, i);
      });
      const hash = c.blob(data);
      times(20, () => c.seal(upTo(3).map(() => c.blobTransaction(Array.from({ length: 7 }, () => hash)))));
    }),
    safeHead: 0,
    most: BASE + 8,
  },
  {
    name: '6,000 transactions of the batcher in one L1 block, of no byte, of one, and of an empty frame',
    isQuick: false,
    make: of('granite', (c) => {
      const some = [new Uint8Array(0), new Uint8Array(1), openings(1, 1)].map((data) => c.transaction(data));
      const tries = orderedTrie(upTo(6000).map((i) => some[i % 3] ?? new Uint8Array(0)));
      c.sealTries(tries, orderedTrie([]));
    }),
    safeHead: 0,
    most: BASE + 20,
  },
  {
    name: '4,000 channels in each of 400 L1 blocks, which time out',
    isQuick: false,
    make: of('granite', (c) => {
      const transactions = upTo(8).map((i) => c.transaction(openings(4000 * i, 4000)));
      // The ids come again when their channels are gone: Granite's timeout is 50 blocks.
      times(400, (i) => c.seal([transactions[Math.floor(i / 60) % 8] ?? new Uint8Array(0)]));
    }),
    safeHead: 0,
    most: BASE + 8,
  },
  {
    name: '10,000 spans over the last 600 blocks that differ in the last of them, before Holocene',
    isQuick: false,
    make: overlapping('granite', 10_000, (span) => ({ ...span, blocks: 601, busy: 600 })),
    safeHead: 600,
    most: BASE + 2 * CONTENT + 8,
  },
  {
    name: 'the same since Holocene',
    isQuick: false,
    make: overlapping('holocene', 10_000, (span) => ({ ...span, blocks: 601, busy: 600 })),
    // Since then what a span says of safe blocks is not compared.
    safeHead: 601,
    most: BASE + 2 * CONTENT,
  },
  {
    name: '10,000 spans that are the safe blocks again',
    isQuick: false,
    make: overlapping('holocene', 10_000, (span) => span),
    safeHead: 600,
    most: BASE + 2 * CONTENT,
  },
  {
    name: '10,000 spans that are the safe blocks and one more, all the same',
    isQuick: false,
    make: overlapping('granite', 10_000, (span) => ({ ...span, blocks: 601 })),
    safeHead: 601,
    most: BASE + 2 * CONTENT + 8,
  },
  {
    name: 'a span of ten million blocks, each in an epoch of its own, before Holocene',
    isQuick: false,
    make: of('granite', (c) => {
      c.seal([]);
      const origin = c.l1[1] ?? fixed(0, 32);
      c.postChannel(wideSpan(c, { blocks: 10_000_000, epoch: 10_000_000, origin, advances: () => true }));
      c.postChannel(wideSpan(c, { blocks: 10_000_000, epoch: 1, origin, advances: (block) => block === 9_999_999 }));
    }),
    safeHead: 0,
    most: BASE + 2 * CONTENT,
  },
  {
    name: '3.5 million words of the Brotli dictionary',
    isQuick: false,
    make: of('holocene', (c) => c.postCompressed(brotliWords(5, false))),
    safeHead: 0,
    most: BASE + CONTENT + 8,
  },
  {
    name: '700,000 words of the Brotli dictionary, changed in every way',
    isQuick: true,
    make: of('granite', (c) => c.postCompressed(brotliWords(1, true))),
    safeHead: 0,
    most: BASE + CONTENT + 8,
  },
  {
    name: '600,000 blocks of deflate with code tables and no byte',
    isQuick: false,
    make: of('granite', (c) => c.postCompressed(zlibTables(600_000))),
    safeHead: 0,
    most: BASE + CONTENT + 24,
  },
  {
    name: '20,000 blocks of deflate with code tables and no byte',
    isQuick: true,
    make: of('granite', (c) => c.postCompressed(zlibTables(20_000))),
    safeHead: 0,
    most: BASE + CONTENT + 8,
  },
  {
    name: 'a deposit of 20 MB of call data, and the most that one may ask for',
    isQuick: false,
    make: of(
      'holocene',
      (c) => {
        c.seal([c.transaction(new Uint8Array(0), portal)], [depositReceipt(1, 20_000_000)]);
        times(14, () => c.seal([]));
      },
      { window: 8 },
    ),
    safeHead: 6 * (16 - 8 + 1) - 1,
    most: BASE + 170,
  },
  {
    name: '50,000 updates of the system configuration in an L1 block, of all types and of none, twenty times',
    isQuick: false,
    make: of(
      'jovian',
      (c) => {
        const words = [fixed(1, 32), fixed(30_000_000, 32), new Uint8Array(32).fill(0xff)];
        // Not the batcher's address.
        const logs = upTo(50_000).map((i) => updateLog(1 + (i % 9), words[i % 3] ?? new Uint8Array(32)));
        const receipts = orderedTrie([receiptOf(logs)]);
        const transactions = orderedTrie([c.transaction(new Uint8Array(0), portal)]);
        times(20, () => c.sealTries(transactions, receipts));
        times(14, () => c.seal([]));
      },
      { window: 10 },
    ),
    safeHead: 6 * (35 - 10 + 1) - 1,
    most: BASE + 64,
  },
  {
    name: '200,000 logs of the portal with four topics each that are no deposits',
    isQuick: false,
    make: of('holocene', (c) => {
      const log = RLP.encode([portal, upTo(4).map(() => updateTopic), new Uint8Array(32)]);
      const head = [Uint8Array.of(1), integer(5), new Uint8Array(256)].map((item) => RLP.encode(item));
      const receipt = concat([2], rlpList(concat(...head, rlpList(repeated(200_000, log)))));
      c.seal([c.transaction(new Uint8Array(0), inbox)], [receipt]);
    }),
    safeHead: 0,
    most: BASE + 120,
  },
];
