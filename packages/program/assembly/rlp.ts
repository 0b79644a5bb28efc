// Recursive Length Prefix, https://ethereum.org/en/developers/docs/data-structures-and-encoding/rlp/
// Reading is strict as in go-ethereum: only canonical encodings, and whoever finished reading asks for `atEnd`.
import { Bytes } from './bytes';
import { useScratch } from './memory';

/**
 * Reads items one after the other. The first malformed or unexpected item sets `failed`; from then on every read gives
 * an empty value, so that a decoder checks once, at its end.
 */
@final
export class RlpReader {
  private position: usize;
  private readonly limit: usize;
  failed: bool = false;

  /** Payload of the item that `header` read last. */
  private payload: usize = 0;
  private payloadLength: u32 = 0;

  constructor(data: Bytes) {
    this.position = data.ptr;
    this.limit = data.ptr + data.length;
  }

  /** Whether everything was read. */
  get atEnd(): bool {
    return this.position == this.limit;
  }

  /** Whether all went well up to the end of the input: no malformed item and no trailing bytes. */
  get complete(): bool {
    return !this.failed && this.position == this.limit;
  }

  /** Bytes not read yet. */
  get remaining(): u32 {
    return <u32>(this.limit - this.position);
  }

  /** The bytes not read yet. */
  get unread(): Bytes {
    return new Bytes(this.position, this.remaining);
  }

  /** Whether the next item is a list; false at the end. */
  get nextIsList(): bool {
    return this.position < this.limit && load<u8>(this.position) >= 0xc0;
  }

  /** The next item, a list, as a reader of its items. A malformed list fails both. */
  list(): RlpReader {
    const ok = this.header(true);
    const reader = new RlpReader(new Bytes(ok ? this.payload : 0, ok ? this.payloadLength : 0));
    reader.failed = !ok;
    return reader;
  }

  /** The next item, a byte string. */
  bytes(): Bytes {
    return this.header(false) ? new Bytes(this.payload, this.payloadLength) : new Bytes(0, 0);
  }

  /** Address of the next item, a byte string of exactly `length` bytes; a zero-filled place when it isn't. */
  fixed(length: u32): usize {
    if (this.header(false) && this.payloadLength == length) return this.payload;
    this.failed = true;
    if (length > 256) throw new RangeError('fixed RLP strings have at most 256 bytes');
    return ZEROS;
  }

  /** The next item, an integer below 2^64: no leading zeros. */
  u64(): u64 {
    if (!this.header(false)) return 0;
    const length = this.payloadLength;
    if (length > 8 || (length > 0 && load<u8>(this.payload) == 0)) {
      this.failed = true;
      return 0;
    }
    let value: u64 = 0;
    for (let i: u32 = 0; i < length; i++) value = (value << 8) | (<u64>load<u8>(this.payload + i));
    return value;
  }

  /** The next item, an integer below 2^256 without leading zeros, as its minimal big-endian bytes. */
  integer(): Bytes {
    const value = this.bytes();
    if (value.length > 32 || (value.length > 0 && load<u8>(value.ptr) == 0)) {
      this.failed = true;
      return new Bytes(0, 0);
    }
    return value;
  }

  /** The next item with its header, whatever it is. */
  raw(): Bytes {
    const start = this.position;
    const ok = this.header(this.nextIsList);
    return ok ? new Bytes(start, <u32>(this.position - start)) : new Bytes(0, 0);
  }

  private header(list: bool): bool {
    if (this.failed || this.position >= this.limit) return this.fail();
    if (load<u8>(this.position) >= 0xc0 != list) return this.fail();
    const end = itemEnd(this.position, this.limit);
    if (end == 0) return this.fail();
    this.payload = itemPayload;
    this.payloadLength = itemLength;
    this.position = end;
    return true;
  }

  private fail(): bool {
    this.failed = true;
    return false;
  }
}

/** Payload of the item that `itemEnd` looked at last. */
export let itemPayload: usize = 0;
export let itemLength: u32 = 0;

/** Address behind the item at `position` < `limit`; 0 where it is malformed or does not end by `limit`. */
export function itemEnd(position: usize, limit: usize): usize {
  const first = <u32>load<u8>(position);
  if (first < 0x80) {
    itemPayload = position;
    itemLength = 1;
    return position + 1;
  }
  const available = <u64>(limit - position);
  const list = first >= 0xc0;
  let headerLength: u64 = 1;
  let length: u64 = first - (list ? 0xc0 : 0x80);
  if (length > 55) {
    const lengthBytes = <u32>length - 55;
    if (<u64>lengthBytes >= available) return 0;
    if (load<u8>(position + 1) == 0) return 0;
    length = 0;
    for (let i: u32 = 0; i < lengthBytes; i++) length = (length << 8) | (<u64>load<u8>(position + 1 + i));
    if (length < 56) return 0;
    headerLength = 1 + <u64>lengthBytes;
  }
  // `length` may be near 2^64: compare without a sum that wraps.
  if (length > available - headerLength) return 0;
  if (!list && length == 1 && load<u8>(position + 1) < 0x80) return 0;
  itemPayload = position + <usize>headerLength;
  itemLength = <u32>length;
  return itemPayload + <usize>length;
}

