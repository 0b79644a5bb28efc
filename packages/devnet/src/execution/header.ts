// Block headers: fields, RLP, hash. Yellow Paper, section 4.4, and EIPs 1559, 4895, 4844, 4788, 7685.
import { bigIntToUnpaddedBytes, bytesToBigInt } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** A header's fields. Those of later forks are absent in earlier blocks; each needs the ones before it. */
export interface BlockHeader {
  readonly parentHash: Uint8Array;
  readonly ommersHash: Uint8Array;
  readonly coinbase: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly transactionsRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  readonly logsBloom: Uint8Array;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly extraData: Uint8Array;
  /** The previous RANDAO value. */
  readonly mixHash: Uint8Array;
  readonly nonce: Uint8Array;
  readonly baseFeePerGas?: bigint;
  readonly withdrawalsRoot?: Uint8Array;
  readonly blobGasUsed?: bigint;
  readonly excessBlobGas?: bigint;
  readonly parentBeaconBlockRoot?: Uint8Array;
  readonly requestsHash?: Uint8Array;
}

/** A header that isn't one. */
export class HeaderError extends Error {
  override name = 'HeaderError';
}

/** keccak256 of the RLP of the empty list. */
export const EMPTY_OMMERS_HASH = keccak_256(Uint8Array.of(0xc0));

/** The hash of no requests (EIP-7685): no block here has any. */
export const NO_REQUESTS_HASH = sha256(new Uint8Array(0));

/** The header as the list that is encoded. */
export function headerItems(header: BlockHeader): Uint8Array[] {
  const items = [
    header.parentHash,
    header.ommersHash,
    header.coinbase,
    header.stateRoot,
    header.transactionsRoot,
    header.receiptsRoot,
    header.logsBloom,
    bigIntToUnpaddedBytes(header.difficulty),
    bigIntToUnpaddedBytes(header.number),
    bigIntToUnpaddedBytes(header.gasLimit),
    bigIntToUnpaddedBytes(header.gasUsed),
    bigIntToUnpaddedBytes(header.timestamp),
    header.extraData,
    header.mixHash,
    header.nonce,
  ];
  if (header.baseFeePerGas !== undefined) items.push(bigIntToUnpaddedBytes(header.baseFeePerGas));
  if (header.withdrawalsRoot !== undefined) items.push(header.withdrawalsRoot);
  if (header.blobGasUsed !== undefined) items.push(bigIntToUnpaddedBytes(header.blobGasUsed));
  if (header.excessBlobGas !== undefined) items.push(bigIntToUnpaddedBytes(header.excessBlobGas));
  if (header.parentBeaconBlockRoot !== undefined) items.push(header.parentBeaconBlockRoot);
  if (header.requestsHash !== undefined) items.push(header.requestsHash);
  return items;
}

export function encodeHeader(header: BlockHeader): Uint8Array {
  return RLP.encode(headerItems(header));
}

export function hashHeader(header: BlockHeader): Uint8Array {
  return keccak_256(encodeHeader(header));
}

/** Decodes a header's RLP (or its list, already decoded). Throws `HeaderError` for any other list. */
export function decodeHeader(encoding: Uint8Array | readonly unknown[]): BlockHeader {
  const decoded: unknown = encoding instanceof Uint8Array ? RLP.decode(encoding) : encoding;
  if (!Array.isArray(decoded) || decoded.length < 15 || decoded.length > 21) {
    throw new HeaderError('a header is a list of 15 to 21 fields');
  }
  const field = (index: number): Uint8Array => {
    const item: unknown = decoded[index];
    if (!(item instanceof Uint8Array)) throw new HeaderError(`field ${index} of a header is a byte string`);
    return item;
  };
  const number = (index: number): bigint => bytesToBigInt(field(index));
  return {
    parentHash: field(0),
    ommersHash: field(1),
    coinbase: field(2),
    stateRoot: field(3),
    transactionsRoot: field(4),
    receiptsRoot: field(5),
    logsBloom: field(6),
    difficulty: number(7),
    number: number(8),
    gasLimit: number(9),
    gasUsed: number(10),
    timestamp: number(11),
    extraData: field(12),
    mixHash: field(13),
    nonce: field(14),
    ...(decoded.length > 15 && { baseFeePerGas: number(15) }),
    ...(decoded.length > 16 && { withdrawalsRoot: field(16) }),
    ...(decoded.length > 17 && { blobGasUsed: number(17) }),
    ...(decoded.length > 18 && { excessBlobGas: number(18) }),
    ...(decoded.length > 19 && { parentBeaconBlockRoot: field(19) }),
    ...(decoded.length > 20 && { requestsHash: field(20) }),
  };
}
