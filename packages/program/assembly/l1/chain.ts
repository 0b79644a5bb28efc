// The L1 chain below a given head, read from the oracle: headers, transactions, events.
import { Bytes, equal32 } from '../bytes';
import { RollupConfig } from '../config/rollup';
import { info } from '../log';
import { mark, release, useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';
import { readOrderedTrie } from '../trie/ordered';
import { L1Block, l1Block, L1Events } from './block';
import { decodeDeposit } from './deposit';
import { CONFIG_UPDATE, TRANSACTION_DEPOSITED } from './events';
import { decodeL1Header } from './header';
import { findLogs, Log, LogFilter } from './receipt';


@final
export class L1Chain {
  readonly head: L1Block;
  /** Blocks from the head downwards, as far as they were asked for. */
  private readonly blocks: Array<L1Block> = new Array<L1Block>(0);

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

  /**
   * The block's encoded transactions in the current region, which must be SCRATCH: there are many, and few are kept.
   */
  transactions(block: L1Block): Array<Bytes> {
    hint('l1-transactions', block.hash, 32);
    return readOrderedTrie(block.transactionsRoot);
  }

  /** The block's events, read once from its receipts. */
  events(block: L1Block): L1Events {
    const known = block.events;
    if (known !== null) return known;
    const before = useScratch(false);
    const events = new L1Events();
    useScratch(true);
    const start = mark();
    hint('l1-receipts', block.hash, 32);
    const logs = findLogs(
      readOrderedTrie(block.receiptsRoot),
      new LogFilter(this.config.depositContract, TRANSACTION_DEPOSITED),
      new LogFilter(this.config.systemConfigContract, CONFIG_UPDATE),
    );
    useScratch(false);
    for (let i = 0; i < logs.length; i++) keep(logs[i], block, events);
    useScratch(true);
    release(start);
    useScratch(before);
    block.events = events;
    return events;
  }
}

/** Copies what a log says into `events`. */
function keep(log: Log, block: L1Block, events: L1Events): void {
  if (equal32(log.topic(0), CONFIG_UPDATE)) {
    events.configUpdates.push(log.copy());
    return;
  }
  const deposit = decodeDeposit(log, block.hash);
  if (deposit.problem === null) events.deposits.push(deposit.transaction);
  else if (events.depositProblem === null) events.depositProblem = deposit.problem;
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
