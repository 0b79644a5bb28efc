// Data against derivation: who posts it, what it must not do. Each kind stands for a line of docs/limits.md.
import { brotliCompressSync, constants } from 'node:zlib';
import { RLP } from '@ethereumjs/rlp';
import { concat, fixed, integer, orderedTrie } from '../derivation/encoding.js';
import { brotli, inbox, portal, rlpList, rlpString, singular, span } from './hostile-chain.js';
import {
  BASE,
  CONTENT,
  firstTime,
  valid,
  of,
  times,
  depositReceipt,
  upTo,
  lastOfEmptyEpochs,
  LARGE,
  WAITING,
  repeated,
  brotliMetadata,
  brotliTables,
} from './hostile-data.js';
import { channelCases } from './channel-cases.js';
import { neighbourCases } from './neighbour-cases.js';
import { upgradeCases } from './upgrade-cases.js';
import type { HostileCase } from './hostile-data.js';

export const derivationCases: HostileCase[] = [
  ...channelCases,
  ...neighbourCases,
  ...upgradeCases,
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
