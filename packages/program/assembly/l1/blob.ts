// Blobs of L1: read from the oracle element by element (specs: fault-proof/index.md#type-5-global-eip-4844-point-evaluation-key)
// and decoded to the batcher's data (specs: protocol/derivation.md#blob-encoding, version 0).
import { copy32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { hint, KeyType, preimage } from '../oracle';
import { mark, release, useScratch } from '../memory';
import { rootsOfUnity } from './roots-of-unity';

/** Field elements in a blob. */
// @ts-ignore: decorator
@inline
export const ELEMENTS: u32 = 4096;

/** Bytes of a blob. */
// @ts-ignore: decorator
@inline
export const BLOB_SIZE: u32 = 32 * ELEMENTS;

/** Four elements are a round: bytes of it, and of what it carries. */
// @ts-ignore: decorator
@inline
export const ROUND_SIZE: u32 = 128;
// @ts-ignore: decorator
@inline
export const ROUND_DATA: u32 = 127;

/** Rounds in a blob. */
// @ts-ignore: decorator
@inline
export const ROUNDS: u32 = ELEMENTS / 4;

/** Bytes of version and length before the data. */
// @ts-ignore: decorator
@inline
export const BLOB_HEADER: u32 = 4;

/** Most data that a blob can encode. */
// @ts-ignore: decorator
@inline
export const MAX_BLOB_DATA: u32 = ROUNDS * ROUND_DATA - BLOB_HEADER;

// @ts-ignore: decorator
@lazy const HINT: usize = memory.data(48, 8);
// @ts-ignore: decorator
@lazy const ELEMENT_KEY: usize = memory.data(80, 8);
// @ts-ignore: decorator
@lazy const DIGEST: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const FIRST_ROUND: usize = memory.data(128, 8);

let blob: usize = 0;
let decoded: usize = 0;

/**
 * Fetches the blob with the 32-byte versioned hash at `versionedHash`, number `index` among the blobs of an L1 block of
 * time `l1Time`, and decodes it: the data is at `blobData()` until the next call. Returns its length, or -1 where it isn't encoded
 * as the protocol says. A pre-image of the wrong length ends the program.
 */
export function readBlob(versionedHash: usize, index: u64, l1Time: u64): i32 {
  const before = useScratch(false);
  if (decoded == 0) decoded = heap.alloc(MAX_BLOB_DATA);
  if (blob == 0) blob = heap.alloc(BLOB_SIZE);
  useScratch(true);
  const start = mark();
  beginBlob(versionedHash, index, l1Time, ELEMENT_KEY);
  // The arena never looks back: without this a blob would take twice its size of scratch.
  for (let i: u32 = 0; i < ELEMENTS; i += 1024) {
    readElements(ELEMENT_KEY, i, 1024, blob + 32 * i);
    release(start);
  }
  useScratch(before);
  return decodeBlob(blob, decoded);
}

/** Asks for a blob and writes its commitment to the beginning of the 80 bytes at `key`. In SCRATCH. */
export function beginBlob(versionedHash: usize, index: u64, l1Time: u64, key: usize): void {
  copy32(HINT, versionedHash);
  store<u64>(HINT, bswap<u64>(index), 32);
  store<u64>(HINT, bswap<u64>(l1Time), 40);
  hint('l1-blob', HINT, 48);
  const commitment = preimage(KeyType.Sha256, versionedHash);
  if (commitment.length != 48) throw new Error('a blob commitment has 48 bytes');
  commitment.copyTo(key);
}

/** Reads `count` elements, from number `first` on, of the blob for which `beginBlob` wrote to `key`. In SCRATCH, which it uses. */
export function readElements(key: usize, first: u32, count: u32, target: usize): void {
  useScratch(false);
  const roots = rootsOfUnity() + 32 * first;
  useScratch(true);
  for (let i: u32 = 0; i < count; i++) {
    copy32(key + 48, roots + 32 * i);
    keccak256(key, 80, DIGEST);
    const element = preimage(KeyType.Blob, DIGEST);
    if (element.length != 32) throw new Error('a blob element has 32 bytes');
    copy32(target + 32 * i, element.ptr);
  }
}

/** Address of the data of the blob that `readBlob` read last. */
export function blobData(): usize {
  return decoded;
}

/**
 * Decodes the BLOB_SIZE bytes at `source` to `target`, which has room for MAX_BLOB_DATA. Returns the data's length, or -1
 * where a rule is broken: the version is 0, the length fits, the two high bits of each element used after the first are
 * clear, and everything behind the data is zero.
 */
export function decodeBlob(source: usize, target: usize): i32 {
  if (load<u8>(source, 1) != 0) return -1;
  const length = ((<u32>load<u8>(source, 2)) << 16) | ((<u32>load<u8>(source, 3)) << 8) | (<u32>load<u8>(source, 4));
  if (length > MAX_BLOB_DATA) return -1;

  let round: u32 = 0;
  let input = source;
  let output: u32 = 0;
  do {
    const others = load<u8>(input, 32) | load<u8>(input, 64) | load<u8>(input, 96);
    if (others > 63 || (round > 0 && load<u8>(input) > 63)) return -1;
    if (round == 0) {
      decodeRound(input, FIRST_ROUND);
      memory.copy(target, FIRST_ROUND + BLOB_HEADER, ROUND_DATA - BLOB_HEADER);
      output = ROUND_DATA - BLOB_HEADER;
    } else {
      decodeRound(input, target + output);
      output += ROUND_DATA;
    }
    round += 1;
    input += ROUND_SIZE;
  } while (round < ROUNDS && output < length);
  for (let i = length; i < output; i++) {
    if (load<u8>(target + i) != 0) return -1;
  }
  for (const end = source + BLOB_SIZE; input < end; input += 8) {
    if (load<u64>(input) != 0) return -1;
  }
  return <i32>length;
}

/** Writes to `target` the ROUND_DATA bytes that the four elements at `source` carry. */
// @ts-ignore: decorator
@inline
export function decodeRound(source: usize, target: usize): void {
  memory.copy(target, source + 1, 31);
  memory.copy(target + 32, source + 33, 31);
  memory.copy(target + 64, source + 65, 31);
  memory.copy(target + 96, source + 97, 31);
  const first = <u32>load<u8>(source);
  const second = <u32>load<u8>(source, 32);
  const third = <u32>load<u8>(source, 64);
  const fourth = <u32>load<u8>(source, 96);
  // Behind each of the first three elements comes one byte of the four elements' 6-bit tops.
  store<u8>(target, <u8>((first & 0x3f) | ((second & 0x30) << 2)), 31);
  store<u8>(target, <u8>((second & 0x0f) | ((fourth & 0x0f) << 4)), 63);
  store<u8>(target, <u8>((third & 0x3f) | ((fourth & 0x30) << 2)), 95);
}
