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

/** Bytes of the precompile's input: rounds (4, big endian), h (64), m (128), t (16), final flag (1). */
// @ts-ignore: decorator
@inline
export const BLAKE2F_INPUT: u32 = 213;

/** Rounds after which the order of the message's words repeats. */
// @ts-ignore: decorator
@inline
const PERIOD: u32 = 10;

/** The message's words in the order of the rounds, so that a round finds each at a constant offset. */
const SCHEDULE = memory.data(1280, 8);

/** Writes the message's words as `rounds` of the ten rounds' orders want them. */
function schedule(message: usize, rounds: u32): void {
  const end = SCHEDULE + ((<usize>rounds) << 7);
  let sigma = SIGMA;
  for (let target = SCHEDULE; target != end; target += 8) {
    store<u64>(target, load<u64>(message + ((<usize>load<u8>(sigma)) << 3)));
    sigma++;
  }
}

/**
 * F on the BLAKE2F_INPUT bytes at `input`: writes the 64 bytes of the new state to `out`. Returns false, with nothing
 * written, where the final flag is neither 0 nor 1. Uses static buffers: not re-entrant.
 */
export function blake2f(input: usize, out: usize): bool {
  const final = load<u8>(input, 212);
  if (final > 1) return false;
  let rounds = bswap<u32>(load<u32>(input));
  schedule(input + 68, min<u32>(rounds, PERIOD));
  const h = input + 4;
  let v0 = load<u64>(h);
  let v1 = load<u64>(h, 8);
  let v2 = load<u64>(h, 16);
  let v3 = load<u64>(h, 24);
  let v4 = load<u64>(h, 32);
  let v5 = load<u64>(h, 40);
  let v6 = load<u64>(h, 48);
  let v7 = load<u64>(h, 56);
  let v8: u64 = 0x6a09e667f3bcc908;
  let v9: u64 = 0xbb67ae8584caa73b;
  let v10: u64 = 0x3c6ef372fe94f82b;
  let v11: u64 = 0xa54ff53a5f1d36f1;
  let v12: u64 = 0x510e527fade682d1 ^ load<u64>(input, 196);
  let v13: u64 = 0x9b05688c2b3e6c1f ^ load<u64>(input, 204);
  let v14: u64 = 0x1f83d9abfb41bd6b;
  let v15: u64 = 0x5be0cd19137e2179;
  if (final) v14 = ~v14;
  while (rounds != 0) {
    const turn = min<u32>(rounds, PERIOD);
    rounds -= turn;
    const end = SCHEDULE + ((<usize>turn) << 7);
    for (let w = SCHEDULE; w != end; w += 128) {
      // The columns.
      v0 += v4 + load<u64>(w);
      v12 = rotr<u64>(v12 ^ v0, 32);
      v8 += v12;
      v4 = rotr<u64>(v4 ^ v8, 24);
      v0 += v4 + load<u64>(w, 8);
      v12 = rotr<u64>(v12 ^ v0, 16);
      v8 += v12;
      v4 = rotr<u64>(v4 ^ v8, 63);
      v1 += v5 + load<u64>(w, 16);
      v13 = rotr<u64>(v13 ^ v1, 32);
      v9 += v13;
      v5 = rotr<u64>(v5 ^ v9, 24);
      v1 += v5 + load<u64>(w, 24);
      v13 = rotr<u64>(v13 ^ v1, 16);
      v9 += v13;
      v5 = rotr<u64>(v5 ^ v9, 63);
      v2 += v6 + load<u64>(w, 32);
      v14 = rotr<u64>(v14 ^ v2, 32);
      v10 += v14;
      v6 = rotr<u64>(v6 ^ v10, 24);
      v2 += v6 + load<u64>(w, 40);
      v14 = rotr<u64>(v14 ^ v2, 16);
      v10 += v14;
      v6 = rotr<u64>(v6 ^ v10, 63);
      v3 += v7 + load<u64>(w, 48);
      v15 = rotr<u64>(v15 ^ v3, 32);
      v11 += v15;
      v7 = rotr<u64>(v7 ^ v11, 24);
      v3 += v7 + load<u64>(w, 56);
      v15 = rotr<u64>(v15 ^ v3, 16);
      v11 += v15;
      v7 = rotr<u64>(v7 ^ v11, 63);
      // The diagonals.
      v0 += v5 + load<u64>(w, 64);
      v15 = rotr<u64>(v15 ^ v0, 32);
      v10 += v15;
      v5 = rotr<u64>(v5 ^ v10, 24);
      v0 += v5 + load<u64>(w, 72);
      v15 = rotr<u64>(v15 ^ v0, 16);
      v10 += v15;
      v5 = rotr<u64>(v5 ^ v10, 63);
      v1 += v6 + load<u64>(w, 80);
      v12 = rotr<u64>(v12 ^ v1, 32);
      v11 += v12;
      v6 = rotr<u64>(v6 ^ v11, 24);
      v1 += v6 + load<u64>(w, 88);
      v12 = rotr<u64>(v12 ^ v1, 16);
      v11 += v12;
      v6 = rotr<u64>(v6 ^ v11, 63);
      v2 += v7 + load<u64>(w, 96);
      v13 = rotr<u64>(v13 ^ v2, 32);
      v8 += v13;
      v7 = rotr<u64>(v7 ^ v8, 24);
      v2 += v7 + load<u64>(w, 104);
      v13 = rotr<u64>(v13 ^ v2, 16);
      v8 += v13;
      v7 = rotr<u64>(v7 ^ v8, 63);
      v3 += v4 + load<u64>(w, 112);
      v14 = rotr<u64>(v14 ^ v3, 32);
      v9 += v14;
      v4 = rotr<u64>(v4 ^ v9, 24);
      v3 += v4 + load<u64>(w, 120);
      v14 = rotr<u64>(v14 ^ v3, 16);
      v9 += v14;
      v4 = rotr<u64>(v4 ^ v9, 63);
    }
  }
  store<u64>(out, load<u64>(h) ^ v0 ^ v8);
  store<u64>(out, load<u64>(h, 8) ^ v1 ^ v9, 8);
  store<u64>(out, load<u64>(h, 16) ^ v2 ^ v10, 16);
  store<u64>(out, load<u64>(h, 24) ^ v3 ^ v11, 24);
  store<u64>(out, load<u64>(h, 32) ^ v4 ^ v12, 32);
  store<u64>(out, load<u64>(h, 40) ^ v5 ^ v13, 40);
  store<u64>(out, load<u64>(h, 48) ^ v6 ^ v14, 48);
  store<u64>(out, load<u64>(h, 56) ^ v7 ^ v15, 56);
  return true;
}
