// The functions that compilers call for copies and comparisons, also where there is no C library.
#include <stddef.h>

void *memcpy(void *restrict target, const void *restrict source, size_t length) {
  for (size_t i = 0; i < length; i++) ((char *)target)[i] = ((const char *)source)[i];
  return target;
}

void *memmove(void *target, const void *source, size_t length) {
  if ((size_t)target - (size_t)source >= length) return memcpy(target, source, length);
  while (length-- > 0) ((char *)target)[length] = ((const char *)source)[length];
  return target;
}

void *memset(void *target, int value, size_t length) {
  for (size_t i = 0; i < length; i++) ((char *)target)[i] = (char)value;
  return target;
}

int memcmp(const void *left, const void *right, size_t length) {
  for (size_t i = 0; i < length; i++) {
    int difference = ((const unsigned char *)left)[i] - ((const unsigned char *)right)[i];
    if (difference != 0) return difference;
  }
  return 0;
}
