// A guest without a library: primes by a sieve, their products in a table of two pages, and their sum for an exit code.
typedef unsigned long u64;

static unsigned char composite[1 << 18];
static u64 products[1024];

static u64 call(u64 number, u64 a0, u64 a1, u64 a2) {
  register u64 x10 __asm__("a0") = a0;
  register u64 x11 __asm__("a1") = a1;
  register u64 x12 __asm__("a2") = a2;
  register u64 x17 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(x10), "+r"(x11) : "r"(x12), "r"(x17) : "memory");
  return x10;
}

static u64 depth(u64 n) { return n < 2 ? n : depth(n - 1) + (depth(n / 3) ^ n); }

void _start(void) {
  u64 count = 0, sum = 0;
  for (u64 i = 2; i < sizeof composite; i++) {
    if (composite[i]) continue;
    for (u64 j = i * i; j < sizeof composite; j += i) composite[j] = 1;
    products[count++ & 1023] += i * (sum | 1) / (i + 5) + (u64)((long)(sum << 7) % (long)-i);
    sum += i;
  }
  for (u64 round = 0; round < 300; round++) {
    u64 *cell = &products[round];
    __atomic_fetch_add(cell, depth(40) * round, __ATOMIC_SEQ_CST);
    sum ^= __atomic_exchange_n(cell, sum, __ATOMIC_RELAXED);
  }
  static const char text[] = "primes\n";
  call(64, 1, (u64)text, sizeof text - 1);
  call(93, sum & 127, 0, 0);
  __builtin_unreachable();
}
