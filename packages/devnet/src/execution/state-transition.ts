// One transaction applied to the state, after op-geth's state transition: checks, fees, EVM, refunds, receipt.
// Specification: Yellow Paper, section 6; specs/protocol/deposits.md, "Execution"; specs/protocol/exec-engine.md.
import type { EVM, EVMRunCallOpts } from '@ethereumjs/evm';
import {
  Account,
  Address,
  bytesToHex,
  bytesToUnprefixedHex,
  createAddressFromString,
  createContractAddress,
} from '@ethereumjs/util';
import type { State } from '../state/state.js';
import { BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT } from './addresses.js';
import { applyAuthorizations, delegateOf } from './authorizations.js';
import { GAS_PER_BLOB } from './base-fee.js';
import { includes } from './forks.js';
import type { ExecutionRules } from './forks.js';
import type { RollupFees } from './l1-fee.js';
import { bloomOf, DEPOSIT_RECEIPT_VERSION } from './receipt.js';
import type { Receipt } from './receipt.js';
import { DEPOSIT_TYPE } from './transaction.js';
import type { DepositTransaction, SignedTransaction, Transaction } from './transaction.js';
import { exceedsInitCodeSize, floorGas, intrinsicGas, refusalByRules, refusalOfSender } from './transaction-rules.js';

/** What a transaction is executed in. */
export interface BlockContext {
  readonly rules: ExecutionRules;
  readonly chainId: bigint;
  readonly evm: EVM;
  readonly state: State;
  /** The header's fields as the EVM reads them. */
  readonly block: NonNullable<EVMRunCallOpts['block']>;
  readonly baseFee: bigint;
  readonly blobBaseFee: bigint;
  /** Blobs that the block's transactions may still bring. */
  readonly blobsLeft: number;
  /** Gas that the block's transactions may still use. */
  readonly gasLeft: bigint;
  readonly cumulativeGasUsed: bigint;
  /** Gas that the transactions' data may still count as, where a footprint is kept (Jovian). */
  readonly footprintLeft: bigint;
  /** Set on an L2, for the transactions that pay them. */
  readonly fees: (() => Promise<RollupFees>) | undefined;
}

/** A transaction that no valid block holds at this place. */
export class InvalidTransactionError extends Error {
  override name = 'InvalidTransactionError';
  constructor(transaction: Transaction, reason: string) {
    super(`transaction ${bytesToHex(transaction.hash)} from ${transaction.from.toString()}: ${reason}`);
  }
}

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
  // Before Regolith system transactions take no gas.
  const takesGas = !(transaction.type === DEPOSIT_TYPE && transaction.isSystemTransaction && isBedrock(context));
  if (takesGas && context.gasLeft < transaction.gasLimit) {
    throw new InvalidTransactionError(transaction, 'more gas than is left');
  }
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
  const bedrock = isBedrock(context);
  if (deposit.isSystemTransaction && !bedrock) {
    throw new InvalidTransactionError(deposit, 'a system transaction after Regolith');
  }
  if (deposit.mint > 0n) await addBalance(deposit.from, deposit.mint, context);
  const sender = await accountOf(state, deposit.from);
  const fails =
    deposit.gasLimit < intrinsicGas(deposit, context.rules) ||
    deposit.gasLimit < floorGas(deposit, context.rules) ||
    sender.balance < deposit.value ||
    exceedsInitCodeSize(deposit, context.rules);
  let execution: Execution;
  if (fails) {
    sender.nonce++;
    await evm.journal.putAccount(deposit.from, sender);
    execution = { succeeded: false, gasUsed: deposit.gasLimit, logs: [], returnValue: new Uint8Array(0) };
  } else {
    execution = await execute(deposit, 0n, context);
  }
  // Before Regolith a deposit uses all its gas, and a system transaction none.
  if (bedrock) execution = { ...execution, gasUsed: deposit.isSystemTransaction ? 0n : deposit.gasLimit };
  const told = context.rules.optimism?.depositReceipt ?? 'bedrock';
  return {
    ...receiptOf(deposit, execution, 0n, context),
    ...(told !== 'bedrock' && { depositNonce: nonce }),
    ...(told === 'canyon' && { depositReceiptVersion: DEPOSIT_RECEIPT_VERSION }),
  };
}

