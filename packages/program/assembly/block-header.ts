// Block headers as they are decoded (yellow paper 4.3.3 and the EIPs named below). L1's and L2's have the same form.
import { Bytes } from './bytes';
import { RlpReader } from './rlp';

/** Addresses point into the bytes that the header was decoded from. */
@final
export class Header {
  /** 32 bytes each. */
  parentHash: usize = 0;
  stateRoot: usize = 0;
  transactionsRoot: usize = 0;
  receiptsRoot: usize = 0;
  mixHash: usize = 0;
  /** 20 bytes. */
  feeRecipient: usize = 0;
  /** 256 bytes. */
  logsBloom: usize = 0;
  number: u64 = 0;
  gasLimit: u64 = 0;
  gasUsed: u64 = 0;
  time: u64 = 0;
  extraData: Bytes = new Bytes(0, 0);
  /** EIP-1559: minimal big-endian bytes; empty where the header has none. */
  baseFee: Bytes = new Bytes(0, 0);
  /** EIP-4895: 32 bytes, or 0. */
  withdrawalsRoot: usize = 0;
  /** EIP-4844. */
  hasBlobGasUsed: bool = false;
  blobGasUsed: u64 = 0;
  hasExcessBlobGas: bool = false;
  excessBlobGas: u64 = 0;
  /** EIP-4788: 32 bytes, or 0. */
  parentBeaconBlockRoot: usize = 0;
  /** EIP-7685 (Prague): 32 bytes, or 0. */
  requestsHash: usize = 0;
}

/**
 * Decodes a header in RLP. Fields that later EIPs appended may be missing from the end; what comes after the known ones
 * is an unknown fork's and ends the program, as everything malformed does.
 */
export function decodeHeader(data: Bytes): Header {
  return decode(data, false);
}

/**
 * Decodes the header of an L1 block: what forks of L1 append later on (Amsterdam: EIP-7928, EIP-7843) is nothing that
 * derivation reads, and is passed over.
 */
export function decodeL1Header(data: Bytes): Header {
  return decode(data, true);
}

function decode(data: Bytes, passesOver: bool): Header {
  const header = new Header();
  const outer = new RlpReader(data);
  const fields = outer.list();
  header.parentHash = fields.fixed(32);
  fields.fixed(32); // uncles
  header.feeRecipient = fields.fixed(20);
  header.stateRoot = fields.fixed(32);
  header.transactionsRoot = fields.fixed(32);
  header.receiptsRoot = fields.fixed(32);
  header.logsBloom = fields.fixed(256);
  fields.integer(); // difficulty
  header.number = fields.u64();
  header.gasLimit = fields.u64();
  header.gasUsed = fields.u64();
  header.time = fields.u64();
  header.extraData = fields.bytes();
  header.mixHash = fields.fixed(32);
  fields.fixed(8); // nonce
  if (!fields.atEnd) header.baseFee = fields.integer();
  if (!fields.atEnd) header.withdrawalsRoot = fields.fixed(32);
  if (!fields.atEnd) {
    header.blobGasUsed = fields.u64();
    header.hasBlobGasUsed = true;
  }
  if (!fields.atEnd) {
    header.excessBlobGas = fields.u64();
    header.hasExcessBlobGas = true;
  }
  if (!fields.atEnd) header.parentBeaconBlockRoot = fields.fixed(32);
  if (!fields.atEnd) header.requestsHash = fields.fixed(32);
  while (passesOver && !fields.atEnd && !fields.failed) fields.raw();
  if (!fields.complete || !outer.complete) {
    throw new Error(`the header of block ${header.number.toString()} is malformed or of a fork that is not covered`);
  }
  return header;
}
