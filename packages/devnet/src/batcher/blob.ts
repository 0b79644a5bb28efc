// Blobs: rollup data in 254 bits of each of 4,096 field elements, with commitment and proof.
// Specification: specs/protocol/ecotone/derivation.md, "Blob Encoding"; EIP-4844.
import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util';
import { sha256 } from '@noble/hashes/sha2.js';
import { mainnetKzg } from '../execution/kzg.js';

/** A blob as the beacon chain carries it. */
export interface BlobSidecar {
  readonly blob: Uint8Array;
  readonly commitment: Uint8Array;
  /** Made when first asked for: only the beacon API's sidecars show it, and it takes as long as the commitment. */
  readonly proof: Uint8Array;
  readonly versionedHash: Uint8Array;
}

/** Data that is too long for a blob. */
export class BlobSizeError extends Error {
  override name = 'BlobSizeError';
}

export const BLOB_SIZE = 131_072;
/** Bytes of data that fit a blob. */
export const MAX_BLOB_DATA = (4 * 31 + 3) * 1024 - 4;
const ENCODING_VERSION = 0;
const VERSIONED_HASH_VERSION = 1;

/** A blob that holds `data`. */
export function encodeBlob(data: Uint8Array): Uint8Array {
  if (data.length > MAX_BLOB_DATA) throw new BlobSizeError(`${data.length} bytes, a blob holds ${MAX_BLOB_DATA}`);
  const { length } = data;
  const header = Uint8Array.of(ENCODING_VERSION, length >> 16, (length >> 8) & 0xff, length & 0xff);
  const input = concatBytes(header, data);
  const blob = new Uint8Array(BLOB_SIZE);
  // Each round takes 127 bytes: 31, 1, 31, 1, 31, 1, 31. The single bytes x, y, z become the four elements' tops.
  for (let round = 0; round * 127 < input.length; round++) {
    const piece = new Uint8Array(127);
    piece.set(input.subarray(round * 127, (round + 1) * 127));
    const [x = 0, y = 0, z = 0] = [piece[31], piece[63], piece[95]];
    const tops = [x & 0x3f, (y & 0x0f) | ((x & 0xc0) >> 2), z & 0x3f, ((z & 0xc0) >> 2) | ((y & 0xf0) >> 4)];
    tops.forEach((top, i) => {
      const at = round * 128 + i * 32;
      blob[at] = top;
      blob.set(piece.subarray(i * 32, i * 32 + 31), at + 1);
    });
  }
  return blob;
}

/** Commits to a blob: about 0.3 s. */
export function sealBlob(blob: Uint8Array): BlobSidecar {
  const kzg = mainnetKzg();
  const hex = bytesToHex(blob);
  const commitmentHex = kzg.blobToKzgCommitment(hex);
  const commitment = hexToBytes(commitmentHex as `0x${string}`);
  let proof: Uint8Array | undefined;
  const versionedHash = sha256(commitment);
  versionedHash[0] = VERSIONED_HASH_VERSION;
  return {
    blob,
    commitment,
    get proof() {
      return (proof ??= hexToBytes(kzg.computeBlobProof(hex, commitmentHex) as `0x${string}`));
    },
    versionedHash,
  };
}
