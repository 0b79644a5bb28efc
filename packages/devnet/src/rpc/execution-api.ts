// An execution node's JSON-RPC: https://ethereum.github.io/execution-apis, and of the debug namespace what geth offers.
import { Account, bigIntToHex, bytesToHex, KECCAK256_NULL } from '@ethereumjs/util';
import type { Address } from '@ethereumjs/util';
import { refusalOf } from '../chain/admission.js';
import { encodeBlock } from '../chain/blocks.js';
import { PoolError } from '../chain/pool.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { encodeHeader } from '../execution/header.js';
import { encodeReceipt } from '../execution/receipt.js';
import { TransactionDecodingError } from '../execution/transaction.js';
import { State } from '../state/state.js';
import { blockJson, headerJson, pendingTransactionJson, receiptJson, transactionJson } from './block-json.js';
import type { Json } from './block-json.js';
import { callMethods } from './call-methods.js';
import { feeMethods } from './fee-methods.js';
import { INVALID_PARAMS, RpcError } from './json-rpc-server.js';
import type { RpcMethods } from './json-rpc-server.js';
import { logMethods } from './log-methods.js';
import { addressParameter, findBlock, findByHash, findByNumber, NOT_FOUND, requireBlock } from './node.js';
import type { ExecutionNode } from './node.js';
import { bytesParameter, quantityParameter, slotParameter } from './parameters.js';
import { traceMethods } from './trace-methods.js';

const CLIENT_VERSION = 'obelisc-devnet/0.1.0';
/** geth's prefix of codes' database keys. */
const CODE_PREFIX = 0x63;

/** The methods of one node. */
export function executionApi(node: ExecutionNode): RpcMethods {
  return {
    ...chainMethods(node),
    ...blockMethods(node),
    ...stateMethods(node),
    ...callMethods(node),
    ...feeMethods(node),
    ...logMethods(node),
    ...poolMethods(node),
    ...debugMethods(node),
    ...traceMethods(node),
  };
}

function chainMethods({ chain, blocks }: ExecutionNode): RpcMethods {
  return {
    web3_clientVersion: () => CLIENT_VERSION,
    net_version: () => String(chain.chainId),
    eth_chainId: () => bigIntToHex(BigInt(chain.chainId)),
    eth_blockNumber: () => bigIntToHex(blocks.head.header.number),
    eth_syncing: () => false,
    // Keys are the users' own.
    eth_accounts: () => [],
    net_listening: () => true,
    eth_getUncleCountByBlockHash: () => '0x0',
    eth_getUncleCountByBlockNumber: () => '0x0',
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
    eth_getTransactionByHash: ([hash]) => {
      const bytes = bytesParameter(hash, 'transaction hash', 32);
      const place = blocks.findTransaction(bytes);
      if (place !== undefined) return transactionJson(place.block, place.index);
      return orNull(node.pool?.find(bytes), pendingTransactionJson);
    },
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
    eth_getTransactionCount: async ([address, block]) => {
      const { nonce } = await accountAt(address, block);
      const from = addressParameter(address).toString();
      return bigIntToHex(block === 'pending' ? (node.pool?.nextNonce(from, nonce) ?? nonce) : nonce);
    },
    eth_getCode: async ([address, block]) => bytesToHex(await stateAt(block).getCode(addressParameter(address))),
    eth_getStorageAt: async ([address, slot, block]) => {
      const value = await stateAt(block).getStorage(addressParameter(address), slotParameter(slot, 'slot'));
      return `0x${bytesToHex(value).slice(2).padStart(64, '0')}`;
    },
    eth_getProof: async ([address, slots, block]) => {
      if (!Array.isArray(slots)) throw new RpcError(INVALID_PARAMS, 'slots: an array expected');
      return proof(stateAt(block), addressParameter(address), slots);
    },
  };
}

function poolMethods({ chain, blocks, store, pool }: ExecutionNode): RpcMethods {
  return {
    eth_sendRawTransaction: async ([raw]) => {
      const bytes = bytesParameter(raw, 'transaction');
      if (pool === undefined) {
        throw new RpcError(NOT_FOUND, 'this chain stands still: start it with --live, and it makes blocks by time');
      }
      try {
        const taken = await pool.add(bytes, (one) => refusalOf(one, { chain, head: blocks.head, store }));
        return bytesToHex(taken.hash);
      } catch (error) {
        if (!(error instanceof PoolError || error instanceof TransactionDecodingError)) throw error;
        throw new RpcError(NOT_FOUND, error.message);
      }
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

function orNull<T, R>(value: T | undefined, show: (value: T) => R): R | null {
  return value === undefined ? null : show(value);
}
