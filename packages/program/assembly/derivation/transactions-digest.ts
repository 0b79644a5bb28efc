// A digest of a list of transactions: blocks are compared with overlapping span batches by it, so that their transactions
// need not be kept. A hash chain: each step is keccak256(digest so far ++ keccak256(transaction)).
import { Bytes, copy32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';

// @ts-ignore: decorator
@lazy const STEP: usize = memory.data(64, 8);

/** Writes the digest of no transactions to the 32 bytes at `digest`. */
export function beginDigest(digest: usize): void {
  memory.fill(digest, 0, 32);
}

/** Adds a transaction to the digest in the 32 bytes at `digest`. */
export function addToDigest(digest: usize, transaction: Bytes): void {
  copy32(STEP, digest);
  keccak256(transaction.ptr, transaction.length, STEP + 32);
  keccak256(STEP, 64, digest);
}
