// What the hostile cases are made of: odd channels, frames, receipts, and what a run may take.
import { concat, hashOf, l2Header } from '../derivation/encoding.js';
import {
  brotli, depositLog, genesisTime, HostileChain, receiptOf, rlpString, singular, type ChainOptions, type ForkName,
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
export const BASE = 4;
/** A place where a channel is decompressed to: 4 MiB at first, then all that is read of one. */
export const CONTENT = 4 + 100_000_000 / 2 ** 20;

export const firstTime = genesisTime + 2;

/** A batch of the first block that passes every check but execution's. */
export const valid = (chain: HostileChain, payload: Uint8Array): Uint8Array =>
  singular(
    { parentHash: chain.genesisHash, epochHash: chain.l1[0] ?? new Uint8Array(32), epoch: 0, time: firstTime },
    payload,
  );

export function of(
  fork: ForkName,
  fill: (chain: HostileChain) => void,
  options: Omit<ChainOptions, 'fork'> = {},
): () => HostileChain {
  return () => {
    const chain = new HostileChain({ fork, ...options });
    fill(chain);
    chain.seal([]);
    return chain;
  };
}

export const times = (count: number, action: (i: number) => void): void => {
  for (let i = 0; i < count; i++) action(i);
};

export /** A receipt with `count` deposits that carry `size` bytes of call data each. */
function depositReceipt(count: number, size: number): Uint8Array {
  const nobody = new Uint8Array(20);
  const log = depositLog({ from: nobody, to: nobody, gas: 21_000n, data: new Uint8Array(size) });
  return receiptOf(Array.from({ length: count }, () => log));
}

/** A batcher's transaction of `count` frames, each of `size` bytes that `write` fills in. */
export function manyFrames(count: number, size: number, write: (view: DataView, i: number) => void): Uint8Array {
  const data = new Uint8Array(1 + count * (23 + size));
  for (let i = 0; i < count; i++) write(new DataView(data.buffer, 1 + i * (23 + size), 23 + size), i);
  return data;
}

/** Frames that open one channel each and hold nothing; `first` is the first channel's id. */
export const openings = (first: number, count: number): Uint8Array =>
  manyFrames(count, 0, (view, i) => view.setUint32(12, first + i));

/** Frames of one channel by their numbers, a byte each. */
export const numbered = (numbers: number[], last = -1): Uint8Array =>
  manyFrames(numbers.length, 1, (view, i) => {
    const number = numbers[i] ?? 0;
    view.setUint16(16, number);
    view.setUint32(18, 1);
    view.setUint8(23, number === last ? 1 : 0);
  });

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Number of the last block of those that are made without batches: six to an L1 block, once its window is over. */
export const lastOfEmptyEpochs = (l1Head: number, window: number): number => 6 * (l1Head - window + 1) - 1;

export const LARGE = 99_000_000;

/** What is kept of batches that wait: 2^18 that are due and as many of the future, their queues, the numbers of the others. */
export const WAITING = (2 * (1 << 18) * 128) / 2 ** 20 + 2 * 12 + 4;

/** What the channels are in that these batches came in, one each: their blocks, and frames. */
export const IN_CHANNELS = (2 * (1 << 18) * 128) / 2 ** 20 + 64;

/** Bytes of a channel that is parked: six, and what blocks leave. */
export const PARKED = 6.5;

/** The same bytes `count` times. */
export function repeated(count: number, bytes: Uint8Array): Uint8Array {
  return Buffer.alloc(count * bytes.length, bytes);
}

/** Frames of `size` bytes of one channel by their numbers, none the last. */
export const tiny = (channel: number, size: number, numbers: readonly number[]): Uint8Array =>
  manyFrames(numbers.length, size, (view, i) => {
    view.setUint32(12, channel);
    view.setUint16(16, numbers[i] ?? 0);
    view.setUint32(18, size);
  });

/** Channels of one frame each, which is all of it; `of` says which of the compressed contents. */
export function wholeChannels(first: number, count: number, contents: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [new Uint8Array(1)];
  times(count, (i) => {
    const content = contents[i % contents.length] ?? new Uint8Array(0);
    const head = new Uint8Array(22);
    const view = new DataView(head.buffer);
    view.setUint32(12, first + i);
    view.setUint32(18, content.length);
    parts.push(head, content, Uint8Array.of(1));
  });
  return Buffer.concat(parts);
}

/** A hundred compressed singular batches of one time that differ. */
export const differing = (time: (i: number) => number): Uint8Array[] =>
  upTo(100).map((i) => brotli(singular({ time: time(i), epochHash: hashOf(Uint8Array.of(i)) }, new Uint8Array(0))));

/** Bits, least significant first, as bytes. */
export function bitBytes(bits: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, b) => (bytes[b >> 3] = (bytes[b >> 3] ?? 0) | (bit << (b & 7))));
  return bytes;
}

export const bitsOf = (value: number, width: number): number[] =>
  Array.from({ length: width }, (_, b) => (value >> b) & 1);

