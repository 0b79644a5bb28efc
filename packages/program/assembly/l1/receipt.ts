// Receipts of L1 blocks, read for the logs of two contracts (EIP-2718 envelopes, EIP-658 status).
import { Rope } from '../block-store';
import { Bytes, equal32 } from '../bytes';
import { mark, release } from '../memory';
import { RlpReader } from '../rlp';
import { TransactionType } from './transaction';

/** A log whose contract and first topic were asked for. Addresses point into the receipt. */
@final
export class Log {
  constructor(
    /** 20 bytes. */
    public readonly address: usize,
    private readonly topics: usize,
    public readonly topicCount: u32,
    public readonly data: Bytes,
    /** Index of the log among all logs of the block. */
    public readonly index: u64,
  ) {}

  /** Address of the 32 bytes of topic `i`. */
  topic(i: u32): usize {
    if (i >= this.topicCount) throw new RangeError('a topic out of range');
    return this.topics + 33 * i + 1;
  }

  /** Appends its topics and data to `rope`. */
  store(rope: Rope): void {
    store<u32>(LENGTHS, this.topicCount);
    store<u32>(LENGTHS, this.data.length, 4);
    rope.append(LENGTHS, 8);
    rope.append(this.topics, 33 * this.topicCount);
    rope.append(this.data.ptr, this.data.length);
  }
}

// @ts-ignore: decorator
@lazy const LENGTHS: usize = memory.data(8, 8);

/** The log whose topics and data were stored and are now at `at`; the address behind them is that of the data's end. */
export function storedLog(at: usize): Log {
  const topicCount = load<u32>(at);
  const topics = at + 8;
  return new Log(0, topics, topicCount, new Bytes(topics + 33 * topicCount, load<u32>(at, 4)), 0);
}

/** What to look for: logs of the contract at `address` (20 bytes) whose first topic is the 32 bytes at `topic`. */
@final
export class LogFilter {
  constructor(
    public readonly address: usize,
    public readonly topic: usize,
  ) {}
}

/**
 * Appends the logs that match one of two filters to `found`, in order, from an encoded receipt; none where it does not
 * report success. Its first log has the number `index` in its block; returns the number behind its last one. All is in the
 * current region, which must be SCRATCH; the logs share the receipt's memory. A malformed receipt ends the program: L1's
 * consensus does not let one through. Receipts of unknown types may go on after the logs, as deposits' do on an L1 that is an
 * OP chain.
 */
export function findLogs(receipt: Bytes, index: u64, a: LogFilter, b: LogFilter, found: Array<Log>): u64 {
  const typed = receipt.length > 0 && receipt[0] < 0x80;
  const outer = new RlpReader(typed ? receipt.after(1) : receipt);
  const fields = outer.list();
  const status = fields.bytes();
  fields.u64(); // cumulative gas used
  fields.fixed(256); // bloom
  const logs = fields.list();
  // Before EIP-658 the status is a state root; such receipts don't count as successful.
  const success = status.length == 1 && status[0] == 1;
  while (!logs.atEnd && !logs.failed) {
    const start = mark();
    const match = readLog(logs, success, index, a, b);
    if (match === null) release(start);
    else found.push(match);
    index += 1;
  }
  while (typed && receipt[0] > <u32>TransactionType.SetCode && !fields.atEnd && !fields.failed) fields.raw();
  if (!logs.complete || !fields.complete || !outer.complete) throw new Error('a malformed L1 receipt');
  return index;
}

/** Reads the next log; returns it where it matches and counts. */
function readLog(logs: RlpReader, success: bool, index: u64, a: LogFilter, b: LogFilter): Log | null {
  const log = logs.list();
  const address = log.fixed(20);
  const topics = log.raw();
  const data = log.bytes();
  if (!log.complete) logs.failed = true;
  if (!success || logs.failed) return null;
  const count = topicsOf(topics);
  if (count == 0 || !(matches(a, address, topics) || matches(b, address, topics))) return null;
  return new Log(address, topics.ptr + topics.length - 33 * count, count, data, index);
}

/** Number of 32-byte strings in the list `topics` (with its header). */
function topicsOf(topics: Bytes): u32 {
  const outer = new RlpReader(topics);
  const list = outer.list();
  let count: u32 = 0;
  while (!list.atEnd && !list.failed) {
    list.fixed(32);
    count += 1;
  }
  if (!list.complete || !outer.complete || count > 4) throw new Error('malformed topics in an L1 receipt');
  return count;
}

/** Whether a log with at least one topic matches. With up to four topics, the list's header has one or two bytes. */
function matches(filter: LogFilter, address: usize, topics: Bytes): bool {
  const header: u32 = topics.length > 56 ? 2 : 1;
  return memory.compare(filter.address, address, 20) == 0 && equal32(filter.topic, topics.ptr + header + 1);
}
