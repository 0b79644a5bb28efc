// Transactions that were sent to a node and wait for a block.
import type { Common } from '@ethereumjs/common';
import { bytesToUnprefixedHex } from '@ethereumjs/util';
import type { BlobSidecar } from '../batcher/blob.js';
import type { BlockBuilder } from '../execution/block-executor.js';
import { InvalidTransactionError } from '../execution/state-transition.js';
import { decodeTransaction, DEPOSIT_TYPE, TransactionDecodingError } from '../execution/transaction.js';
import type { SignedTransaction } from '../execution/transaction.js';
import { BLOB_TYPE, sidecarsOf, unwrapBlobs } from './blob-wrapper.js';

interface Waiting {
  readonly transaction: SignedTransaction;
  /** What comes with a blob transaction. */
  readonly sidecars: readonly BlobSidecar[];
}

/** A transaction that a pool doesn't take. */
export class PoolError extends Error {
  override name = 'PoolError';
}

/** One node's pool. */
export class TransactionPool {
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(hash: Uint8Array) => void>();

  /** `common` reads every type that the chain may hold. */
  constructor(readonly common: Common) {}

  /**
   * Takes a transaction as it is sent, a blob transaction with its blobs, unless `refuse` gives a reason. Rejects with
   * `PoolError`, or `TransactionDecodingError` for bytes that are none.
   */
  async add(
    sent: Uint8Array,
    refuse: (transaction: SignedTransaction) => Promise<string | undefined>,
  ): Promise<SignedTransaction> {
    const { envelope, blobs } = sent[0] === BLOB_TYPE ? unwrapBlobs(sent) : { envelope: sent, blobs: [] };
    const transaction = decodeTransaction(envelope, this.common);
    if (transaction.type === DEPOSIT_TYPE) throw new PoolError('deposits come from L1 alone');
    const reason = await refuse(transaction);
    if (reason !== undefined) throw new PoolError(reason);
    const key = bytesToUnprefixedHex(transaction.hash);
    if (this.#waiting.has(key)) throw new PoolError('already known');
    const sidecars = sidecarsOf(blobs, transaction.blobVersionedHashes);
    if (sidecars === undefined)
      throw new PoolError('invalid sidecar: its blobs are not those that the transaction names');
    this.#waiting.set(key, { transaction, sidecars });
    for (const listener of this.#listeners) listener(transaction.hash);
    return transaction;
  }

  find(hash: Uint8Array): SignedTransaction | undefined {
    return this.#waiting.get(bytesToUnprefixedHex(hash))?.transaction;
  }

  /** The nonce of an account's next transaction, where the account has `nonce` in the newest block. */
  nextNonce(from: string, nonce: bigint): bigint {
    const taken = new Set(
      [...this.#waiting.values()]
        .filter(({ transaction }) => transaction.from.toString() === from)
        .map(({ transaction }) => transaction.nonce),
    );
    let next = nonce;
    while (taken.has(next)) next++;
    return next;
  }

  /** Calls `listener` for each transaction that is taken, until the returned function is called. */
  listen(listener: (hash: Uint8Array) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Adds what can stand in the block, account by account in the order of nonces. What comes too early, doesn't fit
   * any more or pays less than the base fee waits on; what never can stand in a block is forgotten. Returns the blobs that came with it.
   */
  async fill(builder: BlockBuilder): Promise<BlobSidecar[]> {
    const added: BlobSidecar[] = [];
    const inOrder = [...this.#waiting].sort(([, { transaction: a }], [, { transaction: b }]) =>
      a.nonce < b.nonce ? -1 : a.nonce > b.nonce ? 1 : 0,
    );
    for (const [key, { transaction, sidecars }] of inOrder) {
      const account = await builder.state.getAccount(transaction.from);
      if ((account?.nonce ?? 0n) < transaction.nonce || builder.gasLeft < transaction.gasLimit) continue;
      if (transaction.maxFeePerGas < builder.baseFee) continue;
      if (sidecars.length > 0) {
        if (builder.blobsLeft < sidecars.length || transaction.maxFeePerBlobGas < builder.blobBaseFee) continue;
      }
      this.#waiting.delete(key);
      try {
        await builder.add(transaction.raw);
        added.push(...sidecars);
      } catch (error) {
        if (!(error instanceof InvalidTransactionError || error instanceof TransactionDecodingError)) throw error;
      }
    }
    return added;
  }
}
