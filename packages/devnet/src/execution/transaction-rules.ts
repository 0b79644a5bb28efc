// What the forks' rules ask of a transaction by itself, whatever block it stands in: for the block that holds it and for the
// node that takes it from a user.
// Specification: Yellow Paper, section 6.2; EIPs 2028, 2930, 3607, 3860, 4844, 7623, 7702, 7825.
import type { Account } from '@ethereumjs/util';
import { equalsBytes, KECCAK256_NULL } from '@ethereumjs/util';
import type { State } from '../state/state.js';
import { AUTHORIZATION_GAS, delegateOf } from './authorizations.js';
import { MAX_BLOBS_PER_TRANSACTION } from './blob-schedule.js';
import { calldataGas, floorOfData, TRANSACTION_GAS } from './calldata-gas.js';
import { includes } from './forks.js';
import type { ExecutionRules } from './forks.js';
import type { SignedTransaction, Transaction } from './transaction.js';

const CREATION_GAS = 32_000n;
const MAX_INIT_CODE_SIZE = 49_152;
/** Most gas of a signed transaction (EIP-7825). */
export const MAX_TRANSACTION_GAS = 1n << 24n;

/** The fork that brought a transaction type; those that are not named were always there. */
const FORK_OF_TYPE = { 3: 'cancun', 4: 'prague' } as const;

/** Why no block with these rules can hold the transaction, in geth's words (core/txpool/validation.go); undefined where one can. */
export function refusalByRules(transaction: SignedTransaction, rules: ExecutionRules): string | undefined {
  const { type, gasLimit } = transaction;
  if ((type === 3 || type === 4) && !includes(rules, FORK_OF_TYPE[type]))
    return `transaction type not supported: type ${type} comes with ${FORK_OF_TYPE[type]}`;
  if (type === 3) {
    if (rules.optimism !== undefined) return 'transaction type not supported: an L2 takes no blobs';
    const blobs = transaction.blobVersionedHashes.length;
    if (blobs === 0) return 'blobless blob transaction';
    if (includes(rules, 'osaka') && blobs > MAX_BLOBS_PER_TRANSACTION)
      return tooManyBlobs(blobs, MAX_BLOBS_PER_TRANSACTION);
  }
  if (transaction.maxPriorityFeePerGas > transaction.maxFeePerGas)
    return 'max priority fee per gas higher than max fee per gas';
  if (includes(rules, 'osaka') && gasLimit > MAX_TRANSACTION_GAS)
    return `transaction gas limit too high (cap: ${MAX_TRANSACTION_GAS}, tx: ${gasLimit})`;
  if (exceedsInitCodeSize(transaction, rules)) return 'max initcode size exceeded';
  const least = intrinsicGas(transaction, rules);
  if (gasLimit < least) return `intrinsic gas too low: gas ${gasLimit}, minimum needed ${least}`;
  const floor = floorGas(transaction, rules);
  if (gasLimit < floor) return `insufficient gas for floor data gas cost: gas ${gasLimit}, minimum needed ${floor}`;
  return undefined;
}

export function tooManyBlobs(blobs: number, most: number): string {
  return `too many blobs in transaction: have ${blobs}, permitted ${most}`;
}

/** Why an account sends no transactions: it has code that is no delegation (EIP-3607, EIP-7702). */
export async function refusalOfSender(
  sender: Account,
  { state, transaction, rules }: { state: State; transaction: SignedTransaction; rules: ExecutionRules },
): Promise<string | undefined> {
  if (equalsBytes(sender.codeHash, KECCAK256_NULL)) return undefined;
  const isDelegated = includes(rules, 'prague') && delegateOf(await state.getCode(transaction.from)) !== undefined;
  return isDelegated ? undefined : 'sender not an eoa';
}

/** What a transaction or a message pays for before it runs; a deposit has neither of the lists. */
type Prepaid = Pick<Transaction, 'to' | 'data'> & Partial<Pick<SignedTransaction, 'accessList' | 'authorizations'>>;

/** Gas charged before the first opcode: Yellow Paper, section 6.2; EIPs 2028, 2930, 3860, 7702. */
export function intrinsicGas(
  { to, data, accessList = [], authorizations = [] }: Prepaid,
  rules: ExecutionRules,
): bigint {
  let gas = TRANSACTION_GAS + calldataGas(data) + AUTHORIZATION_GAS * BigInt(authorizations.length);
  if (to === undefined) {
    gas += CREATION_GAS;
    if (includes(rules, 'shanghai')) gas += 2n * BigInt(Math.ceil(data.length / 32));
  }
  for (const [, slots] of accessList) gas += 2_400n + 1_900n * BigInt(slots.length);
  return gas;
}

/** What a transaction costs at least because of its data (EIP-7623). */
export function floorGas({ data }: Pick<Transaction, 'data'>, rules: ExecutionRules): bigint {
  return includes(rules, 'prague') ? floorOfData(data) : 0n;
}

/** Whether it creates a contract from more init code than EIP-3860 allows. */
export function exceedsInitCodeSize(transaction: Transaction, rules: ExecutionRules): boolean {
  return includes(rules, 'shanghai') && transaction.to === undefined && transaction.data.length > MAX_INIT_CODE_SIZE;
}
