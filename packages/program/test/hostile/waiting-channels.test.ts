// Batches that wait before Holocene in channels of every form: blocks and log are the same whether they wait in memory or are
// read again from their channels, and these from L1.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batcherData, concat, frame } from '../derivation/encoding.js';
import {
  genesisTime,
  HostileChain,
  type ChainOptions,
  type HostileOutcome,
  rlpString,
  singular,
  span,
  zlib,
} from './hostile-chain.js';
import { inTurns, times, upTo } from './hostile-data.js';

const none = new Uint8Array(0);

/** A chain whose channels hold batches for its first fifty blocks, few or thousands, in one frame or many, in order or not. */
function chainOfChannels(options: Partial<ChainOptions> = {}): HostileChain {
  const chain = new HostileChain({ fork: 'granite', window: 20, ...options });
  chain.seal([]);
  const wrong = new Uint8Array(32).fill(7);
  const parts = {
    // Not the first block's: each waits, and is dropped when its time has come.
    late: (i: number) => singular({ time: genesisTime + 4 + 2 * (i % 50), epochHash: wrong }, none),
    // The first block's, but for another parent: it is dropped at once.
    dropped: (i: number) => singular({ time: genesisTime + 2, epochHash: wrong, epoch: i % 3 }, none),
    empty: (i: number) =>
      singular(
        { time: genesisTime + 20 + (i % 9), epochHash: chain.l1[0] ?? wrong },
        i % 2 === 0 ? none : rlpString(none),
      ),
    span: (i: number) =>
      span({ parent: chain.genesisHash, relativeTime: 2 + 2 * (i % 12), epoch: i % 4, blocks: 1 + i }),
    malformed: () => rlpString(concat([1], new Uint8Array(3).fill(0xff))),
  };
  const many = (count: number, make: (i: number) => Uint8Array): Uint8Array => concat(...upTo(count).map(make));
  const contents: Uint8Array[] = [
    ...upTo(120).map(parts.late),
    ...upTo(20).map((i) => concat(parts.dropped(i), parts.late(i), parts.dropped(i))),
    ...upTo(12).map(parts.span),
    ...upTo(10).map((i) => concat(parts.empty(i), parts.span(3), parts.malformed(), parts.late(1))),
    many(40, parts.late),
    many(200, (i) => (i % 2 === 0 ? parts.late(i) : parts.dropped(i))),
    many(300, (i) => (i % 40 < 20 ? parts.late(i) : parts.dropped(i))),
    many(4500, (i) => (i < 2 || i > 4490 ? parts.late(i) : parts.dropped(i))),
    many(700, () => parts.late(3)),
  ];
  const pieces: Uint8Array[] = [];
  contents.forEach((content, i) => {
    const channel = chain.channelId();
    const data = zlib(content);
    const size = [data.length, Math.ceil(data.length / 2), 13, 5, 1000][i % 5] ?? 1;
    const frames: Uint8Array[] = [];
    for (let at = 0, number = 0; at < data.length; at += size, number++) {
      frames.push(frame({ channel, number, data: data.subarray(at, at + size), isLast: at + size >= data.length }));
    }
    if (i % 3 === 0) frames.reverse();
    pieces.push(...frames);
  });
  // Frames of many channels take turns.
  const lanes = 7;
  const turns = upTo(lanes).flatMap((lane) => pieces.filter((_, i) => i % lanes === lane));
  const perBlock = Math.ceil(turns.length / 6);
  times(6, (i) => {
    const own = turns.slice(perBlock * i, perBlock * (i + 1));
    const half = own.length >> 1;
    chain.seal([own.slice(0, half), own.slice(half)].map((frames) => chain.transaction(batcherData(...frames))));
  });
  times(40, () => chain.seal([]));
  return chain;
}

test('waiting batches are judged alike in memory, in their channels, and on L1', () => {
  const chain = chainOfChannels();
  const whole = chain.derive();
  assert.equal(whole.failure, '');
  assert.ok(whole.safeHead !== null && whole.safeHead > 100);
  for (const limits of [
    [0, 0, 1],
    [20_000, 0, 3],
    [0, 2000, 17],
    [0, 0, 200],
    [64 << 20, 0, 5],
  ] as const) {
    const again = chain.derive({ limits });
    assert.equal(again.failure, '', `limits ${limits.join(', ')}`);
    assert.equal(again.digest, whole.digest, `blocks with limits ${limits.join(', ')}`);
    assert.equal(again.logDigest, whole.logDigest, `log with limits ${limits.join(', ')}`);
  }
});

test('what waits when Holocene comes is given back, in memory, in its channels, or on L1', () => {
  for (const limits of [undefined, [0, 0, 1], [20_000, 0, 3], [64 << 20, 0, 200]] as const) {
    const at = (number: number): number => {
      // As few blocks of L1 that none has waited too long.
      const upgrade = { fork: 'holocene', time: genesisTime + 12 * number } as const;
      const chain = chainOfChannels({ window: 200, upgrade });
      const outcome = chain.derive({ limits });
      assert.equal(outcome.failure, '');
      return outcome.heldMebibytes;
    };
    const said = `limits ${String(limits)}`;
    // The last channel was posted in block 7.
    assert.ok(at(1000) > 0, `${said}: nothing waits`);
    for (const number of [8, 20]) assert.equal(at(number), 0, `${said}, Holocene in block ${number}`);
    // One channel may stay open of what comes after it.
    assert.ok(at(5) < 0.01, `${said}, Holocene in block 5`);
  }
});

test('channels whose batches are asked for in turns are read again a few times, not once a batch', () => {
  const blocks = 60;
  const channels = 8;
  const chain = new HostileChain({ fork: 'granite', window: 30 });
  inTurns(chain, channels, blocks, 5000, 30);
  const run = (encoded: number): HostileOutcome =>
    chain.derive({ target: blocks, refuses: true, limits: [0, encoded, 1 << 18] });
  const kept = run(1 << 20);
  assert.deepEqual([kept.failure, kept.safeHead], ['', blocks]);
  const nothing = run(0);
  const some = run(20_000);
  for (const outcome of [nothing, some]) {
    assert.deepEqual([outcome.failure, outcome.digest, outcome.logDigest], ['', kept.digest, kept.logDigest]);
  }
  // Each block asks for a batch of each channel that is not kept.
  const once = (nothing.read - kept.read) / (channels * (blocks - blocks / 6));
  const often = (some.read - kept.read) / once;
  assert.ok(often < 3 * channels, `${often} channels`);
});
