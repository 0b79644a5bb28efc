// The compression function F of BLAKE2b: EIP-152, https://eips.ethereum.org/EIPS/eip-152, and RFC 7693, section 3.2.

/** Message words of the ten rounds' eight mixings, two each. */
// prettier-ignore
const SIGMA = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
  11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
  7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
  9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
  2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
  12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
  13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
  6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
  10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
]);

/** The columns and diagonals that a round mixes: places of a, b, c, d among the 16 words. */
// prettier-ignore
const PLACES = memory.data<u8>([
  0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,
  0, 5, 10, 15, 1, 6, 11, 12, 2, 7, 8, 13, 3, 4, 9, 14,
]);

const INITIAL = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
  0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
]);

/** Bytes of the precompile's input: rounds (4, big endian), h (64), m (128), t (16), final flag (1). */
// @ts-ignore: decorator
@inline
export const BLAKE2F_INPUT: u32 = 213;

const V = memory.data(128, 8);

/**
 * F on the BLAKE2F_INPUT bytes at `input`: writes the 64 bytes of the new state to `out`. Returns false, with nothing
 * written, where the final flag is neither 0 nor 1. Uses static buffers: not re-entrant.
 */
export function blake2f(input: usize, out: usize): bool {
  const final = load<u8>(input, 212);
  if (final > 1) return false;
  const rounds = bswap<u32>(load<u32>(input));
  const h = input + 4;
  const m = input + 68;
  memory.copy(V, h, 64);
  memory.copy(V + 64, INITIAL, 64);
  store<u64>(V, load<u64>(V, 96) ^ load<u64>(input, 196), 96);
  store<u64>(V, load<u64>(V, 104) ^ load<u64>(input, 204), 104);
  if (final) store<u64>(V, ~load<u64>(V, 112), 112);
  let row: u32 = 0;
  for (let round: u32 = 0; round < rounds; round++) {
    for (let i: u32 = 0; i < 8; i++) mix(m, SIGMA + row + (i << 1), PLACES + (i << 2));
    row = row == 144 ? 0 : row + 16;
  }
  for (let i: usize = 0; i < 64; i += 8) {
    store<u64>(out + i, load<u64>(h + i) ^ load<u64>(V + i) ^ load<u64>(V + i, 64));
  }
  return true;
}

/** One mixing: `words` are the places of its two message words, `places` those of a, b, c and d. */
// @ts-ignore: decorator
@inline
function mix(message: usize, words: usize, places: usize): void {
  const atA = V + ((<usize>load<u8>(places)) << 3);
  const atB = V + ((<usize>load<u8>(places, 1)) << 3);
  const atC = V + ((<usize>load<u8>(places, 2)) << 3);
  const atD = V + ((<usize>load<u8>(places, 3)) << 3);
  let a = load<u64>(atA);
  let b = load<u64>(atB);
  let c = load<u64>(atC);
  let d = load<u64>(atD);
  a += b + load<u64>(message + ((<usize>load<u8>(words)) << 3));
  d = rotr<u64>(d ^ a, 32);
  c += d;
  b = rotr<u64>(b ^ c, 24);
  a += b + load<u64>(message + ((<usize>load<u8>(words, 1)) << 3));
  d = rotr<u64>(d ^ a, 16);
  c += d;
  b = rotr<u64>(b ^ c, 63);
  store<u64>(atA, a);
  store<u64>(atB, b);
  store<u64>(atC, c);
  store<u64>(atD, d);
}
