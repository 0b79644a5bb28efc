// The frames of a channel, small: a batcher may post millions of frames of a byte, in one channel or in a channel each. They
// lie one behind the other as they came, in a log that begins in the channel's own block and goes on in a chain of blocks
// (block-store.ts). Where much is held already, the log gets the place of a frame's data on L1 (data-place.ts) in its stead.
// Who reads the channel makes an index of the log by frame number.
import { BLOCK_SIZE, blockOf, blocksHeld, giveBlock, giveChain, takeBlock } from '../block-store';
import { GrowingBuffer } from '../growing-buffer';
import { hasPlace, isCheap, PLACE_SIZE, storePlace } from './data-place';
import { Frame } from './frame';
import { FrameNumbers } from './frame-numbers';
import { mostHeld, mostScattered } from './memory-limits';

/** Fields of `FrameRecords`; what is left of the channel's block behind them holds the beginning of the log. */
// @ts-ignore: decorator
@inline
const FIELDS: u32 = 18;

// A frame in the log: number (2), how long its data is if that is less than LONG (1), data. Else LONG, the length (3), data; or
// AWAY, the length (3), the data's place.
// @ts-ignore: decorator
@inline
const HEADER_SIZE: u32 = 3;
// @ts-ignore: decorator
@inline
const LENGTH_SIZE: u32 = 3;
// @ts-ignore: decorator
@inline
const LONG: u32 = 0xfe;
// @ts-ignore: decorator
@inline
const AWAY: u32 = 0xff;

/** A frame's header, and where its length is when that is long. */
// @ts-ignore: decorator
@lazy const HEADER: usize = memory.data(16, 8);
/** The place of data that is away. */
// @ts-ignore: decorator
@lazy const PLACE: usize = memory.data(8, 8);

/** What `readFrame` found: bytes of the data, whether it is on L1, and the address where it, or its place, begins in the log. */
export let foundLength: u32 = 0;
export let foundAway: bool = false;
export let foundAt: usize = 0;

/** The log that is read, where reading goes on, and whether blocks are given back behind that. */
let log: usize = 0;
let at: usize = 0;
let gives: bool = false;


@unmanaged
export class FrameRecords {
  /** The numbers of its frames, where the log has left the channel's block and frames may come in any order. */
  private numbers: u32;
  /** The log: its first and last block behind the channel's, and bytes in use of the last one, its link among them. */
  private first: u32;
  private last: u32;
  count: u32;
  private filled: u8;
  /** Bytes of the log in the channel's block. */
  private used: u8;

  private get here(): usize {
    return changetype<usize>(this) + FIELDS;
  }

  private get room(): u32 {
    return <u32>(blockOf(changetype<usize>(this)) + BLOCK_SIZE - this.here);
  }

  /** Whether there is a frame of that number, where all frames came by `add`. */
  has(number: u32): bool {
    const numbers = numbersOf(this);
    if (!numbers.isEmpty) return numbers.has(number);
    openLog(this);
    for (let left = this.count; left > 0; left--) {
      if (readFrame() == number) return true;
      skipData();
    }
    return false;
  }

  /** Adds a frame whose number there is none of: its data is copied, or noted where it is on L1. */
  add(frame: Frame): void {
    const numbers = numbersOf(this);
    if (numbers.isEmpty) {
      this.append(frame);
      if (this.first != 0) this.note();
    } else {
      numbers.add(frame.number);
      this.append(frame);
    }
  }

  /** The same for a channel whose frames come in order, so that none comes twice. */
  append(frame: Frame): void {
    const length = frame.length;
    const place = frame.place;
    // A place takes three bytes more than data of the same length.
    const held = blocksHeld();
    if (
      length > PLACE_SIZE + LENGTH_SIZE &&
      place !== null &&
      held >= mostHeld &&
      (held >= mostScattered || isWhole(frame) || isCheap(place, length))
    ) {
      const offset = <u32>(frame.data - place.data);
      if (hasPlace(place, offset)) {
        storePlace(PLACE, place, offset);
        this.beginFrame(frame.number, length, true);
        this.write(PLACE, PLACE_SIZE);
        return;
      }
    }
    this.beginFrame(frame.number, length, false);
    this.write(frame.data, length);
  }

  /** Begins a frame of `length` bytes: these, or their place where `isAway` says so, are written next. */
  beginFrame(number: u32, length: u32, isAway: bool): void {
    this.count += 1;
    store<u16>(HEADER, <u16>number);
    if (isAway || length >= LONG) return this.writeLong(isAway ? AWAY : LONG, length);
    store<u8>(HEADER, <u8>length, 2);
    this.write(HEADER, HEADER_SIZE);
  }

  /** Writes a header of which the number is in HEADER. */
  private writeLong(mark: u32, length: u32): void {
    store<u8>(HEADER, <u8>mark, 2);
    store<u32>(HEADER, length, HEADER_SIZE);
    this.write(HEADER, HEADER_SIZE + LENGTH_SIZE);
  }

  /** Adds bytes to the log. */
  write(data: usize, length: u32): void {
    while (length > 0) {
      const isHere = this.last == 0;
      const used = <u32>(isHere ? this.used : this.filled);
      const room = (isHere ? this.room : BLOCK_SIZE) - used;
      if (room == 0) {
        this.extend();
        continue;
      }
      const count = min(length, room);
      memory.copy((isHere ? this.here : <usize>this.last) + used, data, count);
      if (isHere) this.used += <u8>count;
      else this.filled += <u8>count;
      data += count;
      length -= count;
    }
  }

