// Byte-level reading of a WebAssembly binary. https://webassembly.github.io/spec/core/binary/values.html

/** A module that is malformed or uses something the guest cannot be built from. */
export class UnsupportedModuleError extends Error {
  override name = 'UnsupportedModuleError';
}

/** A position in a WebAssembly binary. Every read throws `UnsupportedModuleError` beyond the end. */
export class WasmReader {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined;
    if (value === undefined) throw new UnsupportedModuleError(`the module ends early, at byte ${this.position}`);
    this.position += 1;
    return value;
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    if (this.position + length > this.end) {
      throw new UnsupportedModuleError(`the module ends early: ${length} bytes are missing at byte ${this.position}`);
    }
    const view = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return view;
  }

  /** An unsigned LEB128 integer of up to 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new UnsupportedModuleError(`an integer at byte ${this.position} is longer than 32 bits`);
  }

  /** A signed LEB128 integer of up to 64 bits. */
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return byte & 0x40 ? value - (1n << (shift + 7n)) : value;
    }
    throw new UnsupportedModuleError(`an integer at byte ${this.position} is longer than 64 bits`);
  }

  name(): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.take(this.u32()));
  }

  /** A vector: its length, then each element as `element` reads it. */
  vector<T>(element: (index: number) => T): T[] {
    return Array.from({ length: this.u32() }, (_, index) => element(index));
  }

  /** A reader over the next `length` bytes, which are skipped here. */
  section(length: number): WasmReader {
    const start = this.position;
    this.take(length);
    return new WasmReader(this.bytes, start, start + length);
  }
}
