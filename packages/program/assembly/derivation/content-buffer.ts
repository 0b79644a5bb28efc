// Where channels are decompressed to, and where their batches stay as long as they are read.
import { allocateBulk } from '../memory';

/** Room that is made at first: most channels fit, and what is given up when one doesn't is little. */
// @ts-ignore: decorator
@inline
const FIRST_ROOM: u32 = 4 << 20;

/** Most room: what is read of a channel since Fjord. Pages that are never written take no memory. */
// @ts-ignore: decorator
@inline
const ALL_ROOM: u32 = 100000000;

/** Bytes behind the room that the decoders may write. */
// @ts-ignore: decorator
@inline
const SLACK: u32 = 64;


@final
export class ContentBuffer {
  /** Address of the room; another after `reserve`. */
  ptr: usize = 0;
  capacity: u32 = 0;

  /** Makes room for `length` bytes, at most ALL_ROOM; what was there is lost. */
  reserve(length: u32): void {
    if (length <= this.capacity) return;
    if (length > ALL_ROOM) throw new RangeError('more is read of a channel than there may be');
    this.capacity = length <= FIRST_ROOM ? FIRST_ROOM : ALL_ROOM;
    this.ptr = allocateBulk(this.capacity + SLACK);
  }
}
