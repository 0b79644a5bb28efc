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

/** Most data that a blob can encode: four elements carry 127 bytes, and 4 bytes are spent on version and length. */
// @ts-ignore: decorator
@inline
export const MAX_BLOB_DATA: u32 = 127 * 1024 - 4;

// @ts-ignore: decorator
@lazy const HINT: usize = memory.data(48, 8);
// @ts-ignore: decorator
@lazy const ELEMENT_KEY: usize = memory.data(80, 8);
// @ts-ignore: decorator
@lazy const DIGEST: usize = memory.data(32, 8);

let blob: usize = 0;
let decoded: usize = 0;

/** As `readBlobTo`: the data is at `blobData()`, until the next call. */
export function readBlob(versionedHash: usize, index: u64, l1Time: u64): i32 {
  if (decoded == 0) {
    const before = useScratch(false);
    decoded = heap.alloc(MAX_BLOB_DATA);
    useScratch(before);
  }
  return readBlobTo(decoded, versionedHash, index, l1Time);
}

/**
 * Fetches the blob with the 32-byte versioned hash at `versionedHash`, number `index` among the blobs of an L1 block of
 * time `l1Time`, and decodes it to `target`, which has room for MAX_BLOB_DATA. Returns its data's length, or -1 where it isn't
 * encoded as the protocol says. A pre-image of the wrong length ends the program.
 */
export function readBlobTo(target: usize, versionedHash: usize, index: u64, l1Time: u64): i32 {
  copy32(HINT, versionedHash);
  store<u64>(HINT, bswap<u64>(index), 32);
  store<u64>(HINT, bswap<u64>(l1Time), 40);
  hint('l1-blob', HINT, 48);
  const before = useScratch(false);
  if (blob == 0) blob = heap.alloc(BLOB_SIZE);
  const roots = rootsOfUnity();
  useScratch(true);

  const start = mark();
  const commitment = preimage(KeyType.Sha256, versionedHash);
  if (commitment.length != 48) throw new Error('a blob commitment has 48 bytes');
  commitment.copyTo(ELEMENT_KEY);
  for (let i: u32 = 0; i < ELEMENTS; i++) {
    copy32(ELEMENT_KEY + 48, roots + 32 * i);
    keccak256(ELEMENT_KEY, 80, DIGEST);
    const element = preimage(KeyType.Blob, DIGEST);
    if (element.length != 32) throw new Error('a blob element has 32 bytes');
    copy32(blob + 32 * i, element.ptr);
    // The arena never looks back: without this a blob would take twice its size of scratch.
    if ((i & 1023) == 1023) release(start);
  }
  release(start);

  useScratch(before);
  return decodeBlob(blob, target);
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

  // The first element's 31 bytes begin with version and length.
  memory.copy(target, source + 5, 27);
  let input: u32 = 32;
  let output: u32 = 28;
  let first = <u32>load<u8>(source);
  for (let round = 0; round < 1024; round++) {
    if (round > 0) {
      if (output >= length) break;
      first = <u32>load<u8>(source + input);
      if (first > 63) return -1;
      memory.copy(target + output, source + input + 1, 31);
      input += 32;
      output += 32;
    }
    const second = <u32>load<u8>(source + input);
    const third = <u32>load<u8>(source + input, 32);
    const fourth = <u32>load<u8>(source + input, 64);
    if ((second | third | fourth) > 63) return -1;
    memory.copy(target + output, source + input + 1, 31);
    memory.copy(target + output + 32, source + input + 33, 31);
    memory.copy(target + output + 64, source + input + 65, 31);
    input += 96;
    // Behind each of the first three elements of a round comes one byte of the four elements' 6-bit tops.
    store<u8>(target + output - 1, <u8>((first & 0x3f) | ((second & 0x30) << 2)));
    store<u8>(target + output + 31, <u8>((second & 0x0f) | ((fourth & 0x0f) << 4)));
    store<u8>(target + output + 63, <u8>((third & 0x3f) | ((fourth & 0x30) << 2)));
    output += 95;
  }
  for (let i = length; i < output; i++) {
    if (load<u8>(target + i) != 0) return -1;
  }
  for (; input < BLOB_SIZE; input += 8) {
    if (load<u64>(source + input) != 0) return -1;
  }
  return <i32>length;
}
