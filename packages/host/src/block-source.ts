/** Headers and transactions by block hash, from any execution endpoint, checked against the hash. */
import { keccak256 } from '@obelisc/preimage';
import { equal, hex } from './bytes.js';
import { RLP } from '@ethereumjs/rlp';
import { encodeHeader, encodeTransaction } from './block-encoding.js';
import { EmptyAnswerError, EndpointError, UnsupportedMethodError, WrongAnswerError } from './endpoint-errors.js';
import { orderedTrie, type Trie } from './ordered-trie.js';
import { data, integer, isObject, list, MalformedFieldError, present, type RpcObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';

/** What is known of a block: its header, checked, and what of its JSON is needed to ask for more. */
export type BlockHeader = {
  hash: Uint8Array;
  parentHash: Uint8Array;
  rlp: Uint8Array;
  number: bigint;
  /** Seconds. */
  timestamp: bigint;
  stateRoot: Uint8Array;
  transactionsRoot: Uint8Array;
  receiptsRoot: Uint8Array;
  withdrawalsRoot: Uint8Array | undefined;
  transactionHashes: string[];
};

export type BlockSource = {
  /** The header of the block with this 32-byte hash. */
  header(hash: Uint8Array): Promise<BlockHeader>;
  /** The trie of its transactions. */
  transactions(hash: Uint8Array): Promise<Trie>;
  /** Takes a checked header that came another way. */
  remember(header: BlockHeader): void;
  /** The header, where it came lately. */
  known(hash: Uint8Array): BlockHeader | undefined;
  /** The same for requests that nobody waits for yet; what one knows the other knows. */
  readonly ahead: BlockSource;
};

/** The header of a block's JSON, if it hashes to the hash that the JSON gives. */
export function readBlock(block: RpcObject): BlockHeader | undefined {
  try {
    const hash = data(block, 'hash', 32);
    const rlp = checkedHeader(hash, block);
    return rlp && { ...parseHeader(rlp), hash, rlp, transactionHashes: transactionHashes(block) };
  } catch (error) {
    if (error instanceof MalformedFieldError) return undefined;
    throw error;
  }
}

/** The headers of the blocks with these numbers, those that could be had: what is not what was asked for is left out. */
export async function headersByNumber(endpoint: RpcEndpoint, numbers: readonly bigint[]): Promise<BlockHeader[]> {
  const outcomes = await endpoint.settleEach(
    'eth_getBlockByNumber',
    numbers.map((number) => [`0x${number.toString(16)}`, false]),
  );
  return outcomes.flatMap((outcome, at) => {
    const block = outcome.status === 'fulfilled' && isObject(outcome.value) ? outcome.value : undefined;
    const header = block === undefined ? undefined : readBlock(block);
    return header === undefined || header.number !== numbers[at] ? [] : [header];
  });
}

/** Programs walk L1 back from its head, parent by parent. From the third step on, this many ancestors come in one batch. */
const ANCESTORS = 20;
const WALK_BEGINS = 3;

const EMPTY_LIST = orderedTrie([]).root;

/** Headers that are asked for again soon: the program reads header, transactions and receipts of a block one after the other. */
const REMEMBERED_HEADERS = 4096;

/**
 * The source behind `endpoint`. All is checked, also where the endpoint is trusted: the program asks for the content of a hash, and
 * nothing else is of use to it. A header's hash is its key, transactions have the header's root; what does not match is taken from debug_getRawBlock where the endpoint has it, which
 * knows what JSON may leave out.
 */
export function blockSource(endpoint: RpcEndpoint): BlockSource {
  const remembered = new Map<string, BlockHeader>();
  const ahead: BlockSource = {
    ...sourceWith(endpoint.ahead, remembered),
    get ahead() {
      return ahead;
    },
  };
  return { ...sourceWith(endpoint, remembered), ahead };
}

function sourceWith(endpoint: RpcEndpoint, remembered: Map<string, BlockHeader>): Omit<BlockSource, 'ahead'> {
  const remember = (header: BlockHeader): BlockHeader => {
    // An answer without them says of its header alone what it is; receipts take the hashes of its transactions.
    if (header.transactionHashes.length === 0 && !equal(header.transactionsRoot, EMPTY_LIST)) return header;
    const name = hex(header.hash);
    remembered.delete(name);
    remembered.set(name, header);
    const [oldest] = remembered.keys();
    if (remembered.size > REMEMBERED_HEADERS && oldest !== undefined) remembered.delete(oldest);
    return header;
  };

  /** Headers that are on their way, which several runs may want at once. */
  const underway = new Map<string, Promise<BlockHeader>>();
  const fetchHeader = (hash: Uint8Array): Promise<BlockHeader> => {
    const name = hex(hash);
    const fetched =
      underway.get(name) ??
      endpoint.retry(async () => headerOf(hash, await fetchBlock(hash, false))).finally(() => underway.delete(name));
    underway.set(name, fetched);
    return fetched;
  };

  let lastParent: Uint8Array | undefined;
  let steps = 0;
  let walksInBatches = true;

  /** Remembers the ancestors of `header`, as far as each is the parent of the one before: by number, a block may be another's. */
  const fetchAncestors = async (header: BlockHeader): Promise<void> => {
    const numbers = Array.from({ length: ANCESTORS }, (_, index) => header.number - BigInt(index + 1)).filter(
      (number) => number >= 0n,
    );
    const blocks = await endpoint.callEach(
      'eth_getBlockByNumber',
      numbers.map((number) => [`0x${number.toString(16)}`, false]),
    );
    let expected = header.parentHash;
    for (const block of blocks) {
      const ancestor = isObject(block) ? readBlock(block) : undefined;
      if (ancestor === undefined || !equal(ancestor.hash, expected)) break;
      expected = remember(ancestor).parentHash;
    }
    // On another branch, the endpoint's numbers are of no use.
    if (expected === header.parentHash) walksInBatches = false;
  };

  /** To be told of each header that is handed out. */
  const walk = async (header: BlockHeader): Promise<void> => {
    steps = lastParent !== undefined && equal(lastParent, header.hash) ? steps + 1 : 0;
    lastParent = header.parentHash;
    if (steps < WALK_BEGINS || !walksInBatches || header.number === 0n || remembered.has(hex(header.parentHash)))
      return;
    try {
      await fetchAncestors(header);
    } catch (error) {
      // An endpoint that takes no batches still gives the blocks one by one.
      if (!(error instanceof EndpointError)) throw error;
      walksInBatches = false;
    }
  };

  const fetchBlock = (hash: Uint8Array, full: boolean): Promise<RpcObject> =>
    endpoint.attempt('eth_getBlockByHash', [hex(hash), full], (result) => {
      if (result === null || result === undefined)
        throw new EmptyAnswerError(
          endpoint.name,
          `eth_getBlockByHash ${hex(hash)}`,
          'the endpoint does not know this block; is it one of this chain?',
        );
      if (!isObject(result))
        throw new WrongAnswerError(endpoint.name, `eth_getBlockByHash ${hex(hash)}`, 'the answer is not a block');
      return result;
    });

  const headerOf = async (hash: Uint8Array, block: RpcObject): Promise<BlockHeader> => {
    const raw: RawAnswer = checkedHeader(hash, block) ?? (await rawHeader(endpoint, hash));
    if (raw instanceof Uint8Array)
      return remember({ ...parseHeader(raw), hash, rlp: raw, transactionHashes: transactionHashes(block) });
    const claimed = typeof block.hash === 'string' ? block.hash : 'without a hash';
    throw new WrongAnswerError(
      endpoint.name,
      `eth_getBlockByHash ${hex(hash)}`,
      `the block it returned (${claimed}) does not hash to this; the endpoint is wrong, or its headers have fields this host does not know, and debug_getRawHeader did not help: ${raw.fault}`,
      raw.isOutage ? { kind: raw.kind, cause: raw } : { cause: raw },
    );
  };

  const fetchTransactions = async (hash: Uint8Array): Promise<Trie> => {
    const block = await fetchBlock(hash, true);
    const header = await headerOf(hash, block);
    const faults: string[] = [];
    let outage: EndpointError | undefined;
    const failed = (error: EndpointError): undefined => {
      faults.push(`${error.request}: ${error.fault}`);
      if (error.isOutage) outage ??= error;
      return undefined;
    };
    const fits = (trie: Trie | undefined, from: string): trie is Trie => {
      if (trie === undefined || equal(trie.root, header.transactionsRoot)) return trie !== undefined;
      faults.push(`${from} have the root ${hex(trie.root)}, the header says ${hex(header.transactionsRoot)}`);
      return false;
    };
    try {
      const trie = orderedTrie(list(block, 'transactions').map((tx) => encodeTransaction(asTransaction(tx))));
      if (fits(trie, 'they')) return trie;
    } catch (error) {
      if (!(error instanceof MalformedFieldError)) throw error;
      faults.push(error.message);
    }
    const whole = await rawBlockTransactions(endpoint, hash).catch(endpointErrorTo(failed));
    if (fits(whole, 'those of debug_getRawBlock')) return whole;
    const single = await singleTransactions(endpoint, block).catch(endpointErrorTo(failed));
    if (fits(single, 'those of eth_getRawTransactionByHash')) return single;
    throw new WrongAnswerError(
      endpoint.name,
      `eth_getBlockByHash ${hex(hash)}`,
      `the transactions it returned are not the block's; of a kind that this host does not know, debug_getRawBlock or eth_getRawTransactionByHash would give them: ${faults.join('; ')}`,
      outage === undefined ? {} : { kind: outage.kind, cause: outage },
    );
  };

  return {
    async header(hash) {
      const header = remembered.get(hex(hash)) ?? (await fetchHeader(hash));
      await walk(header);
      return header;
    },
    transactions: (hash) => endpoint.retry(() => fetchTransactions(hash)),
    remember: (header) => void remember(header),
    known: (hash) => remembered.get(hex(hash)),
  };
}

/** For `catch`: what an endpoint did wrong goes to `take`, anything else is thrown on. */
function endpointErrorTo<T>(take: (error: EndpointError) => T): (error: unknown) => T {
  return (error) => {
    if (!(error instanceof EndpointError)) throw error;
    return take(error);
  };
}

/** Header fields by their place in the RLP list. */
export function parseHeader(rlp: Uint8Array): Omit<BlockHeader, 'hash' | 'rlp' | 'transactionHashes'> {
  const fields = RLP.decode(rlp);
  const at = (index: number): Uint8Array => {
    const field = Array.isArray(fields) ? fields[index] : undefined;
    if (!(field instanceof Uint8Array)) throw new RangeError(`a header has no field ${index}`);
    return field;
  };
  const withdrawals = Array.isArray(fields) && fields[16] instanceof Uint8Array ? fields[16] : undefined;
  return {
    parentHash: at(0),
    stateRoot: at(3),
    transactionsRoot: at(4),
    receiptsRoot: at(5),
    number: numberIn(at(8)),
    timestamp: numberIn(at(11)),
    withdrawalsRoot: withdrawals,
  };
}

function numberIn(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function checkedHeader(hash: Uint8Array, block: RpcObject): Uint8Array | undefined {
  try {
    const rlp = encodeHeader(block);
    return equal(keccak256(rlp), hash) ? rlp : undefined;
  } catch (error) {
    if (error instanceof MalformedFieldError) return undefined;
    throw error;
  }
}

/** The bytes, or why they could not be had. */
type RawAnswer = Uint8Array | EndpointError;

async function rawHeader(endpoint: RpcEndpoint, hash: Uint8Array): Promise<RawAnswer> {
  try {
    const rlp = await rawData(endpoint, 'debug_getRawHeader', hash);
    if (equal(keccak256(rlp), hash)) return rlp;
    return new WrongAnswerError(endpoint.name, 'debug_getRawHeader', 'its header does not hash to this either');
  } catch (error) {
    if (error instanceof EndpointError) return error;
    throw error;
  }
}

/** A block's transactions as debug_getRawBlock has them, whatever their types are. */
async function rawBlockTransactions(endpoint: RpcEndpoint, hash: Uint8Array): Promise<Trie> {
  const raw = await rawData(endpoint, 'debug_getRawBlock', hash);
  let transactions: unknown;
  try {
    const parts = RLP.decode(raw);
    transactions = Array.isArray(parts) ? parts[1] : undefined;
  } catch {
    transactions = undefined;
  }
  if (!Array.isArray(transactions))
    throw new WrongAnswerError(endpoint.name, 'debug_getRawBlock', 'what it returned is not a block');
  // Typed transactions stand in a block as byte strings, legacy ones as lists.
  return orderedTrie(
    transactions.map((tx: Uint8Array | Uint8Array[]) => (tx instanceof Uint8Array ? tx : RLP.encode(tx))),
  );
}

/** The same one by one, for endpoints without the debug namespace: of types that JSON does not tell all of. */
async function singleTransactions(endpoint: RpcEndpoint, block: RpcObject): Promise<Trie> {
  const hashes = transactionHashes(block);
  const raw = await endpoint.callEach(
    'eth_getRawTransactionByHash',
    hashes.map((hash) => [hash]),
    (result) => data({ transaction: result }, 'transaction'),
  );
  return orderedTrie(raw);
}

/** The bytes of a debug_getRaw… call. */
function rawData(endpoint: RpcEndpoint, method: string, hash: Uint8Array): Promise<Uint8Array> {
  return endpoint.attempt(method, [hex(hash)], (result) => data({ result }, 'result'));
}

function transactionHashes(block: RpcObject): string[] {
  if (!present(block, 'transactions')) return [];
  return list(block, 'transactions').map((tx) => hex(data({ hash: isObject(tx) ? tx.hash : tx }, 'hash', 32)));
}

function asTransaction(tx: unknown): RpcObject {
  if (!isObject(tx)) throw new MalformedFieldError('transactions', 'holds hashes instead of transactions');
  return tx;
}

/** Asks the endpoint for its chain id and compares. An endpoint without eth_chainId is believed. */
export async function checkChainId(endpoint: RpcEndpoint, expected: bigint, chain: string): Promise<void> {
  let actual: bigint;
  try {
    actual = await endpoint.call('eth_chainId', [], (result) => integer({ result }, 'result'));
  } catch (error) {
    if (error instanceof UnsupportedMethodError) return;
    throw error;
  }
  if (actual !== expected)
    throw new WrongAnswerError(
      endpoint.name,
      'eth_chainId',
      `it serves chain ${actual}, but the ${chain} chain is ${expected}; check the flag`,
      { kind: 'other-chain' },
    );
}
