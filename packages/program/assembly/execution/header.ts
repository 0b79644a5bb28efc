// L2 block headers (yellow paper 4.3.3, EIPs 1559, 4895, 4844, 4788, 7685; specs: protocol/exec-engine.md).
import { decodeHeader as decodeFields } from '../block-header';
import { Bytes, copy32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { hint, KeyType, preimage } from '../oracle';
import { RlpWriter } from '../rlp';
import { fromBytesOf, toBytes } from '../u256';

/** keccak256 of the RLP of an empty list: the hash of no uncles. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const NO_UNCLES: usize = memory.data<u8>([
  0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5, 0x67, 0xb6, 0xcc, 0xd4, 0x1a,
  0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a, 0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47,
], 8);

/** A header with memory of its own. All addresses are of big-endian bytes but `baseFee`, a u256. */
@final
export class Header {
  private readonly words: usize = zeroed(560);
  /** 32 bytes each. */
  readonly parentHash: usize = this.words;
  readonly stateRoot: usize = this.words + 32;
  readonly transactionsRoot: usize = this.words + 64;
  readonly receiptsRoot: usize = this.words + 96;
  readonly mixHash: usize = this.words + 128;
  /** From Canyon: the root of no withdrawals; from Isthmus: the message passer's storage root. */
  readonly withdrawalsRoot: usize = this.words + 160;
  /** From Ecotone. */
  readonly parentBeaconBlockRoot: usize = this.words + 192;
  /** From Isthmus. */
  readonly requestsHash: usize = this.words + 224;
  readonly baseFee: usize = this.words + 256;
  /** 256 bytes. */
  readonly logsBloom: usize = this.words + 288;
  /** 20 bytes. */
  readonly feeRecipient: usize = this.words + 544;
  number: u64 = 0;
  gasLimit: u64 = 0;
  gasUsed: u64 = 0;
  time: u64 = 0;
  blobGasUsed: u64 = 0;
  excessBlobGas: u64 = 0;
  extraData: Bytes = new Bytes(0, 0);
  /** Whether the fields that Canyon, Ecotone and Isthmus appended are there. */
  hasWithdrawalsRoot: bool = false;
  hasBlobFields: bool = false;
  hasRequestsHash: bool = false;
}

function zeroed(length: u32): usize {
  const ptr = heap.alloc(length);
  memory.fill(ptr, 0, length);
  return ptr;
}

/** Decodes a header's RLP. What is malformed, or has fields of an unknown fork, ends the program. */
export function decodeHeader(data: Bytes): Header {
  const fields = decodeFields(data);
  const header = new Header();
  copy32(header.parentHash, fields.parentHash);
  memory.copy(header.feeRecipient, fields.feeRecipient, 20);
  copy32(header.stateRoot, fields.stateRoot);
  copy32(header.transactionsRoot, fields.transactionsRoot);
  copy32(header.receiptsRoot, fields.receiptsRoot);
  memory.copy(header.logsBloom, fields.logsBloom, 256);
  header.number = fields.number;
  header.gasLimit = fields.gasLimit;
  header.gasUsed = fields.gasUsed;
  header.time = fields.time;
  header.extraData = fields.extraData.copy();
  copy32(header.mixHash, fields.mixHash);
  fromBytesOf(header.baseFee, fields.baseFee.ptr, fields.baseFee.length);
  header.hasWithdrawalsRoot = fields.withdrawalsRoot != 0;
  if (header.hasWithdrawalsRoot) copy32(header.withdrawalsRoot, fields.withdrawalsRoot);
  header.hasBlobFields = fields.hasBlobGasUsed;
  if (header.hasBlobFields) {
    // Ecotone brought all three.
    if (fields.parentBeaconBlockRoot == 0)
      throw new Error('an L2 block header with a part of the fields that Ecotone appends');
    header.blobGasUsed = fields.blobGasUsed;
    header.excessBlobGas = fields.excessBlobGas;
    copy32(header.parentBeaconBlockRoot, fields.parentBeaconBlockRoot);
  }
  header.hasRequestsHash = fields.requestsHash != 0;
  if (header.hasRequestsHash) copy32(header.requestsHash, fields.requestsHash);
  return header;
}

/** Reads the header of the L2 block with the 32-byte hash at `hash` from the oracle. */
export function readHeader(hash: usize): Header {
  hint('l2-block-header', hash, 32);
  return decodeHeader(preimage(KeyType.Keccak256, hash));
}

// @ts-ignore: decorator
@lazy const WORD: usize = memory.data(32, 8);

/** Appends the header's RLP to `out`. */
export function encodeHeader(header: Header, out: RlpWriter): void {
  const list = out.open();
  out.bytes(header.parentHash, 32);
  out.bytes(NO_UNCLES, 32);
  out.bytes(header.feeRecipient, 20);
  out.bytes(header.stateRoot, 32);
  out.bytes(header.transactionsRoot, 32);
  out.bytes(header.receiptsRoot, 32);
  out.bytes(header.logsBloom, 256);
  out.empty(); // difficulty
  out.u64(header.number);
  out.u64(header.gasLimit);
  out.u64(header.gasUsed);
  out.u64(header.time);
  out.view(header.extraData);
  out.bytes(header.mixHash, 32);
  memory.fill(WORD, 0, 32);
  out.bytes(WORD, 8); // nonce
  toBytes(WORD, header.baseFee);
  out.integer(WORD, 32);
  if (header.hasWithdrawalsRoot) out.bytes(header.withdrawalsRoot, 32);
  if (header.hasBlobFields) {
    out.u64(header.blobGasUsed);
    out.u64(header.excessBlobGas);
    out.bytes(header.parentBeaconBlockRoot, 32);
  }
  if (header.hasRequestsHash) out.bytes(header.requestsHash, 32);
  out.close(list);
}

/** Writes the hash of the header, encoded by way of `writer`, to `out`. */
export function hashHeader(header: Header, writer: RlpWriter, out: usize): void {
  writer.reset();
  encodeHeader(header, writer);
  const written = writer.written;
  keccak256(written.ptr, written.length, out);
}

/**
 * Output root of version 0 (specs: protocol/proposals.md#l2-output-commitment-construction): keccak256 of 32 zero bytes,
 * state root, message passer's storage root and block hash, written to `out`.
 */
export function outputRoot(stateRoot: usize, messagePasserStorageRoot: usize, blockHash: usize, out: usize): void {
  const input = heap.alloc(128);
  memory.fill(input, 0, 32);
  copy32(input + 32, stateRoot);
  copy32(input + 64, messagePasserStorageRoot);
  copy32(input + 96, blockHash);
  keccak256(input, 128, out);
}
