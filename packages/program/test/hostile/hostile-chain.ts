// An L1 chain of an attacker's making, and derivation from it with what it costs: for data that the protocol allows and
// nobody would post but to stop the program.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, deflateSync } from 'node:zlib';
import { RLP } from '@ethereumjs/rlp';
import {
  addressOf, batcherData, concat, dynamicFeeTransaction, fixed, frame, hashOf, integer, l1Header, l2Header, orderedTrie, varint,
  type Item,
} from '../derivation/encoding.js'; // prettier-ignore
import { toHex, utf8 } from '../derivation/module.js';
import { blobTransaction, blobValues, encodeBlob } from './hostile-blobs.js';
import type { Limits } from '../derivation/scenario-run.js';

export const forks = [
  'regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst',
] as const; // prettier-ignore
export type ForkName = (typeof forks)[number];

export const genesisTime = 1_700_000_000;
export const inbox = fixed(0xbb, 20);
export const portal = fixed(0xde, 20);
export const settings = fixed(0x5c, 20);
export const batcher = fixed(0x1234567890, 32);
const l1ChainId = 900;

/** The MiB that a run took, its seconds, and what it came to. */
export interface HostileOutcome {
  /** Number of the last safe block; null where derivation failed. */
  safeHead: number | null;
  failure: string;
  /** Short for all blocks that were built. */
  digest: string;
  /** Most MiB of the client's memory that were taken at a time, as far as the regions know, and of them in the near part. */
  mebibytes: number;
  nearMebibytes: number;
  /** MiB of blocks (block-store.ts) that were still held at the end. */
  heldMebibytes: number;
  seconds: number;
  /** Bytes of pre-images that were read. */
  read: number;
  /** Bytes of the log. */
  logged: number;
  /** Digest of its log. */
  logDigest: string;
}

const compiled = new WebAssembly.Module(readFileSync(new URL('../../test-derivation.wasm', import.meta.url)));

const emptyReceipt = concat([2], RLP.encode([Uint8Array.of(1), integer(21000), new Uint8Array(256), []]));
type Trie = ReturnType<typeof orderedTrie>;

/** L1's configuration, which chains since Jovian ask for: Cancun from the start. */
const l1ChainConfig = {
  chainId: l1ChainId,
  cancunTime: 0,
  blobSchedule: { cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477 } },
};

export interface ChainOptions {
  fork: ForkName;
  /** A later fork that is in force from a time on, and with it those in between. */
  upgrade?: { readonly fork: ForkName; readonly time: number };
  /** L1 blocks for which a batch may wait; 3,600 on the chains of today. */
  window?: number;
  channelTimeout?: number;
  /** Seconds of an L2 block. */
  blockTime?: number;
  gasLimit?: number;
  /** Number and header of the L2 block that the chain begins with; else an empty one of number 0. */
  genesis?: { readonly number: number; readonly header: Uint8Array };
}

export class HostileChain {
  readonly genesisHash: Uint8Array;
  readonly l1: Uint8Array[] = [];
  private readonly values = new Map<string, Uint8Array>();
  private readonly options: Required<Omit<ChainOptions, 'genesis' | 'upgrade'>>;
  private readonly genesisNumber: number;
  private readonly upgrade: ChainOptions['upgrade'];
  private nonce = 0;
  private channels = 0;
  private blobs = 0;

  constructor(options: ChainOptions) {
    this.options = { window: 3600, channelTimeout: 300, blockTime: 2, gasLimit: 30_000_000, ...options };
    this.genesisNumber = options.genesis?.number ?? 0;
    this.upgrade = options.upgrade;
    const genesis =
      options.genesis?.header ??
      l2Header(new Uint8Array(32), 0, genesisTime, this.options.gasLimit, this.extraAt(genesisTime));
    this.genesisHash = hashOf(genesis);
    this.put(this.genesisHash, genesis);
    this.values.set(`01${'09'.padStart(62, '0')}`, utf8(JSON.stringify(l1ChainConfig)));
    this.seal([]);
  }

