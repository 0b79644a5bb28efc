// Hostile data about the moment in which a fork comes into force: batches for its first block, with whatever that may not hold,
// beside its upgrade transactions; channels that begin under one fork's rules and end under the next one's.
import { RLP } from '@ethereumjs/rlp';
import { batcherData, concat, fixed, frame } from '../derivation/encoding.js';
import { brotli, forks, genesisTime, singular, span, zlib, type ForkName } from './hostile-chain.js';
import {
  BASE, CONTENT, differing, firstTime, IN_CHANNELS, LARGE, lastOfEmptyEpochs, of, openings, PARKED, repeated, times, upTo, valid, WAITING, wholeChannels, type HostileCase,
} from './hostile-data.js'; // prettier-ignore

/** The forks before and at an upgrade. */
const upgrades = forks.slice(1).map((fork, i) => [forks[i] ?? 'regolith', fork] as const);

/** Transactions of each type, whole and cut off, and what is none. */
const payloads = [0, 1, 2, 4, 0x7d, 0x7e, 0x7f].map((type) => RLP.encode(Uint8Array.of(type, 0xc0, 1)));

const isSince = (fork: ForkName, other: ForkName): boolean => forks.indexOf(fork) >= forks.indexOf(other);

/** Batches for the block of a time, `count` of each kind of transaction, for the right parent. */
const batchesAt = (parent: Uint8Array, epochHash: Uint8Array, time: number, count: number): Uint8Array =>
  concat(
    ...payloads.map((payload) => repeated(count, singular({ parentHash: parent, epochHash, epoch: 0, time }, payload))),
  );

export const upgradeCases: HostileCase[] = [
  ...upgrades.map(([before, fork]): HostileCase => {
    const bare = fork === 'jovian' || fork === 'karst';
    return {
      name: `14,000 batches for the first block of ${fork}, of every kind of transaction, which are refused`,
      isQuick: true,
      make: of(
        before,
        (c) => {
          const epochHash = c.l1[0] ?? fixed(0, 32);
          c.postChannel(batchesAt(c.genesisHash, epochHash, firstTime, 2000));
          c.postChannel(
            span({ parent: c.genesisHash, origin: epochHash, relativeTime: 2, blocks: 300, transactions: 1000 }),
          );
          c.postChannel(batchesAt(c.genesisHash, epochHash, firstTime + 2, 100));
        },
        { upgrade: { fork, time: firstTime } },
      ),
      // Since Holocene the first block is made of its deposits alone, and the span goes on; that of a later fork holds nothing else.
      safeHead: isSince(fork, 'holocene') && !bare ? 300 : 0,
      most: BASE + CONTENT + 24,
      refuses: true,
    };
  }),
  ...upgrades.map(([before, fork]): HostileCase => {
    const time = genesisTime + 12 * 5;
    return {
      name: `2,000 channels that begin before ${fork} and end after it, in 20,000 that stay open`,
      isQuick: true,
      make: of(
        before,
        (c) => {
          const epochHash = c.l1[0] ?? fixed(0, 32);
          const contents = [zlib, brotli].flatMap((compress) =>
            upTo(4).map((i) =>
              compress(singular({ epochHash, time: firstTime + 40 + 2 * i }, payloads[i] ?? new Uint8Array(0))),
            ),
          );
          const parts = upTo(2000).map((i) => {
            const data = contents[i % contents.length] ?? new Uint8Array(0);
            return { channel: fixed(10 ** 6 + i, 16), data, half: data.length >> 1 };
          });
          const first = parts.map(({ channel, data, half }) =>
            frame({ channel, number: 0, data: data.subarray(0, half), isLast: false }),
          );
          const last = parts.map(({ channel, data, half }) =>
            frame({ channel, number: 1, data: data.subarray(half), isLast: true }),
          );
          c.seal([c.transaction(openings(0, 20_000))]);
          c.seal([c.transaction(batcherData(...first))]);
          times(4, () => c.seal([c.transaction(openings(0, 5))]));
          c.seal([c.transaction(batcherData(...last))]);
          c.seal([c.transaction(batcherData(...first, ...last))]);
        },
        { upgrade: { fork, time } },
      ),
      safeHead: 0,
      most: BASE + 16,
    };
  }),
  {
    name: 'a million batches in 500,000 channels that wait when Holocene comes, and 99 MB of a batch after it',
    isQuick: false,
    make: of(
      'granite',
      (c) => {
        times(5, (i) =>
          c.seal([
            c.transaction(
              wholeChannels(
                100_000 * i,
                100_000,
                differing(() => firstTime + 200),
              ),
            ),
          ]),
        );
        const epochHash = c.l1[0] ?? fixed(0, 32);
        c.postChannel(repeated(500_000, singular({ epochHash, time: firstTime + 100 }, new Uint8Array(0))));
        times(3, () => c.seal([]));
        c.postChannel(valid(c, new Uint8Array(LARGE).fill(2)));
        times(34, () => c.seal([]));
      },
      { window: 30, upgrade: { fork: 'holocene', time: genesisTime + 12 * 8 } },
    ),
    safeHead: lastOfEmptyEpochs(45, 30),
    refuses: true,
    most: BASE + 2 * CONTENT + WAITING + IN_CHANNELS + (500_000 * PARKED) / 2 ** 20 + 24,
  },
];
