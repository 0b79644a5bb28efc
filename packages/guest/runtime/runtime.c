// The guest's runtime: entry, traps, and the module's imports as system calls. No allocation, no library.
#include "module.h"

// ---- System calls: number in a7, arguments in a0 to a2, result in a0 (the machine puts an error number in a1).

#define SYSCALL_READ 63
#define SYSCALL_WRITE 64
#define SYSCALL_EXIT_GROUP 94

#define FD_STDERR 2
#define FD_HINT_READ 3
#define FD_HINT_WRITE 4
#define FD_PREIMAGE_READ 5
#define FD_PREIMAGE_WRITE 6

static s64 system_call(u64 number, u64 a, u64 b, u64 c) {
  register u64 a7 __asm__("a7") = number;
  register u64 a0 __asm__("a0") = a;
  register u64 a1 __asm__("a1") = b;
  register u64 a2 __asm__("a2") = c;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7), "r"(a2) : "memory");
  return (s64)a0;
}

__attribute__((noreturn)) void exit(u32 code) {
  for (;;) system_call(SYSCALL_EXIT_GROUP, code, 0, 0);
}

NORETURN static void end_with(const char *line, u64 length);
#define TRAP(words) end_with("trap: " words "\n", sizeof("trap: " words "\n") - 1)

/** Both take as many calls as the other side wants: the machine handles one 32-byte leaf of memory per call. */
static void write_all(u64 fd, u64 data, u64 length) {
  while (length > 0) {
    s64 count = system_call(SYSCALL_WRITE, fd, data, length);
    if (count <= 0) exit(2);
    data += (u64)count;
    length -= (u64)count;
  }
}

static void read_all(u64 fd, u64 target, u64 length) {
  while (length > 0) {
    s64 count = system_call(SYSCALL_READ, fd, target, length);
    if (count <= 0) TRAP("a file descriptor of the pre-image server ended");
    target += (u64)count;
    length -= (u64)count;
  }
}

// ---- Traps

NORETURN static void end_with(const char *line, u64 length) {
  write_all(FD_STDERR, (u64)line, length);
  exit(2);
}

NORETURN void trap_out_of_bounds(void) { TRAP("memory access out of bounds"); }
NORETURN void trap_unreachable(void) { TRAP("unreachable"); }
NORETURN void trap_divide(void) { TRAP("divide by zero"); }
NORETURN void trap_overflow(void) { TRAP("divide result unrepresentable"); }
NORETURN void trap_remainder(void) { TRAP("remainder by zero"); }
NORETURN void trap_table_bounds(void) { TRAP("table index is out of bounds"); }
NORETURN void trap_signature(void) { TRAP("null function or function signature mismatch"); }
NORETURN void trap_stack(void) { TRAP("Maximum call stack size exceeded"); }

// ---- Imports (packages/program/ABI.md)

/** Bytes of the selected pre-image that have not been read. */
static u64 unread;

u64 preimage_open(u32 key) {
  check_run(key, 32);
  write_all(FD_PREIMAGE_WRITE, ADDRESS(key), 32);
  u8 prefix[8] __attribute__((aligned(32)));
  read_all(FD_PREIMAGE_READ, (u64)prefix, 8);
  unread = 0;
  for (int i = 0; i < 8; i++) unread = unread << 8 | prefix[i];
  return unread;
}

void preimage_read(u32 target, u32 length) {
  if (length > unread) TRAP("the client read past the end of a pre-image");
  check_run(target, length);
  unread -= length;
  read_all(FD_PREIMAGE_READ, ADDRESS(target), length);
}

void hint(u32 text, u32 length) {
  check_run(text, length);
  u8 prefix[4] = {(u8)(length >> 24), (u8)(length >> 16), (u8)(length >> 8), (u8)length};
  write_all(FD_HINT_WRITE, (u64)prefix, 4);
  write_all(FD_HINT_WRITE, ADDRESS(text), length);
  u8 answer[1];
  read_all(FD_HINT_READ, (u64)answer, 1);
}

void write(u32 fd, u32 data, u32 length) {
  check_run(data, length);
  write_all(fd, ADDRESS(data), length);
}

// ---- Memory. The machine takes unaligned accesses at the price of aligned ones.

typedef u64 __attribute__((may_alias, aligned(1))) word;

void *memcpy(void *restrict target, const void *restrict source, u64 length) {
  return memmove(target, source, length);
}

void *memmove(void *target, const void *source, u64 length) {
  u8 *to = target;
  const u8 *from = source;
  // Upwards unless the target starts inside the source. Each round reads all it writes before it writes.
  if ((u64)to - (u64)from >= length) {
    for (; length >= 64; length -= 64, to += 64, from += 64) {
      const word *w = (const word *)from;
      u64 a = w[0], b = w[1], c = w[2], d = w[3], e = w[4], f = w[5], g = w[6], h = w[7];
      word *v = (word *)to;
      v[0] = a, v[1] = b, v[2] = c, v[3] = d, v[4] = e, v[5] = f, v[6] = g, v[7] = h;
    }
    for (; length >= 8; length -= 8, to += 8, from += 8) *(word *)to = *(const word *)from;
    for (; length > 0; length--) *to++ = *from++;
  } else {
    to += length;
    from += length;
    for (; length >= 64; length -= 64) {
      to -= 64, from -= 64;
      const word *w = (const word *)from;
      u64 a = w[0], b = w[1], c = w[2], d = w[3], e = w[4], f = w[5], g = w[6], h = w[7];
      word *v = (word *)to;
      v[0] = a, v[1] = b, v[2] = c, v[3] = d, v[4] = e, v[5] = f, v[6] = g, v[7] = h;
    }
    for (; length >= 8; length -= 8) {
      to -= 8, from -= 8;
      *(word *)to = *(const word *)from;
    }
    for (; length > 0; length--) *--to = *--from;
  }
  return target;
}

void *memset(void *target, int value, u64 length) {
  u8 *to = target;
  u64 bytes = (u8)value * 0x0101010101010101ul;
  for (; length >= 64; length -= 64, to += 64) {
    word *v = (word *)to;
    v[0] = bytes, v[1] = bytes, v[2] = bytes, v[3] = bytes, v[4] = bytes, v[5] = bytes, v[6] = bytes, v[7] = bytes;
  }
  for (; length >= 8; length -= 8, to += 8) *(word *)to = bytes;
  for (; length > 0; length--) *to++ = (u8)value;
  return target;
}

// ---- Entry

#if MEMORY_MINIMUM != MEMORY_MAXIMUM
u64 memory_size = MEMORY_MINIMUM * PAGE_SIZE;
#endif

__attribute__((noreturn, used)) static void run(void) {
  run_module();
  TRAP("the program returned without an exit code");
}

/** The machine's own stack pointer is at the top of the address space; ours has to be where CHECK_STACK expects it. */
__attribute__((naked, noreturn, section(".text.start"))) void _start(void) {
  __asm__(".option push\n.option norelax\nla gp, __global_pointer$\n.option pop\n"
          "li sp, %0\n"
          "j %1" ::"i"(STACK_TOP), "i"(run));
}
