// Channels whose frames lie far apart on L1, small ones among others: what they hold is derived whether it is held in memory or
// read from L1 again, and no more of L1 is read again than about what they are made of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batcherData, frame } from '../derivation/encoding.js';
import { MOST_BLOB_DATA } from './hostile-blobs.js';
import { genesisTime, HostileChain, rlpString, singular, zlib } from './hostile-chain.js';
import { manyFrames, times, upTo } from './hostile-data.js';

const FRAMES = 3;
const CHANNELS = 900;
const FIRST = 1_000_000;

/** Frame `number` of each channel, which holds its share of `content`: frames of one piece of data. */
function layer(content: Uint8Array, number: number, first = 0, count = CHANNELS): Uint8Array {
  const size = Math.ceil(content.length / FRAMES);
  const part = content.subarray(size * number, size * (number + 1));
  return manyFrames(count, part.length, (view, i) => {
    view.setUint32(12, FIRST + first + i);
    view.setUint16(16, number);
    view.setUint32(18, part.length);
    new Uint8Array(view.buffer, view.byteOffset + 22, part.length).set(part);
    view.setUint8(22 + part.length, number === FRAMES - 1 ? 1 : 0);
  });
}

/** A channel with a batch for the chain's first block that execution sees. */
const contentOf = (chain: HostileChain): Uint8Array =>
  zlib(
    singular(
      { parentHash: chain.genesisHash, epochHash: chain.l1[0] ?? new Uint8Array(32), epoch: 0, time: genesisTime + 2 },
      rlpString(Uint8Array.of(2, 1, 2, 3)),
    ),
  );

/** A chain of such channels behind `filling` bytes of frames that lead nowhere. */
function scattered(inBlobs: boolean, filling: number): HostileChain {
  const chain = new HostileChain({ fork: 'granite' });
  chain.seal([]);
  const content = contentOf(chain);
  times(Math.ceil(filling / 900_000), () => {
    const data = new Uint8Array(900_000);
    chain.seal([chain.transaction(batcherData(frame({ channel: chain.channelId(), number: 1, data, isLast: false })))]);
  });
  times(FRAMES, (number) => {
    const one = layer(content, number, 0, 1).length - 1;
    const perPiece = inBlobs ? Math.floor((MOST_BLOB_DATA - 1) / one) : 250;
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < CHANNELS; at += perPiece) {
      pieces.push(layer(content, number, at, Math.min(perPiece, CHANNELS - at)));
    }
    // Other transactions stand before them, more than the keys of one byte in the trie.
    const others = upTo(140).map(() => chain.transaction(new Uint8Array(1)));
    const own = inBlobs
      ? [chain.blobTransaction(pieces.map((piece) => chain.blob(piece)))]
      : pieces.map((piece) => chain.transaction(piece));
    chain.seal([...own.slice(0, 1), ...others, ...own.slice(1)]);
  });
  chain.seal([]);
  return chain;
}

for (const inBlobs of [false, true]) {
  test(`frames of 900 channels in three layers${inBlobs ? ' of blobs' : ''} are derived alike in memory and on L1`, () => {
    const chain = scattered(inBlobs, 0);
    const held = chain.derive();
    const away = chain.derive({ limits: [0, 0, 4] });
    assert.deepEqual([held.failure, held.safeHead], ['', 1]);
    assert.deepEqual([away.failure, away.safeHead, away.digest], ['', 1, held.digest]);
    assert.equal(away.logDigest, held.logDigest);
    // Each frame of a blob is in eight of its elements at most: a whole blob has 4,096, and 32 bytes each.
    const again = away.read - held.read;
    if (inBlobs) assert.ok(again < CHANNELS * FRAMES * (8 * 32 + 1000), `${again} bytes`);
  });

  test(`beyond the first limit they stay in memory${inBlobs ? ', out of blobs' : ''}: nothing is read again`, () => {
    const chain = scattered(inBlobs, 2_000_000);
    const first = 1 << 20;
    const held = chain.derive();
    const limited = chain.derive({ limits: [first, 32 << 20, 1 << 18] });
    assert.deepEqual([limited.failure, limited.safeHead, limited.digest], ['', 1, held.digest]);
    assert.equal(limited.read, held.read);
    // The frames that lead nowhere are not held beyond the limit.
    assert.ok(held.heldMebibytes > 2.5, `${held.heldMebibytes} MiB`);
    assert.ok(limited.heldMebibytes < 2, `${limited.heldMebibytes} MiB`);
  });
}
