// A small L1 chain with a batcher, for one rule of derivation at a time: every hash is known before anything is sent.
import {
  addressOf, batcherData, channelData, concat, dynamicFeeTransaction, encodeTransaction, fixed, frame, hashOf, l1Header, l2Header,
  orderedTrie, singularBatch, spanBatch, type Compression, type FrameFields, type L2Transaction, type SingularFields, type SpanFields,
} from './encoding.js'; // prettier-ignore
import { fromHex, instantiate, toHex, utf8 } from './module.js';

/** The forks in their order. */
export const FORKS = [
  'bedrock', 'regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst',
] as const; // prettier-ignore
export type Fork = (typeof FORKS)[number];

export const GENESIS_TIME = 1_700_000_000;
const BLOCK_TIME = 2;
const L1_BLOCK_TIME = 12;
export const CHAIN_ID = 901;
const L1_CHAIN_ID = 900;
const GAS_LIMIT = 30_000_000;
const inbox = fixed(0xbb, 20);
const batcher = fixed(0x1234567890, 32);

export interface SmallChainOptions {
  /** The newest fork in force. */
  fork: Fork;
  /** L2 time at which it comes into force, the others at genesis; at genesis where absent. */
  activation?: number;
  /** More of the rollup configuration. */
  config?: object;
}

/** What the batcher sends: data by number of the L1 block. Blocks 0 and 1 are the L2 blocks' origins and stay empty. */
export type Sent = { at: number; data: Uint8Array }[];

/** An L2 block that derivation made. */
export interface DerivedBlock {
  number: number;
  gasLimit: number;
  transactions: string[];
}

export class SmallChain {
  readonly fork: Fork;
  readonly #options: SmallChainOptions;
  readonly #origins: Uint8Array[] = [];
  readonly #blocks: Uint8Array[];
  readonly #times: Record<string, number>;

