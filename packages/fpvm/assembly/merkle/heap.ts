// Linear memory that is taken and never given back.

/** Has the host throw its error: the host gives no more memory. */
@external('env', 'heapExhausted')
declare function heapExhausted(): void;

let free: usize = 0;

export function initializeHeap(start: usize): void {
  free = start;
}

/** Takes `size` bytes; they are zero, at a multiple of 32. Does not return when there are no more. */
export function reserve(size: usize): usize {
  const at = free;
  const end = <u64>at + <u64>((size + 31) & ~31);
  const have = (<u64>memory.size()) << 16;
  if (end > have) {
    // Growing by at least an eighth keeps the number of growths small.
    const need = <i32>((end - have + 0xffff) >> 16);
    if (memory.grow(max(need, min(<i32>(have >> 19), 65536 - <i32>(have >> 16)))) < 0) {
      if (memory.grow(need) < 0) heapExhausted();
    }
  }
  free = <usize>end;
  return at;
}
