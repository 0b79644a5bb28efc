// An execution node's JSON-RPC: https://ethereum.github.io/execution-apis, and of the debug namespace what geth offers.
import { Account, Address, bigIntToHex, bytesToHex, KECCAK256_NULL } from '@ethereumjs/util';
import { encodeBlock } from '../chain/blocks.js';
import type { Blocks } from '../chain/blocks.js';
import { callAtBlock } from '../execution/block-executor.js';
import type { CallResult, ExecutedBlock, ExecutionChain } from '../execution/block-executor.js';
import { encodeHeader } from '../execution/header.js';
import { encodeReceipt } from '../execution/receipt.js';
import { State } from '../state/state.js';
import type { StateStore } from '../state/store.js';
import { blockJson, headerJson, receiptJson, transactionJson } from './block-json.js';
import type { Json } from './block-json.js';
import { INVALID_PARAMS, RpcError } from './json-rpc-server.js';
import type { RpcMethods } from './json-rpc-server.js';
import { bytesParameter, objectParameter, quantityParameter, slotParameter } from './parameters.js';

/** What an execution node shows. */
export interface ExecutionNode {
  readonly chain: ExecutionChain;
  readonly blocks: Blocks<ExecutedBlock>;
  readonly store: StateStore;
  /** The blocks that the tags `safe` and `finalized` name. */
  readonly tagged: () => { readonly safe: ExecutedBlock; readonly finalized: ExecutedBlock };
}

const CLIENT_VERSION = 'obelisc-devnet/0.1.0';
const NOT_FOUND = -32_000;
const EXECUTION_REVERTED = 3;
const CALL_GAS = 50_000_000n;
/** geth's prefix of codes' database keys. */
const CODE_PREFIX = 0x63;

/** The methods of one node. */
export function executionApi(node: ExecutionNode): RpcMethods {
  return { ...chainMethods(node), ...blockMethods(node), ...stateMethods(node), ...debugMethods(node) };
}

function chainMethods({ chain, blocks }: ExecutionNode): RpcMethods {
  return {
    web3_clientVersion: () => CLIENT_VERSION,
    net_version: () => String(chain.chainId),
    eth_chainId: () => bigIntToHex(BigInt(chain.chainId)),
    eth_blockNumber: () => bigIntToHex(blocks.head.header.number),
    eth_syncing: () => false,
    eth_gasPrice: () => bigIntToHex(blocks.head.header.baseFeePerGas ?? 0n),
  };
}

function blockMethods(node: ExecutionNode): RpcMethods {
  const { blocks } = node;
  return {
    eth_getBlockByNumber: ([number, whole]) =>
      orNull(findByNumber(node, number), (block) => blockJson(block, whole === true)),
    eth_getBlockByHash: ([hash, whole]) => orNull(findByHash(node, hash), (block) => blockJson(block, whole === true)),
    eth_getHeaderByNumber: ([number]) => orNull(findByNumber(node, number), headerOf),
    eth_getHeaderByHash: ([hash]) => orNull(findByHash(node, hash), headerOf),
    eth_getBlockTransactionCountByHash: ([hash]) => orNull(findByHash(node, hash), transactionCount),
    eth_getBlockTransactionCountByNumber: ([number]) => orNull(findByNumber(node, number), transactionCount),
    eth_getBlockReceipts: ([block]) =>
      orNull(findBlock(node, block), (found) => found.receipts.map((_, index) => receiptJson(found, index))),
    eth_getTransactionReceipt: ([hash]) =>
      orNull(blocks.findTransaction(bytesParameter(hash, 'transaction hash', 32)), ({ block, index }) =>
        receiptJson(block, index),
      ),
    eth_getTransactionByHash: ([hash]) =>
      orNull(blocks.findTransaction(bytesParameter(hash, 'transaction hash', 32)), ({ block, index }) =>
        transactionJson(block, index),
      ),
    eth_getTransactionByBlockHashAndIndex: ([hash, index]) => transactionAt(findByHash(node, hash), index),
    eth_getTransactionByBlockNumberAndIndex: ([number, index]) => transactionAt(findByNumber(node, number), index),
  };
}

function stateMethods(node: ExecutionNode): RpcMethods {
  const stateAt = (block: unknown): State => new State(node.store, requireBlock(node, block).header.stateRoot);
  const accountAt = async (address: unknown, block: unknown): Promise<Account> =>
    (await stateAt(block).getAccount(addressParameter(address))) ?? new Account();
  return {
    eth_getBalance: async ([address, block]) => bigIntToHex((await accountAt(address, block)).balance),
    eth_getTransactionCount: async ([address, block]) => bigIntToHex((await accountAt(address, block)).nonce),
    eth_getCode: async ([address, block]) => bytesToHex(await stateAt(block).getCode(addressParameter(address))),
    eth_getStorageAt: async ([address, slot, block]) => {
      const value = await stateAt(block).getStorage(addressParameter(address), slotParameter(slot, 'slot'));
      return `0x${bytesToHex(value).slice(2).padStart(64, '0')}`;
    },
    eth_getProof: async ([address, slots, block]) => {
      if (!Array.isArray(slots)) throw new RpcError(INVALID_PARAMS, 'slots: an array expected');
      return proof(stateAt(block), addressParameter(address), slots);
    },
    eth_call: async ([message, block]) => {
      const { succeeded, returnValue } = await call(node, message, block);
      if (!succeeded) throw new RpcError(EXECUTION_REVERTED, 'execution reverted', bytesToHex(returnValue));
      return bytesToHex(returnValue);
    },
  };
}

