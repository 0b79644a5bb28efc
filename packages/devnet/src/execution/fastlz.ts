// The length a transaction would have after FastLZ compression, which Fjord's L1 fee is a linear function of.
// Specification: specs/protocol/fjord/exec-engine.md, "FastLZ Implementation" (Solady's level 1 compressor).

const WINDOW = 0x1fff;
const TABLE_SIZE = 8192;
const HASH_MULTIPLIER = 2_654_435_769;
/** Bytes at the end that are always literals. */
const TAIL = 13;

/** Length in bytes of `input` after compression. */
export function fastLzLength(input: Uint8Array): number {
  const at = (index: number): number => input[index] ?? 0;
  const read24 = (index: number): number => at(index) | (at(index + 1) << 8) | (at(index + 2) << 16);
  const hashOf = (word: number): number => (Math.imul(HASH_MULTIPLIER, word) >>> 19) & (TABLE_SIZE - 1);
  const table = new Uint32Array(TABLE_SIZE);
  const limit = Math.max(input.length - TAIL, 0);
  let length = 0;
  let literalStart = 0;
  let position = 2;
  while (position < limit) {
    let reference = 0;
    let found = false;
    while (!found && position < limit) {
      const word = read24(position);
      const bucket = hashOf(word);
      reference = table[bucket] ?? 0;
      table[bucket] = position;
      found = position - reference <= WINDOW && word === read24(reference);
      if (!found) position++;
    }
    // A match at the very last place to look is not taken: the original steps past it before it checks the limit.
    if (!found || position + 1 >= limit) break;
    length += literalsLength(position - literalStart);
    const matched = matchLength(input, reference + 3, position + 3, limit + 9);
    length += matchEncodingLength(matched);
    position += matched;
    table[hashOf(read24(position))] = position;
    position++;
    table[hashOf(read24(position))] = position;
    position++;
    literalStart = position;
  }
  return length + literalsLength(input.length - literalStart);
}

/** Runs of up to 32 literals, each with a byte in front. */
function literalsLength(count: number): number {
  const rest = count % 32;
  return Math.floor(count / 32) * 33 + (rest === 0 ? 0 : rest + 1);
}

/** A match of at least three bytes, in pieces of at most 262; `matched` counts what follows the third byte, plus one. */
function matchEncodingLength(matched: number): number {
  const rest = matched - 1;
  return Math.floor(rest / 262) * 3 + (rest % 262 >= 6 ? 3 : 2);
}

/** Compares from `a` and `b` until a difference, which is counted, or until `b` reaches `end`. */
function matchLength(input: Uint8Array, a: number, b: number, end: number): number {
  const most = Math.max(end - b, 0);
  for (let i = 0; i < most; i++) if (input[a + i] !== input[b + i]) return i + 1;
  return most;
}
