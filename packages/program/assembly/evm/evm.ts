// The EVM as the transaction processor uses it: one call or creation of a transaction at a time. What it does to the
// accounts, refunds and logs is in the state; intrinsic gas, fees and the access list are the caller's.
import { callTransaction, createTransaction, outcome, outcomeGas } from './calls';
import { BlockContext, setContext, TransactionContext } from './context';
import { returnData, returnDataLength } from './frame';
import { Exit } from './instructions';
import { select } from './opcodes';
import { revisionOf } from './revisions';

export { BlockContext, TransactionContext } from './context';
export { Exit } from './instructions';

/** How a transaction's call or creation ended. There is one, which the next call overwrites. */
@final
export class CallResult {
  success: bool = false;
  gasLeft: u64 = 0;
  /** Return data of a success or a revert; valid until the next call. */
  output: usize = 0;
  outputLength: u32 = 0;
  /** 20 bytes: the new account's address, for a creation. */
  createdAddress: usize = 0;
  /** Why it failed: for the log, as no rule depends on it. */
  error: Exit = Exit.None;
}

let result: CallResult = new CallResult();

// @ts-ignore: decorator
@lazy const CREATED: usize = memory.data(24, 8);

/** Sets the block and the transaction that the next calls run in. */
export function enter(block: BlockContext, transaction: TransactionContext): void {
  setContext(block, transaction);
  select(revisionOf(block.fork));
}

/**
 * Calls `to` (20 bytes) as the transaction's sender `caller`, with the u256 `value`, which moves first. The sender's
 * nonce is not touched. Precompiles are called like contracts.
 */
export function call(caller: usize, to: usize, value: usize, input: usize, inputLength: u32, gas: u64): CallResult {
  callTransaction(caller, to, value, input, inputLength, gas);
  return finish(0);
}

/**
 * Creates a contract as the transaction's sender `caller` from the init code of `length` bytes at `code`. The new
 * address comes from the sender's present nonce, which this function then increases by one (also where the creation
 * fails, unless for the balance or the nonce itself).
 */
export function create(caller: usize, value: usize, code: usize, length: u32, gas: u64): CallResult {
  createTransaction(caller, value, code, length, gas, CREATED);
  return finish(CREATED);
}

function finish(created: usize): CallResult {
  result.success = outcome == Exit.Stop || outcome == Exit.Return;
  result.gasLeft = outcomeGas;
  result.output = returnData;
  result.outputLength = returnDataLength;
  result.createdAddress = created;
  result.error = result.success ? Exit.None : outcome;
  return result;
}