function debugMethods(node: ExecutionNode): RpcMethods {
  return {
    debug_dbGet: ([key]) => {
      const bytes = bytesParameter(key, 'key');
      const value =
        bytes.length === 33 && bytes[0] === CODE_PREFIX
          ? node.store.findCode(bytes.subarray(1))
          : node.store.findNode(bytes);
      if (value === undefined) throw new RpcError(NOT_FOUND, 'not found');
      return bytesToHex(value);
    },
    debug_getRawHeader: ([block]) => bytesToHex(encodeHeader(requireBlock(node, block).header)),
    debug_getRawBlock: ([block]) => bytesToHex(encodeBlock(requireBlock(node, block))),
    debug_getRawReceipts: ([block]) =>
      requireBlock(node, block).receipts.map((receipt) => bytesToHex(encodeReceipt(receipt))),
    debug_getRawTransaction: ([hash]) => {
      const place = node.blocks.findTransaction(bytesParameter(hash, 'transaction hash', 32));
      const transaction = place?.block.transactions[place.index];
      return transaction === undefined ? '0x' : bytesToHex(transaction.raw);
    },
  };
}

async function proof(state: State, address: Address, slots: readonly unknown[]): Promise<Json> {
  const account = (await state.getAccount(address)) ?? new Account();
  const storageProof: Json[] = [];
  for (const slot of slots) {
    const key = slotParameter(slot, 'slot');
    const value = await state.getStorage(address, key);
    storageProof.push({
      key: slot,
      value: bigIntToHex(value.length === 0 ? 0n : BigInt(bytesToHex(value))),
      proof: state.proveStorage(address, key).map((node) => bytesToHex(node)),
    });
  }
  return {
    address: address.toString(),
    balance: bigIntToHex(account.balance),
    nonce: bigIntToHex(account.nonce),
    codeHash: bytesToHex(account.codeHash.length === 0 ? KECCAK256_NULL : account.codeHash),
    storageHash: bytesToHex(account.storageRoot),
    accountProof: state.proveAccount(address).map((node) => bytesToHex(node)),
    storageProof,
  };
}

async function call(node: ExecutionNode, message: unknown, block: unknown): Promise<CallResult> {
  const { from, to, value, data, input, gas } = objectParameter(message, 'message');
  const { header } = requireBlock(node, block);
  const ancestorHash = (number: bigint): Uint8Array => node.blocks.at(number).hash;
  return callAtBlock(
    { chain: node.chain, header, store: node.store, ancestorHash },
    {
      from: from === undefined ? new Address(new Uint8Array(20)) : addressParameter(from),
      to: to === undefined || to === null ? undefined : addressParameter(to),
      value: value === undefined ? 0n : quantityParameter(value, 'value'),
      data: bytesParameter(input ?? data ?? '0x', 'data'),
      gas: gas === undefined ? CALL_GAS : quantityParameter(gas, 'gas'),
    },
  );
}

/** A block by number, tag, hash, or EIP-1898's object. */
function findBlock(node: ExecutionNode, block: unknown): ExecutedBlock | undefined {
  if (typeof block === 'object' && block !== null) {
    const { blockHash, blockNumber } = block as { blockHash?: unknown; blockNumber?: unknown };
    return blockHash === undefined ? findByNumber(node, blockNumber) : findByHash(node, blockHash);
  }
  return typeof block === 'string' && block.length === 66 ? findByHash(node, block) : findByNumber(node, block);
}

function requireBlock(node: ExecutionNode, block: unknown): ExecutedBlock {
  const found = findBlock(node, block);
  if (found === undefined) throw new RpcError(NOT_FOUND, 'header not found');
  return found;
}

function findByNumber(node: ExecutionNode, number: unknown = 'latest'): ExecutedBlock | undefined {
  const { blocks } = node;
  if (number === 'latest' || number === 'pending') return blocks.head;
  if (number === 'earliest') return blocks.find(0n);
  if (number === 'safe' || number === 'finalized') return node.tagged()[number];
  return blocks.find(quantityParameter(number, 'block number'));
}

function findByHash({ blocks }: ExecutionNode, hash: unknown): ExecutedBlock | undefined {
  return blocks.findByHash(bytesParameter(hash, 'block hash', 32));
}

function transactionAt(block: ExecutedBlock | undefined, index: unknown): Json | null {
  const at = Number(quantityParameter(index, 'index'));
  return block === undefined || at >= block.transactions.length ? null : transactionJson(block, at);
}

function transactionCount({ transactions }: ExecutedBlock): string {
  return bigIntToHex(BigInt(transactions.length));
}

function headerOf({ header, hash }: ExecutedBlock): Json {
  return { ...headerJson(header), hash: bytesToHex(hash) };
}

function addressParameter(value: unknown): Address {
  return new Address(bytesParameter(value, 'address', 20));
}

function orNull<T, R>(value: T | undefined, show: (value: T) => R): R | null {
  return value === undefined ? null : show(value);
}
