// The client's allocator: regions of bump-allocated memory, released whole. It takes the place of AssemblyScript's
// `rt/stub` (see tools/build-assembly.mjs), so every `new`, array and string lands in the region that is current.
//
// Two regions share the memory from its two ends, so that each has what the other leaves. PERSISTENT grows up from the
// static data and lives until the program exits (configuration, derivation state, new trie nodes). SCRATCH grows down
// from the top and is a stack: what was allocated after `mark()` is gone with `release(mark)`, and since it is one run of
// addresses, a release leaves no holes, whatever the sizes were. A collector costs four times the guest instructions on
// churn-heavy work (896 million against 229 million steps), regions cost nothing.
//
// The memory has its maximum size from the start; what is not touched takes none of the host's or the machine's pages.
// Both regions lie in its near part, below the machine's stack and code; the highest sixth of that part is set aside for the
// EVM's stacks and memories (evm/frame.ts). The far part, from 2 GiB on, is a third region, BULK: it grows up and lives to the
// end, and holds what derivation reads of L1, so that execution's room is the same whatever that is. It is only ever asked for
// by name (`allocateBulk`). What lies between the parts belongs to the machine: nothing here may touch it.
//
// An object has an 8-byte header, the only part of AssemblyScript's 20 bytes that compiled code reads: at -8 its class
// id, at -4 its size. Memory handed out is not zeroed: with `--runtime stub` the standard library clears what it must.

/** Pages of the near part at most, and where the far one begins (packages/guest/README.md, "Memory map"). */
// @ts-ignore: decorator
@inline
const NEAR_PAGES: usize = 31488;
// @ts-ignore: decorator
@inline
const FAR: usize = 0x80000000;

/** BULK: where it goes on, and its end; both 0 in a module without a far part. */
let bulk: usize = 0;
let bulkEnd: usize = 0;

/** Ends of the two regions: PERSISTENT lies below `low`, SCRATCH from `high` on. Zero until the first allocation. */
let low: usize = 0;
let high: usize = 0;

/** Where SCRATCH begins, and the lowest address that it had reached when something was released. */
let ceiling: usize = 0;
let deepest: usize = 0;

/** Whether SCRATCH is the current region. */
let scratch: bool = false;

/** What `__alloc` does where the room does not do: sets up at the first allocation, else ends the program. */
function enlarge(size: usize): void {
  if (ceiling != 0) unreachable(); // the module's memory is used up
  low = (__heap_base + 15) & ~15;
  const pages = <usize>memory.size();
  const end = min(pages, NEAR_PAGES) << 16;
  ceiling = (end - end / 6) & ~0xffff;
  if (pages > FAR >> 16) {
    bulk = FAR;
    // Not the last page: behind it is address 0 again, which the machine doesn't tell from it.
    bulkEnd = (pages - 1) << 16;
  }
  high = ceiling;
  deepest = ceiling;
  if (size > high - low) unreachable();
}

/** Allocates `size` bytes, 8-byte aligned, in the current region. */
// @ts-ignore: decorator
@unsafe @global
export function __alloc(size: usize): usize {
  if (size > 0x3fffffff) unreachable();
  const rounded = (size + 7) & ~7;
  if (rounded > high - low || ceiling == 0) enlarge(rounded);
  if (scratch) {
    high -= rounded;
    return high;
  }
  const ptr = low;
  low = ptr + rounded;
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

/** Makes PERSISTENT (false) or SCRATCH (true) the current region and returns which was, for `useRegion` later. */
export function __useScratch(value: bool): bool {
  const before = scratch;
  scratch = value;
  return before;
}

/** The end of SCRATCH now: what is allocated in it from here on goes with `__release`. SCRATCH must be current. */
export function __mark(): u64 {
  if (!scratch) unreachable();
  if (ceiling == 0) enlarge(0);
  return <u64>high;
}

/** Releases what was allocated in SCRATCH since `mark`. Marks are released last first. SCRATCH must be current. */
export function __release(mark: u64): void {
  if (!scratch) unreachable();
  if (high < deepest) deepest = high;
  high = <usize>mark;
}

/** Start of the near memory that neither region uses. */
export function __ceiling(): usize {
  if (ceiling == 0) enlarge(0);
  return ceiling;
}

/** End of the near memory. */
export function __nearEnd(): usize {
  return min(<usize>memory.size(), NEAR_PAGES) << 16;
}

/** `size` bytes of BULK, 8-byte aligned; of PERSISTENT in a module without a far part. */
export function __allocBulk(size: usize): usize {
  if (ceiling == 0) enlarge(0);
  if (bulk == 0) {
    const before = __useScratch(false);
    const ptr = __alloc(size);
    __useScratch(before);
    return ptr;
  }
  const rounded = (size + 7) & ~7;
  if (size > 0x3fffffff || rounded > bulkEnd - bulk) unreachable(); // the far memory is used up
  const ptr = bulk;
  bulk = ptr + rounded;
  return ptr;
}

/** Bytes that PERSISTENT holds and the most that SCRATCH held at a time. */
export function __taken(): usize {
  return ceiling == 0 ? 0 : low - __heap_base + (ceiling - min(high, deepest));
}

/** Bytes that BULK holds. */
export function __bulkTaken(): usize {
  return bulk == 0 ? 0 : bulk - FAR;
}