  constructor(options: SmallChainOptions) {
    this.#options = options;
    this.fork = options.fork;
    const newest = FORKS.indexOf(options.fork);
    this.#times = Object.fromEntries(
      FORKS.slice(1, newest + 1).map((name) => [
        `${name}_time`,
        name === options.fork && options.activation !== undefined ? options.activation : 0,
      ]),
    );
    this.#blocks = [hashOf(this.#l2Header(0, new Uint8Array(32)))];
    for (let n = 1; n < 40; n++) this.#blocks.push(hashOf(this.#l2Header(n, this.hash(n - 1))));
    for (const number of [0, 1]) this.#origins.push(hashOf(this.#l1(number, [], this.#origins[number - 1]).header));
  }

  /** Whether the rules of `fork` are in force at genesis. */
  has(fork: Fork): boolean {
    return FORKS.indexOf(fork) <= FORKS.indexOf(this.fork);
  }

  time(block: number): number {
    return GENESIS_TIME + BLOCK_TIME * block;
  }

  /** The L1 origin that a block has if it takes each as soon as it may. */
  epoch(block: number): number {
    return Math.floor((BLOCK_TIME * block) / L1_BLOCK_TIME);
  }

  originHash(number: number): Uint8Array {
    return this.#origins[number] ?? fixed(number, 32);
  }

  /** A block's hash, which depends on no transactions. */
  hash(block: number): Uint8Array {
    const hash = this.#blocks[block];
    if (hash === undefined) throw new RangeError(`no block ${block}`);
    return hash;
  }

  /** A block's batch, with one transaction. */
  singular(block: number, change: Partial<SingularFields> = {}): Uint8Array {
    const epoch = change.epoch ?? this.epoch(block);
    return singularBatch({
      parentHash: this.hash(block - 1),
      epoch,
      epochHash: this.originHash(epoch),
      timestamp: this.time(block),
      transactions: [encodeTransaction(transaction(block), CHAIN_ID)],
      ...change,
    });
  }

  /** The blocks' batch, with one transaction each. */
  span(from: number, to: number, change: Partial<SpanFields> = {}): Uint8Array {
    const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    return spanBatch({
      relativeTime: BLOCK_TIME * from,
      parentHash: this.hash(from - 1),
      lastOriginHash: this.originHash(this.epoch(to)),
      firstAdvances: this.epoch(from) !== this.epoch(from - 1),
      blocks: numbers.map((n) => ({ epoch: this.epoch(n), transactions: [transaction(n)] })),
      ...change,
    });
  }

  /** The frames of a channel of batches, `pieces` of about the same length. */
  channel(id: number, batches: Uint8Array[], pieces = 1, compression: Compression = 'stored zlib'): FrameFields[] {
    const data = channelData(batches, compression);
    const size = Math.ceil(data.length / pieces);
    return Array.from({ length: pieces }, (_, number) => ({
      channel: fixed(id, 16),
      number,
      data: data.slice(number * size, (number + 1) * size),
      isLast: number === pieces - 1,
    }));
  }

  /** What derivation makes of it on an L1 chain of `length` blocks. */
  derive(sent: Sent, length: number): DerivedBlock[] {
    const values = new Map<string, Uint8Array>();
    const put = (hash: Uint8Array, value: Uint8Array): void => void values.set(`02${toHex(hash).slice(4)}`, value);
    let head: Uint8Array | undefined;
    let nonce = 0;
    for (let number = 0; number < length; number++) {
      const transactions = sent
        .filter(({ at }) => at === number)
        .map(({ data }) => dynamicFeeTransaction(batcher, L1_CHAIN_ID, nonce++, inbox, data));
      const { header, nodes } = this.#l1(number, transactions, head);
      for (const [hash, node] of nodes) put(hash, node);
      head = hashOf(header);
      put(head, header);
    }
    put(this.hash(0), this.#l2Header(0, new Uint8Array(32)));
    const module = instantiate((key) => values.get(key));
    type Entry = DerivedBlock & { kind: string; failure?: string };
    const entries = module.ask<Entry[]>(
      'run',
      utf8(JSON.stringify(this.#config())),
      module.call('place', head ?? new Uint8Array(32)) as number,
      module.call('place', this.hash(0)) as number,
      1000n,
      0,
      0,
    );
    const failure = entries.at(-1)?.failure;
    if (failure !== undefined) throw new Error(failure);
    return entries
      .filter(({ kind }) => kind === 'attributes')
      .map(({ number, gasLimit, transactions }) => ({
        number: Number(number),
        gasLimit: Number(gasLimit),
        transactions: transactions.filter((encoded) => !encoded.startsWith('0x7e')),
      }));
  }

  #l1(number: number, transactions: Uint8Array[], parent: Uint8Array = new Uint8Array(32)) {
    const receipt = concat([2], fromHex(EMPTY_RECEIPT));
    const transactionTrie = orderedTrie(transactions);
    const receiptTrie = orderedTrie(transactions.map(() => receipt));
    const header = l1Header({
      parent,
      number,
      time: GENESIS_TIME + L1_BLOCK_TIME * number,
      transactionsRoot: transactionTrie.root,
      receiptsRoot: receiptTrie.root,
      baseFee: 7n,
      excessBlobGas: 0n,
      isPrague: false,
    });
    return { header, nodes: [...transactionTrie.nodes, ...receiptTrie.nodes] };
  }

  #l2Header(block: number, parent: Uint8Array): Uint8Array {
    const time = this.time(block);
    const active = (fork: Fork): boolean => (this.#times[`${fork}_time`] ?? Infinity) <= time;
    const parameters = [0, 0, 0, 250, 0, 0, 0, 6];
    const extra = active('jovian')
      ? [1, ...parameters, ...new Uint8Array(8)]
      : active('holocene')
        ? [0, ...parameters]
        : [];
    return l2Header(parent, block, time, this.gasLimit(block), Uint8Array.from(extra));
  }

  /** A block's gas limit: Karst's first block has the gas of its upgrade transactions on top. */
  gasLimit(block: number): number {
    const { activation, config } = this.#options;
    if (this.fork !== 'karst' || activation === undefined || this.time(block) < activation) return GAS_LIMIT;
    const isFirst = this.time(block) - BLOCK_TIME < activation;
    const keeps = (config as { keep_karst_upgrade_gas?: boolean } | undefined)?.keep_karst_upgrade_gas === true;
    return isFirst || keeps ? GAS_LIMIT + 55_370_657 : GAS_LIMIT;
  }

  #config(): object {
    return {
      genesis: {
        l1: { hash: toHex(this.originHash(0)), number: 0 },
        l2: { hash: toHex(this.hash(0)), number: 0 },
        l2_time: GENESIS_TIME,
        system_config: {
          batcherAddr: toHex(addressOf(batcher)),
          overhead: toHex(fixed(2100, 32)),
          scalar: toHex(fixed(1_000_000, 32)),
          gasLimit: GAS_LIMIT,
        },
      },
      block_time: BLOCK_TIME,
      max_sequencer_drift: 600,
      seq_window_size: 100,
      channel_timeout: 5,
      l1_chain_id: L1_CHAIN_ID,
      l2_chain_id: CHAIN_ID,
      ...this.#times,
      batch_inbox_address: toHex(inbox),
      deposit_contract_address: toHex(fixed(0xde, 20)),
      l1_system_config_address: toHex(fixed(0x5c, 20)),
      ...this.#options.config,
    };
  }
}

/** Status, gas used, bloom and no logs, as RLP. */
const EMPTY_RECEIPT = `f9010801825208b90100${'00'.repeat(256)}c0`;

/** The transaction that block `number` has in its batch. */
export function transaction(number: number, change: Partial<L2Transaction> = {}): L2Transaction {
  return {
    type: 2,
    nonce: number,
    gas: 21_000,
    to: fixed(0x42, 20),
    value: 1n,
    data: new Uint8Array(0),
    v: 0,
    r: 1n,
    s: 2n,
    isProtected: true,
    ...change,
  };
}

/** Frames as one transaction of the batcher. */
export const send = (at: number, ...frames: FrameFields[]): Sent => [{ at, data: batcherData(...frames.map(frame)) }];
