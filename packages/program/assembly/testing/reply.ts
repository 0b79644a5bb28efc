// JSON text that a test module hands to the test: built here, read there. Test only.
import { Bytes } from '../bytes';
import { hexDigit } from '../log';
import { useScratch } from '../memory';

let buffer: usize = 0;
let capacity: u32 = 0;
let used: u32 = 0;
/** Whether a comma is needed before the next member. */
let comma: bool = false;

function put(byte: u32): void {
  if (used == capacity) {
    const before = useScratch(false);
    capacity = capacity == 0 ? 4096 : 2 * capacity;
    const grown = heap.alloc(capacity);
    memory.copy(grown, buffer, used);
    buffer = grown;
    useScratch(before);
  }
  store<u8>(buffer + used++, <u8>byte);
}

function text(value: string): void {
  put(0x22);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i) & 0x7f;
    if (code == 0x22 || code == 0x5c) put(0x5c);
    put(code);
  }
  put(0x22);
}

function member(key: string): void {
  if (comma) put(0x2c);
  comma = true;
  if (key.length > 0) {
    text(key);
    put(0x3a);
  }
}

/** Begins an object, or with brackets `[` an array. Keys of an array's elements are empty. */
export function open(key: string, bracket: string): void {
  if (key.length > 0 || used > 0) member(key);
  put(bracket.charCodeAt(0));
  comma = false;
}

export function close(bracket: string): void {
  put(bracket.charCodeAt(0));
  comma = true;
}

/** A number, as a string of decimal digits. */
export function number(key: string, value: u64): void {
  member(key);
  text(value.toString());
}

export function flag(key: string, value: bool): void {
  member(key);
  const word = value ? 'true' : 'false';
  for (let i = 0; i < word.length; i++) put(word.charCodeAt(i));
}

export function words(key: string, value: string | null): void {
  member(key);
  text(value === null ? '' : value);
}

/** Bytes as 0x-hex; null where `ptr` is 0 and there should be some. */
export function hex(key: string, ptr: usize, length: u32): void {
  member(key);
  if (ptr == 0 && length > 0) {
    put(0x6e);
    put(0x75);
    put(0x6c);
    put(0x6c);
    return;
  }
  put(0x22);
  put(0x30);
  put(0x78);
  for (let i: u32 = 0; i < length; i++) {
    const byte = <u32>load<u8>(ptr + i);
    put(hexDigit(byte >> 4));
    put(hexDigit(byte & 15));
  }
  put(0x22);
}

export function bytes(key: string, value: Bytes): void {
  hex(key, value.ptr, value.length);
}

/** Starts over. */
export function begin(): void {
  used = 0;
  comma = false;
}

/** Address and length of what was built since `begin`, as address in the high half. */
export function finished(): u64 {
  return ((<u64>buffer) << 32) | (<u64>used);
}