async function applySigned(transaction: SignedTransaction, context: BlockContext): Promise<Receipt> {
  const { state, evm, rules, baseFee } = context;
  await checkSigned(transaction, context);
  const tip = smaller(transaction.maxPriorityFeePerGas, transaction.maxFeePerGas - baseFee);
  const price = baseFee + tip;
  const fees = await context.fees?.();
  const l1Charge = fees?.l1Fee(transaction.raw);
  const l1Fee = l1Charge?.fee ?? 0n;
  const operator = fees?.operator;
  const operatorFee = operator?.fee(transaction.gasLimit) ?? 0n;
  const footprint = fees?.footprint?.(transaction.raw);
  if (footprint !== undefined && footprint.gas > context.footprintLeft) {
    const left = `${context.footprintLeft} left`;
    throw new InvalidTransactionError(transaction, `its data counts as ${footprint.gas} gas, ${left}`);
  }
  const blobGas = GAS_PER_BLOB * BigInt(transaction.blobVersionedHashes.length);

  const sender = await accountOf(state, transaction.from);
  const most =
    transaction.gasLimit * transaction.maxFeePerGas +
    blobGas * transaction.maxFeePerBlobGas +
    transaction.value +
    l1Fee +
    operatorFee;
  if (sender.balance < most) throw new InvalidTransactionError(transaction, `needs ${most} wei, has ${sender.balance}`);
  sender.balance -= transaction.gasLimit * price + blobGas * context.blobBaseFee + l1Fee + operatorFee;
  await evm.journal.putAccount(transaction.from, sender);

  const execution = await execute(transaction, price, context);
  const { gasUsed } = execution;
  await addBalance(transaction.from, (transaction.gasLimit - gasUsed) * price, context);
  await addBalance(context.block.header.coinbase, gasUsed * tip, context);
  if (rules.optimism !== undefined) {
    await addBalance(BASE_FEE_VAULT, gasUsed * baseFee, context);
    await addBalance(L1_FEE_VAULT, l1Fee, context);
  }
  if (operator !== undefined && rules.optimism?.operatorFee !== undefined) {
    const charged = operator.fee(gasUsed);
    await addBalance(transaction.from, operatorFee - charged, context);
    await addBalance(OPERATOR_FEE_VAULT, charged, context);
  }
  return {
    ...receiptOf(transaction, execution, price, context),
    ...(l1Charge !== undefined && { l1Fee: l1Charge }),
    ...(rules.optimism?.operatorFee !== undefined && operator !== undefined && { operatorFee: operator }),
    ...(footprint !== undefined && { footprint }),
    ...(blobGas > 0n && { blobGasUsed: blobGas, blobGasPrice: context.blobBaseFee }),
  };
}

/** The conditions under which a signed transaction may stand in a block. Yellow Paper, section 6.1. */
async function checkSigned(transaction: SignedTransaction, context: BlockContext): Promise<void> {
  const refuse = (reason: string): never => {
    throw new InvalidTransactionError(transaction, reason);
  };
  const { rules, state } = context;
  const sender = await accountOf(state, transaction.from);
  if (sender.nonce !== transaction.nonce) refuse(`nonce ${transaction.nonce}, the account's is ${sender.nonce}`);
  const reason = refusalByRules(transaction, rules) ?? (await refusalOfSender(sender, { state, transaction, rules }));
  if (reason !== undefined) refuse(reason);
  if (transaction.maxFeePerGas < context.baseFee) refuse(`fee cap below the base fee ${context.baseFee}`);
  if (transaction.type !== 3) return;
  if (transaction.maxFeePerBlobGas < context.blobBaseFee) refuse(`blob fee cap below ${context.blobBaseFee}`);
  const blobs = transaction.blobVersionedHashes.length;
  if (blobs > context.blobsLeft) refuse(`${blobs} blobs, the block has room for ${context.blobsLeft}`);
}

