// What a node refuses when a transaction is sent to it: what no block can ever hold would be waited for in vain. The words are
// those of geth's pool (core/txpool/validation.go), which tools know.
import { Account, equalsBytes, KECCAK256_NULL } from '@ethereumjs/util';
import { delegateOf } from '../execution/authorizations.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { GAS_PER_BLOB } from '../execution/base-fee.js';
import { MAX_BLOBS_PER_TRANSACTION } from '../execution/blob-schedule.js';
import { blobParametersAt, rulesAt } from '../execution/chain.js';
import type { ExecutionChain } from '../execution/chain.js';
import { includes } from '../execution/forks.js';
import { exceedsInitCodeSize, floorGas, intrinsicGas, MAX_TRANSACTION_GAS } from '../execution/state-transition.js';
import type { SignedTransaction } from '../execution/transaction.js';
import { State } from '../state/state.js';
import type { StateStore } from '../state/store.js';

/** The fork that brought a transaction type; those that are not named were always there. */
const FORK_OF_TYPE = { 3: 'cancun', 4: 'prague' } as const;

/** Why no block after `head` can hold the transaction, as the head's rules and state are; undefined where one can. */
export async function refusalOf(
  transaction: SignedTransaction,
  { chain, head, store }: { chain: ExecutionChain; head: ExecutedBlock; store: StateStore },
): Promise<string | undefined> {
  const { type, nonce, gasLimit, maxFeePerGas, value } = transaction;
  const rules = rulesAt(chain, head.header.timestamp);
  if ((type === 3 || type === 4) && !includes(rules, FORK_OF_TYPE[type]))
    return `transaction type not supported: type ${type} comes with ${FORK_OF_TYPE[type]}`;
  if (type === 3) {
    if (rules.optimism !== undefined) return 'transaction type not supported: an L2 takes no blobs';
    const { max } = blobParametersAt(chain, head.header.timestamp);
    const most = includes(rules, 'osaka') ? Math.min(max, MAX_BLOBS_PER_TRANSACTION) : max;
    const blobs = transaction.blobVersionedHashes.length;
    if (blobs === 0) return 'blobless blob transaction';
    if (blobs > most) return `too many blobs in transaction: have ${blobs}, permitted ${most}`;
  }
  if (gasLimit > head.header.gasLimit) return `exceeds block gas limit: ${gasLimit} of ${head.header.gasLimit}`;
  if (includes(rules, 'osaka') && gasLimit > MAX_TRANSACTION_GAS)
    return `transaction gas limit too high (cap: ${MAX_TRANSACTION_GAS}, tx: ${gasLimit})`;
  if (exceedsInitCodeSize(transaction, rules)) return 'max initcode size exceeded';
  const least = intrinsicGas(transaction, rules);
  if (gasLimit < least) return `intrinsic gas too low: gas ${gasLimit}, minimum needed ${least}`;
  const floor = floorGas(transaction, rules);
  if (gasLimit < floor) return `insufficient gas for floor data gas cost: gas ${gasLimit}, minimum needed ${floor}`;

  const state = new State(store, head.header.stateRoot);
  const sender = (await state.getAccount(transaction.from)) ?? new Account();
  if (nonce < sender.nonce) return `nonce too low: next nonce ${sender.nonce}, tx nonce ${nonce}`;
  const blobGas = GAS_PER_BLOB * BigInt(transaction.blobVersionedHashes.length);
  const cost = gasLimit * maxFeePerGas + blobGas * transaction.maxFeePerBlobGas + value;
  if (sender.balance < cost)
    return `insufficient funds for gas * price + value: balance ${sender.balance}, tx cost ${cost}`;
  if (!equalsBytes(sender.codeHash, KECCAK256_NULL)) {
    const isDelegated = includes(rules, 'prague') && delegateOf(await state.getCode(transaction.from)) !== undefined;
    if (!isDelegated) return 'sender not an eoa';
  }
  return undefined;
}