  /** Whether a fork is in force. */
  has(fork: ForkName): boolean {
    return forks.indexOf(this.options.fork) >= forks.indexOf(fork);
  }

  /** Extra data of the L2 block of a time. */
  extraAt(_time: number): Uint8Array {
    if (this.has('jovian')) return Uint8Array.from([1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]);
    return this.has('holocene') ? Uint8Array.from([0, 0, 0, 0, 250, 0, 0, 0, 6]) : new Uint8Array(0);
  }

  private put(hash: Uint8Array, value: Uint8Array): void {
    this.values.set(`02${toHex(hash).slice(4)}`, value);
  }

  /** A transaction of the batcher's with that data. */
  transaction(data: Uint8Array, to: Uint8Array = inbox): Uint8Array {
    return dynamicFeeTransaction(batcher, l1ChainId, this.nonce++, to, data);
  }

  /** The versioned hash of a new blob with that data. */
  blob(data: Uint8Array): Uint8Array {
    return this.rawBlob(encodeBlob(data));
  }

  /** The same of a blob that may be none of a batcher's. */
  rawBlob(blob: Uint8Array): Uint8Array {
    const { hash, values } = blobValues(blob, ++this.blobs);
    for (const [key, value] of values) this.values.set(key, value);
    return hash;
  }

  /** A transaction of the batcher's with blobs by their versioned hashes. */
  blobTransaction(hashes: Uint8Array[]): Uint8Array {
    return blobTransaction(batcher, l1ChainId, this.nonce++, inbox, hashes);
  }

  /** Seals the next L1 block. */
  seal(transactions: Uint8Array[], receipts: Uint8Array[] = transactions.map(() => emptyReceipt)): void {
    this.sealTries(orderedTrie(transactions), orderedTrie(receipts));
  }

  /** The same with tries that are made already. */
  sealTries(transactions: Trie, receipts: Trie): void {
    for (const [hash, node] of [...transactions.nodes, ...receipts.nodes]) this.put(hash, node);
    const number = this.l1.length;
    const header = l1Header({
      parent: this.l1.at(-1) ?? new Uint8Array(32),
      number,
      time: genesisTime + number * 12,
      transactionsRoot: transactions.root,
      receiptsRoot: receipts.root,
      baseFee: 7n,
      excessBlobGas: 0n,
      isPrague: false,
    });
    const hash = hashOf(header);
    this.put(hash, header);
    this.l1.push(hash);
  }

  /** An id that no other channel has. */
  channelId(): Uint8Array {
    this.channels += 1;
    return fixed(this.channels, 16);
  }

  /** Posts a channel with that content in the next L1 block; returns how many bytes it takes compressed. */
  postChannel(content: Uint8Array): number {
    return this.postCompressed(this.has('fjord') ? brotli(content) : zlib(content));
  }

  /** Posts a channel with that data in the next L1 blocks, a transaction a frame and 16 MB a block. */
  postCompressed(data: Uint8Array): number {
    const channel = this.channelId();
    const transactions: Uint8Array[] = [];
    for (let at = 0, number = 0; at === 0 || at < data.length; at += 900_000, number++) {
      const part = data.subarray(at, at + 900_000);
      transactions.push(
        this.transaction(batcherData(frame({ channel, number, data: part, isLast: at + 900_000 >= data.length }))),
      );
    }
    for (let at = 0; at < transactions.length; at += 18) this.seal(transactions.slice(at, at + 18));
    return data.length;
  }

  /** What the chain's oracle has, by key. */
  get preimages(): ReadonlyMap<string, Uint8Array> {
    return this.values;
  }

