// What random chains are made of: numbers, L1 blocks, receipts, transactions, configurations. The same seed gives the same chain
// on every machine.
import { RLP } from '@ethereumjs/rlp';
import { addressOf, concat, fixed, hashOf, integer, l1Header, orderedTrie, type L2Transaction } from './encoding.js';
import { RandomNumbers } from '../random-numbers.js';
import { toHex, utf8 } from './module.js';

export interface L1Source {
  header: Uint8Array;
  hash: Uint8Array;
  transactions: Uint8Array[];
  receipts: Uint8Array[];
}

export interface Scenario {
  name: string;
  config: object;
  l1: L1Source[];
  target: number;
  /** Extra data of the L2 block of a time. */
  extraAt: (time: number) => Uint8Array;
  /** Where a second run starts that follows one from genesis: at this many eighths of the first one's blocks. */
  startEighths: number;
  /** When Prague comes into force on L1. */
  prague: number | null;
  /** Trie nodes by hash. */
  nodes: [Uint8Array, Uint8Array][];
}

export const forks = [
  'regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst',
] as const; // prettier-ignore

export const genesisTime = 1_700_000_000;
export const chainId = 901;
export const l1ChainId = 900;
export const inbox = fixed(0xbb, 20);
export const portal = fixed(0xde, 20);
const settings = fixed(0x5c, 20);
export const batcher = fixed(0x1234567890, 32);
export const stranger = fixed(0x99887766, 32);
export const gasLimit = 30_000_000;

/** Numbers, and how often things go wrong. */
export class Random extends RandomNumbers {
  /** From 0 to 1. */
  private readonly wildness: number;
  constructor(seed: number) {
    super(seed);
    this.wildness = this.pick([0, 0.1, 0.3, 0.3, 1]);
  }
  /** Like `chance`, for things that go wrong. */
  odd(p: number): boolean {
    return this.next() < p * this.wildness;
  }
}

const EXTRA = Uint8Array.from([0, 0, 0, 0, 250, 0, 0, 0, 6]);
const JOVIAN_EXTRA = Uint8Array.from([1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]);

/** Extra data of the L2 block of a time, by the times of the forks. */
export function extraOf(times: ForkTimes, time: number): Uint8Array {
  if (time < (times[forks.indexOf('holocene')] ?? Infinity)) return new Uint8Array(0);
  return time < (times[forks.indexOf('jovian')] ?? Infinity) ? EXTRA : JOVIAN_EXTRA;
}

/** Times by the order of `forks`; null for those that never come. */
export type ForkTimes = readonly (number | null)[];

/** Adds the next L1 block to `l1`, and the nodes of its tries to `nodes`. */
export function sealBlock(
  l1: L1Source[],
  nodes: [Uint8Array, Uint8Array][],
  block: {
    time: number;
    transactions: Uint8Array[];
    receipts: Uint8Array[];
    baseFee: bigint;
    excessBlobGas: bigint;
    isPrague: boolean;
  },
): void {
  const { transactions, receipts, ...fields } = block;
  const transactionTrie = orderedTrie(transactions);
  const receiptTrie = orderedTrie(receipts);
  nodes.push(...transactionTrie.nodes, ...receiptTrie.nodes);
  const header = l1Header({
    parent: l1.at(-1)?.hash ?? new Uint8Array(32),
    number: l1.length,
    transactionsRoot: transactionTrie.root,
    receiptsRoot: receiptTrie.root,
    ...fields,
  });
  l1.push({ header, hash: hashOf(header), transactions, receipts });
}

export function rollupConfig(fields: {
  l1Genesis: Uint8Array;
  l2Genesis: Uint8Array;
  times: ForkTimes;
  blockTime: number;
  drift: number;
  window: number;
  timeout: number;
  others?: object;
}): object {
  const time = (fork: (typeof forks)[number]): object => {
    const value = fields.times[forks.indexOf(fork)];
    return value === null || value === undefined ? {} : { [`${fork}_time`]: value };
  };
  return {
    genesis: {
      l1: { hash: toHex(fields.l1Genesis), number: 0 },
      l2: { hash: toHex(fields.l2Genesis), number: 0 },
      l2_time: genesisTime,
      system_config: {
        batcherAddr: toHex(addressOf(batcher)),
        overhead: toHex(fixed(2100, 32)),
        scalar: toHex(fixed(1_000_000, 32)),
        gasLimit,
      },
    },
    block_time: fields.blockTime,
    max_sequencer_drift: fields.drift,
    seq_window_size: fields.window,
    channel_timeout: fields.timeout,
    l1_chain_id: l1ChainId,
    l2_chain_id: chainId,
    ...Object.assign({}, ...forks.map(time)),
    ...fields.others,
    batch_inbox_address: toHex(inbox),
    deposit_contract_address: toHex(portal),
    l1_system_config_address: toHex(settings),
    protocol_versions_address: toHex(fixed(0, 20)),
  };
}

