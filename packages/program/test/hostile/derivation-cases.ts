// Data against derivation: who posts it, what it must not do. Each kind stands for a line of docs/limits.md.
import { RLP } from '@ethereumjs/rlp';
import { batcherData, concat, fixed, frame, hashOf, integer, orderedTrie } from '../derivation/encoding.js';
import { utf8 } from '../derivation/module.js';
import {
  brotli, genesisTime, HostileChain, inbox, portal, rlpList, rlpString, singular, span, type ForkName,
} from './hostile-chain.js'; // prettier-ignore

export interface HostileCase {
  name: string;
  /** Whether `npm test` runs it too. */
  isQuick: boolean;
  make: () => HostileChain;
  /** Number of the claimed block, where that matters. */
  target?: number;
  /** What derivation must come to: the safe head's number. */
  safeHead: number;
  /** Most MiB that it may take. */
  most: number;
  /** Whether blocks with transactions are refused. */
  refuses?: boolean;
}

/** What a run takes whatever it derives: static data, tables, windows. */
const BASE = 4;
/** A place where a channel is decompressed to: 4 MiB at first, then all that is read of one. */
const CONTENT = 4 + 100_000_000 / 2 ** 20;

const firstTime = genesisTime + 2;

/** A batch of the first block that passes every check but execution's. */
const valid = (chain: HostileChain, payload: Uint8Array): Uint8Array =>
  singular(
    { parentHash: chain.genesisHash, epochHash: chain.l1[0] ?? new Uint8Array(32), epoch: 0, time: firstTime },
    payload,
  );

function of(
  fork: ForkName,
  fill: (chain: HostileChain) => void,
  options: { window?: number } = {},
): () => HostileChain {
  return () => {
    const chain = new HostileChain({ fork, ...options });
    fill(chain);
    chain.seal([]);
    return chain;
  };
}

const times = (count: number, action: (i: number) => void): void => {
  for (let i = 0; i < count; i++) action(i);
};

const depositTopic = hashOf(utf8('TransactionDeposited(address,address,uint256,bytes)'));

/** A receipt with `count` deposits that carry `size` bytes of call data each. */
function depositReceipt(count: number, size: number): Uint8Array {
  const opaque = concat(fixed(0, 64), fixed(21000, 8), [0], new Uint8Array(size));
  const padding = new Uint8Array((32 - (opaque.length % 32)) % 32);
  const none = new Uint8Array(32);
  const log = [
    portal,
    [depositTopic, none, none, none],
    concat(fixed(32, 32), fixed(opaque.length, 32), opaque, padding),
  ];
  return concat(
    [2],
    RLP.encode([Uint8Array.of(1), integer(5), new Uint8Array(256), Array.from({ length: count }, () => log)]),
  );
}

/** A batcher's transaction of `count` frames, each of `size` bytes that `write` fills in. */
function manyFrames(count: number, size: number, write: (view: DataView, i: number) => void): Uint8Array {
  const data = new Uint8Array(1 + count * (23 + size));
  for (let i = 0; i < count; i++) write(new DataView(data.buffer, 1 + i * (23 + size), 23 + size), i);
  return data;
}

/** Frames that open one channel each and hold nothing; `first` is the first channel's id. */
const openings = (first: number, count: number): Uint8Array =>
  manyFrames(count, 0, (view, i) => view.setUint32(12, first + i));

/** Frames of one channel by their numbers, a byte each. */
const numbered = (numbers: number[], last = -1): Uint8Array =>
  manyFrames(numbers.length, 1, (view, i) => {
    const number = numbers[i] ?? 0;
    view.setUint16(16, number);
    view.setUint32(18, 1);
    view.setUint8(23, number === last ? 1 : 0);
  });

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Number of the last block of those that are made without batches: six to an L1 block, once its window is over. */
const lastOfEmptyEpochs = (l1Head: number, window: number): number => 6 * (l1Head - window + 1) - 1;

const LARGE = 99_000_000;

