// Keccak-256 as Ethereum uses it: Keccak[c = 512] with the padding 0x01, not SHA-3's 0x06.
// https://keccak.team/files/Keccak-reference-3.0.pdf
//
// The machine has it in assembly (packages/guest/src/build/keccak-assembly.ts); what is below runs natively.
import { importedKeccak256 } from '../abi';

const RATE: u32 = 136;

// prettier-ignore
const ROUND_CONSTANTS = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
  0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
  0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
  0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

const STATE = memory.data(200, 16);

/**
 * Keccak-256 of the `length` bytes at `data`, written to the 32 bytes at `out`; `out` may lie in the data. There is no
 * invalid input. Uses one static state: not re-entrant.
 */
export function keccak256(data: usize, length: u32, out: usize): void {
  if (!isDefined(NATIVE)) return importedKeccak256(data, length, out);
  const state = STATE;
  // The rate is written by the first block; only the capacity starts as zeros.
  for (let lane = state + RATE; lane != state + 200; lane += 8) store<u64>(lane, 0);
  let fresh = true;
  for (; length >= RATE; length -= RATE) {
    if (fresh) {
      for (let i: usize = 0; i != RATE; i += 8) store<u64>(state + i, load<u64>(data + i));
      fresh = false;
    } else {
      for (let i: usize = 0; i != RATE; i += 8) store<u64>(state + i, load<u64>(state + i) ^ load<u64>(data + i));
    }
    permute(state);
    data += RATE;
  }
  absorbLast(state, data, length, fresh);
  permute(state);
  store<u64>(out, load<u64>(state));
  store<u64>(out, load<u64>(state, 8), 8);
  store<u64>(out, load<u64>(state, 16), 16);
  store<u64>(out, load<u64>(state, 24), 24);
}

/** Absorbs the last `length` < 136 bytes and the padding; into an unwritten rate if `fresh`. */
export function absorbLast(state: usize, data: usize, length: u32, fresh: bool): void {
  let lane = state;
  const wholeLanes = data + (length & ~7);
  // The bytes after the last whole lane, little-endian, with the padding's first bit behind them.
  let last: u64 = 0x01;
  for (let i = wholeLanes + (length & 7); i != wholeLanes;) last = (last << 8) | (<u64>load<u8>(--i));
  if (fresh) {
    for (; data != wholeLanes; data += 8) {
      store<u64>(lane, load<u64>(data));
      lane += 8;
    }
    store<u64>(lane, last);
    for (lane += 8; lane < state + RATE; lane += 8) store<u64>(lane, 0);
  } else {
    for (; data != wholeLanes; data += 8) {
      store<u64>(lane, load<u64>(lane) ^ load<u64>(data));
      lane += 8;
    }
    store<u64>(lane, load<u64>(lane) ^ last);
  }
  store<u64>(state, load<u64>(state, RATE - 8) ^ 0x8000000000000000, RATE - 8);
}

/**
 * Keccak-f[1600] on the 200 bytes at `state`. The rows' order is the one of those tried that spills fewest registers when
 * compiled for the machine: 226 instructions a round, of which 196 compute.
 */
