// The frames of a channel by their numbers, small: a batcher may post millions of frames of a byte, in one channel or in a
// channel each. A few small ones lie in the channel's own block. Of more there is a tree (a B+ tree of blocks), whose entries
// say how long a frame is and where its data begins in the channel's log, which is a chain of blocks (block-store.ts). Where
// much is held already, the log gets the place of the data on L1 (data-place.ts) in its stead.
import { BLOCK_SIZE, blockOf, blocksHeld, chainBytes, giveBlock, giveChain, takeBlock } from '../block-store';
import { PLACE_SIZE, storePlace } from './data-place';
import { Frame } from './frame';
import { mostHeld } from './memory-limits';

/** Marks the length of a frame whose data is on L1. */
// @ts-ignore: decorator
@inline
const AWAY: u32 = 0x80000000;

/** Fields of `FrameRecords`; what is left of the channel's block behind them holds the first frames. */
// @ts-ignore: decorator
@inline
const FIELDS: u32 = 20;

// A frame in the channel's block: number (2), length (1), data. One that is away has AWAY_MARK, its length (4) and its place.
// @ts-ignore: decorator
@inline
const AWAY_MARK: u32 = 0xff;
// @ts-ignore: decorator
@inline
const SHORT_HEADER: u32 = 3;
// @ts-ignore: decorator
@inline
const AWAY_HEADER: u32 = 7;

// A node of the tree: how many items it has (4), a leaf's right neighbour (4), items. A leaf's items are number (4), length
// and mark (4), address of the data (4); an inner node's the least number below a child (4) and the child (4).
// @ts-ignore: decorator
@inline
const NODE_HEADER: u32 = 8;
// @ts-ignore: decorator
@inline
const ENTRY: u32 = 12;
// @ts-ignore: decorator
@inline
const MOST_ENTRIES: u32 = (BLOCK_SIZE - NODE_HEADER) / ENTRY;
// @ts-ignore: decorator
@inline
const CHILD: u32 = 8;
// @ts-ignore: decorator
@inline
const MOST_CHILDREN: u32 = (BLOCK_SIZE - NODE_HEADER) / CHILD;

/** The nodes on the way to a leaf, from the one above it upwards: 65,536 frames make six levels at most. */
// @ts-ignore: decorator
@lazy const PATH: usize = memory.data(64, 8);

/** The place of data that is away. */
// @ts-ignore: decorator
@lazy const PLACE: usize = memory.data(16, 8);

/** What `find` found: bytes of the data, whether it is on L1, and where it, or its place, begins (`chainBytes` reads it). */
export let foundLength: u32 = 0;
export let foundAway: bool = false;
export let foundAt: usize = 0;


@unmanaged
export class FrameRecords {
  private root: u32;
  /** The log: its first and last block, and bytes of the last one in use, its link among them. */
  private first: u32;
  private last: u32;
  count: u32;
  private filled: u8;
  /** Levels above the leaves. */
  private depth: u8;
  /** Bytes of the frames in the channel's block. */
  private used: u8;

  private get here(): usize {
    return changetype<usize>(this) + FIELDS;
  }

  private get room(): u32 {
    return <u32>(blockOf(changetype<usize>(this)) + BLOCK_SIZE - this.here);
  }

  /** Whether there is a frame of that number; then the `found…` variables say what is known of it. */
  find(number: u32): bool {
    if (this.root == 0) return this.findHere(number);
    let node = <usize>this.root;
    for (let level = this.depth; level > 0; level--) node = childAt(node, childIndex(node, number));
    const i = position(node, number);
    if (i == 0) return false;
    const entry = entryAt(node, i - 1);
    if (load<u32>(entry) != number) return false;
    take(load<u32>(entry, 4), <usize>load<u32>(entry, 8));
    return true;
  }

  private findHere(number: u32): bool {
    const end = this.here + this.used;
    for (let at = this.here; at < end; at = afterShort(at)) {
      if (<u32>load<u16>(at) != number) continue;
      takeShort(at);
      return true;
    }
    return false;
  }

  /** Adds a frame whose number there is none of: its data is copied, or noted where it is on L1. */
  add(frame: Frame): void {
    const length = frame.length;
    const place = frame.place;
    this.count += 1;
    if (length > PLACE_SIZE && place !== null && blocksHeld() >= mostHeld) {
      storePlace(PLACE, place, <u32>(frame.data - place.data));
      this.put(frame.number, length | AWAY, PLACE, PLACE_SIZE);
    } else {
      this.put(frame.number, length, frame.data, length);
    }
  }