// @ts-ignore: decorator
@lazy const ZEROS: usize = memory.data(256, 8);

/**
 * Writes items one after the other into a buffer of its own that grows. `open` and `close` enclose a list's items.
 * Reuse one writer: `reset` starts over in the same buffer. A writer that outlives SCRATCH is made in PERSISTENT.
 */
@final
export class RlpWriter {
  private buffer: usize;
  private capacity: usize;
  private used: usize = 0;

  constructor(capacity: u32 = 1024) {
    this.buffer = heap.alloc(capacity);
    this.capacity = capacity;
  }

  reset(): void {
    this.used = 0;
  }

  /** What was written, as a view of the writer's buffer: valid until the next write. */
  get written(): Bytes {
    return new Bytes(this.buffer, <u32>this.used);
  }

  /** Starts a list; pass what it returns to `close`. */
  open(): u32 {
    return <u32>this.used;
  }

  /** Ends the list whose items began at `start`: moves them up by the length of the header. */
  close(start: u32): void {
    const length = <u32>this.used - start;
    const header = headerLength(length);
    this.reserve(header);
    memory.copy(this.buffer + start + header, this.buffer + start, length);
    storeHeader(this.buffer + start, 0xc0, length);
    this.used += header;
  }

  /** A byte string. */
  bytes(ptr: usize, length: u32): void {
    if (length == 1 && load<u8>(ptr) < 0x80) {
      this.byte(load<u8>(ptr));
      return;
    }
    const header = headerLength(length);
    this.reserve(header + length);
    storeHeader(this.buffer + this.used, 0x80, length);
    memory.copy(this.buffer + this.used + header, ptr, length);
    this.used += header + length;
  }

  view(value: Bytes): void {
    this.bytes(value.ptr, value.length);
  }

  /** The empty string. */
  empty(): void {
    this.byte(0x80);
  }

  /** An integer without leading zeros. */
  u64(value: u64): void {
    if (value < 0x80) {
      this.byte(value == 0 ? 0x80 : <u8>value);
      return;
    }
    const length: u32 = 8 - <u32>(clz(value) >> 3);
    this.reserve(9);
    store<u8>(this.buffer + this.used, <u8>(0x80 + length));
    for (let i: u32 = 0; i < length; i++) {
      store<u8>(this.buffer + this.used + 1 + i, <u8>(value >> (8 * (length - 1 - i))));
    }
    this.used += 1 + length;
  }

  /** The big-endian integer in the `length` bytes at `ptr`, without its leading zeros. */
  integer(ptr: usize, length: u32): void {
    while (length > 0 && load<u8>(ptr) == 0) {
      ptr++;
      length--;
    }
    this.bytes(ptr, length);
  }

  /** An item already encoded, or any raw bytes. */
  raw(ptr: usize, length: u32): void {
    this.reserve(length);
    memory.copy(this.buffer + this.used, ptr, length);
    this.used += length;
  }

  /** One raw byte. */
  byte(value: u8): void {
    this.reserve(1);
    store<u8>(this.buffer + this.used, value);
    this.used += 1;
  }

  private reserve(more: usize): void {
    const need = this.used + more;
    if (need <= this.capacity) return;
    const capacity = max(need, this.capacity * 2);
    // A writer may live longer than the region that is current when it grows.
    const before = useScratch(false);
    const buffer = heap.alloc(capacity);
    useScratch(before);
    memory.copy(buffer, this.buffer, this.used);
    this.buffer = buffer;
    this.capacity = capacity;
  }
}

/** Bytes that the header of a string (other than one byte below 0x80) or list of `length` payload bytes takes. */
export function headerLength(length: u32): u32 {
  if (length < 56) return 1;
  return length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5;
}

/** Writes that header at `target`; `base` is 0x80 for strings, 0xc0 for lists. Returns the header's length. */
export function storeHeader(target: usize, base: u32, length: u32): u32 {
  const header = headerLength(length);
  if (header == 1) {
    store<u8>(target, <u8>(base + length));
    return 1;
  }
  store<u8>(target, <u8>(base + 55 + header - 1));
  for (let i: u32 = 1; i < header; i++) store<u8>(target + i, <u8>(length >> (8 * (header - 1 - i))));
  return header;
}