export const derivationCases: HostileCase[] = [
  {
    name: 'a batch of a hundred million transactions of one byte, for another parent',
    isQuick: true,
    make: of('holocene', (c) => c.postChannel(singular({ time: firstTime }, new Uint8Array(LARGE).fill(2)))),
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: 'the same before Holocene',
    isQuick: false,
    make: of('granite', (c) => c.postChannel(singular({ time: firstTime }, new Uint8Array(LARGE).fill(2)))),
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: 'the same for the right parent: execution gets to see it',
    isQuick: false,
    make: of('holocene', (c) => {
      c.seal([]);
      c.postChannel(valid(c, new Uint8Array(LARGE).fill(2)));
    }),
    safeHead: 1,
    most: BASE + CONTENT,
    refuses: true,
  },
  {
    name: 'the same for the right parent before Holocene',
    isQuick: false,
    make: of('granite', (c) => {
      c.seal([]);
      c.postChannel(valid(c, new Uint8Array(LARGE).fill(2)));
    }),
    safeHead: 0,
    most: BASE + 2 * CONTENT + 98,
    refuses: true,
  },
  {
    name: 'a batch of a million transactions that are all executed',
    isQuick: true,
    make: of('holocene', (c) => {
      c.seal([]);
      c.postChannel(valid(c, new Uint8Array(1_000_000).fill(2)));
    }),
    safeHead: 1,
    most: BASE + 4,
  },
  {
    name: 'two channels of 10 MB before Fjord, a transaction each',
    isQuick: true,
    make: of('delta', (c) =>
      times(2, () => c.postChannel(singular({ time: firstTime }, rlpString(new Uint8Array(9_900_000).fill(1))))),
    ),
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: 'eleven channels with a transaction of 99 MB each',
    isQuick: false,
    make: of('holocene', (c) =>
      times(11, () => c.postChannel(singular({ time: firstTime }, rlpString(new Uint8Array(LARGE).fill(1))))),
    ),
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: 'ten span batches of ten million blocks',
    isQuick: false,
    make: of('holocene', (c) => times(10, () => c.postChannel(span({ relativeTime: 2, blocks: 10_000_000 })))),
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: 'a span batch of ten million blocks before Holocene, with the right checks',
    isQuick: false,
    make: of('granite', (c) => {
      c.seal([]);
      c.postChannel(
        span({ relativeTime: 2, blocks: 10_000_000, parent: c.genesisHash, origin: c.l1[0] ?? fixed(0, 32) }),
      );
    }),
    safeHead: 0,
    most: BASE + 2 * CONTENT + 12,
  },
  {
    name: 'a span batch with a million transactions in its first block',
    isQuick: false,
    make: of('holocene', (c) => {
      c.seal([]);
      c.postChannel(
        span({
          relativeTime: 2,
          blocks: 1,
          transactions: 1_300_000,
          parent: c.genesisHash,
          origin: c.l1[0] ?? fixed(0, 32),
        }),
      );
    }),
    safeHead: 1,
    most: BASE + CONTENT,
  },
  {
    name: '12,000 batches of the future before Holocene',
    isQuick: true,
    make: of('granite', (c) =>
      c.postChannel(
        Buffer.concat(upTo(12_000).map((i) => singular({ time: firstTime + 2000 + 2 * i }, new Uint8Array(0)))),
      ),
    ),
    safeHead: 0,
    most: BASE + 4 + 3,
  },
  {
    name: '300,000 batches of the future in three channels, all for one of ten blocks',
    isQuick: false,
    make: of('granite', (c) =>
      times(3, () =>
        c.postChannel(
          Buffer.concat(upTo(100_000).map((i) => singular({ time: firstTime + 20 + 2 * (i % 10) }, new Uint8Array(0)))),
        ),
      ),
    ),
    safeHead: 0,
    most: BASE + CONTENT + 95,
  },
  {
    name: 'six channels before Holocene with a batch of 99 MB for the block after the claimed one',
    isQuick: false,
    make: of('granite', (c) => {
      const data = brotli(singular({ time: firstTime + 20 }, rlpString(new Uint8Array(LARGE).fill(1))));
      times(6, () => c.postCompressed(data));
    }),
    target: 10,
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: '100,000 batches before Holocene for blocks that L1 does not reach',
    isQuick: true,
    make: of('granite', (c) =>
      c.postChannel(
        Buffer.concat(upTo(100_000).map((i) => singular({ time: firstTime + 4000 + 2 * i }, new Uint8Array(0)))),
      ),
    ),
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: '1,200 L1 blocks of 0.9 MB of frames that lead nowhere',
    isQuick: false,
    make: of('holocene', (c) => {
      const data = batcherData(
        frame({ channel: c.channelId(), number: 5, data: new Uint8Array(900_000), isLast: false }),
      );
      const transactions = orderedTrie([c.transaction(data)]);
      const receipts = orderedTrie([concat([2], RLP.encode([Uint8Array.of(1), integer(5), new Uint8Array(256), []]))]);
      times(1200, () => c.sealTries(transactions, receipts));
    }),
    safeHead: 0,
    most: BASE + 8,
  },
  {
    name: '100 MB of channel bank before Fjord, and as much again',
    isQuick: false,
    make: of('delta', (c) =>
      times(220, () =>
        c.seal([
          c.transaction(
            batcherData(frame({ channel: c.channelId(), number: 1, data: new Uint8Array(900_000), isLast: false })),
          ),
        ]),
      ),
    ),
    safeHead: 0,
    most: BASE + 100 + 8,
  },
  {
    name: '40,000 channels that stay open, before Holocene',
    isQuick: true,
    make: of('granite', (c) => times(10, (i) => c.seal([c.transaction(openings(4000 * i, 4000))]))),
    safeHead: 0,
    most: BASE + 12,
  },
  {
    name: '300,000 channels that stay open',
    isQuick: false,
    make: of('granite', (c) => times(10, (i) => c.seal([c.transaction(openings(30_000 * i, 30_000))]))),
    safeHead: 0,
    most: BASE + 90,
  },
  {
    name: '300,000 frames in one transaction since Holocene',
    isQuick: true,
    make: of('holocene', (c) => c.seal([c.transaction(openings(0, 300_000))])),
    safeHead: 0,
    most: BASE + 48,
  },
  {
    name: 'a channel of 65,536 frames, the last one first, each twice',
    isQuick: true,
    make: of('granite', (c) => {
      const numbers = upTo(65_536).toReversed();
      c.seal([c.transaction(numbered(numbers, 65_535)), c.transaction(numbered(numbers))]);
    }),
    safeHead: 0,
    most: BASE + 20,
  },
  {
    name: '65,000 frames that a last frame cuts off',
    isQuick: true,
    make: of('granite', (c) => {
      c.seal([c.transaction(numbered(upTo(65_000).slice(1))), c.transaction(numbered([0], 0))]);
    }),
    safeHead: 0,
    most: BASE + 20,
  },
  {
    name: 'a channel of empty stored blocks',
    isQuick: true,
    make: of('granite', (c) => {
      const data = new Uint8Array(8_000_002);
      data.set([0x78, 0x01]);
      for (let at = 2; at + 5 <= data.length; at += 5) data.set([0, 0, 0, 255, 255], at);
      c.postCompressed(data);
    }),
    safeHead: 0,
    most: BASE + CONTENT + 24,
  },
  {
    name: 'a channel of Brotli metadata',
    isQuick: true,
    make: of('granite', (c) => {
      // WBITS 16, then blocks that skip 65,535 bytes: ISLAST 0, MNIBBLES 0 (11), reserved 0, MSKIPBYTES 2, length less 1.
      const parts: Uint8Array[] = [];
      const skip = new Uint8Array(65_535);
      times(120, (i) => {
        const bits = (i === 0 ? [0] : []).concat(
          [0, 1, 1, 0, 0, 1],
          Array.from({ length: 16 }, (_, b) => (65_534 >> b) & 1),
        );
        const bytes = new Uint8Array(Math.ceil(bits.length / 8));
        bits.forEach((bit, b) => (bytes[b >> 3] = (bytes[b >> 3] ?? 0) | (bit << (b & 7))));
        parts.push(bytes, skip);
      });
      c.postCompressed(concat([1], ...parts, [3]));
    }),
    safeHead: 0,
    most: BASE + CONTENT + 24,
  },
  {
    name: 'an L1 transaction and a receipt of 20 MB',
    isQuick: false,
    make: of('holocene', (c) => {
      const log = [inbox, [], new Uint8Array(20_000_000)];
      const receipt = concat([2], RLP.encode([Uint8Array.of(1), integer(5), new Uint8Array(256), [log]]));
      c.seal([c.transaction(new Uint8Array(20_000_000))], [receipt]);
    }),
    safeHead: 0,
    most: BASE + 125,
  },
  {
    name: '60,000 deposits in one L1 block',
    isQuick: false,
    make: of(
      'holocene',
      (c) => {
        c.seal([c.transaction(new Uint8Array(0), portal)], [depositReceipt(60_000, 0)]);
        times(14, () => c.seal([]));
      },
      { window: 8 },
    ),
    safeHead: lastOfEmptyEpochs(16, 8),
    most: BASE + 36,
  },
  {
    name: 'twenty L1 blocks with 8 MB of deposits each',
    isQuick: false,
    make: of(
      'holocene',
      (c) => {
        const receipts = orderedTrie([depositReceipt(80, 100_000)]);
        const transactions = orderedTrie([c.transaction(new Uint8Array(0), portal)]);
        times(20, () => c.sealTries(transactions, receipts));
        times(14, () => c.seal([]));
      },
      { window: 30 },
    ),
    safeHead: lastOfEmptyEpochs(35, 30),
    most: BASE + 50,
  },
  {
    name: '400,000 logs in one L1 block',
    isQuick: false,
    make: of('holocene', (c) => {
      const log = RLP.encode([inbox, [], new Uint8Array(0)]);
      const logs = new Uint8Array(400_000 * log.length);
      for (let at = 0; at < logs.length; at += log.length) logs.set(log, at);
      const head = [Uint8Array.of(1), integer(5), new Uint8Array(256)].map((item) => RLP.encode(item));
      const receipt = concat([2], rlpList(concat(...head, rlpList(logs))));
      c.seal([c.transaction(new Uint8Array(0), portal)], [receipt]);
    }),
    safeHead: 0,
    most: BASE + 8,
  },
  {
    name: 'a window without batches: thousands of empty blocks',
    isQuick: false,
    make: of('holocene', (c) => times(700, () => c.seal([])), { window: 300 }),
    safeHead: lastOfEmptyEpochs(701, 300),
    most: BASE + 4,
  },
];
