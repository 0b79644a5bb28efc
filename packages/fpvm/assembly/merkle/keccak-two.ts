// Keccak-f[1600] on two states at once, a lane of each in one 128-bit vector. 0.41 µs a hash on Node 20 and 0.43 on 24,
// against 0.59 and 0.64 for one state alone (keccak.ts). One round to a turn of the loop, all of rho and pi before chi:
// unrolled, or row by row, V8 spills more and takes 1.0 to 2.4 times as long.
import { hashPair, RC } from './keccak';

/** The states: 25 vectors of two lanes. */
const STATES = memory.data(400, 16);


@inline
function rotate(lanes: v128, n: i32): v128 {
  return v128.or(i64x2.shl(lanes, n), i64x2.shr_u(lanes, 64 - n));
}

/** a ^ (~b & c), of each bit. */
@inline
function chi(a: v128, b: v128, c: v128): v128 {
  return v128.xor(a, v128.andnot(c, b));
}

/** Permutes both states in place. */
function permuteTwo(): void {
  let a0 = v128.load(STATES, 0);
  let a1 = v128.load(STATES, 16);
  let a2 = v128.load(STATES, 32);
  let a3 = v128.load(STATES, 48);
  let a4 = v128.load(STATES, 64);
  let a5 = v128.load(STATES, 80);
  let a6 = v128.load(STATES, 96);
  let a7 = v128.load(STATES, 112);
  let a8 = v128.load(STATES, 128);
  let a9 = v128.load(STATES, 144);
  let a10 = v128.load(STATES, 160);
  let a11 = v128.load(STATES, 176);
  let a12 = v128.load(STATES, 192);
  let a13 = v128.load(STATES, 208);
  let a14 = v128.load(STATES, 224);
  let a15 = v128.load(STATES, 240);
  let a16 = v128.load(STATES, 256);
  let a17 = v128.load(STATES, 272);
  let a18 = v128.load(STATES, 288);
  let a19 = v128.load(STATES, 304);
  let a20 = v128.load(STATES, 320);
  let a21 = v128.load(STATES, 336);
  let a22 = v128.load(STATES, 352);
  let a23 = v128.load(STATES, 368);
  let a24 = v128.load(STATES, 384);
  for (let round: usize = 0; round < 192; round += 8) {
    // theta
    const c0 = v128.xor(v128.xor(v128.xor(a0, a5), v128.xor(a10, a15)), a20);
    const c1 = v128.xor(v128.xor(v128.xor(a1, a6), v128.xor(a11, a16)), a21);
    const c2 = v128.xor(v128.xor(v128.xor(a2, a7), v128.xor(a12, a17)), a22);
    const c3 = v128.xor(v128.xor(v128.xor(a3, a8), v128.xor(a13, a18)), a23);
    const c4 = v128.xor(v128.xor(v128.xor(a4, a9), v128.xor(a14, a19)), a24);
    const d0 = v128.xor(c4, rotate(c1, 1));
    const d1 = v128.xor(c0, rotate(c2, 1));
    const d2 = v128.xor(c1, rotate(c3, 1));
    const d3 = v128.xor(c2, rotate(c4, 1));
    const d4 = v128.xor(c3, rotate(c0, 1));
    // rho and pi
    const b0 = v128.xor(a0, d0);
    const b10 = rotate(v128.xor(a1, d1), 1);
    const b20 = rotate(v128.xor(a2, d2), 62);
    const b5 = rotate(v128.xor(a3, d3), 28);
    const b15 = rotate(v128.xor(a4, d4), 27);
    const b16 = rotate(v128.xor(a5, d0), 36);
    const b1 = rotate(v128.xor(a6, d1), 44);
    const b11 = rotate(v128.xor(a7, d2), 6);
    const b21 = rotate(v128.xor(a8, d3), 55);
    const b6 = rotate(v128.xor(a9, d4), 20);
    const b7 = rotate(v128.xor(a10, d0), 3);
    const b17 = rotate(v128.xor(a11, d1), 10);
    const b2 = rotate(v128.xor(a12, d2), 43);
    const b12 = rotate(v128.xor(a13, d3), 25);
    const b22 = rotate(v128.xor(a14, d4), 39);
    const b23 = rotate(v128.xor(a15, d0), 41);
    const b8 = rotate(v128.xor(a16, d1), 45);
    const b18 = rotate(v128.xor(a17, d2), 15);
    const b3 = rotate(v128.xor(a18, d3), 21);
    const b13 = rotate(v128.xor(a19, d4), 8);
    const b14 = rotate(v128.xor(a20, d0), 18);
    const b24 = rotate(v128.xor(a21, d1), 2);
    const b9 = rotate(v128.xor(a22, d2), 61);
    const b19 = rotate(v128.xor(a23, d3), 56);
    const b4 = rotate(v128.xor(a24, d4), 14);
    // chi and iota
    a0 = v128.xor(chi(b0, b1, b2), v128.load64_splat(RC + round));
    a1 = chi(b1, b2, b3);
    a2 = chi(b2, b3, b4);
    a3 = chi(b3, b4, b0);
    a4 = chi(b4, b0, b1);
    a5 = chi(b5, b6, b7);
    a6 = chi(b6, b7, b8);
    a7 = chi(b7, b8, b9);
    a8 = chi(b8, b9, b5);
    a9 = chi(b9, b5, b6);
    a10 = chi(b10, b11, b12);
    a11 = chi(b11, b12, b13);
    a12 = chi(b12, b13, b14);
    a13 = chi(b13, b14, b10);
    a14 = chi(b14, b10, b11);
    a15 = chi(b15, b16, b17);
    a16 = chi(b16, b17, b18);
    a17 = chi(b17, b18, b19);
    a18 = chi(b18, b19, b15);
    a19 = chi(b19, b15, b16);
    a20 = chi(b20, b21, b22);
    a21 = chi(b21, b22, b23);
    a22 = chi(b22, b23, b24);
    a23 = chi(b23, b24, b20);
    a24 = chi(b24, b20, b21);
  }
  v128.store(STATES, a0, 0);
  v128.store(STATES, a1, 16);
  v128.store(STATES, a2, 32);
  v128.store(STATES, a3, 48);
  v128.store(STATES, a4, 64);
  v128.store(STATES, a5, 80);
  v128.store(STATES, a6, 96);
  v128.store(STATES, a7, 112);
  v128.store(STATES, a8, 128);
  v128.store(STATES, a9, 144);
  v128.store(STATES, a10, 160);
  v128.store(STATES, a11, 176);
  v128.store(STATES, a12, 192);
  v128.store(STATES, a13, 208);
  v128.store(STATES, a14, 224);
  v128.store(STATES, a15, 240);
  v128.store(STATES, a16, 256);
  v128.store(STATES, a17, 272);
  v128.store(STATES, a18, 288);
  v128.store(STATES, a19, 304);
  v128.store(STATES, a20, 320);
  v128.store(STATES, a21, 336);
  v128.store(STATES, a22, 352);
  v128.store(STATES, a23, 368);
  v128.store(STATES, a24, 384);
}


