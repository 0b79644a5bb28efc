// What a node refuses when a transaction is sent to it: what no block can ever hold would be waited for in vain. Its
// words are those of geth's pool, which tools know.
import { Account } from '@ethereumjs/util';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { GAS_PER_BLOB } from '../execution/base-fee.js';
import { blobParametersAt, rulesAt } from '../execution/chain.js';
import type { ExecutionChain } from '../execution/chain.js';
import type { SignedTransaction } from '../execution/transaction.js';
import { refusalByRules, refusalOfSender, tooManyBlobs } from '../execution/transaction-rules.js';
import { State } from '../state/state.js';
import type { StateStore } from '../state/store.js';

/** Why no block after `head` can hold the transaction, as the head's rules and state are; undefined where one can. */
export async function refusalOf(
  transaction: SignedTransaction,
  { chain, head, store }: { chain: ExecutionChain; head: ExecutedBlock; store: StateStore },
): Promise<string | undefined> {
  const { nonce, gasLimit, maxFeePerGas, value } = transaction;
  const rules = rulesAt(chain, head.header.timestamp);
  if (gasLimit > head.header.gasLimit) return `exceeds block gas limit: ${gasLimit} of ${head.header.gasLimit}`;
  const byRules = refusalByRules(transaction, rules);
  if (byRules !== undefined) return byRules;
  const blobs = transaction.blobVersionedHashes.length;
  if (blobs > 0) {
    const { max } = blobParametersAt(chain, head.header.timestamp);
    if (blobs > max) return tooManyBlobs(blobs, max);
  }

  const state = new State(store, head.header.stateRoot);
  const sender = (await state.getAccount(transaction.from)) ?? new Account();
  if (nonce < sender.nonce) return `nonce too low: next nonce ${sender.nonce}, tx nonce ${nonce}`;
  const blobGas = GAS_PER_BLOB * BigInt(blobs);
  const cost = gasLimit * maxFeePerGas + blobGas * transaction.maxFeePerBlobGas + value;
  if (sender.balance < cost)
    return `insufficient funds for gas * price + value: balance ${sender.balance}, tx cost ${cost}`;
  return refusalOfSender(sender, { state, transaction, rules });
}
