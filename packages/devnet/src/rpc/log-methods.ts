// Logs and filters: https://ethereum.github.io/execution-apis, eth_getLogs and eth_newFilter.
import { bytesToHex } from '@ethereumjs/util';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { receiptJson } from './block-json.js';
import type { Json } from './block-json.js';
import { INVALID_PARAMS, RpcError } from './json-rpc-server.js';
import type { RpcMethods } from './json-rpc-server.js';
import { findByHash, findByNumber, NOT_FOUND } from './node.js';
import type { ExecutionNode } from './node.js';
import { bytesParameter, objectParameter } from './parameters.js';

/** Which logs are asked for: any address of the list, and at each place any topic of its list. */
interface LogFilter {
  readonly addresses: readonly string[];
  readonly topics: readonly (readonly string[])[];
}

/** A filter that was installed, and from which block on it hasn't been asked for. */
interface InstalledFilter {
  readonly changes: () => unknown[];
  readonly logs?: () => Json[];
  readonly remove: () => void;
}

/** The methods, with the filters that they install. */
export function logMethods(node: ExecutionNode): RpcMethods {
  const filters = new Map<string, InstalledFilter>();
  let count = 0;
  const install = (filter: InstalledFilter): string => {
    const id = `0x${(++count).toString(16)}`;
    filters.set(id, filter);
    return id;
  };
  const installed = (id: unknown): InstalledFilter => {
    const filter = filters.get(String(id));
    if (filter === undefined) throw new RpcError(NOT_FOUND, 'filter not found');
    return filter;
  };
  return {
    eth_getLogs: ([query]) => logsOf(blocksOf(node, query), filterOf(query)),
    eth_newFilter: ([query]) => {
      const filter = filterOf(query);
      const newer = newBlocks(node);
      return install({
        changes: () => logsOf(newer(), filter),
        logs: () => logsOf(blocksOf(node, query), filter),
        remove: () => {},
      });
    },
    eth_newBlockFilter: () => {
      const newer = newBlocks(node);
      return install({ changes: () => newer().map(({ hash }) => bytesToHex(hash)), remove: () => {} });
    },
    eth_newPendingTransactionFilter: () => {
      const hashes: string[] = [];
      const remove = node.pool?.listen((hash) => hashes.push(bytesToHex(hash)));
      return install({ changes: () => hashes.splice(0), remove: remove ?? (() => {}) });
    },
    eth_getFilterChanges: ([id]) => installed(id).changes(),
    eth_getFilterLogs: ([id]) => {
      const { logs } = installed(id);
      if (logs === undefined) throw new RpcError(NOT_FOUND, 'filter not found');
      return logs();
    },
    eth_uninstallFilter: ([id]) => {
      filters.get(String(id))?.remove();
      return filters.delete(String(id));
    },
  };
}

/** Blocks that came since the last call. */
function newBlocks({ blocks }: ExecutionNode): () => ExecutedBlock[] {
  let next = blocks.head.header.number + 1n;
  return () => {
    const found: ExecutedBlock[] = [];
    for (; next <= blocks.head.header.number; next++) found.push(blocks.at(next));
    return found;
  };
}

function blocksOf(node: ExecutionNode, query: unknown): ExecutedBlock[] {
  const { blockHash, fromBlock, toBlock } = objectParameter(query, 'filter');
  if (blockHash !== undefined) {
    const block = findByHash(node, blockHash);
    if (block === undefined) throw new RpcError(NOT_FOUND, 'unknown block');
    return [block];
  }
  const head = node.blocks.head.header.number;
  const first = findByNumber(node, fromBlock)?.header.number ?? head + 1n;
  const last = findByNumber(node, toBlock)?.header.number ?? head;
  if (first > last && fromBlock !== undefined && toBlock !== undefined && last < head) {
    throw new RpcError(INVALID_PARAMS, 'invalid block range params');
  }
  const found: ExecutedBlock[] = [];
  for (let number = first; number <= last; number++) found.push(node.blocks.at(number));
  return found;
}

function filterOf(query: unknown): LogFilter {
  const { address, topics = [] } = objectParameter(query, 'filter');
  if (!Array.isArray(topics)) throw new RpcError(INVALID_PARAMS, 'topics: an array expected');
  return {
    addresses: listOf(address).map((one) => bytesToHex(bytesParameter(one, 'address', 20))),
    topics: topics.map((one) => listOf(one).map((topic) => bytesToHex(bytesParameter(topic, 'topic', 32)))),
  };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function logsOf(blocks: readonly ExecutedBlock[], { addresses, topics }: LogFilter): Json[] {
  const isWanted = (log: Json): boolean => {
    const its = log['topics'] as string[];
    if (addresses.length > 0 && !addresses.includes(String(log['address']))) return false;
    return topics.every((wanted, i) => (i < its.length ? wanted.length === 0 || wanted.includes(its[i] ?? '') : false));
  };
  return blocks.flatMap((block) =>
    block.receipts.flatMap(({ logs }, index) =>
      logs.length === 0 ? [] : (receiptJson(block, index)['logs'] as Json[]).filter(isWanted),
    ),
  );
}
