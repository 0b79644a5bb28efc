// Data against derivation: who posts it, what it must not do. Each kind stands for a line of docs/limits.md.
import { brotliCompressSync, constants } from 'node:zlib';
import { RLP } from '@ethereumjs/rlp';
import { batcherData, concat, fixed, frame, integer, orderedTrie } from '../derivation/encoding.js';
import {
  brotli, depositLog, genesisTime, HostileChain, inbox, portal, receiptOf, rlpList, rlpString, singular, span, type ForkName,
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

/** A receipt with `count` deposits that carry `size` bytes of call data each. */
function depositReceipt(count: number, size: number): Uint8Array {
  const nobody = new Uint8Array(20);
  const log = depositLog({ from: nobody, to: nobody, gas: 21_000n, data: new Uint8Array(size) });
  return receiptOf(Array.from({ length: count }, () => log));
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

/** What is kept of batches that wait: 2^18 that are due and as many of the future, their queues, the numbers of the others. */
const WAITING = (2 * (1 << 18) * 128) / 2 ** 20 + 2 * 12 + 4;

/** The same bytes `count` times. */
function repeated(count: number, bytes: Uint8Array): Uint8Array {
  return Buffer.alloc(count * bytes.length, bytes);
}

/** Bits, least significant first, as bytes. */
function bitBytes(bits: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, b) => (bytes[b >> 3] = (bytes[b >> 3] ?? 0) | (bit << (b & 7))));
  return bytes;
}

const bitsOf = (value: number, width: number): number[] => Array.from({ length: width }, (_, b) => (value >> b) & 1);

/** A Brotli channel of `count` blocks that skip 65,535 bytes each. */
function brotliMetadata(count: number): Uint8Array {
  const skip = new Uint8Array(65_535);
  const parts: Uint8Array[] = [];
  times(count, (i) => {
    // WBITS 16; ISLAST 0, MNIBBLES 0 (11), reserved 0, MSKIPBYTES 2, length less 1.
    parts.push(bitBytes([...(i === 0 ? [0] : []), 0, 1, 1, 0, 0, 1, ...bitsOf(65_534, 16)]), skip);
  });
  return Buffer.concat([Uint8Array.of(1), ...parts, Uint8Array.of(3)]);
}

