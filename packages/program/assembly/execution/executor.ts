// Execution of a block: payload attributes on a parent become a block (specs: protocol/exec-engine.md).
import { Bytes, copy32 } from '../bytes';
import { requireCovered } from '../config/coverage';
import { Fork, PayloadAttributes, RollupConfig } from '../config/rollup';
import { BlockContext } from '../evm/evm';
import { Failure, FailureKind, Result } from '../failure';
import { mark, release, useScratch } from '../memory';
import { RlpWriter } from '../rlp';
import { commitState, openState, storageRoot } from '../state/commit';
import { beginTransaction, encodedLogs, endTransaction } from '../state/state';
import { decodeTransaction, Transaction } from '../transaction/transaction';
import { collect, isCollectionDue } from '../trie/collect';
import { orderedTrieRoot } from '../trie/ordered';
import { EMPTY_ROOT } from '../trie/trie';
import { setU64 } from '../u256';
import { configuredDenominator, HOLOCENE_EXTRA_DATA, JOVIAN_EXTRA_DATA, nextBaseFee } from './base-fee';
import { setParent } from './block-hashes';
import { addToBloom } from './bloom';
import { ensureCreate2Deployer } from './create2-deployer';
import { hashHeader, Header, outputRoot } from './header';
import { footprint } from './l1-cost';
import { BEACON_ROOTS, HISTORY_STORAGE, MESSAGE_PASSER, SYSTEM } from './predeploys';
import { encodeReceipt } from './receipt';
import { describe, Invalid, Transition } from './transition';

/** A block and its hash (32 bytes). Both are in PERSISTENT. */
@final
export class Block {
  constructor(
    public readonly header: Header,
    public readonly hash: usize,
  ) {}

  // @ts-ignore: decorator
  @inline
  get stateRoot(): usize {
    return this.header.stateRoot;
  }
}

/** Highest gas limit that a block may have. */
// @ts-ignore: decorator
@inline const MAX_GAS_LIMIT: u64 = i64.MAX_VALUE;

/** sha256 of nothing: the hash of no requests (EIP-7685). */
// prettier-ignore
// @ts-ignore: decorator
@lazy const NO_REQUESTS: usize = memory.data<u8>([
  0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
  0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
], 8);

/** What the transactions of a block came to. */
@final
export class Outcome {
  gasUsed: u64 = 0;
  footprint: u64 = 0;
  receipts: Array<Bytes> = new Array<Bytes>();
  /** The encoded transactions. */
  transactions: Array<Bytes> = new Array<Bytes>();
  /** The transaction that the block cannot hold, and why; -1 where there is none. */
  invalidIndex: i32 = -1;
  problem: string = '';
}

/** Executes blocks of one chain. Make it once, in PERSISTENT. */
// Not final: the build that shows a block (../../native/inspect.ts) has one of its own.
export class Executor {
  private readonly writer: RlpWriter = new RlpWriter(8192);
  private readonly bloom: usize = heap.alloc(256);
  private readonly blobBaseFee: usize = heap.alloc(32);
  /** State root (32 bytes) of the block whose number is `keptNumber`, once it was made. */
  private readonly keptRoot: usize = heap.alloc(32);
  private hasKeptRoot: bool = false;
  /**
   * Number of the block that `outputRoot` will be asked for besides the newest one's: the claimed one. Long runs give up
   * the states of all others.
   */
  keptNumber: u64 = 0;

  constructor(private readonly config: RollupConfig) {
    setU64(this.blobBaseFee, 1);
  }

