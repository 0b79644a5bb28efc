// Batches of version 1: a span of consecutive blocks, each kind of data side by side.
// Specification: specs/protocol/delta/span-batches.md, "Span batch format"; isthmus/derivation.md.
import { AccessList2930Tx, createTxFromRLP, EOACode7702Tx, FeeMarket1559Tx, LegacyTx } from '@ethereumjs/tx';
import type { Common } from '@ethereumjs/common';
import { bigIntToUnpaddedBytes, concatBytes, setLengthLeft } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import type { BatchedBlock } from './batch.js';

/** Blocks or transactions that no span batch can say. */
export class SpanBatchError extends Error {
  override name = 'SpanBatchError';
}

const SPAN_BATCH = 1;
const HASH_CHECK_LENGTH = 20;

/** What a span batch stores of a transaction. */
interface Columns {
  readonly to: Uint8Array | undefined;
  readonly yParity: boolean;
  readonly r: bigint;
  readonly s: bigint;
  readonly data: Uint8Array;
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  /** Whether a legacy transaction names the chain (EIP-155); undefined for other types. */
  readonly isProtected: boolean | undefined;
}

/** Consecutive blocks as one span batch. `genesisTime` is the rollup's L2 genesis time; `common` the L2's. */
export function encodeSpanBatch(blocks: readonly BatchedBlock[], genesisTime: bigint, common: Common): Uint8Array {
  const first = blocks[0];
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) throw new SpanBatchError('a span batch has at least one block');
  const columns = blocks.flatMap(({ transactions }) => transactions.map((raw) => columnsOf(raw, common)));
  return concatBytes(
    Uint8Array.of(SPAN_BATCH),
    uvarint(first.timestamp - genesisTime),
    uvarint(last.l1Origin.number),
    first.parentHash.subarray(0, HASH_CHECK_LENGTH),
    last.l1Origin.hash.subarray(0, HASH_CHECK_LENGTH),
    uvarint(BigInt(blocks.length)),
    bitlist(blocks.map(({ startsEpoch }) => startsEpoch)),
    ...blocks.map(({ transactions }) => uvarint(BigInt(transactions.length))),
    bitlist(columns.map(({ to }) => to === undefined)),
    bitlist(columns.map(({ yParity }) => yParity)),
    ...columns.flatMap(({ r, s }) => [uint256(r), uint256(s)]),
    ...columns.flatMap(({ to }) => (to === undefined ? [] : [to])),
    ...columns.map(({ data }) => data),
    ...columns.map(({ nonce }) => uvarint(nonce)),
    ...columns.map(({ gasLimit }) => uvarint(gasLimit)),
    bitlist(columns.flatMap(({ isProtected }) => (isProtected === undefined ? [] : [isProtected]))),
  );
}

function columnsOf(raw: Uint8Array, common: Common): Columns {
  const transaction = createTxFromRLP(raw, { common, freeze: false });
  const { v, r, s, to, nonce, gasLimit } = transaction;
  if (v === undefined || r === undefined || s === undefined)
    throw new SpanBatchError('a transaction without signature');
  const shared = { to: to?.bytes, r, s, nonce, gasLimit };
  if (transaction instanceof LegacyTx) {
    const isProtected = v >= 35n;
    const data = RLP.encode([number(transaction.value), number(transaction.gasPrice), transaction.data]);
    // v is 27 + y parity, or 35 + y parity + twice the chain id.
    return { ...shared, yParity: (v & 1n) === 0n, data, isProtected };
  }
  const yParity = v === 1n;
  if (transaction instanceof AccessList2930Tx) {
    const { value, gasPrice, data, accessList } = transaction;
    const fields = RLP.encode([number(value), number(gasPrice), data, accessList]);
    return { ...shared, yParity, data: concatBytes(Uint8Array.of(1), fields), isProtected: undefined };
  }
  if (transaction instanceof FeeMarket1559Tx) {
    const { value, maxPriorityFeePerGas, maxFeePerGas, data, accessList } = transaction;
    const fields = RLP.encode([number(value), number(maxPriorityFeePerGas), number(maxFeePerGas), data, accessList]);
    return { ...shared, yParity, data: concatBytes(Uint8Array.of(2), fields), isProtected: undefined };
  }
  if (transaction instanceof EOACode7702Tx) {
    const { value, maxPriorityFeePerGas, maxFeePerGas, data, accessList, authorizationList } = transaction;
    const prices = [number(value), number(maxPriorityFeePerGas), number(maxFeePerGas)];
    const fields = RLP.encode([...prices, data, accessList, authorizationList]);
    return { ...shared, yParity, data: concatBytes(Uint8Array.of(4), fields), isProtected: undefined };
  }
  throw new SpanBatchError(`span batches have no place for transactions of type ${transaction.type}`);
}

/** Protocol Buffers' base 128 varint. */
export function uvarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A bit list as a big-endian integer of whole bytes: bit i of the integer is element i. */
export function bitlist(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => {
    const at = bytes.length - 1 - (i >> 3);
    if (bit) bytes[at] = (bytes[at] ?? 0) | (1 << (i & 7));
  });
  return bytes;
}

function uint256(value: bigint): Uint8Array {
  return setLengthLeft(number(value), 32);
}

function number(value: bigint): Uint8Array {
  return bigIntToUnpaddedBytes(value);
}
