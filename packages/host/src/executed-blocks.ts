/**
 * Blocks as an L2 endpoint has executed them, to be held beside derived ones. None of it is believed: what does not fit the
 * block's own hash and roots is told.
 */
import { RLP } from '@ethereumjs/rlp';
import { keccak256 } from '@obelisc/preimage';
import { encodeHeader, encodeReceipt, encodeTransaction } from './block-encoding.js';
import { parseHeader } from './block-source.js';
import { equal, hex } from './bytes.js';
import { EndpointError, WrongAnswerError } from './endpoint-errors.js';
import { type Log, silentLog } from './log.js';
import { orderedTrie } from './ordered-trie.js';
import type { RetryPolicy } from './retry.js';
import {
  data,
  integer,
  isObject,
  list,
  MalformedFieldError,
  objects,
  present,
  quantity,
  type RpcObject,
} from './rpc-json.js';
import { type RpcEndpoint, rpcEndpoint } from './rpc-endpoint.js';
import {
  join,
  touchedByTheSystem,
  touchedByTrace,
  touchedByTransactions,
  type TouchedState,
} from './touched-accounts.js';
import { EMPTY_ROOT, provedValue, UnprovedError } from './trie-proof.js';

/** A block with its transactions as the endpoint tells them, in the encodings that hashes and roots commit to. */
export type ExecutedBlock = {
  number: bigint;
  /** Seconds. */
  timestamp: bigint;
  /** What the endpoint calls its hash. */
  hash: Uint8Array;
  header: Uint8Array;
  stateRoot: Uint8Array;
  receiptsRoot: Uint8Array;
  transactions: Uint8Array[];
  /** How it contradicts itself. */
  faults: string[];
  json: RpcObject;
};

/** An account as an endpoint tells it. */
export type ToldAccount = {
  nonce: bigint;
  balance: bigint;
  storageRoot: Uint8Array;
  codeHash: Uint8Array;
  /** The slots that were asked for, by key. */
  slots: Map<bigint, bigint>;
  /** Why its proof does not prove it; undefined where it does. */
  fault: string | undefined;
};

export type ExecutedBlocks = {
  readonly name: string;
  /** The block of that number or hash; undefined where the endpoint has none. Rejects with EndpointError. */
  block(at: bigint | Uint8Array): Promise<ExecutedBlock | undefined>;
  /** The block's hash alone. */
  hashOf(number: bigint): Promise<Uint8Array | undefined>;
  /** What the block is said to have used of its gas; undefined where the endpoint has none. Rejects with EndpointError. */
  gasUsed(number: bigint): Promise<bigint | undefined>;
  /** The encoded receipts, and how they contradict the block. Rejects with EndpointError. */
  receipts(block: ExecutedBlock): Promise<{ receipts: Uint8Array[]; faults: string[] }>;
  /** Accounts and slots that the block may have written to, and why there may be others. Rejects with EndpointError. */
  touched(block: ExecutedBlock): Promise<{ touched: TouchedState; faults: string[] }>;
  /** Accounts and slots after the block with this hash, number and state root. Rejects with EndpointError. */
  accounts(
    touched: TouchedState['accounts'],
    at: Pick<ExecutedBlock, 'hash' | 'number' | 'stateRoot'>,
  ): Promise<Map<string, ToldAccount>>;
};

/** A reader of the blocks of the L2 endpoint at `url`. */
export function executedBlocks(options: {
  url: string;
  flag?: string;
  log?: Log;
  policy: RetryPolicy;
}): ExecutedBlocks {
  const { url, flag = '--l2', log = silentLog, policy } = options;
  const endpoint = rpcEndpoint({ flag, url, policy, log });
  return {
    name: endpoint.name,
    block: (at) =>
      typeof at === 'bigint'
        ? endpoint.call('eth_getBlockByNumber', [`0x${at.toString(16)}`, true], readBlock)
        : endpoint.call('eth_getBlockByHash', [hex(at), true], readBlock),
    hashOf: (number) =>
      endpoint.call('eth_getBlockByNumber', [`0x${number.toString(16)}`, false], (result) =>
        isObject(result) ? data(result, 'hash', 32) : undefined,
      ),
    gasUsed: (number) =>
      endpoint.call('eth_getBlockByNumber', [`0x${number.toString(16)}`, false], (result) =>
        isObject(result) ? integer(result, 'gasUsed') : undefined,
      ),
    receipts: (block) => receiptsOf(endpoint, block),
    touched: (block) => touchedBy(endpoint, block),
    accounts: (touched, at) => accountsAt(endpoint, touched, at),
  };
}

function readBlock(result: unknown): ExecutedBlock | undefined {
  if (result === null || result === undefined) return undefined;
  if (!isObject(result)) throw new MalformedFieldError('result', 'is not a block');
  const header = encodeHeader(result);
  const hash = data(result, 'hash', 32);
  const { number, timestamp, stateRoot, receiptsRoot, transactionsRoot } = parseHeader(header);
  const transactions = objects(result, 'transactions').map(encodeTransaction);
  const faults: string[] = [];
  if (!equal(keccak256(header), hash)) faults.push(`its header hashes to ${hex(keccak256(header))}`);
  const { root } = orderedTrie(transactions);
  if (!equal(root, transactionsRoot)) faults.push(`its transactions have the root ${hex(root)}`);
  return { number, timestamp, hash, header, stateRoot, receiptsRoot, transactions, faults, json: result };
}