async function execute(transaction: Transaction, gasPrice: bigint, context: BlockContext): Promise<Execution> {
  const { evm, block, rules, state } = context;
  const accessList = transaction.type === DEPOSIT_TYPE ? [] : transaction.accessList;
  warmUp({ from: transaction.from, to: transaction.to, accessList }, context);
  const intrinsic = intrinsicGas(transaction, rules);
  const authorizations = transaction.type === 4 ? transaction.authorizations : [];
  let refunded = 0n;
  if (authorizations.length > 0) {
    // The sender's own authorization names the nonce after this transaction's.
    const sender = await accountOf(state, transaction.from);
    sender.nonce++;
    await evm.journal.putAccount(transaction.from, sender);
    refunded = await applyAuthorizations(authorizations, { state, journal: evm.journal, chainId: context.chainId });
  }
  if (includes(rules, 'prague') && transaction.to !== undefined) {
    const delegate = delegateOf(await state.getCode(transaction.to));
    if (delegate !== undefined) evm.journal.addAlwaysWarmAddress(bytesToUnprefixedHex(delegate.bytes));
  }
  const { execResult } = await evm.runCall({
    block,
    caller: transaction.from,
    origin: transaction.from,
    ...(transaction.to !== undefined && { to: transaction.to }),
    value: transaction.value,
    data: transaction.data,
    gasLimit: transaction.gasLimit - intrinsic,
    gasPrice,
    skipNonceIncrement: authorizations.length > 0,
    ...(transaction.type === 3 && {
      blobVersionedHashes: transaction.blobVersionedHashes.map((hash) => bytesToHex(hash)),
    }),
  });
  const spent = execResult.executionGasUsed + intrinsic;
  const refund = smaller((execResult.gasRefund ?? 0n) + refunded, spent / REFUND_QUOTIENT);
  const floor = floorGas(transaction, rules);
  for (const address of execResult.selfdestruct?.keys() ?? []) {
    // From Cancun on only a contract of the same transaction disappears (EIP-6780).
    const disappears = !includes(rules, 'cancun') || execResult.createdAddresses?.has(address) === true;
    if (disappears) await evm.journal.deleteAccount(createAddressFromString(address));
  }
  return {
    succeeded: execResult.exceptionError === undefined,
    gasUsed: spent - refund > floor ? spent - refund : floor,
    logs: execResult.logs ?? [],
    returnValue: execResult.returnValue,
  };
}

/** Accounts and slots that are warm from the start: EIP-2929, 2930, 3651. */
export function warmUp(
  transaction: { from: Address; to: Address | undefined; accessList: SignedTransaction['accessList'] },
  { evm, block, rules }: Pick<BlockContext, 'evm' | 'block' | 'rules'>,
): void {
  const { journal } = evm;
  for (const address of evm.precompiles.keys()) journal.addAlwaysWarmAddress(address);
  const warm = (address: Address): void => journal.addAlwaysWarmAddress(bytesToUnprefixedHex(address.bytes));
  warm(transaction.from);
  if (transaction.to !== undefined) warm(transaction.to);
  if (includes(rules, 'shanghai')) warm(block.header.coinbase);
  for (const [address, slots] of transaction.accessList) {
    const key = bytesToUnprefixedHex(address);
    journal.addAlwaysWarmAddress(key);
    for (const slot of slots) journal.addAlwaysWarmSlot(key, bytesToUnprefixedHex(slot));
  }
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

function isBedrock({ rules }: BlockContext): boolean {
  return rules.optimism?.depositGas === 'bedrock';
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