  get config(): object {
    const { upgrade } = this;
    const last = forks.indexOf(upgrade?.fork ?? this.options.fork);
    const times = Object.fromEntries(
      forks.slice(0, last + 1).map((fork) => [`${fork}_time`, this.has(fork) ? 0 : (upgrade?.time ?? 0)]),
    );
    return {
      genesis: {
        l1: { hash: toHex(this.l1[0] ?? new Uint8Array(32)), number: 0 },
        l2: { hash: toHex(this.genesisHash), number: this.genesisNumber },
        l2_time: genesisTime,
        system_config: {
          batcherAddr: toHex(addressOf(batcher)),
          overhead: toHex(fixed(2100, 32)),
          scalar: toHex(fixed(1_000_000, 32)),
          gasLimit: this.options.gasLimit,
        },
      },
      block_time: this.options.blockTime,
      max_sequencer_drift: 600,
      seq_window_size: this.options.window,
      channel_timeout: this.options.channelTimeout,
      l1_chain_id: l1ChainId,
      l2_chain_id: 901,
      ...times,
      batch_inbox_address: toHex(inbox),
      deposit_contract_address: toHex(portal),
      l1_system_config_address: toHex(settings),
      protocol_versions_address: toHex(fixed(0, 20)),
    };
  }

  /**
   * Derives from genesis until `target` or the end of L1. Blocks with transactions are refused where `refuses` says so: then
   * their deposits are left. `limits` make derivation hold less in memory.
   */
  derive({
    target = 1_000_000,
    refuses = false,
    limits,
  }: { target?: number | undefined; refuses?: boolean; limits?: Limits | undefined } = {}): HostileOutcome {
    let selected: Uint8Array = new Uint8Array(0);
    let position = 0;
    let log = '';
    let logged = 0;
    let read = 0;
    const lines = createHash('sha256');
    const memory = (): ArrayBuffer => (instance.exports['memory'] as WebAssembly.Memory).buffer;
    const instance: WebAssembly.Instance = new WebAssembly.Instance(compiled, {
      env: {
        preimage_open: (key: number): bigint => {
          const hex = Buffer.from(memory(), key >>> 0, 32).toString('hex');
          const value = this.values.get(hex);
          if (value === undefined) throw new Error(`no pre-image for ${hex}`);
          selected = value;
          position = 0;
          return BigInt(value.length);
        },
        preimage_read: (at: number, length: number): void => {
          new Uint8Array(memory(), at >>> 0, length).set(selected.subarray(position, position + length));
          position += length;
          read += length;
        },
        hint: (): void => {},
        reading: (): void => {},
        write: (_fd: number, ptr: number, length: number): void => {
          const written = Buffer.from(memory(), ptr >>> 0, length);
          logged += length;
          lines.update(written);
          log = (log + written.toString('latin1')).slice(-4000);
        },
        exit: (code: number): never => {
          throw new Error(`the program ended with ${code}: ${log}`);
        },
      },
    });
    const call = (name: string, ...args: (number | bigint)[]): unknown =>
      (instance.exports[name] as (...values: (number | bigint)[]) => unknown)(...args);
    const place = (bytes: Uint8Array): number => {
      const ptr = call('allocate', bytes.length) as number;
      new Uint8Array(memory(), ptr >>> 0, bytes.length).set(bytes);
      return ptr;
    };
    if (limits !== undefined) call('limitMemory', ...limits);
    const config = utf8(JSON.stringify(this.config));
    const head = this.l1.at(-1) ?? new Uint8Array(32);
    const started = process.cpuUsage();
    const answer = call(
      'runQuietly',
      place(config),
      config.length,
      place(head),
      place(this.genesisHash),
      BigInt(target),
      refuses ? 1 : 0,
    ) as bigint;
    const used = process.cpuUsage(started);
    const text = Buffer.from(
      memory(),
      Number(BigInt.asUintN(32, answer >> 32n)),
      Number(BigInt.asUintN(32, answer)),
    ).toString();
    const { failure, safeHead, digest, memory: taken, bulk, blocks } = JSON.parse(text) as Record<string, string>;
    return {
      failure: failure ?? '',
      digest: digest ?? '',
      safeHead: failure === '' ? Number(safeHead) : null,
      mebibytes: (Number(taken) + Number(bulk)) / 2 ** 20,
      nearMebibytes: Number(taken) / 2 ** 20,
      heldMebibytes: Number(blocks) / 2 ** 20,
      seconds: (used.user + used.system) / 1e6,
      read,
      logged,
      logDigest: lines.digest('hex'),
    };
  }
}

