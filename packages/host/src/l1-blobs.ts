/** The blobs that a batcher may have sent in an L1 block: those of transactions to the batch inbox. */
import { RLP } from '@ethereumjs/rlp';
import { isJsonObject, parseJson } from './lossless-json.js';
import type { RollupConfig } from './rollup-config.js';

const BLOB_TYPE = 3;
/** Places in a blob transaction's list (EIP-4844). */
const TO = 5;
const BLOB_HASHES = 10;

/** Versioned hashes of blobs to the batch inbox, with their place among all blobs of the block. `transactions` are encoded, in order. */
export function blobTransactions(
  transactions: readonly Uint8Array[],
  { json }: RollupConfig,
): { versionedHash: Uint8Array; index: bigint }[] {
  const config = parseJson(json);
  const inbox = isJsonObject(config) ? config.batch_inbox_address : undefined;
  const found: { versionedHash: Uint8Array; index: bigint }[] = [];
  let index = 0n;
  for (const transaction of transactions) {
    if (transaction[0] !== BLOB_TYPE) continue;
    const fields = RLP.decode(transaction.subarray(1));
    const to = Array.isArray(fields) ? fields[TO] : undefined;
    const hashes = Array.isArray(fields) ? fields[BLOB_HASHES] : undefined;
    if (!(to instanceof Uint8Array) || !Array.isArray(hashes)) continue;
    const isToInbox = `0x${Buffer.from(to).toString('hex')}` === inbox;
    for (const hash of hashes) {
      if (isToInbox && hash instanceof Uint8Array) found.push({ versionedHash: hash, index });
      index += 1n;
    }
  }
  return found;
}
