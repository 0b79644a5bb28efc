// One transaction applied to the state, after op-geth's state transition: checks, fees, EVM, refunds, receipt.
// Specification: Yellow Paper, section 6; specs/protocol/deposits.md, "Execution"; specs/protocol/exec-engine.md.
import type { EVM, EVMRunCallOpts } from '@ethereumjs/evm';
import {
  Account,
  Address,
  bytesToHex,
  bytesToUnprefixedHex,
  createAddressFromString,
  equalsBytes,
} from '@ethereumjs/util';
import { createContractAddress, KECCAK256_NULL } from '@ethereumjs/util';
import type { State } from '../state/state.js';
import { BASE_FEE_VAULT, L1_FEE_VAULT } from './addresses.js';
import { GAS_PER_BLOB } from './base-fee.js';
import type { ExecutionRules } from './forks.js';
import { calldataGas } from './l1-fee.js';
import type { L1FeeFunction } from './l1-fee.js';
import { bloomOf } from './receipt.js';
import type { L1FeeCharge, Receipt } from './receipt.js';
import { DEPOSIT_TYPE } from './transaction.js';
import type { DepositTransaction, SignedTransaction, Transaction } from './transaction.js';

/** What a transaction is executed in. */
export interface BlockContext {
  readonly rules: ExecutionRules;
  readonly evm: EVM;
  readonly state: State;
  /** The header's fields as the EVM reads them. */
  readonly block: NonNullable<EVMRunCallOpts['block']>;
  readonly baseFee: bigint;
  readonly blobBaseFee: bigint;
  /** Gas that the block's transactions may still use. */
  readonly gasLeft: bigint;
  readonly cumulativeGasUsed: bigint;
  /** Set on an L2, from the first transaction that pays it. */
  readonly l1Fee: (() => Promise<L1FeeFunction>) | undefined;
}

/** A transaction that no valid block holds at this place. */
export class InvalidTransactionError extends Error {
  override name = 'InvalidTransactionError';
  constructor(transaction: Transaction, reason: string) {
    super(`transaction ${bytesToHex(transaction.hash)} from ${transaction.from.toString()}: ${reason}`);
  }
}

const MAX_INIT_CODE_SIZE = 49_152;
const REFUND_QUOTIENT = 5n;

/** What the EVM left of a transaction. */
interface Execution {
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  readonly logs: Receipt['logs'];
  readonly returnValue: Uint8Array;
}

/**
 * Applies a transaction and returns its receipt. Throws `InvalidTransactionError` where it makes the whole block
 * invalid. A deposit doesn't: it fails with its mint kept, all its gas used and its sender's nonce raised.
 */
export async function applyTransaction(transaction: Transaction, context: BlockContext): Promise<Receipt> {
  const { state, evm } = context;
  if (context.gasLeft < transaction.gasLimit) throw new InvalidTransactionError(transaction, 'more gas than is left');
  const nonce = (await accountOf(state, transaction.from)).nonce;
  evm.journal.cleanJournal();
  const receipt =
    transaction.type === DEPOSIT_TYPE
      ? await applyDeposit(transaction, nonce, context)
      : await applySigned(transaction, context);
  await evm.journal.cleanup();
  evm.transientStorage.clear();
  state.originalStorageCache.clear();
  if (transaction.to !== undefined) return receipt;
  return { ...receipt, contractAddress: createContractAddress(transaction.from, nonce).bytes };
}

async function applyDeposit(deposit: DepositTransaction, nonce: bigint, context: BlockContext): Promise<Receipt> {
  const { state, evm } = context;
  if (deposit.isSystemTransaction) throw new InvalidTransactionError(deposit, 'a system transaction after Regolith');
  if (deposit.mint > 0n) await addBalance(deposit.from, deposit.mint, context);
  const sender = await accountOf(state, deposit.from);
  const fails =
    deposit.gasLimit < intrinsicGas(deposit) || sender.balance < deposit.value || exceedsInitCodeSize(deposit);
  let execution: Execution;
  if (fails) {
    sender.nonce++;
    await evm.journal.putAccount(deposit.from, sender);
    execution = { succeeded: false, gasUsed: deposit.gasLimit, logs: [], returnValue: new Uint8Array(0) };
  } else {
    execution = await execute(deposit, 0n, context);
  }
  return {
    ...receiptOf(deposit, execution, 0n, context),
    depositNonce: nonce,
  };
}

async function applySigned(transaction: SignedTransaction, context: BlockContext): Promise<Receipt> {
  const { state, evm, rules, baseFee } = context;
  await checkSigned(transaction, context);
  const tip = smaller(transaction.maxPriorityFeePerGas, transaction.maxFeePerGas - baseFee);
  const price = baseFee + tip;
  const l1Charge: L1FeeCharge | undefined = (await context.l1Fee?.())?.(transaction.raw);
  const l1Fee = l1Charge?.fee ?? 0n;
  const blobGas = GAS_PER_BLOB * BigInt(transaction.blobVersionedHashes.length);

  const sender = await accountOf(state, transaction.from);
  const most =
    transaction.gasLimit * transaction.maxFeePerGas +
    blobGas * transaction.maxFeePerBlobGas +
    transaction.value +
    l1Fee;
  if (sender.balance < most) throw new InvalidTransactionError(transaction, `needs ${most} wei, has ${sender.balance}`);
  sender.balance -= transaction.gasLimit * price + blobGas * context.blobBaseFee + l1Fee;
  await evm.journal.putAccount(transaction.from, sender);

  const execution = await execute(transaction, price, context);
  const { gasUsed } = execution;
  await addBalance(transaction.from, (transaction.gasLimit - gasUsed) * price, context);
  await addBalance(context.block.header.coinbase, gasUsed * tip, context);
  if (rules.optimism !== undefined) {
    await addBalance(BASE_FEE_VAULT, gasUsed * baseFee, context);
    await addBalance(L1_FEE_VAULT, l1Fee, context);
  }
  return {
    ...receiptOf(transaction, execution, price, context),
    ...(l1Charge !== undefined && { l1Fee: l1Charge }),
    ...(blobGas > 0n && { blobGasUsed: blobGas, blobGasPrice: context.blobBaseFee }),
  };
}

