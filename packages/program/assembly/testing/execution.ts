// Tries, state, transactions and blocks for the tests of packages/program/test/{trie,execution}. Not part of the client.
import { useScratch } from '../memory';
import { Bytes } from '../bytes';
import { BlockId, FORKS, PayloadAttributes, RollupConfig, SystemConfig } from '../config/rollup';
import { nextBaseFee } from '../execution/base-fee';
import { keccak256 } from '../crypto/keccak256';
import { fastLzLength } from '../execution/fast-lz';
import { Block, Executor } from '../execution/executor';
import { footprint, l1Cost } from '../execution/l1-cost';
import { decodeHeader, encodeHeader, hashHeader } from '../execution/header';
import { error } from '../log';
import { RlpWriter } from '../rlp';
import { recoverSender } from '../transaction/sender';
import { decodeTransaction } from '../transaction/transaction';
import { collect } from '../trie/collect';
import { orderedTrieRoot, OrderedValues, readOrderedTrie } from '../trie/ordered';

export { framesTaken } from '../evm/frame';
export { mixHash, mixWords, seedTables } from '../state/table-hash';
export { allocate, mark, memoryTaken, release, useScratch } from '../memory';
export { keptBefore, keptSince } from '../trie/store';
export { hash20, hash32, hash64 } from '../trie/key-hash';
export { find, foundLength, hashTrie, insert, openTrie, remove } from '../trie/trie';
export { commitState, openState, storageRoot } from '../state/commit';
export {
  accessAddress,
  accessSlot,
  addBalance,
  addLog,
  addRefund,
  beginTransaction,
  createAccount,
  endTransaction,
  exists,
  getBalance,
  getCodeHash,
  getCodeSize,
  getNonce,
  getOriginalStorage,
  getRefund,
  getStorage,
  getTransient,
  hasStorage,
  isEmpty,
  revertTo,
  selfDestruct,
  setCode,
  setNonce,
  setStorage,
  setTransient,
  snapshot,
  subBalance,
  touch,
  wasCreatedInTransaction,
} from '../state/state';
export { blockHash, setParent } from '../execution/block-hashes';

/** Root of the ordered trie of `count` values: at `list`, for each, its address and length as u32. */
export function orderedRoot(list: usize, count: u32, out: usize): void {
  const values = new Array<Bytes>();
  for (let i: u32 = 0; i < count; i++) {
    values.push(new Bytes(<usize>load<u32>(list + ((<usize>i) << 3)), load<u32>(list + ((<usize>i) << 3), 4)));
  }
  orderedTrieRoot(values, out);
}

/** Reads the ordered trie with that root: writes the values' addresses and lengths to `list`; returns their number. */
export function orderedValues(root: usize, list: usize): u32 {
  const reader = new ListedValues(list);
  const before = useScratch(true);
  readOrderedTrie(root, reader);
  useScratch(before);
  return reader.count;
}

/** Lists copies of an ordered trie's values. */
@final
class ListedValues extends OrderedValues {
  count: u32 = 0;

  constructor(private readonly list: usize) {
    super();
  }

  value(value: Bytes): void {
    useScratch(false);
    store<u32>(this.list + ((<usize>this.count) << 3), <u32>value.copy().ptr);
    store<u32>(this.list + ((<usize>this.count) << 3), value.length, 4);
    useScratch(true);
    this.count += 1;
  }
}

export { fastLzLength };
export { operatorFee, readL1Parameters } from '../execution/l1-cost';

/** Writes what the encoded transaction pays for L1 by the parameters read last to `out`. */
export function l1CostOf(encoded: usize, length: u32, out: usize): void {
  l1Cost(new Bytes(encoded, length), out);
}

/** Gas that the encoded transaction adds to the data availability footprint by the parameters read last. */
export function footprintOf(encoded: usize, length: u32): u64 {
  return footprint(new Bytes(encoded, length));
}

let chain: RollupConfig | null = null;
let executor: Executor | null = null;
let block: Block | null = null;

/** Sets the chain whose blocks are executed; `forkTimes` are FORKS u64s. */
export function configure(
  forkTimes: usize,
  chainId: u64,
  blockTime: u64,
  elasticity: u64,
  denominator: u64,
  denominatorCanyon: u64,
): void {
  const config = new RollupConfig(new BlockId(0, 0), new BlockId(0, 0), 0, new SystemConfig());
  for (let i = 0; i < FORKS; i++) config.forkTimes[i] = load<u64>(forkTimes + ((<usize>i) << 3));
  config.l2ChainId = chainId;
  config.blockTime = blockTime;
  config.eip1559Elasticity = elasticity;
  config.eip1559Denominator = denominator;
  config.eip1559DenominatorCanyon = denominatorCanyon;
  chain = config;
  executor = new Executor(config);
}

