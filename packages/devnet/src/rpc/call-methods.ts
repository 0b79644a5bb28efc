// Methods that run messages: eth_call, eth_estimateGas, eth_createAccessList.
import { Address, bigIntToHex, bytesToHex, hexToBytes } from '@ethereumjs/util';
import { callAtBlock, estimateGas } from '../execution/call.js';
import type { CallMessage, CallResult, CallSite } from '../execution/call.js';
import { rulesAt } from '../execution/chain.js';
import { includes } from '../execution/forks.js';
import type { Authorization } from '../execution/authorizations.js';
import { MAX_TRANSACTION_GAS } from '../execution/transaction-rules.js';
import type { SignedTransaction } from '../execution/transaction.js';
import { State } from '../state/state.js';
import type { Json } from './block-json.js';
import { INVALID_PARAMS, RpcError } from './json-rpc-server.js';
import type { RpcMethods } from './json-rpc-server.js';
import { addressParameter, NOT_FOUND, requireBlock } from './node.js';
import type { ExecutionNode } from './node.js';
import { bytesParameter, objectParameter, quantityParameter } from './parameters.js';

type AccessList = SignedTransaction['accessList'];

const EXECUTION_REVERTED = 3;
/** What geth gives a call that names no gas. */
const CALL_GAS = 50_000_000n;
/** Selector of Error(string). */
const ERROR_STRING = '0x08c379a0';
const ROUNDS = 8;

/** The methods. */
export function callMethods(node: ExecutionNode): RpcMethods {
  return {
    eth_call: async ([message, block]) => {
      const { at, call, gas } = read(node, message, block);
      return bytesToHex(succeeded(await callAtBlock(at, { ...call, gas: gas ?? CALL_GAS })).returnValue);
    },
    eth_estimateGas: async ([message, block]) => {
      const { at, call, gas, price } = read(node, message, block);
      const { gas: least, result } = await estimateGas(at, call, await mostGas(at, call, gas, price));
      if (least === undefined) {
        succeeded(result);
        throw new RpcError(NOT_FOUND, 'gas required exceeds allowance');
      }
      return bigIntToHex(least);
    },
    eth_createAccessList: async ([message, block]) => createAccessList(read(node, message, block)),
  };
}

interface ReadMessage {
  readonly at: CallSite;
  readonly call: Omit<CallMessage, 'gas'>;
  readonly gas: bigint | undefined;
  readonly price: bigint;
}

function read(node: ExecutionNode, message: unknown, block: unknown): ReadMessage {
  const fields = objectParameter(message, 'message');
  const { from, to, value, data, input, gas, accessList, authorizationList } = fields;
  const price = fields['gasPrice'] ?? fields['maxFeePerGas'];
  const { header } = requireBlock(node, block);
  const ancestorHash = (number: bigint): Uint8Array => node.blocks.at(number).hash;
  return {
    at: { chain: node.chain, header, store: node.store, ancestorHash },
    call: {
      from: from === undefined || from === null ? new Address(new Uint8Array(20)) : addressParameter(from),
      to: to === undefined || to === null ? undefined : addressParameter(to),
      value: value === undefined ? 0n : quantityParameter(value, 'value'),
      data: bytesParameter(input ?? data ?? '0x', 'data'),
      accessList: accessListParameter(accessList),
      authorizations: authorizationsParameter(authorizationList),
    },
    gas: gas === undefined ? undefined : quantityParameter(gas, 'gas'),
    price: price === undefined ? 0n : quantityParameter(price, 'gas price'),
  };
}

/** A call that failed is answered with an error, with what the contract said where it is text. */
function succeeded(result: CallResult): CallResult {
  if (result.succeeded) return result;
  const data = bytesToHex(result.returnValue);
  const reason = revertReason(data);
  throw new RpcError(EXECUTION_REVERTED, `execution reverted${reason === undefined ? '' : `: ${reason}`}`, data);
}

/** The text of Error(string), if it is that. */
export function revertReason(data: string): string | undefined {
  if (!data.startsWith(ERROR_STRING) || data.length < 138) return undefined;
  const length = Number(BigInt(`0x${data.slice(74, 138)}`));
  return Buffer.from(data.slice(138, 138 + 2 * length), 'hex').toString('utf8');
}

/** Where the search for enough gas begins: the block's limit, the fork's, what was named, what can be paid. */
async function mostGas(
  { chain, header, store }: CallSite,
  { from, value }: Omit<CallMessage, 'gas'>,
  named: bigint | undefined,
  price: bigint,
): Promise<bigint> {
  let most = named !== undefined && named < header.gasLimit ? named : header.gasLimit;
  if (includes(rulesAt(chain, header.timestamp), 'osaka') && most > MAX_TRANSACTION_GAS) most = MAX_TRANSACTION_GAS;
  if (price === 0n) return most;
  const balance = (await new State(store, header.stateRoot).getAccount(from))?.balance ?? 0n;
  if (balance < value) throw new RpcError(NOT_FOUND, 'insufficient funds for transfer');
  const affordable = (balance - value) / price;
  return affordable < most ? affordable : most;
}

/** Runs the message until what it touches is what was listed before. */
async function createAccessList({ at, call, gas }: ReadMessage): Promise<Json> {
  let accessList: AccessList = call.accessList;
  for (let round = 0; ; round++) {
    const { succeeded: ok, gasUsed, touched } = await callAtBlock(at, { ...call, accessList, gas: gas ?? CALL_GAS });
    const list = accessListJson(touched);
    if (round === ROUNDS || JSON.stringify(list) === JSON.stringify(accessListJson(accessList))) {
      return { accessList: list, gasUsed: bigIntToHex(gasUsed), ...(!ok && { error: 'execution reverted' }) };
    }
    accessList = touched;
  }
}

function accessListJson(list: AccessList): Json[] {
  return list.map(([address, slots]) => ({
    address: bytesToHex(address),
    storageKeys: slots.map((slot) => bytesToHex(slot)),
  }));
}

function accessListParameter(value: unknown): AccessList {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RpcError(INVALID_PARAMS, 'accessList: an array expected');
  return value.map((entry) => {
    const { address, storageKeys } = objectParameter(entry, 'access list entry');
    if (!Array.isArray(storageKeys)) throw new RpcError(INVALID_PARAMS, 'storageKeys: an array expected');
    const slots = storageKeys.map((key) => hexToBytes(bytesToHex(bytesParameter(key, 'storage key', 32))));
    return [addressParameter(address).bytes, slots] as const;
  });
}

function authorizationsParameter(value: unknown): Authorization[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RpcError(INVALID_PARAMS, 'authorizationList: an array expected');
  return value.map((entry) => {
    const fields = objectParameter(entry, 'authorization');
    const number = (name: string): bigint => quantityParameter(fields[name], `authorization's ${name}`);
    return {
      chainId: number('chainId'),
      address: addressParameter(fields['address']).bytes,
      nonce: number('nonce'),
      yParity: number('yParity'),
      r: number('r'),
      s: number('s'),
    };
  });
}
