// Channels: batches compressed as one stream and cut into frames; frames into the data of batcher transactions.
// Specification: specs/protocol/derivation.md, "Channel Format", "Frame Format", "Batcher Transaction Format";
// specs/protocol/fjord/derivation.md, "Brotli Channel Compression".
import { brotliCompressSync, constants, deflateSync } from 'node:zlib';
import { concatBytes } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';

/** stored: a zlib stream that compresses nothing, and so is the same whatever zlib Node comes with. */
export type Compression = 'zlib' | 'brotli' | 'stored';

/** cut: in the middle of junk that follows the batches; checksum: zlib's last bytes are wrong; trailing: junk follows. */
export type ChannelEnding = 'whole' | 'cut' | 'checksum' | 'trailing';

/** A channel that can't be cut as asked. */
export class ChannelError extends Error {
  override name = 'ChannelError';
}

const DERIVATION_VERSION = 0;
const BROTLI_VERSION = 1;
/** Bytes of a block that isn't compressed. */
const MOST_STORED = 0xffff;
/** Channel id, frame number, length and the last byte. */
const FRAME_OVERHEAD = 16 + 2 + 4 + 1;

/**
 * The compressed channel of batches, each given without its RLP string. `junk` (some random bytes) is what an unusual
 * ending is made of.
 */
export function encodeChannel(
  batches: readonly Uint8Array[],
  compression: Compression,
  ending: ChannelEnding = 'whole',
  junk: Uint8Array = new Uint8Array(32),
): Uint8Array {
  const stream = concatBytes(...batches.map((batch) => RLP.encode(batch)));
  switch (ending) {
    case 'whole':
      return compress(stream, compression);
    case 'cut':
      // The junk announces a longer string than there is and doesn't compress: the cut falls into it.
      return compress(concatBytes(stream, Uint8Array.of(0xb9, 0xff, 0xff), junk), compression).slice(0, -8);
    case 'checksum':
      return compress(stream, compression).map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte));
    case 'trailing':
      return concatBytes(compress(stream, compression), junk);
  }
}

function compress(stream: Uint8Array, compression: Compression): Uint8Array {
  if (compression === 'stored') return store(stream);
  if (compression === 'zlib') return new Uint8Array(deflateSync(stream, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_LGWIN]: 22 };
  return concatBytes(Uint8Array.of(BROTLI_VERSION), brotliCompressSync(stream, { params }));
}

/** RFC 1950 and 1951: blocks of type 0, at most 65,535 bytes each, and their checksum. */
function store(stream: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < stream.length; at += MOST_STORED) {
    const data = stream.subarray(at, at + MOST_STORED);
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, at + MOST_STORED >= stream.length ? 1 : 0);
    head.setUint16(1, data.length, true);
    head.setUint16(3, data.length ^ 0xffff, true);
    blocks.push(new Uint8Array(head.buffer), data);
  }
  const checksum = new DataView(new ArrayBuffer(4));
  checksum.setUint32(0, adler32(stream));
  return concatBytes(Uint8Array.of(0x78, 0x01), ...blocks, new Uint8Array(checksum.buffer));
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

/** Cuts a channel into frames of at most `maxFrameSize` bytes, overhead included. `id` has 16 bytes. */
export function cutFrames(id: Uint8Array, channel: Uint8Array, maxFrameSize: number): Uint8Array[] {
  const most = maxFrameSize - FRAME_OVERHEAD;
  if (id.length !== 16 || most < 1) throw new ChannelError('a frame needs an id of 16 bytes and room for data');
  const count = Math.max(Math.ceil(channel.length / most), 1);
  return Array.from({ length: count }, (_, number) => {
    const data = channel.subarray(number * most, (number + 1) * most);
    const head = new DataView(new ArrayBuffer(6));
    head.setUint16(0, number);
    head.setUint32(2, data.length);
    return concatBytes(id, new Uint8Array(head.buffer), data, Uint8Array.of(number === count - 1 ? 1 : 0));
  });
}

/** Frames as the data of one batcher transaction or blob. */
export function batcherData(frames: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(DERIVATION_VERSION), ...frames);
}
