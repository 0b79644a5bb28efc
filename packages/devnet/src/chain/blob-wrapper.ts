// Blob transactions as they are sent to a node: the transaction with its blobs beside it. EIP-4844, "Networking"; EIP-7594 puts
// a version in front of the blobs, and proofs of cells in the place of blobs' proofs.
import { RLP } from '@ethereumjs/rlp';
import { concatBytes, equalsBytes } from '@ethereumjs/util';
import { BLOB_SIZE, type BlobSidecar, sealBlob } from '../batcher/blob.js';
import { TransactionDecodingError } from '../execution/transaction.js';

export const BLOB_TYPE = 0x03;

/** What was sent, taken apart: the envelope that stands in a block, and its blobs. */
export interface SentBlobs {
  readonly envelope: Uint8Array;
  readonly blobs: readonly Uint8Array[];
}

/** Takes a blob transaction with its blobs apart. Throws `TransactionDecodingError`, also for one that comes without them. */
export function unwrapBlobs(raw: Uint8Array): SentBlobs {
  let items: unknown;
  try {
    items = RLP.decode(raw.subarray(1));
  } catch (cause) {
    throw new TransactionDecodingError('a blob transaction is a list behind its type', { cause });
  }
  const [payload, ...rest] = Array.isArray(items) ? (items as unknown[]) : [];
  if (!Array.isArray(payload))
    throw new TransactionDecodingError('missing sidecar: a blob transaction is sent with its blobs');
  const blobs = Array.isArray(rest[0]) ? rest[0] : rest[1];
  if (!Array.isArray(blobs) || !blobs.every((blob) => blob instanceof Uint8Array && blob.length === BLOB_SIZE))
    throw new TransactionDecodingError(`a blob has ${BLOB_SIZE} bytes`);
  return { envelope: concatBytes(Uint8Array.of(BLOB_TYPE), RLP.encode(payload as Uint8Array[])), blobs };
}

/** The blobs with commitments and proofs of our own making; undefined where they are not those that the transaction names. */
export function sidecarsOf(
  blobs: readonly Uint8Array[],
  versionedHashes: readonly Uint8Array[],
): BlobSidecar[] | undefined {
  if (blobs.length !== versionedHashes.length) return undefined;
  const sidecars: BlobSidecar[] = [];
  for (const [i, blob] of blobs.entries()) {
    const sidecar = sealBlob(blob);
    if (!equalsBytes(sidecar.versionedHash, versionedHashes[i] ?? new Uint8Array(0))) return undefined;
    sidecars.push(sidecar);
  }
  return sidecars;
}
