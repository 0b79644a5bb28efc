// Paths in a trie: runs of nibbles inside any bytes, given by address, index of the first nibble and count. A key's
// path and a node's path in its hex-prefix form (yellow paper, appendix C) are read where they lie.

/** The nibble of number `index` in the bytes at `ptr`. */
// @ts-ignore: decorator
@inline
export function nibble(ptr: usize, index: u32): u32 {
  return ((<u32>load<u8>(ptr + (index >> 1))) >> ((~index & 1) << 2)) & 15;
}

/** Number of nibbles, at most `most`, that two paths have in common at their start. */
export function common(a: usize, aStart: u32, b: usize, bStart: u32, most: u32): u32 {
  let n: u32 = 0;
  if (((aStart ^ bStart) & 1) == 0) {
    // Both at the same half of a byte: whole bytes may be compared.
    if ((aStart & 1) != 0 && most > 0) {
      if (nibble(a, aStart) != nibble(b, bStart)) return 0;
      n = 1;
    }
    while (n + 1 < most && load<u8>(a + ((aStart + n) >> 1)) == load<u8>(b + ((bStart + n) >> 1))) n += 2;
  }
  while (n < most && nibble(a, aStart + n) == nibble(b, bStart + n)) n++;
  return n;
}

/** Bytes of the hex-prefix form of `count` nibbles. */
// @ts-ignore: decorator
@inline
export function compactLength(count: u32): u32 {
  return (count >> 1) + 1;
}

/** Writes the hex-prefix form of the path to `target`. */
export function storeCompact(target: usize, ptr: usize, start: u32, count: u32, leaf: bool): void {
  let flag: u32 = leaf ? 0x20 : 0;
  let i = start;
  if ((count & 1) != 0) flag |= 0x10 | nibble(ptr, i++);
  store<u8>(target++, <u8>flag);
  if ((i & 1) == 0) {
    memory.copy(target, ptr + (i >> 1), count >> 1);
    return;
  }
  for (const end = start + count; i < end; i += 2) {
    store<u8>(target++, <u8>((nibble(ptr, i) << 4) | nibble(ptr, i + 1)));
  }
}
