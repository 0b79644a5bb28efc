// Frames and channels against derivation: what a bank may hold. Each kind stands for a line of docs/limits.md.
import { RLP } from '@ethereumjs/rlp';
import { batcherData, concat, frame, integer, orderedTrie } from '../derivation/encoding.js';
import {
  BASE,
  firstTime,
  of,
  times,
  manyFrames,
  openings,
  numbered,
  upTo,
  lastOfEmptyEpochs,
  WAITING,
  IN_CHANNELS,
  PARKED,
  tiny,
  wholeChannels,
  differing,
  CONTENT,
  fillWaiting,
  inTurns,
} from './hostile-data.js';
import { MOST_BLOB_DATA } from './hostile-blobs.js';
import type { HostileChain } from './hostile-chain.js';
import type { HostileCase } from './hostile-data.js';

/** Posts `held` bytes of frames that lead nowhere, then `count` channels in eight frames of `size` bytes, a frame of each in a row. */
function scatter(chain: HostileChain, count: number, size: number, inBlobs: boolean, held = 66_000_000): void {
  times(Math.ceil(held / 9_900_000), () => {
    const channel = chain.channelId();
    const data = new Uint8Array(900_000).fill(7);
    chain.seal(
      upTo(11).map((i) => chain.transaction(batcherData(frame({ channel, number: i + 1, data, isLast: false })))),
    );
  });
  const perPiece = inBlobs ? Math.floor((MOST_BLOB_DATA - 1) / (23 + size)) : count;
  times(8, (number) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < count; at += perPiece) {
      const frames = manyFrames(Math.min(perPiece, count - at), size, (view, i) => {
        view.setUint32(12, 10 ** 6 + at + i);
        view.setUint16(16, number);
        view.setUint32(18, size);
        // Of zlib's form at first, and then no more.
        if (number === 0) view.setUint16(22, 0x789c);
        view.setUint8(22 + size, number === 7 ? 1 : 0);
      });
      pieces.push(frames);
    }
    chain.seal(
      inBlobs
        ? [chain.blobTransaction(pieces.map((piece) => chain.blob(piece)))]
        : pieces.map((piece) => chain.transaction(piece)),
    );
  });
}

