/** Receipts of L1 blocks. Providers differ in which methods they have and what they cost; none may be missing and none is believed blindly. */
import { alternatives, type Way } from './alternatives.js';
import type { BlockHeader } from './block-source.js';
import { equal, hex } from './bytes.js';
import { encodeReceipt } from './block-encoding.js';
import type { RpcKind } from './endpoint-settings.js';
import { EmptyAnswerError, WrongAnswerError } from './endpoint-errors.js';
import type { Log } from './log.js';
import { orderedTrie, type Trie } from './ordered-trie.js';
import { data, isObject, MalformedFieldError } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';

type Method =
  | 'alchemy_getTransactionReceipts'
  | 'debug_getRawReceipts'
  | 'erigon_getBlockReceiptsByBlockHash'
  | 'eth_getBlockReceipts'
  | 'parity_getBlockReceipts'
  | 'eth_getTransactionReceipt';

/** Which methods a kind of endpoint has, the best first. */
const METHODS: Record<RpcKind, readonly Method[]> = {
  alchemy: ['alchemy_getTransactionReceipts', 'eth_getBlockReceipts', 'eth_getTransactionReceipt'],
  quicknode: ['debug_getRawReceipts', 'eth_getBlockReceipts', 'eth_getTransactionReceipt'],
  infura: ['eth_getTransactionReceipt'],
  parity: ['parity_getBlockReceipts', 'eth_getTransactionReceipt'],
  nethermind: ['parity_getBlockReceipts', 'eth_getTransactionReceipt'],
  debug_geth: ['debug_getRawReceipts', 'eth_getTransactionReceipt'],
  erigon: ['erigon_getBlockReceiptsByBlockHash', 'eth_getTransactionReceipt'],
  basic: ['eth_getTransactionReceipt'],
  any: [
    'alchemy_getTransactionReceipts',
    'debug_getRawReceipts',
    'erigon_getBlockReceiptsByBlockHash',
    'eth_getBlockReceipts',
    'parity_getBlockReceipts',
    'eth_getTransactionReceipt',
  ],
  standard: ['eth_getBlockReceipts', 'eth_getTransactionReceipt'],
};

/** The same, and after them all others: of a kind, or of one node behind it, less may be left than its name says. */
function methodsOf(kind: RpcKind): Method[] {
  return [...new Set([...METHODS[kind], ...METHODS.standard, ...METHODS.any])];
}

export type ReceiptsSource = (block: BlockHeader) => Promise<Trie>;

/**
 * The receipts behind `endpoint`. A method that the endpoint does not have is not used again in this run; one that fails
 * otherwise leads to the next, and so do receipts that have not the header's root: the program asks for that, whatever is trusted.
 */
export function receiptsSource(endpoint: RpcEndpoint, kind: RpcKind, log: Log): ReceiptsSource {
  const ways = methodsOf(kind).map((method): Way<[BlockHeader], Trie> => ({
    name: method,
    attempt: async (block) => {
      const trie = orderedTrie(await fetchReceipts(endpoint, method, block));
      if (equal(trie.root, block.receiptsRoot)) return trie;
      throw new WrongAnswerError(
        endpoint.name,
        `${method} ${hex(block.hash)}`,
        `the receipts it returned have the root ${hex(trie.root)}, the block's header says ${hex(block.receiptsRoot)}`,
      );
    },
  }));
  const attempt = alternatives(ways, {
    patience: PATIENCE,
    onSwitch: (method, next, because) =>
      log('warn', 'Fetching receipts another way', { instead_of: method, using: next, because: because.message }),
  });
  return (block) => endpoint.retry(() => attempt(block));
}

/** One call a transaction is no answer to a limit: the same method gets a few more tries first. */
const PATIENCE = 2;

async function fetchReceipts(endpoint: RpcEndpoint, method: Method, block: BlockHeader): Promise<Uint8Array[]> {
  const request = `${method} ${hex(block.hash)}`;
  const accept = (result: unknown): Uint8Array[] => {
    const receipts = method === 'alchemy_getTransactionReceipts' && isObject(result) ? result.receipts : result;
    if (receipts === null || receipts === undefined) {
      throw new EmptyAnswerError(
        endpoint.name,
        request,
        'it returned null for the receipts of a block it has; the endpoint is behind or has pruned them',
      );
    }
    if (!Array.isArray(receipts) || receipts.length !== block.transactionHashes.length) {
      throw new WrongAnswerError(
        endpoint.name,
        request,
        `it did not return a list of ${block.transactionHashes.length} receipts`,
      );
    }
    return receipts.map((receipt) => readReceipt(endpoint, request, receipt));
  };
  switch (method) {
    case 'alchemy_getTransactionReceipts':
      return endpoint.attempt(method, [{ blockHash: hex(block.hash) }], accept);
    case 'parity_getBlockReceipts':
      return endpoint.attempt(method, [`0x${block.number.toString(16)}`], accept);
    case 'debug_getRawReceipts':
    case 'erigon_getBlockReceiptsByBlockHash':
    case 'eth_getBlockReceipts':
      return endpoint.attempt(method, [hex(block.hash)], accept);
    case 'eth_getTransactionReceipt':
      return fetchOneByOne(endpoint, block);
  }
}

async function fetchOneByOne(endpoint: RpcEndpoint, block: BlockHeader): Promise<Uint8Array[]> {
  const method = 'eth_getTransactionReceipt';
  return endpoint.callEach(
    method,
    block.transactionHashes.map((hash) => [hash]),
    (receipt) => {
      // A null among the others is asked for again by itself, with pauses: some node behind a load balancer lags.
      if (receipt === null || receipt === undefined) {
        throw new EmptyAnswerError(
          endpoint.name,
          method,
          `it returned null for a transaction of block ${hex(block.hash)}, which it has`,
        );
      }
      return readReceipt(endpoint, method, receipt);
    },
  );
}

/** A receipt is JSON, or (debug_getRawReceipts) its encoding. */
function readReceipt(endpoint: RpcEndpoint, request: string, receipt: unknown): Uint8Array {
  try {
    if (typeof receipt === 'string') return data({ receipt }, 'receipt');
    if (isObject(receipt)) return encodeReceipt(receipt);
  } catch (error) {
    if (!(error instanceof MalformedFieldError)) throw error;
    throw new WrongAnswerError(endpoint.name, request, `it returned a receipt that cannot be read: ${error.message}`, {
      cause: error,
    });
  }
  // A null inside the list: the same as no list.
  if (receipt === null) throw new EmptyAnswerError(endpoint.name, request, 'it returned null for a receipt');
  throw new WrongAnswerError(endpoint.name, request, 'it returned something that is not a receipt');
}
