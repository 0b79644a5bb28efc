// What is remembered of the memory that init codes come from which are longer than any is since Canyon. Such a code costs 32,000 gas
// whatever its length once its memory is paid, and memory is paid once: a block of 500 million gas can create ten thousand codes of nine
// megabytes, and each may jump to its end. So what was found out of a code's instructions is kept by where it came from, chunk by
// chunk, and serves the next code that comes from there: what it takes to compare a chunk's bytes is a seventh of what it takes to go
// through them. Whoever changes a chunk has paid for that.
//
// In a chunk the first instruction begins at its first byte or up to 32 bytes behind it, which are the push data of the
// instruction before. For each of these places the instructions that are known in the lines behind it are kept once they were
// found. All of it follows from the chunk's bytes, which are compared, so that it holds wherever the same bytes are met.
import { useScratch } from '../memory';
import { LINE_SHIFT } from '../state/code';

/** Lines of a chunk: as many as bytes say in a u32 where their instructions begin. */
// @ts-ignore: decorator
@inline export const CHUNK_LINES: usize = 4;

/** Bytes of a chunk. */
// @ts-ignore: decorator
@inline export const CHUNK: u32 = (<u32>CHUNK_LINES) << LINE_SHIFT;

/** Places at which a chunk's first instruction may begin. */
// @ts-ignore: decorator
@inline const PLACES: u32 = 33;

/** Stands where nothing is known. No instruction begins so far in a line. */
// @ts-ignore: decorator
@inline export const UNKNOWN: u32 = 0xffffffff;

/** Chunks that are remembered, those of 16 MiB: more than 500 million gas buy in one memory, so that none of it is in another's way. */
// @ts-ignore: decorator
@inline const MAX_CHUNKS: usize = 65_536;

/** A chunk's bytes, then for each place the starts in the lines behind it, the lowest byte the first one's. */
// @ts-ignore: decorator
@inline const RECORD: usize = <usize>CHUNK + 136;

/** For each record the chunk that it is of: its address by CHUNK, 0 where it is of none. Then the records. */
let chunks: usize = 0;
let records: usize = 0;

/**
 * Address of the starts (UNKNOWN where they are not) in the four lines behind the beginning of the chunk with the bytes at `bytes`, which came
 * from `origin`, a multiple of CHUNK, and in which the first instruction begins at `first` (at most 32). They may be written.
 */
export function rememberedStarts(bytes: usize, origin: usize, first: u32): usize {
  if (records == 0) setUp();
  const chunk = <u32>(origin / CHUNK);
  const index = (<usize>chunk) & (MAX_CHUNKS - 1);
  const record = records + index * RECORD;
  const starts = record + CHUNK;
  if (load<u32>(chunks + index * 4) != chunk || !isSame(record, bytes)) {
    store<u32>(chunks + index * 4, chunk);
    memory.copy(record, bytes, CHUNK);
    memory.fill(starts, 0xff, PLACES * 4);
  }
  return starts + <usize>first * 4;
}

function setUp(): void {
  const before = useScratch(false);
  chunks = heap.alloc(MAX_CHUNKS * 4);
  records = heap.alloc(MAX_CHUNKS * RECORD);
  useScratch(before);
  memory.fill(chunks, 0, MAX_CHUNKS * 4);
}

/**
 * Whether the chunks at `a` and `b` are the same: three steps for eight bytes in the machine. The last of them are read first, so that
 * one bounds check serves for all.
 */
// @ts-ignore: decorator
@inline
function isSame(a: usize, b: usize): bool {
  for (const end = a + CHUNK; a != end; a += 128, b += 128) {
    if (load<u64>(a, 120) != load<u64>(b, 120)) return false;
    if (load<u64>(a) != load<u64>(b)) return false;
    if (load<u64>(a, 8) != load<u64>(b, 8)) return false;
    if (load<u64>(a, 16) != load<u64>(b, 16)) return false;
    if (load<u64>(a, 24) != load<u64>(b, 24)) return false;
    if (load<u64>(a, 32) != load<u64>(b, 32)) return false;
    if (load<u64>(a, 40) != load<u64>(b, 40)) return false;
    if (load<u64>(a, 48) != load<u64>(b, 48)) return false;
    if (load<u64>(a, 56) != load<u64>(b, 56)) return false;
    if (load<u64>(a, 64) != load<u64>(b, 64)) return false;
    if (load<u64>(a, 72) != load<u64>(b, 72)) return false;
    if (load<u64>(a, 80) != load<u64>(b, 80)) return false;
    if (load<u64>(a, 88) != load<u64>(b, 88)) return false;
    if (load<u64>(a, 96) != load<u64>(b, 96)) return false;
    if (load<u64>(a, 104) != load<u64>(b, 104)) return false;
    if (load<u64>(a, 112) != load<u64>(b, 112)) return false;
  }
  return true;
}
