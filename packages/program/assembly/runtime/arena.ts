// The client's allocator: regions of bump-allocated memory, released whole. It takes the place of AssemblyScript's
// `rt/stub` (see tools/build-assembly.mjs), so every `new`, array and string lands in the region that is current.
//
// Two regions: PERSISTENT lives until the program exits (configuration, derivation state, new trie nodes). SCRATCH is a
// stack: what was allocated after `mark()` is gone with `release(mark)`. A collector costs four times the guest
// instructions on churn-heavy work (896 million against 229 million steps), regions cost nothing.
//
// An object has an 8-byte header, the only part of AssemblyScript's 20 bytes that compiled code reads: at -8 its class
// id, at -4 its size. Memory handed out is not zeroed: with `--runtime stub` the standard library clears what it must.

/** Both regions take memory in chunks of this many bytes, or of one allocation's size where that is larger. */
// @ts-ignore: decorator
@lazy const CHUNK_SIZE: usize = 1 << 20;

/** A chunk starts with the address of the next one of its region and its own size. */
// @ts-ignore: decorator
@lazy const CHUNK_HEADER: usize = 16;

// Bump pointer and end of the current region's current chunk. Zero until the first allocation: the slow path sets up.
let cursor: usize = 0;
let limit: usize = 0;

/** Chunk that `cursor` is in. */
let chunk: usize = 0;

/** Whether SCRATCH is the current region. */
let scratch: bool = false;

// The other region's three, while it is not current.
let otherCursor: usize = 0;
let otherLimit: usize = 0;
let otherChunk: usize = 0;

/** End of the memory taken so far. */
let top: usize = 0;

/** Makes room for `size` bytes: the region's next chunk where it fits (SCRATCH after a release), else a new one. */
function nextChunk(size: usize): void {
  const need = size + CHUNK_HEADER;
  if (chunk != 0) {
    const next = load<usize>(chunk);
    if (next != 0 && load<usize>(next, 4) >= need) {
      chunk = next;
      cursor = next + CHUNK_HEADER;
      limit = next + load<usize>(next, 4);
      return;
    }
  }
  if (top == 0) top = (__heap_base + 15) & ~15;
  const bytes = need > CHUNK_SIZE ? (need + 15) & ~15 : CHUNK_SIZE;
  const end = top + bytes;
  if (end < top) unreachable(); // the address space is used up
  const pages = (end + 0xffff) >>> 16;
  const have = <usize>memory.size();
  if (pages > have && memory.grow(<i32>(pages - have)) < 0) unreachable(); // the module's memory limit is reached
  const fresh = top;
  top = end;
  store<usize>(fresh, chunk == 0 ? 0 : load<usize>(chunk));
  store<usize>(fresh, bytes, 4);
  if (chunk != 0) store<usize>(chunk, fresh);
  chunk = fresh;
  cursor = fresh + CHUNK_HEADER;
  limit = end;
}

/** Allocates `size` bytes, 8-byte aligned, in the current region. */
// @ts-ignore: decorator
@unsafe @global
export function __alloc(size: usize): usize {
  if (size > 0x3fffffff) unreachable();
  const rounded = (size + 7) & ~7;
  if (rounded > limit - cursor) nextChunk(rounded);
  const ptr = cursor;
  cursor = ptr + rounded;
  return ptr;
}

// @ts-ignore: decorator
@unsafe @global
export function __new(size: usize, id: u32): usize {
  const ptr = __alloc(size + 8) + 8;
  store<u32>(ptr - 8, id);
  store<u32>(ptr - 4, <u32>size);
  return ptr;
}

// @ts-ignore: decorator
@unsafe @global
export function __renew(oldPtr: usize, size: usize): usize {
  const oldSize = <usize>load<u32>(oldPtr - 4);
  // Growing arrays double, so that n pushes copy at most 2n elements.
  const ptr = __new(size, load<u32>(oldPtr - 8));
  memory.copy(ptr, oldPtr, oldSize < size ? oldSize : size);
  return ptr;
}

// @ts-ignore: decorator
@unsafe @global
export function __realloc(ptr: usize, size: usize): usize {
  unreachable(); // nothing the client uses resizes a block without its size
  return 0;
}

// @ts-ignore: decorator
@unsafe @global
export function __free(ptr: usize): void {}

// @ts-ignore: decorator
@unsafe @global
export function __reset(): void {
  unreachable();
}

// @ts-ignore: decorator
@unsafe @global
export function __link(parentPtr: usize, childPtr: usize, expectMultiple: bool): void {}

// @ts-ignore: decorator
@unsafe @global
export function __pin(ptr: usize): usize {
  return ptr;
}

// @ts-ignore: decorator
@unsafe @global
export function __unpin(ptr: usize): void {}

// @ts-ignore: decorator
@unsafe @global
function __visit(ptr: usize, cookie: u32): void {}

// @ts-ignore: decorator
@unsafe @global
export function __collect(): void {}

function swap(): void {
  const c = cursor;
  const l = limit;
  const k = chunk;
  cursor = otherCursor;
  limit = otherLimit;
  chunk = otherChunk;
  otherCursor = c;
  otherLimit = l;
  otherChunk = k;
  scratch = !scratch;
}

/** Makes PERSISTENT (false) or SCRATCH (true) the current region and returns which was, for `useRegion` later. */
export function __useScratch(value: bool): bool {
  const before = scratch;
  if (before != value) swap();
  return before;
}

/** The end of SCRATCH now: what is allocated in it from here on goes with `__release`. SCRATCH must be current. */
export function __mark(): u64 {
  if (!scratch) unreachable();
  if (chunk == 0) nextChunk(0);
  return ((<u64>chunk) << 32) | (<u64>cursor);
}

/** Releases what was allocated in SCRATCH since `mark`. Marks are released last first. SCRATCH must be current. */
export function __release(mark: u64): void {
  if (!scratch) unreachable();
  chunk = <usize>(mark >> 32);
  cursor = <usize>(<u32>mark);
  limit = chunk + load<usize>(chunk, 4);
}

/** Bytes of memory taken by both regions, released or not. */
export function __taken(): usize {
  return top == 0 ? 0 : top - __heap_base;
}