const depositTopic = hashOf(utf8('TransactionDeposited(address,address,uint256,bytes)'));

/** A deposit as L1 tells of it: a log of the portal's. */
export function depositLog({ from, to, mint = 0n, value = 0n, gas, data }: DepositFields): Item {
  const isCreation = to.length === 0 ? 1 : 0;
  const opaque = concat(fixed(mint, 32), fixed(value, 32), fixed(gas, 8), [isCreation], data);
  const padding = new Uint8Array((32 - (opaque.length % 32)) % 32);
  const word = (address: Uint8Array): Uint8Array => concat(new Uint8Array(32 - address.length), address);
  return [
    portal,
    [depositTopic, word(from), word(to), new Uint8Array(32)],
    concat(fixed(32, 32), fixed(opaque.length, 32), opaque, padding),
  ];
}

export interface DepositFields {
  readonly from: Uint8Array;
  /** Empty for a creation. */
  readonly to: Uint8Array;
  readonly mint?: bigint;
  readonly value?: bigint;
  readonly gas: bigint;
  readonly data: Uint8Array;
}

/** A receipt with these logs. */
export const receiptOf = (logs: Item[]): Uint8Array =>
  concat([2], RLP.encode([Uint8Array.of(1), integer(5), new Uint8Array(256), logs]));

/** The header of an RLP string or list of `length` bytes. */
function rlpHeader(base: number, length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length);
  const bytes = integer(length);
  return concat([base + 55 + bytes.length], bytes);
}

export const rlpString = (content: Uint8Array): Uint8Array => concat(rlpHeader(0x80, content.length), content);
export const rlpList = (payload: Uint8Array): Uint8Array => concat(rlpHeader(0xc0, payload.length), payload);

export const brotli = (content: Uint8Array): Uint8Array =>
  concat(
    [1],
    brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 5,
        [constants.BROTLI_PARAM_LGWIN]: 22,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  );
export const zlib = (content: Uint8Array): Uint8Array => Uint8Array.from(deflateSync(content, { level: 6 }));

export interface SingularFields {
  parentHash?: Uint8Array;
  epochHash?: Uint8Array;
  epoch?: number;
  time: number;
}

/** A singular batch, as channels hold it, whose transactions are the strings in `payload`. */
export function singular(fields: SingularFields, payload: Uint8Array): Uint8Array {
  const none = new Uint8Array(32);
  const head = [fields.parentHash ?? none, integer(fields.epoch ?? 0), fields.epochHash ?? none, integer(fields.time)];
  return rlpString(concat([0], rlpList(concat(...head.map((item) => RLP.encode(item)), rlpList(payload)))));
}

export interface SpanCounts {
  parent?: Uint8Array;
  origin?: Uint8Array;
  relativeTime: number;
  epoch?: number;
  blocks: number;
  /** Transactions, all of the first block: legacy ones that make contracts. */
  transactions?: number;
}

/** A span batch, as channels hold it, of `blocks` blocks of one epoch. */
export function span(fields: SpanCounts): Uint8Array {
  const { blocks, transactions: n = 0 } = fields;
  const none = new Uint8Array(20);
  const creations = new Uint8Array(Math.ceil(n / 8)).fill(255);
  if (n % 8 > 0) creations[0] = 2 ** (n % 8) - 1;
  const zeros = new Uint8Array(Math.ceil(n / 8));
  const data = new Uint8Array(4 * n);
  for (let i = 0; i < n; i++) data.set([0xc3, 0x80, 0x80, 0x80], 4 * i);
  const counts = new Uint8Array(blocks - 1);
  return rlpString(
    concat(
      [1],
      varint(fields.relativeTime),
      varint(fields.epoch ?? 0),
      (fields.parent ?? none).subarray(0, 20),
      (fields.origin ?? none).subarray(0, 20),
      varint(blocks),
      new Uint8Array(Math.ceil(blocks / 8)),
      varint(n),
      counts,
      creations,
      zeros,
      new Uint8Array(64 * n).fill(1),
      data,
      new Uint8Array(n),
      new Uint8Array(n).fill(1),
      zeros,
    ),
  );
}