/** A Brotli channel of `count` meta-blocks of one byte each, every one with 256 codes over the 704 commands. */
function brotliTables(count: number): Uint8Array {
  // A lone symbol of `width` bits.
  const lone = (symbol: number, width: number): number[] => [1, 0, 0, 0, ...bitsOf(symbol, width)];
  // 256 codes of 8 bits: the code for lengths has the repetition alone, which takes no bits but the counts.
  const lengths = upTo(18).flatMap((i) => (i === 8 ? bitsOf(1, 2) : [0, 0]));
  const command = [0, 0, ...lengths, ...bitsOf(2, 2), ...bitsOf(2, 2), ...bitsOf(2, 2), ...bitsOf(1, 2)];
  const block = [
    [0, 0, 0, ...bitsOf(0, 16), 0], // one byte, compressed
    [0], // one type of literals
    [1, ...bitsOf(7, 3), ...bitsOf(127, 7), ...lone(0, 9), ...lone(0, 5), 0, 0], // 256 types of commands
    [0], // one type of distances
    [...bitsOf(0, 2), ...bitsOf(0, 4), 0, 0, 0, 0], // no postfix, no direct ones; modes and trees of contexts
    lone(0, 8),
    upTo(256).flatMap(() => command),
    lone(0, 6),
    [0, 0, 0, 0, 1, 0, 0, 0], // command 8, a byte to insert: its code is its number, from the highest bit on
  ].flat();
  const eight = bitBytes(upTo(8).flatMap(() => block));
  // WBITS 16 takes a bit: an empty metadata block fills the byte up.
  const head = bitBytes([0, 0, 1, 1, 0, 0, 0]);
  return Buffer.concat([Uint8Array.of(1), head, repeated(Math.ceil(count / 8), eight), Uint8Array.of(3)]);
}

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
    name: 'twenty channels before Holocene with a batch of 99 MB each that may become valid',
    isQuick: false,
    make: of('granite', (c) => {
      const epochHash = c.l1[0] ?? fixed(0, 32);
      const data = brotli(singular({ time: firstTime + 20, epochHash }, rlpString(new Uint8Array(LARGE).fill(2))));
      times(20, () => c.postCompressed(data));
    }),
    safeHead: 0,
    most: BASE + CONTENT,
  },
  {
    name: 'six batches of 99 MB before Holocene that are accepted one after the other, and refused by execution',
    isQuick: false,
    make: of('granite', (c) => {
      c.seal([]);
      const data = brotli(valid(c, rlpString(new Uint8Array(LARGE).fill(2))));
      times(6, () => c.postCompressed(data));
    }),
    safeHead: 0,
    most: BASE + 2 * CONTENT,
    refuses: true,
  },
  {
    name: 'three million batches before Holocene that wait for one block, until it comes without them',
    isQuick: false,
    make: of(
      'granite',
      (c) => {
        times(3, () => c.postChannel(repeated(1_000_000, singular({ time: firstTime + 20 }, new Uint8Array(0)))));
        times(14, () => c.seal([]));
      },
      { window: 10 },
    ),
    safeHead: lastOfEmptyEpochs(18, 10),
    most: BASE + 2 * CONTENT + WAITING,
  },
  {
    name: '300,000 batches that all become due with one block, in a million that wait',
    isQuick: false,
    make: of(
      'granite',
      (c) => {
        const due = repeated(300_000, singular({ time: firstTime + 20 }, new Uint8Array(0)));
        const later = upTo(700).map((i) =>
          repeated(1000, singular({ time: firstTime + 22 + 2 * i }, new Uint8Array(0))),
        );
        c.postChannel(concat(due, ...later));
        times(14, () => c.seal([]));
      },
      { window: 10 },
    ),
    safeHead: lastOfEmptyEpochs(16, 10),
    most: BASE + 2 * CONTENT + WAITING,
  },
  {
    name: '120 MB in a bank of 100 MB: last frames that cut off others make it forget the size of those that stay',
    isQuick: false,
    make: of('delta', (c) =>
      times(3, () => {
        const channel = c.channelId();
        const data = new Uint8Array(900_000).fill(7);
        const post = (number: number): Uint8Array =>
          c.transaction(batcherData(frame({ channel, number, data, isLast: false })));
        times(5, (i) => c.seal(upTo(9).map((j) => post(9 * i + j + 1))));
        const last = frame({ channel, number: 55, data: new Uint8Array(0), isLast: true });
        c.seal([post(60), c.transaction(batcherData(last))]);
      }),
    ),
    safeHead: 0,
    most: BASE + 64 + 24,
  },
  {
    name: '120 MB of a bank of 1 GB',
    isQuick: false,
    make: of('granite', (c) =>
      times(12, () => {
        const channel = c.channelId();
        const data = new Uint8Array(900_000).fill(7);
        c.seal(upTo(11).map((i) => c.transaction(batcherData(frame({ channel, number: i + 1, data, isLast: false })))));
      }),
    ),
    safeHead: 0,
    most: BASE + 64 + 24,
  },
  {
    name: 'a channel of 105 MB of Brotli metadata since Holocene: more than a channel may hold',
    isQuick: false,
    make: of('holocene', (c) => c.postCompressed(brotliMetadata(1610))),
    safeHead: 0,
    most: BASE + 64 + 24,
  },
  {
    name: 'a channel of 290 MB of Brotli metadata before Holocene',
    isQuick: false,
    make: of('granite', (c) => c.postCompressed(brotliMetadata(4420))),
    safeHead: 0,
    most: BASE + CONTENT + 64 + 17 + 24,
  },
  {
    name: 'a Brotli stream with a large window, which is refused',
    isQuick: true,
    make: of('holocene', (c) => {
      const data = brotliCompressSync(new Uint8Array(1 << 20), {
        params: { [constants.BROTLI_PARAM_LARGE_WINDOW]: 1, [constants.BROTLI_PARAM_LGWIN]: 30 },
      });
      c.postCompressed(concat([1], data));
    }),
    safeHead: 0,
    most: BASE + 4,
  },
  {
    name: 'a million code tables of Brotli',
    isQuick: false,
    make: of('holocene', (c) => c.postCompressed(brotliTables(4000))),
    safeHead: 0,
    most: BASE + CONTENT + 8,
  },
  {
    name: 'a code table of Brotli after the other',
    isQuick: true,
    make: of('holocene', (c) => c.postCompressed(brotliTables(100))),
    safeHead: 0,
    most: BASE + CONTENT + 8,
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
    most: BASE + 64 + 8,
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
    make: of('granite', (c) => c.postCompressed(brotliMetadata(120))),
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
