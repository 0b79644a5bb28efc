import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { instantiate, toHex } from './module.js';

interface FrameFields {
  channel: number;
  number: number;
  data?: Uint8Array;
  isLast?: boolean | number;
}

const A = 0xaa;
const B = 0xbb;
const C = 0xcc;

function encode({ channel, number, data = Uint8Array.of(number), isLast = false }: FrameFields): number[] {
  const length = data.length;
  return [
    ...new Uint8Array(16).fill(channel), number >> 8, number & 255,
    length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255, ...data, Number(isLast),
  ]; // prettier-ignore
}

const transaction = (...frames: FrameFields[]): Uint8Array => Uint8Array.from([0, ...frames.flatMap(encode)]);

interface Parsed {
  problems: string[];
  frames: { channel: string; number: string; data: string; isLast: boolean }[];
}

const parse = (transactions: Uint8Array[], holocene = false): Parsed =>
  instantiate().ask<Parsed>('frames', RLP.encode(transactions), holocene ? 1 : 0);

test('a batcher transaction holds frames of one or more channels', () => {
  const { problems, frames } = parse([
    transaction(
      { channel: A, number: 300, data: Uint8Array.of(1, 2, 3) },
      { channel: B, number: 0, data: new Uint8Array(0), isLast: true },
    ),
  ]);
  assert.deepEqual(problems, ['']);
  assert.deepEqual(frames, [
    { channel: `0x${'aa'.repeat(16)}`, number: '300', data: '0x010203', isLast: false },
    { channel: `0x${'bb'.repeat(16)}`, number: '0', data: '0x', isLast: true },
  ]);
});

test('one malformed frame makes all frames of its transaction worthless', () => {
  const good = transaction({ channel: A, number: 0 });
  const two = transaction({ channel: A, number: 0 }, { channel: A, number: 1 });
  const tooLarge = transaction({ channel: A, number: 0, data: new Uint8Array(1_000_001) });
  const { problems, frames } = parse([
    new Uint8Array(0),
    Uint8Array.of(0),
    Uint8Array.from([1, ...good.slice(1)]),
    two.slice(0, -1),
    two.slice(0, good.length + 5),
    transaction({ channel: A, number: 0, isLast: 2 }),
    tooLarge,
    good,
  ]);
  assert.deepEqual(problems, [
    'empty data', 'no frames', 'an unknown derivation version', 'a truncated frame', 'a truncated frame',
    'a frame whose last byte is neither 0 nor 1', 'a frame that is too large', '',
  ]); // prettier-ignore
  assert.equal(frames.length, 1);
});

test('a frame may hold a million bytes', () => {
  assert.equal(parse([transaction({ channel: A, number: 0, data: new Uint8Array(1_000_000) })]).frames.length, 1);
});

/** Frames as `A0 A1! B0`: `!` marks the last of a channel. */
function pruned(text: string): string {
  const names: Record<string, number> = { A, B, C };
  const frames = text.split(' ').map((name) => ({
    channel: names[name.charAt(0)] ?? 0,
    number: Number(name.slice(1).replace('!', '')),
    isLast: name.endsWith('!'),
  }));
  return parse([transaction(...frames)], true)
    .frames.map((frame) => {
      const letter = Object.keys(names).find(
        (key) => `0x${(names[key] ?? 0).toString(16).repeat(16)}` === frame.channel,
      );
      return `${letter ?? '?'}${frame.number}${frame.isLast ? '!' : ''}`;
    })
    .join(' ');
}

test('since Holocene frames out of order are dropped and a first frame drops the unfinished channel before it', () => {
  // Vectors of our own, each after a sentence of holocene/derivation.md#frame-queue.
  assert.equal(pruned('A0 A1 A2!'), 'A0 A1 A2!');
  assert.equal(pruned('A0 A2 A1 A3'), 'A0 A1');
  assert.equal(pruned('A0 A1! A2 A3'), 'A0 A1!');
  assert.equal(pruned('A0! B1 B0 B1!'), 'A0! B0 B1!');
  assert.equal(pruned('A0 A1 B0 B1!'), 'B0 B1!');
  assert.equal(pruned('A0 B1 A1!'), 'A0 A1!');
  assert.equal(pruned('A0! B0 B1 C0!'), 'A0! C0!');
  assert.equal(pruned('A0 A0 A1'), 'A0 A1');
  assert.equal(pruned('A1 A2'), 'A1 A2');
  assert.equal(pruned('A1! B0 C0'), 'A1! C0');
});

interface ChannelState {
  problems: string[];
  size: string;
  ready: boolean;
  data?: string;
}

const channel = (inOrder: boolean, ...frames: FrameFields[]): ChannelState =>
  instantiate().ask<ChannelState>('channel', transaction(...frames), inOrder ? 1 : 0);

test('a channel is ready when all frames up to the last are there, in whatever order they came', () => {
  const state = channel(
    false,
    { channel: A, number: 2, isLast: true },
    { channel: A, number: 0, data: Uint8Array.of(9, 9) },
    { channel: A, number: 1 },
  );
  assert.deepEqual(state, { problems: ['', '', ''], size: '604', ready: true, data: toHex(Uint8Array.of(9, 9, 1, 2)) });
  assert.equal(channel(false, { channel: A, number: 0 }, { channel: A, number: 2, isLast: true }).ready, false);
});

test('frames that a channel can not take are named', () => {
  const { problems, ready } = channel(
    false,
    { channel: A, number: 0 },
    { channel: B, number: 1 },
    { channel: A, number: 0, data: Uint8Array.of(7) },
    { channel: A, number: 1, isLast: true },
    { channel: A, number: 2, isLast: true },
    { channel: A, number: 3 },
  );
  assert.deepEqual(problems, [
    '', 'the frame belongs to another channel', 'a duplicate frame', '', 'a second last frame', 'a frame behind the last one',
  ]); // prettier-ignore
  assert.equal(ready, true);
});

test('a last frame drops the frames numbered above it', () => {
  const state = channel(
    false,
    { channel: A, number: 5 },
    { channel: A, number: 0 },
    { channel: A, number: 1, isLast: true },
  );
  assert.equal(state.ready, true);
  assert.equal(state.data, '0x0001');
  // op-node takes the size of every frame off, dropped or not.
  assert.equal(state.size, '201');
});

test('since Holocene a channel takes its frames in order only', () => {
  const { problems } = channel(true, { channel: A, number: 0 }, { channel: A, number: 2 }, { channel: A, number: 1 });
  assert.deepEqual(problems, ['', 'a frame out of order', '']);
});