async function receiptsOf(
  endpoint: RpcEndpoint,
  block: ExecutedBlock,
): Promise<{ receipts: Uint8Array[]; faults: string[] }> {
  const receipts = await endpoint
    .call('eth_getBlockReceipts', [hex(block.hash)], (result) => list({ result }, 'result').map(readReceipt))
    .catch((error: unknown) => {
      if (!(error instanceof EndpointError) || error.unreachable) throw error;
      const hashes = objects(block.json, 'transactions').map(({ hash }) => [hash]);
      return endpoint.callEach('eth_getTransactionReceipt', hashes, readReceipt);
    });
  const { root } = orderedTrie(receipts);
  return { receipts, faults: equal(root, block.receiptsRoot) ? [] : [`its receipts have the root ${hex(root)}`] };
}

function readReceipt(result: unknown): Uint8Array {
  const receipt = isObject(result) ? result : {};
  // Before Canyon the receipts' root did not commit to a deposit's nonce.
  const { depositNonce, ...rest } = receipt;
  return encodeReceipt(present(receipt, 'depositReceiptVersion') ? { ...rest, depositNonce } : rest);
}

async function touchedBy(
  endpoint: RpcEndpoint,
  block: ExecutedBlock,
): Promise<{ touched: TouchedState; faults: string[] }> {
  const touched = touchedByTheSystem(block);
  join(touched, await touchedByTransactions(endpoint, block.json));
  try {
    join(touched, await touchedByTrace(endpoint, block.number));
    return { touched, faults: [] };
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    return {
      touched,
      faults: [`accounts that only its block wrote to may be missing, as it does not trace it (${error.message})`],
    };
  }
}

/** keccak256 of nothing. */
const EMPTY_CODE_HASH = keccak256(new Uint8Array(0));

/** Slots of an account that are asked for at a time. */
const SLOTS_A_PROOF = 256;

async function accountsAt(
  endpoint: RpcEndpoint,
  touched: TouchedState['accounts'],
  { hash, number, stateRoot }: Pick<ExecutedBlock, 'hash' | 'number' | 'stateRoot'>,
): Promise<Map<string, ToldAccount>> {
  // Not every endpoint takes a hash where most take a number.
  const canonical = await endpoint.call('eth_getBlockByNumber', [`0x${number.toString(16)}`, false], (result) =>
    isObject(result) ? data(result, 'hash', 32) : undefined,
  );
  const tag = canonical !== undefined && equal(canonical, hash) ? `0x${number.toString(16)}` : hex(hash);
  const requests = [...touched].flatMap(([address, slots]) => {
    const all = [...slots];
    const count = Math.max(1, Math.ceil(all.length / SLOTS_A_PROOF));
    return Array.from({ length: count }, (_, i) => [
      address,
      all.slice(i * SLOTS_A_PROOF, (i + 1) * SLOTS_A_PROOF),
      tag,
    ]);
  });
  const answers = await endpoint.callEach('eth_getProof', requests, (result) => {
    if (!isObject(result)) throw new WrongAnswerError(endpoint.name, 'eth_getProof', 'the answer is not a proof');
    return { address: hex(data(result, 'address', 20)), account: readAccount(result, stateRoot) };
  });
  const accounts = new Map<string, ToldAccount>();
  for (const { address, account } of answers) {
    const known = accounts.get(address);
    if (known === undefined) accounts.set(address, account);
    else {
      for (const [slot, value] of account.slots) known.slots.set(slot, value);
      known.fault ??= account.fault;
    }
  }
  return accounts;
}

function readAccount(result: RpcObject, stateRoot: Uint8Array): ToldAccount {
  const storageProofs = objects(result, 'storageProof');
  const account: ToldAccount = {
    nonce: integer(result, 'nonce'),
    balance: integer(result, 'balance'),
    // Of an account that is not there, some tell zeros.
    storageRoot: orElse(data(result, 'storageHash', 32), EMPTY_ROOT),
    codeHash: orElse(data(result, 'codeHash', 32), EMPTY_CODE_HASH),
    slots: new Map(storageProofs.map((entry) => [slotKey(entry), integer(entry, 'value')])),
    fault: undefined,
  };
  return { ...account, fault: faultOf(result, account, stateRoot) };
}

function orElse(hash: Uint8Array, none: Uint8Array): Uint8Array {
  return hash.some((byte) => byte !== 0) ? hash : none;
}

/** The key comes as a quantity or as 32 bytes. */
function slotKey(entry: RpcObject): bigint {
  return integer(entry, 'key');
}

function faultOf(result: RpcObject, account: ToldAccount, stateRoot: Uint8Array): string | undefined {
  const nodes = (object: RpcObject, field: string): Uint8Array[] =>
    list(object, field).map((node) => data({ node }, 'node'));
  try {
    const told = RLP.encode([
      quantity(result, 'nonce'),
      quantity(result, 'balance'),
      account.storageRoot,
      account.codeHash,
    ]);
    const proved = provedValue(stateRoot, keccak256(data(result, 'address', 20)), nodes(result, 'accountProof'));
    const isThere = account.nonce > 0n || account.balance > 0n || !equal(account.codeHash, EMPTY_CODE_HASH);
    if (proved === undefined ? isThere : !equal(proved, told)) return 'the proof is of another account';
    for (const entry of objects(result, 'storageProof')) {
      const key = Buffer.from(slotKey(entry).toString(16).padStart(64, '0'), 'hex');
      const value = proved && provedValue(account.storageRoot, keccak256(key), nodes(entry, 'proof'));
      if (!equal(value ?? Uint8Array.of(0x80), RLP.encode(quantity(entry, 'value'))))
        return `the proof is of another value of slot ${hex(key)}`;
    }
  } catch (error) {
    if (error instanceof UnprovedError) return error.message;
    throw error;
  }
  return undefined;
}
