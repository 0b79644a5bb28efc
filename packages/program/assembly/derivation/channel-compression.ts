// How a channel's data is compressed, told by its first byte (specs: protocol/derivation.md#channel-format, protocol/fjord/
// derivation.md#brotli-channel-compression).
import { Bytes } from '../bytes';
import { brotli, BrotliStatus, brotliStatus } from '../compression/brotli';
import { inflate, InflateStatus, inflateStatus } from '../compression/inflate';
import { mark, release, useScratch } from '../memory';

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
  if (kind == ZLIB_DEFLATE || kind == ZLIB_RESERVED) {
    if (!isZlibHeader(data)) return null;
  } else if (first != BROTLI || !brotliAllowed) {
    return null;
  }
  const before = useScratch(true);
  const start = mark();
  // Batches seldom shrink to less than a 64th: the largest buffer is made when one did.
  ensure(<u32>min<u64>(limit, 0x10000 + 64 * <u64>data.length));
  let length = run(data, first == BROTLI);
  if (full && <u64>capacity < limit) {
    release(start);
    ensure(<u32>limit);
    length = run(data, first == BROTLI);
  }
  release(start);
  useScratch(before);
  return new Bytes(buffer, <u32>min<u64>(length, limit));
}

/** RFC 1950, 2.2: compression method 8 with a window of at most 32 KiB, check bits, no preset dictionary. */
function isZlibHeader(data: Bytes): bool {
  if (data.length < 2) return false;
  const header = data.u16At(0);
  return (data[0] & 0x0f) == ZLIB_DEFLATE && data[0] >> 4 <= 7 && header % 31 == 0 && (data[1] & 0x20) == 0;
}

function ensure(wanted: u32): void {
  if (wanted <= capacity) return;
  const before = useScratch(false);
  buffer = heap.alloc(wanted);
  capacity = wanted;
  useScratch(before);
}

/** Whether the last run filled the buffer before the stream's end. */
let full: bool = false;

function run(data: Bytes, isBrotli: bool): u32 {
  if (isBrotli) {
    const length = brotli(data.ptr + 1, data.length - 1, buffer, capacity);
    full = brotliStatus() == BrotliStatus.OutputFull;
    return length;
  }
  const length = inflate(data.ptr + 2, data.length - 2, buffer, capacity);
  full = inflateStatus() == InflateStatus.OutputFull;
  return length;
}