export function permute(state: usize): void {
  let a0 = load<u64>(state);
  let a1 = ~load<u64>(state, 8);
  let a2 = ~load<u64>(state, 16);
  let a3 = load<u64>(state, 24);
  let a4 = load<u64>(state, 32);
  let a5 = load<u64>(state, 40);
  let a6 = load<u64>(state, 48);
  let a7 = load<u64>(state, 56);
  let a8 = ~load<u64>(state, 64);
  let a9 = load<u64>(state, 72);
  let a10 = load<u64>(state, 80);
  let a11 = load<u64>(state, 88);
  let a12 = ~load<u64>(state, 96);
  let a13 = load<u64>(state, 104);
  let a14 = load<u64>(state, 112);
  let a15 = load<u64>(state, 120);
  let a16 = load<u64>(state, 128);
  let a17 = ~load<u64>(state, 136);
  let a18 = load<u64>(state, 144);
  let a19 = load<u64>(state, 152);
  let a20 = ~load<u64>(state, 160);
  let a21 = load<u64>(state, 168);
  let a22 = load<u64>(state, 176);
  let a23 = load<u64>(state, 184);
  let a24 = load<u64>(state, 192);
  for (let round = ROUND_CONSTANTS; round < ROUND_CONSTANTS + 192; round += 8) {
    const c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
    const c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
    const c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
    const c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
    const c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
    const d0 = c4 ^ rotl<u64>(c1, 1);
    const d1 = c0 ^ rotl<u64>(c2, 1);
    const d2 = c1 ^ rotl<u64>(c3, 1);
    const d3 = c2 ^ rotl<u64>(c4, 1);
    const d4 = c3 ^ rotl<u64>(c0, 1);
    // Row 3.
    const b15 = rotl<u64>(a4 ^ d4, 27);
    const b16 = rotl<u64>(a5 ^ d0, 36);
    const b17 = rotl<u64>(a11 ^ d1, 10);
    const b18 = rotl<u64>(a17 ^ d2, 15);
    const b19 = rotl<u64>(a23 ^ d3, 56);
    const e15 = b15 ^ (b16 & b17);
    const e16 = b16 ^ (b17 | b18);
    const e17 = b17 ^ (~b18 | b19);
    const e18 = ~b18 ^ (b19 & b15);
    const e19 = b19 ^ (b15 | b16);
    // Row 1.
    const b5 = rotl<u64>(a3 ^ d3, 28);
    const b6 = rotl<u64>(a9 ^ d4, 20);
    const b7 = rotl<u64>(a10 ^ d0, 3);
    const b8 = rotl<u64>(a16 ^ d1, 45);
    const b9 = rotl<u64>(a22 ^ d2, 61);
    const e5 = b5 ^ (b6 | b7);
    const e6 = b6 ^ (b7 & b8);
    const e7 = b7 ^ (b8 | ~b9);
    const e8 = b8 ^ (b9 | b5);
    const e9 = b9 ^ (b5 & b6);
    // Row 0.
    const b0 = a0 ^ d0;
    const b1 = rotl<u64>(a6 ^ d1, 44);
    const b2 = rotl<u64>(a12 ^ d2, 43);
    const b3 = rotl<u64>(a18 ^ d3, 21);
    const b4 = rotl<u64>(a24 ^ d4, 14);
    const e0 = b0 ^ (b1 | b2) ^ load<u64>(round);
    const e1 = b1 ^ (~b2 | b3);
    const e2 = b2 ^ (b3 & b4);
    const e3 = b3 ^ (b4 | b0);
    const e4 = b4 ^ (b0 & b1);
    // Row 4.
    const b20 = rotl<u64>(a2 ^ d2, 62);
    const b21 = rotl<u64>(a8 ^ d3, 55);
    const b22 = rotl<u64>(a14 ^ d4, 39);
    const b23 = rotl<u64>(a15 ^ d0, 41);
    const b24 = rotl<u64>(a21 ^ d1, 2);
    const e20 = b20 ^ (~b21 & b22);
    const e21 = ~b21 ^ (b22 | b23);
    const e22 = b22 ^ (b23 & b24);
    const e23 = b23 ^ (b24 | b20);
    const e24 = b24 ^ (b20 & b21);
    // Row 2.
    const b10 = rotl<u64>(a1 ^ d1, 1);
    const b11 = rotl<u64>(a7 ^ d2, 6);
    const b12 = rotl<u64>(a13 ^ d3, 25);
    const b13 = rotl<u64>(a19 ^ d4, 8);
    const b14 = rotl<u64>(a20 ^ d0, 18);
    const e10 = b10 ^ (b11 | b12);
    const e11 = b11 ^ (b12 & b13);
    const e12 = b12 ^ (~b13 & b14);
    const e13 = ~b13 ^ (b14 | b10);
    const e14 = b14 ^ (b10 & b11);
    a0 = e0;
    a1 = e1;
    a2 = e2;
    a3 = e3;
    a4 = e4;
    a5 = e5;
    a6 = e6;
    a7 = e7;
    a8 = e8;
    a9 = e9;
    a10 = e10;
    a11 = e11;
    a12 = e12;
    a13 = e13;
    a14 = e14;
    a15 = e15;
    a16 = e16;
    a17 = e17;
    a18 = e18;
    a19 = e19;
    a20 = e20;
    a21 = e21;
    a22 = e22;
    a23 = e23;
    a24 = e24;
  }
  store<u64>(state, a0);
  store<u64>(state, ~a1, 8);
  store<u64>(state, ~a2, 16);
  store<u64>(state, a3, 24);
  store<u64>(state, a4, 32);
  store<u64>(state, a5, 40);
  store<u64>(state, a6, 48);
  store<u64>(state, a7, 56);
  store<u64>(state, ~a8, 64);
  store<u64>(state, a9, 72);
  store<u64>(state, a10, 80);
  store<u64>(state, a11, 88);
  store<u64>(state, ~a12, 96);
  store<u64>(state, a13, 104);
  store<u64>(state, a14, 112);
  store<u64>(state, a15, 120);
  store<u64>(state, a16, 128);
  store<u64>(state, ~a17, 136);
  store<u64>(state, a18, 144);
  store<u64>(state, a19, 152);
  store<u64>(state, ~a20, 160);
  store<u64>(state, a21, 168);
  store<u64>(state, a22, 176);
  store<u64>(state, a23, 184);
  store<u64>(state, a24, 192);
}
