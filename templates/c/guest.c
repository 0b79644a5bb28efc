// The example: is the sum of the data's bytes what is claimed? Local value 1 is the data's key, 2 the claim (8 bytes).
// Exit code 0: it is, 1: it is not, 2: no answer.
#include "machine.h"

static uint64_t sum_of(uint64_t length) {
  uint64_t sum = 0;
  uint8_t part[256];
  for (uint64_t done = 0; done < length;) {
    uint64_t count = length - done < sizeof part ? length - done : sizeof part;
    read_all(PREIMAGE_READ, part, count);
    for (uint64_t i = 0; i < count; i++) sum += part[i];
    done += count;
  }
  return sum;
}

static int program(void) {
  uint8_t key[32], claim[8];
  read_local(1, key, sizeof key);
  read_local(2, claim, sizeof claim);
  hint("data", 4);
  int is_right = sum_of(open_preimage(key)) == big_endian(claim);
  if (is_right) write_all(STDOUT, "the claim is right\n", 19);
  else write_all(STDOUT, "the claim is wrong\n", 19);
  return is_right ? 0 : 1;
}

__attribute__((noreturn, used)) static void start(void) { leave(program()); }

// Memory is there everywhere: the stack needs a place that nothing else has, below which it grows.
__attribute__((naked, noreturn)) void _start(void) {
  __asm__(".option push\n.option norelax\nla gp, __global_pointer$\n.option pop\nli sp, 0x40000000\ntail %0" ::"i"(start));
}
