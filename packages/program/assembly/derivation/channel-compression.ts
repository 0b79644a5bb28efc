// How a channel's data is compressed, told by its first byte (specs: protocol/derivation.md#channel-format, protocol/fjord/
// derivation.md#brotli-channel-compression).
import { Bytes } from '../bytes';
import { brotli, brotliConsumed, BrotliStatus, brotliStatus } from '../compression/brotli';
import { adler32, inflateZlib, zlibChecksum, ZlibStatus, zlibStatus } from '../compression/zlib';
import { mark, release, useScratch } from '../memory';
import { deliversLast } from './channel-delivery';

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

// One buffer for all channels: a channel is read before the next one is decompressed.
let buffer: usize = 0;
let capacity: u32 = 0;

/**
 * Decompresses a channel: at most `limit` bytes, the rest is cut off; what comes before an error or the end of truncated
 * data counts. The result is valid until the next call. Null where the data is of no known form.
 */
export function decompressChannel(data: Bytes, limit: u64, brotliAllowed: bool): Bytes | null {
  if (data.length == 0) return null;
  const first = data[0];
  const kind = first & 0x0f;
  const isZlib = kind == ZLIB_DEFLATE || kind == ZLIB_RESERVED;
  if (!isZlib && (first != BROTLI || !brotliAllowed)) return null;
  const before = useScratch(true);
  const start = mark();
  // Batches seldom shrink to less than a 64th: the largest buffer is made when one did.
  ensure(<u32>min<u64>(limit, 0x10000 + 64 * <u64>data.length));
  let length = run(data, !isZlib);
  if (full && <u64>capacity < limit) {
    release(start);
    ensure(<u32>limit);
    length = run(data, !isZlib);
  }
  release(start);
  useScratch(before);
  if (isZlib && zlibStatus() == ZlibStatus.BadHeader) return null;
  if (length > limit) full = true;
  return new Bytes(buffer, <u32>min<u64>(length, limit));
}

/**
 * Whether the last batch in `content`, which is all that the last `decompressChannel` gave, is lost with an error that ends
 * the stream.
 */
export function losesLast(content: Bytes): bool {
  if (full) return false;
  if (wasBrotli)
    return brotliStatus() == BrotliStatus.Done && brotliConsumed() < sourceLength && !deliversLast(content, 0);
  const status = zlibStatus();
  if (status == ZlibStatus.OutputFull || deliversLast(content, ZLIB_PIECE)) return false;
  return status != ZlibStatus.Done || zlibChecksum() != adler32(content.ptr, content.length);
}

/** Room for `wanted` bytes. Rooms that became too small add up to less than the last one. */
function ensure(wanted: u32): void {
  if (wanted <= capacity) return;
  const before = useScratch(false);
  capacity = max(wanted, 2 * capacity);
  buffer = heap.alloc(capacity);
  useScratch(before);
}

// The last run: whether it filled the buffer before the stream's end, which kind it was, and the stream's length.
let full: bool = false;
let wasBrotli: bool = false;
let sourceLength: u32 = 0;

function run(data: Bytes, isBrotli: bool): u32 {
  wasBrotli = isBrotli;
  sourceLength = data.length - 1;
  if (isBrotli) {
    const length = brotli(data.ptr + 1, data.length - 1, buffer, capacity);
    full = brotliStatus() == BrotliStatus.OutputFull;
    return length;
  }
  const length = inflateZlib(data.ptr, data.length, buffer, capacity);
  full = zlibStatus() == ZlibStatus.OutputFull;
  return length;
}