  private extend(): void {
    const block = takeBlock();
    store<u32>(block, 0);
    if (this.last == 0) this.first = <u32>block;
    else store<u32>(<usize>this.last, <u32>block);
    this.last = <u32>block;
    this.filled = 4;
  }

  /** Notes the numbers of all frames. */
  private note(): void {
    const numbers = numbersOf(this);
    openLog(this);
    for (let left = this.count; left > 0; left--) {
      numbers.add(readFrame());
      skipData();
    }
  }

  /** Gives back what only tells whether a frame comes twice: no more are added. */
  close(): void {
    numbersOf(this).free();
  }

  /** Drops the frames numbered `end` or higher. */
  prune(end: u32): void {
    // The log is written anew, from one that begins in a copy of the channel's block.
    const copy = takeBlock();
    const own = blockOf(changetype<usize>(this));
    memory.copy(copy, own, BLOCK_SIZE);
    const old = changetype<FrameRecords>(copy + (changetype<usize>(this) - own));
    const all = this.count;
    numbersOf(this).free();
    this.first = 0;
    this.last = 0;
    this.used = 0;
    this.count = 0;
    openLog(old);
    gives = true;
    for (let left = all; left > 0; left--) {
      const number = readFrame();
      if (number >= end) {
        skipData();
        continue;
      }
      this.count += 1;
      this.write(HEADER, foundLength < LONG && !foundAway ? HEADER_SIZE : HEADER_SIZE + LENGTH_SIZE);
      for (let rest = storedLength(); rest > 0;) {
        const count = min(rest, step());
        this.write(at, count);
        at += count;
        rest -= count;
      }
    }
    giveBlock(blockOf(at - 1));
    gives = false;
    if (this.first != 0) this.note();
  }

  /** Gives everything back. */
  free(): void {
    numbersOf(this).free();
    giveChain(<usize>this.first);
    this.first = 0;
    this.last = 0;
    this.used = 0;
    this.count = 0;
  }

  /** The block behind `block` in the log; 0 for none. */
  after(block: usize): usize {
    return block == blockOf(changetype<usize>(this)) ? <usize>this.first : <usize>load<u32>(block);
  }
}

/** Whether a frame is all of its channel: such are read again in the order in which they came, and so each piece of data once. */
function isWhole(frame: Frame): bool {
  return frame.number == 0 && frame.isLast;
}

function numbersOf(records: FrameRecords): FrameNumbers {
  return changetype<FrameNumbers>(changetype<usize>(records));
}

/**
 * Writes to `index`, 4 bytes each, where the frames numbered 0 to `records.count` - 1 begin in the log, which are all that there
 * are; returns the sum of their data.
 */
export function indexFrames(records: FrameRecords, index: GrowingBuffer): u64 {
  index.reserve(records.count << 2, 0);
  let sum: u64 = 0;
  openLog(records);
  for (let left = records.count; left > 0; left--) {
    step();
    const begin = <u32>at;
    const number = readFrame();
    if (number >= records.count) throw new Error('a channel that lacks a frame');
    store<u32>(index.ptr + ((<usize>number) << 2), begin);
    sum += foundLength;
    skipData();
  }
  return sum;
}

/** Finds the frame that begins at `begin` in the log: the `found…` variables say what is known of it. */
export function findFrame(records: FrameRecords, begin: usize): void {
  log = changetype<usize>(records);
  at = begin;
  readFrame();
}

/** The place of the data of the frame that was found, which is away; there until the next call. */
export function foundPlace(): usize {
  at = foundAt;
  pass(PLACE, PLACE_SIZE);
  return PLACE;
}

/** Goes to the beginning of the log of `records`, before the first frame that came. */
export function openLog(records: FrameRecords): void {
  log = changetype<usize>(records);
  at = log + FIELDS;
}

/** Reads a frame's header and returns its number; the `found…` variables say what follows. */
export function readFrame(): u32 {
  pass(HEADER, HEADER_SIZE);
  const mark = <u32>load<u8>(HEADER, 2);
  foundLength = mark;
  foundAway = mark == AWAY;
  if (mark >= LONG) {
    pass(HEADER + HEADER_SIZE, LENGTH_SIZE);
    foundLength = load<u32>(HEADER, HEADER_SIZE) & 0xffffff;
  }
  if (foundLength > 0) step();
  foundAt = at;
  return <u32>load<u16>(HEADER);
}

/** Bytes of the frame at hand in the log behind its header. */
function storedLength(): u32 {
  return foundAway ? PLACE_SIZE : foundLength;
}

function skipData(): void {
  pass(0, storedLength());
}

/** Copies the next `length` bytes of the frame's data, or of its place, to `target`. */
export function passData(target: usize, length: u32): void {
  pass(target, length);
}

/** Copies bytes of the log to `target`, unless that is 0, and goes on behind them. */
function pass(target: usize, length: u32): void {
  while (length > 0) {
    const count = min(length, step());
    if (target != 0) {
      memory.copy(target, at, count);
      target += count;
    }
    at += count;
    length -= count;
  }
}

/** Goes to the next block where one is at its end; returns how many bytes the block at hand has from there on. */
function step(): u32 {
  const block = blockOf(at - 1);
  if (at < block + BLOCK_SIZE) return <u32>(block + BLOCK_SIZE - at);
  at = changetype<FrameRecords>(log).after(block) + 4;
  if (gives) giveBlock(block);
  return BLOCK_SIZE - 4;
}