  private put(number: u32, mark: u32, data: usize, size: u32): void {
    if (this.root == 0) {
      if (this.putHere(number, mark, data, size)) return;
      this.moveOut();
    }
    this.insert(number, mark, this.append(data, size));
  }

  /** Puts a frame into the channel's block, if there is room. */
  private putHere(number: u32, mark: u32, data: usize, size: u32): bool {
    const isAway = (mark & AWAY) != 0;
    const header = isAway ? AWAY_HEADER : SHORT_HEADER;
    if (size > this.room || this.used + header + size > this.room) return false;
    const at = this.here + this.used;
    store<u16>(at, <u16>number);
    store<u8>(at, <u8>(isAway ? AWAY_MARK : size), 2);
    if (isAway) store<u32>(at, mark & ~AWAY, 3);
    memory.copy(at + header, data, size);
    this.used += <u8>(header + size);
    return true;
  }

  /** Makes a tree of the frames in the channel's block. */
  private moveOut(): void {
    const end = this.here + this.used;
    this.root = <u32>newNode();
    for (let at = this.here; at < end; at = afterShort(at)) {
      takeShort(at);
      const mark = foundAway ? foundLength | AWAY : foundLength;
      this.insert(<u32>load<u16>(at), mark, this.append(foundAt, foundAway ? PLACE_SIZE : foundLength));
    }
    this.used = 0;
  }