/** The conditions under which a signed transaction may stand in a block. Yellow Paper, section 6.1. */
async function checkSigned(transaction: SignedTransaction, context: BlockContext): Promise<void> {
  const refuse = (reason: string): never => {
    throw new InvalidTransactionError(transaction, reason);
  };
  const sender = await accountOf(context.state, transaction.from);
  if (sender.nonce !== transaction.nonce) refuse(`nonce ${transaction.nonce}, the account's is ${sender.nonce}`);
  if (!equalsBytes(sender.codeHash, KECCAK256_NULL)) refuse('its sender has code (EIP-3607)');
  if (transaction.maxFeePerGas < transaction.maxPriorityFeePerGas) refuse('a tip above the fee cap');
  if (transaction.maxFeePerGas < context.baseFee) refuse(`fee cap below the base fee ${context.baseFee}`);
  if (transaction.gasLimit < intrinsicGas(transaction)) refuse('less gas than its intrinsic gas');
  if (exceedsInitCodeSize(transaction)) refuse('init code above the limit (EIP-3860)');
  if (transaction.type !== 3) return;
  if (context.rules.optimism !== undefined) refuse('blob transactions are not valid on an L2');
  if (transaction.maxFeePerBlobGas < context.blobBaseFee) refuse(`blob fee cap below ${context.blobBaseFee}`);
}

async function execute(transaction: Transaction, gasPrice: bigint, context: BlockContext): Promise<Execution> {
  const { evm, block } = context;
  warmUp(transaction, context);
  const intrinsic = intrinsicGas(transaction);
  const { execResult } = await evm.runCall({
    block,
    caller: transaction.from,
    origin: transaction.from,
    ...(transaction.to !== undefined && { to: transaction.to }),
    value: transaction.value,
    data: transaction.data,
    gasLimit: transaction.gasLimit - intrinsic,
    gasPrice,
    ...(transaction.type === 3 && {
      blobVersionedHashes: transaction.blobVersionedHashes.map((hash) => bytesToHex(hash)),
    }),
  });
  const spent = execResult.executionGasUsed + intrinsic;
  const refund = smaller(execResult.gasRefund ?? 0n, spent / REFUND_QUOTIENT);
  for (const address of execResult.selfdestruct?.keys() ?? []) {
    // From Cancun on only a contract of the same transaction disappears (EIP-6780).
    const disappears = context.rules.hardfork !== 'cancun' || execResult.createdAddresses?.has(address) === true;
    if (disappears) await evm.journal.deleteAccount(createAddressFromString(address));
  }
  return {
    succeeded: execResult.exceptionError === undefined,
    gasUsed: spent - refund,
    logs: execResult.logs ?? [],
    returnValue: execResult.returnValue,
  };
}

/** Accounts and slots that are warm from the start: EIP-2929, 2930, 3651. */
function warmUp(transaction: Transaction, { evm, block }: BlockContext): void {
  const { journal } = evm;
  for (const address of evm.precompiles.keys()) journal.addAlwaysWarmAddress(address);
  const warm = (address: Address): void => journal.addAlwaysWarmAddress(bytesToUnprefixedHex(address.bytes));
  warm(transaction.from);
  if (transaction.to !== undefined) warm(transaction.to);
  warm(block.header.coinbase);
  if (transaction.type === DEPOSIT_TYPE) return;
  for (const [address, slots] of transaction.accessList) {
    const key = bytesToUnprefixedHex(address);
    journal.addAlwaysWarmAddress(key);
    for (const slot of slots) journal.addAlwaysWarmSlot(key, bytesToUnprefixedHex(slot));
  }
}

/** Gas charged before the first opcode: Yellow Paper, section 6.2; EIPs 2028, 2930, 3860. */
export function intrinsicGas(transaction: Transaction): bigint {
  let gas = 21_000n + calldataGas(transaction.data);
  if (transaction.to === undefined) gas += 32_000n + 2n * BigInt(Math.ceil(transaction.data.length / 32));
  if (transaction.type === DEPOSIT_TYPE) return gas;
  for (const [, slots] of transaction.accessList) gas += 2_400n + 1_900n * BigInt(slots.length);
  return gas;
}

function receiptOf(transaction: Transaction, execution: Execution, price: bigint, context: BlockContext): Receipt {
  return {
    type: transaction.type,
    succeeded: execution.succeeded,
    cumulativeGasUsed: context.cumulativeGasUsed + execution.gasUsed,
    logs: execution.logs,
    logsBloom: bloomOf(execution.logs),
    gasUsed: execution.gasUsed,
    effectiveGasPrice: price,
  };
}

function exceedsInitCodeSize(transaction: Transaction): boolean {
  return transaction.to === undefined && transaction.data.length > MAX_INIT_CODE_SIZE;
}

async function accountOf(state: State, address: Address): Promise<Account> {
  return (await state.getAccount(address)) ?? new Account();
}

async function addBalance(address: Address, amount: bigint, { state, evm }: BlockContext): Promise<void> {
  const account = await accountOf(state, address);
  account.balance += amount;
  await evm.journal.putAccount(address, account);
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
