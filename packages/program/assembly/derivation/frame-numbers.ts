// The numbers of a channel's frames, to tell those that come twice: a B+ tree of blocks (block-store.ts), two to four bytes a
// number in whatever order they come.
import { BLOCK_SIZE, giveBlock, takeBlock } from '../block-store';

// A node: how many items it has (4), items. A leaf's are the numbers (2) in order; an inner node's the least number below a
// child (4) and the child (4).
// @ts-ignore: decorator
@inline
const NODE_HEADER: u32 = 4;
// @ts-ignore: decorator
@inline
const NUMBER: u32 = 2;
// @ts-ignore: decorator
@inline
const MOST_NUMBERS: u32 = (BLOCK_SIZE - NODE_HEADER) / NUMBER;
// @ts-ignore: decorator
@inline
const CHILD: u32 = 8;
// @ts-ignore: decorator
@inline
const MOST_CHILDREN: u32 = (BLOCK_SIZE - NODE_HEADER) / CHILD;

/** The nodes on the way to a leaf, from the one above it upwards: 65,536 numbers make five levels at most. */
// @ts-ignore: decorator
@lazy const PATH: usize = memory.data(64, 8);

/** A set of frame numbers, below 65,536. */
@unmanaged
export class FrameNumbers {
  /** The root's block, and in the bits that its address leaves how many levels there are above the leaves; 0 for no number. */
  private root: u32;

  get isEmpty(): bool {
    return this.root == 0;
  }

  has(number: u32): bool {
    if (this.root == 0) return false;
    const leaf = this.descend(number);
    const i = position(leaf, number);
    return i < load<u32>(leaf) && <u32>load<u16>(numberPlace(leaf, i)) == number;
  }

  /** Adds a number that is not there. */
  add(number: u32): void {
    if (this.root == 0) this.root = <u32>newNode();
    const node = this.descend(number);
    const i = position(node, number);
    const count = load<u32>(node);
    if (count < MOST_NUMBERS) return insertNumber(node, i, number);
    // Numbers that come in order fill the leaves.
    const kept = i == count ? count : count / 2;
    const fresh = split(node, kept, NUMBER);
    if (i <= kept && i < count) insertNumber(node, i, number);
    else insertNumber(fresh, i - kept, number);
    this.insertChild(<u32>load<u16>(numberPlace(fresh, 0)), fresh, i == count);
  }

  /** Gives everything back. */
  free(): void {
    if (this.root != 0) giveNodes(this.top, this.depth);
    this.root = 0;
  }

  private get top(): usize {
    return <usize>(this.root & ~(BLOCK_SIZE - 1));
  }

  private get depth(): u32 {
    return this.root & (BLOCK_SIZE - 1);
  }

  /** The leaf for `number`, with PATH the way to it. */
  private descend(number: u32): usize {
    let node = this.top;
    for (let level = this.depth; level > 0; level--) {
      store<u32>(PATH + ((<usize>(level - 1)) << 2), <u32>node);
      node = <usize>load<u32>(childPlace(node, childIndex(node, number)), 4);
    }
    return node;
  }

  /** Puts a new node, beside the one that PATH leads to, into the node above it. */
  private insertChild(least: u32, child: usize, isLast: bool): void {
    const depth = this.depth;
    for (let level: u32 = 0; level < depth; level++) {
      const node = <usize>load<u32>(PATH + ((<usize>level) << 2));
      const count = load<u32>(node);
      const i = childIndex(node, least) + 1;
      if (count < MOST_CHILDREN) return insertItem(node, i, least, child);
      const fills = isLast && i == count;
      const kept = fills ? count : count / 2;
      const fresh = split(node, kept, CHILD);
      if (i <= kept && !fills) insertItem(node, i, least, child);
      else insertItem(fresh, i - kept, least, child);
      least = load<u32>(childPlace(fresh, 0));
      child = fresh;
    }
    const root = newNode();
    insertItem(root, 0, 0, this.top);
    insertItem(root, 1, least, child);
    this.root = (<u32>root) | (depth + 1);
  }
}

function newNode(): usize {
  const node = takeBlock();
  store<u32>(node, 0);
  return node;
}

function numberPlace(leaf: usize, i: u32): usize {
  return leaf + NODE_HEADER + i * NUMBER;
}

function childPlace(node: usize, i: u32): usize {
  return node + NODE_HEADER + i * CHILD;
}

/** How many of a leaf's numbers are below `number`. */
function position(leaf: usize, number: u32): u32 {
  let low: u32 = 0;
  let high = load<u32>(leaf);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (<u32>load<u16>(numberPlace(leaf, middle)) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which child of an inner node has the numbers about `number`. */
function childIndex(node: usize, number: u32): u32 {
  let i = load<u32>(node) - 1;
  while (i > 0 && load<u32>(childPlace(node, i)) > number) i -= 1;
  return i;
}

function insertNumber(leaf: usize, i: u32, number: u32): void {
  const count = load<u32>(leaf);
  const place = numberPlace(leaf, i);
  memory.copy(place + NUMBER, place, (count - i) * NUMBER);
  store<u16>(place, <u16>number);
  store<u32>(leaf, count + 1);
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
  for (let i: u32 = 0; depth > 0 && i < load<u32>(node); i++) {
    giveNodes(<usize>load<u32>(childPlace(node, i), 4), depth - 1);
  }
  giveBlock(node);
}
