// One stretch of BULK memory that is used again and again and grows when it must.
import { allocateBulk } from './memory';

/** A buffer whose rooms double, so that those given up together take no more than the last. */
@final
export class GrowingBuffer {
  /** Address of the buffer; another after `reserve`. */
  ptr: usize = 0;
  private capacity: u32 = 0;

  /** Makes room for `length` bytes and keeps the first `used` of those that are there. */
  reserve(length: u32, used: u32): void {
    if (length <= this.capacity) return;
    const capacity = max(max(length, 2 * this.capacity), 64);
    const ptr = allocateBulk(capacity);
    memory.copy(ptr, this.ptr, used);
    this.ptr = ptr;
    this.capacity = capacity;
  }
}
