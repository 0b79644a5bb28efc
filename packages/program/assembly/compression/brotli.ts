// Brotli streams (RFC 7932, https://www.rfc-editor.org/rfc/rfc7932), decoded to the byte as far as the reference's reader
// delivers them: brotli-streams.ts says when that is. Large windows, an extension of the format, are refused.
//
// The output is the window. Static memory and, for the tables of codes, whose number the stream decides, SCRATCH, which
// must be the current region: they go with their meta-block.
import { readCommandHeader, runCommands, startCommands } from './brotli-commands';
import { mark, release } from '../memory';
import {
  BrotliStatus,
  corrupt,
  endingStatus,
  endWith,
  handedOutBytes,
  handOutInPart,
  inputStart,
  bitPosition,
  output,
  outputEnd,
  outputStart,
  readBits,
  seeMore,
  setOutput,
  skipToByte,
  startStreams,
  takeBytes,
  usedBytes,
} from './brotli-streams';

export { BrotliStatus } from './brotli-streams';

/** How the last decompression ended. */
export function brotliStatus(): BrotliStatus {
  return endingStatus();
}

/** Input bytes that the last decompression used: with Done, what follows them does not belong to the stream. */
export function brotliConsumed(): u64 {
  return usedBytes();
}

/** log2 of the window's size. */
let windowBits: i32 = 0;
/**
 * Bytes of the reference's ring buffer, a power of two up to the window's size: large enough for what came before and the
 * meta-block at hand. When it is full, its bytes are handed out.
 */
let ringSize: i32 = 0;

/**
 * Decompresses the `length` < 2^28 bytes at `source`, and what an open window has behind them, into `target`, at most `capacity` < 2^31 bytes, and returns how many
 * of them count: all that were decoded, or of a corrupt stream those that the reference's reader hands out.
 * `brotliStatus` tells how it ended. Room behind the output may be overwritten. Not re-entrant.
 */
export function brotli(source: usize, length: u32, target: usize, capacity: u32): u32 {
  startStreams(source, length, target, capacity);
  ringSize = 0;
  if (readWindowBits()) {
    startCommands(1 << windowBits);
    const start = mark();
    while (readMetaBlock()) release(start);
    release(start);
  }
  const produced = <u32>(output() - outputStart());
  if (endingStatus() != BrotliStatus.Corrupt) return produced;
  const fullWindows = (produced >> windowBits) << windowBits;
  return max(handedOutBytes(), fullWindows);
}

/** WBITS (section 9.1). */
function readWindowBits(): bool {
  windowBits = 16;
  const isOther = readBits(1);
  if (isOther < 0) return false;
  if (isOther == 0) return true;
  const large = readBits(3);
  if (large < 0) return false;
  windowBits = 17 + large;
  if (large != 0) return true;
  const small = readBits(3);
  if (small < 0) return false;
  // 1 would announce a large window.
  if (small == 1) return corrupt() >= 0;
  if (small != 0) windowBits = 8 + small;
  return true;
}

/** One meta-block (section 9.2); false when the stream ended, well or not. */
function readMetaBlock(): bool {
  const isLast = readBits(1);
  if (isLast < 0) return false;
  if (isLast) {
    const isEmpty = readBits(1);
    if (isEmpty < 0) return false;
    if (isEmpty) return endStream();
  }
  const nibbles = readBits(2);
  if (nibbles < 0) return false;
  if (nibbles == 3) return skipMetadata() && (isLast == 0 || endStream());
  const length = readLength(4, nibbles + 4, 4);
  if (length < 0) return false;
  let isStored = 0;
  if (!isLast) {
    isStored = readBits(1);
    if (isStored < 0) return false;
  }
  growRing(length);
  if (isStored) {
    if (!skipToByte()) return corrupt() >= 0;
    return copyStored(length);
  }
  if (!readCommandHeader() || !runCommands(length)) return false;
  // A ring smaller than the window is full only at a meta-block's end. What doesn't fit its reader then waits.
  if (ringSize < 1 << windowBits && <i32>(output() - outputStart()) == ringSize) handOutInPart();
  return isLast == 0 || endStream();
}

/** A length less 1 of `count` groups of `width` bits, the lowest first; the last of more than `most` isn't zero. */
function readLength(width: i32, count: i32, most: i32): i32 {
  let value: i32 = 0;
  for (let i = 0; i < count; i++) {
    const group = readBits(width);
    if (group < 0) return -1;
    if (i + 1 == count && count > most && group == 0) return corrupt();
    value |= group << (i * width);
  }
  return value + 1;
}

/** A meta-block whose contents are skipped. */
function skipMetadata(): bool {
  const isReserved = readBits(1);
  if (isReserved < 0) return false;
  if (isReserved) return corrupt() >= 0;
  const bytes = readBits(2);
  if (bytes < 0) return false;
  const length = bytes == 0 ? 0 : readLength(8, bytes, 1);
  if (length < 0) return false;
  if (!skipToByte()) return corrupt() >= 0;
  let left = length - takeBytes(length);
  while (left != 0) {
    if (!seeMore()) return false;
    left -= takeBytes(left);
  }
  return true;
}

/** The rest of the last byte must be zero bits. */
function endStream(): bool {
  return skipToByte() ? endWith(BrotliStatus.Done) : corrupt() >= 0;
}

/** Sizes the ring buffer for a meta-block of `length` bytes. */
function growRing(length: i32): void {
  const window = 1 << windowBits;
  if (ringSize == window) return;
  const needed = max(max(ringSize, 1024), <i32>(output() - outputStart()) + length);
  ringSize = window;
  while (ringSize >> 1 >= needed) ringSize >>= 1;
}

/** An uncompressed meta-block of `length` bytes. */
function copyStored(length: i32): bool {
  while (true) {
    const room = <i32>(outputEnd() - output());
    const from = inputStart() + (bitPosition() >> 3);
    const taken = takeBytes(length);
    const copied = min(taken, room);
    memory.copy(output(), from, copied);
    setOutput(output() + copied);
    if (copied < taken) return endWith(BrotliStatus.OutputFull);
    length -= taken;
    if (length == 0) return true;
    if (!seeMore()) return false;
  }
}
