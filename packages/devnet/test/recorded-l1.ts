// The L1 side of a chain made by the Go software: blocks with receipts, and what its batcher submitted.
import { brotliDecompressSync, inflateSync } from 'node:zlib';
import { bytesToUnprefixedHex, concatBytes, equalsBytes, hexToBytes } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import type { ExecutedBlock } from '../src/execution/block-executor.js';
import { decodeHeader, hashHeader } from '../src/execution/header.js';
import type { Receipt } from '../src/execution/receipt.js';
import { bloomOf } from '../src/execution/receipt.js';
import { readLines } from './shared-data.js';

interface RecordedBlock {
  readonly raw: PrefixedHexString;
  readonly rawReceipts: readonly PrefixedHexString[];
  readonly sidecars: readonly RecordedSidecar[] | null;
}

/** A sidecar as the beacon API gave it. */
export interface RecordedSidecar {
  readonly blob: PrefixedHexString;
  readonly kzg_commitment: PrefixedHexString;
  readonly kzg_proof: PrefixedHexString;
}

/** The recorded L1 blocks by number; of their transactions only the receipts. */
export function recordedL1Blocks(): ExecutedBlock[] {
  return (readLines('devnet-a/l1-blocks.jsonl.gz') as RecordedBlock[]).map(({ raw, rawReceipts }) => {
    const [items] = RLP.decode(hexToBytes(raw)) as [Uint8Array[]];
    const header = decodeHeader(items);
    return { header, hash: hashHeader(header), transactions: [], receipts: rawReceipts.map(decodeReceipt) };
  });
}

/** All recorded sidecars, in the chain's order. */
export function recordedSidecars(): RecordedSidecar[] {
  return (readLines('devnet-a/l1-blocks.jsonl.gz') as RecordedBlock[]).flatMap(({ sidecars }) => sidecars ?? []);
}

/** The batches in the recorded blobs, each with its version byte, in the order in which their channels were completed. */
export function recordedBatches(): Uint8Array[] {
  const channels = new Map<string, Uint8Array[]>();
  const batches: Uint8Array[] = [];
  for (const { blob } of recordedSidecars()) {
    for (const { id, number, data, isLast } of framesOf(decodeBlob(hexToBytes(blob)))) {
      const frames = channels.get(id) ?? [];
      frames[number] = data;
      channels.set(id, frames);
      if (isLast) batches.push(...batchesOf(concatBytes(...frames)));
    }
  }
  return batches;
}

/** The rollup data in a blob: specs/protocol/ecotone/derivation.md, "Blob Encoding", read backwards. */
export function decodeBlob(blob: Uint8Array): Uint8Array {
  const parts: number[] = [];
  for (let at = 0; at < blob.length; at += 128) {
    const element = (i: number): number[] => [...blob.subarray(at + i * 32 + 1, at + (i + 1) * 32)];
    const [a = 0, b = 0, c = 0, d = 0] = [0, 32, 64, 96].map((offset) => blob[at + offset]);
    const x = (a & 0x3f) | ((b & 0x30) << 2);
    const y = (b & 0x0f) | ((d & 0x0f) << 4);
    const z = (c & 0x3f) | ((d & 0x30) << 2);
    parts.push(...element(0), x, ...element(1), y, ...element(2), z, ...element(3));
  }
  const bytes = Uint8Array.from(parts);
  const length = ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  return bytes.slice(4, 4 + length);
}

interface Frame {
  readonly id: string;
  readonly number: number;
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

/** The frames in a batcher transaction's data, after the version byte. */
export function framesOf(data: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let at = 1; at < data.length;) {
    const length = view.getUint32(at + 18);
    const end = at + 22 + length;
    frames.push({
      id: bytesToUnprefixedHex(data.subarray(at, at + 16)),
      number: view.getUint16(at + 16),
      data: data.subarray(at + 22, end),
      isLast: data[end] === 1,
    });
    at = end + 1;
  }
  return frames;
}

/** The batches in a whole channel. */
export function batchesOf(channel: Uint8Array): Uint8Array[] {
  const isBrotli = channel[0] === 1;
  let rest = new Uint8Array(isBrotli ? brotliDecompressSync(channel.subarray(1)) : inflateSync(channel));
  const batches: Uint8Array[] = [];
  while (rest.length > 0) {
    const { data, remainder } = RLP.decode(rest, true) as unknown as { data: Uint8Array; remainder: Uint8Array };
    batches.push(data);
    rest = new Uint8Array(remainder);
  }
  return batches;
}

function decodeReceipt(raw: PrefixedHexString): Receipt {
  const bytes = hexToBytes(raw);
  const type = (bytes[0] ?? 0) < 0x80 ? bytes[0] : 0;
  if (type !== 0 && type !== 1 && type !== 2 && type !== 3) throw new Error(`a receipt of type ${type}`);
  const [status, , , logs] = RLP.decode(type === 0 ? bytes : bytes.subarray(1)) as unknown as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    [Uint8Array, Uint8Array[], Uint8Array][],
  ];
  return {
    type,
    succeeded: equalsBytes(status, Uint8Array.of(1)),
    logs,
    logsBloom: bloomOf(logs),
    cumulativeGasUsed: 0n,
    gasUsed: 0n,
    effectiveGasPrice: 0n,
  };
}