/** A Brotli channel of `count` blocks that skip 65,535 bytes each. */
export function brotliMetadata(count: number): Uint8Array {
  const skip = new Uint8Array(65_535);
  const parts: Uint8Array[] = [];
  times(count, (i) => {
    // WBITS 16; ISLAST 0, MNIBBLES 0 (11), reserved 0, MSKIPBYTES 2, length less 1.
    parts.push(bitBytes([...(i === 0 ? [0] : []), 0, 1, 1, 0, 0, 1, ...bitsOf(65_534, 16)]), skip);
  });
  return Buffer.concat([Uint8Array.of(1), ...parts, Uint8Array.of(3)]);
}

/** A Brotli channel of `count` meta-blocks of one byte each, every one with 256 codes over the 704 commands. */
export function brotliTables(count: number): Uint8Array {
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

/** Bits, least significant first, that are written one behind the other. */
class BitWriter {
  private bytes = new Uint8Array(1 << 20);
  private length = 0;

  write(value: number, width: number): void {
    if (this.length + width > 8 * this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    for (let b = 0; b < width; b++, this.length++) {
      const at = this.length >> 3;
      if (((value >> b) & 1) === 1) this.bytes[at] = (this.bytes[at] ?? 0) | (1 << (this.length & 7));
    }
  }

  writeBits(bits: readonly number[]): void {
    for (const bit of bits) this.write(bit, 1);
  }

  align(): void {
    this.length = 8 * Math.ceil(this.length / 8);
  }

  get data(): Uint8Array {
    return this.bytes.slice(0, Math.ceil(this.length / 8));
  }
}

/**
 * A Brotli channel of `count` meta-blocks of 16 MB that are nothing but words of the static dictionary of 24 letters, 18 bits
 * each. With `transforms` they are changed in each of the 121 ways, so that their lengths differ, and the stream ends in the
 * middle of the first meta-block's last word, which is an error.
 */
export function brotliWords(count: number, transforms: boolean): Uint8Array {
  const writer = new BitWriter();
  // WBITS 16; a meta-block of 65,536 zeros as they are, since distances beyond the window are words: ISLAST 0, 4 nibbles.
  writer.writeBits([0, 0, 0, 0, ...bitsOf(65_535, 16), 1]);
  writer.align();
  for (let left = 65_536; left > 0; left--) writer.write(0, 8);
  const length = 16_777_200;
  const lone = (symbol: number, width: number): number[] => [1, 0, 0, 0, ...bitsOf(symbol, width)];
  for (let i = 0; i < count; i++) {
    // ISLAST 0, 6 nibbles, compressed; one type of each; no postfix, no direct distances; one tree of each.
    writer.writeBits([0, 0, 1, ...bitsOf(length - 1, 24), 0, 0, 0, 0, ...bitsOf(0, 6), 0, 0, 0, 0]);
    // Command 196 inserts nothing and copies 22 bytes and 3 bits; distance 44 begins 12 words behind the window.
    writer.writeBits([...lone(0, 8), ...lone(196, 10), ...lone(44, 6)]);
    for (let word = 0; word < length / 24; word++) {
      writer.write(2, 3);
      writer.write(transforms ? word % (121 * 32 - 12) : word % 20, 15);
    }
  }
  writer.writeBits([1, 1]);
  return Buffer.concat([Uint8Array.of(1), writer.data]);
}

/**
 * Posts `count` channels, of which each has `size` bytes that lead nowhere and behind them a batch of the right parent for each of
 * the first `blocks` blocks, whose transaction execution refuses; the chain must have no block but those without batches. L1 is
 * long enough then for all of these blocks to be made.
 */
export function inTurns(chain: HostileChain, count: number, blocks: number, size: number, window: number): void {
  const epochs = Math.ceil(blocks / 6) + 3;
  while (chain.l1.length < epochs) chain.seal([]);
  const hashes = [chain.genesisHash];
  const parentOf = (block: number): Uint8Array => {
    while (hashes.length < block) {
      const number = hashes.length;
      const time = genesisTime + 2 * number;
      hashes.push(
        hashOf(l2Header(hashes[number - 1] ?? chain.genesisHash, number, time, 30_000_000, chain.extraAt(time))),
      );
    }
    return hashes[block - 1] ?? chain.genesisHash;
  };
  const batch = (block: number, payload: Uint8Array): Uint8Array => {
    const epoch = Math.floor(block / 6);
    const epochHash = chain.l1[epoch] ?? chain.genesisHash;
    return singular({ parentHash: parentOf(block), epochHash, epoch, time: genesisTime + 2 * block }, payload);
  };
  const filling = singular({ time: genesisTime }, rlpString(new Uint8Array(size).fill(1)));
  times(count, (i) => {
    const own = upTo(blocks).map((k) => batch(k + 1, rlpString(Uint8Array.of(2, i, k))));
    chain.postChannel(concat(filling, ...own));
  });
  while (chain.l1.length < epochs + window + 4) chain.seal([]);
}

/** Fills what is kept of batches that wait with some for the block of that time, which may be valid. */
export const fillWaiting = (chain: HostileChain, time: number): void => {
  const epochHash = chain.l1[0] ?? chain.genesisHash;
  const large = rlpString(new Uint8Array(8_380_000).fill(2));
  const small = rlpString(new Uint8Array(8));
  const batch = (payload: Uint8Array): Uint8Array => singular({ epochHash, time }, payload);
  chain.postChannel(concat(...upTo(4).map(() => batch(large)), ...upTo(400).map(() => batch(small))));
};