@inline
function lanes(a: usize, b: usize): v128 {
  return v128.load_lane<u64>(b, v128.load64_splat(a), 1);
}

/** Stores the first 32 bytes of both states. */
@inline
function squeeze(targetA: usize, targetB: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    const vector = v128.load(STATES + (i << 4));
    v128.store_lane<u64>(targetA + (i << 3), vector, 0);
    v128.store_lane<u64>(targetB + (i << 3), vector, 1);
  }
}

/** As two calls of `hashPair`, the second of which must not read what the first writes. */
export function hashTwoPairs(sourceA: usize, targetA: usize, sourceB: usize, targetB: usize): void {
  for (let i: usize = 0; i < 8; i++) v128.store(STATES + (i << 4), lanes(sourceA + (i << 3), sourceB + (i << 3)));
  memory.fill(STATES + 128, 0, 272);
  v128.store(STATES, i64x2.splat(1), 128);
  v128.store(STATES, i64x2.splat(0x8000000000000000), 256);
  permuteTwo();
  squeeze(targetA, targetB);
}

/** Keccak-256 of two texts of `blocks` × 136 bytes, padding included. */
export function keccak256Two(sourceA: usize, targetA: usize, sourceB: usize, targetB: usize, blocks: u32): void {
  memory.fill(STATES, 0, 400);
  for (let block: u32 = 0; block < blocks; block++) {
    for (let i: usize = 0; i < 17; i++) {
      const at = STATES + (i << 4);
      v128.store(at, v128.xor(v128.load(at), lanes(sourceA + (i << 3), sourceB + (i << 3))));
    }
    permuteTwo();
    sourceA += 136;
    sourceB += 136;
  }
  squeeze(targetA, targetB);
}

let waitingSource: usize = 0;
let waitingTarget: usize = 0;

/** Asks for a `hashPair`. It is done together with the next one asked for, or by `hashWaiting`. */
export function hashSoon(source: usize, target: usize): void {
  if (waitingSource == 0) {
    waitingSource = source;
    waitingTarget = target;
  } else {
    hashTwoPairs(waitingSource, waitingTarget, source, target);
    waitingSource = 0;
  }
}

/** Does what was asked for and is not done yet. */
export function hashWaiting(): void {
  if (waitingSource == 0) return;
  hashPair(waitingSource, waitingTarget);
  waitingSource = 0;
}
