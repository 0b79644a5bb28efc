// The size that FastLZ compresses a transaction to (specs: protocol/fjord/exec-engine.md#fees): level 1 of FastLZ, of
// which only the length is wanted.

// @ts-ignore: decorator
@inline const SLOTS: u32 = 8192;

// Where a hash of three bytes was seen last, plus `base`: what is below `base` is an earlier input's, and counts as
// position 0 as an empty table's entries do. So the table need not be cleared for each input.
// @ts-ignore: decorator
@lazy const TABLE: usize = memory.data(8192 * 4, 8);
let base: u32 = 0;

/** The three bytes at `ptr`; one more byte is read. */
// @ts-ignore: decorator
@inline
function three(ptr: usize): u32 {
  return load<u32>(ptr) & 0xffffff;
}

/** Address of the table's entry for three bytes. */
// @ts-ignore: decorator
@inline
function slot(bytes: u32): usize {
  return TABLE + ((((2654435769 * bytes) >> 19) & (SLOTS - 1)) << 2);
}

/** Bytes that `count` literals take. */
// @ts-ignore: decorator
@inline
function literals(count: u32): u32 {
  const rest = count & 31;
  return 33 * (count >> 5) + (rest != 0 ? rest + 1 : 0);
}

/** Length of the `length` bytes at `data` after compression by FastLZ. */
export function fastLzLength(data: usize, length: u32): u32 {
  if (base > 0x7fffffff - length) {
    memory.fill(TABLE, 0, SLOTS * 4);
    base = 0;
  }
  const start = base;
  base += length;
  let total: u32 = 0;
  let anchor: u32 = 0;
  // The last 13 bytes are always literals.
  const limit: u32 = length < 13 ? 0 : length - 13;
  let at: u32 = 2;
  while (at < limit) {
    let match: u32 = 0;
    let found = false;
    while (true) {
      const bytes = three(data + at);
      const entry = slot(bytes);
      const seen = load<u32>(entry);
      match = seen < start ? 0 : seen - start;
      store<u32>(entry, start + at);
      if (at >= limit) break;
      const distance = at - match;
      at++;
      if (distance <= 0x1fff && bytes == three(data + match)) {
        found = true;
        break;
      }
    }
    if (!found) break;
    if (at >= limit) break;
    at--;
    if (at > anchor) total += literals(at - anchor);
    // Length of the match behind its first three bytes; a byte that differs is counted with it.
    const most = limit + 9 - (at + 3);
    let more: u32 = 0;
    while (more < most) {
      more++;
      if (load<u8>(data + match + 2 + more) != load<u8>(data + at + 2 + more)) break;
    }
    const run = more - 1;
    total += 3 * (run / 262) + (run % 262 >= 6 ? 3 : 2);
    at += more;
    store<u32>(slot(three(data + at)), start + at);
    at++;
    store<u32>(slot(three(data + at)), start + at);
    at++;
    anchor = at;
  }
  return total + literals(length - anchor);
}
