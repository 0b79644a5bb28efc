// zlib streams (RFC 1950, https://www.rfc-editor.org/rfc/rfc1950) as Go's compress/zlib reads them.
import { inflate, InflateStatus, inflateStatus, inflateTrailer } from './inflate';

/** How a decoding ended; the first four are InflateStatus's. */
export const enum ZlibStatus {
  /** The stream and its trailing checksum were there; `adler32` of the output tells whether it is right. */
  Done,
  /** The input ends within the stream or its checksum. */
  Truncated,
  /** The DEFLATE data can't be continued. */
  Corrupt,
  /** The output has more bytes than the room for it. */
  OutputFull,
  /** The first two bytes (or a preset dictionary that they ask for) are none of a zlib stream; nothing was decoded. */
  BadHeader,
}

let status: ZlibStatus = ZlibStatus.Done;
let checksum: u32 = 0;

/** How the last `inflateZlib` ended. */
export function zlibStatus(): ZlibStatus {
  return status;
}

/**
 * The checksum that ended the last stream, if it was Done. A stream whose checksum differs from `adler32` of its output
 * is in error in Go's reader too, but only after all of the output was delivered: whoever treats an error like the end,
 * as the reader of channels does, needn't look.
 */
export function zlibChecksum(): u32 {
  return checksum;
}

/**
 * Decodes the zlib stream in the `sourceLength` bytes at `source` into the `capacity` bytes at `target` (see `inflate`)
 * and returns how many bytes it wrote: exactly those that Go's reader delivers before it ends or fails. `zlibStatus` then
 * says how it ended. Bytes behind the stream are ignored. Not re-entrant.
 */
export function inflateZlib(source: usize, sourceLength: u32, target: usize, capacity: u32): u32 {
  const header = headerLength(source, sourceLength);
  if (header == 0) {
    status = ZlibStatus.BadHeader;
    return 0;
  }
  const produced = inflate(source + header, sourceLength - header, target, capacity);
  status = <ZlibStatus>(<i32>inflateStatus());
  if (status == ZlibStatus.Done) {
    const trailer = inflateTrailer();
    if (trailer < 0) status = ZlibStatus.Truncated;
    else checksum = <u32>trailer;
  }
  return produced;
}

/** Bytes of the header (section 2.2), 0 if Go refuses it: a preset dictionary, for one, can only be the empty one. */
function headerLength(source: usize, length: u32): u32 {
  if (length < 2) return 0;
  const method = <u32>load<u8>(source);
  const flags = <u32>load<u8>(source, 1);
  if ((method & 15) != 8 || method >> 4 > 7 || ((method << 8) | flags) % 31 != 0) return 0;
  if ((flags & 0x20) == 0) return 2;
  // The Adler-32 of no bytes is 1.
  return length >= 6 && bswap<u32>(load<u32>(source, 2)) == 1 ? 6 : 0;
}

/** Adler-32 (RFC 1950, section 8.2) of the `length` bytes at `data`. */
export function adler32(data: usize, length: u32): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  while (length != 0) {
    // The most bytes for which b stays below 2^32.
    const count = min<u32>(length, 5552);
    length -= count;
    for (const end = data + count; data != end; data++) {
      a += <u32>load<u8>(data);
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return (b << 16) | a;
}
