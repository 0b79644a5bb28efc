// A channel of thousands of tiny frames that come in any order, some twice, some cut off: what it holds is derived, whether
// its data is held in memory or read from L1 again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { batcherData, concat, frame } from '../derivation/encoding.js';
import { MOST_BLOB_DATA } from './hostile-blobs.js';
import { genesisTime, HostileChain, rlpString, singular, zlib } from './hostile-chain.js';

/** Bytes that no compression makes shorter. */
function incompressible(length: number, seed: number): Uint8Array {
  const parts: Buffer[] = [];
  for (let i = 0; 32 * i < length; i++) parts.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

/** Frame numbers in an order that the seed decides. */
function shuffled(count: number, seed: number): number[] {
  const keys = new Map(
    Array.from({ length: count }, (_, i) => [i, createHash('sha1').update(`${seed} ${i}`).digest('hex')]),
  );
  return [...keys.keys()].sort((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1));
}

for (const { size, order, inBlobs = false } of [
  { size: 1, order: 'any' },
  { size: 11, order: 'any' },
  { size: 12, order: 'last first' },
  { size: 13, order: 'first first' },
  { size: 13, order: 'any' },
  { size: 150, order: 'any' },
  { size: 4000, order: 'any' },
  { size: 12, order: 'any', inBlobs: true },
  { size: 700, order: 'any', inBlobs: true },
]) {
  test(`frames of ${size} bytes, ${order}, before Holocene${inBlobs ? ', in blobs' : ''}`, () => {
    const make = (): HostileChain => {
      const chain = new HostileChain({ fork: 'granite' });
      const epochHash = chain.l1[0] ?? new Uint8Array(32);
      chain.seal([]);
      const batch = singular(
        { parentHash: chain.genesisHash, epochHash, epoch: 0, time: genesisTime + 2 },
        rlpString(concat([2], incompressible(Math.min(60_000 * size, 200_000), size))),
      );
      const data = zlib(batch);
      const channel = chain.channelId();
      const count = Math.ceil(data.length / size);
      const part = (number: number, isLast = number === count - 1): Uint8Array =>
        frame({ channel, number, data: data.subarray(size * number, size * (number + 1)), isLast });
      const numbers = shuffled(count, size);
      if (order === 'last first') numbers.sort((a, b) => b - a);
      if (order === 'first first') numbers.sort((a, b) => a - b);
      // Frames behind the last one, of other data, which that one cuts off, and each tenth frame twice.
      const behind = Array.from({ length: 40 }, (_, i) =>
        part(0, false)
          .slice()
          .fill((count + i) >> 8, 16, 17)
          .fill(count + i, 17, 18),
      );
      const half = numbers.length >> 1;
      const framesOf = (some: number[]): Uint8Array[] =>
        some.flatMap((n) => (n % 10 === 0 ? [part(n), part(n)] : [part(n)]));
      const post = (some: number[]): Uint8Array => {
        const all = framesOf(some);
        if (!inBlobs) return chain.transaction(batcherData(concat(...all)));
        const each = Math.floor((MOST_BLOB_DATA - 1) / (23 + size));
        const blobs: Uint8Array[] = [];
        for (let at = 0; at < all.length; at += each) {
          blobs.push(chain.blob(batcherData(concat(...all.slice(at, at + each)))));
        }
        return chain.blobTransaction(blobs);
      };
      chain.seal([chain.transaction(batcherData(concat(...behind))), post(numbers.slice(0, half))]);
      chain.seal([post(numbers.slice(half))]);
      chain.seal([]);
      return chain;
    };
    const held = make().derive();
    const away = make().derive({ limits: [0, 0, 4] });
    assert.deepEqual([held.failure, held.safeHead], ['', 1]);
    assert.deepEqual([away.failure, away.safeHead, away.digest], ['', 1, held.digest]);
    // Nothing but what the block has.
    assert.ok(held.heldMebibytes < 0.25, `${held.heldMebibytes} MiB held`);
  });
}
