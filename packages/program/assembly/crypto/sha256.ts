// SHA-256: FIPS 180-4, https://nvlpubs.nist.gov/nistpubs/FIPS/NIST.FIPS.180-4.pdf
//
// Words live in 64-bit locals whose upper halves are garbage. A word that is to be rotated is first doubled (its 32 bits
// twice); each rotation is then one shift instead of the three instructions that RV64IMA needs.

// prettier-ignore
const ROUND_CONSTANTS = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

const STATE = memory.data(32, 8);
/** The 64 words of the message schedule. */
const SCHEDULE = memory.data(256, 8);
const LAST_BLOCK = memory.data(64, 8);

/**
 * SHA-256 of the `length` bytes at `data`, written to the 32 bytes at `out`; `out` may lie in the data. There is no
 * invalid input. Uses static buffers: not re-entrant.
 */
export function sha256(data: usize, length: u32, out: usize): void {
  store<u32>(STATE, 0x6a09e667);
  store<u32>(STATE, 0xbb67ae85, 4);
  store<u32>(STATE, 0x3c6ef372, 8);
  store<u32>(STATE, 0xa54ff53a, 12);
  store<u32>(STATE, 0x510e527f, 16);
  store<u32>(STATE, 0x9b05688c, 20);
  store<u32>(STATE, 0x1f83d9ab, 24);
  store<u32>(STATE, 0x5be0cd19, 28);
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
  store<u64>(LAST_BLOCK, bswap<u64>((<u64>length) << 3), 56);
  compress(LAST_BLOCK);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(STATE + i)));
}

/** The low 32 bits of `x`, twice. */
// @ts-ignore: decorator
@inline
function double(x: u64): u64 {
  const high = x << 32;
  return high | (high >> 32);
}

// @ts-ignore: decorator
@inline
function bigSigma1(e: u64): u64 {
  const w = double(e);
  return (w >> 6) ^ (w >> 11) ^ (w >> 25);
}

// @ts-ignore: decorator
@inline
function bigSigma0(a: u64): u64 {
  const w = double(a);
  return (w >> 2) ^ (w >> 13) ^ (w >> 22);
}

/** One application of the compression function to STATE with the 64 bytes at `block`. */
function compress(block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(SCHEDULE + i, bswap<u32>(load<u32>(block + i)));
  for (let w = SCHEDULE; w != SCHEDULE + 192; w += 4) {
    const x = <u64>load<u32>(w, 4);
    const x2 = x | (x << 32);
    const y = <u64>load<u32>(w, 56);
    const y2 = y | (y << 32);
    const sigma0 = (x2 >> 7) ^ (x2 >> 18) ^ (x >> 3);
    const sigma1 = (y2 >> 17) ^ (y2 >> 19) ^ (y >> 10);
    store<u32>(w, <u32>(<u64>load<u32>(w) + sigma0 + <u64>load<u32>(w, 36) + sigma1), 64);
  }

  let a = <u64>load<u32>(STATE);
  let b = <u64>load<u32>(STATE, 4);
  let c = <u64>load<u32>(STATE, 8);
  let d = <u64>load<u32>(STATE, 12);
  let e = <u64>load<u32>(STATE, 16);
  let f = <u64>load<u32>(STATE, 20);
  let g = <u64>load<u32>(STATE, 24);
  let h = <u64>load<u32>(STATE, 28);
  // Eight rounds a turn, so that the working variables change names instead of registers.
  for (let i: usize = 0; i != 256; i += 32) {
    const k = ROUND_CONSTANTS + i;
    const w = SCHEDULE + i;
    h += bigSigma1(e) + (((f ^ g) & e) ^ g) + <u64>load<u32>(k) + <u64>load<u32>(w);
    d += h;
    h += bigSigma0(a) + ((a & b) | ((a | b) & c));
    g += bigSigma1(d) + (((e ^ f) & d) ^ f) + <u64>load<u32>(k, 4) + <u64>load<u32>(w, 4);
    c += g;
    g += bigSigma0(h) + ((h & a) | ((h | a) & b));
    f += bigSigma1(c) + (((d ^ e) & c) ^ e) + <u64>load<u32>(k, 8) + <u64>load<u32>(w, 8);
    b += f;
    f += bigSigma0(g) + ((g & h) | ((g | h) & a));
    e += bigSigma1(b) + (((c ^ d) & b) ^ d) + <u64>load<u32>(k, 12) + <u64>load<u32>(w, 12);
    a += e;
    e += bigSigma0(f) + ((f & g) | ((f | g) & h));
    d += bigSigma1(a) + (((b ^ c) & a) ^ c) + <u64>load<u32>(k, 16) + <u64>load<u32>(w, 16);
    h += d;
    d += bigSigma0(e) + ((e & f) | ((e | f) & g));
    c += bigSigma1(h) + (((a ^ b) & h) ^ b) + <u64>load<u32>(k, 20) + <u64>load<u32>(w, 20);
    g += c;
    c += bigSigma0(d) + ((d & e) | ((d | e) & f));
    b += bigSigma1(g) + (((h ^ a) & g) ^ a) + <u64>load<u32>(k, 24) + <u64>load<u32>(w, 24);
    f += b;
    b += bigSigma0(c) + ((c & d) | ((c | d) & e));
    a += bigSigma1(f) + (((g ^ h) & f) ^ h) + <u64>load<u32>(k, 28) + <u64>load<u32>(w, 28);
    e += a;
    a += bigSigma0(b) + ((b & c) | ((b | c) & d));
  }
  store<u32>(STATE, load<u32>(STATE) + <u32>a);
  store<u32>(STATE, load<u32>(STATE, 4) + <u32>b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + <u32>c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + <u32>d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + <u32>e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + <u32>f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + <u32>g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + <u32>h, 28);
}
