// Encoders of what the batcher and L1 write, for tests: tries, signed transactions, frames, batches, channels.
import { brotliCompressSync, deflateSync } from 'node:zlib';
import { RLP } from '@ethereumjs/rlp';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex } from './module.js';

export type Item = Uint8Array | Item[];

export function concat(...parts: (Uint8Array | number[])[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An integer as minimal big-endian bytes. */
export function integer(value: bigint | number): Uint8Array {
  const hex = value.toString(16);
  return value === 0 || value === 0n ? new Uint8Array(0) : fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
}

/** An integer as `length` big-endian bytes. */
export const fixed = (value: bigint | number, length: number): Uint8Array =>
  fromHex(value.toString(16).padStart(2 * length, '0'));

export const hashOf = (data: Uint8Array): Uint8Array => keccak_256(data);

/** A trie keyed by index: its root, and the nodes by their hash. */
export function orderedTrie(values: Uint8Array[]): { root: Uint8Array; nodes: [Uint8Array, Uint8Array][] } {
  const nodes: [Uint8Array, Uint8Array][] = [];
  const compact = (path: number[], leaf: boolean): Uint8Array => {
    const odd = path.length % 2;
    const nibbles = [(leaf ? 2 : 0) + odd, ...(odd ? [] : [0]), ...path];
    return Uint8Array.from(
      { length: nibbles.length / 2 },
      (_, i) => (nibbles[2 * i] ?? 0) * 16 + (nibbles[2 * i + 1] ?? 0),
    );
  };
  const refer = (node: Item): Item => {
    const encoded = RLP.encode(node);
    if (encoded.length < 32) return node;
    const hash = hashOf(encoded);
    nodes.push([hash, encoded]);
    return hash;
  };
  const build = (entries: { path: number[]; value: Uint8Array }[]): Item => {
    const [first] = entries;
    if (first === undefined) return new Uint8Array(0);
    if (entries.length === 1) return [compact(first.path, true), first.value];
    let common = 0;
    while (entries.every(({ path }) => path[common] === first.path[common])) common += 1;
    const branch: Item[] = Array.from({ length: 17 }, () => new Uint8Array(0));
    for (let nibble = 0; nibble < 16; nibble++) {
      const below = entries
        .filter(({ path }) => path[common] === nibble)
        .map(({ path, value }) => ({ path: path.slice(common + 1), value }));
      if (below.length > 0) branch[nibble] = refer(build(below));
    }
    return common === 0 ? branch : [compact(first.path.slice(0, common), false), refer(branch)];
  };
  const entries = values.map((value, i) => ({
    path: [...RLP.encode(integer(i))].flatMap((byte) => [byte >> 4, byte & 15]),
    value,
  }));
  const encoded = RLP.encode(build(entries));
  const root = hashOf(encoded);
  nodes.push([root, encoded]);
  return { root, nodes };
}

/** The address of a private key. */
export const addressOf = (key: Uint8Array): Uint8Array => hashOf(secp256k1.getPublicKey(key, false).slice(1)).slice(12);

/** A signed EIP-1559 transaction. */
export function dynamicFeeTransaction(
  key: Uint8Array,
  chainId: number,
  nonce: number,
  to: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const fields: Item[] = [
    integer(chainId),
    integer(nonce),
    integer(1),
    integer(2),
    integer(21000),
    to,
    integer(0),
    data,
    [],
  ];
  const signature = sign(key, concat([2], RLP.encode(fields)));
  return concat([2], RLP.encode([...fields, integer(signature.parity), integer(signature.r), integer(signature.s)]));
}

export function sign(key: Uint8Array, message: Uint8Array): { r: bigint; s: bigint; parity: number } {
  const bytes = secp256k1.sign(hashOf(message), key, { prehash: false, format: 'recovered' });
  const signature = secp256k1.Signature.fromBytes(bytes, 'recovered');
  return { r: signature.r, s: signature.s, parity: signature.recovery ?? 0 };
}

export interface FrameFields {
  channel: Uint8Array;
  number: number;
  data: Uint8Array;
  isLast: boolean;
}

export const frame = ({ channel, number, data, isLast }: FrameFields): Uint8Array =>
  concat(channel, fixed(number, 2), fixed(data.length, 4), data, [isLast ? 1 : 0]);

export const batcherData = (...frames: Uint8Array[]): Uint8Array => concat([0], ...frames);

export interface L2Transaction {
  type: number;
  nonce: number;
  gas: number;
  to: Uint8Array | null;
  value: bigint;
  data: Uint8Array;
  v: number;
  r: bigint;
  s: bigint;
  /** Legacy only: whether EIP-155 binds it to the chain. */
  isProtected: boolean;
}

const accessList: Item[] = [[fixed(0x1234, 20), [fixed(1, 32), fixed(2, 32)]]];
const authorizations: Item[] = [[integer(10), fixed(0x99, 20), integer(0), integer(1), integer(5), integer(6)]];

/** The transaction as blocks hold it. */
export function encodeTransaction(tx: L2Transaction, chainId: number): Uint8Array {
  const head = [integer(tx.nonce)];
  const middle = [integer(tx.gas), tx.to ?? new Uint8Array(0), integer(tx.value), tx.data];
  const end = [integer(tx.r), integer(tx.s)];
  if (tx.type === 0) {
    const v = tx.isProtected ? 35 + 2 * chainId + tx.v : 27 + tx.v;
    return RLP.encode([...head, integer(7), ...middle, integer(v), ...end]);
  }
  const prices = tx.type === 1 ? [integer(7)] : [integer(7), integer(0x1122334455)];
  const lists = tx.type === 4 ? [accessList, authorizations] : [accessList];
  return concat(
    [tx.type],
    RLP.encode([integer(chainId), ...head, ...prices, ...middle, ...lists, integer(tx.v), ...end]),
  );
}

/** What a span batch holds of it beside the columns. */
function spanData(tx: L2Transaction): Uint8Array {
  if (tx.type === 0) return RLP.encode([integer(tx.value), integer(7), tx.data]);
  const prices = tx.type === 1 ? [integer(7)] : [integer(7), integer(0x1122334455)];
  const lists = tx.type === 4 ? [accessList, authorizations] : [accessList];
  return concat([tx.type], RLP.encode([integer(tx.value), ...prices, tx.data, ...lists]));
}

export function varint(value: bigint | number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

export function bitlist(bits: boolean[]): Uint8Array {
  let value = 0n;
  bits.forEach((bit, i) => {
    if (bit) value |= 1n << BigInt(i);
  });
  return bits.length === 0 ? new Uint8Array(0) : fixed(value, Math.ceil(bits.length / 8));
}

export interface SpanBlock {
  epoch: number;
  transactions: L2Transaction[];
}

export interface SpanFields {
  relativeTime: number;
  parentHash: Uint8Array;
  lastOriginHash: Uint8Array;
  /** Whether the first block's origin is another than its parent's. */
  firstAdvances: boolean;
  blocks: SpanBlock[];
}

/** A span batch with its type byte. */
export function spanBatch(span: SpanFields): Uint8Array {
  const txs = span.blocks.flatMap((block) => block.transactions);
  const last = span.blocks.at(-1)?.epoch ?? 0;
  const origins = span.blocks.map((block, i) =>
    i === 0 ? span.firstAdvances : block.epoch > (span.blocks[i - 1]?.epoch ?? 0),
  );
  return concat(
    [1],
    varint(span.relativeTime),
    varint(last),
    span.parentHash.slice(0, 20),
    span.lastOriginHash.slice(0, 20),
    varint(span.blocks.length),
    bitlist(origins),
    span.blocks.flatMap((block) => varint(block.transactions.length)),
    bitlist(txs.map((tx) => tx.to === null)),
    bitlist(txs.map((tx) => tx.v === 1)),
    ...txs.map((tx) => concat(fixed(tx.r, 32), fixed(tx.s, 32))),
    ...txs.map((tx) => tx.to ?? new Uint8Array(0)),
    ...txs.map(spanData),
    txs.flatMap((tx) => varint(tx.nonce)),
    txs.flatMap((tx) => varint(tx.gas)),
    bitlist(txs.filter((tx) => tx.type === 0).map((tx) => tx.isProtected)),
  );
}

export interface SingularFields {
  parentHash: Uint8Array;
  epoch: number;
  epochHash: Uint8Array;
  timestamp: number;
  transactions: Uint8Array[];
}

/** A singular batch with its type byte. */
export const singularBatch = (batch: SingularFields): Uint8Array =>
  concat(
    [0],
    RLP.encode([batch.parentHash, integer(batch.epoch), batch.epochHash, integer(batch.timestamp), batch.transactions]),
  );

export type Compression = 'zlib' | 'brotli' | 'stored zlib' | 'stored brotli';

/**
 * A channel of batches. The stored forms don't depend on the version of a compressor, so that what is broken in them is
 * always the same.
 */
export function channelData(batches: Uint8Array[], compression: Compression): Uint8Array {
  const content = concat(...batches.map((batch) => RLP.encode(batch)));
  switch (compression) {
    case 'zlib':
      return Uint8Array.from(deflateSync(content));
    case 'brotli':
      return concat([1], brotliCompressSync(content));
    case 'stored zlib':
      return storedZlib(content);
    case 'stored brotli':
      return concat([1], storedBrotli(content));
  }
}

function storedZlib(content: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < content.length; at += 1000) {
    const part = content.slice(at, at + 1000);
    const length = part.length;
    const final = at + 1000 >= content.length ? 1 : 0;
    blocks.push(concat([final, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255], part));
  }
  let a = 1;
  let b = 0;
  for (const byte of content) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return concat([0x78, 0x01], ...blocks, fixed(b, 2), fixed(a, 2));
}

/** RFC 7932 with a window of 16 bits and uncompressed meta-blocks. */
function storedBrotli(content: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let bits: number[] = [0]; // WBITS: 16
  for (let at = 0; at < content.length; at += 1000) {
    const part = content.slice(at, at + 1000);
    // ISLAST 0, MNIBBLES 4 (00), MLEN - 1 in 16 bits, ISUNCOMPRESSED 1
    bits.push(0, 0, 0, ...Array.from({ length: 16 }, (_, i) => ((part.length - 1) >> i) & 1), 1);
    parts.push(packBits(bits), part);
    bits = [];
  }
  bits.push(1, 1); // ISLAST, ISLASTEMPTY
  return concat(...parts, packBits(bits));
}

function packBits(bits: number[]): Uint8Array {
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((byte, bit, j) => byte | (bit << j), 0),
  );
}

/** The header of a synthetic L2 block: its hash depends on nothing but these. */
export function l2Header(
  parent: Uint8Array,
  number: number,
  time: number,
  gasLimit: number,
  extra: Uint8Array,
  transactionsRoot: Uint8Array = new Uint8Array(32),
): Uint8Array {
  const zero = new Uint8Array(32);
  return RLP.encode([
    parent, zero, new Uint8Array(20), zero, transactionsRoot, zero, new Uint8Array(256), integer(0), integer(number), integer(gasLimit),
    integer(0), integer(time), extra, zero, new Uint8Array(8), integer(1), zero, integer(0), integer(0), zero,
  ]); // prettier-ignore
}

/** An L1 header. */
export function l1Header(fields: {
  parent: Uint8Array;
  number: number;
  time: number;
  transactionsRoot: Uint8Array;
  receiptsRoot: Uint8Array;
  baseFee: bigint;
  excessBlobGas: bigint | null;
  isPrague: boolean;
}): Uint8Array {
  const zero = new Uint8Array(32);
  const cancun =
    fields.excessBlobGas === null
      ? []
      : [zero, integer(0), integer(fields.excessBlobGas), fixed(fields.number + 0x77, 32)];
  return RLP.encode([
    fields.parent, zero, new Uint8Array(20), zero, fields.transactionsRoot, fields.receiptsRoot, new Uint8Array(256), integer(0),
    integer(fields.number), integer(30_000_000), integer(0), integer(fields.time), new Uint8Array(0), fixed(fields.number + 0x55, 32),
    new Uint8Array(8), integer(fields.baseFee), ...cancun, ...(fields.isPrague ? [zero] : []),
  ]); // prettier-ignore
}

export const show = toHex;
