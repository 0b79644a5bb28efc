// Pre-images by key and hint (specs: fault-proof/index.md#pre-image-oracle). The machine's contract binds every value
// to its key, so nothing is hashed again here.
import { hint as sendHint, preimageOpen, preimageRead } from './abi';
import { Bytes, copy32 } from './bytes';
import { hexDigit } from './log';
import { mark, release, useScratch } from './memory';

/** The first byte of a key: how it is bound to its value. */
export const enum KeyType {
  Local = 1,
  Keccak256 = 2,
  Sha256 = 4,
  Blob = 5,
  Precompile = 6,
}

// In one 32-byte leaf of the machine's memory, so that one system call takes the whole key.
// @ts-ignore: decorator
@lazy const KEY: usize = memory.data(32, 32);

/** Selects the pre-image of the key and returns its length. */
function open(): u32 {
  const length = preimageOpen(KEY);
  if (length > 0x3fffffff) throw new RangeError('a pre-image of a gibibyte or more');
  return <u32>length;
}

function read(): Bytes {
  const length = open();
  const ptr = heap.alloc(length);
  preimageRead(ptr, length);
  return new Bytes(ptr, length);
}

/** The pre-image of the local key `index` (bootstrap data), in the current region. */
export function localPreimage(index: u64): Bytes {
  memory.fill(KEY, 0, 32);
  store<u8>(KEY, KeyType.Local);
  store<u64>(KEY, bswap<u64>(index), 24);
  return read();
}

// @ts-ignore: decorator
@inline
function setKey(type: KeyType, digest: usize): void {
  copy32(KEY, digest);
  store<u8>(KEY, <u8>type);
}

/** The pre-image of the 32-byte digest at `digest` under `type`: the key is the digest with its first byte replaced. */
export function preimage(type: KeyType, digest: usize): Bytes {
  setKey(type, digest);
  return read();
}

/** Length of that pre-image, which `readPreimage` then reads. */
export function openPreimage(type: KeyType, digest: usize): u32 {
  setKey(type, digest);
  return open();
}

/** Writes the first `length` bytes of the pre-image that was opened last to `target`. */
export function readPreimage(target: usize, length: u32): void {
  preimageRead(target, length);
}

/** Sends the hint `type 0x…` with the `length` bytes at `data` as payload. */
export function hint(type: string, data: usize, length: u32): void {
  const nameLength = <u32>type.length;
  const total = nameLength + 3 + 2 * length;
  // As long as what is hinted may be megabytes (the input of a precompile), its text lives for this call alone.
  const before = useScratch(true);
  const start = mark();
  const text = heap.alloc(total);
  let p = text;
  for (let i: u32 = 0; i < nameLength; i++) store<u8>(p++, <u8>type.charCodeAt(i));
  store<u8>(p, 0x20);
  store<u8>(p, 0x30, 1);
  store<u8>(p, 0x78, 2);
  p += 3;
  for (let i: u32 = 0; i < length; i++) {
    const byte = <u32>load<u8>(data + i);
    store<u8>(p, <u8>hexDigit(byte >> 4));
    store<u8>(p, <u8>hexDigit(byte & 15), 1);
    p += 2;
  }
  sendHint(text, total);
  release(start);
  useScratch(before);
}
