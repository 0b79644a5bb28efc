// What an execution node's methods look at, and how their parameters name blocks.
import { Address } from '@ethereumjs/util';
import type { Blocks } from '../chain/blocks.js';
import type { TransactionPool } from '../chain/pool.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import type { ExecutionChain } from '../execution/chain.js';
import type { StateStore } from '../state/store.js';
import { RpcError } from './json-rpc-server.js';
import { bytesParameter, quantityParameter } from './parameters.js';

/** What an execution node shows. */
export interface ExecutionNode {
  readonly chain: ExecutionChain;
  readonly blocks: Blocks<ExecutedBlock>;
  readonly store: StateStore;
  /** The blocks that the tags `safe` and `finalized` name. */
  readonly tagged: () => { readonly safe: ExecutedBlock; readonly finalized: ExecutedBlock };
  /** There where blocks are made by time: what is sent to the node gets into one of them. */
  readonly pool: TransactionPool | undefined;
}

export const NOT_FOUND = -32_000;

/** A block by number, tag, hash, or EIP-1898's object. */
export function findBlock(node: ExecutionNode, block: unknown): ExecutedBlock | undefined {
  if (typeof block === 'object' && block !== null) {
    const { blockHash, blockNumber } = block as { blockHash?: unknown; blockNumber?: unknown };
    return blockHash === undefined ? findByNumber(node, blockNumber) : findByHash(node, blockHash);
  }
  return typeof block === 'string' && block.length === 66 ? findByHash(node, block) : findByNumber(node, block);
}

/** The same; an answer with an error where there is none. */
export function requireBlock(node: ExecutionNode, block: unknown): ExecutedBlock {
  const found = findBlock(node, block);
  if (found === undefined) throw new RpcError(NOT_FOUND, 'header not found');
  return found;
}

/** A block by number or tag; the newest without one. */
export function findByNumber(node: ExecutionNode, number: unknown = 'latest'): ExecutedBlock | undefined {
  const { blocks } = node;
  if (number === 'latest' || number === 'pending' || number === null) return blocks.head;
  if (number === 'earliest') return blocks.find(0n);
  if (number === 'safe' || number === 'finalized') return node.tagged()[number];
  return blocks.find(quantityParameter(number, 'block number'));
}

export function findByHash({ blocks }: ExecutionNode, hash: unknown): ExecutedBlock | undefined {
  return blocks.findByHash(bytesParameter(hash, 'block hash', 32));
}

export function addressParameter(value: unknown): Address {
  return new Address(bytesParameter(value, 'address', 20));
}
