// Register-heavy: Keccak-f[1600], a round written out, over a state that stays in memory between rounds.
// https://keccak.team/keccak_specs_summary.html
#include "guest.h"

static const u64 round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

// Of the lane at x + 5y: how far rho turns it.
static const u8 rotations[25] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                 25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

static inline u64 rotate(u64 value, u32 by) { return by == 0 ? value : value << by | value >> (64 - by); }

static void permute(u64 a[25]) {
  for (int round = 0; round < 24; round++) {
    u64 c[5], b[25];
#pragma unroll
    for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma unroll
    for (int x = 0; x < 5; x++) {
      u64 d = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1);
#pragma unroll
      for (int y = 0; y < 5; y++) b[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(a[x + 5 * y] ^ d, rotations[x + 5 * y]);
    }
#pragma unroll
    for (int y = 0; y < 25; y += 5) {
#pragma unroll
      for (int x = 0; x < 5; x++) a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
    }
    a[0] ^= round_constants[round];
  }
}

u64 work(u64 rounds) {
  u64 state[25];
  for (int i = 0; i < 25; i++) state[i] = 0;
  for (u64 i = 0; i < rounds; i++) {
    state[i % 17] ^= i;
    permute(state);
  }
  return state[0];
}
