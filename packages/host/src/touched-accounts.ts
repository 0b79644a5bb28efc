/**
 * Which accounts, slots and codes a block touches, as far as an endpoint tells: what to ask eth_getProof for. None of this is
 * believed, it only says where to look.
 */
import { EndpointError } from './endpoint-errors.js';
import type { ExecutionWitness } from './execution-witness.js';
import { integer, isObject, MalformedFieldError, present, type RpcObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';

export type TouchedState = {
  /** Slots by account; 0x-hex in lower case, slots with 32 bytes. */
  accounts: Map<string, Set<string>>;
  /** Codes that came along. */
  codes: Uint8Array[];
};

/** The L2ToL1MessagePasser, whose storage root is part of an output root. */
export const MESSAGE_PASSER = '0x4200000000000000000000000000000000000016';
/** EIP-4788, EIP-2935: written to before a block's transactions, which no trace shows. */
const BEACON_ROOTS = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';
const BEACON_ROOTS_RING = 8191n;
const HISTORY_STORAGE = '0x0000f90827f1c53a10cb7a02335b175320002935';
const HISTORY_RING = 8191n;
/** Where fees go, and what the first transaction of each block writes to. */
const PREDEPLOYS = [0x11, 0x15, 0x16, 0x19, 0x1a, 0x1b].map(
  (last) => `0x42000000000000000000000000000000000000${last.toString(16)}`,
);

/** What the system calls before a block's transactions: codes that no trace shows. */
export const SYSTEM_CONTRACTS: TouchedState = {
  accounts: new Map([BEACON_ROOTS, HISTORY_STORAGE].map((address) => [address, new Set()])),
  codes: [],
};

/** What every block touches; without a block, what is the same for all. `timestamp`: in seconds. */
export function touchedByTheSystem(block?: { number: bigint; timestamp: bigint }): TouchedState {
  const touched: TouchedState = { accounts: new Map(), codes: [] };
  for (const address of PREDEPLOYS) add(touched, address, []);
  if (block === undefined) return touched;
  const { number, timestamp } = block;
  const time = timestamp % BEACON_ROOTS_RING;
  add(touched, BEACON_ROOTS, [slotOf(time), slotOf(time + BEACON_ROOTS_RING)]);
  if (number > 0n) add(touched, HISTORY_STORAGE, [slotOf((number - 1n) % HISTORY_RING)]);
  return touched;
}

/** What a block's transactions touch by debug_traceBlockByNumber with the prestate tracer. Rejects with EndpointError. */
export async function touchedByTrace(endpoint: RpcEndpoint, block: bigint): Promise<TouchedState> {
  const touched: TouchedState = { accounts: new Map(), codes: [] };
  const tag = `0x${block.toString(16)}`;
  const traces = await endpoint.attempt('debug_traceBlockByNumber', [tag, { tracer: 'prestateTracer' }], (result) => {
    if (!Array.isArray(result)) throw new MalformedFieldError('result', 'is not a list of traces');
    return result as unknown[];
  });
  for (const trace of traces) {
    const accounts = isObject(trace) && isObject(trace.result) ? trace.result : {};
    for (const [address, account] of Object.entries(accounts)) {
      if (!isObject(account)) continue;
      add(touched, address, isObject(account.storage) ? Object.keys(account.storage) : []);
      if (typeof account.code === 'string' && /^0x(?:[0-9a-fA-F]{2})+$/.test(account.code))
        touched.codes.push(Buffer.from(account.code.slice(2), 'hex'));
    }
  }
  return touched;
}

/** What a witness's keys name. */
export function touchedByKeys({ keys }: ExecutionWitness): TouchedState {
  const touched: TouchedState = { accounts: new Map(), codes: [] };
  let address: string | undefined;
  for (const key of keys) {
    const text = `0x${Buffer.from(key).toString('hex')}`;
    if (key.length === 20) {
      address = text;
      add(touched, address, []);
    } else if (key.length === 32 && address !== undefined) add(touched, address, [text]);
  }
  return touched;
}

/** What a block's transactions and logs name: senders, recipients, access lists, contracts that logged. */
export async function touchedByTransactions(endpoint: RpcEndpoint, block: RpcObject): Promise<TouchedState> {
  const touched: TouchedState = { accounts: new Map(), codes: [] };
  const transactions = Array.isArray(block.transactions) ? block.transactions : [];
  for (const tx of transactions) {
    if (!isObject(tx)) continue;
    for (const address of [tx.from, tx.to]) add(touched, address, []);
    addAccessList(touched, tx.accessList);
    for (const entry of Array.isArray(tx.authorizationList) ? tx.authorizationList : [])
      if (isObject(entry)) add(touched, entry.address, []);
  }
  add(touched, block.miner, []);
  try {
    const receipts = await endpoint.attempt<unknown>('eth_getBlockReceipts', [block.hash]);
    for (const receipt of Array.isArray(receipts) ? receipts : []) {
      if (!isObject(receipt)) continue;
      add(touched, receipt.contractAddress, []);
      for (const log of Array.isArray(receipt.logs) ? receipt.logs : [])
        if (isObject(log)) add(touched, log.address, []);
    }
  } catch (error) {
    // Without receipts, the transactions alone say where to look.
    if (!(error instanceof EndpointError)) throw error;
  }
  return touched;
}

/**
 * What a block's transactions touch by eth_createAccessList: each called on the state before the block, so that one whose way depends
 * on those before it may touch something else. What fails is left out.
 */
export async function touchedByCalls(endpoint: RpcEndpoint, block: RpcObject): Promise<TouchedState> {
  const touched: TouchedState = { accounts: new Map(), codes: [] };
  const number = present(block, 'number') ? integer(block, 'number') : 0n;
  if (number === 0n) return touched;
  const transactions = (Array.isArray(block.transactions) ? block.transactions : []).filter(isObject);
  const outcomes = await endpoint.settleEach<unknown>(
    'eth_createAccessList',
    transactions.map(({ from, to, gas, value, input }) => [
      { from, ...(typeof to === 'string' ? { to } : {}), gas, value, input },
      `0x${(number - 1n).toString(16)}`,
    ]),
  );
  for (const outcome of outcomes) {
    const list = outcome.status === 'fulfilled' && isObject(outcome.value) ? outcome.value.accessList : undefined;
    addAccessList(touched, list);
  }
  return touched;
}

/** Adds what `more` names to `touched`. */
export function join(touched: TouchedState, more: TouchedState): void {
  for (const [address, slots] of more.accounts) add(touched, address, [...slots]);
  touched.codes.push(...more.codes);
}

function addAccessList(touched: TouchedState, list: unknown): void {
  for (const entry of Array.isArray(list) ? list : [])
    if (isObject(entry)) add(touched, entry.address, Array.isArray(entry.storageKeys) ? entry.storageKeys : []);
}

function add({ accounts }: TouchedState, address: unknown, slots: readonly unknown[]): void {
  if (typeof address !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(address)) return;
  const name = address.toLowerCase();
  const known = accounts.get(name) ?? new Set();
  accounts.set(name, known);
  for (const slot of slots)
    if (typeof slot === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(slot))
      known.add(`0x${slot.slice(2).toLowerCase().padStart(64, '0')}`);
}

function slotOf(number: bigint): string {
  return `0x${number.toString(16).padStart(64, '0')}`;
}
