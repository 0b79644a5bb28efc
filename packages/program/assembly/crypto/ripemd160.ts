// RIPEMD-160: https://homes.esat.kuleuven.be/~bosselae/ripemd160/pdf/AB-9601/AB-9601.pdf

/** Message word of each of the 80 steps, left line then right line. */
// prettier-ignore
const WORDS = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
  3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12,
  1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
  4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
  5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12,
  6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
  15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13,
  8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
  12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
]);

/** Rotation of each step, in the same order. */
// prettier-ignore
const ROTATIONS = memory.data<u8>([
  11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8,
  7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
  11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5,
  11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
  9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
  8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6,
  9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
  9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5,
  15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
  8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
]);

/** Added constant of each round of 16 steps, in the same order. */
const CONSTANTS = memory.data<u32>([
  0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e, 0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0,
]);

const STATE = memory.data(20, 8);
/** What the five words are after a line. */
const LINE = memory.data(20, 8);
const LAST_BLOCK = memory.data(64, 8);

/**
 * RIPEMD-160 of the `length` bytes at `data`, written to the 20 bytes at `out`; `out` may lie in the data. There is no
 * invalid input. Uses static buffers: not re-entrant.
 */
export function ripemd160(data: usize, length: u32, out: usize): void {
  store<u32>(STATE, 0x67452301);
  store<u32>(STATE, 0xefcdab89, 4);
  store<u32>(STATE, 0x98badcfe, 8);
  store<u32>(STATE, 0x10325476, 12);
  store<u32>(STATE, 0xc3d2e1f0, 16);
  const end = data + (length & ~63);
  for (; data != end; data += 64) compress(data);
  const tail = length & 63;
  memory.fill(LAST_BLOCK, 0, 64);
  memory.copy(LAST_BLOCK, data, tail);
  store<u8>(LAST_BLOCK + tail, 0x80);
  if (tail >= 56) {
    compress(LAST_BLOCK);
    memory.fill(LAST_BLOCK, 0, 64);
  }
  store<u64>(LAST_BLOCK, (<u64>length) << 3, 56);
  compress(LAST_BLOCK);
  memory.copy(out, STATE, 20);
}

/** The function of round `index` (0 to 4) of the left line; the right line takes them in reverse. */
// @ts-ignore: decorator
@inline
function mix(index: u32, x: u32, y: u32, z: u32): u32 {
  switch (index) {
    case 0:
      return x ^ y ^ z;
    case 1:
      return (x & y) | (~x & z);
    case 2:
      return (x | ~y) ^ z;
    case 3:
      return (x & z) | (y & ~z);
    default:
      return x ^ (y | ~z);
  }
}

/** Runs the line whose steps start at `first` (0 left, 80 right) on the block and leaves its words in LINE. */
function line(block: usize, first: u32): void {
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  for (let round: u32 = 0; round < 5; round++) {
    const index = first == 0 ? round : 4 - round;
    const constant = load<u32>(CONSTANTS + (((first >> 4) + round) << 2));
    const start = first + (round << 4);
    for (let step = start; step < start + 16; step++) {
      const word = load<u32>(block + ((<usize>load<u8>(WORDS + step)) << 2));
      const sum = a + mix(index, b, c, d) + word + constant;
      const next = rotl<u32>(sum, load<u8>(ROTATIONS + step)) + e;
      a = e;
      e = d;
      d = rotl<u32>(c, 10);
      c = b;
      b = next;
    }
  }
  store<u32>(LINE, a);
  store<u32>(LINE, b, 4);
  store<u32>(LINE, c, 8);
  store<u32>(LINE, d, 12);
  store<u32>(LINE, e, 16);
}

function compress(block: usize): void {
  line(block, 0);
  const a = load<u32>(LINE);
  const b = load<u32>(LINE, 4);
  const c = load<u32>(LINE, 8);
  const d = load<u32>(LINE, 12);
  const e = load<u32>(LINE, 16);
  line(block, 80);
  const first = load<u32>(STATE, 4) + c + load<u32>(LINE, 12);
  store<u32>(STATE, load<u32>(STATE, 8) + d + load<u32>(LINE, 16), 4);
  store<u32>(STATE, load<u32>(STATE, 12) + e + load<u32>(LINE), 8);
  store<u32>(STATE, load<u32>(STATE, 16) + a + load<u32>(LINE, 4), 12);
  store<u32>(STATE, load<u32>(STATE) + b + load<u32>(LINE, 8), 16);
  store<u32>(STATE, first);
}
