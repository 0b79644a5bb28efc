// A set of numbers, few or many: bits in blocks, as a tree of three levels. As long as they are low it is no more than its place:
// a bit each above the lowest bit, which is 0 in a block's address.
import { BLOCK_SIZE, giveBlock, takeBlock } from './block-store';

/** Places in a block, and numbers in a leaf. */
// @ts-ignore: decorator
@inline
const PLACES: u32 = BLOCK_SIZE / 4;
// @ts-ignore: decorator
@inline
const LEAF: u32 = BLOCK_SIZE * 8;

/** Numbers below this need no block. */
// @ts-ignore: decorator
@inline
const LOW: u32 = 31;

/** Numbers are below this. */
// @ts-ignore: decorator
@inline
export const MOST_NUMBERS: u32 = PLACES * PLACES * LEAF * PLACES;

function newBlock(): usize {
  const block = takeBlock();
  memory.fill(block, 0, BLOCK_SIZE);
  return block;
}

function bitOf(number: u32): u8 {
  const bit = (<u32>1) << (number & 7);
  return <u8>bit;
}

/** The block at a place, made if there is none. */
function blockAt(place: usize): usize {
  let block = <usize>load<u32>(place);
  if (block == 0) {
    block = newBlock();
    store<u32>(place, <u32>block);
  }
  return block;
}

/** Adds `number` to the set at `place`, a u32 that is 0 for an empty set. */
export function addNumber(place: usize, number: u32): void {
  if (number >= MOST_NUMBERS) throw new RangeError('a number that is too high for a set');
  const bits = load<u32>(place);
  if (bits == 0 || (bits & 1) != 0) {
    if (number < LOW) return store<u32>(place, bits | 1 | (2 << number));
    store<u32>(place, 0);
    for (let i: u32 = 0; i < LOW; i++) {
      if ((bits & (2 << i)) != 0) addToTree(place, i);
    }
  }
  addToTree(place, number);
}

function addToTree(place: usize, number: u32): void {
  const leaf = number / LEAF;
  const top = blockAt(place);
  const middle = blockAt(top + ((leaf / PLACES / PLACES) << 2));
  const low = blockAt(middle + (((leaf / PLACES) % PLACES) << 2));
  const bits = blockAt(low + ((leaf % PLACES) << 2)) + ((number % LEAF) >> 3);
  store<u8>(bits, load<u8>(bits) | bitOf(number));
}

/** Address of the byte that has the bit of `number`, 0 where there is none. */
function byteOf(place: usize, number: u32): usize {
  if (number >= MOST_NUMBERS) return 0;
  const leaf = number / LEAF;
  let block = <usize>load<u32>(place);
  if (block == 0) return 0;
  block = <usize>load<u32>(block + ((leaf / PLACES / PLACES) << 2));
  if (block == 0) return 0;
  block = <usize>load<u32>(block + (((leaf / PLACES) % PLACES) << 2));
  if (block == 0) return 0;
  block = <usize>load<u32>(block + ((leaf % PLACES) << 2));
  return block == 0 ? 0 : block + ((number % LEAF) >> 3);
}

export function hasNumber(place: usize, number: u32): bool {
  const bits = load<u32>(place);
  if ((bits & 1) != 0) return number < LOW && (bits & (2 << number)) != 0;
  const at = byteOf(place, number);
  return at != 0 && (load<u8>(at) & bitOf(number)) != 0;
}

/** Takes `number`, which is in the set, out of it. */
export function removeNumber(place: usize, number: u32): void {
  const bits = load<u32>(place);
  if ((bits & 1) != 0) return store<u32>(place, bits & ~(2 << number));
  const at = byteOf(place, number);
  store<u8>(at, load<u8>(at) & ~bitOf(number));
}

/** Gives a set's blocks back. */
export function freeNumbers(place: usize): void {
  const bits = load<u32>(place);
  if ((bits & 1) == 0) free(<usize>bits, 3);
  store<u32>(place, 0);
}

function free(block: usize, levels: u32): void {
  if (block == 0) return;
  for (let i: u32 = 0; levels > 0 && i < PLACES; i++) free(<usize>load<u32>(block + (i << 2)), levels - 1);
  giveBlock(block);
}
