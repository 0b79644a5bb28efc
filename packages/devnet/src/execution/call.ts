// Messages run on the state after a block without becoming part of the chain: eth_call, eth_estimateGas,
// eth_createAccessList.
import { Account, Address, bytesToUnprefixedHex, hexToBytes } from '@ethereumjs/util';
import { State } from '../state/state.js';
import type { StateStore } from '../state/store.js';
import { applyAuthorizations, delegateOf } from './authorizations.js';
import type { Authorization } from './authorizations.js';
import { blockEvm, commonOf, evmBlock } from './block-executor.js';
import { blobBaseFeeOf, rulesAt } from './chain.js';
import type { ExecutionChain } from './chain.js';
import type { BlockHeader } from './header.js';
import { warmUp } from './state-transition.js';
import type { SignedTransaction } from './transaction.js';
import { floorGas, intrinsicGas } from './transaction-rules.js';

type AccessList = SignedTransaction['accessList'];

/** A message without a transaction's checks and fees. */
export interface CallMessage {
  readonly from: Address;
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** Of the whole transaction: what it pays before its first opcode comes off. */
  readonly gas: bigint;
  readonly accessList: AccessList;
  /** Of a set-code transaction (EIP-7702). */
  readonly authorizations: readonly Authorization[];
}

/** A block, and what is needed to run something on the state after it. */
export interface CallSite {
  readonly chain: ExecutionChain;
  readonly header: BlockHeader;
  readonly store: StateStore;
  readonly ancestorHash: (number: bigint) => Uint8Array;
}

/** What a message call leaves. */
export interface CallResult {
  readonly succeeded: boolean;
  readonly returnValue: Uint8Array;
  /** As a transaction would use it, refunds taken off. */
  readonly gasUsed: bigint;
  /** Addresses and slots that were touched, but for the ones that are warm in any case. */
  readonly touched: AccessList;
}

/** Runs a message on the state after a block, in that block's context. Nothing is kept. */
export async function callAtBlock(at: CallSite, message: CallMessage): Promise<CallResult> {
  const { chain, header, store, ancestorHash } = at;
  const { from, to, value, data, gas, accessList, authorizations } = message;
  const rules = rulesAt(chain, header.timestamp);
  const state = new State(store, header.stateRoot);
  const evm = await blockEvm(state, rules, commonOf(chain.chainId, rules), ancestorHash);
  const block = evmBlock({ ...header, blobBaseFee: blobBaseFeeOf(chain, header) });
  const intrinsic = intrinsicGas(message, rules);
  const floor = floorGas(message, rules);
  if (gas < intrinsic || gas < floor) {
    return { succeeded: false, returnValue: new Uint8Array(0), gasUsed: gas, touched: [] };
  }
  evm.journal.cleanJournal();
  evm.journal.startReportingAccessList();
  let refunded = 0n;
  if (authorizations.length > 0) {
    // The sender's own authorization names the nonce after the transaction's.
    const sender = (await state.getAccount(from)) ?? new Account();
    sender.nonce++;
    await evm.journal.putAccount(from, sender);
    const surroundings = { state, journal: evm.journal, chainId: BigInt(chain.chainId) };
    refunded = await applyAuthorizations(authorizations, surroundings);
  }
  const delegate = to && delegateOf(await state.getCode(to));
  warmUp({ from, to, accessList }, { evm, block, rules });
  if (delegate !== undefined) evm.journal.addAlwaysWarmAddress(bytesToUnprefixedHex(delegate.bytes));
  const { execResult } = await evm.runCall({
    block,
    caller: from,
    origin: from,
    ...(to !== undefined && { to }),
    value,
    data,
    gasLimit: gas - intrinsic,
    skipBalance: true,
    skipNonceIncrement: authorizations.length > 0,
  });
  const { exceptionError, returnValue, executionGasUsed } = execResult;
  const spent = executionGasUsed + intrinsic;
  const refund = (execResult.gasRefund ?? 0n) + refunded;
  const used = spent - (refund < spent / 5n ? refund : spent / 5n);
  return {
    succeeded: exceptionError === undefined,
    returnValue,
    gasUsed: used < floor ? floor : used,
    touched: touchedBy(evm.journal.accessList ?? new Map(), [from, ...(to === undefined ? [] : [to])]),
  };
}

/**
 * The least gas with which a message succeeds, found by halving; undefined where it doesn't with `most` either, whose
 * result comes with it.
 */
export async function estimateGas(
  at: CallSite,
  message: Omit<CallMessage, 'gas'>,
  most: bigint,
): Promise<{ readonly gas: bigint | undefined; readonly result: CallResult }> {
  const result = await callAtBlock(at, { ...message, gas: most });
  if (!result.succeeded) return { gas: undefined, result };
  let enough = most;
  let tooLittle = result.gasUsed - 1n;
  const tries = [result.gasUsed, (result.gasUsed * 64n) / 63n + 2_300n];
  while (tooLittle + 1n < enough) {
    const next = tries.shift();
    const gas = next !== undefined && next > tooLittle && next < enough ? next : (enough + tooLittle) / 2n;
    const { succeeded } = await callAtBlock(at, { ...message, gas });
    if (succeeded) enough = gas;
    else tooLittle = gas;
  }
  return { gas: enough, result };
}

function touchedBy(list: Map<string, Set<string>>, warm: readonly Address[]): AccessList {
  const isWarm = new Set(warm.map(({ bytes }) => bytesToUnprefixedHex(bytes)));
  return [...list]
    .map(([address, slots]) => [address.replace(/^0x/, ''), slots] as const)
    .filter(([address, slots]) => slots.size > 0 || !(isWarm.has(address) || /^0{36}/.test(address)))
    .map(([address, slots]) => [
      hexToBytes(`0x${address}`),
      [...slots].map((slot) => hexToBytes(`0x${slot.replace(/^0x/, '').padStart(64, '0')}`)),
    ]);
}