  /** Adds bytes to the log; returns where they begin. */
  private append(data: usize, length: u32): usize {
    if (length == 0) return 0;
    if (this.last == 0 || <u32>this.filled == BLOCK_SIZE) this.extend();
    const begin = <usize>this.last + this.filled;
    while (true) {
      const count = min(length, BLOCK_SIZE - <u32>this.filled);
      memory.copy(<usize>this.last + this.filled, data, count);
      this.filled += <u8>count;
      data += count;
      length -= count;
      if (length == 0) return begin;
      this.extend();
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

  private insert(number: u32, mark: u32, at: usize): void {
    let node = <usize>this.root;
    for (let level = this.depth; level > 0; level--) {
      store<u32>(PATH + ((<usize>(level - 1)) << 2), <u32>node);
      node = childAt(node, childIndex(node, number));
    }
    const count = load<u32>(node);
    const i = position(node, number);
    if (count < MOST_ENTRIES) return insertEntry(node, i, number, mark, at);
    // Numbers that come in order fill the leaves.
    const isLast = i == count && load<u32>(node, 4) == 0;
    const kept = isLast ? count : count / 2;
    const fresh = split(node, kept, ENTRY);
    store<u32>(fresh, load<u32>(node, 4), 4);
    store<u32>(node, <u32>fresh, 4);
    if (i <= kept && !isLast) insertEntry(node, i, number, mark, at);
    else insertEntry(fresh, i - kept, number, mark, at);
    this.insertChild(load<u32>(entryAt(fresh, 0)), fresh, isLast);
  }

  /** Puts a new node into the one above it. */
  private insertChild(least: u32, child: usize, isLast: bool): void {
    for (let level: u32 = 0; level < <u32>this.depth; level++) {
      const node = <usize>load<u32>(PATH + ((<usize>level) << 2));
      const count = load<u32>(node);
      const i = childIndex(node, least) + 1;
      if (count < MOST_CHILDREN) return insertItem(node, i, least, child);
      const kept = isLast ? count : count / 2;
      const fresh = split(node, kept, CHILD);
      if (i <= kept && !isLast) insertItem(node, i, least, child);
      else insertItem(fresh, i - kept, least, child);
      least = load<u32>(childPlace(fresh, 0));
      child = fresh;
    }
    const root = newNode();
    insertItem(root, 0, 0, <usize>this.root);
    insertItem(root, 1, least, child);
    this.root = <u32>root;
    this.depth += 1;
  }

  /** Drops the frames numbered `end` or higher; what they hold in the log goes with the channel. */
  prune(end: u32): void {
    this.count = 0;
    if (this.root == 0) return this.pruneHere(end);
    const old = <usize>this.root;
    const depth = this.depth;
    let leaf = old;
    for (let level = depth; level > 0; level--) leaf = childAt(leaf, 0);
    this.root = <u32>newNode();
    this.depth = 0;
    for (; leaf != 0; leaf = <usize>load<u32>(leaf, 4)) {
      for (let i: u32 = 0; i < load<u32>(leaf); i++) {
        const entry = entryAt(leaf, i);
        if (load<u32>(entry) >= end) continue;
        this.insert(load<u32>(entry), load<u32>(entry, 4), <usize>load<u32>(entry, 8));
        this.count += 1;
      }
    }
    giveNodes(old, depth);
  }

  private pruneHere(end: u32): void {
    const all = this.here + this.used;
    let to = this.here;
    for (let at = this.here; at < all;) {
      const next = afterShort(at);
      if (<u32>load<u16>(at) < end) {
        memory.copy(to, at, next - at);
        to += next - at;
        this.count += 1;
      }
      at = next;
    }
    this.used = <u8>(to - this.here);
  }

  /** Gives everything back. */
  free(): void {
    if (this.root != 0) giveNodes(<usize>this.root, this.depth);
    giveChain(<usize>this.first);
    this.root = 0;
    this.first = 0;
    this.last = 0;
    this.count = 0;
    this.depth = 0;
    this.used = 0;
  }

  /** Sum of all frames' data and of `overhead` for each. */
  sum(overhead: u64): u64 {
    let sum: u64 = 0;
    if (this.root == 0) {
      const end = this.here + this.used;
      for (let at = this.here; at < end; at = afterShort(at)) {
        takeShort(at);
        sum += foundLength + overhead;
      }
      return sum;
    }
    let leaf = <usize>this.root;
    for (let level = this.depth; level > 0; level--) leaf = childAt(leaf, 0);
    for (; leaf != 0; leaf = <usize>load<u32>(leaf, 4)) {
      for (let i: u32 = 0; i < load<u32>(leaf); i++) sum += (load<u32>(entryAt(leaf, i), 4) & ~AWAY) + overhead;
    }
    return sum;
  }
}

/** The place of the data of the frame that `find` found, which is away; there until the next call. */
export function foundPlace(): usize {
  chainBytes(foundAt, PLACE_SIZE, PLACE);
  return PLACE;
}

function take(mark: u32, at: usize): void {
  foundLength = mark & ~AWAY;
  foundAway = (mark & AWAY) != 0;
  foundAt = at;
}

/** Takes the frame at an address in a channel's block. */
function takeShort(at: usize): void {
  const length = <u32>load<u8>(at, 2);
  if (length == AWAY_MARK) take(load<u32>(at, 3) | AWAY, at + AWAY_HEADER);
  else take(length, at + SHORT_HEADER);
}

function afterShort(at: usize): usize {
  const length = <u32>load<u8>(at, 2);
  return at + (length == AWAY_MARK ? AWAY_HEADER + PLACE_SIZE : SHORT_HEADER + length);
}

function newNode(): usize {
  const node = takeBlock();
  store<u64>(node, 0);
  return node;
}

function entryAt(node: usize, i: u32): usize {
  return node + NODE_HEADER + i * ENTRY;
}

function childPlace(node: usize, i: u32): usize {
  return node + NODE_HEADER + i * CHILD;
}

function childAt(node: usize, i: u32): usize {
  return <usize>load<u32>(childPlace(node, i), 4);
}

/** How many of a leaf's numbers are `number` or less. */
function position(node: usize, number: u32): u32 {
  let i = load<u32>(node);
  while (i > 0 && load<u32>(entryAt(node, i - 1)) > number) i -= 1;
  return i;
}

/** Which child of an inner node has the numbers about `number`. */
function childIndex(node: usize, number: u32): u32 {
  let i = load<u32>(node) - 1;
  while (i > 0 && load<u32>(childPlace(node, i)) > number) i -= 1;
  return i;
}

function insertEntry(node: usize, i: u32, number: u32, mark: u32, at: usize): void {
  const count = load<u32>(node);
  const place = entryAt(node, i);
  memory.copy(place + ENTRY, place, (count - i) * ENTRY);
  store<u32>(place, number);
  store<u32>(place, mark, 4);
  store<u32>(place, <u32>at, 8);
  store<u32>(node, count + 1);
}

function insertItem(node: usize, i: u32, least: u32, child: usize): void {
  const count = load<u32>(node);
  const place = childPlace(node, i);
  memory.copy(place + CHILD, place, (count - i) * CHILD);
  store<u32>(place, least);
  store<u32>(place, <u32>child, 4);
  store<u32>(node, count + 1);
}

/** Moves a node's items from number `kept` on, of `size` bytes each, to a new one. */
function split(node: usize, kept: u32, size: u32): usize {
  const fresh = newNode();
  const count = load<u32>(node);
  memory.copy(fresh + NODE_HEADER, node + NODE_HEADER + kept * size, (count - kept) * size);
  store<u32>(fresh, count - kept);
  store<u32>(node, kept);
  return fresh;
}

function giveNodes(node: usize, depth: u32): void {
  for (let i: u32 = 0; depth > 0 && i < load<u32>(node); i++) giveNodes(childAt(node, i), depth - 1);
  giveBlock(node);
}