export const channelCases: HostileCase[] = [
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
    name: 'five million channels of an empty frame each, as many as a bank of 1 GB holds, and 200,000 more',
    isQuick: false,
    make: of('granite', (c) => times(26, (i) => c.seal([c.transaction(openings(200_000 * i, 200_000))]))),
    safeHead: 0,
    most: BASE + (5_000_000 * 128) / 2 ** 20 + 64 + 32,
  },
  {
    name: 'four million channels of three tiny frames each',
    isQuick: false,
    make: of('granite', (c) =>
      times(40, (i) =>
        c.seal(
          // The last frame makes op-node forget the one before it: each channel counts as 201 bytes.
          upTo(3).map((k) =>
            c.transaction(
              manyFrames(100_000, 1, (view, j) => {
                view.setUint32(12, 100_000 * i + j);
                view.setUint16(16, [1, 9, 5][k] ?? 0);
                view.setUint32(18, 1);
                view.setUint8(23, k === 2 ? 1 : 0);
              }),
            ),
          ),
        ),
      ),
    ),
    safeHead: 0,
    most: BASE + (4_000_000 * 128) / 2 ** 20 + 64 + 24,
  },
  {
    name: 'eight million frames of a byte that a bank of 100 MB forgot the size of, last ones first',
    isQuick: false,
    make: of('delta', (c) => {
      const numbers = upTo(60_000).map((i) => 60_000 - i);
      times(140, (i) => {
        const ends = manyFrames(2, 0, (view, k) => {
          view.setUint32(12, i);
          view.setUint16(16, 65_535 - k);
          view.setUint8(22, k);
        });
        c.seal([c.transaction(tiny(i, 1, numbers)), c.transaction(ends)]);
      });
    }),
    safeHead: 0,
    most: BASE + (140 * 60_000 * 9) / 2 ** 20 + 10 + 24,
  },
  {
    name: 'two million frames of 100 bytes, and of 13, in a bank of 1 GB',
    isQuick: false,
    make: of('granite', (c) =>
      times(20, (i) =>
        c.seal([
          c.transaction(
            tiny(
              i,
              100,
              upTo(50_000).map((k) => k + 1),
            ),
          ),
          c.transaction(
            tiny(
              100 + i,
              13,
              upTo(50_000).map((k) => k + 1),
            ),
          ),
        ]),
      ),
    ),
    safeHead: 0,
    most: BASE + (1_000_000 * (1.03 * 103 + 4) + 1_000_000 * 21) / 2 ** 20 + 32,
  },
  {
    name: '10,000 channels in eight frames of 36 bytes, each of another blob, once a bank holds 64 MiB',
    isQuick: true,
    make: of('granite', (c) => scatter(c, 10_000, 36, true)),
    safeHead: 0,
    most: BASE + 64 + (10_000 * 5 * 128) / 2 ** 20 + 24,
  },
  {
    name: '10,000 channels in eight frames of 36 bytes, each of another transaction',
    isQuick: true,
    make: of('granite', (c) => scatter(c, 10_000, 36, false)),
    safeHead: 0,
    most: BASE + 64 + (10_000 * 5 * 128) / 2 ** 20 + 24,
  },
  {
    name: '600 MB of small frames in a bank that has forgotten their size, and channels that need some that are on L1 alone',
    isQuick: false,
    make: of('fjord', (c) => {
      const numbers = upTo(60_000).map((i) => 60_000 - i);
      times(100, (i) => {
        const ends = manyFrames(2, 0, (view, k) => {
          view.setUint32(12, i);
          view.setUint16(16, 65_535 - k);
          view.setUint8(22, k);
        });
        c.seal([c.transaction(tiny(i, 100, numbers)), c.transaction(ends)]);
      });
      scatter(c, 1000, 36, true, 0);
    }),
    safeHead: 0,
    most: BASE + 512 + (1_000_000 * 19) / 2 ** 20 + 8 + 48,
  },
  {
    name: 'four million channels before Holocene with one batch each that wait for one block',
    isQuick: false,
    make: of(
      'granite',
      (c) => {
        const contents = differing(() => firstTime + 20);
        times(40, (i) => c.seal([c.transaction(wholeChannels(100_000 * i, 100_000, contents))]));
        times(14, () => c.seal([]));
      },
      { window: 50 },
    ),
    safeHead: lastOfEmptyEpochs(55, 50),
    most: BASE + 2 * 4 + WAITING + IN_CHANNELS + (4_000_000 * PARKED) / 2 ** 20 + 24,
  },
  {
    name: 'a million channels before Holocene with one batch each that wait for a hundred blocks',
    isQuick: false,
    make: of(
      'granite',
      (c) => {
        const contents = differing((i) => firstTime + 20 + 2 * i);
        times(10, (i) => c.seal([c.transaction(wholeChannels(100_000 * i, 100_000, contents))]));
        times(34, () => c.seal([]));
      },
      { window: 30 },
    ),
    safeHead: lastOfEmptyEpochs(45, 30),
    most: BASE + 2 * 4 + WAITING + IN_CHANNELS + (1_000_000 * PARKED) / 2 ** 20 + 24,
  },
  ...[4, 40].map((count): HostileCase => ({
    name: `${count} channels of 90 MB before Holocene that have batches for 24 blocks in turns, which execution refuses`,
    isQuick: count === 4,
    make: of(
      'granite',
      (c) => {
        fillWaiting(c, firstTime + 46);
        inTurns(c, count, 24, 90_000_000, 30);
      },
      { window: 30 },
    ),
    safeHead: 24,
    target: 24,
    most: BASE + 2 * CONTENT + 32 + 8,
    refuses: true,
  })),
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
];
