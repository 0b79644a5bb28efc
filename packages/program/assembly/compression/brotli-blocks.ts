// Blocks of the three categories in a compressed meta-block of Brotli (RFC 7932, section 6): each element of a category is
// coded by the type of its block.
import { readCode, readCount } from './brotli-codes';
import {
  bitPosition,
  pulledBeforeSymbol,
  readBits,
  readSymbol,
  restartUnit,
  seeMore,
  tryBits,
  trySymbol,
} from './brotli-streams';

// The three categories of blocks, as offsets of their u32 entries in the tables below.
// @ts-ignore: decorator
@inline
export const LITERALS: usize = 0;
// @ts-ignore: decorator
@inline
export const COMMANDS: usize = 4;
// @ts-ignore: decorator
@inline
export const DISTANCES: usize = 8;

export const TYPE_COUNT = memory.data(12, 8);
const TYPE_CODE = memory.data(12, 8);
const LENGTH_CODE = memory.data(12, 8);
export const TYPE = memory.data(12, 8);
const TYPE_BEFORE = memory.data(12, 8);
/** Elements left in the current block. */
export const LEFT = memory.data(12, 8);

/** Section 6: base << 8 | extra bits of the block length codes. */
// prettier-ignore
const BLOCK_LENGTHS = memory.data<u32>([
  0x0102, 0x0502, 0x0902, 0x0d02, 0x1103, 0x1903, 0x2103, 0x2903, 0x3104, 0x4104, 0x5104, 0x6104, 0x7105, 0x9105,
  0xb105, 0xd105, 0xf106, 0x13106, 0x17107, 0x1f108, 0x2f109, 0x4f10a, 0x8f10b, 0x10f10c, 0x20f10d, 0x40f118,
]);

/** The number of types in the category, and if there are more than one the codes for switches and the first length. */
export function readBlockTypes(category: usize): bool {
  const count = readCount();
  if (count < 0) return false;
  store<i32>(TYPE_COUNT + category, count);
  store<u32>(TYPE + category, 0);
  store<u32>(TYPE_BEFORE + category, 1);
  if (count == 1) {
    store<i32>(LEFT + category, i32.MAX_VALUE);
    return true;
  }
  const typeCode = readCode(count + 2);
  if (typeCode == 0) return false;
  store<u32>(TYPE_CODE + category, <u32>typeCode);
  const lengthCode = readCode(26);
  if (lengthCode == 0) return false;
  store<u32>(LENGTH_CODE + category, <u32>lengthCode);
  const symbol = readSymbol(lengthCode);
  if (symbol < 0) return false;
  const length = load<i32>(BLOCK_LENGTHS + (symbol << 2));
  const extra = readBits(length & 0xff);
  if (extra < 0) return false;
  store<i32>(LEFT + category, (length >> 8) + extra);
  return true;
}

/** Reads the type and length of the category's next block (section 6). */
export function switchBlock(category: usize): bool {
  let code: i32 = 0;
  let length: i32 = 0;
  while (true) {
    const start = bitPosition();
    code = trySymbol(load<u32>(TYPE_CODE + category));
    if (code >= 0) {
      const pulled = pulledBeforeSymbol();
      const symbol = trySymbol(load<u32>(LENGTH_CODE + category));
      if (symbol >= 0) {
        length = load<i32>(BLOCK_LENGTHS + (symbol << 2));
        const extra = tryBits(length & 0xff);
        if (extra >= 0) {
          length = (length >> 8) + extra;
          break;
        }
      }
      restartUnit(start, pulled);
    }
    if (!seeMore()) return false;
  }
  const count = load<i32>(TYPE_COUNT + category);
  const current = load<i32>(TYPE + category);
  let next = code == 0 ? load<i32>(TYPE_BEFORE + category) : code == 1 ? current + 1 : code - 2;
  if (next >= count) next -= count;
  store<i32>(TYPE_BEFORE + category, current);
  store<i32>(TYPE + category, next);
  store<i32>(LEFT + category, length);
  return true;
}
