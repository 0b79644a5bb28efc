// A view of bytes in linear memory. Every access is checked against the view's length, so data that an attacker shapes
// can at worst end the program; raw loads are kept to fixed structures.

/** `length` bytes at `ptr`. Views share memory and are never resized. */
@final
export class Bytes {
  constructor(
    public readonly ptr: usize,
    public readonly length: u32,
  ) {}

  /** Byte at `index`; out of range ends the program. */
  // @ts-ignore: decorator
  @operator('[]')
  get(index: u32): u32 {
    if (index >= this.length) throw new RangeError('byte index out of range');
    return <u32>load<u8>(this.ptr + index);
  }

  /** View of the bytes `from` to before `to`; out of range ends the program. */
  slice(from: u32, to: u32): Bytes {
    if (from > to || to > this.length) throw new RangeError('slice out of range');
    return new Bytes(this.ptr + from, to - from);
  }

  /** View of the bytes from `from` on. */
  after(from: u32): Bytes {
    return this.slice(from, this.length);
  }

  /** A copy in the current region. */
  copy(): Bytes {
    const ptr = heap.alloc(this.length);
    memory.copy(ptr, this.ptr, this.length);
    return new Bytes(ptr, this.length);
  }

  /** Copies the whole view to `target`, which has room for it. */
  copyTo(target: usize): void {
    memory.copy(target, this.ptr, this.length);
  }

  equals(other: Bytes): bool {
    return this.length == other.length && memory.compare(this.ptr, other.ptr, this.length) == 0;
  }

  /** Big-endian u16 at `offset`. */
  u16At(offset: u32): u32 {
    this.check(offset, 2);
    return <u32>bswap<u16>(load<u16>(this.ptr + offset));
  }

  /** Big-endian u32 at `offset`. */
  u32At(offset: u32): u32 {
    this.check(offset, 4);
    return bswap<u32>(load<u32>(this.ptr + offset));
  }

  /** Big-endian u64 at `offset`. */
  u64At(offset: u32): u64 {
    this.check(offset, 8);
    return bswap<u64>(load<u64>(this.ptr + offset));
  }

  /** Address of the `length` bytes at `offset`, checked to lie within the view. */
  at(offset: u32, length: u32): usize {
    this.check(offset, length);
    return this.ptr + offset;
  }

  private check(offset: u32, length: u32): void {
    if (<u64>offset + <u64>length > <u64>this.length) throw new RangeError('read out of range');
  }
}

/** A fresh, zeroed view of `length` bytes in the current region. */
export function zeroBytes(length: u32): Bytes {
  const ptr = heap.alloc(length);
  memory.fill(ptr, 0, length);
  return new Bytes(ptr, length);
}

/** A copy of `length` bytes at `ptr` in the current region. */
export function bytesAt(ptr: usize, length: u32): Bytes {
  return new Bytes(ptr, length).copy();
}

/** The ASCII text of `text`, in the current region. */
export function ascii(text: string): Bytes {
  const length = text.length;
  const ptr = heap.alloc(length);
  for (let i = 0; i < length; i++) store<u8>(ptr + i, <u8>text.charCodeAt(i));
  return new Bytes(ptr, length);
}

/** Whether the 32 bytes at `a` and `b` are equal. */
// @ts-ignore: decorator
@inline
export function equal32(a: usize, b: usize): bool {
  return (
    ((load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24))) ==
    0
  );
}

/** Copies 32 bytes. */
// @ts-ignore: decorator
@inline
export function copy32(target: usize, source: usize): void {
  store<u64>(target, load<u64>(source));
  store<u64>(target, load<u64>(source, 8), 8);
  store<u64>(target, load<u64>(source, 16), 16);
  store<u64>(target, load<u64>(source, 24), 24);
}

/** Whether the 32 bytes at `a` are all zero. */
// @ts-ignore: decorator
@inline
export function isZero32(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0;
}

// @ts-ignore: decorator
@lazy const ZERO: usize = memory.data(32, 8);

/** Address of 32 zero bytes. */
export function zeroWord(): usize {
  return ZERO;
}
