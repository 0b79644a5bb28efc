// What the machine gives a guest: system calls, pre-images, hints, text. Nothing else is there, no file and no clock.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { STDOUT = 1, HINT_READ = 3, HINT_WRITE = 4, PREIMAGE_READ = 5, PREIMAGE_WRITE = 6 };
enum { SYSCALL_READ = 63, SYSCALL_WRITE = 64, SYSCALL_EXIT_GROUP = 94 };

static inline uint64_t system_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c) {
  register uint64_t a7 __asm__("a7") = number;
  register uint64_t a0 __asm__("a0") = a;
  register uint64_t a1 __asm__("a1") = b; // the machine puts an error number here
  register uint64_t a2 __asm__("a2") = c;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7), "r"(a2) : "memory");
  return a0;
}

__attribute__((noreturn)) static inline void leave(int code) {
  for (;;) system_call(SYSCALL_EXIT_GROUP, (uint64_t)code, 0, 0);
}

// One call moves what lies in one 32-byte leaf of memory: both go on until all is done.
static inline void read_all(int descriptor, void *target, uint64_t length) {
  for (uint64_t done = 0; done < length;) {
    uint64_t count = system_call(SYSCALL_READ, (uint64_t)descriptor, (uint64_t)target + done, length - done);
    if (count == 0 || count > length - done) leave(2);
    done += count;
  }
}

static inline void write_all(int descriptor, const void *source, uint64_t length) {
  for (uint64_t done = 0; done < length;) {
    uint64_t count = system_call(SYSCALL_WRITE, (uint64_t)descriptor, (uint64_t)source + done, length - done);
    if (count == 0 || count > length - done) leave(2);
    done += count;
  }
}

static inline uint64_t big_endian(const uint8_t bytes[8]) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) value = value << 8 | bytes[i];
  return value;
}

// Tells the host what will be asked for, in words that guest and host agree on. At most 251 bytes here.
static inline void hint(const char *text, uint32_t length) {
  uint8_t message[255] = {0, 0, (uint8_t)(length >> 8), (uint8_t)length};
  if (length > sizeof message - 4) leave(2);
  for (uint32_t i = 0; i < length; i++) message[4 + i] = (uint8_t)text[i];
  write_all(HINT_WRITE, message, 4 + length);
  uint8_t taken;
  read_all(HINT_READ, &taken, 1);
}

// Selects a pre-image and returns its length; the bytes are read from PREIMAGE_READ in order.
static inline uint64_t open_preimage(const uint8_t key[32]) {
  uint8_t length[8];
  write_all(PREIMAGE_WRITE, key, 32);
  read_all(PREIMAGE_READ, length, 8);
  return big_endian(length);
}

// A local value: an input of the program, by its number.
static inline void read_local(uint8_t number, uint8_t *target, uint64_t length) {
  uint8_t key[32] = {1};
  key[31] = number;
  if (open_preimage(key) != length) leave(2);
  read_all(PREIMAGE_READ, target, length);
}
