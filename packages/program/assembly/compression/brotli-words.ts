// The static dictionary of RFC 7932 (appendix A) and its transforms (appendix B).
import { BROTLI_DICTIONARY } from '../generated/brotli-dictionary';

/** Words have 4 to 24 bytes. */
// @ts-ignore: decorator
@inline
export const WORD_LENGTH_MIN: u32 = 4;
// @ts-ignore: decorator
@inline
export const WORD_LENGTH_MAX: u32 = 24;

/** log2 of the number of words of each length (appendix A: NDBITS). */
// @ts-ignore: decorator
@lazy const WORD_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5,
]);

/** log2 of the number of words that are `length` (at most 24) bytes long; 0 where there are none. */
export function wordBits(length: u32): u32 {
  return load<u8>(WORD_BITS + length);
}

// What a transform does between prefix and suffix: 0 nothing, 1 to 9 leaves out that many last bytes, 10 and 11 make the
// first letter or all upper case, 12 to 20 leave out one to nine first bytes.
// @ts-ignore: decorator
@lazy const LAST_OMIT_LAST: u32 = 9;
// @ts-ignore: decorator
@lazy const UPPERCASE_FIRST: u32 = 10;
// @ts-ignore: decorator
@lazy const UPPERCASE_ALL: u32 = 11;

/** The 121 transforms one after the other: what it does, lengths of prefix and suffix, prefix, suffix. */
// @ts-ignore: decorator
@lazy const TRANSFORMS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 1, 32, 0, 1, 1, 32, 32, 12, 0, 0, 10, 0, 1, 32, 0, 0, 5, 32, 116, 104, 101, 32, 0, 1, 0, 32, 0, 2, 1,
  115, 32, 32, 0, 0, 4, 32, 111, 102, 32, 10, 0, 0, 0, 0, 5, 32, 97, 110, 100, 32, 13, 0, 0, 1, 0, 0, 0, 2, 1, 44, 32,
  32, 0, 0, 2, 44, 32, 10, 1, 1, 32, 32, 0, 0, 4, 32, 105, 110, 32, 0, 0, 4, 32, 116, 111, 32, 0, 2, 1, 101, 32, 32, 0,
  0, 1, 34, 0, 0, 1, 46, 0, 0, 2, 34, 62, 0, 0, 1, 10, 3, 0, 0, 0, 0, 1, 93, 0, 0, 5, 32, 102, 111, 114, 32, 14, 0, 0,
  2, 0, 0, 0, 0, 3, 32, 97, 32, 0, 0, 6, 32, 116, 104, 97, 116, 32, 10, 1, 0, 32, 0, 0, 2, 46, 32, 0, 1, 0, 46, 0, 1, 2,
  32, 44, 32, 15, 0, 0, 0, 0, 6, 32, 119, 105, 116, 104, 32, 0, 0, 1, 39, 0, 0, 6, 32, 102, 114, 111, 109, 32, 0, 0, 4,
  32, 98, 121, 32, 16, 0, 0, 17, 0, 0, 0, 5, 0, 32, 116, 104, 101, 32, 4, 0, 0, 0, 0, 6, 46, 32, 84, 104, 101, 32, 11,
  0, 0, 0, 0, 4, 32, 111, 110, 32, 0, 0, 4, 32, 97, 115, 32, 0, 0, 4, 32, 105, 115, 32, 7, 0, 0, 1, 0, 4, 105, 110, 103,
  32, 0, 0, 2, 10, 9, 0, 0, 1, 58, 0, 1, 2, 32, 46, 32, 0, 0, 3, 101, 100, 32, 20, 0, 0, 18, 0, 0, 6, 0, 0, 0, 0, 1, 40,
  10, 0, 2, 44, 32, 8, 0, 0, 0, 0, 4, 32, 97, 116, 32, 0, 0, 3, 108, 121, 32, 0, 5, 4, 32, 116, 104, 101, 32, 32, 111,
  102, 32, 5, 0, 0, 9, 0, 0, 10, 1, 2, 32, 44, 32, 10, 0, 1, 34, 0, 1, 1, 46, 40, 11, 0, 1, 32, 10, 0, 2, 34, 62, 0, 0,
  2, 61, 34, 0, 1, 1, 32, 46, 0, 5, 0, 46, 99, 111, 109, 47, 0, 5, 8, 32, 116, 104, 101, 32, 32, 111, 102, 32, 116, 104,
  101, 32, 10, 0, 1, 39, 0, 0, 7, 46, 32, 84, 104, 105, 115, 32, 0, 0, 1, 44, 0, 1, 1, 46, 32, 10, 0, 1, 40, 10, 0, 1,
  46, 0, 0, 5, 32, 110, 111, 116, 32, 0, 1, 2, 32, 61, 34, 0, 0, 3, 101, 114, 32, 11, 1, 1, 32, 32, 0, 0, 3, 97, 108,
  32, 11, 1, 0, 32, 0, 0, 2, 61, 39, 11, 0, 1, 34, 10, 0, 2, 46, 32, 0, 1, 1, 32, 40, 0, 0, 4, 102, 117, 108, 32, 10, 1,
  2, 32, 46, 32, 0, 0, 4, 105, 118, 101, 32, 0, 0, 5, 108, 101, 115, 115, 32, 11, 0, 1, 39, 0, 0, 4, 101, 115, 116, 32,
  10, 1, 1, 32, 46, 11, 0, 2, 34, 62, 0, 1, 2, 32, 61, 39, 10, 0, 1, 44, 0, 0, 4, 105, 122, 101, 32, 11, 0, 1, 46, 0, 2,
  0, 194, 160, 0, 1, 1, 32, 44, 10, 0, 2, 61, 34, 11, 0, 2, 61, 34, 0, 0, 4, 111, 117, 115, 32, 11, 0, 2, 44, 32, 10, 0,
  2, 61, 39, 10, 1, 1, 32, 44, 11, 1, 2, 32, 61, 34, 11, 1, 2, 32, 44, 32, 11, 0, 1, 44, 11, 0, 1, 40, 11, 0, 2, 46, 32,
  11, 1, 1, 32, 46, 11, 0, 2, 61, 39, 11, 1, 2, 32, 46, 32, 10, 1, 2, 32, 61, 34, 11, 1, 2, 32, 61, 39, 10, 1, 2, 32,
  61, 39,
]);

