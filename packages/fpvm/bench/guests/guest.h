// What the guests share: numbers, memory, output, and `work`, which each of them defines.
#pragma once

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

/** The guest's work. ROUNDS, set by the build, says how much. The result is printed: it must depend on all of it. */
u64 work(u64 rounds);

/** Fresh zeroed memory from the system. Not from the ELF file's bss: that would be pages of the first state. */
void *allocate(u64 length);

/** The next of a fixed sequence of pseudo-random numbers (xorshift64). `state` must not be 0. */
static inline u64 next_random(u64 *state) {
  u64 x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}

static inline u64 mix(u64 sum, u64 value) { return (sum ^ value) * 0x9e3779b97f4a7c15ul + (sum >> 29); }