  /**
   * Builds and executes the block that `attributes` describe on `parent`, whose state is in the oracle or was made here.
   * The block lands in PERSISTENT, as do its new trie nodes and codes; all else is released. A failure (critical) means
   * that no block comes of these attributes: a malformed or invalid transaction, too much gas. `parentHash` are the 32
   * bytes of the parent's hash, `safeRoot` those of the root of another state that blocks may be built on later.
   */
  execute(parent: Header, parentHash: usize, attributes: PayloadAttributes, safeRoot: usize): Result<Block> {
    const before = useScratch(false);
    if (attributes.gasLimit > MAX_GAS_LIMIT) {
      useScratch(before);
      return Result.fail<Block>(new Failure(FailureKind.Critical, 'the gas limit is above 2^63 - 1'));
    }
    if (isCollectionDue()) this.collectNodes(parent, safeRoot);
    const header = this.prepare(parent, parentHash, attributes);
    useScratch(true);
    const start = mark();
    const outcome = this.run(parent, header, attributes);
    const problem = outcome.problem;
    const index = outcome.invalidIndex;
    if (index < 0) this.seal(header, outcome);
    release(start);
    useScratch(false);
    const result =
      index < 0
        ? Result.ok<Block>(new Block(header, this.hashOf(header)))
        : Result.fail<Block>(
            new Failure(FailureKind.Critical, `transaction ${index.toString()} cannot be in the block: ${problem}`),
          );
    useScratch(before);
    return result;
  }

  private collectNodes(parent: Header, safeRoot: usize): void {
    const roots = new StaticArray<usize>(3);
    roots[0] = parent.stateRoot;
    roots[1] = this.hasKeptRoot ? this.keptRoot : parent.stateRoot;
    roots[2] = safeRoot;
    collect(roots);
  }

  /** The header as far as it is known before execution. */
  private prepare(parent: Header, parentHash: usize, attributes: PayloadAttributes): Header {
    const config = this.config;
    const time = attributes.timestamp;
    if (time <= parent.time) throw new Error('an L2 block that is not later than its parent');
    requireCovered(config, time);
    const fork = config.forkAt(time);
    const header = new Header();
    copy32(header.parentHash, parentHash);
    memory.copy(header.feeRecipient, attributes.feeRecipient, 20);
    copy32(header.mixHash, attributes.prevRandao);
    header.number = parent.number + 1;
    header.gasLimit = attributes.gasLimit;
    header.time = time;
    header.extraData = extraData(config, fork, attributes);
    nextBaseFee(config, parent, time, header.baseFee);
    if (fork >= Fork.Canyon) {
      header.hasWithdrawalsRoot = true;
      copy32(header.withdrawalsRoot, EMPTY_ROOT);
    }
    if (fork >= Fork.Ecotone) {
      if (attributes.parentBeaconBlockRoot == 0)
        throw new Error('payload attributes without a parent beacon block root');
      header.hasBlobFields = true;
      copy32(header.parentBeaconBlockRoot, attributes.parentBeaconBlockRoot);
    }
    if (fork >= Fork.Isthmus) {
      header.hasRequestsHash = true;
      copy32(header.requestsHash, NO_REQUESTS);
    }
    return header;
  }

  /** Runs the block's system calls and transactions on its parent's state. In SCRATCH. */
  private run(parent: Header, header: Header, attributes: PayloadAttributes): Outcome {
    setParent(parent.number, header.parentHash, parent.parentHash);
    openState(parent.stateRoot);
    const block = new BlockContext();
    block.number = header.number;
    block.timestamp = header.time;
    block.gasLimit = header.gasLimit;
    block.coinbase = header.feeRecipient;
    block.prevRandao = header.mixHash;
    block.baseFee = header.baseFee;
    block.blobBaseFee = this.blobBaseFee;
    block.chainId = this.config.l2ChainId;
    block.fork = this.config.forkAt(header.time);
    const transition = new Transition(block);
    if (block.fork >= Fork.Ecotone) this.systemCall(transition, BEACON_ROOTS, header.parentBeaconBlockRoot);
    if (block.fork >= Fork.Isthmus) this.systemCall(transition, HISTORY_STORAGE, header.parentHash);
    ensureCreate2Deployer(this.config, header.time);
    const outcome = new Outcome();
    const leading = attributes.transactions;
    const following = attributes.following;
    let count = leading.length;
    if (following !== null) {
      following.rewind();
      count += <i32>following.count;
    }
    for (let i = 0; i < count; i++) {
      const encoded = i < leading.length || following === null ? leading[i] : following.next();
      const transaction = decodeTransaction(encoded);
      const problem =
        transaction === null
          ? 'it is malformed or of an unknown type'
          : this.apply(transition, block, transaction, header, outcome);
      if (problem.length > 0) {
        outcome.invalidIndex = i;
        outcome.problem = problem;
        return outcome;
      }
      outcome.transactions.push(encoded);
    }
    header.gasUsed = outcome.gasUsed;
    if (block.fork >= Fork.Jovian) header.blobGasUsed = outcome.footprint;
    return outcome;
  }

