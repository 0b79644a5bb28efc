// Whether a channel's last batch counts where the compressed stream ends in an error. op-node reads batches through two
// readers: the decompressor's, which gives pieces, and a buffered one of 4096 bytes on top, which small reads go through
// and larger ones pass by when it is empty. A read that passes by gets the stream's last bytes together with its error,
// and the batch is lost with it; bytes that went through the buffer come first and the error later.
import { Bytes } from '../bytes';

/** Bytes of the buffered reader (Go's bufio). */
// @ts-ignore: decorator
@inline
const BUFFER: u32 = 4096;

// What was read from the decompressor so far, and what was taken from that: between them lies the buffer's content.
let filled: u32 = 0;
let taken: u32 = 0;
let end: u32 = 0;
let piece: u32 = 0;

/**
 * Whether the item (an RLP string) that ends with `content` is delivered to whoever reads the items one by one, of a stream
 * that goes on to an error behind `content` and gives pieces that end at the multiples of `pieceSize` (0: one piece).
 * `content` must consist of such items.
 */
export function deliversLast(content: Bytes, pieceSize: u32): bool {
  filled = 0;
  taken = 0;
  end = content.length;
  piece = pieceSize;
  while (taken < end) {
    const first = content[taken];
    readBuffered(1);
    let length: u32 = first < 0x80 ? 0 : first - 0x80;
    if (length > 55) {
      const bytes = length - 55;
      length = 0;
      for (let i: u32 = 0; i < bytes; i++) length = (length << 8) | content[taken + i];
      readBuffered(bytes);
    }
    if (!read(length)) return false;
  }
  return true;
}

/** End of the decompressor's piece that byte `at` is in. */
function pieceEnd(at: u32): u32 {
  return piece == 0 ? end : min(end, (at / piece + 1) * piece);
}

function fill(): void {
  filled += min(BUFFER, pieceEnd(filled) - filled);
}

/** Takes `length` bytes one read at a time through the buffer. */
function readBuffered(length: u32): void {
  while (length > 0) {
    if (taken == filled) fill();
    const part = min(length, filled - taken);
    taken += part;
    length -= part;
  }
}

/** Takes `length` bytes; false where the last of them come with the stream's error. */
function read(length: u32): bool {
  while (length > 0) {
    if (taken == filled && length >= BUFFER) {
      const part = min(length, pieceEnd(filled) - filled);
      filled += part;
      taken = filled;
      length -= part;
      // A piece that is full says nothing of what comes next.
      if (length == 0 && filled == end && (piece == 0 || end % piece != 0)) return false;
    } else {
      if (taken == filled) fill();
      const part = min(length, filled - taken);
      taken += part;
      length -= part;
    }
  }
  return true;
}