/**
 * Executes a block on the parent with that header RLP. `list` holds the transactions' addresses and lengths. Returns
 * the address of the block's hash, or 0 where the attributes make no block: then the reason is logged.
 */
export function execute(
  parent: usize,
  parentLength: u32,
  timestamp: u64,
  prevRandao: usize,
  feeRecipient: usize,
  parentBeaconBlockRoot: usize,
  list: usize,
  count: u32,
  gasLimit: u64,
  eip1559Params: u64,
  minBaseFee: u64,
): usize {
  const attributes = new PayloadAttributes();
  attributes.timestamp = timestamp;
  attributes.prevRandao = prevRandao;
  attributes.feeRecipient = feeRecipient;
  attributes.parentBeaconBlockRoot = parentBeaconBlockRoot;
  for (let i: u32 = 0; i < count; i++) {
    const at = list + ((<usize>i) << 3);
    attributes.transactions.push(new Bytes(<usize>load<u32>(at), load<u32>(at, 4)));
  }
  attributes.gasLimit = gasLimit;
  attributes.eip1559Params = eip1559Params;
  attributes.minBaseFee = minBaseFee;
  const header = decodeHeader(new Bytes(parent, parentLength));
  const hash = heap.alloc(32);
  hashHeader(header, new RlpWriter(), hash);
  const result = theExecutor().execute(header, hash, attributes, safeRoot == 0 ? header.stateRoot : safeRoot);
  const failure = result.failure;
  if (failure !== null) {
    error(failure.message).end();
    return 0;
  }
  block = result.value;
  return result.value.hash;
}

function theConfig(): RollupConfig {
  const known = chain;
  if (known === null) throw new Error('no chain is configured');
  return known;
}

function theExecutor(): Executor {
  const known = executor;
  if (known === null) throw new Error('no chain is configured');
  return known;
}

function theBlock(): Block {
  const known = block;
  if (known === null) throw new Error('no block was executed');
  return known;
}

/** Writes the base fee (u256) of the block at `time` on the parent with that header RLP to `out`. */
export function baseFeeAfter(parent: usize, length: u32, time: u64, out: usize): void {
  nextBaseFee(theConfig(), decodeHeader(new Bytes(parent, length)), time, out);
}

/** Length of what `encodedHeader` returned. */
export let encodedLength: u32 = 0;

/** The RLP of the header of the block that was executed last. */
export function encodedHeader(): usize {
  const writer = new RlpWriter();
  encodeHeader(theBlock().header, writer);
  encodedLength = writer.written.length;
  return writer.written.ptr;
}

/** Decodes and encodes a header; its RLP is in `encodedLength` bytes. */
export function recode(rlp: usize, length: u32): usize {
  const writer = new RlpWriter();
  encodeHeader(decodeHeader(new Bytes(rlp, length)), writer);
  encodedLength = writer.written.length;
  return writer.written.ptr;
}

/** Writes the output root of the block that was executed last to `out`. */
export function outputRoot(out: usize): void {
  theExecutor().outputRoot(theBlock().header, theBlock().hash, out);
}

/** The same for any block whose state is there, by its header's RLP. */
export function outputRootOf(rlp: usize, length: u32, out: usize): void {
  const hash = heap.alloc(32);
  keccak256(rlp, length, hash);
  theExecutor().outputRoot(decodeHeader(new Bytes(rlp, length)), hash, out);
}

let safeRoot: usize = 0;

/** Says that blocks may be built on the state with the root hash at `root` later. */
export function keepSafe(root: usize): void {
  safeRoot = root;
}

/** Says which block's state is needed to the end. */
export function keepState(number: u64): void {
  theExecutor().keptNumber = number;
}

/** Decodes a transaction and writes its sender to `out`: 0 valid, 1 malformed, 2 without a valid signature. */
export function sender(encoded: usize, length: u32, chainId: u64, out: usize): u32 {
  const transaction = decodeTransaction(new Bytes(encoded, length));
  if (transaction === null) return 1;
  return recoverSender(transaction, chainId, out) ? 0 : 2;
}

/** Gives up all nodes but those of the states with the `count` root hashes at `roots`, 32 bytes each. */
export function collectNodes(roots: usize, count: u32): void {
  const list = new StaticArray<usize>(count);
  for (let i: u32 = 0; i < count; i++) list[i] = roots + ((<usize>i) << 5);
  collect(list);
}