  private systemCall(transition: Transition, to: usize, word: usize): void {
    beginTransaction();
    transition.systemCall(SYSTEM, to, word, 32);
    endTransaction();
  }

  /** Applies a transaction and makes its receipt. Returns why it can't be in the block; nothing where it can. */
  private apply(
    transition: Transition,
    block: BlockContext,
    transaction: Transaction,
    header: Header,
    outcome: Outcome,
  ): string {
    beginTransaction();
    const invalid = transition.apply(transaction);
    if (invalid != Invalid.None) return describe(invalid);
    endTransaction();
    outcome.gasUsed += transition.gasUsed;
    if (block.fork >= Fork.Jovian && !transaction.isDeposit) {
      outcome.footprint += footprint(transaction.encoded);
      if (outcome.footprint > header.gasLimit) return 'the data availability footprint passes the gas limit';
    }
    const logs = encodedLogs();
    const bloom = this.bloom;
    memory.fill(bloom, 0, 256);
    addToBloom(bloom, logs);
    for (let i: usize = 0; i < 256; i += 8) {
      const at = header.logsBloom + i;
      store<u64>(at, load<u64>(at) | load<u64>(bloom + i));
    }
    outcome.receipts.push(
      encodeReceipt(
        this.writer,
        transaction,
        block.fork,
        transition.success,
        outcome.gasUsed,
        bloom,
        logs,
        transition.depositNonce,
      ),
    );
    return '';
  }

  /** Writes the state back and fills in the header's roots. In SCRATCH. */
  protected seal(header: Header, outcome: Outcome): void {
    commitState(header.stateRoot);
    if (header.number == this.keptNumber) {
      copy32(this.keptRoot, header.stateRoot);
      this.hasKeptRoot = true;
    }
    orderedTrieRoot(outcome.transactions, header.transactionsRoot);
    orderedTrieRoot(outcome.receipts, header.receiptsRoot);
    if (header.hasRequestsHash) storageRoot(MESSAGE_PASSER, header.withdrawalsRoot);
  }

  private hashOf(header: Header): usize {
    const hash = heap.alloc(32);
    hashHeader(header, this.writer, hash);
    return hash;
  }

  /**
   * Writes the output root (version 0) of the block with this header and the 32-byte hash at `blockHash` to `out`. Before
   * Isthmus the message passer's storage root is read from the block's state.
   */
  outputRoot(header: Header, blockHash: usize, out: usize): void {
    const before = useScratch(true);
    const start = mark();
    const root = heap.alloc(32);
    if (header.hasRequestsHash) {
      copy32(root, header.withdrawalsRoot);
    } else {
      openState(header.stateRoot);
      storageRoot(MESSAGE_PASSER, root);
    }
    outputRoot(header.stateRoot, root, blockHash, out);
    release(start);
    useScratch(before);
  }
}

/** The header's extra data: nothing before Holocene, then the EIP-1559 parameters that hold from the next block on. */
function extraData(config: RollupConfig, fork: Fork, attributes: PayloadAttributes): Bytes {
  if (fork < Fork.Holocene) return new Bytes(0, 0);
  let denominator = <u32>(attributes.eip1559Params >> 32);
  let elasticity = <u32>attributes.eip1559Params;
  if (denominator == 0) {
    // The chain's SystemConfig has not set them: the configured ones hold.
    denominator = <u32>configuredDenominator(config, attributes.timestamp);
    elasticity = <u32>config.eip1559Elasticity;
  }
  const length = fork >= Fork.Jovian ? JOVIAN_EXTRA_DATA : HOLOCENE_EXTRA_DATA;
  const extra = heap.alloc(length);
  store<u8>(extra, u8(fork >= Fork.Jovian));
  store<u32>(extra, bswap<u32>(denominator), 1);
  store<u32>(extra, bswap<u32>(elasticity), 5);
  if (fork >= Fork.Jovian) store<u64>(extra, bswap<u64>(attributes.minBaseFee), 9);
  return new Bytes(extra, length);
}
