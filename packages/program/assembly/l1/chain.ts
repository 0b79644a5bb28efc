// The L1 chain below a given head, read from the oracle: headers, transactions, events.
import { decodeL1Header } from '../block-header';
import { Bytes, equal32 } from '../bytes';
import { RollupConfig } from '../config/rollup';
import { info } from '../log';
import { mark, release, useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';
import { OrderedValues, orderedValue, readOrderedTrie } from '../trie/ordered';
import { L1Block, l1Block, L1Events } from './block';
import { decodeDeposit } from './deposit';
import { CONFIG_UPDATE, TRANSACTION_DEPOSITED } from './events';
import { findLogs, Log, LogFilter } from './receipt';

/** Bytes of events, of all L1 blocks together, from which on they are not kept until their turn comes. */
// @ts-ignore: decorator
@inline
const MOST_EVENTS: u64 = 32 << 20;


@final
export class L1Chain {
  readonly head: L1Block;
  /** Blocks from the head downwards, as far as they were asked for. */
  private readonly blocks: Array<L1Block> = new Array<L1Block>(0);
  /** Blocks whose events were read, and the bytes of those that are kept. */
  private readonly withEvents: Array<L1Block> = new Array<L1Block>(0);
  private kept: u64 = 0;

  /** The chain that ends with the block whose 32-byte hash is at `headHash`. */
  constructor(
    private readonly config: RollupConfig,
    headHash: usize,
  ) {
    this.head = fetchBlock(headHash);
    this.blocks.push(this.head);
    info('L1 head loaded').hash('hash', this.head.hash).number('number', this.head.number).end();
  }

  /** The block of that number, or null where the head is below it. Walks back through the parents. */
  byNumber(number: u64): L1Block | null {
    if (number > this.head.number) return null;
    const distance = this.head.number - number;
    while (<u64>this.blocks.length <= distance) {
      const child = this.blocks[this.blocks.length - 1];
      const parent = fetchBlock(child.parentHash);
      if (parent.number + 1 != child.number)
        throw new Error('an L1 block whose parent has another number than one less');
      this.blocks.push(parent);
    }
    return this.blocks[<i32>distance];
  }

  /** The block of that number with the 32-byte hash at `hash`, which need not be an ancestor of the head. */
  find(number: u64, hash: usize): L1Block {
    const block = this.byNumber(number);
    return block !== null && equal32(block.hash, hash) ? block : fetchBlock(hash);
  }

  /** Gives `reader` the block's encoded transactions. SCRATCH must be current. */
  transactions(block: L1Block, reader: OrderedValues): void {
    hint('l1-transactions', block.hash, 32);
    readOrderedTrie(block.transactionsRoot, reader);
  }

  /** One of these, by its number. SCRATCH must be current. */
  transaction(block: L1Block, index: u32): Bytes {
    hint('l1-transactions', block.hash, 32);
    return orderedValue(block.transactionsRoot, index);
  }

  /** The block's events, read from its receipts where they aren't known. */
  events(block: L1Block): L1Events {
    const known = block.events;
    if (known !== null) return known;
    const before = useScratch(false);
    const events = new L1Events();
    block.events = events;
    this.withEvents.push(block);
    useScratch(true);
    const start = mark();
    hint('l1-receipts', block.hash, 32);
    readOrderedTrie(block.receiptsRoot, new EventReader(this.config, block, events));
    release(start);
    useScratch(before);
    this.kept += events.size;
    return events;
  }

  /** Gives up the events of `block` where all that are kept take much: they are read again when they are needed. */
  settleEvents(block: L1Block): void {
    if (this.kept > MOST_EVENTS) this.drop(block);
  }

  /** Gives up the events of the blocks up to the one of that number. */
  forgetEvents(number: u64): void {
    const blocks = this.withEvents;
    while (blocks.length > 0 && blocks[0].number <= number) this.drop(blocks.shift());
  }

  private drop(block: L1Block): void {
    const events = block.events;
    if (events === null) return;
    this.kept -= events.size;
    events.deposits.free();
    events.configUpdates.free();
    block.events = null;
  }
}

/** Reads a block's events from its receipts. */
@final
class EventReader extends OrderedValues {
  private readonly deposits: LogFilter;
  private readonly updates: LogFilter;
  private index: u64 = 0;

  constructor(
    config: RollupConfig,
    private readonly block: L1Block,
    private readonly events: L1Events,
  ) {
    super();
    this.deposits = new LogFilter(config.depositContract, TRANSACTION_DEPOSITED);
    this.updates = new LogFilter(config.systemConfigContract, CONFIG_UPDATE);
  }

  value(receipt: Bytes): void {
    const logs = new Array<Log>();
    this.index = findLogs(receipt, this.index, this.deposits, this.updates, logs);
    for (let i = 0; i < logs.length; i++) {
      const start = mark();
      keep(logs[i], this.block, this.events);
      release(start);
    }
  }
}

// @ts-ignore: decorator
@lazy const LENGTH: usize = memory.data(4, 8);

/** Copies what a log says into `events`. In SCRATCH. */
function keep(log: Log, block: L1Block, events: L1Events): void {
  if (equal32(log.topic(0), CONFIG_UPDATE)) {
    log.store(events.configUpdates);
    return;
  }
  const deposit = decodeDeposit(log, block.hash);
  const problem = deposit.problem;
  if (problem !== null) {
    if (events.depositProblem === null) events.depositProblem = problem;
    return;
  }
  const transaction = deposit.transaction;
  store<u32>(LENGTH, transaction.length);
  events.deposits.append(LENGTH, 4);
  events.deposits.append(transaction.ptr, transaction.length);
}

/** Reads a header from the oracle; what is kept of it lands in PERSISTENT. */
function fetchBlock(hash: usize): L1Block {
  const before = useScratch(true);
  const start = mark();
  hint('l1-block-header', hash, 32);
  const header = decodeL1Header(preimage(KeyType.Keccak256, hash));
  useScratch(false);
  const block = l1Block(hash, header);
  useScratch(true);
  release(start);
  useScratch(before);
  return block;
}
