// Branches that data decides: quicksort, an LZ77 search for matches and a tokeniser, over pseudo-random data.
#include "guest.h"

#define NUMBERS 20000
#define TEXT_LENGTH 65536
#define HASHES 4096
#define WINDOW 16384

static void sort(u64 *values, long from, long to) {
  while (to - from > 16) {
    u64 pivot = values[from + (to - from) / 2];
    long i = from, j = to;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        u64 swapped = values[i];
        values[i++] = values[j];
        values[j--] = swapped;
      }
    }
    if (j - from < to - i) {
      sort(values, from, j);
      from = i;
    } else {
      sort(values, i, to);
      to = j;
    }
  }
  for (long i = from + 1; i <= to; i++) {
    u64 value = values[i];
    long j = i;
    for (; j > from && values[j - 1] > value; j--) values[j] = values[j - 1];
    values[j] = value;
  }
}

/** Greedy matching with one candidate for each hash of four bytes; a sum over literals, lengths and distances. */
static u64 match(const u8 *text, u32 *last) {
  u64 sum = 0;
  for (u64 i = 0; i < HASHES; i++) last[i] = 0;
  for (u64 i = 1; i + 4 <= TEXT_LENGTH;) {
    u32 word = text[i] | (u32)text[i + 1] << 8 | (u32)text[i + 2] << 16 | (u32)text[i + 3] << 24;
    u32 hash = word * 2654435761u >> 20;
    u64 candidate = last[hash];
    last[hash] = (u32)i;
    u64 length = 0;
    if (candidate != 0 && i - candidate < WINDOW) {
      while (i + length < TEXT_LENGTH && length < 258 && text[candidate + length] == text[i + length]) length++;
    }
    if (length >= 4) {
      sum = mix(sum, length << 32 | (i - candidate));
      i += length;
    } else {
      sum += text[i++];
    }
  }
  return sum;
}

/** Words, numbers, quoted strings with escapes, and comments. */
static u64 tokenise(const u8 *text) {
  enum { BETWEEN, WORD, NUMBER, QUOTED, ESCAPE, COMMENT } state = BETWEEN;
  u64 count[6] = {0, 0, 0, 0, 0, 0};
  for (u64 i = 0; i < TEXT_LENGTH; i++) {
    u8 c = text[i];
    switch (state) {
    case BETWEEN:
      if (c >= 'a' && c <= 'z') state = WORD;
      else if (c >= '0' && c <= '9') state = NUMBER;
      else if (c == '"') state = QUOTED;
      else if (c == '#') state = COMMENT;
      break;
    case WORD:
      if (c == '"') state = QUOTED;
      else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) state = BETWEEN;
      break;
    case NUMBER:
      if (c >= 'a' && c <= 'z') state = WORD;
      else if (c < '0' || c > '9') state = BETWEEN;
      break;
    case QUOTED:
      if (c == '\\') state = ESCAPE;
      else if (c == '"') state = BETWEEN;
      break;
    case ESCAPE: state = QUOTED; break;
    case COMMENT:
      if (c == '\n') state = BETWEEN;
      break;
    }
    count[state]++;
  }
  u64 sum = 0;
  for (int i = 0; i < 6; i++) sum = mix(sum, count[i]);
  return sum;
}

u64 work(u64 rounds) {
  u64 *values = allocate(NUMBERS * sizeof(u64));
  u8 *text = allocate(TEXT_LENGTH);
  u32 *last = allocate(HASHES * sizeof(u32));
  u64 random = 2463534242ul, sum = 0;
  for (u64 round = 0; round < rounds; round++) {
    for (u64 i = 0; i < NUMBERS; i++) values[i] = next_random(&random);
    sort(values, 0, NUMBERS - 1);
    for (u64 i = 0; i < NUMBERS; i += 97) sum = mix(sum, values[i]);
    for (u64 i = 0; i < TEXT_LENGTH;) {
      u64 draw = next_random(&random);
      // A third of the text repeats what stands some way before.
      if (i > 512 && draw % 12 == 0) {
        u64 from = i - 16 - (draw >> 16) % 480;
        for (u64 k = 4 + (draw >> 40) % 32; k > 0 && i < TEXT_LENGTH; k--) text[i++] = text[from++];
      } else {
        text[i++] = "etaoinshrdlu etaoins 0123456789\"\\#\n"[(draw >> 8) % 35];
      }
    }
    sum = mix(sum, match(text, last));
    sum = mix(sum, tokenise(text));
  }
  return sum;
}
