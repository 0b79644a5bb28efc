// What translated code calls. The linear memory begins at the guest's address 0 (packages/guest/README.md, "Memory map").
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long s64;

#define RARE(condition) __builtin_expect(!!(condition), 0)
#define NORETURN __attribute__((noreturn, cold, noinline))

// The words are those of Node's WebAssembly, so that both ways to run end with the same line.
NORETURN void trap_out_of_bounds(void);
NORETURN void trap_unreachable(void);
NORETURN void trap_divide(void);
NORETURN void trap_overflow(void);
NORETURN void trap_remainder(void);
NORETURN void trap_table_bounds(void);
NORETURN void trap_signature(void);
NORETURN void trap_stack(void);

// The module's imports (packages/program/ABI.md).
u64 preimage_open(u32 key);
void preimage_read(u32 target, u32 length);
void hint(u32 text, u32 length);
void write(u32 fd, u32 data, u32 length);
__attribute__((noreturn)) void exit(u32 code);
static inline u64 mul_high(u64 a, u64 b) { return (u64)(((unsigned __int128)a * b) >> 64); }
static inline void keccak256(u32 data, u32 length, u32 out);

void *memcpy(void *restrict target, const void *restrict source, u64 length);
void *memmove(void *target, const void *source, u64 length);
void *memset(void *target, int value, u64 length);

// ---- Linear memory. MEMORY_MINIMUM and MEMORY_MAXIMUM, in pages of 64 KiB, come before this file is included.

#define PAGE_SIZE 65536ul
#if MEMORY_MINIMUM == MEMORY_MAXIMUM
#define MEMORY_SIZE (MEMORY_MINIMUM * PAGE_SIZE)
#else
extern u64 memory_size;
#define MEMORY_SIZE memory_size
#endif

static inline u32 memory_pages(void) { return (u32)(MEMORY_SIZE / PAGE_SIZE); }

static inline u32 memory_grow(u32 pages) {
  u32 before = memory_pages();
#if MEMORY_MINIMUM == MEMORY_MAXIMUM
  return pages == 0 ? before : (u32)-1;
#else
  if (pages > MEMORY_MAXIMUM - before) return (u32)-1;
  memory_size += pages * PAGE_SIZE;
  return before;
#endif
}

// Addresses are kept sign-extended, as the machine's 32-bit instructions leave them, and zero extension (two instructions)
// is spared. One of 2 GiB or more is huge as an unsigned 64-bit number, and so fails every check of a memory that is one
// piece. As a signed one it is negative: a memory of two parts (MEMORY_NEAR) has its far part there, at the top of the
// machine's address space.
#define ADDRESS(a) ((u64)(s64)(s32)(a))
#ifdef MEMORY_NEAR
#define BEYOND(a, extent) ((s64)ADDRESS(a) > (s64)(MEMORY_NEAR * PAGE_SIZE - (extent)))
#else
#define BEYOND(a, extent) (ADDRESS(a) > MEMORY_SIZE - (extent))
#endif

/** Traps unless the `extent` bytes at `a` are within the memory; MEMORY_MINIMUM pages hold at least `extent`. */
#define CHECK(a, extent) \
  do { \
    if (RARE(BEYOND(a, extent))) trap_out_of_bounds(); \
  } while (0)

#define ACCESS(bits, type) \
  typedef type __attribute__((may_alias, aligned(1))) memory_##bits; \
  static inline type load##bits(u32 a, u64 offset) { return *(const memory_##bits *)(ADDRESS(a) + offset); } \
  static inline void store##bits(u32 a, u64 offset, u64 value) { *(memory_##bits *)(ADDRESS(a) + offset) = (type)value; }
ACCESS(8, u8)
ACCESS(16, u16)
ACCESS(32, u32)
ACCESS(64, u64)
static inline s64 load8s(u32 a, u64 offset) { return (s8)load8(a, offset); }
static inline s64 load16s(u32 a, u64 offset) { return (s16)load16(a, offset); }
static inline s64 load32s(u32 a, u64 offset) { return (s32)load32(a, offset); }

static inline void check_run(u32 a, u32 length) {
#ifdef MEMORY_NEAR
  s64 end = (s64)ADDRESS(a) + length;
  if (RARE(end > ((s32)a < 0 ? 0 : (s64)(MEMORY_NEAR * PAGE_SIZE)))) trap_out_of_bounds();
#else
  if (RARE((u64)a + length > MEMORY_SIZE)) trap_out_of_bounds();
#endif
}

static inline void memory_copy(u32 target, u32 source, u32 length) {
  check_run(target, length);
  check_run(source, length);
  __builtin_memmove((void *)ADDRESS(target), (const void *)ADDRESS(source), length);
}

static inline void memory_fill(u32 target, u32 value, u32 length) {
  check_run(target, length);
  __builtin_memset((void *)ADDRESS(target), (u8)value, length);
}

/** In assembly of its own (src/build/keccak-assembly.ts). Loads up to seven bytes beyond the data, of no effect. */
void keccak256_sponge(u64 data, u64 length, u64 out);

static inline void keccak256(u32 data, u32 length, u32 out) {
  check_run(data, length);
  check_run(out, 32);
  keccak256_sponge(ADDRESS(data), length, ADDRESS(out));
}

// ---- Arithmetic that C lacks or leaves undefined at the edges.

static inline u32 clz32(u32 a) { return a == 0 ? 32 : (u32)__builtin_clz(a); }
static inline u64 clz64(u64 a) { return a == 0 ? 64 : (u64)__builtin_clzl(a); }
static inline u32 ctz32(u32 a) { return a == 0 ? 32 : (u32)__builtin_ctz(a); }
static inline u64 ctz64(u64 a) { return a == 0 ? 64 : (u64)__builtin_ctzl(a); }
static inline u32 popcnt32(u32 a) { return (u32)__builtin_popcount(a); }
static inline u64 popcnt64(u64 a) { return (u64)__builtin_popcountl(a); }
static inline u32 rotl32(u32 a, u32 n) { return (a << (n & 31)) | (a >> (-n & 31)); }
static inline u32 rotr32(u32 a, u32 n) { return (a >> (n & 31)) | (a << (-n & 31)); }
static inline u64 rotl64(u64 a, u64 n) { return (a << (n & 63)) | (a >> (-n & 63)); }
static inline u64 rotr64(u64 a, u64 n) { return (a >> (n & 63)) | (a << (-n & 63)); }

// ---- Stack. Only functions that can come to call themselves check it; the rest need less than what lies below
// STACK_LIMIT, which is nothing but unused addresses.

#define STACK_TOP 0x7d000000ul
#define STACK_LIMIT 0x7c000000ul
register u64 stack_pointer __asm__("sp");
#define CHECK_STACK() \
  do { \
    if (RARE(stack_pointer < STACK_LIMIT)) trap_stack(); \
  } while (0)

// ---- Calls through the table.

struct table_slot {
  void (*function)(void);
  /** Number of the function's type; 0 for an empty slot. */
  u64 type;
};
