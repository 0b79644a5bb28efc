// Memory-bound: 64 MiB, written through in order, then followed along a cycle that jumps to a random line each time.
#include "guest.h"

#define LENGTH (64ul << 20)
#define LINE_WORDS 8
#define LINES (LENGTH / 8 / LINE_WORDS)

/** Word 0 of each line becomes the address of another line, so that all lines make one cycle (Sattolo's shuffle). */
static void link_lines(u64 *words) {
  u64 random = 88172645463325252ul;
  for (u64 i = 0; i < LINES; i++) words[i * LINE_WORDS] = (u64)(words + i * LINE_WORDS);
  for (u64 i = LINES - 1; i > 0; i--) {
    u64 j = (next_random(&random) >> 32) * i >> 32;
    u64 swapped = words[i * LINE_WORDS];
    words[i * LINE_WORDS] = words[j * LINE_WORDS];
    words[j * LINE_WORDS] = swapped;
  }
}

u64 work(u64 rounds) {
  u64 *words = allocate(LENGTH);
  u64 sum = 0;
  link_lines(words);
  for (u64 round = 0; round < rounds; round++) {
    for (u64 i = 0; i < LINES; i++) {
      u64 *line = words + i * LINE_WORDS;
      for (int k = 1; k < LINE_WORDS; k++) line[k] += sum ^ i;
      sum += line[1 + (i & 3)];
    }
    const u64 *line = words;
    for (u64 i = 0; i < LINES; i++) {
      sum = mix(sum, line[1 + (i & 7) % 7]);
      line = (const u64 *)line[0];
    }
  }
  return sum;
}