/**
 * Writes word `index` of `length` bytes, transformed, to `target` (room for 40 bytes) and returns its length.
 * `length` is 4 to 24, `index` below the number of words of that length, `transform` below 121.
 */
export function copyWord(target: usize, length: u32, index: u32, transform: u32): u32 {
  let word = BROTLI_DICTIONARY + index * length;
  for (let shorter = WORD_LENGTH_MIN; shorter < length; shorter++) word += shorter << wordBits(shorter);

  let entry = TRANSFORMS;
  for (let i: u32 = 0; i < transform; i++) entry += 3 + <usize>load<u8>(entry, 1) + <usize>load<u8>(entry, 2);
  const kind = <u32>load<u8>(entry);
  const prefix = <u32>load<u8>(entry, 1);
  const suffix = <u32>load<u8>(entry, 2);

  if (kind > UPPERCASE_ALL) {
    const skip = min(kind - UPPERCASE_ALL, length);
    word += skip;
    length -= skip;
  } else if (kind <= LAST_OMIT_LAST) {
    length -= min(kind, length);
  }
  memory.copy(target, entry + 3, prefix);
  const body = target + prefix;
  memory.copy(body, word, length);
  if (kind == UPPERCASE_FIRST) uppercase(body);
  else if (kind == UPPERCASE_ALL) {
    for (let p = body; p < body + length;) p += uppercase(p);
  }
  memory.copy(body + length, entry + 3 + prefix, suffix);
  return prefix + length + suffix;
}

/** Makes the UTF-8 character at `p` upper case as appendix B has it and returns how many bytes it takes. */
function uppercase(p: usize): usize {
  const first = load<u8>(p);
  if (first < 0xc0) {
    if (first >= 0x61 && first <= 0x7a) store<u8>(p, first ^ 0x20);
    return 1;
  }
  if (first < 0xe0) {
    store<u8>(p, load<u8>(p, 1) ^ 0x20, 1);
    return 2;
  }
  store<u8>(p, load<u8>(p, 2) ^ 5, 2);
  return 3;
}