export function l2Transaction(random: Random): L2Transaction {
  const type = random.odd(0.03) ? 4 : random.int(0, 2);
  return {
    type,
    nonce: random.int(0, 300),
    gas: random.int(21_000, 10_000_000),
    to: type !== 4 && random.chance(0.2) ? null : random.bytes(20),
    value: BigInt(random.int(0, 2 ** 32)) * (random.chance(0.2) ? 2n ** 200n : 1n),
    data: random.bytes(random.pick([0, 1, 4, 60])),
    v: random.int(0, 1),
    r: BigInt(toHex(random.bytes(32))),
    // The test's execution refuses transactions that end with deadbeef.
    s: random.odd(0.02) ? 0xdeadbeefn : BigInt(toHex(random.bytes(20))),
    isProtected: random.chance(0.7),
  };
}

export const emptyReceipt = concat([2], RLP.encode([Uint8Array.of(1), integer(21000), new Uint8Array(256), []]));
const depositTopic = hashOf(utf8('TransactionDeposited(address,address,uint256,bytes)'));
const updateTopic = hashOf(utf8('ConfigUpdate(uint256,uint8,bytes)'));

export function receiptWithLogs(random: Random): Uint8Array {
  const logs = Array.from({ length: random.int(1, 3) }, () =>
    random.chance(0.7) ? depositLog(random) : updateLog(random),
  );
  const status = random.chance(0.9) ? Uint8Array.of(1) : new Uint8Array(0);
  return concat([2], RLP.encode([status, integer(50000), new Uint8Array(256), logs]));
}

function depositLog(random: Random): [Uint8Array, Uint8Array[], Uint8Array] {
  const opaque = concat(
    fixed(random.chance(0.5) ? 0 : random.int(1, 2 ** 32), 32),
    fixed(random.int(0, 2 ** 32), 32),
    fixed(random.int(21_000, 2 ** 32), 8),
    [random.int(0, 1)],
    random.bytes(random.int(0, 70)),
  );
  const padded = concat(opaque, new Uint8Array((32 - (opaque.length % 32)) % 32));
  const topics = [
    depositTopic,
    concat(new Uint8Array(12), random.bytes(20)),
    concat(new Uint8Array(12), random.bytes(20)),
    fixed(0, 32),
  ];
  const address = random.chance(0.9) ? portal : inbox;
  return [address, topics, concat(fixed(32, 32), fixed(opaque.length, 32), padded)];
}

function updateLog(random: Random): [Uint8Array, Uint8Array[], Uint8Array] {
  // What the header shows (gas limit, EIP-1559 parameters, minimum base fee) stays, for the hashes of the planned blocks depend on it.
  const kind = random.pick([1, 1, 1, 3, 5, 5, 7, 9]);
  const scalar = random.pick([
    fixed(random.int(1, 2 ** 31), 32),
    concat([1], new Uint8Array(23), random.bytes(8)),
    concat([1], random.bytes(31)),
    concat([0], random.bytes(31)),
    concat([2], random.bytes(31)),
  ]);
  const body =
    kind === 1
      ? concat(fixed(32, 32), fixed(64, 32), fixed(random.int(0, 5000), 32), scalar)
      : concat(fixed(32, 32), fixed(32, 32), fixed(random.int(0, kind === 7 ? 70_000 : 2 ** 31), 32));
  return [
    settings,
    [updateTopic, fixed(random.chance(0.95) ? 0 : 1, 32), fixed(kind, 32)],
    random.chance(0.95) ? body : body.slice(0, -1),
  ];
}
