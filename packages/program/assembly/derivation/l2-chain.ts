// The L2 chain: blocks up to the agreed one from the oracle, later ones as they are built.
import { decodeHeader, Header } from '../block-header';
import { Bytes, bytesAt, equal32 } from '../bytes';
import { Fork, RollupConfig, SystemConfig } from '../config/rollup';
import { DEPOSIT_TYPE } from '../l1/deposit';
import { mark, release, useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';
import { OrderedValues, readOrderedTrie } from '../trie/ordered';
import { firstItem } from '../trie/first-item';
import { BlockContents } from './block-contents';
import { decodeL1Info } from './l1-info';
import { L2Block } from './l2-block';
import { KARST_UPGRADE_GAS } from './upgrade-transactions';

/** The header of the block whose 32-byte hash is at `hash`, from the oracle; in the current region. */
export function readL2Header(hash: usize): Header {
  hint('l2-block-header', hash, 32);
  return decodeHeader(preimage(KeyType.Keccak256, hash));
}


@final
export class L2Chain {
  /** From the agreed block on, by number. */
  private readonly built: Array<L2Block> = new Array<L2Block>(0);
  /** From the agreed block downwards, as far as was asked for: hashes, and the blocks that were read whole. */
  private readonly olderHashes: Array<usize> = new Array<usize>(0);
  private readonly older: Array<L2Block | null> = new Array<L2Block | null>(0);

  /** The chain up to the agreed block, whose 32-byte hash is at `hash`. */
  constructor(
    private readonly config: RollupConfig,
    hash: usize,
  ) {
    const start = this.fetch(hash);
    this.built.push(start);
    this.olderHashes.push(start.hash);
    this.older.push(start);
  }

  /** The agreed block. */
  get start(): L2Block {
    return this.built[0];
  }

  /** Adds the block that was built on the newest one. */
  append(block: L2Block): void {
    this.built.push(block);
  }

  /** Forgets the blocks after `block`, which is one of the chain's. */
  truncate(block: L2Block): void {
    const length = <i32>(block.number - this.start.number) + 1;
    for (let i = length; i < this.built.length; i++) {
      const contents = this.built[i].contents;
      if (contents !== null) contents.free();
    }
    this.built.length = length;
  }

  /** The block of that number, at most the newest. */
  byNumber(number: u64): L2Block {
    const first = this.start.number;
    if (number >= first) return this.built[<i32>(number - first)];
    const hash = this.hashOf(number);
    const known = this.older[<i32>(first - number)];
    if (known !== null) return known;
    const block = this.fetch(hash);
    this.older[<i32>(first - number)] = block;
    return block;
  }

  /**
   * Address of the 32-byte hash of the block of that number, at most the newest. Of the blocks on the way back to it only
   * the headers are read.
   */
  hashOf(number: u64): usize {
    const first = this.start.number;
    if (number >= first) return this.built[<i32>(number - first)].hash;
    const hashes = this.olderHashes;
    const before = useScratch(false);
    while (<u64>hashes.length <= first - number) {
      hashes.push(this.parentHash(hashes[hashes.length - 1]));
      this.older.push(null);
    }
    useScratch(before);
    return hashes[<i32>(first - number)];
  }

  /** What a block holds behind its deposits. SCRATCH must be current. */
  contents(block: L2Block): BlockContents {
    const known = block.contents;
    if (known !== null) return known;
    if (block.number > this.start.number) throw new Error('the transactions of a block that was built were not kept');
    useScratch(false);
    const contents = new BlockContents();
    useScratch(true);
    const start = mark();
    hint('l2-transactions', block.hash, 32);
    readOrderedTrie(decodeHeader(block.header).transactionsRoot, new ContentsReader(contents));
    release(start);
    block.contents = contents;
    return contents;
  }

  /** The parent's hash of the block whose 32-byte hash is at `hash`, read from its header alone; in the current region. */
  parentHash(hash: usize): usize {
    const before = useScratch(true);
    const start = mark();
    const header = readL2Header(hash);
    useScratch(before);
    const parent = bytesAt(header.parentHash, 32).ptr;
    useScratch(true);
    release(start);
    useScratch(before);
    return parent;
  }

  /** The block whose 32-byte hash is at `hash`, from the oracle. */
  fetch(hash: usize): L2Block {
    const before = useScratch(false);
    const copy = bytesAt(hash, 32).ptr;
    hint('l2-block-header', copy, 32);
    const encoded = preimage(KeyType.Keccak256, copy);
    useScratch(true);
    const start = mark();
    const header = decodeHeader(encoded);
    let first = new Bytes(0, 0);
    if (header.number != this.config.genesisL2.number) {
      hint('l2-transactions', copy, 32);
      first = firstItem(header.transactionsRoot);
    }
    useScratch(false);
    const block = l2Block(this.config, copy, encoded, header, first.copy());
    useScratch(true);
    release(start);
    useScratch(before);
    return block;
  }

  /**
   * The chain's settings as of an L2 block: those of its L1 attributes transaction and its header (op-node's
   * PayloadToSystemConfig). In the current region.
   */
  systemConfig(block: L2Block): SystemConfig {
    const config = this.config;
    if (block.number == config.genesisL2.number) return config.genesisSystemConfig.copy();
    const info = decodeL1Info(config, block.time, block.firstTransaction);
    const header = decodeHeader(block.header);
    const settings = new SystemConfig();
    settings.batcherAddress = info.batcherAddress;
    settings.overhead = info.overhead;
    settings.scalar = info.scalar;
    settings.gasLimit = header.gasLimit;
    // The gas for the upgrade transactions is no setting of the chain's; chains that have kept it say so.
    if (!config.keepKarstUpgradeGas && config.activatesAt(Fork.Karst, block.time)) {
      settings.gasLimit -= KARST_UPGRADE_GAS;
    }
    settings.operatorFeeScalar = info.operatorFeeScalar;
    settings.operatorFeeConstant = info.operatorFeeConstant;
    settings.daFootprintGasScalar = info.daFootprintGasScalar;
    // The header's extra data: version, denominator, elasticity; since Jovian the minimum base fee behind them.
    const extra = header.extraData;
    if (config.isActive(Fork.Jovian, block.time)) {
      expectExtra(extra, 1, 17);
      settings.minBaseFee = extra.u64At(9);
    } else if (config.isActive(Fork.Holocene, block.time)) {
      expectExtra(extra, 0, 9);
    }
    if (config.isActive(Fork.Holocene, block.time)) settings.eip1559Params = extra.u64At(1);
    return settings;
  }
}

/** Takes the transactions of a block that are no deposits. */
@final
class ContentsReader extends OrderedValues {
  constructor(private readonly contents: BlockContents) {
    super();
  }

  value(transaction: Bytes): void {
    if (transaction[0] != DEPOSIT_TYPE) this.contents.add(transaction);
  }
}

function expectExtra(extra: Bytes, version: u32, length: u32): void {
  if (extra.length != length || extra[0] != version || extra.u32At(1) == 0 || extra.u32At(5) == 0) {
    throw new Error('an L2 block whose header has extra data of another form than its fork');
  }
}

/**
 * Makes a block of its 32-byte hash, its encoded and decoded header and its first transaction. It keeps all but the decoded
 * header, and is in the current region, which must be PERSISTENT. A genesis block other than the configuration's ends the
 * program.
 */
export function l2Block(config: RollupConfig, hash: usize, encoded: Bytes, header: Header, first: Bytes): L2Block {
  const block = new L2Block();
  block.hash = hash;
  block.parentHash = bytesAt(header.parentHash, 32).ptr;
  block.number = header.number;
  block.time = header.time;
  block.header = encoded;
  block.firstTransaction = first;
  if (header.number == config.genesisL2.number) {
    if (!equal32(hash, config.genesisL2.hash))
      throw new Error("the L2 genesis block is not the configuration's: wrong chain");
    block.originHash = config.genesisL1.hash;
    block.originNumber = config.genesisL1.number;
    return block;
  }
  if (header.number < config.genesisL2.number) throw new Error('an L2 block from before the genesis of its chain');
  const info = decodeL1Info(config, header.time, first);
  block.originHash = info.hash;
  block.originNumber = info.number;
  block.sequenceNumber = info.sequenceNumber;
  return block;
}
