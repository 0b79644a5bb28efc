// How a channel's data is compressed, told by its first byte (specs: protocol/derivation.md#channel-format, protocol/fjord/
// derivation.md#brotli-channel-compression).
import { Bytes } from '../bytes';
import { brotli, brotliConsumed, BrotliStatus, brotliStatus } from '../compression/brotli';
import { closeWindow, openWindow, windowAddress } from '../compression/input-window';
import { adler32, inflateZlib, zlibChecksum, ZlibStatus, zlibStatus } from '../compression/zlib';
import { mark, release, useScratch } from '../memory';
import { ChannelData } from './channel-data';
import { deliversLast } from './channel-delivery';
import { ContentBuffer } from './content-buffer';

/** The low half of the first byte of a zlib stream, by RFC 1950 or reserved there, and Brotli's whole byte. */
// @ts-ignore: decorator
@inline
const ZLIB_DEFLATE: u32 = 8;
// @ts-ignore: decorator
@inline
const ZLIB_RESERVED: u32 = 15;
// @ts-ignore: decorator
@inline
const BROTLI: u32 = 1;

/** The decompressor of zlib streams gives its output in pieces of a window. */
// @ts-ignore: decorator
@inline
const ZLIB_PIECE: u32 = 32768;

/**
 * Decompresses a channel into `buffer`: at most `limit` bytes, the rest is cut off; what comes before an error or the end of
 * truncated data counts. The result is a view of the buffer. Null where the data is of no known form.
 */
export function decompressChannel(
  data: ChannelData,
  limit: u64,
  brotliAllowed: bool,
  buffer: ContentBuffer,
): Bytes | null {
  let seen = openWindow(data);
  closeWindow();
  if (seen == 0) return null;
  const first = <u32>load<u8>(windowAddress());
  const kind = first & 0x0f;
  const isZlib = kind == ZLIB_DEFLATE || kind == ZLIB_RESERVED;
  if (!isZlib && (first != BROTLI || !brotliAllowed)) return null;
  // Batches seldom shrink to less than a 64th: all the room is made when one did.
  let room = <u32>min<u64>(limit, 0x10000 + 64 * data.length);
  let length: u32 = 0;
  while (true) {
    buffer.reserve(room);
    data.rewind();
    length = run(data, !isZlib, buffer);
    if (!full || <u64>buffer.capacity >= limit) break;
    room = <u32>limit;
  }
  if (isZlib && zlibStatus() == ZlibStatus.BadHeader) return null;
  if (length > limit) full = true;
  return new Bytes(buffer.ptr, <u32>min<u64>(length, limit));
}

/** How the stream of a channel ended. */
@final
export class StreamEnd {
  private isFull: bool = false;
  private isBrotli: bool = false;
  /** Of Brotli: whether data follows the stream. */
  private hasMore: bool = false;
  private zlib: ZlibStatus = ZlibStatus.Done;
  private checksum: u32 = 0;

  /** Makes it the end of the stream of the last `decompressChannel`. */
  note(): void {
    this.isFull = full;
    this.isBrotli = wasBrotli;
    this.hasMore = wasBrotli && brotliStatus() == BrotliStatus.Done && brotliConsumed() < sourceLength;
    this.zlib = zlibStatus();
    this.checksum = zlibChecksum();
  }

  /** Whether the last batch in `content`, which is all that the channel gave, is lost with an error that ends the stream. */
  losesLast(content: Bytes): bool {
    if (this.isFull) return false;
    if (this.isBrotli) return this.hasMore && !deliversLast(content, 0);
    if (this.zlib == ZlibStatus.OutputFull || deliversLast(content, ZLIB_PIECE)) return false;
    return this.zlib != ZlibStatus.Done || this.checksum != adler32(content.ptr, content.length);
  }
}

// The last run: whether it filled the buffer before the stream's end, which kind it was, and the stream's length.
let full: bool = false;
let wasBrotli: bool = false;
let sourceLength: u64 = 0;

function run(data: ChannelData, isBrotli: bool, buffer: ContentBuffer): u32 {
  wasBrotli = isBrotli;
  sourceLength = data.length - 1;
  const before = useScratch(true);
  const start = mark();
  const seen = openWindow(data);
  let length: u32;
  if (isBrotli) {
    length = brotli(windowAddress() + 1, seen - 1, buffer.ptr, buffer.capacity);
    full = brotliStatus() == BrotliStatus.OutputFull;
  } else {
    length = inflateZlib(windowAddress(), seen, buffer.ptr, buffer.capacity);
    full = zlibStatus() == ZlibStatus.OutputFull;
  }
  closeWindow();
  release(start);
  useScratch(before);
  return length;
}
