// Deposits: the L1 attributes transaction and those that users make on L1.
// Specification: specs/protocol/deposits.md, specs/protocol/{ecotone,isthmus,jovian}/l1-attributes.md.
import { Address, bytesToBigInt, concatBytes, equalsBytes, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { callData, eventTopic, wordOf } from '../contracts/assembler.js';
import {
  SET_L1_BLOCK_VALUES,
  SET_L1_BLOCK_VALUES_ECOTONE,
  SET_L1_BLOCK_VALUES_ISTHMUS,
  SET_L1_BLOCK_VALUES_JOVIAN,
} from '../contracts/predeploys.js';
import { L1_ATTRIBUTES_DEPOSITOR, L1_BLOCK } from '../execution/addresses.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { encodeDeposit } from '../execution/transaction.js';
import { DEFAULT_DA_FOOTPRINT_GAS_SCALAR, unpackScalars } from './system-config.js';
import type { SystemConfig } from './system-config.js';

const L1_ATTRIBUTES_GAS = 1_000_000n;
/** Before Regolith the L1 attributes deposit is a system transaction, which takes no gas of its block. */
const SYSTEM_TRANSACTION_GAS = 150_000_000n;
const USER_DEPOSIT_DOMAIN = 0n;
const L1_ATTRIBUTES_DOMAIN = 1n;
const TRANSACTION_DEPOSITED = hexToBytes(
  eventTopic('TransactionDeposited(address,address,uint256,bytes)') as `0x${string}`,
);

/** How the L1 attributes are given: as ABI words, then packed, with more at the end from fork to fork. */
export type L1AttributesForm = 'bedrock' | 'ecotone' | 'isthmus' | 'jovian';

/** What an L2 block knows of its L1 origin. */
export interface L1Attributes {
  readonly origin: ExecutedBlock;
  /** What a blob's gas costs in the origin, in wei. */
  readonly blobBaseFee: bigint;
  readonly sequenceNumber: bigint;
  readonly config: SystemConfig;
  readonly form: L1AttributesForm;
  readonly isRegolith: boolean;
}

/** The first transaction of an L2 block: what it knows of its L1 origin. */
export function l1AttributesDeposit(attributes: L1Attributes): Uint8Array {
  const { origin, sequenceNumber, isRegolith } = attributes;
  return encodeDeposit({
    sourceHash: sourceHash(L1_ATTRIBUTES_DOMAIN, origin.hash, sequenceNumber),
    from: L1_ATTRIBUTES_DEPOSITOR,
    to: L1_BLOCK,
    mint: 0n,
    value: 0n,
    gasLimit: isRegolith ? L1_ATTRIBUTES_GAS : SYSTEM_TRANSACTION_GAS,
    isSystemTransaction: !isRegolith,
    data: attributesData(attributes),
  });
}

function attributesData(attributes: L1Attributes): Uint8Array {
  const { config } = attributes;
  const operator = config.operatorFeeParams;
  switch (attributes.form) {
    case 'bedrock':
      return bedrockAttributes(attributes);
    case 'ecotone':
      return packedAttributes(SET_L1_BLOCK_VALUES_ECOTONE, attributes);
    case 'isthmus':
      return concatBytes(packedAttributes(SET_L1_BLOCK_VALUES_ISTHMUS, attributes), operator);
    case 'jovian': {
      const scalar = config.daFootprintGasScalar === 0 ? DEFAULT_DA_FOOTPRINT_GAS_SCALAR : config.daFootprintGasScalar;
      return concatBytes(packedAttributes(SET_L1_BLOCK_VALUES_JOVIAN, attributes), operator, uint(BigInt(scalar), 2));
    }
  }
}

function bedrockAttributes({ origin, sequenceNumber, config }: L1Attributes): Uint8Array {
  const { header, hash } = origin;
  return callData(
    SET_L1_BLOCK_VALUES,
    header.number,
    header.timestamp,
    header.baseFeePerGas ?? 0n,
    hash,
    sequenceNumber,
    concatBytes(new Uint8Array(12), config.batcher),
    config.overhead,
    config.scalar,
  );
}

function packedAttributes(
  signature: string,
  { origin, blobBaseFee, sequenceNumber, config }: L1Attributes,
): Uint8Array {
  const { header, hash } = origin;
  const { baseFeeScalar, blobBaseFeeScalar } = unpackScalars(config.scalar);
  return concatBytes(
    callData(signature),
    uint(baseFeeScalar, 4),
    uint(blobBaseFeeScalar, 4),
    uint(sequenceNumber, 8),
    uint(header.timestamp, 8),
    uint(header.number, 8),
    wordOf(header.baseFeePerGas ?? 0n),
    wordOf(blobBaseFee),
    hash,
    new Uint8Array(12),
    config.batcher,
  );
}

/** The deposits that an L1 block's events ask for, in order, as L2 envelopes. */
export function userDeposits(l1Block: ExecutedBlock, portal: Address): Uint8Array[] {
  const deposits: Uint8Array[] = [];
  let logIndex = 0n;
  for (const { succeeded, logs } of l1Block.receipts) {
    for (const [address, [topic, from, to], data] of logs) {
      const index = logIndex++;
      if (!succeeded || topic === undefined || from === undefined || to === undefined) continue;
      if (!equalsBytes(address, portal.bytes) || !equalsBytes(topic, TRANSACTION_DEPOSITED)) continue;
      const length = Number(bytesToBigInt(data.subarray(32, 64)));
      deposits.push(
        userDeposit(sourceHash(USER_DEPOSIT_DOMAIN, l1Block.hash, index), from, to, data.slice(64, 64 + length)),
      );
    }
  }
  return deposits;
}

/** `opaque` is mint, value, gas limit (8 bytes), creation flag (1 byte), data. */
function userDeposit(source: Uint8Array, from: Uint8Array, to: Uint8Array, opaque: Uint8Array): Uint8Array {
  return encodeDeposit({
    sourceHash: source,
    from: new Address(from.slice(12)),
    to: opaque[72] === 0 ? new Address(to.slice(12)) : undefined,
    mint: bytesToBigInt(opaque.subarray(0, 32)),
    value: bytesToBigInt(opaque.subarray(32, 64)),
    gasLimit: bytesToBigInt(opaque.subarray(64, 72)),
    isSystemTransaction: false,
    data: opaque.slice(73),
  });
}

function sourceHash(domain: bigint, l1BlockHash: Uint8Array, index: bigint): Uint8Array {
  return keccak_256(concatBytes(wordOf(domain), keccak_256(concatBytes(l1BlockHash, wordOf(index)))));
}

function uint(value: bigint, length: number): Uint8Array {
  return wordOf(value).slice(32 - length);
}
